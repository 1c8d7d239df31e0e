"""Values in values.yaml that no template reads: a setting that does nothing misleads whoever sets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.paths import leaves, shown
from kubilitics_chartgen.verify.lint.subject import Subject
from kubilitics_chartgen.verify.references import Path
from kubilitics_chartgen.verify.subcharts import Dependency

__all__ = ["NAME", "check"]

NAME = "unused-value"


def check(subject: Subject) -> Sequence[Finding]:
    """One finding for each value that nothing reads.

    Silent where a template cannot be parsed (that is a finding of its own) or the templates were too much to follow.
    """
    references = subject.references
    if references.errors:
        return []
    if not references.complete:
        message = "the templates are too many to follow: whether each value is read was not judged"
        return [Finding(NAME, Severity.INFO, message)]
    chart = subject.chart
    by_helm = _read_by_helm(chart)
    findings = []
    for path in leaves(chart.values.data):
        if any(path[: len(known)] == known for known in by_helm) or references.uses(path):
            continue
        maybe = references.uses(path, certain=False)
        findings.append(
            Finding(
                check=NAME,
                severity=Severity.INFO if maybe else Severity.WARNING,
                message="no template reads it, unless text that is set in values and run by `tpl` does"
                if maybe
                else "no template reads it, so setting it does nothing",
                file="values.yaml",
                line=subject.values_line(path),
                path=shown(path),
                fix="" if maybe else "Use it in a template, or remove it.",
            )
        )
    return findings


def _read_by_helm(chart: ChartFiles) -> set[Path]:
    """Paths whose values go to a subchart, or tell Helm what to do with one."""
    # What stands under `exports` is there for charts that hold this one.
    found: set[Path] = {("tags",), ("exports",)} if chart.dependencies else {("exports",)}
    for dependency in chart.dependencies:
        found.add((dependency.key,))
        found.update(tuple(path.strip().split(".")) for path in dependency.condition.split(",") if path.strip())
        found.update(_imported(dependency))
    found.update(subchart.prefix[:1] for subchart in chart.subcharts)
    if chart.missing:
        # A subchart that is not at hand may read any of the global values.
        found.add(("global",))
    return found


def _imported(dependency: Dependency) -> set[Path]:
    """Where import-values puts values: the defaults there are overlaid by the subchart's."""
    entries: list[Any] = [entry for entry in dependency.import_values if isinstance(entry, dict)]
    return {tuple(str(entry["parent"]).split(".")) for entry in entries if entry.get("parent") not in (None, ".")}
