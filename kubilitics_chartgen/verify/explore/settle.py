"""Makes accepted configurations of rows that may be refused, and learns which levels cannot stand together.

A good refusal names the values it is about: those levels are taken back, all at once. Where it names none, the row is
laid over the base piece by piece: what is refused is halved, until the level that is to blame stands alone, and the
level it conflicts with is searched the same way. Many rows settle at once, so that their questions go in one batch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Covering, Pick
from kubilitics_chartgen.verify.space.factors import Space

__all__ = ["Row", "Search", "settle"]

Question = Generator[Configuration, "str | None", Configuration]
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
MAX_REPAIRS = 12
MAX_NEAR = 60


@dataclass
class Row:
    """Levels to be laid over a base; those that come first matter most."""

    base: Configuration
    picks: Sequence[Pick]
    wanted: int = 0
    """How many of the first levels the row is there for."""


@dataclass
class Search:
    """What is known of conflicts around one base."""

    space: Space
    covering: Covering | None = None
    factors: Sequence[int] = ()
    """The factors of the covering array, in its order."""
    conflicts: set[frozenset[Pick]] = field(default_factory=set)
    searched: set[str] = field(default_factory=set)
    """Refusals whose cause some row has searched, or is searching."""

    def learn(self, picks: frozenset[Pick]) -> None:
        """These levels are refused together."""
        if picks in self.conflicts:
            return
        self.conflicts.add(picks)
        places = {factor: place for place, factor in enumerate(self.factors)}
        if self.covering is not None and all(factor in places for factor, _level in picks):
            self.covering.forbid((places[factor], level) for factor, level in picks)

    def fitting(self, picks: Sequence[Pick]) -> tuple[Pick, ...]:
        """Of these levels, as many as no known conflict speaks against, in order."""
        by_pick: dict[Pick, list[frozenset[Pick]]] = {}
        for conflict in self.conflicts:
            for pick in conflict:
                by_pick.setdefault(pick, []).append(conflict)
        kept: dict[Pick, None] = {}
        for pick in picks:
            if not any(all(one == pick or one in kept for one in conflict) for conflict in by_pick.get(pick, ())):
                kept[pick] = None
        return tuple(kept)

    def named(self, message: str, picks: Sequence[Pick]) -> tuple[Pick, ...]:
        """The levels whose values a message names; each of its lines may be about others."""
        names = {pick: self.space.factors[pick[0]].name for pick in picks}
        found: dict[Pick, None] = {}
        for line in message.splitlines():
            words = {word.rstrip(".") for word in _WORD.findall(line)}
            # Each word and all that it stands below, so that a name is looked up instead of compared with each word.
            spoken = {word[:end] for word in words for end in _ends(word)}
            exact = [pick for pick, name in names.items() if name in spoken]
            found.update(dict.fromkeys(exact or _near(words, names)))
        return tuple(pick for pick in names if pick in found)


def _near(words: Iterable[str], names: Mapping[Pick, str]) -> Collection[Pick]:
    """What was changed nearest to values that are as they were: these may be what is missing."""
    near: dict[Pick, None] = {}
    for word in sorted(word for word in words if "." in word):
        section = word
        while section:
            found = [pick for pick, name in names.items() if name.startswith(f"{section}.")]
            if found:
                near.update(dict.fromkeys(found))
                break
            section = section.rpartition(".")[0]
    return near if len(near) <= MAX_NEAR else ()


def _ends(word: str) -> Iterator[int]:
    """Where a path's beginnings end, its own end included."""
    yield from (place for place, sign in enumerate(word) if sign == ".")
    yield len(word)


def settle(ledger: Ledger, rows: Sequence[Row], search: Search) -> list[Configuration]:
    """An accepted configuration for each row, as near to it as was found."""
    running = {number: _settle(row, search) for number, row in enumerate(rows)}
    found: dict[int, Configuration] = {}
    questions: dict[int, Configuration] = {}
    for number in list(running):
        _advance(running, number, None, questions, found)
    while questions:
        asked, questions = questions, {}
        said = ledger.verdicts(list(asked.values()))
        for number, message in zip(asked, said, strict=True):
            _advance(running, number, (message,), questions, found)
    return [found[number] for number in range(len(rows))]


def _advance(
    running: dict[int, Question],
    number: int,
    answer: tuple[str | None] | None,
    questions: dict[int, Configuration],
    found: dict[int, Configuration],
) -> None:
    try:
        questions[number] = next(running[number]) if answer is None else running[number].send(answer[0])
    except StopIteration as end:
        found[number] = end.value
        del running[number]


def _settle(row: Row, search: Search) -> Question:
    """Take back what refusals name, until there is none."""
    picks = tuple(pick for pick in row.picks if row.base.levels[pick[0]] != pick[1])
    wanted = frozenset(row.picks[: row.wanted])
    for _ in range(MAX_REPAIRS):
        picks = search.fitting(picks)
        if not picks:
            return row.base
        message = yield row.base.choose(dict(picks))
        if message is None:
            return row.base.choose(dict(picks))
        named = search.named(message, picks)
        if not named:
            if message in search.searched and len(picks) > row.wanted:
                # Another row finds out why; this one keeps to what it is there for.
                picks = tuple(pick for pick in picks if pick in wanted)
                continue
            search.searched.add(message)
            return (yield from _pieces(row.base, picks, search))
        if len(named) <= 2 and (yield row.base.choose(dict(named))) is not None:
            search.learn(frozenset(named))
            continue
        taken = frozenset(named) - wanted or frozenset(named)
        picks = tuple(pick for pick in picks if pick not in taken)
    return row.base


def _pieces(base: Configuration, picks: tuple[Pick, ...], search: Search) -> Question:
    """Lay levels over the base piece by piece."""
    held: tuple[Pick, ...] = ()
    waiting = [picks]
    while waiting:
        chunk = waiting.pop()
        chunk = search.fitting((*held, *chunk))[len(held) :]
        if not chunk:
            continue
        if (yield base.choose(dict((*held, *chunk)))) is None:
            held = (*held, *chunk)
        elif len(chunk) == 1:
            yield from _blame(base, held, chunk[0], search)
        else:
            half = (len(chunk) + 1) // 2
            waiting.extend((chunk[half:], chunk[:half]))
    return base.choose(dict(held))


def _blame(
    base: Configuration, held: tuple[Pick, ...], pick: Pick, search: Search
) -> Generator[Configuration, str | None, None]:
    """Learn with which of the held levels one is refused; up to two of them are searched."""
    blamed: tuple[Pick, ...] = (pick,)
    for _ in range(3):
        if (yield base.choose(dict(blamed))) is not None:
            search.learn(frozenset(blamed))
            return
        low, high = 0, len(held)
        # The shortest beginning of what is held with which the blamed ones are refused.
        while low < high:
            middle = (low + high) // 2
            if (yield base.choose(dict((*held[:middle], *blamed)))) is None:
                low = middle + 1
            else:
                high = middle
        if low == 0 or held[low - 1] in blamed:
            return
        blamed = (*blamed, held[low - 1])
