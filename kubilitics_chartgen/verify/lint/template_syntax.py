"""Every template is a Go template: all errors of all files at once, where Helm stops at the first."""

from __future__ import annotations

from collections.abc import Sequence

from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "template-syntax"


def check(subject: Subject) -> Sequence[Finding]:
    """One finding for each template that cannot be parsed."""
    return [
        Finding(NAME, Severity.ERROR, f"the template cannot be parsed: {error.what}", error.file, error.line)
        for error in subject.references.errors
    ]
