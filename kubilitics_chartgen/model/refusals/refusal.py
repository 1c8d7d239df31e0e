"""What a refusal is: where, why, what to write instead, and an example of each. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Example", "Refusal"]


@dataclass(frozen=True)
class Example:
    """One way to be refused."""

    path: str
    """The values path the message names first, `*` for one that varies; further ones are in the text."""
    bad: dict[str, Any]
    """Values that are refused for this reason and no other."""
    good: dict[str, Any]
    """The same values after the fix; accepted."""


@dataclass(frozen=True)
class Refusal:
    """One refusal: where, why, what to write instead, and an example of each."""

    id: str
    path: str
    """As in an example."""
    reason: str
    fix: str
    bad: dict[str, Any]
    good: dict[str, Any]
    elsewhere: tuple[Example, ...] = ()
    """The same at other paths, each of which the templates look at by itself."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """All of them, the first one first."""
        return Example(self.path, self.bad, self.good), *self.elsewhere
