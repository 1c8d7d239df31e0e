"""What values mean in the author's words: which declared conditions hold, and what stands at values paths. Pure.

A condition holds with any of its `values`. Where `unless` is given it fails with any of those, and what neither fits is
left open; where it is not given, a condition that does not hold fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Any

from kubilitics_chartgen.verify.checks.declared import Connection, Declared

__all__ = ["NOTHING_KNOWN", "Meanings", "Meant", "scalar", "with_connections_for"]

_Values = Mapping[str, Any]
_Test = Callable[[_Values], bool]


@dataclass(frozen=True)
class Meant:
    """What the values of one configuration mean."""

    holds: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    given: Mapping[str, Hashable] = field(default_factory=dict, hash=False, compare=False)
    """By values path, for the paths that the author names: what stands there, as `scalar` has it. Empty where the
    values are not known."""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False, repr=False)
    """The values themselves."""

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text and number that stands in the values, as a text."""
        return frozenset(_texts(self.values))


NOTHING_KNOWN = Meant()


class Meanings:
    """The declared conditions, ready to be asked."""

    def __init__(self, declared: Declared) -> None:
        self._conditions = [
            (
                each.id,
                [_all_of(values) for values in each.values],
                None if each.unless is None else [_all_of(values) for values in each.unless],
            )
            for each in declared.conditions
        ]
        named = {path for item in declared.external for path in item.values}
        self._any_text = "*" in named
        named |= {row.value for row in declared.fields if row.value}
        self._paths = [(path, tuple(path.split("."))) for path in sorted(named - {"*"})]

    def __bool__(self) -> bool:
        """Whether the author names a condition or a value at all."""
        return bool(self._conditions or self._paths or self._any_text)

    def of(self, values: _Values) -> Meant:
        """What whole values mean: an operator's with the chart's defaults below them."""
        holds: list[str] = []
        fails: list[str] = []
        for name, tests, unless in self._conditions:
            if any(test(values) for test in tests):
                holds.append(name)
            elif unless is None or any(test(values) for test in unless):
                fails.append(name)
        given = {name: scalar(_at(values, path)) for name, path in self._paths}
        return Meant(frozenset(holds), frozenset(fails), given, values)


@lru_cache(maxsize=1024)
def with_connections_for(declared: Declared, holds: frozenset[str], fails: frozenset[str]) -> Declared:
    """The same with the connections of these conditions: required under those that hold, gone under those that fail."""
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


def scalar(value: Any) -> Hashable:
    """A value that can be compared: scalars as they are, what is larger as JSON with its keys in order."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    return json.dumps(_whole(value), sort_keys=True, default=str)


def _whole(value: Any) -> Any:
    """The same with 2 for 2.0: of a number in a values file Helm makes either."""
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value == int(value) else value


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, (str, int, float)):
        yield str(node)


def _at(values: _Values, path: Iterable[str]) -> Any:
    node: Any = values
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node


def _all_of(wanted: _Values) -> _Test:
    parts = [(tuple(path.split(".")), value) for path, value in wanted.items()]
    return lambda values: all(_fits(_at(values, path), value) for path, value in parts)


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
