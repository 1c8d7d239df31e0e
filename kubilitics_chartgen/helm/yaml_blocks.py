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


# Lines are looked for by the end of the one before: that is quicker than to ask everywhere whether a line begins.
@cache
def _entries(column: int) -> re.Pattern[str]:
    """Lines of a mapping that stand no deeper than `column`.

    Each is a key (its name; then a group that matches if nothing follows it), an item of a list, a comment, or else.
    """
    key = r"([A-Za-z][A-Za-z0-9_./-]{0,100}):(?:( ?)(?=\n)| |\Z)"
    return re.compile(rf"\n(?: {{{column}}}(?:{key}|(- ))| {{0,{column}}}(?:(#)|([^ \n])))")


@cache
def _items(column: int) -> re.Pattern[str]:
    """The same in a list: an item, a comment, or anything else."""
    return re.compile(rf"\n(?: {{{column}}}(- )| {{0,{column}}}(?:(#)|([^ \n])))")


def _content(text: str) -> int:
    """Where the first line stands that is neither blank nor a comment."""
    remarks = _REMARKS.match(text)
    return remarks.end() if remarks else 0


def _mapping(text: str, column: int, read: Reader, depth: int) -> dict[str, Any]:
    starts: list[tuple[str, int]] = []
    bare = False
    for line in _entries(column).finditer(f"\n{text}"):
        key, after, item, comment, _other = line.groups()
        if key is not None:
            if key.lower() in _NO_TEXT:
                raise _NotPlainError
            # With the line break before it, this is where the line begins in the text.
            starts.append((key, line.start()))
            bare = after is not None
        # A comment belongs to the block before it.
        elif comment is None and (item is None or not bare):
            raise _NotPlainError
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
    for line in _items(column).finditer(f"\n{text}"):
        item, comment, _other = line.groups()
        if item is not None:
            starts.append(line.start())
        elif comment is None:
            raise _NotPlainError
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
