"""`compat`: which versions go together: check some, show the matrix, plan updates, explain an answer, lint a matrix."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from kubilitics_chartgen.cli.compat_input import (
    check_goal,
    given_versions,
    judge,
    matrix_from,
    one_of,
    running_versions,
    versions_by_component,
)
from kubilitics_chartgen.cli.compat_output import colored, print_updates, print_verdict, updates_dict
from kubilitics_chartgen.cli.output import console, print_json
from kubilitics_chartgen.errors import InputError, Problem

__all__ = ["Format", "app", "check", "explain", "lint", "show_matrix", "show_updates"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tell which versions go together.")


class Format(str, Enum):
    """How `compat matrix` prints."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


MatrixFile = Annotated[
    str, typer.Option("--matrix", help="Judge by this matrix, such as a newer chart's files/compatibility.json.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Frontend = Annotated[str, typer.Option(help="Version of the frontend.")]
Backend = Annotated[str, typer.Option(help="Version of the backend.")]
Ai = Annotated[str, typer.Option("--ai", help="Version of AI; left out, AI is not judged.")]
ChartVersion = Annotated[str, typer.Option("--chart-version", help="Version of the chart that installs them.")]
Kubernetes = Annotated[str, typer.Option(help="Version of the cluster.")]
ValuesFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--values",
        "-f",
        metavar="FILE",
        help="Take what is not given from a values file, as the chart would; may be repeated.",
    ),
]
ChartFolder = Annotated[Path, typer.Option("--chart", help="The chart that values files are for.")]
CHART = Path("charts/kubilitics")


