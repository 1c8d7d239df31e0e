"""Check `drift`: an API server stores each object as it was sent, so that GitOps sees no difference that is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.schemas import Standing, standing
from kubilitics_chartgen.kube.versions import newest
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import Object, at, items, mapping, quoted

__all__ = ["CLUSTER_SCOPED", "Drift", "canonical"]

Found = Iterator[tuple[str, str]]

CLUSTER_SCOPED = frozenset(
    [
        "AdminNetworkPolicy",
        "APIService",
        "BaselineAdminNetworkPolicy",
        "CertificateSigningRequest",
        "ClusterNetworkPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "CSIDriver",
        "CSINode",
        "CustomResourceDefinition",
        "DeviceClass",
        "DeviceTaintRule",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersionMigration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
        "VolumeGroupSnapshotClass",
        "VolumeGroupSnapshotContent",
        "VolumeSnapshotClass",
        "VolumeSnapshotContent",
    ]
)
"""Kinds of Kubernetes and its own extensions that belong to no namespace, as long as no other kind is called so."""
_SERVER_OWNED = (
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
# Maps and lists that the server leaves out where they are empty. Structs, such as `emptyDir: {}`, it keeps.
_EMPTY_LEFT_OUT = frozenset(
    [
        "annotations",
        "args",
        "binaryData",
        "command",
        "data",
        "env",
        "envFrom",
        "finalizers",
        "hostAliases",
        "imagePullSecrets",
        "initContainers",
        "labels",
        "limits",
        "loadBalancerSourceRanges",
        "matchLabels",
        "nodeSelector",
        "ports",
        "requests",
        "stringData",
        "tolerations",
        "topologySpreadConstraints",
        "volumeMounts",
        "volumes",
    ]
)
_BINARY = ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki")
_DECIMAL = ("E", "P", "T", "G", "M", "k", "", "m", "u", "n")


class Drift:
    """See `sentence`."""

    name = "drift"
    sentence = (
        "The API server stores every object as it was sent: no status, no nulls, no empty maps, quantities in the form "
        "it prints. Otherwise Argo CD, Flux and `kubectl diff` show a difference for ever."
    )
    severity: Severity = "warning"
    fix = "Leave the field out where it is empty (`with`), or write the value as the server prints it."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the server would store otherwise."""
        obj = document.object
        if not obj or standing(document.api_version, document.kind, newest()) is Standing.CUSTOM:
            return
        for path, message in _own_fields(document):
            yield fault(self, document, path, message)
        for path, message in _empties(obj, "") if _has_empty(obj) else ():
            yield fault(self, document, path, message)
        for path, message in _quantities(document):
            yield fault(self, document, path, message)


def _own_fields(document: Document) -> Found:
    obj, metadata = document.object, document.metadata
    if obj.get("status"):
        yield "status", "is the server's to set"
    for key in _SERVER_OWNED:
        if key in metadata:
            yield f"metadata.{key}", "is the server's to set"
    if document.kind in CLUSTER_SCOPED and metadata.get("namespace"):
        yield "metadata.namespace", f"is dropped, for a {document.kind} belongs to no namespace"
    spec = at(obj, "spec")
    if document.kind == "Service" and spec.get("clusterIP") == "":
        yield "spec.clusterIP", "is empty, and the server fills it in"
    if document.kind in ("RoleBinding", "ClusterRoleBinding") and not at(obj, "roleRef").get("apiGroup"):
        yield "roleRef.apiGroup", "is missing, and the server fills it in"
    if document.kind == "StatefulSet":
        for position, claim in items(spec.get("volumeClaimTemplates")):
            for key in ("apiVersion", "kind"):
                if not claim.get(key):
                    yield f"spec.volumeClaimTemplates[{position}].{key}", "is missing, and the server fills it in"


def _has_empty(obj: Object) -> bool:
    """Whether there may be something that the server leaves out; mostly there is nothing."""
    waiting: list[Any] = [obj]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += [item for item in value if isinstance(item, (dict, list))]
            continue
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                if item:
                    waiting.append(item)
                elif key in _EMPTY_LEFT_OUT:
                    return True
            elif item is None:
                return True
    return False


def _empties(value: Any, path: str) -> Found:
    """Nulls, and empty maps and lists that the server leaves out."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                if item:
                    if key not in ("data", "labels", "annotations"):
                        yield from _empties(item, f"{path}.{key}" if path else key)
                elif key in _EMPTY_LEFT_OUT:
                    yield (f"{path}.{key}" if path else key), "is empty, and the server leaves it out"
            elif item is None:
                yield (f"{path}.{key}" if path else key), "is null, and the server leaves it out"
    elif isinstance(value, list):
        for position, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield from _empties(item, f"{path}[{position}]")


def _quantities(document: Document) -> Found:
    pod = document.pod
    if pod is not None:
        for container in pod.containers:
            resources = at(container.object, "resources")
            for side in ("requests", "limits"):
                yield from _amounts(f"{container.path}.resources.{side}", mapping(resources.get(side)))
    spec = at(document.object, "spec")
    if document.kind == "PersistentVolumeClaim":
        yield from _amounts("spec.resources.requests", at(spec, "resources", "requests"))
    elif document.kind == "StatefulSet":
        for position, claim in items(spec.get("volumeClaimTemplates")):
            place = f"spec.volumeClaimTemplates[{position}].spec.resources.requests"
            yield from _amounts(place, at(claim, "spec", "resources", "requests"))


def _amounts(place: str, amounts: Object) -> Found:
    for name, value in amounts.items():
        # A whole number is what the server prints, but for the quotes.
        if isinstance(value, str) or (isinstance(value, float) and not value.is_integer()):
            printed = canonical(value)
            if printed and printed != str(value):
                yield f"{place}.{name}", f"{quoted(value)} is stored as {quoted(printed)}"


@lru_cache(maxsize=1024)
def canonical(value: str | float) -> str:
    """A quantity as the server prints it; empty where it is none, or has an exponent."""
    if not is_quantity(value):
        return ""
    text = str(value)
    amount = parse_quantity(value)
    if not amount or "e" in text or (text[-1:].isdigit() and "E" in text):
        return ""
    # A fraction in binary units is stored in the next smaller one, and below one it turns decimal.
    if text.endswith("i") and abs(amount) >= 1024:
        for power, suffix in zip(range(6, -1, -1), (*_BINARY, ""), strict=True):
            scaled = amount / 1024**power
            if scaled.denominator == 1:
                return f"{scaled}{suffix}"
        return ""
    for power, suffix in zip((18, 15, 12, 9, 6, 3, 0, -3, -6, -9), _DECIMAL, strict=True):
        scaled = amount * 10**-power if power < 0 else amount / 10**power
        if scaled.denominator == 1:
            return f"{scaled}{suffix}"
    return ""
