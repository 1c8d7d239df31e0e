"""What an API server refuses to change in an object that exists: rules as data, per kind and Kubernetes minor. Pure.

In: the object as it is stored and as it would be stored. Out: refusals and what they depend on. Rules come from two
places: `IMMUTABLE` below, each with its source in the Kubernetes sources, and `fixed_fields`, which a real server of
that minor gave as answers (`make probe-rules`). Where a minor was probed, the server's answers count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.kube.defaults import ALLOCATED
from kubilitics_chartgen.kube.fixed_fields import FixedFields, fixed_fields, is_in, probed_minors
from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity

__all__ = ["IMMUTABLE", "PROBED", "Refusal", "Rule", "carried_over", "refusals", "rules"]

Object = Mapping[str, Any]

PROBED = probed_minors()
"""The Kubernetes minors whose rules a real server gave."""


@dataclass(frozen=True)
class Refusal:
    """A field that the server does not let change, or only in some state of the cluster."""

    path: str
    reason: str
    depends_on: str = ""
    """The fact that decides, where the objects alone do not; empty: it is refused for certain."""


@dataclass(frozen=True)
class Rule:
    """Fields of one kind that never change once the object exists."""

    group: str
    kind: str
    paths: tuple[str, ...]
    source: str
    """The function in the Kubernetes sources that says so."""
    but: tuple[tuple[str, int], ...] = ()
    """Fields below `paths` that may change, each with the Kubernetes minor from which on."""


_TEMPLATE = (("replicas", 0), ("template", 0), ("updateStrategy", 0), ("minReadySeconds", 22))
IMMUTABLE = (
    Rule("apps", "Deployment", ("spec.selector",), "apps/validation: ValidateDeploymentUpdate, registry strategy"),
    Rule("apps", "ReplicaSet", ("spec.selector",), "apps registry: rsStrategy.ValidateUpdate"),
    Rule("apps", "DaemonSet", ("spec.selector",), "apps registry: daemonSetStrategy.ValidateUpdate"),
    Rule(
        "apps",
        "StatefulSet",
        ("spec",),
        "apps/validation: ValidateStatefulSetUpdate",
        (*_TEMPLATE, ("persistentVolumeClaimRetentionPolicy", 23), ("ordinals", 26), ("revisionHistoryLimit", 33)),
    ),
    Rule(
        "batch",
        "Job",
        (
            "spec.selector",
            "spec.completionMode",
            "spec.completions",
            "spec.podFailurePolicy",
            "spec.backoffLimitPerIndex",
            "spec.successPolicy",
            "spec.podReplacementPolicy",
            "spec.managedBy",
            "spec.template",
        ),
        "batch/validation: ValidateJobSpecUpdate",
    ),
    Rule("", "Secret", ("type",), "core/validation: ValidateSecretUpdate"),
    Rule(
        "",
        "PersistentVolumeClaim",
        ("spec",),
        "core/validation: ValidatePersistentVolumeClaimUpdate",
        (("resources", 0), ("volumeAttributesClassName", 31)),
    ),
    Rule(
        "", "PersistentVolume", ("spec.persistentvolumesource", "spec.nodeAffinity"), "ValidatePersistentVolumeUpdate"
    ),
    Rule("rbac.authorization.k8s.io", "RoleBinding", ("roleRef",), "rbac/validation: ValidateRoleBindingUpdate"),
    Rule(
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        ("roleRef",),
        "rbac/validation: ValidateClusterRoleBindingUpdate",
    ),
    Rule(
        "storage.k8s.io",
        "StorageClass",
        ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
        "storage/validation: ValidateStorageClassUpdate",
    ),
    Rule("scheduling.k8s.io", "PriorityClass", ("value", "preemptionPolicy"), "ValidatePriorityClassUpdate"),
    Rule("networking.k8s.io", "IngressClass", ("spec.controller",), "ValidateIngressClassUpdate"),
    Rule("node.k8s.io", "RuntimeClass", ("handler",), "node/validation: ValidateRuntimeClassUpdate"),
    Rule(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        ("spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"),
        "apiextensions/validation: ValidateCustomResourceDefinitionUpdate",
    ),
)


def refusals(before: Object, after: Object, minor: int) -> Iterator[Refusal]:
    """Every refusal of the change from one stored object to the other."""
    group, kind = _group(after), str(after.get("kind"))
    for rule in rules(group, kind, minor):
        for path in rule.paths:
            yield from _changed(rule, path, before, after, minor)
    special = _SPECIAL.get((group, kind))
    if special:
        yield from special(before, after)


@lru_cache(maxsize=512)
def rules(group: str, kind: str, minor: int) -> tuple[Rule, ...]:
    """Those of one kind: as the server of this minor answered, and beside that as its sources say."""
    written = tuple(rule for rule in IMMUTABLE if (rule.group, rule.kind) == (group, kind))
    probed = fixed_fields(minor).get((group, kind))
    if probed is None:
        return written
    return (*_corrected(written, probed), *_found(written, probed, group, kind))


def _corrected(written: tuple[Rule, ...], probed: FixedFields) -> Iterator[Rule]:
    for rule in written:
        if rule.but:
            (root,) = rule.paths
            free = {path.split(".")[1].partition("[")[0]: 0 for path in probed.free if path.startswith(f"{root}.")}
            fixed = {path.split(".")[1] for path in probed.fixed if path.startswith(f"{root}.")}
            but = {**{name: since for name, since in rule.but if name not in fixed}, **free}
            yield replace(rule, but=tuple(but.items()))
        else:
            yield replace(rule, paths=tuple(path for path in rule.paths if path not in probed.free))


def _found(written: tuple[Rule, ...], probed: FixedFields, group: str, kind: str) -> Iterator[Rule]:
    """What the sources were not read for; kinds with a function of their own below are known by heart."""
    if (group, kind) in _SPECIAL:
        return
    known = {path for rule in written for path in rule.paths}
    paths = {path for path in probed.fixed if "[" not in path}
    new = tuple(sorted(path for path in paths if not any(is_in(path, other) for other in known)))
    if new:
        yield Rule(group, kind, new, "make probe-rules")


def carried_over(before: Object, after: Object) -> Object:
    """The new object with what the server takes from the stored one where it is left empty: a Service's addresses."""
    old, new = before.get("spec") or {}, after.get("spec") or {}
    if after.get("kind") != "Service" or "ExternalName" in (old.get("type", ""), new.get("type", "")):
        return after
    key = "ipFamilyPolicy"
    kept = {key: old[key]} if old.get(key) and not new.get(key) else {}
    if old.get("clusterIP") and not new.get("clusterIP"):
        kept |= {"clusterIP": old["clusterIP"], "clusterIPs": old.get("clusterIPs")}
    return {**after, "spec": {**new, **kept}} if kept else after


