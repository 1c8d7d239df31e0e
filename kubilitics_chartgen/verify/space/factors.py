"""Factors and levels: what of a chart's values is varied, and which values each is given. Frozen data, no I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["ABSENT", "MISSING", "Factor", "Level", "Path", "Space", "value_at", "with_value"]

Path = tuple[str, ...]


class _Absent:
    """A key that is set to null, which tells Helm to take the default away."""

    def __repr__(self) -> str:
        return "null"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class _Missing:
    """Nothing stands at a path."""

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = _Missing()


DOUBTFUL = ("made up", "unset", "perhaps")
"""Origins of levels that nothing says to be valid."""


@dataclass(frozen=True)
class Level:
    """One value of a factor."""

    value: Any = field(hash=False)
    origin: str = "schema"
    """Where it comes from: default, schema, template, example, author, usual (what Kubernetes means by a name); or made
    up, unset (nothing where something stands) or perhaps (what Kubernetes means by a name that charts use for other
    things as well): then no schema says that it is valid."""

    @property
    def key(self) -> str:
        """The value as text, to tell levels apart."""
        return "null" if self.value is ABSENT else json.dumps(self.value, sort_keys=True, default=str)

    @property
    def shown(self) -> str:
        """The value, short enough for a line."""
        return self.key if len(self.key) <= 60 else f"{self.key[:57]}..."


@dataclass(frozen=True)
class Factor:
    """One values path and the levels it is given; the first is the chart's default, unless the author fixes others."""

    path: Path
    levels: tuple[Level, ...]
    named: bool = True
    """Whether the defaults or a schema name it; else a template asks for it all the same."""

    @property
    def guessed(self) -> bool:
        """Whether what it is given beside its default comes from its name alone, or takes the default away."""
        return len(self.levels) > 1 and all(level.origin in ("usual", "unset", "perhaps") for level in self.levels[1:])

    @property
    def name(self) -> str:
        """The path as a reader writes it."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Space:
    """All factors of a chart."""

    factors: tuple[Factor, ...]
    removable: tuple[Path, ...] = ()
    """Further paths that an operator may set to null, one at a time."""
    cut: tuple[str, ...] = ()
    """Values that have more levels than are tried."""

    @cached_property
    def written(self) -> tuple[int, ...]:
        """The factors whose first level is not what stands there by default, so that it must be written."""
        return tuple(number for number, factor in enumerate(self.factors) if factor.levels[0].origin != "default")

    @cached_property
    def made_up(self) -> tuple[tuple[int, frozenset[int]], ...]:
        """The factors with levels that nothing says to be valid, and these levels."""
        found = (
            (place, frozenset(number for number, level in enumerate(factor.levels) if level.origin in DOUBTFUL))
            for place, factor in enumerate(self.factors)
        )
        return tuple((place, levels) for place, levels in found if levels)

    @property
    def size(self) -> int:
        """How many configurations there are, refused ones included."""
        product = 1
        for factor in self.factors:
            product *= len(factor.levels)
        return product


def value_at(values: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What stands at `path`, MISSING where nothing does."""
    node: Any = values
    for segment in path:
        if not isinstance(node, Mapping) or segment not in node:
            return MISSING
        node = node[segment]
    return node


def with_value(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put `value` at `path` of `values`, in place; maps on the way are made, never shared ones changed."""
    node = values
    for segment in path[:-1]:
        below = node.get(segment)
        below = dict(below) if isinstance(below, dict) else {}
        node[segment] = below
        node = below
    node[path[-1]] = None if value is ABSENT else value
