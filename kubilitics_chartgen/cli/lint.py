"""`lint`: check the source of a chart, before anything is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from kubilitics_chartgen.verify.finding import Finding
    from kubilitics_chartgen.verify.lint import LintReport

__all__ = ["lint"]

_COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}


def lint(
    chart: Annotated[Path, typer.Argument(metavar="CHART", help="The chart's folder.")] = Path("charts/kubilitics"),
    values: Annotated[
        list[str] | None, typer.Option("--values", "-f", metavar="FILE", help="Judge this as well; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    kube_version: Annotated[
        str, typer.Option("--kube-version", metavar="VERSION", help="Lint for this Kubernetes version.")
    ] = "",
) -> None:
    """Check a chart's source: Helm's lint, unused and undefined values, schema, metadata, YAML style.

    Exit codes: 0 nothing that matters, 1 errors or warnings, 2 the chart or a file cannot be read.
    """
    from kubilitics_chartgen.cli.output import progress
    from kubilitics_chartgen.helm.values_file import read_values_file
    from kubilitics_chartgen.verify.lint import lint as run

    given = [(name, read_values_file(name)) for name in values or []]
    with progress(f"linting {chart}"):
        report = run(chart, values_files=given, kube_version=kube_version)
    if as_json:
        _print_json(chart, report)
    else:
        _print(chart, report)
    raise typer.Exit(1 if report.failed else 0)


def _print_json(chart: Path, report: LintReport) -> None:
    from kubilitics_chartgen.cli.output import print_json

    exempt: list[dict[str, Any]] = [{**finding.as_dict(), "reason": reason} for finding, reason in report.exempt]
    print_json(
        {
            "chart": str(chart),
            "failed": report.failed,
            "findings": [finding.as_dict() for finding in report.findings],
            "exempt": exempt,
        }
    )


def _print(chart: Path, report: LintReport) -> None:
    from kubilitics_chartgen.cli.output import console

    out = console()
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault(finding.check, []).append(finding)
    for check, findings in groups.items():
        out.print(check, style="bold", markup=False)
        for finding in findings:
            _print_finding(out, finding)
    counts = {severity: sum(finding.severity.value == severity for finding in report.findings) for severity in _COLORS}
    parts = [f"{count} {name}{'s' if count != 1 and name != 'info' else ''}" for name, count in counts.items() if count]
    if report.exempt:
        parts.append(f"{len(report.exempt)} exempt")
    out.print(f"{chart}: {', '.join(parts) or 'nothing found'}", markup=False)


def _print_finding(out: Console, finding: Finding) -> None:
    from rich.text import Text

    severity = finding.severity.value
    line = Text("  ")
    where = finding.where()
    if where:
        line.append(f"{where}: ")
    line.append(severity, style=_COLORS[severity])
    line.append(": ")
    if finding.path:
        line.append(f"{finding.path}: ", style="bold")
    line.append(finding.message.replace("\n", "\n      "))
    out.print(line)
    if finding.fix:
        out.print(f"      {finding.fix}", markup=False)
