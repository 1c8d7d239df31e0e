"""Charts that are written as others write them: what is found there is wrong there, and nothing else is found.

`scaffold` is what `helm create` of Helm 4 makes, `broker` a stateful service with old-fashioned labels, a Service for
each pod and hooks, `operator` one with webhooks, certificates, its own kinds and RBAC.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.checks.rendered import context, judged, of, rendered

OTHERS = Path(__file__).parent / "others"
EVERYTHING = {
    "autoscaling": {"enabled": True},
    "ingress": {"enabled": True, "tls": [{"secretName": "x", "hosts": ["chart-example.local"]}]},
    "httpRoute": {"enabled": True},
}
# By default the scaffold sets neither security contexts nor resources, and its test pod carries the Service's labels.
SCAFFOLD = {
    ("pod-security", "Deployment/shop-scaffold"),
    ("pod-security", "Pod/shop-scaffold-test-connection"),
    ("resources", "Deployment/shop-scaffold"),
    ("resources", "Pod/shop-scaffold-test-connection"),
    ("images", "Pod/shop-scaffold-test-connection"),
    ("selectors", "Deployment/shop-scaffold"),
    ("selectors", "Service/shop-scaffold"),
}
# It reads every Secret of the cluster.
OPERATOR = {("permissions", "ClusterRole/shop-operator")}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("scaffold", {}, SCAFFOLD),
        ("scaffold", EVERYTHING, SCAFFOLD | {("autoscaling", "Deployment/shop-scaffold")}),
        ("broker", {}, set()),
        ("broker", {"external": True, "auth": {"existingSecret": "mine"}, "metrics": False}, set()),
        ("operator", {}, OPERATOR),
        ("operator", {"installCRDs": False}, OPERATOR),
    ],
)
def test_nothing_is_found_that_is_not_wrong(name, values, expected):
    chart = OTHERS / name
    found = judged(rendered(chart, values), context(chart))
    assert {(check, fault.object) for check, fault in found} == expected


def test_a_service_for_each_pod_of_a_stateful_set_finds_its_pod():
    chart = OTHERS / "broker"
    services = [item.name for item in rendered(chart, {"external": True}) if item.kind == "Service"]
    assert "shop-broker-replica-2-external" in services


def test_a_pod_with_two_budgets_can_never_be_evicted():
    chart = OTHERS / "broker"
    items = rendered(chart)
    (budget,) = [item for item in items if item.kind == "PodDisruptionBudget"]
    second = of({**budget.object, "metadata": {"name": "shop-broker-too"}})
    found = judged([*items, second], context(chart))
    assert [(check, fault.object) for check, fault in found] == [("selectors", "PodDisruptionBudget/shop-broker-too")]
