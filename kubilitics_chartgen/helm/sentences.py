"""A validator's finding as sentences that a reader of values files understands. Pure.

In: one error of `jsonschema_rs` and the schema it was found by. Out: `Finding`s, each with a values path and a
sentence. A value that may be secret is never quoted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.errors import did_you_mean
from kubilitics_chartgen.helm.json_schema import resolve
from kubilitics_chartgen.helm.paths import ValuesPath
from kubilitics_chartgen.helm.secret_names import may_be_secret

__all__ = ["Finding", "kind_of", "sentences"]

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
_SHOWN_OPTIONS = 20
_SHOWN_LENGTH = 80


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the values."""

    path: ValuesPath
    message: str


def kind_of(value: Any) -> str:
    """What a value is, in the words of a values file."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text"
    return "a whole number" if isinstance(value, int) or value.is_integer() else "a number"


def sentences(error: Any, schema: Any, values: Any) -> list[Finding]:
    """What the error says about `values`, one finding for each place."""
    path: ValuesPath = tuple(error.instance_path)
    kind = error.kind
    name = str(kind.name)
    if name == "additionalProperties":
        known = _known_keys(schema, error.schema_path)
        return [Finding((*path, key), _unknown(key, known)) for key in kind.unexpected]
    if name == "required":
        return [Finding((*path, kind.property), f'"{kind.property}" is missing here.')]
    if name == "propertyNames":
        inner = sentences(kind.error, schema, values)
        return [Finding(path, f"a key is not allowed here: {finding.message}") for finding in inner]
    if type(kind).__name__ in ("AnyOf", "OneOfNotValid"):
        return _one_of_many(error, schema, values)
    if type(kind).__name__ == "FalseSchema" and "additionalProperties" in error.schema_path[-1:]:
        # A mapping with no declared key at all: the error stands at the mapping.
        return [Finding((*path, key), _unknown(key, ())) for key in _at(values, path)]
    if type(kind).__name__ == "FalseSchema" and path and isinstance(path[-1], str):
        return [Finding(path, _unknown(path[-1], ()))]
    return [Finding(path, _sentence(error, name, _shown(error.instance, path)))]


def _sentence(error: Any, name: str, shown: str) -> str:
    kind = error.kind
    instance = error.instance
    limit = getattr(kind, "limit", None)
    if name == "enum":
        return _choice(shown, instance, kind.options)
    if name == "const":
        return f"{shown} is not allowed here: only {_text(_constant(kind))} is."
    if name == "type":
        return _wrong_type(shown, instance, kind.types)
    simple = {
        "minimum": f"{shown} is too small: {limit} or more is expected.",
        "exclusiveMinimum": f"{shown} is too small: more than {limit} is expected.",
        "maximum": f"{shown} is too large: {limit} or less is expected.",
        "exclusiveMaximum": f"{shown} is too large: less than {limit} is expected.",
        "minLength": "the text is empty, and it must not be."
        if limit == 1
        else f"{shown} is too short: {limit} characters or more are expected.",
        "maxLength": f"{shown} is too long: {limit} characters or fewer are expected.",
        "minItems": f"the list is too short: {limit} or more entries are expected.",
        "maxItems": f"the list is too long: {limit} or fewer entries are expected.",
        "minProperties": f"the mapping has too few keys: {limit} or more are expected.",
        "maxProperties": f"the mapping has too many keys: {limit} or fewer are expected.",
        "uniqueItems": "an entry stands in this list twice.",
        "contains": "no entry of this list is the one that has to be in it.",
        "not": f"{shown} is not allowed here.",
        "oneOf": f"{shown} fits more than one of several forms that exclude each other.",
    }
    if name in simple:
        return simple[name]
    if type(kind).__name__ == "FalseSchema":
        return "nothing is allowed here."
    if name == "pattern":
        return f"{shown} does not have the expected form, which is the pattern {kind.pattern}"
    if name == "multipleOf":
        return f"{shown} is not a multiple of {kind.multiple_of}."
    if name == "format":
        return f"{shown} is not written as {kind.format}."
    return f"{shown} is not allowed here: it breaks the rule {name}."


def _constant(kind: Any) -> Any:
    return getattr(kind, "expected_value", getattr(kind, "value", None))


def _one_of_many(error: Any, schema: Any, values: Any) -> list[Finding]:
    """No form fits: what would mend the form that was meant, or what all forms expect."""
    path: ValuesPath = tuple(error.instance_path)
    branches: Sequence[Sequence[Any]] = error.kind.context
    meant = [branch for branch in branches if not _off(branch, path)]
    if len(meant) == 1:
        return [finding for inner in meant[0] for finding in sentences(inner, schema, values)]
    shown = _shown(error.instance, path)
    at_top = [inner for branch in branches for inner in branch if tuple(inner.instance_path) == path]
    if not meant and all(inner.kind.name in ("type", "enum", "const") for inner in at_top):
        options = [option for inner in at_top for option in _options(inner.kind)]
        types = [kind for inner in at_top if inner.kind.name == "type" for kind in inner.kind.types]
        if options and not types:
            return [Finding(path, _choice(shown, error.instance, options))]
        expected = [_TYPES.get(kind, kind) for kind in dict.fromkeys(types)] + [_text(option) for option in options]
        return [Finding(path, f"{_called(shown, error.instance)}, but {_or(expected)} is expected.")]
    told = dict.fromkeys(
        finding.message.rstrip(".")
        for branch in meant or branches
        for inner in branch
        for finding in sentences(inner, schema, values)
    )
    return [Finding(path, f"{shown} fits none of the forms that are allowed here: {'; or '.join(told)}.")]


def _options(kind: Any) -> list[Any]:
    if kind.name == "enum":
        return list(kind.options)
    return [_constant(kind)] if kind.name == "const" else []


def _off(branch: Sequence[Any], path: ValuesPath) -> bool:
    """Whether this form is out of the question: the value is of another type altogether."""
    return any(tuple(inner.instance_path) == path and inner.kind.name in ("type", "enum", "const") for inner in branch)


def _wrong_type(shown: str, instance: Any, types: Sequence[str]) -> str:
    wanted = [kind for kind in types if kind != "null"] or list(types)
    if "number" in wanted and "integer" in wanted:
        wanted.remove("integer")
    return f"{_called(shown, instance)}, but {_or(_TYPES.get(kind, kind) for kind in wanted)} is expected."


def _called(shown: str, instance: Any) -> str:
    """The value and what it is, as in `"2" is text`; a mapping or a list is not quoted."""
    kind = kind_of(instance)
    if isinstance(instance, (dict, list)) or instance is None:
        return f"this is {kind}"
    return f"{shown} is {kind}"


def _choice(shown: str, instance: Any, options: Sequence[Any]) -> str:
    texts = [_text(option) for option in options]
    shown_options = texts[:_SHOWN_OPTIONS] + (["…"] if len(texts) > _SHOWN_OPTIONS else [])
    near = _near(instance, [option for option in options if isinstance(option, str)])
    return f"{shown} is not one of {', '.join(shown_options)}.{near}"


def _unknown(key: str, known: Iterable[str]) -> str:
    return f'there is no value "{key}" here.{_near(key, known)}'


def _near(word: Any, known: Iterable[str]) -> str:
    if not isinstance(word, str):
        return ""
    near = did_you_mean(word, known)
    return f' Did you mean "{near}"?' if near else ""


def _known_keys(schema: Any, steps: Sequence[str | int]) -> list[str]:
    """The keys that are declared beside the `additionalProperties` which the path ends in."""
    node = schema
    for step in steps[:-1]:
        node = _resolved(node, schema)
        if step == "$ref":
            continue
        try:
            node = node[int(step)] if isinstance(node, list) else node[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return []
    node = _resolved(node, schema)
    declared = node.get("properties") if isinstance(node, Mapping) else None
    return list(declared) if isinstance(declared, Mapping) else []


def _at(values: Any, path: ValuesPath) -> Any:
    for part in path:
        values = values[part]
    return values


def _resolved(node: Any, schema: Any) -> Any:
    for _ in range(20):
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return node
        node = resolve(schema, reference)
    return node


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _shown(value: Any, path: ValuesPath) -> str:
    if may_be_secret(path):
        return "the value"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


def _text(option: Any) -> str:
    if isinstance(option, str):
        return option if option else '""'
    return json.dumps(option, default=str)
