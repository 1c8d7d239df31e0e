"""A value that fits a schema: small, plausible, the same every time. Pure.

Texts are tried from a list of plausible ones; a pattern that none of them fits gives no example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kubilitics_chartgen.verify.space.factors import MISSING
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes, compiled

__all__ = ["example", "fitting", "kubernetes_example", "matches", "renamed"]

_TEXTS = (
    "example",
    "example-1",
    "example.com",
    "https://example.com",
    "http://example:8080",
    "https://example.com/path",
    "10.0.0.0/8",
    "10.0.0.1",
    "1Gi",
    "100m",
    "1h",
    "30s",
    "/example",
    "example/name",
    "0 3 * * *",
    "example.com/name",
    "EXAMPLE",
    "example@example.com",
    "1.30",
    "1.30.0",
    "v1.30.0",
    "0644",
    "50%",
    "sha256:" + "0123456789abcdef" * 4,
    "s0:c123,c456",
    "http",
    "TCP",
    "1",
    "",
)
_NAMES = ("name", "host", "hostname", "key", "id", "path", "mountPath")
"""Fields by which elements of a list are told apart; ports are others as well."""
_MAX_DEPTH = 6
_LONG = 40
"""Longer texts are not tried on patterns, some of which would take for ever."""
_RESOURCES = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "16Mi"}}
_SECURE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}
_CONTAINER = {"image": "example.com/app:1.0", "resources": _RESOURCES, "securityContext": _SECURE}
_RULE = {"key": "example.com/disk", "operator": "In", "values": ["fast"]}
_KUBERNETES: dict[str, Any] = {
    "affinity": {
        "nodeAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "preference": {"matchExpressions": [_RULE]}}
            ]
        }
    },
    "nodeAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchExpressions": [_RULE]}}]
    },
    "behavior": {"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}},
    "cidrs": ["192.0.2.0/24", "2001:db8::/32"],
    "claims": [],
    "clusterCidrs": ["192.0.2.0/24", "2001:db8::/32"],
    "clusterIP": "None",
    "dnsConfig": {"nameservers": ["192.0.2.1"], "options": [{"name": "ndots", "value": "2"}]},
    "envFrom": [{"configMapRef": {"name": "example"}}],
    "externalIPs": ["192.0.2.1"],
    "extraEnvFrom": [{"configMapRef": {"name": "example"}}],
    "extraVolumeMounts": [{"name": "example-volume", "mountPath": "/example"}],
    "extraVolumes": [{"name": "example-volume", "emptyDir": {}}],
    "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["example.com"]}],
    "initContainers": [{"name": "example-init", **_CONTAINER}],
    "lifecycle": {"preStop": {"exec": {"command": ["true"]}}},
    "loadBalancerIP": "192.0.2.1",
    "loadBalancerSourceRanges": ["192.0.2.0/24"],
    "nameservers": ["192.0.2.1"],
    "resources": _RESOURCES,
    "scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
    "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
    "sidecars": [{"name": "example-sidecar", **_CONTAINER}],
    "extraContainers": [{"name": "example-sidecar", **_CONTAINER}],
    "tolerations": [{"key": "example.com/disk", "operator": "Exists", "effect": "NoSchedule"}],
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
    ],
    "extraObjects": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "example-object"}, "data": {"key": "value"}}
    ],
}
"""What Kubernetes means by these names. A schema seldom says all that an API server asks of them."""


def renamed(element: Any, other: str) -> Any:
    """The same element by another name, such as `%s-b`; None for what has none."""
    if isinstance(element, str):
        return other % element
    if not isinstance(element, Mapping):
        return None
    named = {key: other % value for key, value in element.items() if key in _NAMES and isinstance(value, str) and value}
    ports = {key: value + 1 for key, value in element.items() if key.lower().endswith("port") and type(value) is int}
    return {**element, **named, **ports} if named else None


def matches(nodes: SchemaNodes, text: str) -> bool:
    """Whether a text fits what the schemas say of texts."""
    for pattern in nodes.every("pattern"):
        wanted = compiled(str(pattern))
        if wanted is None or not wanted.search(text):
            return False
    return all(len(text) >= low for low in nodes.every("minLength")) and all(
        len(text) <= high for high in nodes.every("maxLength")
    )


def fitting(pattern: str) -> list[str]:
    """A text that fits a pattern, where one is found: written down by the pattern itself, or one of the usual ones."""
    # What Python reads in another way than Go, or with a warning.
    wanted = None if "[[" in pattern or "(?" in pattern.replace("(?:", "") else compiled(pattern)
    texts = [text for text in (_written_out(pattern), *_TEXTS) if 0 < len(text) < _LONG] if wanted else []
    return [text for text in texts if wanted and wanted.search(text)][:1]


def _written_out(pattern: str) -> str:
    """What is left of a pattern where each part is taken once, as its first choice; it may fit, or may not."""
    text = re.sub(r"\(\?[a-zA-Z]*[:)]", "(", pattern.removeprefix("^").removesuffix("$"))
    text = re.sub(r"\[(?!\^)([^\]])[^\]]*\]", r"\1", text)
    text = re.sub(r"\\d", "1", re.sub(r"\\w", "a", text))
    text = re.sub(r"(\\?[^)\\])\{(\d+)[^}]*\}", lambda found: found[1] * int(found[2]), text)
    text = re.sub(r"\\?[^)\\][*?]|(?<!\\)\+", "", text)
    while (plain := re.sub(r"\(([^()|]*)(?:\|[^()]*)?\)[?*+]?", r"\1", text)) != text:
        text = plain
    return re.sub(r"\\(.)", r"\1", text.partition("|")[0]).replace("\\", "")


def kubernetes_example(name: str) -> Any:
    """A value that an API server takes for a field of this name; MISSING where none is known."""
    return _KUBERNETES.get(name, MISSING)


def example(nodes: SchemaNodes, *, hint: Sequence[Any] = (), depth: int = 0) -> Any:
    """A value that fits; MISSING where none is found. `hint` are values to prefer."""
    stated = [value for values in nodes.every("examples") for value in values] + nodes.every("default")
    for value in [*nodes.choices, *stated, *hint]:
        return value
    types = nodes.types
    if depth > _MAX_DEPTH:
        return MISSING
    if "string" in types:
        return next((text for text in _TEXTS if matches(nodes, text)), MISSING)
    if "integer" in types or "number" in types:
        low = [value for value in nodes.every("minimum") if isinstance(value, (int, float))]
        return max([*low, 1]) if not nodes.every("maximum") or min(nodes.every("maximum")) >= 1 else max([*low, 0])
    if "boolean" in types:
        return True
    if "array" in types or nodes.first("items") is not None:
        item = example(nodes.items, depth=depth + 1) if nodes.items.nodes else MISSING
        return MISSING if item is MISSING else [item]
    if "object" in types or nodes.properties:
        return _mapping(nodes, depth)
    return MISSING


def _mapping(nodes: SchemaNodes, depth: int) -> Any:
    built: dict[str, Any] = {}
    for name in nodes.required:
        value = example(nodes.below(name), depth=depth + 1)
        if value is MISSING:
            return MISSING
        built[name] = value
    if built:
        return built
    for name in nodes.properties:
        value = example(nodes.below(name), depth=depth + 1)
        if value is not MISSING:
            return {name: value}
    for pattern in nodes.patterns:
        wanted = compiled(pattern)
        usual = [text for text in _TEXTS if wanted and wanted.search(text)]
        for key in [*usual, *fitting(pattern)][:1]:
            value = example(nodes.below(key), depth=depth + 1)
            if value is not MISSING:
                return {key: value}
    additional = nodes.additional
    if additional is None:
        return MISSING
    value = example(additional, depth=depth + 1) if additional.nodes else "example"
    if value is MISSING:
        return MISSING
    names = [matching for said in nodes.every("propertyNames") if isinstance(said, dict) for matching in [said]]
    key = next((text for text in _TEXTS if matches(SchemaNodes(nodes.root, names), text)), "example")
    return {key: value}
