"""Check `custom-kinds`: objects of well-known custom kinds fit the schema of their CRD."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.kube.custom_kinds import custom_problems
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["CustomKinds"]


class CustomKinds:
    """See `sentence`."""

    name = "custom-kinds"
    sentence = (
        "Objects of well-known custom kinds (Gateway API, Prometheus Operator, External Secrets, Cilium, Calico, "
        "OpenShift routes) fit the schema of their CRD; an unknown field would be dropped without a word."
    )
    severity: Severity = "error"
    fix = "Correct the field; docs of the operator say what it is called."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Fields that the CRD does not know or refuses."""
        if "." in document.group:
            for problem in custom_problems(document.object):
                yield fault(self, document, problem.path, problem.message.rstrip("."))
