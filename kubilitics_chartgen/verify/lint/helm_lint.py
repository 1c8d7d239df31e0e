"""What `helm lint` says, with the default values and with each set of values that was given or lies in `ci/`."""

from __future__ import annotations

from collections.abc import Sequence

from kubilitics_chartgen.helm.linting import LintMessage, lint
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.schema import leads_out
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "helm"


def check(subject: Subject) -> Sequence[Finding]:
    """Helm's messages; one that several sets of values bring about is reported once."""
    sets = [("", {}), *((name, values.data) for name, values in subject.value_sets)]
    # Helm fetches what a schema refers to; a chart that is only being looked at must not send anyone anywhere.
    remote = any(leads_out(text) for text in subject.chart.schemas.values())
    found: dict[LintMessage, str] = {}
    for name, values in sets:
        for message in lint(subject.chart.folder, values, kube_version=subject.kube_version, skip_schema=remote):
            found.setdefault(message, name)
    return [_finding(message, name) for message, name in found.items()]


def _finding(message: LintMessage, name: str) -> Finding:
    text = f"with {name}: {message.message}" if name else message.message
    return Finding(NAME, Severity(message.severity), text, message.file, message.line)
