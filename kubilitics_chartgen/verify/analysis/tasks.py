"""What an analysis runs: named templates and files, with an argument. Frozen data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from kubilitics_chartgen.verify.analysis.values import Abstract
from kubilitics_chartgen.verify.gotemplate.nodes import Body

__all__ = ["Callable", "Task", "TooMuchError"]


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
