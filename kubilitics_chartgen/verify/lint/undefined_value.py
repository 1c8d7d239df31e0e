"""Values that templates read and nobody defines.

Neither values.yaml nor the schema knows them, so they are typing errors, or settings that nobody can find. What
templates ask `.Chart` for and no Chart.yaml says is the same mistake, which Helm 4 passes over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kubilitics_chartgen.errors import did_you_mean
from kubilitics_chartgen.verify.analysis.contexts import CHART
from kubilitics_chartgen.verify.analysis.reads import Unknown
from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.paths import known_keys, shown
from kubilitics_chartgen.verify.lint.subject import Subject
from kubilitics_chartgen.verify.references import ANY, Path, Reference, Use

__all__ = ["NAME", "check", "undefined_values", "unknown_fields"]

NAME = "undefined-value"
_ROOT = frozenset({"Capabilities", "Chart", "Files", "Release", "Subcharts", "Template", "Values"})
"""What templates find in the root context, which nobody calls a value below another."""


def check(subject: Subject) -> Sequence[Finding]:
    """One finding for each undefined path, at the first place that reads it without a guard."""
    unknown = unknown_fields(subject.references.unknown)
    if not subject.references.complete:
        message = "the templates are too many to follow: values that nobody defines were not judged"
        return [Finding(NAME, Severity.INFO, message), *unknown]
    return [*undefined_values(subject.chart, subject.schema, subject.references.all), *unknown]


def unknown_fields(unknown: Iterable[Unknown]) -> list[Finding]:
    """One finding for each thing that the chart's templates ask `.Chart` for and that it has not."""
    return [
        Finding(
            check=NAME,
            severity=Severity.ERROR,
            message=f"`.Chart` has no `{one.name}`: Helm 3 stops here, and Helm 4 reads nothing",
            file=one.file,
            line=one.line,
            fix=_meant(one.name),
        )
        for one in unknown
        if one.file.startswith("templates/")
    ]


def _meant(name: str) -> str:
    same = next((known for known in sorted(CHART) if known.lower() == name.lower()), None)
    close = same or did_you_mean(name, sorted(CHART))
    return f"Did you mean .Chart.{close}?" if close else "Write it under annotations in Chart.yaml: .Chart.Annotations."


def undefined_values(chart: ChartFiles, schema: Any, references: Iterable[Reference]) -> list[Finding]:
    """The same, for what templates are known to read."""
    open_keys = _open_keys(chart)
    if open_keys is None:
        message = "a dependency exports values into the chart's own, so values that nobody defines were not judged"
        return [Finding(NAME, Severity.INFO, message, "Chart.yaml")]
    found: dict[Path, list[Reference]] = {}
    for reference in references:
        # What is consumed was navigated to before, and only that tells whether a guard stood there.
        if reference.use is not Use.TEST or not reference.path or reference.path[0] in open_keys:
            continue
        if not reference.file.startswith("templates/"):
            continue
        cut = _first_undefined(schema, chart.values.data, reference.path)
        if cut:
            found.setdefault(reference.path[:cut], []).append(reference)
    return [_finding(chart, schema, path, places) for path, places in sorted(found.items())]


def _open_keys(chart: ChartFiles) -> set[str] | None:
    """Top-level keys that others own; None where a dependency may write to any."""
    found = {"global"} | {subchart.prefix[0] for subchart in chart.subcharts}
    for dependency in chart.dependencies:
        found.add(dependency.key)
        if dependency.condition:
            found.update(path.strip().split(".")[0] for path in _missing(chart, dependency.condition))
        for entry in dependency.import_values:
            parent = entry.get("parent") if isinstance(entry, dict) else None
            if parent in (None, "."):
                return None
            found.add(str(parent).split(".")[0])
    return found


def _missing(chart: ChartFiles, condition: str) -> Iterator[str]:
    """Conditions at the top level that values.yaml leaves out, as it may."""
    return (path for path in condition.split(",") if "." not in path and path.strip() not in chart.values.data)


def _first_undefined(schema: Any, defaults: Any, path: Path) -> int:
    """How many segments of `path` lead to the first key that is not defined; 0 where all are, or may be."""
    for length, segment in enumerate(path):
        keys = known_keys(schema, defaults, path[:length])
        if keys is None or segment == ANY:
            return 0
        if segment not in keys:
            return length + 1
    return 0


def _finding(chart: ChartFiles, schema: Any, path: Path, references: Sequence[Reference]) -> Finding:
    bare = [reference for reference in references if not reference.guarded]
    first = (bare or list(references))[0]
    keys = known_keys(schema, chart.values.data, path[:-1]) or frozenset()
    close = did_you_mean(path[-1], sorted(keys))
    fix = f"Did you mean {shown((*path[:-1], close))}?" if close else "Define it in values.yaml."
    message = "neither values.yaml nor the schema defines this value, which a template reads"
    if len(path) > 1 and path[-1] in _ROOT:
        message = f"the dot is the value {shown(path[:-1])} here, of which a template asks for `.{path[-1]}`"
        fix = f"Write $.{path[-1]}; where a named template is handed that value, hand the root context to it as well."
    more = len({(reference.file, reference.line) for reference in references}) - 1
    others = f" (and {more} more {'place' if more == 1 else 'places'})" if more else ""
    return Finding(
        check=NAME,
        severity=Severity.ERROR if bare else Severity.WARNING,
        message=f"{message}{others}",
        file=first.file,
        line=first.line,
        path=shown(path),
        fix=fix,
    )
