"""Would an API server of this Kubernetes version decode this object? Strict schemas. I/O: reads packaged data only.

In: one object as Helm rendered it (plain dicts, lists and scalars) and a version. Out: every problem with its path.
Strict means what `fieldValidation: Strict` means: an unknown field is an error. `strict.py` says where null is
accepted. This judges shape, not meaning: a name that is no DNS label or a selector that matches nothing passes here.

Kinds that are not built in (custom resources) are not judged: `problems` returns nothing for them, `standing` tells.
No message ever repeats a value out of a Secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.kube.packaged import REF_PREFIX, JsonObject, raw_definitions
from kubilitics_chartgen.kube.strict import BASE64_PATTERN, refs_of, strict_definition
from kubilitics_chartgen.kube.versions import KubeVersion, supported

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = [
    "Reason",
    "SchemaProblem",
    "Standing",
    "closure_of",
    "definition_of",
    "explain",
    "is_built_in",
    "problems",
    "served_kinds",
    "standing",
    "validator_of",
]

_OBJECT_META = f"{REF_PREFIX}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


class Standing(Enum):
    """What a Kubernetes version makes of an apiVersion and kind."""

    SERVED = "served"
    """Built in, and there in this version (it may still be off by default: alpha always is, beta mostly)."""
    NOT_SERVED = "not served"
    """Built in, but gone or not yet there in this version."""
    UNKNOWN = "unknown"
    """In a group that Kubernetes owns, yet in none of the supported versions."""
    CUSTOM = "custom"
    """In a group that is not built in: a custom resource, which needs its CRD."""


class Reason(Enum):
    """Why an object has a problem."""

    MALFORMED = "malformed"
    """It is no object at all: not a mapping, without apiVersion or kind, or holding what JSON cannot."""
    INVALID = "invalid"
    """Its content does not fit the schema."""
    NOT_SERVED = "not served"
    UNKNOWN_KIND = "unknown kind"


@dataclass(frozen=True)
class SchemaProblem:
    """One thing an API server would refuse."""

    path: str
    """Where in the object, such as `spec.template.spec.containers[0].image`; empty for the object as a whole."""
    message: str
    reason: Reason = Reason.INVALID

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@lru_cache(maxsize=32)
def served_kinds(minor: int) -> dict[tuple[str, str], str]:
    """(apiVersion, kind) -> definition, of all that can be created as an object (so no lists and no options)."""
    found: dict[tuple[str, str], str] = {}
    for name, raw in raw_definitions(minor).items():
        if raw.get("properties", {}).get("metadata", {}).get("$ref") != _OBJECT_META:
            continue
        for served in raw.get("x-kubernetes-group-version-kind", ()):
            api_version = f"{served['group']}/{served['version']}".lstrip("/")
            found[api_version, served["kind"]] = name
    return found


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


@lru_cache(maxsize=1)
def _built_in_groups() -> frozenset[str]:
    return frozenset(_group(api_version) for version in supported() for api_version, _ in served_kinds(version.minor))


def is_built_in(api_version: str) -> bool:
    """Whether an API version, with or without a kind behind it, is of a group that Kubernetes itself has or had."""
    group = api_version.partition("/")[0]
    return "." not in group or group in _built_in_groups()


def standing(api_version: str, kind: str, version: KubeVersion) -> Standing:
    """What `version` makes of an apiVersion and kind."""
    if (api_version, kind) in served_kinds(version.minor):
        return Standing.SERVED
    group = _group(api_version)
    # A group without a dot is Kubernetes' own (`extensions` was one); many in `.k8s.io` are CRDs, as Gateway API's.
    if "." in group and group not in _built_in_groups():
        return Standing.CUSTOM
    known = any((api_version, kind) in served_kinds(other.minor) for other in supported())
    return Standing.NOT_SERVED if known else Standing.UNKNOWN


def _not_here(api_version: str, kind: str, version: KubeVersion, answer: Standing) -> SchemaProblem:
    serving = [other.name for other in supported() if (api_version, kind) in served_kinds(other.minor)]
    instead = sorted(candidate for candidate, name in served_kinds(version.minor) if name == kind)
    message = f"Kubernetes {version.name} does not serve {kind} in {api_version}"
    if serving:
        message += (
            f" (it is in {serving[0]} to {serving[-1]})" if len(serving) > 1 else f" (it is in {serving[0]} only)"
        )
    message += f"; use {' or '.join(instead)}." if instead else "."
    return SchemaProblem("", message, Reason.NOT_SERVED if answer is Standing.NOT_SERVED else Reason.UNKNOWN_KIND)


@cache
def definition_of(minor: int, name: str) -> tuple[JsonObject, frozenset[str], bytes]:
    """Strict definition, the definitions it names, and a digest of its text."""
    schema = strict_definition(name, raw_definitions(minor)[name])
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return schema, frozenset(refs_of(schema)), blake2b(f"{name}\0{text}".encode(), digest_size=16).digest()


def closure_of(minor: int, root: str) -> list[str]:
    """The definition and all that it needs, sorted."""
    seen, waiting = {root}, [root]
    while waiting:
        new = definition_of(minor, waiting.pop())[1] - seen
        seen |= new
        waiting += new
    return sorted(seen)


# Versions of Kubernetes whose definitions of a kind are the same text share one compiled validator.
_compiled: dict[bytes, jsonschema_rs.Draft202012Validator] = {}


@cache
def validator_of(minor: int, root: str) -> jsonschema_rs.Draft202012Validator:
    """The compiled definition `root`; the same object for versions that agree on it."""
    import jsonschema_rs

    names = closure_of(minor, root)
    digest = blake2b(root.encode() + b"".join(definition_of(minor, name)[2] for name in names), digest_size=16).digest()
    if digest not in _compiled:
        schema = {"$ref": REF_PREFIX + root, "$defs": {name: definition_of(minor, name)[0] for name in names}}
        _compiled[digest] = jsonschema_rs.Draft202012Validator(
            schema, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True
        )
    return _compiled[digest]


def _path(steps: list[str | int]) -> str:
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif any(sign in step for sign in './[]" '):
            text += f"[{json.dumps(step)}]"
        else:
            text += f".{step}" if text else step
    return text


_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "integer": "an integer",
}


def _called(value: object) -> str:
    """What a value is, without repeating it."""
    if isinstance(value, bool):
        return "a boolean"
    kinds = ((str, "a text"), (int, "an integer"), (float, "a number"), (list, "a list"), (dict, "a mapping"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def explain(error: jsonschema_rs.ValidationError) -> Iterator[SchemaProblem]:
    """One schema error as sentences that never hold a text of the object, other than field names and quantities."""
    kind, steps, value = error.kind, error.instance_path, error.instance
    match kind.name:
        case "additionalProperties":
            for field in kind.value:
                yield SchemaProblem(_path([*steps, field]), "unknown field.")
        case "required":
            yield SchemaProblem(_path([*steps, kind.value]), "is required.")
        case "type" if value is None:
            yield SchemaProblem(_path(steps), "must not be null here; leave it out or give it a value.")
        case "type":
            wanted = [_NAMES.get(name, f"a {name}") for name in kind.value if name != "null"]
            yield SchemaProblem(_path(steps), f"must be {' or '.join(wanted)}, not {_called(value)}.")
        case "enum":
            yield SchemaProblem(_path(steps), f"must be {' or '.join(map(repr, kind.value))}.")
        case "minimum":
            yield SchemaProblem(_path(steps), f"must be at least {kind.value}.")
        case "maximum":
            yield SchemaProblem(_path(steps), f"must be at most {kind.value}.")
        case "pattern" if "KMGTPE" in kind.value:
            yield SchemaProblem(_path(steps), f"{value!r} is not a quantity; write it like 500m, 0.5, 1Gi or 1e3.")
        case "pattern" if kind.value == BASE64_PATTERN:
            yield SchemaProblem(_path(steps), "must be base64.")
        case "pattern" if "ms)" in kind.value:
            yield SchemaProblem(_path(steps), "must be a duration such as 30s.")
        case "pattern":
            pattern = kind.value if len(kind.value) <= 120 else f"{kind.value[:120]} …"
            yield SchemaProblem(_path(steps), f"must fit the pattern {pattern}")
        case "format":
            yield SchemaProblem(_path(steps), "must be a time such as 2024-01-31T12:00:00Z.")
        case other:
            yield SchemaProblem(_path(steps), f"does not fit the schema ({other}).")


def problems(obj: Any, version: KubeVersion) -> list[SchemaProblem]:
    """Everything a strict API server of `version` would refuse while decoding `obj`, ordered by path.

    Empty for a custom resource, which is not judged here: ask `standing`.
    """
    if not isinstance(obj, Mapping):
        return [SchemaProblem("", "is not a Kubernetes object: not a mapping.", Reason.MALFORMED)]
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    missing = [name for name in ("apiVersion", "kind") if not isinstance(obj.get(name), str) or not obj[name]]
    if not isinstance(api_version, str) or not isinstance(kind, str) or missing:
        return [SchemaProblem(name, "is required, as a text.", Reason.MALFORMED) for name in missing]
    root = served_kinds(version.minor).get((api_version, kind))
    if root is None:
        answer = standing(api_version, kind, version)
        return [] if answer is Standing.CUSTOM else [_not_here(api_version, kind, version, answer)]
    validator = validator_of(version.minor, root)
    try:
        if validator.is_valid(obj):
            return []
    except ValueError as error:  # a date or a key that is no text: JSON has none, so Helm never renders one
        return [SchemaProblem("", f"cannot be written as JSON: {error}.", Reason.MALFORMED)]
    found = {problem for error in validator.iter_errors(obj) for problem in explain(error)}
    return sorted(found, key=lambda problem: (problem.path, problem.message))
