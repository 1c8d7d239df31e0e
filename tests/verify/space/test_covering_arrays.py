"""A covering array covers: counted by brute force, which knows nothing of how the rows were made."""

from __future__ import annotations

import itertools

import pytest

from kubilitics_chartgen.verify.space.covering import Covering


def combinations_in(rows, sizes, strength):
    found = set()
    for row in rows:
        for factors in itertools.combinations(range(len(sizes)), strength):
            found.add((factors, tuple(row[factor] for factor in factors)))
    return found


def all_combinations(sizes, strength):
    return {
        (factors, levels)
        for factors in itertools.combinations(range(len(sizes)), strength)
        for levels in itertools.product(*(range(sizes[factor]) for factor in factors))
    }


def filled(covering, allowed=lambda _row: True):
    """Rows until nothing lacks; a combination that cannot be had is given up."""
    rows = []
    while (wanted := covering.next_missing()) is not None:
        row = covering.row({}, wanted)
        if allowed(row):
            covering.accept(row)
            rows.append(row)
        covering.give_up(wanted)
    return rows


@pytest.mark.parametrize("strength", [2, 3])
@pytest.mark.parametrize("sizes", [[2, 2], [3, 2, 4], [2] * 12, [5, 3, 3, 2, 2, 2, 6], [1, 2, 3]])
@pytest.mark.parametrize("seed", [1, 7])
def test_every_combination_is_in_some_row(sizes, strength, seed):
    strength = min(strength, len(sizes))
    covering = Covering(sizes, strength=strength, seed=seed)
    assert covering.total == covering.missing == len(all_combinations(sizes, strength))
    rows = filled(covering)
    assert combinations_in(rows, sizes, strength) == all_combinations(sizes, strength)
    assert covering.missing == 0


def test_an_array_is_much_smaller_than_all_configurations():
    rows = filled(Covering([2] * 40, seed=3))
    assert len(rows) <= 20


def test_levels_that_are_forbidden_together_are_in_no_row_and_the_rest_is_covered():
    sizes = [3, 3, 3, 2, 2]
    covering = Covering(sizes, seed=2)
    covering.forbid([(0, 1), (1, 2)])
    covering.forbid([(2, 0)])
    rows = filled(covering, lambda row: covering.allowed(enumerate(row)))
    assert not any((row[0], row[1]) == (1, 2) or row[2] == 0 for row in rows)
    possible = {
        (factors, levels)
        for factors, levels in all_combinations(sizes, 2)
        if not {(0, 1), (1, 2)} <= set(zip(factors, levels, strict=True))
        and (2, 0) not in zip(factors, levels, strict=True)
    }
    assert combinations_in(rows, sizes, 2) == possible


def test_only_what_is_accepted_counts():
    covering = Covering([2, 2, 2])
    assert covering.accept([0, 0, -1]) == 1
    assert covering.missing == covering.total - 1
    assert covering.accept([0, 0, -1]) == 0


def test_the_same_seed_gives_the_same_rows():
    sizes = [3, 2, 4, 2, 2]
    assert filled(Covering(sizes, seed=5)) == filled(Covering(sizes, seed=5))
