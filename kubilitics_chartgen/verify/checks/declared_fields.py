"""Check `declared-fields`: values arrive where the author declares, and what a condition brings is there with it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.yaml_objects import yaml_object
from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.conditions import scalar
from kubilitics_chartgen.verify.checks.declared import Declared, Field
from kubilitics_chartgen.verify.checks.reading import quoted

__all__ = ["DeclaredFields"]

_ABSENT = "\0absent"
"""Stands for what is not there; no text of a field holds it."""
_EMPTY = (None, "", False, 0, "[]", "{}", _ABSENT)


_Rows = tuple[tuple[Field, Hashable], ...]
MAX_KNOWN = 6_000
"""Objects of which it is remembered what their fields hold."""


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
        self._by_kind: dict[str, list[Field]] = {}
        self._known: dict[int, tuple[Document, _Rows]] = {}

    def facts(self, document: Document) -> Facts:
        """Of what kind it is: which fields matter, only the author says."""
        return document.kind

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Fields that are not as declared, and objects that lack."""
        meant, declared = context.meant, context.declared
        if not declared.fields or meant.values is None:
            return
        there: set[Field] = set()
        for document, _ in facts:
            for row, found in self._rows(document, declared):
                if not row.field:
                    there.add(row)
                if row.when and row.when not in meant.holds and row.when not in meant.fails:
                    continue
                wanted = not row.when or row.when in meant.holds
                given = meant.given.get(row.value)
                if wanted and row.value and type(found) is type(given) and found == given:
                    continue  # most often, and so before all else
                message = _wrong(row, found, given, wanted=wanted)
                if message:
                    yield fault(self, document, ".".join(map(str, row.field)), message)
        for row in declared.fields:
            if not row.field and row.when in meant.holds and row not in there:
                what = f"{row.kind} of {row.templates}" + (f" named {quoted(row.name)}" if row.name != "*" else "")
                message = f"there is no {what}, though {row.when} holds"
                yield Fault("", "declared.fields", message, f"{self.name}|{message}")

    def _rows(self, document: Document, declared: Declared) -> _Rows:
        """Each row that is about the object, with what it finds there; looked up once."""
        if self._declared is not declared or len(self._known) >= MAX_KNOWN:
            self._declared = declared
            self._known.clear()
            self._by_kind = {}
            for row in declared.fields:
                for kind in row.kind.split("|"):
                    self._by_kind.setdefault(kind, []).append(row)
        known = self._known.get(id(document))
        if known is None:
            ours = [row for row in self._by_kind.get(document.kind, ()) if _is_about(row, document)]
            rows = tuple((row, _found(document.object, row.field)) for row in ours)
            # The document is kept with its rows, so that no other one gets its place in memory.
            known = self._known[id(document)] = (document, rows)
        return known[1]


def _wrong(row: Field, found: Hashable, given: Hashable, *, wanted: bool) -> str:
    """What is wrong with what stands in a field; empty where nothing is."""
    because = f", though {row.when} {'holds' if wanted else 'does not hold'}" if row.when else ""
    if row.matches:
        fits = found != _ABSENT and any(fnmatchcase(_text(found), each) for each in row.matches.split("|"))
        if fits is not wanted:
            shown = "is not there" if found == _ABSENT else f"is {quoted(found)}"
            return f"{shown}{because}; {row.matches} is declared"
        return ""
    if not wanted:
        return "" if found == _ABSENT else f"is there{because}"
    if not row.value:
        return f"is not there{because}" if found == _ABSENT else ""
    if _same(found, given) or (given in _EMPTY and found in _EMPTY):
        return ""
    shown = "is not there" if found == _ABSENT else f"is {quoted(found)}"
    return f"{shown}, and {row.value} is {quoted(given)}{because}"


def _same(found: Hashable, given: Hashable) -> bool:
    if isinstance(found, bool) is isinstance(given, bool) and found == given:
        return True
    # A variable's value is a text, whatever the value is.
    return isinstance(found, str) and not isinstance(given, str) and given is not None and found == _text(given)


def _text(value: Hashable) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _is_about(row: Field, document: Document) -> bool:
    template = document.template.partition("/")[2]
    return fnmatchcase(template, row.templates) and fnmatchcase(document.name, row.name)


def _found(node: Any, steps: Sequence[str | int]) -> Hashable:
    for step in steps:
        if isinstance(node, str):
            try:
                node = yaml_object(node)
            except ChartgenError:
                return _ABSENT
        node = _below(node, step)
        if node == _ABSENT:
            return _ABSENT
    return scalar(node) if steps else ""


def _below(node: Any, step: str | int) -> Any:
    """What stands under a key, or is an item of a list: by its name or its number."""
    if isinstance(node, dict):
        return node.get(step, _ABSENT)
    if not isinstance(node, list):
        return _ABSENT
    if isinstance(step, int):
        return node[step] if step < len(node) else _ABSENT
    return next((item for item in node if isinstance(item, dict) and item.get("name") == step), _ABSENT)
