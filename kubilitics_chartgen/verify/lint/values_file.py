"""Values files that lie in `ci/`, or that the user named, as the chart judges them: its schema, then its templates.

Helm's own lint passes over what a template refuses with `fail` or `required`, which no installation does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.embedded import EmbeddedChart
from kubilitics_chartgen.helm.engine import RefusedError, Release
from kubilitics_chartgen.helm.quiet import log_silenced
from kubilitics_chartgen.helm.values_file import Values
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "values-file"


def check(subject: Subject) -> Sequence[Finding]:
    """What is refused of each set of values, laid over the defaults. A broken schema is a finding of its own."""
    findings = [
        Finding(NAME, Severity.ERROR, problem.message, problem.file, problem.line, problem.path, problem.fix)
        for problem in subject.unreadable
    ]
    loaded = subject.loaded
    if loaded is None or subject.chart.library or subject.chart.missing:
        return findings
    plain = loaded.without_schema() if subject.value_sets else loaded
    for name, values in subject.value_sets:
        by_schema = [
            Finding(
                check=NAME,
                severity=Severity.ERROR,
                message=problem.message if problem.file else f"with {name}: {problem.message}",
                file=problem.file or name,
                line=problem.line,
                path=problem.path,
            )
            for problem in subject.misfits[name]
        ]
        findings.extend(by_schema or _by_templates(plain, name, values, subject.kube_version))
    return findings


def _by_templates(chart: EmbeddedChart, name: str, values: Values, kube_version: str) -> Iterator[Finding]:
    release = Release(kube_version=kube_version or None)
    try:
        with log_silenced():
            chart.render_texts(chart.with_version(values.data, release), release)
    except RefusedError as error:
        # Several lines say by themselves what they are about.
        introduced = "" if "\n" in error.summary else "the chart refuses these values: "
        yield Finding(NAME, Severity.ERROR, f"{introduced}{error.placed}", name)
    except InputError:
        # What is wrong with the template itself is told by Helm's own lint.
        return