def _group(obj: Object) -> str:
    return str(obj.get("apiVersion") or "").rpartition("/")[0]


def _at(obj: Any, path: str) -> Any:
    for step in path.split("."):
        obj = obj.get(step) if isinstance(obj, Mapping) else None
    return obj


def _changed(rule: Rule, path: str, before: Object, after: Object, minor: int) -> Iterator[Refusal]:
    old, new = _at(before, path), _at(after, path)
    if old == new:
        return
    if not rule.but:
        if (rule.kind, path) == ("Job", "spec.template"):
            yield _job_template(before)
        elif (rule.kind, path) == ("Job", "spec.completions") and _at(after, "spec.completionMode") == "Indexed":
            if new != _at(after, "spec.parallelism"):
                yield Refusal(path, "completions of an indexed Job may only change together with parallelism")
        else:
            yield Refusal(path, "cannot be changed once the object exists")
        return
    free = {name for name, since in rule.but if minor >= since}
    old, new = old or {}, new or {}
    for key in sorted({*old, *new} - free):
        if old.get(key) != new.get(key):
            if rule.kind == "PersistentVolumeClaim" and key == "storageClassName" and old.get(key) == ALLOCATED:
                reason = "cannot be changed; it was left to the cluster when the claim was made"
                yield Refusal(f"{path}.{key}", reason, "which StorageClass the claim got")
            else:
                yield Refusal(f"{path}.{key}", "cannot be changed once the object exists")


