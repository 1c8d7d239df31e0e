"""What templates compare values with, so that both sides can be tried. Frozen data and pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kubilitics_chartgen.verify.analysis.values import OTHER, PART, Abstract, Path, Site, join

__all__ = [
    "COMPARISONS",
    "Beside",
    "Compared",
    "Fits",
    "Holds",
    "Key",
    "Kind",
    "Length",
    "Split",
    "Version",
    "comparisons",
    "in_place_of",
    "joined_of",
    "key_of",
    "keys_of",
    "kind_of",
    "length_of",
    "part_of_text",
    "split_of",
]

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "has", "contains", "hasPrefix", "hasSuffix"})
_ANYWHERE = frozenset({"contains", "hasPrefix", "hasSuffix"})
_MAX_PAIRS = 16
"""Values that are compared with each other; where there are more, a helper compares whatever it is given."""
_MAX_TEXT = 100
"""Characters of a text that is taken apart, or put between others."""
_BEFORE = frozenset({"lt", "ge"})
_KINDS = frozenset({"kindIs", "typeIs", "typeIsLike"})
_TYPES = {"map[string]interface {}": "map", "[]interface {}": "slice"}
"""Go's types of values from a file that are not called as their kind is."""
_PATTERNS = frozenset({"regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind"})


@dataclass(frozen=True)
class Length:
    """A length that a list or a text is compared with."""

    number: int
    whole: bool = True
    """False where the text is only a part of what is so long."""


@dataclass(frozen=True)
class Split:
    """A number of parts that a text has, and what is between them."""

    number: int
    separator: str


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
class Key:
    """A key that a map may have."""

    text: str


@dataclass(frozen=True)
class Beside:
    """Another value that a value is compared with."""

    path: Path


@dataclass(frozen=True)
class Kind:
    """A kind that a value is asked to be, such as `map`."""

    name: str


Compared = str | int | float | Length | Split | Holds | Fits | Version | Key | Beside | Kind


def in_place_of(values: Sequence[Abstract]) -> Abstract:
    """Something that is made from these values, and compared in their place."""
    return join([*(Abstract(paths=value.sources) for value in values), OTHER])


def key_of(value: Abstract) -> Abstract:
    """A key in a loop over `value`: a text that knows of what it is a key."""
    return _mark(value, "key")


def keys_of(value: Abstract) -> Abstract:
    """What a list of all keys of `value` is beside: there are as many of them as the map holds."""
    return Abstract(sites=frozenset(("keys", path) for path in value.paths))


def split_of(separator: Abstract, value: Abstract) -> Abstract:
    """What a list of the parts of a text is beside: it knows of which text, and what is between them."""
    known = [text for text in separator.strings if len(text) <= _MAX_TEXT]
    return Abstract(sites=frozenset(("split", path, text) for path in _compared(value) for text in known))


def length_of(value: Abstract) -> Abstract:
    """`len value`: a number that knows whose length it is, or a part of whose, or how many parts of whose."""
    parts = frozenset(_marked(value, PART))
    whole = {*_compared(value), *_marked(value, "keys")} - parts
    split = (("length of split", *one) for one in _marked_with_text(value, "split"))
    known = (*(("length", path) for path in whole), *(("length of a part", path) for path in parts), *split)
    return Abstract(sites=frozenset[Site](known), other=True)


def joined_of(value: Abstract) -> Abstract:
    """`join "," value`: a text that knows of which list it is made."""
    return _mark(value, "joined")


def kind_of(value: Abstract) -> Abstract:
    """`kindOf value`, or `typeOf`: a text that knows whose kind it is."""
    return _mark(value, "kind")


def part_of_text(value: Abstract, pattern: str) -> Abstract:
    """A text of which `value` is the part that the group of `pattern` stands for."""
    return Abstract(sites=frozenset((PART, path, pattern) for path in _compared(value)))


