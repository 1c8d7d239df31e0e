"""Levels on both sides of what templates compare a value with. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from kubilitics_chartgen.verify.analysis.compared import Beside, Compared, Fits, Holds, Kind, Length, Split, Version
from kubilitics_chartgen.verify.space.examples import example, fitting, renamed
from kubilitics_chartgen.verify.space.factors import ABSENT, MISSING, Level, Path, value_at
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes, compiled

__all__ = ["beside", "beside_levels", "compared_levels"]

MAX_LENGTH = 300
MAX_TEXTS = 3
"""Of a list with which a text is compared."""
_KINDS = {"map": {"example": "example"}, "slice": ["example"], "string": "example", "bool": True, "float64": 1}
"""A value of each kind that values from a file may have, by Go's names."""
_OTHERWISE = ("example", "0", "-")
_NUMBER = re.compile(r"-?\d{1,15}")
_QUANTITY = re.compile(r"-?\d{1,15}([A-Za-z%]{0,2})")
_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?")


def compared_levels(nodes: SchemaNodes, default: Any, literals: Sequence[Compared]) -> Iterator[Level]:
    """What is compared with itself, and what it is not: the default, or one more and one less.

    What is nowhere named may be whatever it is compared with.
    """
    anything = default is ABSENT and not nodes.nodes
    is_text = anything or isinstance(default, str) or "string" in nodes.types
    is_list = anything or isinstance(default, list) or "array" in nodes.types
    for literal in literals:
        if isinstance(literal, str) and is_text:
            yield Level(literal, "template")
        elif isinstance(literal, str) and type(default) in (int, float) and _NUMBER.fullmatch(literal):
            yield from (Level(value, "template") for value in (int(literal), int(literal) + 1))
        elif isinstance(literal, (int, float)) and isinstance(default, str) and (found := _QUANTITY.fullmatch(default)):
            yield from (Level(f"{value}{found[1]}", "template") for value in _around(literal))
        elif isinstance(literal, (int, float)) and (
            anything or not isinstance(default, (str, list, dict, type(ABSENT)))
        ):
            yield from (Level(value, "template") for value in _around(literal))
        elif isinstance(literal, Holds) and is_list:
            yield Level([literal.text], "template")
        elif isinstance(literal, Fits) and is_text:
            # What begins with a digit is a size or a version, of which nobody writes this one.
            yield from (
                Level(text, "made up" if text[0].isdigit() else "template") for text in fitting(literal.pattern)
            )
        elif isinstance(literal, Split) and is_text and literal.number <= MAX_LENGTH:
            counts = _lengths(literal.number, least=1)
            yield from (Level(literal.separator.join("a" * count), "template") for count in counts)
        elif isinstance(literal, Version) and is_text:
            yield from (Level(text, "template") for text in _versions(literal.constraint))
        elif isinstance(literal, Kind) and literal.name in _KINDS:
            # Which kinds are allowed a schema says, but not what must stand in them.
            yield Level(_KINDS[literal.name], "made up")
        elif isinstance(literal, Length) and literal.number <= MAX_LENGTH:
            # What is only a part of a text makes it longer than the part is.
            numbers = _lengths(literal.number, least=0) if literal.whole else [literal.number]
            if is_text:
                yield from (Level("a" * number, "template") for number in numbers)
            elif is_list:
                yield from (_list(nodes, default, number) for number in numbers)
            elif default == {}:
                maps = ({f"example-{place}": "example" for place in range(number)} for number in numbers)
                yield from (Level(each, "made up") for each in maps)
    if type(default) in (str, int, float) and not nodes.nodes:
        yield from _otherwise(default, literals)


def beside(compared: Mapping[Path, Sequence[Compared]], defaults: Mapping[str, Any]) -> dict[Path, list[Any]]:
    """What stands by default in the values with which each value is compared."""
    return {
        path: [value_at(defaults, literal.path) for literal in literals if isinstance(literal, Beside)]
        for path, literals in compared.items()
    }


def beside_levels(nodes: SchemaNodes, default: Any, others: Sequence[Any]) -> Iterator[Level]:
    """The same as another value, and for numbers one more."""
    for other in others:
        texts = other[:MAX_TEXTS] if isinstance(other, list) else [other]
        if isinstance(other, (int, float)) and type(default) in (int, float):
            yield from (Level(value, "template") for value in (other, other + 1))
            continue
        for text in texts:
            if isinstance(text, str) and text and (isinstance(default, str) or "string" in nodes.types):
                yield Level(text, "template")
            elif isinstance(text, str) and text and isinstance(default, list):
                yield Level([text], "template")


def _otherwise(default: Any, literals: Sequence[Compared]) -> Iterator[Level]:
    """A text that is nothing of what is asked for, where the default may be all of it."""
    given = default if isinstance(default, str) else ""
    texts = [each for each in literals if isinstance(each, str) and each and each in given]
    patterns = [pattern for each in literals if isinstance(each, Fits) and (pattern := compiled(each.pattern))]
    # The default itself is not held against a pattern: some would take for ever.
    if texts or patterns:
        others = (text for text in _OTHERWISE if not any(each in text for each in texts))
        fitting_none = (text for text in others if not any(each.search(text) for each in patterns))
        yield from (Level(text, "made up") for text in islice(fitting_none, 1))


def _lengths(number: int, *, least: int) -> list[int]:
    """A length, one more and one less."""
    return [each for each in (number + 1, number, number - 1) if each >= least]


def _around(number: int | float) -> Iterator[int | float]:
    """A number, one more and one less; few templates are written for less than nothing."""
    yield from (value for value in (number, number + 1, number - 1) if value >= min(0, number))


def _versions(constraint: str) -> Iterator[str]:
    """Each version that a constraint names, the next and the one before."""
    for found in _VERSION.finditer(constraint):
        major, minor, patch = (int(part or 0) for part in found.groups())
        yield f"{major}.{minor}.{patch}"
        yield f"{major}.{minor}.{patch + 1}"
        if (major, minor, patch) > (0, 0, 0):
            before = (major, minor, patch - 1) if patch else (major, minor - 1, 0) if minor else (major - 1, 0, 0)
            yield "{}.{}.{}".format(*before)


def _list(nodes: SchemaNodes, default: Any, number: int) -> Level:
    """A list of this length; of things of which nothing is known but that they must differ, none can be vouched for."""
    item = example(nodes.items) if nodes.items.nodes else MISSING
    if isinstance(item, str):
        return Level([f"{item}{place or ''}" for place in range(number)], "template")
    known = [*(default if isinstance(default, list) else []), *([] if item is MISSING else [item])] or ["example"]
    more = (renamed(known[-1], f"%s-{place}") or known[-1] for place in range(len(known), number))
    return Level([*known[:number], *more], "made up" if number else "template")
