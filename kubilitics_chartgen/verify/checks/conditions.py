"""What values mean in the author's words: which declared conditions hold, and what stands at values paths. Pure.

A condition holds with any of its `values`. Where `unless` is given it fails with any of those, and what neither fits is
left open; where it is not given, a condition that does not hold fails.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.checks.declared import Connection, Declared

__all__ = ["NOTHING_KNOWN", "Meanings", "Meant", "Told", "with_connections_for"]

_Values = Mapping[str, Any]
MAX_SECTIONS = 64
"""Sections by one key of which it is remembered what stands in them: most configurations share most of theirs."""
MAX_MET = 1_000
"""Sets of passed tests of which it is remembered which conditions they meet: names of some hundred each."""


@dataclass(frozen=True)
class Meant:
    """What the values of one configuration mean."""

    holds: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)
    """By values path, for the paths that the author names: what stands there, None for nothing."""
    told: Told | None = field(default=None, hash=False, compare=False, repr=False)
    """What all the values say; None where they are not known."""


NOTHING_KNOWN = Meant()


class Told(NamedTuple):
    """What one section of values says."""

    section: Any
    """The section itself, so that no other one gets its place in memory."""
    given: dict[str, Any]
    passed: frozenset[int]
    texts: frozenset[str]
    """Texts and numbers, as texts, but for those in `parts`."""
    parts: tuple[Told, ...]

    def says(self, text: str) -> bool:
        """Whether this text, or number as a text, stands somewhere in it."""
        return text in self.texts or any(part.says(text) for part in self.parts)


class _Section:
    """A section of values, with what is asked of it: answered once for each that is the same object."""

    def __init__(self) -> None:
        self.named: list[tuple[str, str]] = []
        """Whole paths whose values are wanted, with the keys."""
        self.tests: dict[str, list[tuple[int, Any]]] = {}
        """By key, (number of the test, what is wanted)."""
        self.below: dict[str, _Section] = {}
        self._known: dict[int, Told] = {}
        self._passed: dict[tuple[str, type, Hashable], frozenset[int]] = {}

    def at(self, path: str) -> tuple[_Section, str]:
        """The section that holds what stands at a path, and its key in there."""
        first, _, rest = path.partition(".")
        return self.below.setdefault(first, _Section()).at(rest) if rest else (self, first)

    def of(self, section: Any) -> Told:
        """What stands at its paths, which tests are passed, and all its texts."""
        known = self._known.get(id(section))
        if known is None:
            if len(self._known) >= MAX_SECTIONS:
                self._known.clear()
            known = self._known[id(section)] = self._look(section)
        return known

    def _look(self, section: Any) -> Told:
        inside = section if isinstance(section, dict) else {}
        given = {path: inside.get(key) for path, key in self.named}
        passed = set[int]().union(*(self._passes(key, inside.get(key)) for key in self.tests))
        texts: set[str] = set()
        parts = tuple(part.of(inside.get(key)) for key, part in self.below.items())
        for told in parts:
            given.update(told.given)
            passed |= told.passed
        for key, value in inside.items():
            if key not in self.below:
                _gather_texts(value, texts)
        if inside is not section:
            _gather_texts(section, texts)
        return Told(section, given, frozenset(passed), frozenset(texts), parts)

    def _passes(self, key: str, value: Any) -> frozenset[int]:
        """The numbers of the tests that a value passes at a key."""
        if isinstance(value, (dict, list)):
            return frozenset(number for number, wanted in self.tests[key] if _fits(value, wanted))
        asked = (key, type(value), value)
        known = self._passed.get(asked)
        if known is None:
            if len(self._passed) >= MAX_MET:
                self._passed.clear()
            known = frozenset(number for number, wanted in self.tests[key] if _fits(value, wanted))
            self._passed[asked] = known
        return known


class Meanings:
    """The declared conditions, ready to be asked."""

    def __init__(self, declared: Declared) -> None:
        self._values = _Section()
        self._met: dict[frozenset[int], tuple[frozenset[str], frozenset[str]]] = {}
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
            section, key = self._values.at(path)
            section.named.append((path, key))

    def _all_of(self, wanted: _Values) -> frozenset[int]:
        """The numbers of the tests that these values pass."""
        numbers = []
        for path, value in wanted.items():
            test = (path, repr(value))
            number = self._tests.get(test)
            if number is None:
                number = self._tests[test] = len(self._tests)
                section, key = self._values.at(path)
                section.tests.setdefault(key, []).append((number, value))
            numbers.append(number)
        return frozenset(numbers)

    def __bool__(self) -> bool:
        """Whether what the author declares depends on values at all."""
        return self._is_asked

    def of(self, values: _Values) -> Meant:
        """What whole values mean: an operator's with the chart's defaults below them."""
        told = self._values.of(values)
        holds, fails = self._conditions_with(told.passed)
        return Meant(holds, fails, told.given, told)

    def _conditions_with(self, passed: frozenset[int]) -> tuple[frozenset[str], frozenset[str]]:
        """Which conditions hold and which fail where these tests are passed."""
        known = self._met.get(passed)
        if known is None:
            if len(self._met) >= MAX_MET:
                self._met.clear()
            holds: list[str] = []
            fails: list[str] = []
            for name, ways, unless in self._conditions:
                if any(way <= passed for way in ways):
                    holds.append(name)
                elif unless is None or any(way <= passed for way in unless):
                    fails.append(name)
            known = self._met[passed] = frozenset(holds), frozenset(fails)
        return known


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
