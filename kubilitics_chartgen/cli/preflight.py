"""`preflight`: ask a live cluster what an operator would forget before installing or upgrading. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubilitics_chartgen.cli.charts import CaFileOption, NamedChart, PlainHttpOption, charts_at_hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubilitics_chartgen.cluster import Connection, Line
    from kubilitics_chartgen.helm import Rendered

__all__ = ["preflight"]

_COLORS = {"fine": "green", "warning": "yellow", "problem": "red"}


def preflight(
    chart: Annotated[
        str,
        typer.Argument(metavar="CHART", help="A chart folder, a .tgz archive or oci://registry/charts/name:version."),
    ] = "charts/kubilitics",
    files: Annotated[
        list[str] | None, typer.Option("--values", "-f", metavar="FILE", help="A values file; may be repeated.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value; may be repeated.")
    ] = None,
    release: Annotated[str, typer.Option(help="The release's name.")] = "kubilitics",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="The release's namespace.", show_default="the context's")
    ] = "",
    context: Annotated[
        str, typer.Option(metavar="NAME", help="A context of the kubeconfig.", show_default="the current one")
    ] = "",
    kubeconfig: Annotated[
        str, typer.Option(metavar="FILE", help="The kubeconfig.", show_default="KUBECONFIG, or ~/.kube/config")
    ] = "",
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for each of the cluster's answers.")] = 10,
    ca_file: CaFileOption = None,
    plain_http: PlainHttpOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Ask a live cluster whether a chart with these values can be installed or upgraded there. Changes nothing.

    Exit codes: 0 no problem (warnings at most), 1 problems, 2 the cluster, the chart or the values cannot be used.
    """
    from kubilitics_chartgen.cli.output import print_json, progress
    from kubilitics_chartgen.cluster import Status, connect
    from kubilitics_chartgen.cluster import preflight as run

    cluster = connect(kubeconfig=kubeconfig, context=context, namespace=namespace, seconds=timeout)
    with (
        progress(f"asking {cluster.url}"),
        charts_at_hand([chart], ca_file=ca_file, plain_http=plain_http) as (found,),
    ):
        rendered, metadata = _render(cluster, found, files or [], sets or [], release)
        lines = run(
            cluster,
            rendered.documents,
            release=release,
            namespace=cluster.namespace,
            chart=str(metadata.get("name") or ""),
            chart_kube_range=str(metadata.get("kubeVersion") or ""),
        )
    failed = any(line.status is Status.PROBLEM for line in lines)
    if as_json:
        where = {"context": cluster.context, "server": cluster.url, "namespace": cluster.namespace}
        print_json({**where, "release": release, "failed": failed, "lines": [line.as_dict() for line in lines]})
    else:
        _print(cluster, lines)
    raise typer.Exit(1 if failed else 0)


def _render(
    cluster: Connection, chart: NamedChart, files: list[str], sets: list[str], release: str
) -> tuple[Rendered, Mapping[str, Any]]:
    """The chart as Helm would render it on this cluster, and what Chart.yaml says."""
    from kubilitics_chartgen.cluster import kubernetes_version
    from kubilitics_chartgen.helm import EmbeddedEngine, Release, RenderRequest, render_chart

    version = kubernetes_version(cluster)
    loaded = EmbeddedEngine().load(chart.path)
    # Only a chart that says which value overrides the version can be rendered for the cluster's own.
    known = ".".join(version.split("-")[0].split("+")[0].split(".")[:3]) if loaded.kube_version_value else None
    request = RenderRequest(
        chart.path,
        files=tuple(files),
        sets=tuple(sets),
        release=Release(release, cluster.namespace, kube_version=known),
    )
    return render_chart(request), loaded.metadata


def _print(cluster: Connection, lines: list[Line]) -> None:
    from rich.table import Table

    from kubilitics_chartgen.cli.output import console

    out = console()
    table = Table(title=f"{cluster.namespace} in {cluster.context} ({cluster.url})", title_justify="left")
    for heading in ("Check", "", "Answer"):
        table.add_column(heading, overflow="fold")
    before = ""
    for line in lines:
        status = line.status.value
        check = line.check if line.check != before else ""
        table.add_row(check, f"[{_COLORS[status]}]{status}[/]", _plain(line.message))
        before = line.check
    out.print(table)
    fixes = dict.fromkeys(line.fix for line in lines if line.fix)
    if fixes:
        # Not in the table, so that a command can be copied as one line.
        out.print("What to do:", markup=False)
        for fix in fixes:
            out.print(f"  {fix}", markup=False)
    counts = {status: sum(line.status.value == status for line in lines) for status in _COLORS}
    problems, warnings = counts["problem"], counts["warning"]
    out.print(
        f"{counts['fine']} fine, {warnings} warning{'s' * (warnings != 1)}, {problems} problem{'s' * (problems != 1)}",
        markup=False,
    )


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