def comparisons(
    name: str, args: Sequence[Abstract], element: Callable[[Abstract], Abstract]
) -> Iterator[tuple[Path, Compared]]:
    """The values that a function compares, each with what it is compared with; `element` says what is in a list."""
    if name in COMPARISONS:
        texts = {text for argument in args for text in argument.strings}
        numbers = {number for argument in args for number in argument.numbers}
        constants: list[str | int | float] = [*texts, *numbers]
        if name in _BEFORE:
            # What is not less than nothing may still be.
            constants.extend(-1 for number in numbers if number == 0)
        whole = [number for number in numbers if isinstance(number, int)]
        places = [{*argument.paths, *_marked(argument, "release")} for argument in args]
        for argument, paths in zip(args, places, strict=True):
            yield from ((path, constant) for path in paths for constant in constants)
            others = {path for each in places if each is not paths for path in each} - paths
            if len(paths) * len(others) <= _MAX_PAIRS:
                yield from ((path, Beside(other)) for path in paths for other in others)
            yield from _parts(argument, texts, anywhere=name in _ANYWHERE)
            yield from _known(argument, texts, whole)
    if len(args) != 2:
        return
    first, last = args
    if name == "has":
        yield from ((path, text) for path in first.sources for text in element(last).strings)
        yield from ((path, Key(text)) for path in _marked(first, "key") for text in element(last).strings)
        yield from ((path, Holds(text)) for path in last.sources for text in first.strings)
        yield from ((path, text) for path in element(last).sources for text in first.strings)
        yield from ((path, Key(text)) for path in _marked(element(last), "key") for text in first.strings)
        yield from ((path, _kind(text)) for path in _marked(first, "kind") for text in element(last).strings)
    elif name == "semverCompare":
        yield from ((path, Version(text)) for path in last.sources for text in first.strings)
    elif name in _KINDS:
        yield from ((path, _kind(text)) for path in last.sources for text in first.strings)
    elif name in _PATTERNS:
        yield from ((path, Fits(text)) for path in last.sources for text in first.strings)


def _known(value: Abstract, texts: Iterable[str], numbers: Iterable[int]) -> Iterator[tuple[Path, Compared]]:
    """What is asked of values by a text, or number, that only knows something of them."""
    for text in texts:
        yield from ((path, Key(text)) for path in _marked(value, "key"))
        yield from ((path, Holds(text)) for path in _marked(value, "joined"))
        yield from ((path, _kind(text)) for path in _marked(value, "kind"))
    for number in numbers:
        # The third element has the number two.
        yield from ((path, Length(number + 1)) for path in _marked(value, "key"))
        yield from ((path, Length(number)) for path in _marked(value, "length"))
        yield from ((path, Length(number, whole=False)) for path in _marked(value, "length of a part"))
        yield from ((path, Split(number, text)) for path, text in _marked_with_text(value, "length of split"))


def _compared(value: Abstract) -> set[Path]:
    """The values, and names of the release, that this is or is a text of."""
    return {*value.sources, *_marked(value, "release"), *_marked(value, PART)}


def _mark(value: Abstract, name: str) -> Abstract:
    """Something that is known of a value."""
    return Abstract(sites=frozenset((name, path) for path in _compared(value)), other=True)


def _marked(value: Abstract, name: str) -> Iterator[Path]:
    """Of which values this is known."""
    return (site[1] for site in value.sites if site[0] == name and isinstance(site[1], tuple))


def _marked_with_text(value: Abstract, name: str) -> Iterator[tuple[Path, str]]:
    """Of which values this is known together with a text, and the text."""
    return ((site[1], str(site[2])) for site in value.sites if site[0] == name and isinstance(site[1], tuple))


def _parts(value: Abstract, texts: Iterable[str], *, anywhere: bool) -> Iterator[tuple[Path, Compared]]:
    """What the values would be of which a text is made, if it were one of these, or had one `anywhere` in it."""
    for path, pattern in _marked_with_text(value, PART):
        found = (re.fullmatch(pattern, text) for text in texts if len(text) <= _MAX_TEXT)
        yield from ((path, match[1]) for match in found if match)
        yield from ((path, text) for text in texts if anywhere)


def _kind(name: str) -> Kind:
    return Kind(_TYPES.get(name, name))
