"""A ClusterRole is granted with the one that takes it in: rbac/v1, AggregationRule.clusterRoleSelectors."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of

RBAC = "rbac.authorization.k8s.io"
TAKES = {"matchLabels": {"part-of": "all"}}


def role(name, labels=None, takes=(), kind="ClusterRole"):
    obj = {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name, "labels": labels or {}}}
    return {**obj, "aggregationRule": {"clusterRoleSelectors": list(takes)}} if takes else obj


def binding(name):
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}, "roleRef": reference}


def unbound(*objects):
    return [fault.object for _name, fault in judged([of(item) for item in objects], context(), "bindings")]


@pytest.mark.parametrize(
    "selector",
    [
        TAKES,
        {"matchExpressions": [{"key": "part-of", "operator": "In", "values": ["all", "none"]}]},
        {"matchExpressions": [{"key": "part-of", "operator": "Exists"}]},
    ],
)
def test_what_a_bound_role_takes_in_is_bound(selector):
    part, whole = role("part", {"part-of": "all"}), role("whole", takes=[{"matchLabels": {"x": "y"}}, selector])
    assert unbound(part, whole, binding("whole")) == []
    assert unbound(part, whole) == ["ClusterRole/part", "ClusterRole/whole"]


def test_one_takes_in_what_takes_in_others():
    inner = role("inner", {"part-of": "some"}, [TAKES])
    outer = role("outer", takes=[{"matchLabels": {"part-of": "some"}}])
    assert unbound(role("part", {"part-of": "all"}), inner, outer, binding("outer")) == []
    cluster = role("view", {f"{RBAC}/aggregate-to-view": "true"}, [TAKES])
    assert unbound(role("part", {"part-of": "all"}), cluster) == []


def test_other_labels_and_other_kinds_are_not_taken_in():
    others = [role("other", {"part-of": "none"}), role("own", {"part-of": "all"}, kind="Role")]
    assert unbound(*others, role("whole", takes=[TAKES]), binding("whole")) == ["ClusterRole/other", "Role/own"]
