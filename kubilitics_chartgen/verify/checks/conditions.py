"""What values mean in the author's words: which declared conditions hold, and what stands at values paths. Pure.

A condition holds with any of its `values`. Where `unless` is given it fails with any of those, and what neither fits is
left open; where it is not given, a condition that does not hold fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Any

from kubilitics_chartgen.verify.checks.declared import Connection, Declared

__all__ = ["NOTHING_KNOWN", "Meanings", "Meant", "with_connections_for"]

_Values = Mapping[str, Any]
MAX_SECTIONS = 64
"""Sections of which it is remembered what stands in them: most configurations share most of theirs."""


@dataclass(frozen=True)
class Meant:
    """What the values of one configuration mean."""

    holds: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)
    """By values path, for the paths that the author names: what stands there, None for nothing."""
    values: Mapping[str, Any] | None = field(default=None, hash=False, compare=False, repr=False)
    """The values themselves; None where they are not known."""

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text and number that stands in the values, as a text."""
        found: set[str] = set()
        _gather_texts(self.values, found)
        return frozenset(found)


NOTHING_KNOWN = Meant()


class _Section:
    """One section of values, with what is asked of its keys: answered once for each section that is the same object."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.named: list[tuple[str, str]] = []
        """Keys whose values are wanted, with their whole paths."""
        self.tests: list[tuple[int, str, Any]] = []
        """(number of the test, key, what is wanted)."""
        self._known: dict[int, tuple[Any, dict[str, Any], frozenset[int]]] = {}

    def of(self, values: _Values) -> tuple[dict[str, Any], frozenset[int]]:
        """What stands at its paths, and the numbers of the tests that are passed."""
        node: Any = values
        for key in self.path:
            node = node.get(key) if isinstance(node, dict) else None
        known = self._known.get(id(node))
        if known is None:
            if len(self._known) >= MAX_SECTIONS:
                self._known.clear()
            section = node if isinstance(node, dict) else {}
            given = {path: section.get(key) for key, path in self.named}
            passed = frozenset(number for number, key, wanted in self.tests if _fits(section.get(key), wanted))
            # The section is kept with the answer, so that no other one gets its place in memory.
            known = self._known[id(node)] = (node, given, passed)
        return known[1], known[2]


class Meanings:
    """The declared conditions, ready to be asked."""

    def __init__(self, declared: Declared) -> None:
        self._sections: dict[tuple[str, ...], _Section] = {}
        self._tests: dict[tuple[str, str], int] = {}
        self._conditions = [
            (
                each.id,
                [self._all_of(values) for values in each.values],
                None if each.unless is None else [self._all_of(values) for values in each.unless],
            )
            for each in declared.conditions
        ]
        named = {path for item in declared.external for path in item.values}
        self._is_asked = bool(declared.conditions or declared.fields or named)
        named |= {row.value for row in declared.fields if row.value}
        for path in sorted(named - {"*"}):
            above, _, key = path.rpartition(".")
            self._section(above).named.append((key, path))

    def _section(self, above: str) -> _Section:
        path = tuple(above.split(".")) if above else ()
        return self._sections.setdefault(path, _Section(path))

    def _all_of(self, wanted: _Values) -> frozenset[int]:
        """The numbers of the tests that these values pass."""
        numbers = []
        for path, value in wanted.items():
            test = (path, repr(value))
            number = self._tests.get(test)
            if number is None:
                number = self._tests[test] = len(self._tests)
                above, _, key = path.rpartition(".")
                self._section(above).tests.append((number, key, value))
            numbers.append(number)
        return frozenset(numbers)

    def __bool__(self) -> bool:
        """Whether what the author declares depends on values at all."""
        return self._is_asked

    def of(self, values: _Values) -> Meant:
        """What whole values mean: an operator's with the chart's defaults below them."""
        given: dict[str, Any] = {}
        passed: set[int] = set()
        for section in self._sections.values():
            found, tests = section.of(values)
            given.update(found)
            passed |= tests
        holds: list[str] = []
        fails: list[str] = []
        for name, ways, unless in self._conditions:
            if any(way <= passed for way in ways):
                holds.append(name)
            elif unless is None or any(way <= passed for way in unless):
                fails.append(name)
        return Meant(frozenset(holds), frozenset(fails), given, values)


def with_connections_for(declared: Declared, holds: frozenset[str], fails: frozenset[str]) -> Declared:
    """The same with the connections of these conditions: required under those that hold, gone under those that fail."""
    asked = _of_connections(declared)
    return _with_connections(declared, holds & asked, fails & asked)


@lru_cache(maxsize=16)
def _of_connections(declared: Declared) -> frozenset[str]:
    return frozenset(row.when for row in declared.connections or ())


@lru_cache(maxsize=1024)
def _with_connections(declared: Declared, holds: frozenset[str], fails: frozenset[str]) -> Declared:
    rows = tuple(
        replace(row, required=row.required or row.when in holds)
        for row in declared.connections or ()
        if row.when not in fails
    )
    return _with_rows(declared, rows)


@lru_cache(maxsize=256)
def _with_rows(declared: Declared, rows: tuple[Connection, ...]) -> Declared:
    """The same object for the same rows, whichever other conditions hold."""
    return replace(declared, connections=rows)


def _gather_texts(node: Any, found: set[str]) -> None:
    if isinstance(node, (dict, list)):
        for value in node.values() if isinstance(node, dict) else node:
            if isinstance(value, str):
                found.add(value)
            else:
                _gather_texts(value, found)
    elif isinstance(node, (str, int, float)):
        found.add(str(node))


def _fits(value: Any, wanted: Any) -> bool:
    """Whether a value is such: true means all but what Go takes for empty, false that; else a pattern or a number."""
    if isinstance(wanted, bool):
        return bool(value) is wanted
    if isinstance(wanted, list):
        return any(_fits(value, each) for each in wanted)
    if isinstance(wanted, str):
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        return fnmatchcase(text, wanted)
    return bool(value == wanted)
