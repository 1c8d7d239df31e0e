"""Every error a user may see, as one readable tree. No I/O.

    ChartgenError              what went wrong, where, and what to do
      InputError               the user's input cannot be used: exit code 2
      ToolError                a tool or a machine let us down: exit code 2

An error carries all problems of one input at once: `problems` is a list of `Problem`, each with the place it was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["ChartgenError", "InputError", "Problem", "ToolError", "did_you_mean"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, where, and what to do about it."""

    message: str
    """A sentence that says what is wrong and, where it is known, why."""
    path: str = ""
    """The values path, such as `ai.llmProvider`; empty where none applies."""
    file: str = ""
    """The file as the user named it; empty where none is at hand."""
    line: int | None = None
    """The line in `file`, counted from 1."""
    fix: str = ""
    """What to write or run instead; empty where the message says it all."""

    def where(self) -> str:
        """`file:line: path`, with whatever of these is known."""
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return ": ".join(part for part in (place, self.path) if part)

    def __str__(self) -> str:
        where = self.where()
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.fix}" if self.fix else text


class ChartgenError(Exception):
    """Base of all errors that a command reports without a traceback."""

    def __init__(self, summary: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(summary)
        self.summary = summary
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"  {problem}" for problem in self.problems)])


class InputError(ChartgenError):
    """A file, a value or an argument cannot be used."""


class ToolError(ChartgenError):
    """A program, a library or the machine failed through no fault of the input."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that is most like `name`, in whichever case; empty where none is."""
    import difflib

    lower = {key.lower(): key for key in known}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else ""
