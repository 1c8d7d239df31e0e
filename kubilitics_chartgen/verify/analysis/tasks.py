"""What an analysis runs: named templates and files, with an argument. Frozen data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kubilitics_chartgen.verify.analysis.values import Abstract, Site
from kubilitics_chartgen.verify.gotemplate.nodes import Body

__all__ = ["Callable", "Run", "Task", "TooMuchError"]


class TooMuchError(Exception):
    """The analysis is past its bounds."""


@dataclass(frozen=True)
class Callable:
    """A named template, or a file: its body and where it stands."""

    name: str
    file: str
    body: Body


@dataclass(frozen=True)
class Task:
    """A template to be run with an argument."""

    target: Callable
    argument: Abstract


@dataclass(frozen=True)
class Run:
    """How a task went: it goes the same way again as long as what it looked at is the same."""

    looked: Mapping[Site, int]
    """The sites that it looked at, with their versions."""
    changed: int
    """How many values templates were known to change in place."""
    calls: Sequence[Task]
    """What it called."""
