"""Every claim must be bound: its StorageClass, its access modes, and what an existing claim of that name allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.cluster.needs import Claim
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status
from kubilitics_chartgen.kube.quantity import parse_quantity

__all__ = ["check"]

NAME = "storage"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# Their own documentation: block devices, or folders of one node.
SINGLE_NODE = frozenset(
    {
        "ebs.csi.aws.com",
        "kubernetes.io/aws-ebs",
        "pd.csi.storage.gke.io",
        "kubernetes.io/gce-pd",
        "disk.csi.azure.com",
        "kubernetes.io/azure-disk",
        "cinder.csi.openstack.org",
        "dobs.csi.digitalocean.com",
        "csi.hetzner.cloud",
        "rancher.io/local-path",
        "k8s.io/minikube-hostpath",
        "kubernetes.io/no-provisioner",
    }
)


def check(situation: Situation) -> Iterator[Line]:
    """A line for each claim."""
    if not situation.needs.claims:
        return
    classes = {
        item["metadata"]["name"]: item
        for item in situation.cluster.items(CLASSES, "list storageclasses in the cluster")
    }
    for claim in situation.needs.claims:
        there = situation.cluster.get(
            situation.path("persistentvolumeclaims", claim.name), f"get persistentvolumeclaims in {situation.namespace}"
        )
        yield _existing(situation, claim, there, classes) if there else _new(claim, classes)


def _new(claim: Claim, classes: dict[str, Any]) -> Line:
    if claim.storage_class == "":
        message = f"{claim.name} waits for a volume that an administrator makes (its storage class is empty)"
        return Line(NAME, Status.WARNING, message, "kubectl get persistentvolumes")
    if claim.storage_class is None:
        defaults = [name for name, item in classes.items() if _is_default(item)]
        if not defaults:
            fix = f"name a storage class in the values; there are: {', '.join(sorted(classes)) or 'none'}"
            message = (
                f"{claim.name} asks for the default StorageClass, and the cluster has none: it would never be bound"
            )
            return Line(NAME, Status.PROBLEM, message, fix)
        name = defaults[0]
    elif claim.storage_class not in classes:
        fix = f"name another one in the values; there are: {', '.join(sorted(classes)) or 'none'}"
        message = f"{claim.name}: the cluster has no StorageClass {claim.storage_class}: it would never be bound"
        return Line(NAME, Status.PROBLEM, message, fix)
    else:
        name = claim.storage_class
    provisioner = str(classes[name].get("provisioner"))
    shared = [mode for mode in claim.modes if mode in ("ReadWriteMany", "ReadOnlyMany")]
    if shared and provisioner in SINGLE_NODE:
        message = f"{claim.name} asks for {shared[0]}, which {name} ({provisioner}) does not offer"
        return Line(
            NAME, Status.PROBLEM, message, "name a storage class for shared volumes, such as one of NFS or CephFS"
        )
    if shared:
        message = f"{claim.name} asks for {shared[0]}; whether {name} ({provisioner}) offers it cannot be asked"
        return Line(NAME, Status.WARNING, message)
    return Line(NAME, Status.FINE, f"{claim.name}: {claim.size} from {name}")


def _is_default(item: dict[str, Any]) -> bool:
    return (item["metadata"].get("annotations") or {}).get(_DEFAULT) == "true"


def _existing(situation: Situation, claim: Claim, there: dict[str, Any], classes: dict[str, Any]) -> Line:
    spec, phase = there.get("spec") or {}, (there.get("status") or {}).get("phase")
    get = f"kubectl -n {situation.namespace} get pvc {claim.name}"
    now = str(((spec.get("resources") or {}).get("requests") or {}).get("storage") or "0")
    used = str(spec.get("storageClassName") or "")
    if claim.storage_class is not None and claim.storage_class != used:
        message = (
            f"{claim.name} is there with storage class {used or 'none'}, which cannot become {claim.storage_class}"
        )
        return Line(NAME, Status.PROBLEM, message, "keep the class in the values, or move the data to a new claim")
    if sorted(claim.modes) != sorted(spec.get("accessModes") or ()):
        message = f"{claim.name} is there with {', '.join(spec.get('accessModes') or ())}, which cannot be changed"
        return Line(NAME, Status.PROBLEM, message, "keep the access modes in the values")
    if claim.size and parse_quantity(claim.size) < parse_quantity(now):
        message = f"{claim.name} is there with {now}, and no claim can shrink to {claim.size}"
        return Line(NAME, Status.PROBLEM, message, f"ask for {now} or more")
    grows = bool(claim.size) and parse_quantity(claim.size) > parse_quantity(now)
    if grows and used in classes and not classes[used].get("allowVolumeExpansion"):
        message = f"{claim.name} is there with {now}, and storage class {used} lets no claim grow"
        return Line(NAME, Status.PROBLEM, message, f"ask for {now}")
    if phase == "Bound":
        return Line(NAME, Status.FINE, f"{claim.name} is there, bound, with {now}: it is taken up again")
    return Line(NAME, Status.WARNING, f"{claim.name} is there and {phase}: it has no volume yet", f"{get} -o wide")
