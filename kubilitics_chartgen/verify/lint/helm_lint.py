"""What `helm lint` says, with the default values and with each set of values that was given or lies in `ci/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubilitics_chartgen.helm.linting import LintMessage, lint
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.remote_schema import leads_out
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "helm"


def check(subject: Subject) -> Sequence[Finding]:
    """Helm's messages; one that several sets of values bring about is reported once.

    What does not fit the chart's schema is told by other checks, which know the line.
    """
    misfit = bool(subject.default_misfits)
    sets: list[tuple[str, Mapping[str, Any], bool]] = [("", {}, misfit)]
    sets += [(name, values.data, misfit or bool(subject.misfits.get(name))) for name, values in subject.value_sets]
    # Helm fetches what a schema refers to; a chart that is only being looked at must not send anyone anywhere.
    remote = any(leads_out(text) for text in subject.chart.schemas.values())
    found: dict[LintMessage, str] = {}
    for name, values, told in sets:
        for message in lint(subject.chart.folder, values, kube_version=subject.kube_version, skip_schema=remote):
            if not (told and message.is_of_schema):
                found.setdefault(message, name)
    return [_finding(message, name) for message, name in found.items()]


def _finding(message: LintMessage, name: str) -> Finding:
    text = f"with {name}: {message.message}" if name else message.message
    return Finding(NAME, Severity(message.severity), text, message.file, message.line)
