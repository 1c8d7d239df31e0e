"""What templates compare values with, so that both sides can be tried. Frozen data and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kubilitics_chartgen.verify.analysis.values import Abstract, Path

__all__ = ["COMPARISONS", "Compared", "Fits", "Holds", "Length", "Version", "comparisons", "length_of"]

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "has", "contains", "hasPrefix", "hasSuffix"})
_PATTERNS = frozenset({"regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind"})


@dataclass(frozen=True)
class Length:
    """A length that a list or a text is compared with."""

    number: int


@dataclass(frozen=True)
class Holds:
    """A text that a list is asked for."""

    text: str


@dataclass(frozen=True)
class Fits:
    """A pattern that a text is held against."""

    pattern: str


@dataclass(frozen=True)
class Version:
    """What a version is asked to be, such as `>=1.30-0`."""

    constraint: str


Compared = str | int | Length | Holds | Fits | Version


def length_of(value: Abstract) -> Abstract:
    """`len value`: a number that knows whose length it is."""
    return Abstract(sites=frozenset(("length", path) for path in value.paths), other=True)


def comparisons(
    name: str, args: Sequence[Abstract], element: Callable[[Abstract], Abstract]
) -> Iterator[tuple[Path, Compared]]:
    """The values that a function compares, each with what it is compared with; `element` says what is in a list."""
    if name in COMPARISONS:
        constants: set[str | int] = set()
        constants.update(*(argument.strings | argument.numbers for argument in args))
        yield from ((path, constant) for argument in args for path in argument.paths for constant in constants)
        lengths = [site[1] for argument in args for site in argument.sites if site[0] == "length"]
        numbers = {number for argument in args for number in argument.numbers}
        yield from ((path, Length(number)) for path in lengths if isinstance(path, tuple) for number in numbers)
    if len(args) != 2:
        return
    first, last = args
    if name == "has":
        yield from ((path, text) for path in first.paths for text in element(last).strings)
        yield from ((path, Holds(text)) for path in last.paths for text in first.strings)
    elif name == "semverCompare":
        yield from ((path, Version(text)) for path in last.paths for text in first.strings)
    elif name in _PATTERNS:
        yield from ((path, Fits(text)) for path in last.paths for text in first.strings)
