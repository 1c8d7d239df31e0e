"""Check `containers`: what the API server wants of each container beyond the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.kube.quantity import parse_quantity
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import (
    Container,
    Object,
    Pod,
    at,
    entries,
    is_dns_label,
    is_label_key,
    is_object_name,
    is_port_name,
    items,
    mapping,
    plain,
    quoted,
    seccomp_faults,
    user_faults,
)

__all__ = ["Containers"]

Found = Iterator[tuple[str, str]]

_RELAXED_ENV_NAMES = 32
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_RELAXED_ENV_NAME = re.compile(r"[ -<>-~]+")
_FIELDS = frozenset(
    (
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    )
)
_FIELD_OF = re.compile(r"metadata\.(?:labels|annotations)\['[^']+'\]")
_RESOURCE_FIELD = re.compile(r"(?:limits|requests)\.(?:cpu|memory|ephemeral-storage|hugepages-.+)")
_STANDARD = frozenset(("cpu", "memory", "ephemeral-storage", "storage"))
_SOURCES = ("configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef", "fileKeyRef")


class Containers:
    """See `sentence`."""

    name = "containers"
    sentence = (
        "The API server accepts every container: names, ports, environment, resources and mounts, and every mount has "
        "its volume."
    )
    severity: Severity = "error"
    fix = "Correct what the message names; where values decide, refuse the bad ones in the chart's schema."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """What the API server would refuse in a container."""
        pod = document.pod
        if pod is None:
            return
        relaxed = all(version.minor >= _RELAXED_ENV_NAMES for version in context.kube_versions)
        volumes = _volumes(document, pod)
        names: set[str] = set()
        for container in pod.containers:
            for path, message in _container(container, names, relaxed):
                yield fault(self, document, f"{container.path}.{path}", message)
            for path, message in _mounts(container.object, volumes):
                yield fault(self, document, f"{container.path}.{path}", message)
        if not entries(pod.spec.get("containers")):
            yield fault(self, document, f"{pod.path}.containers", "must hold at least one container")


def _volumes(document: Document, pod: Pod) -> set[str]:
    names = {str(volume.get("name")) for _, volume in items(pod.spec.get("volumes"))}
    if document.kind == "StatefulSet":
        claims = at(document.object, "spec").get("volumeClaimTemplates")
        names |= {str(at(claim, "metadata").get("name")) for _, claim in items(claims)}
    return names


def _container(container: Container, names: set[str], relaxed: bool) -> Found:
    obj = container.object
    name = obj.get("name")
    if not name or not isinstance(name, str) or not is_dns_label(name):
        yield "name", f"{quoted(name)} must be a DNS label of at most 63 characters"
    elif name in names:
        yield "name", f"{quoted(name)} is the name of another container of the pod"
    else:
        names.add(name)
    image = obj.get("image")
    if not isinstance(image, str) or not image or image != image.strip():
        yield "image", "must be a text without blanks around it"
    policy = obj.get("imagePullPolicy")
    if policy and policy not in ("Always", "IfNotPresent", "Never"):
        yield "imagePullPolicy", f"{quoted(policy)} must be Always, IfNotPresent or Never"
    policy = obj.get("terminationMessagePolicy")
    if policy and policy not in ("File", "FallbackToLogsOnError"):
        yield "terminationMessagePolicy", f"{quoted(policy)} must be File or FallbackToLogsOnError"
    if obj.get("ports"):
        yield from _ports(obj["ports"])
    if obj.get("env"):
        yield from _env(obj["env"], relaxed)
    for position, source in items(obj.get("envFrom")):
        kinds = [kind for kind in ("configMapRef", "secretRef") if source.get(kind) is not None]
        if len(kinds) != 1:
            yield f"envFrom[{position}]", "must have either configMapRef or secretRef"
        elif not is_object_name(name := at(source, kinds[0]).get("name")):
            yield f"envFrom[{position}].{kinds[0]}.name", f"{quoted(name)} is no object's name"
    program = next(iter(entries(obj.get("command"))), "")
    if str(program).startswith("-"):
        yield "command[0]", f"{quoted(program)} is an option, and stands where the program is named"
    if obj.get("resources"):
        yield from _resources(mapping(obj["resources"]))
    context = mapping(obj.get("securityContext"))
    yield from user_faults("securityContext", context)
    yield from seccomp_faults("securityContext", context)
    if context.get("privileged") and context.get("allowPrivilegeEscalation") is False:
        yield "securityContext.allowPrivilegeEscalation", "cannot be false where privileged is true"


def _ports(ports: Any) -> Found:
    names: set[str] = set()
    numbers: set[tuple[Any, Any]] = set()
    for position, port in items(ports):
        place = f"ports[{position}]"
        number, protocol = plain(port.get("containerPort")), plain(port.get("protocol")) or "TCP"
        name = port.get("name")
        if isinstance(number, int) and not 1 <= number <= 65535:
            yield f"{place}.containerPort", f"{quoted(number)} must be 1 to 65535"
        if protocol not in ("TCP", "UDP", "SCTP"):
            yield f"{place}.protocol", f"{quoted(protocol)} must be TCP, UDP or SCTP"
        if (number, protocol) in numbers:
            yield f"{place}.containerPort", f"{quoted(number)} stands twice for the same protocol"
        numbers.add((number, protocol))
        if isinstance(name, str) and name:
            if not is_port_name(name):
                yield f"{place}.name", f"{quoted(name)} must be at most 15 lower case letters, digits and single dashes"
            if name in names:
                yield f"{place}.name", f"{quoted(name)} is the name of another port of the container"
            names.add(name)
        host = port.get("hostPort")
        if isinstance(host, int) and not 0 <= host <= 65535:
            yield f"{place}.hostPort", f"{quoted(host)} must be 1 to 65535"


def _env(env: Any, relaxed: bool) -> Found:
    names: set[str] = set()
    pattern = _RELAXED_ENV_NAME if relaxed else _ENV_NAME
    for position, item in items(env):
        name = item.get("name")
        if name is None:
            yield f"env[{position}].name", "is missing"
        elif not isinstance(name, str) or not pattern.fullmatch(name):
            yield f"env[{position}].name", f"{quoted(name)} is no name of an environment variable"
        elif "-" in name:
            yield f"env[{position}].name", f"{quoted(name)} holds a `-`, and few programs can read such a variable"
        elif name in names:
            yield (
                f"env[{position}].name",
                f"{quoted(name)} is set twice; the last one wins, and server-side apply refuses",
            )
        else:
            names.add(name)
        source = item.get("valueFrom")
        if isinstance(source, dict):
            yield from _value_from(f"env[{position}].valueFrom", source, item.get("value"))


def _value_from(place: str, source: Object, value: Any) -> Found:
    kinds = [kind for kind in _SOURCES if source.get(kind) is not None]
    if len(kinds) != 1:
        yield place, "must name exactly one source"
        return
    if value:
        yield place, "cannot stand beside a value"
    reference = at(source, kinds[0])
    if kinds[0] == "fieldRef":
        field = reference.get("fieldPath")
        if not isinstance(field, str) or (field not in _FIELDS and not _FIELD_OF.fullmatch(field)):
            yield f"{place}.fieldRef.fieldPath", f"{quoted(field)} is no field that an environment variable can have"
    elif kinds[0] == "resourceFieldRef":
        if not _RESOURCE_FIELD.fullmatch(str(reference.get("resource"))):
            yield (
                f"{place}.resourceFieldRef.resource",
                f"{quoted(reference.get('resource'))} is no resource of a container",
            )
    elif kinds[0] != "fileKeyRef" and (not reference.get("name") or not reference.get("key")):
        yield f"{place}.{kinds[0]}", "must have both name and key"
    elif kinds[0] != "fileKeyRef" and not is_object_name(reference["name"]):
        yield f"{place}.{kinds[0]}.name", f"{quoted(reference['name'])} is no object's name"


@lru_cache(maxsize=1024)
def _amount(value: Any) -> Fraction | None:
    try:
        return parse_quantity(value)
    except (ValueError, TypeError):
        return None


def _resources(resources: Object) -> Found:
    requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
    for side, amounts in (("requests", requests), ("limits", limits)):
        for name, value in amounts.items():
            amount = _amount(value) if isinstance(value, (str, int, float)) else None
            place = f"resources.{side}.{name}" if "." not in name else f'resources.{side}["{name}"]'
            if amount is not None and amount < 0:
                yield place, f"{quoted(value)} must not be negative"
            if name == "storage" or (name not in _STANDARD and "/" not in name and not name.startswith("hugepages-")):
                yield place, f"{quoted(name)} is no resource of a container"
            elif not is_label_key(name):
                yield place, f"{quoted(name)} is no resource's name"
            elif not _is_native(name) and amount is not None and amount.denominator != 1:
                yield place, f"{quoted(value)} must be a whole number"
    for name, value in requests.items():
        wanted, limit = (
            _amount(one) if isinstance(one, (str, int, float)) else None for one in (value, limits.get(name))
        )
        if wanted is not None and limit is not None and wanted > limit:
            message = f"{quoted(value)} must not be more than the limit {quoted(limits[name])}"
            yield f"resources.requests.{name}", message
        elif not _may_overcommit(name) and (limit is None or wanted != limit):
            yield f"resources.requests.{name}", "must have a limit that is the same"


def _is_native(name: str) -> bool:
    """Whether it is a resource of Kubernetes itself: what else there is comes in whole numbers."""
    return "/" not in name or "kubernetes.io/" in name


def _may_overcommit(name: str) -> bool:
    """Whether a container may use more of it than it requests."""
    return _is_native(name) and not name.startswith("hugepages-")


def _mounts(container: Object, volumes: set[str]) -> Found:
    paths: set[str] = set()
    for position, mount in items(container.get("volumeMounts")):
        place = f"volumeMounts[{position}]"
        name, path = plain(mount.get("name")), mount.get("mountPath")
        if name not in volumes:
            yield f"{place}.name", f"{quoted(name)} is no volume of the pod"
        if not isinstance(path, str) or not path:
            yield f"{place}.mountPath", "must be a path"
        elif path in paths:
            yield f"{place}.mountPath", f"{quoted(path)} has a mount already"
        else:
            paths.add(path)
        for key in ("subPath", "subPathExpr"):
            below = mount.get(key)
            if isinstance(below, str) and below and (below.startswith("/") or ".." in below.split("/")):
                yield f"{place}.{key}", f"{quoted(below)} must be a relative path without `..`"
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield f"{place}.subPathExpr", "cannot stand beside subPath"
    for position, device in items(container.get("volumeDevices")):
        if plain(device.get("name")) not in volumes:
            yield f"volumeDevices[{position}].name", f"{quoted(device.get('name'))} is no volume of the pod"
