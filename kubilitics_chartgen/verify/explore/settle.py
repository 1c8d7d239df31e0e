"""Makes accepted configurations of rows that may be refused, and learns which levels cannot stand together.

A row is laid over an accepted configuration piece by piece: what is refused is halved, until the one level that is to
blame stands alone; then the level it conflicts with is searched the same way. Many rows settle at once, so that their
questions are asked in one batch. No I/O of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Covering, Pick

__all__ = ["Row", "settle"]

Question = Generator[Configuration, bool, "Configuration"]


@dataclass
class Row:
    """Levels to be laid over a base; those asked for first matter most."""

    base: Configuration
    picks: Sequence[Pick]


@dataclass
class _Search:
    """What is known of conflicts around one base."""

    covering: Covering | None
    places: dict[int, int]
    """Where the covering array keeps each factor."""
    conflicts: list[frozenset[Pick]] = field(default_factory=list)

    def learn(self, picks: frozenset[Pick]) -> None:
        if picks not in self.conflicts:
            self.conflicts.append(picks)
            if self.covering is not None and all(factor in self.places for factor, _level in picks):
                self.covering.forbid((self.places[factor], level) for factor, level in picks)

    def allows(self, picks: frozenset[Pick]) -> bool:
        return not any(conflict <= picks for conflict in self.conflicts)


def settle(
    ledger: Ledger, rows: Sequence[Row], *, covering: Covering | None = None, factors: Sequence[int] = ()
) -> list[Configuration]:
    """An accepted configuration for each row, as near to it as was found.

    What is learned goes to `covering`, an array over `factors`.
    """
    search = _Search(covering, {factor: place for place, factor in enumerate(factors)})
    running = {number: _settle(row, search) for number, row in enumerate(rows)}
    found: dict[int, Configuration] = {}
    questions: dict[int, Configuration] = {}
    answers: dict[int, bool | None] = dict.fromkeys(running)
    while running:
        for number in list(answers):
            try:
                answer = answers.pop(number)
                questions[number] = next(running[number]) if answer is None else running[number].send(answer)
            except StopIteration as end:
                found[number] = end.value
                del running[number]
        if questions:
            said = ledger.verdicts(list(questions.values()))
            answers = dict(zip(list(questions), said, strict=True))
            questions = {}
    return [found[number] for number in range(len(rows))]


def _settle(row: Row, search: _Search) -> Question:
    current = row.base
    held: tuple[Pick, ...] = ()
    waiting = [tuple(pick for pick in row.picks if row.base.levels[pick[0]] != pick[1])]
    while waiting:
        chunk = waiting.pop()
        kept = tuple(pick for number, pick in enumerate(chunk) if search.allows(frozenset((*held, *chunk[: number + 1]))))
        chunk = kept if len(kept) == len(chunk) else _fitting(chunk, held, search)
        if not chunk:
            continue
        together = current.choose(dict(chunk))
        if (yield together):
            current, held = together, (*held, *chunk)
        elif len(chunk) == 1:
            yield from _blame(row.base, held, chunk[0], search)
        else:
            half = (len(chunk) + 1) // 2
            waiting.extend((chunk[half:], chunk[:half]))
    return current


def _fitting(chunk: Sequence[Pick], held: tuple[Pick, ...], search: _Search) -> tuple[Pick, ...]:
    """Of a chunk, what no known conflict speaks against."""
    kept: tuple[Pick, ...] = ()
    for pick in chunk:
        if search.allows(frozenset((*held, *kept, pick))):
            kept = (*kept, pick)
    return kept


def _blame(base: Configuration, held: tuple[Pick, ...], pick: Pick, search: _Search) -> Generator[Configuration, bool, None]:
    """Learn with which of the held levels one is refused; up to two of them are searched."""
    blamed: tuple[Pick, ...] = (pick,)
    for _ in range(3):
        if not (yield base.choose(dict(blamed))):
            search.learn(frozenset(blamed))
            return
        low, high = 0, len(held)
        # The shortest beginning of what is held with which the blamed ones are refused.
        while low < high:
            middle = (low + high) // 2
            if (yield base.choose(dict((*held[:middle], *blamed)))):
                low = middle + 1
            else:
                high = middle
        if low == 0 or low > len(held) or held[low - 1] in blamed:
            return
        blamed = (*blamed, held[low - 1])
