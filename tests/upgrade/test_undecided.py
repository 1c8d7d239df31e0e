"""How often a plan without a cluster must leave an answer open."""

from tests.cluster.plan_accuracy import chart_pairs, undecided
from tests.cluster.plan_states import chart_states


def test_at_most_one_upgrade_in_twenty_depends_on_what_only_the_cluster_knows():
    states = chart_states("shop")
    _pairs, transitions = chart_pairs(states)
    assert transitions >= 1000
    assert 0 < undecided(states) <= transitions / 20
