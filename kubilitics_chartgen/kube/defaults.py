"""What an API server fills into an object that it is sent, read off a real server. Pure.

In: an object as Helm renders it. Out: a new object as the server would store it, as far as that follows from the object
alone: what the cluster chooses (addresses, node ports, a default storage class) stands as `ALLOCATED`. Kinds that are
not here come back without empty fields and otherwise as they are. `tests/cluster/test_plan.py` compares.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from kubilitics_chartgen.kube.pod_defaults import drop, each, fill, fill_pod, fill_template, mapping_at
from kubilitics_chartgen.kube.structure import Field, field_of

__all__ = ["ALLOCATED", "defaulted"]

ALLOCATED = "(chosen by the cluster)"

Object = dict[str, Any]


def defaulted(obj: Any, minor: int) -> Object:
    """The object as the server stores it."""
    new: Object = _without_empty(obj, field_of(str(obj.get("apiVersion")), str(obj.get("kind")), minor))
    complete = _KINDS.get((str(obj.get("apiVersion")).partition("/")[0], str(obj.get("kind"))))
    if complete:
        complete(new)
    return new


def _without_empty(value: Any, field: Field) -> Any:
    """A copy without nulls, and without the empty maps and lists that a server leaves out; empty structs stay."""
    if isinstance(value, dict):
        new = {}
        for key, item in value.items():
            child = field.child(str(key))
            kept = _without_empty(item, child)
            if kept is None or (kept in ({}, []) and child.known and not child.is_struct):
                continue
            new[key] = kept
        return new
    if isinstance(value, list):
        return [_without_empty(item, field.item) for item in value]
    return value


def _deployment(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = mapping_at(spec, "strategy")
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(mapping_at(strategy, "rollingUpdate"), maxSurge="25%", maxUnavailable="25%")
    fill_template(spec)


def _stateful_set(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    strategy = mapping_at(spec, "updateStrategy")
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(mapping_at(strategy, "rollingUpdate"), partition=0)
    fill(mapping_at(spec, "persistentVolumeClaimRetentionPolicy"), whenDeleted="Retain", whenScaled="Retain")
    for claim in each(spec, "volumeClaimTemplates"):
        fill(claim, apiVersion="v1", kind="PersistentVolumeClaim", status={"phase": "Pending"})
        fill(mapping_at(claim, "spec"), volumeMode="Filesystem")
    fill_template(spec)


def _daemon_set(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, revisionHistoryLimit=10)
    strategy = mapping_at(spec, "updateStrategy")
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(mapping_at(strategy, "rollingUpdate"), maxSurge=0, maxUnavailable=1)
    fill_template(spec)


def _job_spec(spec: Object) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        fill(spec, completions=1)
    fill(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed", suspend=False)
    fill(spec, podReplacementPolicy="Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    fill_template(spec)


def _job(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    _job_spec(spec)
    fill(spec, manualSelector=False)
    if not spec["manualSelector"]:
        fill(spec, selector=ALLOCATED)


def _cron_job(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    job = mapping_at(spec, "jobTemplate")
    fill(job, metadata={})
    fill_template(mapping_at(job, "spec"))


def _service(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, type="ClusterIP", sessionAffinity="None")
    if not spec.get("clusterIP"):
        spec.pop("clusterIP", None)
    if spec["type"] != "ExternalName":
        fill(spec, clusterIP=ALLOCATED, ipFamilyPolicy="SingleStack", internalTrafficPolicy="Cluster")
        fill(spec, clusterIPs=[spec["clusterIP"]], ipFamilies=[ALLOCATED])
    else:
        drop(spec, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy")
    if spec["type"] in ("NodePort", "LoadBalancer"):
        fill(spec, externalTrafficPolicy="Cluster")
    else:
        drop(spec, "externalTrafficPolicy", "healthCheckNodePort")
    if spec["type"] == "LoadBalancer":
        fill(spec, allocateLoadBalancerNodePorts=True)
    else:
        drop(spec, "allocateLoadBalancerNodePorts", "loadBalancerClass")
    if spec.get("sessionAffinity") == "ClientIP":
        fill(mapping_at(mapping_at(spec, "sessionAffinityConfig"), "clientIP"), timeoutSeconds=10800)
    else:
        drop(spec, "sessionAffinityConfig")
    for port in each(spec, "ports"):
        fill(port, protocol="TCP", targetPort=port.get("port"))
        if spec["type"] == "NodePort" or (
            spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is not False
        ):
            fill(port, nodePort=ALLOCATED)
        elif port.get("nodePort") == ALLOCATED:
            del port["nodePort"]


def _claim(obj: Object) -> None:
    fill(mapping_at(obj, "metadata"), finalizers=["kubernetes.io/pvc-protection"])
    fill(mapping_at(obj, "spec"), volumeMode="Filesystem", storageClassName=ALLOCATED)


def _autoscaler(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, minReplicas=1)
    if not spec.get("metrics"):
        spec["metrics"] = [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
            }
        ]
    if not isinstance(spec.get("behavior"), dict):
        return
    up, down = mapping_at(spec["behavior"], "scaleUp"), mapping_at(spec["behavior"], "scaleDown")
    fill(up, stabilizationWindowSeconds=0)
    for side in (up, down):
        fill(side, selectPolicy="Max")
    fill(
        up,
        policies=[
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
    )
    fill(down, policies=[{"type": "Percent", "value": 100, "periodSeconds": 15}])


def _policy(obj: Object) -> None:
    spec = mapping_at(obj, "spec")
    fill(spec, podSelector={}, policyTypes=["Ingress", *(["Egress"] if spec.get("egress") else [])])
    for side in ("ingress", "egress"):
        for rule in each(spec, side):
            for port in each(rule, "ports"):
                fill(port, protocol="TCP")


def _binding(obj: Object) -> None:
    fill(mapping_at(obj, "roleRef"), apiGroup="rbac.authorization.k8s.io")
    for subject in each(obj, "subjects"):
        if subject.get("kind") in ("User", "Group"):
            fill(subject, apiGroup="rbac.authorization.k8s.io")


def _secret(obj: Object) -> None:
    fill(obj, type="Opaque")
    plain = obj.pop("stringData", None)
    if isinstance(plain, dict):
        data = mapping_at(obj, "data")
        for key, value in plain.items():
            data[key] = base64.b64encode(str(value).encode()).decode()


def _storage_class(obj: Object) -> None:
    fill(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _priority_class(obj: Object) -> None:
    fill(obj, preemptionPolicy="PreemptLowerPriority")


_KINDS: dict[tuple[str, str], Callable[[Object], None]] = {
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("batch", "CronJob"): _cron_job,
    ("batch", "Job"): _job,
    ("networking.k8s.io", "NetworkPolicy"): _policy,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _binding,
    ("rbac.authorization.k8s.io", "RoleBinding"): _binding,
    ("scheduling.k8s.io", "PriorityClass"): _priority_class,
    ("storage.k8s.io", "StorageClass"): _storage_class,
    ("v1", "PersistentVolumeClaim"): _claim,
    ("v1", "Pod"): lambda obj: fill_pod(mapping_at(obj, "spec")),
    ("v1", "Secret"): _secret,
    ("v1", "Service"): _service,
}
