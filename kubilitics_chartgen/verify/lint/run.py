"""Runs every check of a chart's source. In: a folder and values. Out: findings. Reads the chart's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.values_file import Values
from kubilitics_chartgen.verify.chart_files import read_chart
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint import (
    chart_metadata,
    exemptions,
    helm_lint,
    schema,
    template_syntax,
    undefined_value,
    unused_value,
    values_file,
    yaml_style,
)
from kubilitics_chartgen.verify.lint.subject import SCHEMA, Subject

__all__ = ["CHECKS", "LintReport", "lint"]

Check = Callable[[Subject], Sequence[Finding]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        helm_lint.NAME: helm_lint.check,
        template_syntax.NAME: template_syntax.check,
        unused_value.NAME: unused_value.check,
        undefined_value.NAME: undefined_value.check,
        schema.NAME: schema.check,
        values_file.NAME: values_file.check,
        chart_metadata.NAME: chart_metadata.check,
        yaml_style.NAME: yaml_style.check,
    }
)
"""Every check by its name, in the order of the report."""


@dataclass(frozen=True)
class LintReport:
    """The result of a lint."""

    findings: tuple[Finding, ...]
    exempt: tuple[tuple[Finding, str], ...] = ()
    """Accepted findings with the reasons their author gave."""

    @property
    def failed(self) -> bool:
        """Whether a finding is worse than information."""
        return any(finding.severity.fails for finding in self.findings)


def lint(folder: Path, *, values_files: Sequence[tuple[str, Values]] = (), kube_version: str = "") -> LintReport:
    """Lint the chart in `folder`. Raises InputError where it is no chart, or its exemptions cannot be read."""
    chart = read_chart(folder)
    accepted = exemptions.read_exemptions(chart.files.get(exemptions.FILE, ""), CHECKS)
    subject = Subject(chart, tuple(values_files), kube_version)
    findings: list[Finding] = []
    try:
        _ = subject.schema
    except InputError as error:
        findings.extend(
            Finding("schema", Severity.ERROR, problem.message, problem.file or SCHEMA, problem.line)
            for problem in error.problems
        )
        return LintReport(tuple(findings))
    for check in CHECKS.values():
        findings.extend(check(subject))
    kept, exempt = exemptions.apply_exemptions(findings, accepted)
    return LintReport(kept, exempt)
