"""Pieces of Kubernetes' own schemas for a chart's `values.schema.json`. I/O: reads packaged data only.

In: full names of definitions, such as `io.k8s.api.core.v1.Affinity`. Out: the draft-07 definitions they need, from
the newest supported Kubernetes, under short names (`Affinity`), to stand under `definitions` of the chart's schema.

Helm 3 (gojsonschema), Helm 4 (santhosh-tekuri) and jsonschema-rs must give the same verdict, so only what all of them
read alike is used: no `format`, no `$ref` with company (draft-07 ignores its siblings), RE2 patterns. Integers are
bounded by 2^53 - 1, past which Helm itself loses digits. Prose is left out. Null is accepted where Kubernetes accepts
it: not for a required field, an item or a map value.

What servers ask beyond their schemas is added from `field_rules.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from kubilitics_chartgen.kube.field_rules import FIELD_RULES
from kubilitics_chartgen.kube.packaged import REF_PREFIX, JsonObject, raw_definitions
from kubilitics_chartgen.kube.strict import FREE_FORM, INT32, INT_OR_STRING, QUANTITY, outline, refs_of
from kubilitics_chartgen.kube.versions import newest

__all__ = ["fragments", "reference", "short_name"]

_CORE = "io.k8s.api.core.v1."
_PREFERRED = (_CORE, "io.k8s.apimachinery.")

_INT53: JsonObject = {"minimum": -(2**53) + 1, "maximum": 2**53 - 1}
_BOUNDS: dict[str, JsonObject] = {"int32": INT32, "int64": _INT53}

# Kubernetes' patterns as in quantity.py, without a sign: no amount in a pod or a claim may be negative.
_AMOUNT: JsonObject = {
    "type": ["string", "number", "null"],
    "pattern": r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
    "minimum": 0,
}
_AMOUNT_REF: JsonObject = {"allOf": [{"$ref": "#/definitions/Quantity"}, {"type": ["string", "number"]}]}
_SPECIAL: dict[str, JsonObject] = {
    QUANTITY: _AMOUNT,
    INT_OR_STRING: {"type": ["string", "integer", "null"], **INT32},
}
_RESOURCE_NAMES = (
    r"^(cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMG]i"
    r"|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$"
)
"""What a container may ask for: Kubernetes' own resources, and extended ones, which carry a domain."""
_AMOUNTS: JsonObject = {
    "type": ["object", "null"],
    "patternProperties": {_RESOURCE_NAMES: _AMOUNT_REF},
    "additionalProperties": False,
}


@lru_cache(maxsize=1)
def _short_names() -> dict[str, str]:
    """Full name -> short name, each unique: the last part, with group and version where a core type has that one."""
    names = raw_definitions(newest().minor)
    owners = Counter(name.rsplit(".", 1)[1] for name in names)
    short: dict[str, str] = {}
    for name in names:
        group, version, last = name.rsplit(".", 3)[1:]
        alone = owners[last] == 1 or (name.startswith(_PREFERRED) and not _outranked(name, last, names))
        short[name] = last if alone else f"{group.title()}{version.title()}{last}"
    return short


def _outranked(name: str, last: str, names: Iterable[str]) -> bool:
    """Whether a core type has the name that an apimachinery type would like."""
    return not name.startswith(_CORE) and f"{_CORE}{last}" in names


def short_name(name: str) -> str:
    """`Affinity` for `io.k8s.api.core.v1.Affinity`: its name in a chart's schema; `KeyError` if it is unknown."""
    return _short_names()[name]


def reference(name: str, *, nullable: bool = True) -> JsonObject:
    """A schema that is nothing but the definition; put it in an `allOf` where it needs company.

    With `nullable` off, null is refused: for list items, map values and required fields.
    """
    ref: JsonObject = {"$ref": f"#/definitions/{short_name(name)}"}
    there = outline(_SPECIAL.get(name) or raw_definitions(newest().minor)[name], nullable=False)
    return {"allOf": [ref, {"type": there["type"]}]} if "type" in there and not nullable else ref


def _node(schema: JsonObject, *, nullable: bool) -> JsonObject:
    if "$ref" in schema:
        return reference(schema["$ref"].removeprefix(REF_PREFIX), nullable=nullable)
    result = outline(schema, nullable=nullable)
    result.update(_BOUNDS.get(schema.get("format", ""), {}))
    if "items" in schema:
        result["items"] = _node(schema["items"], nullable=False)
    additional: Any = schema.get("additionalProperties")
    if additional is not None:
        result["additionalProperties"] = (
            _node(additional, nullable=False) if isinstance(additional, dict) else additional
        )
    return result


@cache
def _definition(name: str) -> JsonObject:
    """One definition in draft-07, its references under short names."""
    raw = raw_definitions(newest().minor)[name]
    if name in _SPECIAL:
        return _SPECIAL[name]
    result = _node(raw, nullable=True)
    if name in FREE_FORM:
        return result
    required: list[str] = raw.get("required", [])
    properties: dict[str, JsonObject] = raw.get("properties", {})
    if properties:
        result["properties"] = {key: _node(field, nullable=key not in required) for key, field in properties.items()}
    elif "object" in result.get("type", []):
        result.setdefault("additionalProperties", False)
    if required:
        result["required"] = required
    if name == f"{_CORE}ResourceRequirements":
        # Not `claims`: they name claims of the pod, which no value of a container can make.
        del result["properties"]
        result["patternProperties"] = {"^(limits|requests)$": _AMOUNTS}
    rules = FIELD_RULES.get(name, {})
    for key, keywords in rules.get("properties", {}).items():
        result["properties"][key].update(keywords)
    result.update({keyword: said for keyword, said in rules.items() if keyword != "properties"})
    return result


def fragments(names: Iterable[str]) -> dict[str, JsonObject]:
    """The definitions that `names` need, they among them, by short name, sorted; `KeyError` for an unknown name.

    The result is shared: do not change it.
    """
    known = raw_definitions(newest().minor)
    waiting = list(names)
    closure = set(waiting)
    while waiting:
        raw = known[waiting.pop()]
        new = refs_of(raw) - closure - {f"{_CORE}ResourceClaim"}
        closure |= new
        waiting += new
    return {short_name(name): _definition(name) for name in sorted(closure, key=short_name)}
