"""Autoscaling (section 5 of the delivery architecture) and drains of nodes."""

import pytest

from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, REPOSITORY, merged, profile, render

AI = "kubilitics-ai"
FRONTEND = "kubilitics-frontend"
PER_REPLICA = merged(AI_ON, {"ai": {"persistence": {"perReplica": True}, "autoscaling": {"enabled": True}}})
FRONTEND_ON = {"frontend": {"autoscaling": {"enabled": True}}}


def version(minor):
    return {"kubeVersionOverride": f"1.{minor}.0"}


def utilization(spec):
    return {
        metric["resource"]["name"]: metric["resource"]["target"]["averageUtilization"]
        for metric in spec["metrics"]
        if metric["type"] == "Resource" and metric["resource"]["target"]["type"] == "Utilization"
    }


def test_ai_scales_as_section_5_says():
    hpa = render(merged(PER_REPLICA, version(36))).get("HorizontalPodAutoscaler", AI)
    assert hpa["apiVersion"] == "autoscaling/v2"
    assert utilization(hpa["spec"]) == {"cpu": 70, "memory": 75}
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (1, 5)
    assert hpa["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": AI}


def stops_below(hpa):
    """The use, in percent, that Kubernetes stops pods below: target x (1 - tolerance)."""
    tolerance = hpa["spec"]["behavior"]["scaleDown"]["tolerance"]
    assert tolerance.endswith("m")
    return utilization(hpa["spec"])["cpu"] * (1 - int(tolerance[:-1]) / 1000)


@pytest.mark.parametrize(("target", "below"), [(70, 30), (80, 40), (50, 5), (200, 100)])
def test_from_1_35_on_pods_are_stopped_below_30_percent_as_section_5_says(target, below):
    settings = {"targetCPUUtilizationPercentage": target, "scaleDownBelowPercent": below}
    default = {} if (target, below) == (70, 30) else {"ai": {"autoscaling": settings}}
    objects = render(merged(PER_REPLICA, version(35), default))
    assert stops_below(objects.get("HorizontalPodAutoscaler", AI)) == pytest.approx(below, abs=0.3)
    assert "cannot express" not in objects.notes


def test_before_1_35_it_cannot_be_expressed_and_the_notes_say_so():
    objects = render(merged(PER_REPLICA, version(34)))
    assert "behavior" not in objects.get("HorizontalPodAutoscaler", AI)["spec"]
    assert "cannot express ai.autoscaling.scaleDownBelowPercent" in objects.notes


def test_the_operators_behavior_arrives_and_their_tolerance_wins():
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 600}, "scaleUp": {"stabilizationWindowSeconds": 30}}
    values = merged(PER_REPLICA, {"ai": {"autoscaling": {"behavior": behavior}}})
    old = render(merged(values, version(30))).get("HorizontalPodAutoscaler", AI)["spec"]["behavior"]
    assert old == behavior
    new = render(merged(values, version(36))).get("HorizontalPodAutoscaler", AI)["spec"]["behavior"]
    assert new == {**behavior, "scaleDown": {"stabilizationWindowSeconds": 600, "tolerance": "571m"}}
    own = merged(values, version(36), {"ai": {"autoscaling": {"behavior": {"scaleDown": {"tolerance": "0.3"}}}}})
    scale_down = render(own).get("HorizontalPodAutoscaler", AI)["spec"]["behavior"]["scaleDown"]
    assert scale_down["tolerance"] == "0.3"


def test_under_an_autoscaler_nothing_else_counts_the_pods():
    assert "replicas" not in render(PER_REPLICA).get("StatefulSet", AI)["spec"]
    assert "replicas" not in render(FRONTEND_ON).get("Deployment", FRONTEND)["spec"]
    without = merged(
        AI_ON,
        {"ai": {"persistence": {"enabled": False}, "autoscaling": {"enabled": True}}},
        {"vectorDatabase": {"enabled": True}},
    )
    objects = render(without)
    assert "replicas" not in objects.get("Deployment", AI)["spec"]
    assert objects.get("HorizontalPodAutoscaler", AI)["spec"]["scaleTargetRef"]["kind"] == "Deployment"


def test_the_frontend_keeps_two_pods_at_least():
    spec = render(FRONTEND_ON).get("HorizontalPodAutoscaler", FRONTEND)["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"], utilization(spec)) == (2, 5, {"cpu": 70})
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": FRONTEND}


def test_there_is_no_autoscaler_unless_asked_for():
    assert not [name for name in render(AI_ON).names if name[0] == "HorizontalPodAutoscaler"]
    off = merged(PER_REPLICA, {"ai": {"enabled": False}})
    assert not [name for name in render(off).names if name[0] == "HorizontalPodAutoscaler"]


