"""Values files that lie in `ci/`, or that the user named, as the chart's schema judges them."""

from __future__ import annotations

from collections.abc import Sequence

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.schema import remote_references
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "values-file"


def check(subject: Subject) -> Sequence[Finding]:
    """What the schema refuses in each file, laid over the defaults. A broken schema is a finding of its own."""
    findings = [
        Finding(NAME, Severity.ERROR, problem.message, problem.file, problem.line, problem.path, problem.fix)
        for problem in subject.unreadable
    ]
    loaded = subject.loaded
    if loaded is None or subject.schema is None or any(remote_references(subject.schema)):
        return findings
    try:
        judge = Judge(subject.schema)
    except InputError:
        return findings
    # What the defaults alone bring about is told once, by the check of the schema.
    known = {(problem.path, problem.message) for problem in judge.problems(loaded.coalesce({}))}
    for name, values in subject.value_sets:
        findings.extend(
            Finding(
                check=NAME,
                severity=Severity.ERROR,
                message=problem.message if problem.file else f"with {name}: {problem.message}",
                file=problem.file or name,
                line=problem.line,
                path=problem.path,
            )
            for problem in judge.problems(loaded.coalesce(values.data), values)
            if problem.file or (problem.path, problem.message) not in known
        )
    return findings
