"""What templates compare values with, so that both sides can be tried. Frozen data and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kubilitics_chartgen.verify.analysis.values import Abstract, Path

__all__ = [
    "COMPARISONS",
    "Compared",
    "Fits",
    "Holds",
    "Kind",
    "Length",
    "Version",
    "comparisons",
    "kind_of",
    "length_of",
]

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "has", "contains", "hasPrefix", "hasSuffix"})
_KINDS = frozenset({"kindIs", "typeIs", "typeIsLike"})
_TYPES = {"map[string]interface {}": "map", "[]interface {}": "slice"}
"""Go's types of values from a file that are not called as their kind is."""
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


@dataclass(frozen=True)
class Kind:
    """A kind that a value is asked to be, such as `map`."""

    name: str


Compared = str | int | Length | Holds | Fits | Version | Kind


def length_of(value: Abstract) -> Abstract:
    """`len value`: a number that knows whose length it is."""
    return _mark(value, "length")


def kind_of(value: Abstract) -> Abstract:
    """`kindOf value`, or `typeOf`: a text that knows whose kind it is."""
    return _mark(value, "kind")


def comparisons(
    name: str, args: Sequence[Abstract], element: Callable[[Abstract], Abstract]
) -> Iterator[tuple[Path, Compared]]:
    """The values that a function compares, each with what it is compared with; `element` says what is in a list."""
    if name in COMPARISONS:
        texts = {text for argument in args for text in argument.strings}
        numbers = {number for argument in args for number in argument.numbers}
        constants: list[str | int] = [*texts, *numbers]
        for argument in args:
            yield from ((path, constant) for path in argument.paths for constant in constants)
            yield from ((path, Length(number)) for path in _marked(argument, "length") for number in numbers)
            yield from ((path, _kind(text)) for path in _marked(argument, "kind") for text in texts)
    if len(args) != 2:
        return
    first, last = args
    if name == "has":
        yield from ((path, text) for path in first.paths for text in element(last).strings)
        yield from ((path, Holds(text)) for path in last.paths for text in first.strings)
        yield from ((path, _kind(text)) for path in _marked(first, "kind") for text in element(last).strings)
    elif name == "semverCompare":
        yield from ((path, Version(text)) for path in last.paths for text in first.strings)
    elif name in _KINDS:
        yield from ((path, _kind(text)) for path in last.paths for text in first.strings)
    elif name in _PATTERNS:
        yield from ((path, Fits(text)) for path in last.paths for text in first.strings)


def _mark(value: Abstract, name: str) -> Abstract:
    """Something that is known of a value."""
    return Abstract(sites=frozenset((name, path) for path in value.paths), other=True)


def _marked(value: Abstract, name: str) -> Iterator[Path]:
    """Of which values this is known."""
    return (site[1] for site in value.sites if site[0] == name and isinstance(site[1], tuple))


def _kind(name: str) -> Kind:
    return Kind(_TYPES.get(name, name))
