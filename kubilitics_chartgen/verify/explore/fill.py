"""Fills a covering array around a base with rows that the chart accepts. Asks a ledger.

Rows are drawn while others are still on their way, so that a row which takes long to settle holds up no other.
"""

from __future__ import annotations

from collections import deque

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.settle import Row, Search, Settling
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Covering, Pick

__all__ = ["WAVE", "fill"]

WAVE = 24
"""Rows that are on their way, or are looked at, at once."""
TAIL = 1000
"""Rows end where as many as a wave add less than this part of all combinations; what lacks then counts as undecided."""


def fill(ledger: Ledger, search: Search, covering: Covering, base: Configuration) -> int:
    """Rows until every combination was in an accepted one, or was tried in vain; how many stay undecided."""
    filling = _Filling(ledger, search, covering, base)
    filling.count_seen()
    filling.run()
    return covering.missing


class _Filling:
    def __init__(self, ledger: Ledger, search: Search, covering: Covering, base: Configuration) -> None:
        self.ledger = ledger
        self.search = search
        self.covering = covering
        self.base = base
        self.settling = Settling(ledger, search)
        self.drawn: dict[int, tuple[list[int], tuple[Pick, ...]]] = {}
        """Rows on their way: a level for each factor of the array, and the combination that the row is there for."""
        self.settled: list[tuple[Configuration, tuple[Pick, ...]]] = []
        """What is let through and was not looked at, with the combination it is there for."""
        self.gains: deque[int] = deque(maxlen=WAVE)
        """What the last rows add if they are accepted."""

    def count_seen(self) -> None:
        """Count what was accepted before around this base."""
        place = {factor: number for number, factor in enumerate(self.search.factors)}
        alone: list[Pick] = []
        for configuration in self.ledger.accepted:
            if (configuration.release, configuration.removed) != (self.base.release, self.base.removed):
                continue
            changed = configuration.differences(self.base)
            if not all(factor in place for factor, _level in changed):
                continue
            if len(changed) == 1 and self.base in self.ledger.accepted:
                alone += [(place[factor], level) for factor, level in changed]
            else:
                self.covering.accept(self._levels(configuration))
        if alone:
            self.covering.accept_changes(self._levels(self.base), alone)

    def _levels(self, configuration: Configuration) -> list[int]:
        return [configuration.levels[factor] for factor in self.search.factors]

    def run(self) -> None:
        """Draw, settle and look, until rows are not worth it any more."""
        # What is covered if all that has settled is accepted, as nearly all is.
        hoped = self.covering.copy()
        while True:
            if len(self.settling) <= WAVE // 2 and self._worth():
                self._draw(hoped.copy())
            if self.settled and (len(self.settled) >= WAVE or not len(self.settling)):
                self._look()
                hoped = self.covering.copy()
            elif not len(self.settling):
                return
            for number, configuration in self.settling.step().items():
                _row, wanted = self.drawn.pop(number)
                self.gains.append(hoped.accept(self._levels(configuration)))
                self.settled.append((configuration, wanted))

    def _worth(self) -> bool:
        return len(self.gains) < WAVE or sum(self.gains) * TAIL >= self.covering.total

    def _draw(self, ahead: Covering) -> None:
        """Rows for what neither those before hold nor those that are still on their way."""
        for row, _wanted in self.drawn.values():
            ahead.accept(row)
        for _ in range(WAVE - len(self.settling)):
            wanted = ahead.next_missing()
            if wanted is None:
                return
            row = ahead.row({}, wanted)
            ahead.accept(row)
            first = {factor for factor, _level in wanted}
            order = [*first, *(number for number in range(len(row)) if number not in first)]
            picks = [(self.search.factors[number], row[number]) for number in order]
            self.drawn[self.settling.add(Row(self.base, picks, len(wanted)))] = row, wanted

    def _look(self) -> None:
        """Look at what has settled."""
        fine = self.ledger.look([configuration for configuration, _wanted in self.settled])
        for (configuration, wanted), accepted in zip(self.settled, fine, strict=True):
            if accepted:
                self.covering.accept(self._levels(configuration))
            # What lacks now was tried and refused, or needs what no row around this base has.
            self.covering.give_up(wanted)
        self.settled = []
