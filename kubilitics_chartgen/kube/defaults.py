"""What an API server fills into an object that it is sent, read off a real server (Kubernetes 1.33 and 1.37). Pure.

In: an object as Helm renders it. Out: a new object as the server would store it, as far as that follows from the object
alone: what the cluster chooses (addresses, node ports, a default storage class) stands as `ALLOCATED`. Kinds that are
not here come back without empty fields and otherwise as they are. `tests/cluster/test_plan.py` compares.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from kubilitics_chartgen.kube.structure import Field, field_of

__all__ = ["ALLOCATED", "defaulted"]

ALLOCATED = "(chosen by the cluster)"

Object = dict[str, Any]

_PROBE = {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}
_POD = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
}
_VOLUME_MODES = ("configMap", "secret", "downwardAPI", "projected")
_HTTP_PATH, _MODE = "/", 0o644


def defaulted(obj: Any, minor: int) -> Object:
    """The object as the server stores it."""
    new: Object = _without_empty(obj, field_of(str(obj.get("apiVersion")), str(obj.get("kind")), minor))
    fill = _KINDS.get((str(obj.get("apiVersion")).partition("/")[0], str(obj.get("kind"))))
    if fill:
        fill(new)
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


def _set(owner: Object, **defaults: Any) -> None:
    for key, value in defaults.items():
        owner.setdefault(key, value)


def _drop(owner: Object, *keys: str) -> None:
    """What a server takes out by itself when the type it belongs to is left."""
    for key in keys:
        owner.pop(key, None)


def _each(owner: Any, key: str) -> list[Object]:
    found = owner.get(key) if isinstance(owner, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _map(owner: Object, key: str) -> Object:
    """The mapping at `key`, made where it is missing."""
    found = owner.get(key)
    if not isinstance(found, dict):
        found = owner[key] = {}
    return found


def _template(owner: Object, restart: str | None = None) -> None:
    if owner.get("minReadySeconds") == 0:
        del owner["minReadySeconds"]
    template = _map(owner, "template")
    if not template.get("metadata"):
        template.pop("metadata", None)
    _pod(_map(template, "spec"))
    if restart:
        template["spec"].setdefault("restartPolicy", restart)


def _pod(spec: Object) -> None:
    _set(spec, **_POD, securityContext={})
    # The old name of the field, which the server still fills in; so dropping the new name alone changes nothing.
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec.update(serviceAccountName=account, serviceAccount=account)
    for key in ("initContainers", "containers"):
        for container in _each(spec, key):
            _container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in _each(spec, "volumes"):
        _volume(volume)


def _container(container: Object, *, host_network: bool) -> None:
    _set(
        container,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy=_pull_policy(str(container.get("image", ""))),
        resources={},
    )
    for port in _each(container, "ports"):
        _set(port, protocol="TCP")
        if host_network:
            _set(port, hostPort=port.get("containerPort"))
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        if isinstance(container.get(key), dict):
            _set(container[key], **_PROBE)
            _handler(container[key])
            if isinstance(container[key].get("grpc"), dict):
                _set(container[key]["grpc"], service="")
    for handler in (container.get("lifecycle") or {}).values():
        if isinstance(handler, dict):
            _handler(handler)
    for variable in _each(container, "env"):
        source = (variable.get("valueFrom") or {}).get("fieldRef")
        if isinstance(source, dict):
            _set(source, apiVersion="v1")
        source = (variable.get("valueFrom") or {}).get("resourceFieldRef")
        if isinstance(source, dict):
            _set(source, divisor="0")
        if variable.get("value") == "":
            del variable["value"]


def _handler(handler: Object) -> None:
    if isinstance(handler.get("httpGet"), dict):
        _set(handler["httpGet"], scheme="HTTP", path=_HTTP_PATH)


def _pull_policy(image: str) -> str:
    if "@" in image:
        return "IfNotPresent"
    _repository, colon, tag = image.rpartition("/")[2].partition(":")
    return "Always" if not colon or tag == "latest" else "IfNotPresent"


def _volume(volume: Object) -> None:
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}
    for key in _VOLUME_MODES:
        if isinstance(volume.get(key), dict):
            _set(volume[key], defaultMode=_MODE)
    for source in _each(volume.get("projected"), "sources"):
        if isinstance(source.get("serviceAccountToken"), dict):
            _set(source["serviceAccountToken"], expirationSeconds=3600)
        for item in _each(source.get("downwardAPI"), "items"):
            if isinstance(item.get("fieldRef"), dict):
                _set(item["fieldRef"], apiVersion="v1")
    for item in _each(volume.get("downwardAPI"), "items"):
        if isinstance(item.get("fieldRef"), dict):
            _set(item["fieldRef"], apiVersion="v1")
    if isinstance(volume.get("hostPath"), dict):
        _set(volume["hostPath"], type="")
    claim = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if isinstance(claim, dict):
        _set(_map(claim, "spec"), volumeMode="Filesystem")


def _deployment(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = _map(spec, "strategy")
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(_map(strategy, "rollingUpdate"), maxSurge="25%", maxUnavailable="25%")
    _template(spec)


def _stateful_set(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    strategy = _map(spec, "updateStrategy")
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(_map(strategy, "rollingUpdate"), partition=0)
    _set(_map(spec, "persistentVolumeClaimRetentionPolicy"), whenDeleted="Retain", whenScaled="Retain")
    for claim in _each(spec, "volumeClaimTemplates"):
        _set(claim, apiVersion="v1", kind="PersistentVolumeClaim", status={"phase": "Pending"})
        _set(_map(claim, "spec"), volumeMode="Filesystem")
    _template(spec)


def _daemon_set(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, revisionHistoryLimit=10)
    strategy = _map(spec, "updateStrategy")
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(_map(strategy, "rollingUpdate"), maxSurge=0, maxUnavailable=1)
    _template(spec)


def _job_spec(spec: Object) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        _set(spec, completions=1)
    _set(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed", suspend=False)
    _set(spec, podReplacementPolicy="Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    _template(spec)


def _job(obj: Object) -> None:
    spec = _map(obj, "spec")
    _job_spec(spec)
    _set(spec, manualSelector=False)
    if not spec["manualSelector"]:
        _set(spec, selector=ALLOCATED)


def _cron_job(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    job = _map(spec, "jobTemplate")
    _set(job, metadata={})
    _template(_map(job, "spec"))


def _service(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, type="ClusterIP", sessionAffinity="None")
    if not spec.get("clusterIP"):
        spec.pop("clusterIP", None)
    if spec["type"] != "ExternalName":
        _set(spec, clusterIP=ALLOCATED, ipFamilyPolicy="SingleStack", internalTrafficPolicy="Cluster")
        _set(spec, clusterIPs=[spec["clusterIP"]], ipFamilies=[ALLOCATED])
    else:
        _drop(spec, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy")
    if spec["type"] in ("NodePort", "LoadBalancer"):
        _set(spec, externalTrafficPolicy="Cluster")
    else:
        _drop(spec, "externalTrafficPolicy", "healthCheckNodePort")
    if spec["type"] == "LoadBalancer":
        _set(spec, allocateLoadBalancerNodePorts=True)
    else:
        _drop(spec, "allocateLoadBalancerNodePorts", "loadBalancerClass")
    if spec.get("sessionAffinity") == "ClientIP":
        _set(_map(_map(spec, "sessionAffinityConfig"), "clientIP"), timeoutSeconds=10800)
    else:
        _drop(spec, "sessionAffinityConfig")
    for port in _each(spec, "ports"):
        _set(port, protocol="TCP", targetPort=port.get("port"))
        if spec["type"] == "NodePort" or (
            spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is not False
        ):
            _set(port, nodePort=ALLOCATED)
        elif port.get("nodePort") == ALLOCATED:
            del port["nodePort"]


def _claim(obj: Object) -> None:
    _set(_map(obj, "metadata"), finalizers=["kubernetes.io/pvc-protection"])
    _set(_map(obj, "spec"), volumeMode="Filesystem", storageClassName=ALLOCATED)


def _autoscaler(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, minReplicas=1)
    if not spec.get("metrics"):
        spec["metrics"] = [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
            }
        ]
    if not isinstance(spec.get("behavior"), dict):
        return
    up, down = _map(spec["behavior"], "scaleUp"), _map(spec["behavior"], "scaleDown")
    _set(up, stabilizationWindowSeconds=0)
    for side in (up, down):
        _set(side, selectPolicy="Max")
    _set(
        up,
        policies=[
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
    )
    _set(down, policies=[{"type": "Percent", "value": 100, "periodSeconds": 15}])


def _policy(obj: Object) -> None:
    spec = _map(obj, "spec")
    _set(spec, podSelector={}, policyTypes=["Ingress", *(["Egress"] if spec.get("egress") else [])])
    for side in ("ingress", "egress"):
        for rule in _each(spec, side):
            for port in _each(rule, "ports"):
                _set(port, protocol="TCP")


def _binding(obj: Object) -> None:
    _set(_map(obj, "roleRef"), apiGroup="rbac.authorization.k8s.io")
    for subject in _each(obj, "subjects"):
        if subject.get("kind") in ("User", "Group"):
            _set(subject, apiGroup="rbac.authorization.k8s.io")


def _secret(obj: Object) -> None:
    _set(obj, type="Opaque")
    plain = obj.pop("stringData", None)
    if isinstance(plain, dict):
        data = _map(obj, "data")
        for key, value in plain.items():
            data[key] = base64.b64encode(str(value).encode()).decode()


def _storage_class(obj: Object) -> None:
    _set(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _priority_class(obj: Object) -> None:
    _set(obj, preemptionPolicy="PreemptLowerPriority")


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
    ("v1", "Pod"): lambda obj: _pod(_map(obj, "spec")),
    ("v1", "Secret"): _secret,
    ("v1", "Service"): _service,
}
