"""Rules that grant nothing: requests for what is in no namespace are judged by ClusterRoleBindings alone.

plugin/pkg/auth/authorizer/rbac/rbac.go, VisitRulesFor; scopes are those of `kubectl api-resources`.
"""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of

RBAC = "rbac.authorization.k8s.io"


def found(groups, resources, verbs, kind="Role"):
    rule = {"apiGroups": groups, "resources": resources, "verbs": verbs}
    role = of({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": "x"}, "rules": [rule]})
    return [(one.path, one.message.split("`")[1], one.severity) for _, one in judged([role], context(), "roles")]


@pytest.mark.parametrize(
    ("groups", "resource"),
    [
        ([""], "nodes"),
        ([""], "nodes/proxy"),
        (["", "apps"], "persistentvolumes"),
        ([RBAC], "clusterroles"),
        (["storage.k8s.io"], "storageclasses"),
        (["metrics.k8s.io"], "nodes"),
        (["authentication.k8s.io"], "tokenreviews"),
    ],
)
def test_a_role_grants_nothing_of_what_is_in_no_namespace(groups, resource):
    assert found(groups, ["pods", resource], ["get"]) == [("rules[0].resources", resource, "warning")]
    assert found(groups, ["pods", resource], ["get"], "ClusterRole") == []


@pytest.mark.parametrize(
    ("groups", "resource"),
    [
        # apiserver/pkg/endpoints/request/requestinfo.go: a namespace is asked for in itself.
        ([""], "namespaces"),
        ([""], "pods"),
        (["apps"], "nodes"),
        (["*"], "nodes"),
        (["", "shop.example"], "nodes"),
        ([""], "*"),
        (["authorization.k8s.io"], "localsubjectaccessreviews"),
    ],
)
def test_what_it_may_grant_is_no_fault(groups, resource):
    assert found(groups, [resource], ["get"]) == []


@pytest.mark.parametrize("verb", ["lists", "gets", "wacth", "udpate", "deletes", "Get", "LIST", "deletecollections"])
def test_a_mistyped_verb_is_found(verb):
    assert found([""], ["pods"], ["get", verb]) == [("rules[0].verbs", verb, None)]


@pytest.mark.parametrize(
    "verb", ["*", "deletecollection", "impersonate", "impersonate:user-info", "approve", "sign", "use", "read", "sync"]
)
def test_a_verb_that_some_program_may_ask_for_is_no_fault(verb):
    assert found([""], ["pods"], [verb]) == []
    assert found(["shop.example"], ["orders"], ["lists"]) == []
