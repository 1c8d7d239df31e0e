"""Levels on both sides of what templates compare a value with. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kubilitics_chartgen.verify.analysis.compared import Compared, Fits, Holds, Kind, Length, Version
from kubilitics_chartgen.verify.space.examples import example, fitting
from kubilitics_chartgen.verify.space.factors import ABSENT, MISSING, Level
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes

__all__ = ["compared_levels"]

MAX_LENGTH = 300
_KINDS = {"map": {"example": "example"}, "slice": ["example"], "string": "example", "bool": True, "float64": 1}
"""A value of each kind that values from a file may have, by Go's names."""
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
        elif isinstance(literal, int) and (anything or not isinstance(default, (str, list, dict, type(ABSENT)))):
            yield from (Level(value, "template") for value in (literal, literal + 1, literal - 1) if value >= 0)
        elif isinstance(literal, Holds) and is_list:
            yield Level([literal.text], "template")
        elif isinstance(literal, Fits) and is_text:
            # What begins with a digit is a size or a version, of which nobody writes this one.
            yield from (
                Level(text, "made up" if text[0].isdigit() else "template") for text in fitting(literal.pattern)
            )
        elif isinstance(literal, Version) and is_text:
            yield from (Level(text, "template") for text in _versions(literal.constraint))
        elif isinstance(literal, Kind) and literal.name in _KINDS:
            # Which kinds are allowed a schema says, but not what must stand in them.
            yield Level(_KINDS[literal.name], "made up")
        elif isinstance(literal, Length) and literal.number <= MAX_LENGTH:
            numbers = [number for number in (literal.number + 1, literal.number, literal.number - 1) if number >= 0]
            if is_text:
                yield from (Level("a" * number, "template") for number in numbers)
            elif is_list:
                yield from (_list(nodes, default, number) for number in numbers)


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
    known = [*(default if isinstance(default, list) else []), *([] if item is MISSING else [item]), "example"]
    return Level([known[min(place, len(known) - 1)] for place in range(number)], "made up" if number else "template")
