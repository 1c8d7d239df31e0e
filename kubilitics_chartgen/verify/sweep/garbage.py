"""How often a process looks for garbage. No I/O."""

from __future__ import annotations

import gc

__all__ = ["collect_seldom"]


def collect_seldom() -> None:
    """What is remembered is no garbage, so it is looked for seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
