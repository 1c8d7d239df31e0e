"""Numbers in sentences. No I/O."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: float, noun: str) -> str:
    """`1 finding`, `2 findings`, `1,024 findings`."""
    return f"{number:,.0f} {noun}{'s' * (number != 1)}"
