"""What a refusal is: where, why, what to write instead, and an example of each. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Refusal"]


@dataclass(frozen=True)
class Refusal:
    """One refusal: where, why, what to write instead, and an example of each."""

    id: str
    path: str
    """The values path the message names first, `*` for one that varies; further ones are in the text."""
    reason: str
    fix: str
    bad: dict[str, Any]
    """Values that are refused for this reason and no other."""
    good: dict[str, Any]
    """The same values after the fix; accepted."""
