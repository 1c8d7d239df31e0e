"""Rows of a covering array, settled by a chart that refuses some: what is covered, what is not, and how it is asked."""

from __future__ import annotations

import itertools

import pytest

from kubilitics_chartgen.verify.explore.fill import WAVE, fill
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.settle import Search
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Covering
from kubilitics_chartgen.verify.space.factors import Factor, Level, Space
from kubilitics_chartgen.verify.sweep.task import Outcome, Status


class Chart:
    """A stand-in for the workers of a sweep: refuses what a rule speaks against."""

    def __init__(self, rule):
        self.rule = rule
        self.rounds = []

    def run(self, requests, **_options):
        self.rounds.append([request.verdict_only for request in requests])
        said = [self.rule(request.configuration.levels) for request in requests]
        return [
            Outcome(request.index, Status.REFUSED if message else Status.ACCEPTED, message or "")
            for request, message in zip(requests, said, strict=True)
        ]


def filled(rule, sizes, *, before=()):
    """What is accepted once an array of pairs is filled, how many pairs lack, and the chart that was asked."""
    space = Space(
        tuple(
            Factor((f"value{number}",), tuple(Level(level) for level in range(size)))
            for number, size in enumerate(sizes)
        )
    )
    chart = Chart(rule)
    ledger = Ledger(chart)
    base = Configuration((0,) * len(sizes))
    ledger.look([base, *(base.choose(change) for change in before)])
    covering = Covering(sizes, seed=3)
    missing = fill(ledger, Search(space, covering, range(len(sizes))), covering, base)
    return {each.levels for each in ledger.accepted}, missing, chart


def pairs_in(rows):
    return {
        ((one, row[one]), (other, row[other]))
        for row in rows
        for one, other in itertools.combinations(range(len(row)), 2)
    }


def named(levels):
    """Two levels that do not stand together, in words that name them."""
    return "value0: cannot be 1 while value3 is 1." if levels[0] == levels[3] == 1 else None


def silent(levels):
    """The same, in words that name nothing."""
    return "no" if levels[0] == levels[3] == 1 or levels[5] == 2 else None


@pytest.mark.parametrize("rule", [lambda _levels: None, named, silent])
def test_every_pair_that_is_accepted_is_seen(rule):
    sizes = [2, 3, 2, 2, 4, 3, 2, 2]
    accepted, missing, _chart = filled(rule, sizes)
    everything = list(itertools.product(*map(range, sizes)))
    possible = pairs_in(row for row in everything if not rule(row))
    assert pairs_in(accepted) == possible
    # A pair that a row was there for, and that it could not have, was tried in vain.
    assert missing <= len(pairs_in(everything)) - len(possible)


def test_what_was_accepted_before_is_not_asked_again():
    _accepted, missing, chart = filled(lambda _levels: None, [2, 2], before=[{0: 1}, {1: 1}, {0: 1, 1: 1}])
    assert missing == 0
    assert len(chart.rounds) == 1


def test_a_row_that_takes_long_to_settle_holds_up_no_other():
    sizes = [4] * 60

    def rule(levels):
        # Each of these is found by halving what is refused, one question after the other.
        return "no" if any(levels[factor] == 3 and levels[factor + 1] == 3 for factor in range(0, 20, 2)) else None

    _accepted, missing, chart = filled(rule, sizes)
    asked = [len(kinds) for kinds in chart.rounds if all(kinds)]
    assert missing < Covering(sizes).total / 100
    # As long as there is more to draw, half of what may be on its way is asked at once; the end alone is shorter.
    short = [number for number, count in enumerate(asked) if count < WAVE // 2]
    assert len(asked) > 10
    assert short == list(range(len(asked) - len(short), len(asked)))
