"""Check `pod-security`: every pod is admitted to a namespace that enforces the `restricted` standard."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.kube.pod_security import violations
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["PodSecurity"]


class PodSecurity:
    """See `sentence`."""

    name = "pod-security"
    sentence = "Every pod is admitted to a namespace that enforces the `restricted` Pod Security Standard."
    severity: Severity = "error"
    fix = "Set the field as the standard wants it; where the pod truly needs more, exempt it with the reason."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Fields that keep the pod out."""
        pod = document.pod
        if pod is not None:
            for found in violations(pod.spec, annotations=pod.annotations, path=pod.path):
                yield fault(self, document, found.path, f"{found.message.rstrip('.')} ({found.rule})")