def test_limits_alone_are_enough_because_kubernetes_takes_them_for_requests():
    values = merged(PER_REPLICA, {"ai": {"resources": {"requests": None}}})
    assert embedded(values) is None
    assert "ai.resources: autoscaling measures" in embedded(
        merged(values, {"ai": {"resources": {"limits": {"memory": None}}}})
    )


ALL = {"requests": {"cpu": "1m", "memory": "1Mi"}}


@pytest.mark.parametrize(
    ("resources", "refused"),
    [(ALL, False), ({"limits": ALL["requests"]}, False), ({"requests": {"cpu": "1m"}}, True), ({}, True), (None, True)],
)
@pytest.mark.parametrize("knob", ["sidecars", "initContainers"])
def test_a_pod_is_not_measured_where_any_of_its_containers_requests_nothing(knob, resources, refused):
    """Kubernetes sums up what all containers request, and init containers that run on; one without is an error."""
    extra = {"name": "x", "image": "y", "resources": resources, "restartPolicy": "Always"}
    if knob == "sidecars":
        del extra["restartPolicy"]
    complaint = embedded(merged(PER_REPLICA, version(36), {"ai": {knob: [extra]}}))
    assert (complaint is not None) is refused
    assert not refused or f"ai.{knob} x: autoscaling measures" in complaint


def test_what_ends_before_the_pod_runs_is_not_measured():
    assert embedded(merged(FRONTEND_ON, {"frontend": {"initContainers": [{"name": "x", "image": "y"}]}})) is None


def test_the_container_that_reloads_is_measured_where_there_is_one():
    values = merged(PER_REPLICA, {"ai": {"llmProvider": "openai", "reloadResources": {"requests": {"memory": None}}}})
    values = merged(values, {"ai": {"reloadResources": {"limits": {"memory": None}}}})
    assert embedded(values) is None
    assert "ai.reloadResources: autoscaling measures" in embedded(merged(values, {"ai": {"configReload": "sidecar"}}))


def allowed_to_leave(budget, pods):
    """How many of `pods` healthy pods a drain may evict at once, by the rules of policy/v1."""
    return min(pods, budget["spec"]["maxUnavailable"])


BUDGETS = {name: {"podDisruptionBudget": {"enabled": True}} for name in ("backend", "frontend", "ai")}


@pytest.mark.parametrize("component", BUDGETS)
def test_a_drain_is_never_blocked_not_even_of_a_single_pod(component):
    budget = render(merged(AI_ON, BUDGETS)).get("PodDisruptionBudget", f"kubilitics-{component}")
    assert "minAvailable" not in budget["spec"]
    assert [allowed_to_leave(budget, pods) for pods in (1, 2, 5)] == [1, 1, 1]


def test_a_pod_that_does_not_work_holds_up_no_drain_where_kubernetes_can_express_it():
    for minor, policy in ((26, None), (27, "AlwaysAllow")):
        objects = render(merged(AI_ON, BUDGETS, version(minor)))
        assert objects.get("PodDisruptionBudget", AI)["spec"].get("unhealthyPodEvictionPolicy") == policy


def test_a_budget_that_blocks_cannot_be_written():
    for bad in ({"maxUnavailable": 0}, {"minAvailable": 1}):
        assert embedded({"frontend": {"podDisruptionBudget": {"enabled": True, **bad}}}) is not None


def test_there_is_no_budget_for_what_is_not_there():
    values = merged(BUDGETS, {"frontend": {"enabled": False}, "ai": {"enabled": False}})
    names = [name for kind, name in render(values).names if kind == "PodDisruptionBudget"]
    assert names == ["kubilitics-backend"]


def test_the_profile_for_high_availability_survives_the_loss_of_a_node():
    objects = render(profile(REPOSITORY / "values" / "high-availability.yaml"))
    for component, kind in (("frontend", "Deployment"), ("ai", "StatefulSet")):
        name = f"kubilitics-{component}"
        assert objects.get("HorizontalPodAutoscaler", name)["spec"]["minReplicas"] >= 2
        assert objects.get("PodDisruptionBudget", name)
        spec = objects.get(kind, name)["spec"]
        spread = spec["template"]["spec"]["topologySpreadConstraints"]
        assert "kubernetes.io/hostname" in [constraint["topologyKey"] for constraint in spread]
        assert all(
            constraint["labelSelector"]["matchLabels"].items() <= spec["selector"]["matchLabels"].items()
            for constraint in spread
        )
