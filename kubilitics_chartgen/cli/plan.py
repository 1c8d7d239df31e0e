"""`plan`: say what an upgrade will do to each object, before it is done."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubilitics_chartgen.cluster import InstalledRelease
    from kubilitics_chartgen.kube.versions import KubeVersion
    from kubilitics_chartgen.upgrade import Plan
    from kubilitics_chartgen.upgrade.fleet import ClusterAnswer

__all__ = ["ApplyChoice", "PlanFormat", "plan"]

_COLORS = {"refused": "red", "data at risk": "red", "depends": "yellow", "recreated with downtime": "yellow"}
_SHOWN = 5
_WIDEST = 60


class ApplyChoice(str, Enum):
    """How Helm applies."""

    auto = "auto"
    client = "client"
    server = "server"


class PlanFormat(str, Enum):
    """How the plan is printed."""

    table = "table"
    markdown = "markdown"
    json = "json"


def plan(
    charts: Annotated[
        list[Path],
        typer.Argument(
            metavar="[OLD] NEW", help="Chart folders or .tgz archives; with --live NEW alone.", show_default=False
        ),
    ],
    files: Annotated[
        list[str] | None, typer.Option("--values", "-f", metavar="FILE", help="A values file; may be repeated.")
    ] = None,
    old_files: Annotated[
        list[str] | None,
        typer.Option(
            "--old-values", metavar="FILE", help="A values file of OLD; may be repeated.", show_default="those of NEW"
        ),
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value for NEW; may be repeated.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Take the old side from the release in the cluster.")] = False,
    apply: Annotated[
        ApplyChoice,
        typer.Option(
            help="client: Helm 3; server: Helm 4; auto: as the release was applied, offline the worse of both."
        ),
    ] = ApplyChoice.auto,
    kube_version: Annotated[
        str,
        typer.Option(
            metavar="VERSION", help="The cluster's Kubernetes version.", show_default="the cluster's, or the newest"
        ),
    ] = "",
    fleet: Annotated[
        str, typer.Option(metavar="PATTERN", help="Values files of many clusters, such as 'clusters/*.yaml'.")
    ] = "",
    release: Annotated[str, typer.Option(help="The release's name.")] = "kubilitics",
    namespace: Annotated[
        str,
        typer.Option("--namespace", "-n", help="The release's namespace.", show_default="the context's, or default"),
    ] = "",
    context: Annotated[str, typer.Option(metavar="NAME", help="A context of the kubeconfig, for --live.")] = "",
    kubeconfig: Annotated[str, typer.Option(metavar="FILE", help="The kubeconfig, for --live.")] = "",
    output: Annotated[PlanFormat, typer.Option("--format", help="How to print it.")] = PlanFormat.table,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what an upgrade does to each object: nothing, in place, restarts, downtime, refused, data at risk.

    Exit codes: 0 nothing dangerous, 1 something is refused, loses data or depends on what only the cluster knows,
    2 a chart, a file or an option cannot be used.
    """
    from kubilitics_chartgen.cli.output import progress
    from kubilitics_chartgen.errors import InputError, Problem
    from kubilitics_chartgen.helm import RefusedError
    from kubilitics_chartgen.kube.versions import newest, parse_version
    from kubilitics_chartgen.upgrade import Apply, make_plan
    from kubilitics_chartgen.upgrade.fleet import fleet_files, plan_fleet
    from kubilitics_chartgen.upgrade.notes import notes_on
    from kubilitics_chartgen.upgrade.report import commands, undo_verdict
    from kubilitics_chartgen.upgrade.source import Side, Target, recorded_state, rendered_state

    if len(charts) != (1 if live else 2):
        raise InputError("Name the new chart alone with --live, else the old chart and the new one.")
    new, ours = charts[-1], Side(charts[-1], tuple(files or ()), tuple(sets or ()))
    title, applies = f"{charts[0]} to {new}", tuple(Apply)
    if fleet:
        if live:
            raise InputError("--fleet plans from files and --live from one cluster: choose one of them.")
        theirs = tuple(old_files if old_files is not None else files or ())
        target = Target(release, namespace or "default", kube_version or None)
        version = parse_version(kube_version) if kube_version else newest()
        chosen_applies = applies if apply is ApplyChoice.auto else (Apply(apply.value),)
        answers = plan_fleet(
            Side(charts[0], theirs), ours, fleet_files(fleet), target, version=version, applies=chosen_applies
        )
        raise typer.Exit(_print_fleet(answers, as_json=as_json or output is PlanFormat.json))
    with progress(f"planning {title}"):
        if live:
            installed, where, served = _installed(kubeconfig, context, namespace, release)
            title = f"{release} in {installed.namespace} ({where}, revision {installed.revision}) to {new}"
            namespace, kube_version = installed.namespace, kube_version or served
            before = recorded_state(installed, new)
            applies = (Apply.server if installed.server_side else Apply.client,)
        target = Target(release, namespace or "default", kube_version or None)
        if not live:
            theirs = tuple(old_files if old_files is not None else files or ())
            try:
                before = rendered_state(Side(charts[0], theirs), target, upgrade=False)
            except RefusedError as error:
                if old_files is not None:
                    raise
                raise InputError(
                    f"{charts[0]} does not take these values. Name those it runs with by --old-values; an empty file "
                    "stands for its defaults.",
                    error.problems or [Problem(error.summary)],
                ) from error
        if apply is not ApplyChoice.auto:
            applies = (Apply(apply.value),)
        version = parse_version(kube_version) if kube_version else newest()
        after = rendered_state(ours, target, upgrade=True)
        found = make_plan(before, after, version=version, applies=applies)
        back = make_plan(after, before, version=version, applies=applies)
    notes = notes_on(None if live else charts[0], new, version)
    run, undo = commands(new, ours.files, ours.sets, release=release, namespace=target.namespace, applies=applies)
    chosen = PlanFormat.json if as_json else output
    _print(found, chosen, title, version, (run, undo, undo_verdict(back)), notes)
    raise typer.Exit(1 if found.is_dangerous else 0)


