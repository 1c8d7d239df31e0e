"""What the backend may do: read-only by default, no Secrets, no wildcards, and never more than asked for."""

import itertools

import pytest

from tests.chart.helms import embedded
from tests.chart.objects import render

NAME = "default:kubilitics-backend"
READ_VERBS = {"get", "list", "watch"}


def rules(objects):
    return [rule for item in objects.all if item["kind"] in ("Role", "ClusterRole") for rule in item["rules"]]


def rbac(**settings):
    return {"rbac": settings}


SCOPES = [
    rbac(scope=scope, manage=manage, exec=shell)
    for scope, manage, shell in itertools.product(("cluster", "namespaces"), (False, True), (False, True))
]


@pytest.mark.parametrize("values", SCOPES, ids=str)
def test_nothing_is_granted_by_wildcard_and_no_secret_can_be_read(values):
    for rule in rules(render(values)):
        flat = rule["apiGroups"] + rule["resources"] + rule["verbs"]
        assert "*" not in flat
        assert "secrets" not in rule["resources"]
        assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"])


def test_by_default_the_backend_reads_and_changes_nothing():
    objects = render()
    assert {verb for rule in rules(objects) for verb in rule["verbs"]} <= READ_VERBS
    view = objects.get("ClusterRoleBinding", f"{NAME}:view")
    assert view["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    assert view["subjects"] == [{"kind": "ServiceAccount", "name": "kubilitics-backend", "namespace": "default"}]
    assert objects.get("ClusterRoleBinding", NAME)["roleRef"]["name"] == NAME


def test_scope_namespaces_grants_nothing_on_the_cluster():
    objects = render(rbac(scope="namespaces", namespaces=["team-a", "team-b"]))
    assert not [kind for kind, _ in objects.names if kind.startswith("Cluster")]
    bindings = [item for item in objects.all if item["kind"] == "RoleBinding"]
    assert [(item["metadata"]["namespace"], item["roleRef"]["name"]) for item in bindings] == [
        ("team-a", "view"),
        ("team-b", "view"),
    ]
    assert all(item["subjects"][0]["namespace"] == "default" for item in bindings)


def test_scope_namespaces_without_a_list_means_the_releases_own():
    objects = render(rbac(scope="namespaces"), namespace="here")
    bindings = [item for item in objects.all if item["kind"] == "RoleBinding"]
    assert [item["metadata"]["namespace"] for item in bindings] == ["here"]


def test_management_is_a_switch():
    deployments = [rule for rule in rules(render(rbac(manage=True))) if "deployments" in rule["resources"]]
    assert {verb for rule in deployments for verb in rule["verbs"]} == {"create", "delete", "patch", "update"}
    assert not [rule for rule in rules(render(rbac(manage=True))) if "pods/exec" in rule["resources"]]


def test_shells_in_pods_are_a_switch_of_their_own():
    shell = [rule for rule in rules(render(rbac(exec=True))) if "pods/exec" in rule["resources"]]
    assert len(shell) == 1
    assert not [rule for rule in rules(render(rbac(exec=True))) if "deployments" in rule["resources"]]


def test_management_in_namespaces_is_a_role_in_each():
    objects = render(rbac(scope="namespaces", namespaces=["team-a", "team-b"], manage=True))
    roles = [item for item in objects.all if item["kind"] == "Role"]
    assert [item["metadata"]["namespace"] for item in roles] == ["team-a", "team-b"]
    own = [item for item in objects.all if item["kind"] == "RoleBinding" and item["roleRef"]["kind"] == "Role"]
    assert [item["metadata"]["namespace"] for item in own] == ["team-a", "team-b"]


def test_an_administrator_can_bring_the_roles_instead():
    kinds = {kind for kind, _ in render(rbac(create=False)).names}
    assert not kinds & {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}


def test_an_existing_service_account_is_used_and_none_is_made():
    objects = render({"backend": {"serviceAccount": {"create": False, "name": "mine"}}})
    assert ("ServiceAccount", "kubilitics-backend") not in objects.names
    assert objects.get("Deployment", "kubilitics-backend")["spec"]["template"]["spec"]["serviceAccountName"] == "mine"
    assert objects.get("ClusterRoleBinding", NAME)["subjects"][0]["name"] == "mine"


def test_no_rights_go_to_the_account_that_every_pod_has():
    unnamed = {"serviceAccount": {"create": False}}
    assert "ai.serviceAccount.name: with serviceAccount.create" in embedded({"ai": {"enabled": True, **unnamed}})
    # Of the backend releases before took it, and this one goes on to; the notes warn.
    for values in ({"backend": unnamed}, {"frontend": unnamed}, {"ai": unnamed}):
        assert embedded(values) is None
    (pod,) = [pod for name, pod in render({"frontend": unnamed}).pods() if name == "kubilitics-frontend"]
    assert pod["spec"]["serviceAccountName"] == "default"
