"""Check `volumes`: what the API server wants of a pod's volumes and of claims beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import (
    Object,
    Pod,
    at,
    entries,
    is_dns_label,
    is_object_name,
    is_subdomain,
    items,
    mapping,
    quoted,
)

__all__ = ["Volumes", "claim"]

Found = Iterator[tuple[str, str]]

_NEEDS = {
    "configMap": "name",
    "secret": "secretName",
    "persistentVolumeClaim": "claimName",
    "hostPath": "path",
    "csi": "driver",
}
_OBJECTS = ("configMap", "secret", "persistentVolumeClaim")
_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


class Volumes:
    """See `sentence`."""

    name = "volumes"
    sentence = (
        "The API server accepts every volume and every claim, each volume has one source and a name of its own, and an "
        "empty directory is written by somebody."
    )
    severity: Severity = "error"
    fix = "Correct what the message names; a volume's source comes from one branch of the template."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse in a volume or claim."""
        pod = document.pod
        if pod is not None:
            for path, message in (*_pod_volumes(pod.spec.get("volumes")), *_never_written(pod)):
                yield fault(self, document, f"{pod.path}.{path}", message)
        if document.kind == "PersistentVolumeClaim":
            for path, message in claim(at(document.object, "spec")):
                yield fault(self, document, f"spec.{path}", message)
        elif document.kind == "StatefulSet":
            for position, item in items(at(document.object, "spec").get("volumeClaimTemplates")):
                place = f"spec.volumeClaimTemplates[{position}]"
                name = at(item, "metadata").get("name")
                if not isinstance(name, str) or not is_dns_label(name):
                    yield fault(self, document, f"{place}.metadata.name", f"{quoted(name)} must be a DNS label")
                for path, message in claim(at(item, "spec")):
                    yield fault(self, document, f"{place}.spec.{path}", message)


def _pod_volumes(volumes: Any) -> Found:
    names: set[str] = set()
    for position, volume in items(volumes):
        place = f"volumes[{position}]"
        name = volume.get("name")
        if not isinstance(name, str) or not is_dns_label(name):
            yield f"{place}.name", f"{quoted(name)} must be a DNS label of at most 63 characters"
        elif name in names:
            yield f"{place}.name", f"{quoted(name)} is the name of another volume of the pod"
        else:
            names.add(name)
        kinds = [kind for kind, source in volume.items() if kind != "name" and source is not None]
        if len(kinds) > 1:
            yield place, f"has more than one source: {', '.join(quoted(kind) for kind in sorted(kinds))}"
        elif not kinds:
            yield place, "has no source, so that it is an empty directory"
        else:
            yield from _source(f"{place}.{kinds[0]}", kinds[0], mapping(volume[kinds[0]]))


def _never_written(pod: Pod) -> Found:
    """Empty directories that every container may only read."""
    mounts = [item for container in pod.containers for _, item in items(container.object.get("volumeMounts"))]
    for position, volume in items(pod.spec.get("volumes")):
        if isinstance(volume.get("emptyDir"), dict):
            mounted = [item for item in mounts if item.get("name") == volume.get("name")]
            if mounted and all(item.get("readOnly") for item in mounted):
                yield f"volumes[{position}].emptyDir", "stays empty: every container that mounts it may only read"


def _source(place: str, kind: str, source: Object) -> Found:
    needed = _NEEDS.get(kind)
    if needed and not source.get(needed):
        yield f"{place}.{needed}", "is missing"
    elif needed and kind in _OBJECTS and not is_object_name(source[needed]):
        yield f"{place}.{needed}", f"{quoted(source[needed])} is no object's name"
    if kind in ("configMap", "secret", "projected", "downwardAPI"):
        yield from _mode(place, source, "defaultMode")
        yield from _items(place, source)
        for position, part in items(source.get("sources")):
            parts = [name for name, value in part.items() if value is not None]
            if len(parts) != 1:
                yield f"{place}.sources[{position}]", "must have exactly one source"
                continue
            inner = at(part, parts[0])
            if parts[0] in ("configMap", "secret") and not inner.get("name"):
                yield f"{place}.sources[{position}].{parts[0]}.name", "is missing"
            yield from _items(f"{place}.sources[{position}].{parts[0]}", inner)
    elif kind == "emptyDir":
        size = source.get("sizeLimit")
        if size is not None and is_quantity(size) and parse_quantity(size) < 0:
            yield f"{place}.sizeLimit", f"{quoted(size)} must not be negative"
        if (medium := source.get("medium")) and medium != "Memory" and not str(medium).startswith("HugePages"):
            yield f"{place}.medium", f"{quoted(medium)} must be Memory, HugePages or empty"
    elif kind == "ephemeral":
        for path, message in claim(at(source, "volumeClaimTemplate", "spec")):
            yield f"{place}.volumeClaimTemplate.spec.{path}", message


def _items(place: str, source: Object) -> Found:
    paths: set[str] = set()
    for position, item in items(source.get("items")):
        path = item.get("path")
        if not isinstance(path, str) or not path or path.startswith(("/", "..")) or ".." in path.split("/"):
            yield f"{place}.items[{position}].path", f"{quoted(path)} must be a relative path without `..`"
        elif path in paths:
            yield f"{place}.items[{position}].path", f"{quoted(path)} stands twice"
        else:
            paths.add(path)
        yield from _mode(f"{place}.items[{position}]", item, "mode")


def _mode(place: str, source: Object, key: str) -> Found:
    mode = source.get(key)
    if isinstance(mode, int) and not 0 <= mode <= 0o777:
        yield f"{place}.{key}", f"{quoted(mode)} must be 0 to 511, which is octal 0777"


def claim(spec: Object) -> Found:
    """What is wrong with the spec of a PersistentVolumeClaim."""
    modes = entries(spec.get("accessModes"))
    if not modes:
        yield "accessModes", "must name at least one mode"
    for mode in modes:
        if mode not in _MODES:
            yield "accessModes", f"{quoted(mode)} must be one of {', '.join(_MODES)}"
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield "accessModes", "ReadWriteOncePod must stand alone"
    storage = at(spec, "resources", "requests").get("storage")
    if storage is None:
        yield "resources.requests.storage", "is missing"
    elif is_quantity(storage) and parse_quantity(storage) <= 0:
        yield "resources.requests.storage", f"{quoted(storage)} must be more than 0"
    storage_class = spec.get("storageClassName")
    if isinstance(storage_class, str) and storage_class and not is_subdomain(storage_class):
        yield "storageClassName", f"{quoted(storage_class)} is no name of a StorageClass"
    if spec.get("volumeMode") not in (None, "", "Filesystem", "Block"):
        yield "volumeMode", f"{quoted(spec.get('volumeMode'))} must be Filesystem or Block"
