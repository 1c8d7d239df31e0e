"""Budgets that let no pod go: pkg/controller/disruption, getExpectedPodCount; percentages are rounded up there."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of

LABELS = {"app": "web"}
SCALER = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
KEDA = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "web"}}


def budget(**spec):
    spec = {"selector": {"matchLabels": LABELS}, **spec}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": spec}


def workload(replicas=None, kind="Deployment", name="web"):
    counted = {} if replicas is None else {"replicas": replicas}
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": []}}
    spec = {**counted, "selector": {"matchLabels": LABELS}, "template": template}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def scaler(obj, **target):
    return {**obj, "spec": {"scaleTargetRef": {"name": "web", **target}}}


def found(*objects):
    return [fault.path for _name, fault in judged([of(item) for item in objects], context(), "budgets")]


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"maxUnavailable": 0}, workload(3)),
        ({"maxUnavailable": "0%"}, workload(3)),
        ({"minAvailable": "100%"}, workload(3)),
        ({"minAvailable": 1}, workload()),
        ({"minAvailable": 1}, workload(1, "StatefulSet")),
        ({"minAvailable": 3}, workload(2)),
        ({"minAvailable": "50%"}, workload(1)),
        ({"minAvailable": "67%"}, workload(2)),
    ],
)
def test_one_that_lets_no_pod_go_is_found(said, made):
    assert found(budget(**said), made) == [f"spec.{next(iter(said))}"]


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"maxUnavailable": 1}, [workload(1)]),
        ({"maxUnavailable": "1%"}, [workload(1)]),
        ({"minAvailable": 0}, [workload(1)]),
        ({"minAvailable": 1}, [workload(2)]),
        ({"minAvailable": "50%"}, [workload(2)]),
        ({"minAvailable": 1}, [workload(0)]),
        ({"minAvailable": 1}, [workload(1), workload(1, name="more")]),
        ({"minAvailable": 1}, [workload(), scaler(SCALER, kind="Deployment")]),
        ({"minAvailable": 1}, [workload(), scaler(KEDA)]),
        # The controller waits for pods, and there are none; a drain passes over those of DaemonSets.
        ({"maxUnavailable": 0}, []),
        ({"maxUnavailable": 0}, [workload(kind="DaemonSet")]),
        # policy/v1, PodDisruptionBudgetSpec: a null selector matches no pods.
        ({"maxUnavailable": 0, "selector": None}, [workload(3)]),
        ({"maxUnavailable": 0, "minAvailable": "100%"}, [workload(3)]),
    ],
)
def test_one_that_may_let_one_go_is_no_fault(said, made):
    assert found(budget(**said), *made) == []
