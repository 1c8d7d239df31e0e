"""Real upgrades between random states: refused where the plan says so, and pods replaced where it says so, no others.

`make plan-accuracy` walks more than a hundred steps.
"""

import pytest

from tests.cluster.plan_rollouts import walk


@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_each_upgrade_of_a_walk_is_what_was_planned(request, cluster, namespace, name):
    steps = list(walk(cluster, request.getfixturevalue(name), namespace, steps=7, seed=5))
    assert [step.wrong for step in steps if step.wrong] == []
    assert sum(step.happened == "rolled out" for step in steps) >= 4
    assert sum(step.replaced for step in steps) >= 2
    assert sum(step.kept for step in steps) >= 2