def _job_template(before: Object) -> Refusal:
    reason = "a Job's pod template cannot be changed once it exists"
    if _at(before, "spec.suspend"):
        return Refusal("spec.template", reason, "whether the Job is still suspended, and what of it has started")
    return Refusal("spec.template", reason)


def _workload(before: Object, after: Object) -> Iterator[Refusal]:
    del before
    strategy = _at(after, "spec.strategy") or {}
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate") is not None:
        reason = (
            "the server had filled it in and the upgrade does not remove it, but it may not be there beside Recreate. "
            "Upgrade with --server-side=false, or first to a release that renders rollingUpdate in full"
        )
        yield Refusal("spec.strategy.rollingUpdate", reason)
    wanted = _at(after, "spec.selector.matchLabels") or {}
    labels = _at(after, "spec.template.metadata.labels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        yield Refusal("spec.template.metadata.labels", "the selector does not match the pod template's labels")


def _daemon_set(before: Object, after: Object) -> Iterator[Refusal]:
    yield from (item for item in _workload(before, after) if "labels" in item.path)


def _stateful_set(before: Object, after: Object) -> Iterator[Refusal]:
    yield from _daemon_set(before, after)
    strategy = _at(after, "spec.updateStrategy") or {}
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate") is not None:
        reason = (
            "the server had filled it in and the upgrade does not remove it, but it may not be there beside OnDelete. "
            "Set it to null and upgrade with --server-side=false, or first to a release that renders it in full"
        )
        yield Refusal("spec.updateStrategy.rollingUpdate", reason)


def _frozen(before: Object, after: Object) -> Iterator[Refusal]:
    """A Secret or ConfigMap with `immutable: true`."""
    if before.get("immutable") is not True:
        return
    if after.get("immutable") is not True:
        yield Refusal("immutable", "cannot be taken back")
    for key in ("data", "binaryData"):
        if (before.get(key) or {}) != (after.get(key) or {}):
            yield Refusal(key, "cannot be changed: the object is immutable")


def _service(before: Object, after: Object) -> Iterator[Refusal]:
    old, new = before.get("spec") or {}, after.get("spec") or {}
    if "ExternalName" in (old.get("type"), new.get("type")):
        return
    if new.get("clusterIP") == "None" and new.get("type") != "ClusterIP":
        yield Refusal("spec.type", f"a headless Service cannot become a {new.get('type')}: its clusterIP stays None")
    for key in ("clusterIP", "clusterIPs", "ipFamilies"):
        was, becomes = old.get(key), new.get(key)
        if key != "clusterIP":  # the first is fixed, a second may come and go
            was, becomes = (was or [None])[0], (becomes or [None])[0]
        if was == becomes:
            continue
        if key == "clusterIPs" and old.get("clusterIP") != new.get("clusterIP"):
            continue
        if ALLOCATED in (was, becomes) and "None" not in (was, becomes):
            yield Refusal(f"spec.{key}", "cannot be changed", f"which {key} the cluster has chosen")
        else:
            yield Refusal(f"spec.{key}", "cannot be changed as long as the Service has an address")
    if old.get("type") == new.get("type") == "LoadBalancer" and old.get("loadBalancerClass") != new.get(
        "loadBalancerClass"
    ):
        yield Refusal("spec.loadBalancerClass", "cannot be changed while the type is LoadBalancer")


def _claim(before: Object, after: Object) -> Iterator[Refusal]:
    path = "spec.resources.requests.storage"
    old, new = _at(before, path), _at(after, path)
    if old == new or not (is_quantity(old) and is_quantity(new)):
        return
    was, becomes = parse_quantity(old), parse_quantity(new)
    if becomes < was:
        yield Refusal(path, f"a claim cannot shrink ({old} to {new})")
    elif becomes > was:
        fact = "whether the claim is bound and its StorageClass has allowVolumeExpansion"
        yield Refusal(path, f"the claim grows ({old} to {new})", fact)


_SPECIAL = {
    ("", "ConfigMap"): _frozen,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Secret"): _frozen,
    ("", "Service"): _service,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _workload,
    ("apps", "StatefulSet"): _stateful_set,
}
