"""More than a hundred real upgrades between random states: refusals and replaced pods are those that were planned."""

import pytest

from tests.cluster.helms import HelmFailed
from tests.cluster.plan_rollouts import walks
from tests.cluster.profiles import CHART


@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_each_upgrade_of_a_walk_is_what_was_planned(request, cluster, name):
    steps = walks(cluster, request.getfixturevalue(name), rollouts=51, seed=3)
    assert [step.wrong for step in steps if step.wrong] == []
    assert sum(step.happened == "rolled out" for step in steps) == 51
    assert sum(step.happened == "refused" for step in steps) >= 5
    assert sum(step.replaced for step in steps) >= 10
    assert sum(step.kept for step in steps) >= 10


@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_helm_3_cannot_roll_back_a_failed_upgrade_that_had_left_objects_out(request, cluster, namespace, name):
    helm = request.getfixturevalue(name)
    helm.install(CHART, namespace, {})
    smaller = {"networkPolicy": {"enabled": False}, "backend": {"persistence": {"size": "1Gi"}}}
    with pytest.raises(HelmFailed, match="less than"):
        helm.upgrade(CHART, namespace, smaller)
    if helm.major == 4:
        helm.rollback(namespace, 1)
    else:
        with pytest.raises(HelmFailed, match='no NetworkPolicy with the name "kubilitics-backend" found'):
            helm.rollback(namespace, 1)
        helm.upgrade(CHART, namespace, {}, reset=True)
    cluster.wait_ready(namespace)
    assert helm.history(namespace)[-1] == "deployed"
