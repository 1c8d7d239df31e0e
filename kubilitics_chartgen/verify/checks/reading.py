"""How checks look into objects of any shape without stumbling, and the names that Kubernetes takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.kube.pod_security import pod_spec_of

__all__ = [
    "CONTAINER_KEYS",
    "Container",
    "Object",
    "Pod",
    "at",
    "entries",
    "is_dns_label",
    "is_label_key",
    "is_label_value",
    "is_object_name",
    "is_port_name",
    "is_subdomain",
    "items",
    "mapping",
    "names_release",
    "plain",
    "pod_of",
    "quoted",
    "seccomp_faults",
    "texts",
    "user_faults",
]

Object = Mapping[str, Any]
_EMPTY: Object = {}
CONTAINER_KEYS = ("initContainers", "containers", "ephemeralContainers")

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT = re.compile(r"(?=[a-z0-9-]*[a-z])[a-z0-9](?:-?[a-z0-9])*")


def mapping(value: Any) -> Object:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def at(value: Any, *keys: str) -> Object:
    """The mapping below these keys, empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else _EMPTY


def entries(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def items(value: Any) -> Iterator[tuple[int, Object]]:
    """Position and mapping of each entry that is one."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            if isinstance(item, dict):
                yield position, item


def plain(value: Any) -> Any:
    """The value if it is a scalar, else None: what is of the wrong type is for the check `schema`."""
    return None if isinstance(value, (dict, list)) else value


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an object, with its path: `data["app.conf"]`, `spec.containers[0].image`."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            name = str(key)
            yield from texts(value, f'{path}["{name}"]' if "." in name or "/" in name else f"{path}.{name}".lstrip("."))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from texts(value, f"{path}[{position}]")


def quoted(value: Any) -> str:
    """A value as messages show it, cut where it is long."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


@lru_cache(maxsize=4096)
def is_dns_label(text: str) -> bool:
    """At most 63 lower case letters, digits and `-`."""
    return _LABEL.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_subdomain(text: str) -> bool:
    """At most 253 characters, DNS labels joined by dots."""
    return len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None


def is_object_name(name: Any) -> bool:
    """Whether a ConfigMap, a Secret and most other objects may have this name."""
    return isinstance(name, str) and is_subdomain(name)


def user_faults(place: str, context: Object) -> Iterator[tuple[str, str]]:
    """What is wrong with the ids of users and groups in a security context."""
    for key in ("runAsUser", "runAsGroup", "fsGroup"):
        number = context.get(key)
        if isinstance(number, int) and not 0 <= number < 2**31:
            yield f"{place}.{key}", f"{quoted(number)} must be 0 to 2147483647"


def seccomp_faults(place: str, context: Object) -> Iterator[tuple[str, str]]:
    """What is wrong with the seccomp profile of a security context."""
    profile = context.get("seccompProfile")
    if isinstance(profile, dict):
        kind = profile.get("type")
        if kind not in ("RuntimeDefault", "Localhost", "Unconfined"):
            yield f"{place}.seccompProfile.type", f"{quoted(kind)} must be RuntimeDefault, Localhost or Unconfined"
        elif (kind == "Localhost") != bool(profile.get("localhostProfile")):
            yield (
                f"{place}.seccompProfile.localhostProfile",
                "must be set where the type is Localhost, and nowhere else",
            )


@lru_cache(maxsize=4096)
def is_label_key(text: str) -> bool:
    """A name of at most 63 characters, with or without a DNS prefix and `/`."""
    prefix, slash, name = text.rpartition("/")
    return _QUALIFIED.fullmatch(name) is not None and (not slash or is_subdomain(prefix))


@lru_cache(maxsize=8192)
def is_label_value(text: str) -> bool:
    """Empty, or at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends."""
    return not text or _QUALIFIED.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_port_name(text: str) -> bool:
    """At most 15 lower case letters, digits and single `-`, with a letter among them."""
    return len(text) <= 15 and _PORT.fullmatch(text) is not None


@dataclass(frozen=True)
class Container:
    """One container of a pod."""

    key: str
    """The list it is in: one of CONTAINER_KEYS."""
    path: str
    """Where it stands, such as `spec.template.spec.containers[0]`."""
    object: Object

    @property
    def stays(self) -> bool:
        """Whether it runs as long as the pod does: an ordinary container, or a sidecar among the init containers."""
        return self.key == "containers" or self.object.get("restartPolicy") == "Always"


@dataclass(frozen=True)
class Pod:
    """The pod that an object is or makes."""

    spec: Object
    path: str
    """Where its spec stands, such as `spec.template.spec`."""
    annotations: Object
    labels: Object
    containers: tuple[Container, ...]

    @property
    def metadata_path(self) -> str:
        """Where its metadata stands."""
        return self.path[: -len("spec")] + "metadata"


def pod_of(obj: Object) -> Pod | None:
    """The pod that an object is or makes; None where it makes none."""
    template = pod_spec_of(obj)
    if template is None:
        return None
    above: Any = obj
    for step in template.path.split(".")[:-1]:
        above = above.get(step)
    spec, path = mapping(template.spec), template.path
    containers = tuple(
        Container(key, f"{path}.{key}[{position}]", container)
        for key in CONTAINER_KEYS
        for position, container in items(spec.get(key))
    )
    return Pod(spec, path, mapping(template.annotations), at(above, "metadata", "labels"), containers)


def names_release(name: str, release: str) -> bool:
    """Whether the release's name is a part of `name`, between its ends and what parts words."""
    return re.search(rf"(?:^|[-._:]){re.escape(release)}(?:[-._:]|$)", name) is not None
