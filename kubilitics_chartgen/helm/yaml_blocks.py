"""Reads a YAML mapping in blocks that are remembered: rendered documents differ in few lines, so most blocks are known.

In: the text of one document and Helm's reader for a small one. Out: what the reader makes of the whole, or None where
the text is not plain enough to be taken apart, and has to be read whole. Pure.

Where a block ends is certain only in plain block style: each line of a mapping's own column begins a plain key that is
there once. A block that is read without an error ends where it seems to, for text in quotation marks or brackets that
went on would be an error; so would an alias to an anchor in another block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

__all__ = ["Reader", "read_blocks"]

Reader = Callable[[str], "dict[str, Any]"]
"""Reads the text of a mapping; raises ValueError where it cannot."""

_SMALL = 10
"""Lines that are read at once."""
_DEEP = 40
_KEY = re.compile(r" *([A-Za-z][A-Za-z0-9_./-]{0,100}):(?: |$)", re.MULTILINE)
_REMARKS = re.compile(r"(?: *(?:#[^\n]*)?\n)*")
_NO_TEXT = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that are no text as a key, in lower case."""


class _NotPlainError(Exception):
    """The text has to be read whole."""


def read_blocks(text: str, read: Reader) -> dict[str, Any] | None:
    """The mapping in `text`, keys in order."""
    # YAML ends lines at these as well.
    if "\r" in text or (not text.isascii() and any(end in text for end in ("\x85", "\u2028", "\u2029"))):
        return None
    try:
        return _mapping(text, 0, read, 0)
    except (_NotPlainError, ValueError, RecursionError):
        return None


@cache
def _outer(column: int) -> re.Pattern[str]:
    """The beginnings of lines that stand no deeper than `column`, blank ones left out."""
    return re.compile(rf"^( {{0,{column}}})(?=[^ \n])", re.MULTILINE)


def _content(text: str) -> int:
    """Where the first line stands that is neither blank nor a comment."""
    remarks = _REMARKS.match(text)
    return remarks.end() if remarks else 0


def _mapping(text: str, column: int, read: Reader, depth: int) -> dict[str, Any]:
    starts: list[tuple[str, int]] = []
    bare = False
    for line in _outer(column).finditer(text):
        # A comment belongs to the block before it.
        if text.startswith("#", line.end()):
            continue
        if len(line[1]) != column:
            raise _NotPlainError
        start = line.start()
        if bare and text.startswith("- ", line.end()):
            continue
        match = _KEY.match(text, start)
        if match is None or match[1].lower() in _NO_TEXT:
            raise _NotPlainError
        starts.append((match[1], start))
        bare = text.startswith("\n", match.end())
    if not starts or _content(text) < starts[0][1]:
        raise _NotPlainError
    found: dict[str, Any] = {}
    for (key, start), (_, end) in zip(starts, [*starts[1:], ("", len(text))], strict=True):
        if key in found:
            raise _NotPlainError
        found[key] = _value(key, text[start:end], column, read, depth + 1)
    # As JSON from Helm has them.
    return dict(sorted(found.items()))


def _value(key: str, text: str, column: int, read: Reader, depth: int) -> Any:
    """What stands below a key; the first line holds the key."""
    if text.count("\n") > _SMALL and depth < _DEEP:
        first, _, rest = text.partition("\n")
        content = _content(rest)
        inner = len(rest) - content - len(rest[content:].lstrip(" "))
        if first == f"{' ' * column}{key}:":
            if rest.startswith("- ", content + inner) and inner >= column:
                return _sequence(rest, inner, read, depth)
            if inner > column and _KEY.match(rest, content):
                return _mapping(rest, inner, read, depth)
    return _only(read(text), key)


def _sequence(text: str, column: int, read: Reader, depth: int) -> list[Any]:
    starts: list[int] = []
    for line in _outer(column).finditer(text):
        if text.startswith("#", line.end()):
            continue
        if len(line[1]) != column or not text.startswith("- ", line.end()):
            raise _NotPlainError
        starts.append(line.start())
    return [
        _item(text[start:end], column, read, depth) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


def _item(text: str, column: int, read: Reader, depth: int) -> Any:
    if text.count("\n") > _SMALL:
        inner = f"{' ' * (column + 2)}{text[column + 2 :]}"
        if _KEY.match(inner) and inner[column + 2] != " ":
            return _mapping(inner, column + 2, read, depth + 1)
    items = _only(read(f"item:\n{text}"), "item")
    if not isinstance(items, list) or len(items) != 1:
        raise _NotPlainError
    return items[0]


def _only(read: dict[str, Any], key: str) -> Any:
    if list(read) != [key]:
        raise _NotPlainError
    return read[key]
