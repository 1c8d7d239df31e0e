"""What `plan` says of an upgrade is what a real API server does: no refusal unannounced, no false alarm."""

from pathlib import Path

import pytest

from kubilitics_chartgen.kube.defaults import defaulted
from kubilitics_chartgen.upgrade import Apply
from tests.cluster import control_plane
from tests.cluster.breakable import KINDS, random_pairs
from tests.cluster.cluster import Cluster
from tests.cluster.plan_accuracy import chart_pairs, compare, kubectl_of, table, wrong
from tests.cluster.plan_states import chart_states
from tests.tools import needed

APPLIES = [pytest.param(apply, id=apply.value) for apply in Apply]


@pytest.fixture(scope="module")
def cluster():
    """One in which nobody makes pods: what is compared are objects, and hundreds of workloads come at once.

    A quota of no pods would do for that, but controllers try again and again, ten times a second in all, and those of
    other tests wait in the same line.
    """
    binaries = Path(needed(control_plane.programs(), control_plane.MISSING))
    with control_plane.running(binaries, makes_pods=False) as plane:
        yield Cluster(plane.kubeconfig)


@pytest.fixture
def kubectl():
    return kubectl_of(control_plane.programs())


@pytest.mark.parametrize("apply", APPLIES)
def test_random_upgrades_between_charts_made_to_break(cluster, kubectl, namespace, apply):
    outcomes = compare(cluster, kubectl, namespace, list(random_pairs(320, seed=11)), apply)
    assert wrong(outcomes) == [], table(outcomes)
    assert len(outcomes) >= 300
    assert {item.happened for item in outcomes} == {"unchanged", "changed", "restart", "refused"}
    assert {item.after["kind"] for item in outcomes} == set(KINDS)


@pytest.mark.parametrize("apply", APPLIES)
def test_upgrades_between_profiles_and_releases(cluster, kubectl, namespace, apply):
    pairs, transitions = chart_pairs(chart_states(namespace))
    assert transitions >= 1000
    outcomes = compare(cluster, kubectl, namespace, pairs, apply)
    assert wrong(outcomes) == [], table(outcomes)
    assert len(outcomes) == len(pairs)
    assert {item.happened for item in outcomes} >= {"changed", "restart", "refused"}


def test_the_server_stores_what_the_defaults_say(cluster, namespace):
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "c"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    stored = cluster.apply({**claim, "metadata": {"name": "c", "namespace": namespace}}, dry_run=True)
    ours = defaulted(claim, 37)
    assert stored["spec"] == {**ours["spec"], "storageClassName": "standard"}
    assert stored["metadata"]["finalizers"] == ours["metadata"]["finalizers"]
