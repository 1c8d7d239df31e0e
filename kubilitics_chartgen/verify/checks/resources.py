"""Check `resources`: every container says what it needs and what it may use at most."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import at

__all__ = ["Resources"]

_WANTED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
"""A CPU limit only slows a container down; a memory limit protects its neighbours."""


class Resources:
    """See `sentence`."""

    name = "resources"
    sentence = (
        "Every container requests CPU and memory and limits its memory: the scheduler and its neighbours go by it."
    )
    severity: Severity = "warning"
    fix = "Give the container's resources a default in values.yaml."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What a container leaves unsaid."""
        pod = document.pod
        if pod is None or at(pod.spec, "resources"):
            return
        for container in pod.containers:
            resources = at(container.object, "resources")
            for side, resource in _WANTED:
                # A limit alone is the request as well.
                stated = at(resources, side).get(resource) is not None
                if not stated and at(resources, "limits").get(resource) is None:
                    path = f"{container.path}.resources.{side}.{resource}"
                    yield fault(self, document, path, "is not set")
