"""Autoscalers are acted on and never fought by an upgrade; budgets let every node be drained."""

import pytest

from tests.cluster.cluster import eventually
from tests.cluster.metrics_stand_in import serve_metrics
from tests.cluster.plan_accuracy import quiet_namespace
from tests.cluster.profiles import CHART, PROFILES, merged, prepare, profile

SCALED = {
    "frontend": {
        "autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 4},
        "podDisruptionBudget": {"enabled": True},
    },
    "backend": {"podDisruptionBudget": {"enabled": True}},
}
HIGH_AVAILABILITY = next(path for path in PROFILES if path.stem == "high-availability")


def replicas(cluster, namespace):
    found = cluster.get("apps/v1", "Deployment", "kubilitics-frontend", namespace)
    return found["spec"]["replicas"]


@pytest.fixture
def usage(cluster, namespace):
    with serve_metrics(cluster, namespace) as serving:
        yield serving


def test_pods_come_with_load_and_stay_through_every_kind_of_upgrade(cluster, usage, namespace, helm):
    usage.millicores["frontend"] = 1
    helm.install(CHART, namespace, SCALED, wait=True)
    usage.millicores["frontend"] = 5000
    eventually(lambda: replicas(cluster, namespace) == 4, "four pods under load", 60)
    helm.upgrade(CHART, namespace, SCALED)
    assert replicas(cluster, namespace) == 4
    helm.upgrade(CHART, namespace, merged(SCALED, {"frontend": {"podAnnotations": {"changed": "yes"}}}), wait=True)
    assert replicas(cluster, namespace) == 4
    assert helm.history(namespace) == ["superseded", "superseded", "deployed"]


def test_an_upgrade_leaves_an_autoscaler_as_the_server_keeps_it(cluster, usage, namespace, helm):
    """The server fills fields in; an upgrade with the same values must not take them out again."""
    prepare(cluster, namespace, HIGH_AVAILABILITY)
    helm.install(CHART, namespace, profile(HIGH_AVAILABILITY), wait=True)
    before = autoscalers(cluster, namespace)
    helm.upgrade(CHART, namespace, profile(HIGH_AVAILABILITY))
    assert autoscalers(cluster, namespace) == before
    assert set(before) == {"kubilitics-ai", "kubilitics-frontend"}


def autoscalers(cluster, namespace):
    items = cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace)
    return {item["metadata"]["name"]: (item["metadata"].get("generation"), item["spec"]) for item in items}


def test_every_pod_can_be_drained_one_after_the_other(cluster, namespace, helm3):
    prepare(cluster, namespace, HIGH_AVAILABILITY)
    helm3.install(CHART, namespace, profile(HIGH_AVAILABILITY), wait=True)
    budgets = cluster.list("policy/v1", "PodDisruptionBudget", namespace)
    assert sorted(item["metadata"]["name"] for item in budgets) == [
        "kubilitics-ai",
        "kubilitics-backend",
        "kubilitics-frontend",
    ]
    for pod in cluster.pods(namespace):
        eventually(lambda pod=pod: cluster.evict(pod) == 201, f"{pod['metadata']['name']} may go")
        gone = pod["metadata"]["uid"]
        eventually(lambda gone=gone: gone not in uids(cluster, namespace), "the pod is gone")
    cluster.wait_ready(namespace)


def test_a_budget_lets_one_pod_go_at_a_time(cluster, namespace, helm3):
    values = merged(SCALED, {"frontend": {"autoscaling": {"enabled": False}, "replicas": 3}})
    helm3.install(CHART, namespace, values, wait=True)
    eventually(lambda: disruptions(cluster, namespace) == 1, "the budget has counted")
    # No pod can be made any more, so that the first eviction is not made good.
    quiet_namespace(cluster, namespace)
    eventually(lambda: quota(cluster, namespace), "the quota is enforced")
    first, second, *_others = [pod for pod in cluster.pods(namespace, "frontend") if is_ready(pod)]
    assert cluster.evict(first) == 201
    eventually(lambda: disruptions(cluster, namespace) == 0, "the budget has counted the eviction")
    assert cluster.evict(second) == 429


def quota(cluster, namespace):
    (found,) = cluster.list("v1", "ResourceQuota", namespace)
    return found.get("status", {}).get("hard")


def disruptions(cluster, namespace):
    budget = cluster.get("policy/v1", "PodDisruptionBudget", "kubilitics-frontend", namespace)
    return budget.get("status", {}).get("disruptionsAllowed")


def is_ready(pod):
    return any(item["type"] == "Ready" and item["status"] == "True" for item in pod["status"].get("conditions", []))


def uids(cluster, namespace):
    return {pod["metadata"]["uid"] for pod in cluster.pods(namespace)}
