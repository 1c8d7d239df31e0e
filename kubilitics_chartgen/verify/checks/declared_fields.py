"""Check `declared-fields`: values arrive where the author declares, and what a condition brings is there with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.yaml_objects import yaml_object
from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import Declared, Field
from kubilitics_chartgen.verify.checks.reading import quoted

__all__ = ["DeclaredFields"]

_ABSENT: Any = object()
"""Stands for what is not there."""
MAX_KNOWN = 2_000
"""Objects of which it is remembered what their fields hold."""


class _Ways:
    """Rows about the objects of a template, by the keys on the way to their fields: each way is gone once."""

    def __init__(self) -> None:
        self.rows: list[Field] = []
        """What is about the place itself."""
        self.below: dict[str | int, _Ways] = {}
        self._absent: list[tuple[Field, Any]] = []
        """Every row from here on, where there is nothing."""

    def add(self, row: Field) -> None:
        """Put a row where it belongs."""
        place = self
        place._absent.append((row, _ABSENT))
        for step in row.field:
            place = place.below.setdefault(step, _Ways())
            place._absent.append((row, _ABSENT))
        place.rows.append(row)

    def gather(self, node: Any, found: list[tuple[Field, Any]]) -> None:
        """Add each row to `found`, with what stands there."""
        if node is _ABSENT:
            found.extend(self._absent)
            return
        found.extend((row, node) for row in self.rows)
        if self.below and isinstance(node, str):
            try:
                node = yaml_object(node)
            except ChartgenError:
                node = _ABSENT
        for step, place in self.below.items():
            place.gather(_below(node, step), found)


class _Looked(NamedTuple):
    """What was found in an object, as far as that decides."""

    document: Document
    """The object itself, so that no other one gets its place in memory."""
    itself: frozenset[int]
    """The rows that are about the object itself, by their `id`."""
    if_held: dict[str, list[tuple[Field, str]]]
    """What is wrong while a condition holds; under the empty one what is wrong anyway."""
    if_failed: dict[str, list[tuple[Field, str]]]
    """What is wrong while a condition fails."""
    copies: list[tuple[Field, Any]]
    """Rows that name a value, with what stands there: whether it is right, only the value says."""


class DeclaredFields:
    """See `sentence`."""

    name = "declared-fields"
    sentence = (
        "Values arrive unchanged where `.chartgen.yaml` declares it, and objects, fields, variables and entries of "
        "configuration files that it declares for a condition are there while that holds, and not while it fails "
        "(`declared.fields`)."
    )
    severity: Severity = "error"
    fix = "Take the value as it is, under the declared condition; or correct what is declared."
    asks: Literal["conditions", "values"] = "values"

    def __init__(self) -> None:
        self._declared: Declared | None = None
        self._objects: list[Field] = []
        """The rows that are about whole objects."""
        self._ways: dict[tuple[str, str], _Ways] = {}
        self._known: dict[int, _Looked] = {}

    def facts(self, document: Document) -> Facts:
        """Of what kind it is: which fields matter, only the author says."""
        return document.kind

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Fields that are not as declared, and objects that lack."""
        meant, declared = context.meant, context.declared
        if not declared.fields or meant.told is None:
            return
        self._prepare(declared)
        there: set[int] = set()
        holds = meant.holds | {""}
        for document, _ in facts:
            looked = self._look(document, declared)
            there |= looked.itself
            wrong = [
                found
                for told, conditions in ((looked.if_held, holds), (looked.if_failed, meant.fails))
                if not conditions.isdisjoint(told)
                for when in sorted(conditions & told.keys())
                for found in told[when]
            ]
            for row, found in looked.copies:
                given = meant.given.get(row.value)
                if found == given and type(found) is type(given):
                    continue  # most often, and so before all else
                if row.when in holds and (message := _no_copy(row, found, given)):
                    wrong.append((row, message))
            for row, message in sorted(wrong, key=lambda each: [str(step) for step in each[0].field]):
                yield fault(self, document, ".".join(map(str, row.field)), message)
        for row in self._objects:
            if row.when in holds and id(row) not in there:
                what = f"{row.kind} of {row.templates}" + (f" named {quoted(row.name)}" if row.name != "*" else "")
                message = f"there is no {what}, though {row.when} holds"
                yield Fault("", "declared.fields", message, f"{self.name}|{message}")

    def _prepare(self, declared: Declared) -> None:
        """Forget what was found for other declarations, or all where it is too much."""
        if self._declared is not declared:
            self._declared = declared
            self._objects = [row for row in declared.fields if not row.field]
            self._ways.clear()
            self._known.clear()
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()

    def _look(self, document: Document, declared: Declared) -> _Looked:
        """What is found in an object; looked up once."""
        known = self._known.get(id(document))
        if known is None:
            about = (document.kind, document.template)
            ways = self._ways.get(about)
            if ways is None:
                ways = self._ways[about] = _ways_of(*about, declared)
            found: list[tuple[Field, Any]] = []
            ways.gather(document.object, found)
            rows = [(row, node) for row, node in found if row.name == "*" or fnmatchcase(document.name, row.name)]
            known = self._known[id(document)] = _looked(document, rows)
        return known


