"""The phases of a run, in order: bases, single changes, what is taken away, arrays, small slices whole, random ones.

In: a ledger that looks at configurations, a space, slices. Out: the ledger filled, and what each phase did. The same
seed gives the same configurations, whoever renders them.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.odd import odd_texts, oddly_named
from kubilitics_chartgen.verify.explore.others import as_others, switched_on
from kubilitics_chartgen.verify.explore.settle import Row, Search, settle
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Covering, Pick
from kubilitics_chartgen.verify.space.factors import Space
from kubilitics_chartgen.verify.sweep.task import Slice, Status

__all__ = ["Exploration", "Plan"]

WAVE = 24
"""Rows that settle at once."""
TAIL = 4000
"""An array ends where a wave adds less than this part of all combinations; what lacks then counts as undecided."""
MAX_WIDE = 150
"""Factors of a template beyond which a strength above 2 is not tried: it would take millions of combinations."""


@dataclass(frozen=True)
class Plan:
    """What to look at."""

    space: Space
    slices: Mapping[str, Slice]
    base: Configuration
    known: Sequence[Configuration] = ()
    """Configurations that are known to matter: the chart's own `ci/*-values.yaml`."""
    tried: Sequence[Configuration] = ()
    """Further ones that its author shows."""
    strength: int = 2
    exhaustive: int = 256
    """The largest slice that is looked at whole."""
    random: int = 200
    seed: int = 1
    singles: frozenset[int] | None = None
    """The factors of which each level is tried by itself; None for all."""
    releases: Sequence[Release] = ()
    """Further kinds of release that templates tell from that of the base."""
    nulls: bool = True
    """Whether to be strict: keys are set to null, one at a time, and releases have names that YAML reads as no text."""


