"""Tokens of a Go template. Joined in order, their texts are the input, byte for byte. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["KEYWORDS", "Kind", "Token"]


class Kind(Enum):
    """What a token is."""

    TEXT = "text"
    COMMENT = "comment"
    """A whole comment action, with its delimiters."""
    LEFT = "{{"
    """The opening delimiter, with its trim marker and the space that belongs to it."""
    RIGHT = "}}"
    """The closing delimiter, with the space and the trim marker that belong to it."""
    SPACE = "space"
    ASSIGN = "="
    DECLARE = ":="
    PIPE = "|"
    LPAREN = "("
    RPAREN = ")"
    CHAR = "char"
    """A printable character with no other meaning, such as a comma."""
    STRING = "string"
    RAW_STRING = "raw string"
    CHARACTER = "character constant"
    NUMBER = "number"
    BOOL = "bool"
    NIL = "nil"
    VARIABLE = "variable"
    FIELD = "field"
    DOT = "."
    IDENTIFIER = "identifier"
    KEYWORD = "keyword"
    END = "end of file"


KEYWORDS = frozenset({"block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"})


@dataclass(frozen=True)
class Token:
    """One token: its kind, its exact text, and where it starts."""

    kind: Kind
    text: str
    line: int
    offset: int