@app.command()
def check(
    frontend: Frontend = "",
    backend: Backend = "",
    ai: Ai = "",
    chart_version: ChartVersion = "",
    kubernetes: Kubernetes = "",
    values: ValuesFiles = None,
    chart: ChartFolder = CHART,
    matrix: MatrixFile = "",
    live: Annotated[bool, typer.Option("--live", help="Take what is not given from a running release.")] = False,
    release: Annotated[str, typer.Option(help="With --live: the release's name.")] = "kubilitics",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="With --live: its namespace.", show_default="the context's")
    ] = "",
    context: Annotated[str, typer.Option(metavar="NAME", help="With --live: a context of the kubeconfig.")] = "",
    kubeconfig: Annotated[str, typer.Option(metavar="FILE", help="With --live: the kubeconfig.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for what is not recommended as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge versions: compatible, not recommended or blocked, with the reason.

    Exit codes: 0 they may run together, 1 blocked (with --strict: or not recommended), 2 the input cannot be read.
    """
    given = given_versions(frontend, backend, ai, chart_version, kubernetes)
    if live:
        running = running_versions(release, namespace=namespace, context=context, kubeconfig=kubeconfig)
        given = {**given_versions("", "", "", chart_version, running.pop("kubernetes")), **running, **given}
    verdict = judge(given, values, chart, matrix_from(matrix))
    if as_json:
        print_json(verdict.as_dict())
    else:
        print_verdict(verdict)
    raise typer.Exit(1 if verdict.status.severity > (0 if strict else 1) else 0)


@app.command("matrix")
def show_matrix(
    window: Annotated[int, typer.Option(min=1, max=10, help="How many minor versions, the newest first.")] = 3,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    matrix: MatrixFile = "",
) -> None:
    """Show every combination of the newest minor versions, or with --format json the rules as well."""
    from kubilitics_chartgen.model.compatibility import COMPONENTS, matrix_data
    from kubilitics_chartgen.targets.chart.compatibility_page import window as combinations
    from kubilitics_chartgen.targets.chart.compatibility_page import window_table

    judged_by = matrix_from(matrix)
    if form is Format.JSON:
        verdicts = [verdict.as_dict() for verdict in combinations(judged_by, size=window)]
        print_json({"matrix": matrix_data(judged_by), "window": verdicts})
        return
    if form is Format.MARKDOWN:
        typer.echo(window_table(judged_by, size=window))
        return
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(name, overflow="fold") for name in (*COMPONENTS, "verdict", "why or what is missing")))
    for verdict in combinations(judged_by, size=window):
        missing = f"without {', '.join(verdict.missing)}" if verdict.missing else ""
        why = "; ".join(verdict.reasons) or missing
        table.add_row(*(verdict.versions[name] for name in COMPONENTS), colored(verdict.status), Text(why))
    console().print(table)


@app.command("updates")
def show_updates(
    installed: Annotated[str, typer.Option(help="What runs: frontend=1.1.0,backend=1.1.0 and ai=… where AI runs.")],
    to: Annotated[
        str, typer.Option(help="Where to go: one version for all, or frontend=…,backend=…; else this release.")
    ] = "",
    matrix: MatrixFile = "",
    as_json: AsJson = False,
) -> None:
    """Tell which single updates are allowed, and in which order a full one goes.

    Exit codes: 0 there is a way, 1 the update is blocked, 2 the input cannot be read.
    """
    from kubilitics_chartgen.model.compatibility import updates
    from kubilitics_chartgen.model.release import RELEASE

    judged_by = matrix_from(matrix)
    have = versions_by_component("--installed", installed)
    missing = [name for name in ("frontend", "backend") if name not in have]
    if missing:
        raise InputError(
            "the updates cannot be planned",
            [
                Problem(
                    f"{' and '.join(missing)} missing.", path="--installed", fix="Write frontend=1.1.0,backend=1.1.0."
                )
            ],
        )
    goal = {**have, **versions_by_component("--to", to)} if "=" in to else dict.fromkeys(have, to or RELEASE.version)
    check_goal(have, goal)
    found = updates(have, goal, judged_by)
    if as_json:
        print_json(updates_dict(found, judged_by))
    else:
        print_updates(found, judged_by)
    raise typer.Exit(1 if found.blocked else 0)


@app.command()
def explain(
    rule: Annotated[
        str, typer.Argument(help="The id of one rule; without it, say which rules speak for versions.")
    ] = "",
    frontend: Frontend = "",
    backend: Backend = "",
    ai: Ai = "",
    chart_version: ChartVersion = "",
    kubernetes: Kubernetes = "",
    values: ValuesFiles = None,
    chart: ChartFolder = CHART,
    matrix: MatrixFile = "",
) -> None:
    """Say which rules speak for versions, with their ranges; or what one rule is."""
    judged_by = matrix_from(matrix)
    by_id = {entry.id: entry for entry in judged_by.rules}
    out = console()
    if rule:
        ids = [one_of(rule, [*by_id])]
    else:
        verdict = judge(given_versions(frontend, backend, ai, chart_version, kubernetes), values, chart, judged_by)
        print_verdict(verdict)
        ids = [finding.id for finding in verdict.findings]
    for id_ in dict.fromkeys(ids):
        entry, answer = by_id.get(id_), judged_by.answers.get(id_)
        if entry:
            ranges = ", ".join(f"{subject} {text}" for subject, text in entry.when.items())
            out.print(f"{id_}: {ranges}: {entry.status.words}, because {entry.reason}", markup=False)
            for feature in entry.missing:
                out.print(f"  without {feature}", markup=False)
        elif answer:
            out.print(f"{id_}: {answer.status.words}, because {answer.reason}", markup=False)


@app.command()
def lint(matrix: MatrixFile = "", as_json: AsJson = False) -> None:
    """Find gaps, contradictions, overlaps and rules without effect in a matrix.

    Exit codes: 0 none, 1 some, 2 the matrix cannot be read.
    """
    from kubilitics_chartgen.model.compatibility import lint as find

    judged_by = matrix_from(matrix)
    problems = find(judged_by)
    if as_json:
        print_json(
            {"problems": [{"path": found.path, "message": found.message, "fix": found.fix} for found in problems]}
        )
    else:
        for found in problems:
            typer.echo(str(found))
        typer.echo(f"{len(judged_by.rules)} rules: {len(problems) or 'no'} problem{'s' if len(problems) > 1 else ''}")
    raise typer.Exit(1 if problems else 0)