@dataclass
class Exploration:
    """One run of a plan."""

    plan: Plan
    ledger: Ledger
    bases: list[Configuration] = field(default_factory=list)
    deadly: set[Pick] = field(default_factory=set)
    """Levels that end the process which renders them."""

    def run(self) -> None:
        """All phases after the known configurations, which come before any time that is set."""
        phases: list[tuple[str, Callable[[], None]]] = [
            ("single changes", self.singles),
            ("values taken away", self.removed),
            ("what turns templates on", self.rich),
            (f"all {self.plan.strength}-wise" if self.plan.strength == 2 else "all 2-wise", self.arrays),
            ("small templates, every combination", self.whole),
            ("random", self.drawn),
        ]
        if self.plan.strength > 2:
            phases.insert(-2, (f"each template {self.plan.strength}-wise", self.wider))
        for name, phase in phases:
            self.ledger.phase = name
            phase()

    def known(self) -> None:
        """The chart as it comes, and the configurations its author keeps."""
        self.ledger.look([self.plan.base, *self.plan.known, *self.plan.tried])

    def singles(self) -> None:
        """Every level by itself, and every other release."""
        base = self.plan.base
        changes = [base.choose({factor: level}) for factor, level in self._picks() if base.levels[factor] != level]
        self.ledger.look([*changes, *self._otherwise(base)])
        deadly = [each for each, outcome in self.ledger.broken.items() if outcome.status is Status.DIED]
        # What ends a process by itself costs one each time it is tried: once is enough.
        self.deadly = {pick for each in deadly for pick in each.differences(base)}

    def _otherwise(self, base: Configuration) -> list[Configuration]:
        """The same as each other release."""
        return as_others(base, self.plan.releases)

    def _picks(self) -> Iterator[Pick]:
        for number, factor in enumerate(self.plan.space.factors):
            if self.plan.singles is None or number in self.plan.singles:
                yield from ((number, level) for level in range(len(factor.levels)))

    def removed(self) -> None:
        """Every key set to null, one at a time: Helm then takes the default away."""
        if not self.plan.nulls:
            return
        base = self.plan.base
        taken = [replace(base, removed=(number,)) for number in range(len(self.plan.space.removable))]
        self.ledger.look([*taken, *(oddly_named(each) for each in (base, *self.plan.known))])

    def rich(self) -> None:
        """Configurations in which as many templates as possible print something, each as other releases too."""
        base = self.plan.base
        usual = self.ledger.accepted.get(base, frozenset())
        candidates = [base, *self.plan.known]
        picks: list[Pick] = []
        for configuration, filled in self.ledger.accepted.items():
            changed = configuration.differences(base)
            if len(changed) == 1 and filled - usual and not configuration.removed:
                picks.extend(changed)
        started = [each for each in candidates if each in self.ledger.accepted]
        started.sort(key=lambda each: -len(self.ledger.accepted[each]))
        for start in dict.fromkeys([*started[:2], *([base] if base in started else [])]) if picks else ():
            grown = settle(self.ledger, [Row(start, picks), Row(start, picks[::-1])], self._search())
            self.ledger.look(grown)
            candidates.extend(grown)
        covered: frozenset[str] = frozenset()
        while True:
            best = max(candidates, key=lambda each: len(self.ledger.accepted.get(each, frozenset()) - covered))
            added = self.ledger.accepted.get(best, frozenset()) - covered
            if not added:
                break
            self.bases.append(best)
            covered |= added
        if base not in self.bases:
            self.bases.append(base)
        everything_on = settle(self.ledger, [Row(self.bases[0], switched_on(self.plan.space))], self._search())
        self.ledger.look([other for each in (*self.bases, *everything_on) for other in self._otherwise(each)])
        if self.plan.nulls:
            self.ledger.look([oddly_named(each) for each in self.bases])
            odd_texts(self.ledger, self.plan.space, [oddly_named(each) for each in self.bases], self._search)

    def arrays(self) -> None:
        """Pairs of levels: around the base with everything free, and around each rich base with its switches fixed."""
        everything = list(range(len(self.plan.space.factors)))
        for base in self._kinds(self.plan.base):
            self._array(base, everything, 2, self.plan.seed)
        for number, base in enumerate(self.bases):
            filled = self.ledger.accepted.get(base, frozenset())
            factors = sorted({factor for name in filled for factor in self._slice(name).factors})
            switches = self._switches(base, factors, filled)
            free = [each for each in factors if each not in switches]
            for kind in self._kinds(base):
                self._array(kind, free, 2, self.plan.seed + number + 1)

    def _kinds(self, base: Configuration) -> list[Configuration]:
        """The same as each kind of release that templates tell apart."""
        return [base, *(replace(base, release=other) for other in self.plan.releases)]

    def wider(self) -> None:
        """The asked strength for each template by itself, where it prints something."""
        for name, part in self.plan.slices.items():
            base = self._base_of(name)
            if base is None or len(part.factors) > MAX_WIDE or self._size(part) <= self.plan.exhaustive:
                continue
            switches = self._switches(base, part.factors, frozenset({name}))
            factors = [each for each in part.factors if each not in switches]
            for kind in self._kinds(base):
                self._array(kind, factors, self.plan.strength, self.plan.seed)

    def _slice(self, name: str) -> Slice:
        return self.plan.slices.get(name, Slice(tuple(range(len(self.plan.space.factors)))))

    def _base_of(self, name: str) -> Configuration | None:
        bases = [*self.bases, *self.ledger.accepted]
        return next((each for each in bases if name in self.ledger.accepted.get(each, ())), None)

    def _switches(self, base: Configuration, factors: Iterable[int], filled: frozenset[str]) -> set[int]:
        """Factors of which some level makes one of these templates print nothing."""
        changes = {
            base.choose({factor: level}): factor
            for factor in factors
            for level in range(len(self.plan.space.factors[factor].levels))
            if base.levels[factor] != level and self._may_switch(factor) and (factor, level) not in self.deadly
        }
        self.ledger.look(list(changes))
        return {
            factor
            for change, factor in changes.items()
            if change in self.ledger.accepted and filled - self.ledger.accepted[change]
        }

    def _may_switch(self, factor: int) -> bool:
        levels = self.plan.space.factors[factor].levels
        return all(isinstance(level.value, (bool, str)) for level in levels) and any(
            isinstance(level.value, bool) or level.origin != "made up" for level in levels
        )

    def _search(self, covering: Covering | None = None, factors: Sequence[int] = ()) -> Search:
        search = Search(self.plan.space, covering, factors)
        for pick in self.deadly:
            search.learn(frozenset({pick}))
        return search

    def pairs(self, base: Configuration, factors: Sequence[int], seed: int) -> int:
        """Every pair of levels of these factors around a base; how many stay undecided."""
        return self._array(base, factors, 2, seed)

    def _array(self, base: Configuration, factors: Sequence[int], strength: int, seed: int) -> int:
        """Rows until every combination was in an accepted one, or was tried in vain."""
        if not factors:
            return 0
        sizes = [len(self.plan.space.factors[factor].levels) for factor in factors]
        covering = Covering(sizes, strength=strength, seed=seed)
        search = self._search(covering, factors)
        for configuration in self.ledger.accepted:
            if self._near(configuration, base, factors):
                covering.accept([configuration.levels[factor] for factor in factors])
        while covering.next_missing() is not None:
            rows, asked = self._wave(covering, base, factors)
            settled = settle(self.ledger, rows, search)
            accepted = self.ledger.look(settled)
            gained = 0
            for configuration, fine in zip(settled, accepted, strict=True):
                if fine:
                    gained += covering.accept([configuration.levels[factor] for factor in factors])
            for combination in asked:
                covering.give_up(combination)
            # What lacks now was tried and refused, or needs what no row around this base has.
            if gained * TAIL < covering.total:
                break
        return covering.missing

    def _near(self, configuration: Configuration, base: Configuration, factors: Sequence[int]) -> bool:
        chosen = set(factors)
        return (configuration.release, configuration.removed) == (base.release, base.removed) and all(
            factor in chosen for factor, _level in configuration.differences(base)
        )

    def _wave(
        self, covering: Covering, base: Configuration, factors: Sequence[int]
    ) -> tuple[list[Row], list[tuple[Pick, ...]]]:
        ahead = covering.copy()
        rows: list[Row] = []
        asked: list[tuple[Pick, ...]] = []
        for _ in range(WAVE):
            wanted = ahead.next_missing()
            if wanted is None:
                break
            levels = ahead.row({}, wanted)
            ahead.accept(levels)
            first = {factor for factor, _level in wanted}
            order = [*first, *(number for number in range(len(levels)) if number not in first)]
            rows.append(Row(base, [(factors[number], levels[number]) for number in order], len(wanted)))
            asked.append(wanted)
        return rows, asked

    def _size(self, part: Slice) -> int:
        product = 1
        for factor in part.factors:
            product *= len(self.plan.space.factors[factor].levels)
        return product

    def whole(self) -> None:
        """Every combination of what a template reads, where these are few."""
        for name, part in self.plan.slices.items():
            if self._size(part) > self.plan.exhaustive:
                continue
            for base in self._kinds(self._base_of(name) or self.plan.base):
                self._whole(part, base)

    def _whole(self, part: Slice, base: Configuration) -> None:
        alike = [each for each in self.ledger.accepted if not self.plan.releases or each.release == base.release]
        seen = {tuple(each.levels[factor] for factor in part.factors) for each in alike}
        ranges = [range(len(self.plan.space.factors[factor].levels)) for factor in part.factors]
        missing = [
            levels
            for levels in itertools.product(*ranges)
            if levels not in seen and not self.deadly & set(zip(part.factors, levels, strict=True))
        ]
        for start in dict.fromkeys([base, *(replace(each, release=base.release) for each in self.bases)]):
            rows = [start.choose(dict(zip(part.factors, levels, strict=True))) for levels in missing]
            said = self.ledger.verdicts(rows)
            taken = iter(self.ledger.look([row for row, why in zip(rows, said, strict=True) if why is None]))
            missing = [levels for levels, why in zip(missing, said, strict=True) if why or not next(taken)]
            if not missing:
                break

    def drawn(self) -> None:
        """Configurations drawn at random around the bases: more levels changed at once than arrays need."""
        chance = random.Random(self.plan.seed)  # noqa: S311 -- a choice of rows, not a secret
        search = {base: self._search() for base in self.bases}
        for start in range(0, self.plan.random, WAVE):
            base = self.bases[start // WAVE % len(self.bases)]
            rows = [
                Row(
                    base,
                    [
                        (factor, chance.randrange(len(each.levels)))
                        for factor, each in enumerate(self.plan.space.factors)
                        if chance.random() < 0.5
                    ],
                )
                for _ in range(min(WAVE, self.plan.random - start))
            ]
            self.ledger.look(settle(self.ledger, rows, search[base]))
