"""`plan`: say what an upgrade will do to each object, before it is done."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from kubilitics_chartgen.cli.charts import CaFileOption, PlainHttpOption, charts_at_hand
from kubilitics_chartgen.cli.plan_output import PlanFormat, print_fleet, print_plan

if TYPE_CHECKING:
    from kubilitics_chartgen.helm import Keep
    from kubilitics_chartgen.upgrade.planning import Wish
    from kubilitics_chartgen.upgrade.source import Side

__all__ = ["ApplyChoice", "plan"]


class ApplyChoice(str, Enum):
    """How Helm applies."""

    auto = "auto"
    client = "client"
    server = "server"


def plan(
    charts: Annotated[
        list[str],
        typer.Argument(
            metavar="[OLD] NEW",
            help="Chart folders, .tgz archives or oci://registry/charts/name:version; with --live NEW alone.",
            show_default=False,
        ),
    ],
    files: Annotated[
        list[str] | None, typer.Option("--values", "-f", metavar="FILE", help="A values file; may be repeated.")
    ] = None,
    old_files: Annotated[
        list[str] | None,
        typer.Option(
            "--old-values",
            metavar="FILE",
            help="A values file of OLD; may be repeated.",
            show_default="those of NEW; its defaults where values are reused",
        ),
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value for NEW; may be repeated.")
    ] = None,
    reuse_values: Annotated[
        bool,
        typer.Option("--reuse-values", help="As in helm upgrade: keep the old values, the old chart's defaults too."),
    ] = False,
    reset_then_reuse_values: Annotated[
        bool,
        typer.Option(
            "--reset-then-reuse-values", help="As in helm upgrade: keep the given values, over the new defaults."
        ),
    ] = False,
    reset_values: Annotated[
        bool,
        typer.Option("--reset-values", help="As in helm upgrade: keep no value, also where no value is given for NEW."),
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="Take the old side from the cluster: the release, and its objects as they are."),
    ] = False,
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
    ca_file: CaFileOption = None,
    plain_http: PlainHttpOption = False,
    output: Annotated[PlanFormat, typer.Option("--format", help="How to print it.")] = PlanFormat.table,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what an upgrade does to each object: nothing, in place, restarts, downtime, refused, data at risk.

    Exit codes: 0 nothing dangerous, 1 something is refused, loses data or depends on what only the cluster knows,
    2 a chart, a file or an option cannot be used.
    """
    from kubilitics_chartgen.cli.output import progress
    from kubilitics_chartgen.errors import InputError
    from kubilitics_chartgen.helm.values_file import MAX_BYTES
    from kubilitics_chartgen.upgrade import Apply
    from kubilitics_chartgen.upgrade.planning import Wish, plan_from_charts, plan_from_cluster
    from kubilitics_chartgen.upgrade.report import commands
    from kubilitics_chartgen.upgrade.source import Side, Target

    if len(charts) != (1 if live else 2):
        raise InputError("Name the new chart alone with --live, else the old chart and the new one.")
    if fleet and live:
        raise InputError("--fleet plans from files and --live from one cluster: choose one of them.")
    if live and old_files:
        raise InputError("With --live the old values are those of the release: leave --old-values out.")
    keep = _keep(reset=reset_values, given=reset_then_reuse_values, everything=reuse_values)
    chosen = PlanFormat.json if as_json else output
    stdin = sys.stdin.buffer.read(MAX_BYTES + 1) if "-" in [*(files or ()), *(old_files or ())] else b""
    with charts_at_hand(charts, ca_file=ca_file, plain_http=plain_http) as found:
        new = Side(found[-1].path, tuple(files or ()), tuple(sets or ()), found[-1].reference, stdin)
        target = Target(release, namespace or "default", kube_version or None)
        wish = Wish(new, target, keep, None if apply is ApplyChoice.auto else Apply(apply.value))
        # Where values are reused, those of NEW are what is changed.
        reuses = reuse_values or reset_then_reuse_values
        borrowed = old_files is None and not reuses
        theirs = tuple((files if borrowed else old_files) or ())
        old = Side(found[0].path, theirs, reference=found[0].reference, stdin=stdin)
        if fleet and chosen is PlanFormat.markdown:
            raise InputError("--fleet prints lines, or JSON with --json: leave --format markdown out.")
        if fleet:
            raise typer.Exit(_fleet(old, wish, fleet, as_json=chosen is PlanFormat.json))
        with progress(f"planning {charts[0]} to {charts[-1]}"):
            if live:
                from kubilitics_chartgen.cluster import connect

                cluster = connect(kubeconfig=kubeconfig, context=context, namespace=namespace)
                planned = plan_from_cluster(cluster, wish)
            else:
                planned = plan_from_charts(old, wish, borrowed=borrowed)
    run, undo = commands(new, planned.target, keep, planned.applies)
    print_plan(planned, chosen, run=run, undo=undo)
    raise typer.Exit(1 if planned.plan.is_dangerous else 0)


def _keep(*, reset: bool, given: bool, everything: bool) -> Keep:
    from kubilitics_chartgen.errors import InputError
    from kubilitics_chartgen.helm import Keep

    asked = [keep for keep, said in ((Keep.none, reset), (Keep.given, given), (Keep.all, everything)) if said]
    if len(asked) > 1:
        raise InputError(f"{' and '.join(keep.option for keep in asked)} exclude each other: choose one of them.")
    return asked[0] if asked else Keep.unless_given


def _fleet(old: Side, wish: Wish, pattern: str, *, as_json: bool) -> int:
    from kubilitics_chartgen.errors import InputError
    from kubilitics_chartgen.helm import Keep
    from kubilitics_chartgen.kube.versions import newest, parse_version
    from kubilitics_chartgen.transition.fleet import FleetRequest, fleet_files, plan_fleet
    from kubilitics_chartgen.upgrade import Apply

    if wish.keep is not Keep.unless_given:
        raise InputError(
            f"--fleet gives each cluster's file to the old and to the new chart: leave {wish.keep.option} out."
        )
    asked = wish.target.kube_version
    version = parse_version(asked) if asked else newest()
    applies = (wish.apply,) if wish.apply else tuple(Apply)
    request = FleetRequest(old, wish.new, wish.target, version, applies)
    answers = plan_fleet(request, fleet_files(pattern))
    return print_fleet(answers, as_json=as_json)
