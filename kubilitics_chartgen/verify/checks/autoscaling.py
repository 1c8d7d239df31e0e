"""Check `autoscaling`: a HorizontalPodAutoscaler has something to scale and to measure, and nobody works against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import at, items, quoted
from kubilitics_chartgen.verify.checks.wants import scaled_workload

__all__ = ["Autoscaling"]


class _Workload(NamedTuple):
    namespace: str
    kind: str
    name: str
    has_replicas: bool
    unrequested: frozenset[str]
    """Resources that some container requests nothing of."""


class _Autoscaler(NamedTuple):
    namespace: str
    kind: str
    name: str
    resources: frozenset[str]
    """Resources whose use is measured against the request."""


class Autoscaling:
    """See `sentence`."""

    name = "autoscaling"
    sentence = (
        "Whatever a HorizontalPodAutoscaler scales leaves its replicas out, as every upgrade and GitOps sync would "
        "reset them, and requests what the autoscaler measures."
    )
    severity: Severity = "error"
    fix = "Render `replicas` only without the autoscaler, and give the containers requests."

    def facts(self, document: Document) -> Facts:
        """What may be scaled, and what scales."""
        namespace = document.namespace
        spec = at(document.object, "spec")
        scaled = scaled_workload(document)
        if scaled and document.kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            measured = frozenset(
                str(at(metric, "resource").get("name"))
                for _, metric in items(spec.get("metrics"))
                if at(metric, "resource", "target").get("type") == "Utilization"
            )
            if spec.get("targetCPUUtilizationPercentage") is not None:  # autoscaling/v1
                measured |= {"cpu"}
            return _Autoscaler(namespace, *scaled, measured)
        pod = document.pod
        if document.kind in ("Deployment", "StatefulSet") and pod is not None:
            missing = frozenset(
                name
                for name in ("cpu", "memory")
                for container in pod.containers
                if container.stays
                and at(container.object, "resources", "requests").get(name) is None
                and at(container.object, "resources", "limits").get(name) is None
            )
            return _Workload(namespace, document.kind, document.name, spec.get("replicas") is not None, missing)
        return None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Workloads that work against their autoscaler."""
        scaled = {(fact.namespace, fact.kind, fact.name): fact for _, fact in facts if isinstance(fact, _Autoscaler)}
        if not scaled:
            return
        for document, fact in facts:
            scaler = scaled.get(fact[:3]) if isinstance(fact, _Workload) else None
            if not isinstance(fact, _Workload) or scaler is None:
                continue
            if fact.has_replicas:
                message = "is set, though a HorizontalPodAutoscaler decides it"
                yield fault(self, document, "spec.replicas", message)
            for name in sorted(scaler.resources & fact.unrequested):
                message = f"{quoted(name)} is measured by a HorizontalPodAutoscaler, and a container requests none"
                yield fault(self, document, "spec.template.spec.containers", message)
