"""What a kubelet would look for before it starts a pod, since KWOK starts every pod: does all that it names exist?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.cluster.cluster import Cluster

__all__ = ["missing_references"]


def missing_references(cluster: Cluster, pod: dict[str, Any]) -> list[str]:
    """ConfigMaps, Secrets and keys that this pod needs and that are not there."""
    namespace = pod["metadata"]["namespace"]
    missing = []
    for kind, name, keys in _references(pod["spec"]):
        found = cluster.get("v1", kind, name, namespace)
        if found is None:
            missing.append(f"{kind}/{name}")
        else:
            held = {**found.get("data", {}), **found.get("binaryData", {})}
            missing += [f"{kind}/{name}: {key}" for key in keys if key not in held]
    return sorted(set(missing))


def _references(spec: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        for variable in container.get("env", []):
            source = variable.get("valueFrom", {})
            for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                if field in source and not source[field].get("optional"):
                    yield kind, source[field]["name"], [source[field]["key"]]
        for source in container.get("envFrom", []):
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if field in source and not source[field].get("optional"):
                    yield kind, source[field]["name"], []
    for volume in spec.get("volumes", []):
        sources = [volume, *volume.get("projected", {}).get("sources", [])]
        for source in sources:
            for field, kind, name in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
                found = source.get(field)
                if found and not found.get("optional"):
                    yield kind, found.get(name) or found["name"], [item["key"] for item in found.get("items", [])]