def _installed(kubeconfig: str, context: str, namespace: str, release: str) -> tuple[InstalledRelease, str, str]:
    """What runs, the context it was found in, and the cluster's Kubernetes version."""
    from kubilitics_chartgen.cluster import connect, kubernetes_version, read_release

    cluster = connect(kubeconfig=kubeconfig, context=context, namespace=namespace)
    version = kubernetes_version(cluster)
    return read_release(cluster, release, cluster.namespace), cluster.context, version.split("-")[0].split("+")[0]


def _print(
    found: Plan,
    chosen: PlanFormat,
    title: str,
    version: KubeVersion,
    ways: tuple[str, str, str],
    notes: tuple[str, ...],
) -> None:
    import sys

    from kubilitics_chartgen.cli.output import print_json
    from kubilitics_chartgen.upgrade.report import markdown

    run, undo, undo_says = ways
    if chosen is PlanFormat.json:
        told = {"run": run, "undo": undo, "undoVerdict": undo_says, "kubeVersion": version.name, "notes": list(notes)}
        print_json({"title": title, **found.as_dict(), **told})
    elif chosen is PlanFormat.markdown:
        sys.stdout.write(markdown(found, title=title, run=run, undo=undo, undo_says=undo_says, notes=notes))
    else:
        _print_table(found, f"{title}, Kubernetes {version.name}", ways, notes)


def _print_fleet(answers: Iterable[ClusterAnswer], *, as_json: bool) -> int:
    """One line for each cluster that needs attention, as soon as it is known; the exit code."""
    from kubilitics_chartgen.cli.output import console, print_json

    out = console()
    count, attention = 0, []
    for answer in answers:
        count += 1
        if not answer.needs_attention:
            continue
        if as_json:
            attention.append(answer.as_dict())
        else:
            attention.append({})
            out.print(f"{answer.file}: {answer.verdict}: {' | '.join(answer.reasons)}", markup=False)
    if as_json:
        print_json({"clusters": count, "attention": attention})
    else:
        out.print(f"{len(attention)} of {count} clusters need attention", markup=False)
    return 1 if attention else 0


def _print_table(found: Plan, title: str, ways: tuple[str, str, str], notes: tuple[str, ...]) -> None:
    from rich.markup import escape

    from kubilitics_chartgen.cli.output import console
    from kubilitics_chartgen.upgrade import Verdict
    from kubilitics_chartgen.upgrade.report import summary

    out = console()
    rows: dict[tuple[str, str], list[str]] = {}
    for change in sorted(found.changes, key=lambda item: -item.verdict.rank):
        if change.verdict is not Verdict.UNCHANGED:
            fields = [f"{item.path}: {_short(item.before)} -> {_short(item.after)}" for item in change.differences]
            text = "\n".join([*change.reasons, *fields[:_SHOWN], *_rest(fields)])
            rows.setdefault((change.verdict.value, text), []).append(str(change.identity))
    if rows:
        out.print(title, style="bold", markup=False)
    for (verdict, text), names in rows.items():
        # Lines, not cells: paths and values are wider than any column.
        out.print(f"[{_COLORS.get(verdict, 'default')}]{verdict}[/]: {escape(', '.join(names))}")
        for line in text.splitlines():
            out.print(f"    {line}", markup=False)
    for hook in found.hooks:
        out.print(f"runs: {hook}", markup=False)
    for note in notes:
        out.print(f"note: {note}", markup=False)
    run, undo, undo_says = ways
    out.print(f"verdict: {found.verdict.value} ({summary(found)})", markup=False)
    out.print(f"run:     {run}", markup=False)
    out.print(f"undo:    {undo}   ({undo_says})", markup=False)


def _rest(fields: list[str]) -> list[str]:
    return [f"and {len(fields) - _SHOWN} more fields: --format markdown shows all"] if len(fields) > _SHOWN else []


def _short(value: object) -> str:
    from kubilitics_chartgen.upgrade.report import shown_value

    text = "nothing" if value is None else shown_value(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
