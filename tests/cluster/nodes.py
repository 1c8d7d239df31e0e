"""The machines of the test cluster: two zones, amd64, and a provisioner that binds every claim but those of `never`."""

from __future__ import annotations

from typing import Any

__all__ = ["NODES", "STORAGE_CLASSES", "node", "storage_class"]


def node(name: str, *, zone: str = "a", arch: str = "amd64", cpu: str = "64", memory: str = "256Gi") -> dict[str, Any]:
    """A node for KWOK."""
    room = {"cpu": cpu, "memory": memory, "pods": "500", "ephemeral-storage": "1Ti"}
    labels = {
        "kubernetes.io/arch": arch,
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": zone,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": room, "capacity": room, "nodeInfo": {"architecture": arch}},
    }


def storage_class(name: str, *, default: bool = False, expand: bool = True) -> dict[str, Any]:
    """A StorageClass; nobody provisions for the one called never."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": str(default).lower()},
        },
        "provisioner": "test.kubilitics.com/volumes",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": expand,
    }


NODES = [node("node-1"), node("node-2", zone="b"), node("node-3", zone="b")]
STORAGE_CLASSES = [storage_class("standard", default=True), storage_class("fast-ssd"), storage_class("never")]
