"""`plan`: say what an upgrade will do to each object, before it is done."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kubilitics_chartgen.kube.versions import KubeVersion
    from kubilitics_chartgen.upgrade import Plan

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
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The chart that is installed: a folder or a .tgz.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The chart to upgrade to: a folder or a .tgz.")],
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
    apply: Annotated[
        ApplyChoice,
        typer.Option(help="client: Helm 3; server: Helm 4 for its own releases; auto: the worse of both."),
    ] = ApplyChoice.auto,
    kube_version: Annotated[
        str, typer.Option(metavar="VERSION", help="The cluster's Kubernetes version.", show_default="the newest")
    ] = "",
    release: Annotated[str, typer.Option(help="The release's name.")] = "kubilitics",
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="The release's namespace.")] = "default",
    output: Annotated[PlanFormat, typer.Option("--format", help="How to print it.")] = PlanFormat.table,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what an upgrade does to each object: nothing, in place, restarts, downtime, refused, data at risk.

    Exit codes: 0 nothing dangerous, 1 something is refused, loses data or depends on what only the cluster knows,
    2 a chart, a file or an option cannot be used.
    """
    from kubilitics_chartgen.cli.output import progress
    from kubilitics_chartgen.kube.versions import newest, parse_version
    from kubilitics_chartgen.upgrade import Apply, make_plan
    from kubilitics_chartgen.upgrade.report import commands, undo_verdict
    from kubilitics_chartgen.upgrade.source import Side, Target, rendered_state

    version = parse_version(kube_version) if kube_version else newest()
    applies = tuple(Apply) if apply is ApplyChoice.auto else (Apply(apply.value),)
    ours, theirs = tuple(files or ()), tuple(old_files if old_files is not None else files or ())
    with progress(f"planning {old} to {new}"):
        target = Target(release, namespace, kube_version or None)
        before = rendered_state(Side(old, theirs), target, upgrade=False)
        after = rendered_state(Side(new, ours, tuple(sets or ())), target, upgrade=True)
        found = make_plan(before, after, version=version, applies=applies)
        back = make_plan(after, before, version=version, applies=applies)
    run, undo = commands(new, ours, sets or (), release=release, namespace=namespace, applies=applies)
    chosen = PlanFormat.json if as_json else output
    _print(found, chosen, f"{old} to {new}", version, (run, undo, undo_verdict(back)))
    raise typer.Exit(1 if found.is_dangerous else 0)


def _print(found: Plan, chosen: PlanFormat, title: str, version: KubeVersion, ways: tuple[str, str, str]) -> None:
    import sys

    from kubilitics_chartgen.cli.output import print_json
    from kubilitics_chartgen.upgrade.report import markdown

    run, undo, undo_says = ways
    if chosen is PlanFormat.json:
        told = {"run": run, "undo": undo, "undoVerdict": undo_says, "kubeVersion": version.name}
        print_json({"title": title, **found.as_dict(), **told})
    elif chosen is PlanFormat.markdown:
        sys.stdout.write(markdown(found, title=title, run=run, undo=undo, undo_says=undo_says))
    else:
        _print_table(found, f"{title}, Kubernetes {version.name}", ways)


def _print_table(found: Plan, title: str, ways: tuple[str, str, str]) -> None:
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
