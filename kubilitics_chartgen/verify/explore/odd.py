"""Names and texts that YAML takes for something else where a template forgets the quotes. Asks a ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.settle import Row, Search, settle
from kubilitics_chartgen.verify.space.build import LIKE_A_NUMBER
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.factors import Space

__all__ = ["odd_texts", "oddly_named"]

ROUNDS = 4
"""How often texts like numbers are tried that cannot stand beside others."""


def oddly_named(configuration: Configuration) -> Configuration:
    """A release whose names YAML takes for something else; most charts forget the quotes."""
    return replace(configuration, release=replace(configuration.release, name="true", namespace="0123"))


def odd_texts(ledger: Ledger, space: Space, bases: Sequence[Configuration], search: Callable[[], Search]) -> None:
    """Look at every text that may be one like a number: all at once, and again those that could not stand together."""
    picks = [
        (number, level)
        for number, factor in enumerate(space.factors)
        for level, one in enumerate(factor.levels)
        if one.value in (LIKE_A_NUMBER, [LIKE_A_NUMBER])
    ]
    for base in bases:
        left = picks if base in ledger.accepted else []
        for _ in range(ROUNDS):
            settled = settle(ledger, [Row(base, left)], search()) if left else []
            ledger.look(settled)
            chosen = {pick for each in settled for pick in each.differences(base)}
            left = [pick for pick in left if pick not in chosen]
