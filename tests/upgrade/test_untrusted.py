"""Charts of others may render anything: a plan answers, and never breaks down."""

import copy
import random

import pytest

from kubilitics_chartgen.kube.versions import parse_version
from kubilitics_chartgen.upgrade import Apply, State, make_plan
from kubilitics_chartgen.upgrade.change import Identity
from tests.cluster.breakable import random_pairs

WEIRD = (
    None,
    "",
    "text",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [None],
    [[]],
    ["a", "a"],
    {"name": None},
    [{"name": "x"}, {"name": "x"}],
)


def spoilt(rng, value):
    """A copy with one value somewhere replaced by something else."""
    new = copy.deepcopy(value)
    owner, key = None, None
    here = new
    while isinstance(here, (dict, list)) and here and (owner is None or rng.random() < 0.8):
        owner, key = here, rng.choice(list(here) if isinstance(here, dict) else range(len(here)))
        if owner is new and key in ("apiVersion", "kind", "metadata"):
            key = next((name for name in new if name not in ("apiVersion", "kind", "metadata")), "spec")
        here = owner.get(key) if isinstance(owner, dict) else owner[key]
    owner[key] = rng.choice(WEIRD)
    return new


@pytest.mark.parametrize("seed", range(4))
def test_objects_of_any_shape_are_answered(seed):
    rng = random.Random(seed)
    for before, after in random_pairs(150, seed):
        sides = [before, after]
        side = rng.choice((0, 1))
        sides[side] = spoilt(rng, sides[side])
        states = [State({Identity("", item["kind"], "default", "x"): item}, {}) for item in sides]
        found = make_plan(*states, version=parse_version("1.37"), applies=tuple(Apply))
        assert len(found.changes) == 1
        empty = State({}, {})
        assert make_plan(states[0], empty, version=parse_version("1.37"), applies=(Apply.client,)).changes
