"""The tree of a parsed Go template: frozen dataclasses, each with the line it starts on. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "Action",
    "Block",
    "Body",
    "Bool",
    "Branch",
    "Break",
    "Chain",
    "Command",
    "Continue",
    "Define",
    "Dot",
    "Field",
    "Identifier",
    "If",
    "Include",
    "Nil",
    "Node",
    "Number",
    "Operand",
    "Pipeline",
    "Range",
    "String",
    "TemplateFile",
    "Text",
    "Variable",
    "With",
]


@dataclass(frozen=True)
class Dot:
    """`.`."""

    line: int


@dataclass(frozen=True)
class Nil:
    """`nil`."""

    line: int


@dataclass(frozen=True)
class Bool:
    """`true` or `false`."""

    line: int
    value: bool


@dataclass(frozen=True)
class Number:
    """A number or character constant: its value as Go reads it."""

    line: int
    text: str
    value: int | float | complex


@dataclass(frozen=True)
class String:
    """A string constant, unquoted."""

    line: int
    value: str


@dataclass(frozen=True)
class Identifier:
    """The name of a function."""

    line: int
    name: str


@dataclass(frozen=True)
class Field:
    """`.a.b`: fields of the dot."""

    line: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """`$name.a.b`; `name` has its dollar, the root context is `$`."""

    line: int
    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain:
    """`(pipeline).a.b`, or fields of a function that takes no arguments."""

    line: int
    operand: Pipeline | Identifier
    names: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """One stage of a pipeline: an operand, or a function with its arguments. `offset` is unique in the file."""

    line: int
    offset: int
    args: tuple[Operand, ...]


@dataclass(frozen=True)
class Pipeline:
    """Commands joined by `|`, with the variables they are declared as or assigned to."""

    line: int
    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    assigns: bool = False
    """True for `=`, false for `:=`; without meaning where `variables` is empty."""


Operand = Bool | Chain | Dot | Field | Identifier | Nil | Number | Pipeline | String | Variable


@dataclass(frozen=True)
class Text:
    """Literal text, already trimmed by the markers around it."""

    line: int
    text: str


@dataclass(frozen=True)
class Action:
    """`{{ pipeline }}`: prints, unless it declares or assigns."""

    line: int
    pipeline: Pipeline


@dataclass(frozen=True)
class Branch:
    """A condition (or value) and what is done when it holds (or is not empty)."""

    line: int
    pipeline: Pipeline
    body: Body


@dataclass(frozen=True)
class If:
    """`if`, with its `else if` branches in order."""

    line: int
    branches: tuple[Branch, ...]
    orelse: Body


@dataclass(frozen=True)
class With:
    """`with`, with its `else with` branches in order."""

    line: int
    branches: tuple[Branch, ...]
    orelse: Body


@dataclass(frozen=True)
class Range:
    """`range`; the loop variables are those of its pipeline."""

    line: int
    pipeline: Pipeline
    body: Body
    orelse: Body


@dataclass(frozen=True)
class Break:
    """`{{ break }}`."""

    line: int


@dataclass(frozen=True)
class Continue:
    """`{{ continue }}`."""

    line: int


@dataclass(frozen=True)
class Include:
    """`{{ template "name" pipeline }}`."""

    line: int
    name: str
    pipeline: Pipeline | None


@dataclass(frozen=True)
class Block:
    """`{{ block "name" pipeline }}`: defines a template and runs it."""

    line: int
    name: str
    pipeline: Pipeline
    body: Body


@dataclass(frozen=True)
class Define:
    """`{{ define "name" }}`."""

    line: int
    name: str
    body: Body


Node = Action | Block | Break | Continue | If | Include | Range | Text | With
Body = tuple[Node, ...]


@dataclass(frozen=True)
class TemplateFile:
    """One parsed file: what it prints itself, and what it defines."""

    name: str
    body: Body
    defines: Mapping[str, Define]