def _looked(document: Document, rows: Sequence[tuple[Field, Any]]) -> _Looked:
    if_held: dict[str, list[tuple[Field, str]]] = {}
    if_failed: dict[str, list[tuple[Field, str]]] = {}
    for row, found in rows:
        if not row.value and (message := _wrong(row, found, wanted=True)):
            if_held.setdefault(row.when, []).append((row, message))
        if row.when and (message := _wrong(row, found, wanted=False)):
            if_failed.setdefault(row.when, []).append((row, message))
    itself = frozenset(id(row) for row, _ in rows if not row.field)
    return _Looked(document, itself, if_held, if_failed, [each for each in rows if each[0].value])


def _ways_of(kind: str, template: str, declared: Declared) -> _Ways:
    """The rows about objects of a kind that a template makes."""
    ways = _Ways()
    path = template.partition("/")[2]
    for row in declared.fields:
        if kind in row.kind.split("|") and fnmatchcase(path, row.templates):
            ways.add(row)
    return ways


def _wrong(row: Field, found: Any, *, wanted: bool) -> str:
    """What is wrong with what stands in a field while its condition holds, or fails; empty where nothing is."""
    if row.matches:
        fits = found is not _ABSENT and any(fnmatchcase(_text(found), each) for each in row.matches.split("|"))
        return "" if fits is wanted else f"{_shown(found)}{_because(row, wanted=wanted)}; {row.matches} is declared"
    if (found is not _ABSENT) is wanted:
        return ""
    return f"is {'not ' if wanted else ''}there{_because(row, wanted=wanted)}"


def _no_copy(row: Field, found: Any, given: Any) -> str:
    """What is wrong with what should be a copy of a value; empty where nothing is."""
    if _same(found, given) or (_is_empty(given) and _is_empty(found)):
        return ""
    return f"{_shown(found)}, and {row.value} is {quoted(_text(given))}{_because(row, wanted=True)}"


def _because(row: Field, *, wanted: bool) -> str:
    return f", though {row.when} {'holds' if wanted else 'does not hold'}" if row.when else ""


def _same(found: Any, given: Any) -> bool:
    if isinstance(found, bool) is isinstance(given, bool) and found == given:
        return True
    # A variable's value is a text, whatever the value is.
    return isinstance(found, str) and not isinstance(given, str) and given is not None and found == _text(given)


def _is_empty(value: Any) -> bool:
    return value is _ABSENT or not value


def _shown(found: Any) -> str:
    return "is not there" if found is _ABSENT else f"is {quoted(_text(found))}"


def _text(value: Any) -> str:
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value, default=str)
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _below(node: Any, step: str | int) -> Any:
    """What stands under a key, or is an item of a list: by its name or its number."""
    if isinstance(node, dict):
        return node.get(step, _ABSENT)
    if not isinstance(node, list):
        return _ABSENT
    if isinstance(step, int):
        return node[step] if step < len(node) else _ABSENT
    return next((item for item in node if isinstance(item, dict) and item.get("name") == step), _ABSENT)
