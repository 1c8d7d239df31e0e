"""Reads what a chart's author declares in `.chartgen.yaml`; `declared.py` shows how it is written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import chain
from typing import Any, TypeVar

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.checks.declared import (
    OUTSIDE,
    Condition,
    Connection,
    Declared,
    External,
    Field,
    Labels,
    Names,
    Part,
    Party,
    Permission,
    Program,
    Refused,
)

__all__ = ["read_declared"]

T = TypeVar("T")


class _WrongError(Exception):
    """An entry that cannot be used."""


def read_declared(settings: Mapping[str, Any]) -> Declared:
    """The section `declared` of `.chartgen.yaml`; raises InputError with every entry that cannot be used."""
    section = settings.get("declared") or {}
    problems: list[Problem] = []
    if not isinstance(section, dict):
        raise _error([Problem("a mapping is expected", path="declared", file=SETTINGS_FILE)])
    for key in sorted(set(section) - {each.name for each in fields(Declared)}):
        problems.append(Problem("this key is not known", path=f"declared.{key}", file=SETTINGS_FILE))

    def read(key: str, one: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...] | None:
        entries = section.get(key)
        if entries is None:
            return None
        if not isinstance(entries, list):
            problems.append(Problem("a list is expected", path=f"declared.{key}", file=SETTINGS_FILE))
            return None
        found: list[T] = []
        for position, entry in enumerate(entries):
            try:
                if not isinstance(entry, dict):
                    raise _WrongError("a mapping is expected")
                found.append(one(entry))
            except _WrongError as wrong:
                problems.append(Problem(str(wrong), path=f"declared.{key}[{position}]", file=SETTINGS_FILE))
        return tuple(found)

    declared = Declared(
        read("external", _external) or (),
        read("permissions", _permission),
        read("labels", _labels_of) or (),
        read("parties", _party) or (),
        read("connections", _connection),
        read("refusals", _refused) or (),
        read("names", _names) or (),
        read("programs", _program) or (),
        read("parts", _part) or (),
        read("conditions", _condition) or (),
        tuple(chain.from_iterable(read("fields", _fields) or ())),
    )
    known = {party.id for party in declared.parties}
    for position, row in enumerate(declared.connections or ()):
        for end in sorted({row.source, row.target} - known):
            message = f"{end!r} is no party; list it under declared.parties"
            problems.append(Problem(message, path=f"declared.connections[{position}]", file=SETTINGS_FILE))
    problems += _unknown_conditions(declared)
    if problems:
        raise _error(problems)
    return declared


def _unknown_conditions(declared: Declared) -> Iterator[Problem]:
    known = {condition.id for condition in declared.conditions}
    for when in sorted({row.when for row in declared.fields} - {"", *known}):
        yield Problem(_no_condition(when), path="declared.fields", file=SETTINGS_FILE)
    sections = {
        "permissions": [row.when for row in declared.permissions or ()],
        # Without any condition, what a connection says here are words for a reader.
        "connections": [row.when for row in declared.connections or () if known],
    }
    for section, names in sections.items():
        for position, when in enumerate(names):
            if when and when not in known:
                yield Problem(_no_condition(when), path=f"declared.{section}[{position}]", file=SETTINGS_FILE)


def _no_condition(when: str) -> str:
    return f"{when!r} is no condition; list it under declared.conditions"


def _error(problems: list[Problem]) -> InputError:
    return InputError(f"What {SETTINGS_FILE} declares cannot be used.", problems)


def _only(entry: Mapping[str, Any], *known: str) -> None:
    unknown = sorted(str(key) for key in set(entry) - set(known))
    if unknown:
        raise _WrongError(f"`{unknown[0]}` is not known here; known are {', '.join(known)}")


def _text(entry: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = entry.get(key)
    if isinstance(value, str) and (value or not needed):
        return value
    if value is None and not needed:
        return ""
    raise _WrongError(f"`{key}` must be a text")


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = entry.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _WrongError(f"`{key}` must be a list of texts")
    return tuple(values)


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise _WrongError(f"`{key}` must be true or false")
    return value


def _external(entry: Mapping[str, Any]) -> External:
    _only(entry, "kind", "name", "reason", "values", "templates")
    values = _texts(entry, "values")
    if values and entry.get("name"):
        raise _WrongError("either `name` or `values` must be given")
    name = _text(entry, "name", needed=not values)
    templates = _text(entry, "templates") or "*"
    return External(_text(entry, "kind", needed=True), name, _text(entry, "reason"), values, templates)


def _permission(entry: Mapping[str, Any]) -> Permission:
    _only(entry, "role", "labels", "apiGroups", "resources", "verbs", "named", "reason", "when")
    groups, resources, verbs = (_texts(entry, key) for key in ("apiGroups", "resources", "verbs"))
    named, reason = _flag(entry, "named"), _text(entry, "reason")
    labels = _label_map(entry)
    role = _text(entry, "role", needed=not labels) or "*"
    return Permission(role, groups, resources, verbs, named, reason, labels, _text(entry, "when"))


def _label_map(entry: Mapping[str, Any], key: str = "labels") -> tuple[tuple[str, str], ...]:
    labels = entry.get(key) or {}
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise _WrongError(f"`{key}` must be a mapping of texts")
    return tuple(sorted(labels.items()))


def _labels_of(entry: Mapping[str, Any]) -> Labels:
    _only(entry, "templates", "labels")
    return Labels(_text(entry, "templates", needed=True), _label_map(entry))


def _party(entry: Mapping[str, Any]) -> Party:
    _only(entry, "id", "title", "labels", "outside")
    labels = _label_map(entry)
    outside = _texts(entry, "outside")
    if not set(outside) <= set(OUTSIDE) or bool(labels) == bool(outside):
        raise _WrongError(f"either `labels`, or `outside` with some of {', '.join(OUTSIDE)}, must be given")
    return Party(_text(entry, "id", needed=True), labels, outside)


def _connection(entry: Mapping[str, Any]) -> Connection:
    _only(entry, "from", "to", "ports", "protocols", "required", "when", "why")
    return Connection(
        _text(entry, "from", needed=True),
        _text(entry, "to", needed=True),
        _ports(entry),
        _texts(entry, "protocols") or ("TCP",),
        _flag(entry, "required"),
        _text(entry, "when"),
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    _only(entry, "id", "values", "unless")
    unless = None if entry.get("unless") is None else _maps(entry, "unless")
    return Condition(_text(entry, "id", needed=True), _maps(entry, "values"), unless)


def _maps(entry: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    maps = entry.get(key)
    if not isinstance(maps, list) or not all(isinstance(each, dict) for each in maps):
        raise _WrongError(f"`{key}` must be a list of mappings from values paths")
    return tuple(maps)


def _fields(entry: Mapping[str, Any]) -> tuple[Field, ...]:
    _only(entry, "kind", "templates", "name", "copies", "stands", "has", "when", "why")
    kind, when = _text(entry, "kind", needed=True), _text(entry, "when")
    copies, stands = _label_map(entry, "copies"), _label_map(entry, "stands")
    has = _texts(entry, "has")
    objects = (kind, _text(entry, "templates") or "*", _text(entry, "name") or "*")
    rows = [
        *(Field(*objects, _way(way), value=value, when=when) for way, value in copies),
        *(Field(*objects, _way(way), matches=matches, when=when) for way, matches in stands),
        *(Field(*objects, _way(way), when=when) for way in has),
    ]
    if not rows and not when:
        raise _WrongError("`copies`, `stands`, `has` or, for the object itself, `when` must be given")
    return tuple(rows) or (Field(*objects, when=when),)


def _way(text: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in text.split())


def _ports(entry: Mapping[str, Any]) -> tuple[int, ...]:
    ports = entry.get("ports") or []
    # A number in a file that Helm reads may arrive as a float.
    if not isinstance(ports, list) or not all(isinstance(port, (int, float)) and port == int(port) for port in ports):
        raise _WrongError("`ports` must be a list of numbers")
    return tuple(int(port) for port in ports)


def _refused(entry: Mapping[str, Any]) -> Refused:
    _only(entry, "values", "says", "instead")
    values, instead = entry.get("values"), entry.get("instead")
    if not isinstance(values, dict) or not isinstance(instead, dict):
        raise _WrongError("`values` and `instead` must be mappings")
    return Refused(values, _text(entry, "says", needed=True), instead)


def _names(entry: Mapping[str, Any]) -> Names:
    _only(entry, "templates", "names")
    return Names(_text(entry, "templates", needed=True), _texts(entry, "names"))


def _part(entry: Mapping[str, Any]) -> Part:
    _only(entry, "value", "templates")
    return Part(_text(entry, "value", needed=True), _texts(entry, "templates"))


def _program(entry: Mapping[str, Any]) -> Program:
    _only(entry, "container", "labels", "variables", "needs", "paths", "reads", "writes", "ports")
    needs, paths, reads, writes = (_texts(entry, key) for key in ("needs", "paths", "reads", "writes"))
    variables = _label_map(entry, "variables")
    container, labels = _text(entry, "container", needed=True), _label_map(entry)
    return Program(container, labels, variables, needs, paths, writes, reads, _ports(entry))
