"""What each ServiceAccount may do, as the table that the chart's roles and its documentation are made from. No I/O.

The backend reads the cluster for its users: the built-in ClusterRole `view` (which leaves Secrets out) and the named
cluster-scoped kinds below. There is no wildcard anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AI_READS", "BACKEND_RIGHTS", "CLUSTER_READS", "EXEC", "MANAGES", "Rule"]

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "patch", "update")


@dataclass(frozen=True)
class Rule:
    """One RBAC rule and why it is there."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    why: str


CLUSTER_READS: tuple[Rule, ...] = (
    Rule("", ("nodes", "persistentvolumes"), READ, "nodes and volumes in the topology"),
    Rule("apiextensions.k8s.io", ("customresourcedefinitions",), READ, "which custom resources exist"),
    Rule("metrics.k8s.io", ("nodes", "pods"), ("get", "list"), "CPU and memory in use"),
    Rule("networking.k8s.io", ("ingressclasses",), READ, "ingress classes in the topology"),
    Rule("scheduling.k8s.io", ("priorityclasses",), READ, "priorities of workloads"),
    Rule("storage.k8s.io", ("csidrivers", "csinodes", "storageclasses", "volumeattachments"), READ, "storage"),
)
"""Cluster-scoped kinds that `view` does not cover; granted with `rbac.scope: cluster` only."""

MANAGES: tuple[Rule, ...] = (
    Rule("", ("configmaps", "persistentvolumeclaims", "pods", "services"), WRITE, "edit and delete"),
    Rule("", ("pods/eviction",), ("create",), "evict a pod"),
    Rule("apps", ("daemonsets", "deployments", "replicasets", "statefulsets"), WRITE, "edit, restart, delete"),
    Rule("apps", ("deployments/scale", "replicasets/scale", "statefulsets/scale"), ("patch", "update"), "scale"),
    Rule("autoscaling", ("horizontalpodautoscalers",), WRITE, "edit and delete"),
    Rule("batch", ("cronjobs", "jobs"), WRITE, "run, suspend, delete"),
    Rule("networking.k8s.io", ("ingresses", "networkpolicies"), WRITE, "edit and delete"),
    Rule("policy", ("poddisruptionbudgets",), WRITE, "edit and delete"),
)
"""Granted with `rbac.manage: true`."""

AI_READS: tuple[Rule, ...] = (
    Rule("", ("events", "pods", "services"), READ, "context of investigations, without the backend"),
)
"""Granted to AI with `ai.clusterAccess.enabled: true`; section 5 of the delivery architecture."""

EXEC: tuple[Rule, ...] = (
    Rule("", ("pods/exec", "pods/portforward"), ("create", "get"), "a shell in a pod, a port of a pod"),
)
"""Granted with `rbac.exec: true`."""

BACKEND_RIGHTS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("reads-cluster", CLUSTER_READS),
    ("manages", MANAGES),
    ("opens-shells", EXEC),
)
"""All that the backend's own roles may grant, by the condition for it."""
