"""Covering arrays under constraints: rows in which every pair, or triple, of levels occurs. Pure, seeded.

Levels are bits of one whole number, so that the gain of a level is one count of bits. Which rows the chart accepts is
not known before they are rendered: a row counts as covering only once it is given to `accept`. `forbid` takes sets of
levels that were seen to be refused together; no row holds one of them again.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Covering", "Pick"]

Pick = tuple[int, int]
"""A factor and a level."""


class Covering:
    """The combinations of strength 2 or more that are not covered yet."""

    def __init__(self, sizes: Sequence[int], *, strength: int = 2, seed: int = 1) -> None:
        self.sizes = tuple(sizes)
        self.strength = min(strength, max(1, len(sizes)))
        self._random = random.Random(seed)  # noqa: S311 -- a choice of rows, not a secret
        self._starts = [0, *itertools.accumulate(self.sizes)]
        self._own = [((1 << size) - 1) << start for size, start in zip(self.sizes, self._starts, strict=False)]
        self._all = (1 << self._starts[-1]) - 1
        self._factor = [factor for factor, size in enumerate(self.sizes) for _ in range(size)]
        # What is missing beside each group of strength - 1 levels, as bits of levels of further factors.
        self._missing: dict[tuple[int, ...], int] = {}
        for group in self._groups(range(len(self.sizes)), self.strength - 1):
            for bits in itertools.product(*(self._bits(factor) for factor in group)):
                self._missing[bits] = self._all & ~self._mask(group)
        self._conflicts: list[int] = [0] * self._starts[-1]
        self._wider: list[int] = []

    def copy(self) -> Covering:
        """The same, to look ahead."""
        other = Covering.__new__(Covering)
        other.__dict__.update(self.__dict__)
        other._missing = dict(self._missing)
        other._random = random.Random(self._random.random())  # noqa: S311
        return other

    def _groups(self, factors: Iterable[int], length: int) -> Iterable[tuple[int, ...]]:
        return itertools.combinations(factors, length)

    def _bits(self, factor: int) -> range:
        return range(self._starts[factor], self._starts[factor] + self.sizes[factor])

    def _mask(self, factors: Iterable[int]) -> int:
        mask = 0
        for factor in factors:
            mask |= self._own[factor]
        return mask

    def bit(self, pick: Pick) -> int:
        """The number of a level among all levels."""
        return self._starts[pick[0]] + pick[1]

    def pick(self, bit: int) -> Pick:
        """The level with a number."""
        factor = self._factor[bit]
        return factor, bit - self._starts[factor]

    def forbid(self, picks: Iterable[Pick]) -> None:
        """No row shall hold these levels together."""
        bits = sorted({self.bit(pick) for pick in picks})
        if len(bits) == 2:
            self._conflicts[bits[0]] |= 1 << bits[1]
            self._conflicts[bits[1]] |= 1 << bits[0]
        elif len(bits) == 1:
            self._conflicts[bits[0]] |= self._all
        elif bits:
            self._wider.append(sum(1 << bit for bit in bits))

    def allowed(self, picks: Iterable[Pick]) -> bool:
        """Whether no forbidden set is among these levels."""
        mask = 0
        for pick in picks:
            bit = self.bit(pick)
            if self._conflicts[bit] & (mask | 1 << bit):
                return False
            mask |= 1 << bit
        return not any(wide & mask == wide for wide in self._wider)

    @property
    def missing(self) -> int:
        """How many combinations no accepted row holds."""
        return sum(bits.bit_count() for bits in self._missing.values()) // self.strength

    @property
    def total(self) -> int:
        """How many combinations there are."""
        # Elementary symmetric polynomial of the numbers of levels.
        sums = [1, *([0] * self.strength)]
        for size in self.sizes:
            for order in range(self.strength, 0, -1):
                sums[order] += sums[order - 1] * size
        return sums[self.strength]

    def accept(self, row: Sequence[int]) -> int:
        """Count a row (a level per factor, below 0 for none) as there; how many combinations it added."""
        held = [self._starts[factor] + level for factor, level in enumerate(row) if level >= 0]
        mask = 0
        for bit in held:
            mask |= 1 << bit
        gained = 0
        for group in itertools.combinations(held, self.strength - 1):
            before = self._missing.get(group, 0)
            if before & mask:
                gained += (before & mask).bit_count()
                self._missing[group] = before & ~mask
        return gained // self.strength

    def give_up(self, picks: Sequence[Pick]) -> None:
        """Ask for this combination no more."""
        bits = sorted(self.bit(pick) for pick in picks)
        for bit in bits:
            group = tuple(other for other in bits if other != bit)
            self._missing[group] &= ~(1 << bit)

    def next_missing(self) -> tuple[Pick, ...] | None:
        """A combination that is not covered, from the group that lacks most; None where nothing lacks."""
        best = max(self._missing.items(), key=lambda item: (item[1].bit_count(), item[0]), default=None)
        if best is None or not best[1]:
            return None
        low = (best[1] & -best[1]).bit_length() - 1
        return tuple(sorted(self.pick(bit) for bit in (*best[0], low)))

    def row(self, fixed: Mapping[int, int], seeds: Sequence[Pick] = ()) -> list[int]:
        """A row that covers much of what is missing; `fixed` and `seeds` keep their levels."""
        row = [-1] * len(self.sizes)
        mask = 0
        for factor, level in [*fixed.items(), *seeds]:
            row[factor] = level
            if level >= 0:
                mask |= 1 << (self._starts[factor] + level)
        order = [factor for factor in range(len(self.sizes)) if row[factor] < 0 and factor not in fixed]
        self._random.shuffle(order)
        held = [self._starts[factor] + level for factor, level in enumerate(row) if level >= 0]
        for factor in order:
            bit = self._best(factor, mask, held)
            row[factor] = bit - self._starts[factor]
            mask |= 1 << bit
            held.append(bit)
        return row

    def _best(self, factor: int, mask: int, held: Sequence[int]) -> int:
        best, best_gain = self._starts[factor], -1.0
        for bit in self._bits(factor):
            if self._conflicts[bit] & mask or any(wide & (mask | 1 << bit) == wide for wide in self._wider):
                continue
            gain = self._gain(bit, mask, held) + self._random.random() / 2
            if gain > best_gain:
                best, best_gain = bit, gain
        return best

    def _gain(self, bit: int, mask: int, held: Sequence[int]) -> int:
        if self.strength == 1:
            return self._missing[()] >> bit & 1
        if self.strength == 2:
            return (self._missing[(bit,)] & mask).bit_count()
        gain = 0
        for group in itertools.combinations(held, self.strength - 2):
            gain += (self._missing.get(tuple(sorted((*group, bit))), 0) & mask).bit_count()
        return gain
