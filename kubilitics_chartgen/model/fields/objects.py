"""Which objects come with which condition. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.model.fields.parts import PARTS
from kubilitics_chartgen.model.fields.row import Arrival

__all__ = ["objects"]

_POLICY = "NetworkPolicy|CiliumNetworkPolicy"
_MONITORS = {"ServiceMonitor": "serviceMonitor", "PodMonitor": "podMonitor"}


def objects() -> Iterator[Arrival]:
    """One row for each object that some values bring."""
    return (Arrival(kind, file, when=when) for kind, file, when in (*_of_parts(), *_OTHERS))


def _of_parts() -> Iterator[tuple[str, str, str]]:
    for part in PARTS:
        yield "Service", f"{part.id}/service.yaml", f"{part.id}-on"
        yield "ServiceAccount", f"{part.id}/serviceaccount.yaml", f"{part.id}-account"
        yield _POLICY, f"{part.id}/networkpolicy.yaml", f"{part.id}-policy"
        if part.id != "ai":
            yield "Deployment", f"{part.id}/deployment.yaml", f"{part.id}-on"
        if part.id != "frontend":
            yield "PersistentVolumeClaim", f"{part.id}/persistentvolumeclaim.yaml", f"{part.id}-claim"
    for part_id in ("backend", "frontend", "ai"):
        yield "PodDisruptionBudget", f"{part_id}/poddisruptionbudget.yaml", f"{part_id}-budget"
    for part_id in ("frontend", "ai"):
        yield "HorizontalPodAutoscaler", f"{part_id}/horizontalpodautoscaler.yaml", f"{part_id}-autoscaled"
    for part_id in ("backend", "ai", "qdrant"):
        for kind, key in _MONITORS.items():
            yield kind, f"{part_id}/{kind.lower()}.yaml", f"{part_id}-{key}"


_OTHERS = (
    ("ConfigMap", "frontend/configmap.yaml", "frontend-on"),
    ("ConfigMap", "backend/configmap-kubeconfig.yaml", "backend-on"),
    ("Deployment", "ai/deployment.yaml", "ai-shared"),
    ("StatefulSet", "ai/statefulset.yaml", "ai-per-replica"),
    ("Service", "ai/service-headless.yaml", "ai-per-replica"),
    ("Service", "ai/service-primary.yaml", "ai-per-replica"),
    ("ConfigMap", "ai/configmap.yaml", "ai-on"),
    ("ConfigMap", "ai/configmap-discovery.yaml", "ai-on"),
    ("Role", "ai/role.yaml", "ai-on"),
    ("RoleBinding", "ai/rolebinding.yaml", "ai-on"),
    ("ExternalSecret", "ai/externalsecret.yaml", "external-secret"),
    ("HTTPRoute", "exposure/httproute.yaml", "http-route"),
    ("Route", "exposure/route.yaml", "route"),
    ("Ingress", "exposure/ingress.yaml", "ingress"),
    ("Pod", "tests/core.yaml", "tests"),
    ("Pod", "ai/tests/ai.yaml", "ai-tests"),
    ("Job", "migrations/job.yaml", "migrations"),
    (_POLICY, "migrations/networkpolicy.yaml", "migrations-policy"),
    (_POLICY, "ai/networkpolicy-from-core.yaml", "ai-policy"),
    (_POLICY, "ai/networkpolicy-queries.yaml", "ai-policy"),
    (_POLICY, "network/default-deny.yaml", "backend-policy"),
    (_POLICY, "network/helpers.yaml", "backend-policy"),
)
