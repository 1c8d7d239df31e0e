"""Restarting, reloading, handing over the provider, and what AI may read: the switches of a running AI."""

import itertools

import pytest
import yaml

from tests.chart.objects import AI_ON, CHART, merged, render

AI = "kubilitics-ai"
RBAC = f"default:{AI}"


def ai(provider="openai", **settings):
    return merged(AI_ON, {"ai": {"llmProvider": provider, **settings}})


def pod(values):
    return render(values).get("Deployment", AI)["spec"]["template"]


def annotations(values):
    return pod(values)["metadata"]["annotations"]


# --- Restart


def test_a_new_token_restarts_the_pod_and_none_leaves_no_trace():
    assert "kubilitics.io/restart-token" not in annotations(ai())
    assert annotations(ai(restartToken="2026-11-01"))["kubilitics.io/restart-token"] == "2026-11-01"
    assert pod(ai(restartToken="a")) != pod(ai(restartToken="b"))
    with_own = ai(restartToken="a", podAnnotations={"kubilitics.io/restart-token": "stuck"})
    assert annotations(with_own)["kubilitics.io/restart-token"] == "a"


# --- Reload


SIDECAR = ai(configReload="sidecar")


def test_by_default_a_change_restarts_the_pod_and_there_is_one_container():
    spec = pod(ai())["spec"]
    assert [container["name"] for container in spec["containers"]] == ["ai"]
    assert "shareProcessNamespace" not in spec


def test_the_sidecar_is_of_ais_own_image_and_user_and_sees_its_processes():
    spec = pod(SIDECAR)["spec"]
    main, sidecar = spec["containers"]
    assert spec["shareProcessNamespace"] is True
    assert sidecar["image"] == main["image"]
    assert "runAsUser" not in sidecar["securityContext"]
    assert "env" not in sidecar
    assert sidecar["volumeMounts"] == [{"name": "config", "mountPath": "/etc/kubilitics", "readOnly": True}]
    assert sidecar["command"] == ["/bin/sh", "/etc/kubilitics/reload.sh"]
    data = render(SIDECAR).get("ConfigMap", AI)["data"]
    assert data["reload.sh"].strip() == (CHART / "files" / "ai" / "reload.sh").read_text(encoding="utf-8").strip()


def test_the_configuration_is_mounted_as_a_folder_so_that_changes_arrive():
    (mount,) = [item for item in pod(SIDECAR)["spec"]["containers"][0]["volumeMounts"] if item["name"] == "config"]
    assert "subPath" not in mount


def test_with_the_sidecar_another_model_restarts_nothing_and_everything_else_does():
    other_model = merged(SIDECAR, {"ai": {"providers": {"openai": {"model": "gpt-5"}}}})
    assert pod(other_model) == pod(SIDECAR)
    assert render(other_model).get("ConfigMap", AI) != render(SIDECAR).get("ConfigMap", AI)
    assert pod(merged(SIDECAR, {"ai": {"autonomyLevel": 0}})) != pod(SIDECAR)
    assert pod(merged(SIDECAR, {"ai": {"llmProvider": "anthropic"}})) != pod(SIDECAR)


def test_the_backend_is_never_signalled():
    backend = render(SIDECAR).get("Deployment", "kubilitics-backend")["spec"]["template"]["spec"]
    assert len(backend["containers"]) == 1
    assert "shareProcessNamespace" not in backend


# --- Handing over the provider


def hook(values):
    (container,) = pod(values)["spec"]["containers"]
    return container["lifecycle"]["postStart"]["exec"]["command"]


def test_nothing_is_handed_over_by_default():
    assert "lifecycle" not in pod(ai())["spec"]["containers"][0]
    assert list(render(ai()).get("ConfigMap", AI)["data"]) == ["config.yaml"]


@pytest.mark.parametrize(
    ("provider", "settings", "arguments"),
    [
        ("openai", {}, ["openai", "gpt-4", "", "OPENAI_API_KEY", ""]),
        ("anthropic", {}, ["anthropic", "claude-3-5-sonnet-20241022", "", "ANTHROPIC_API_KEY", ""]),
        ("ollama", {"endpoint": "http://o:1"}, ["ollama", "llama3", "http://o:1", "", "OLLAMA_BASE_URL"]),
        ("ollama", {}, ["ollama", "llama3", "", "", "OLLAMA_BASE_URL"]),
    ],
)
def test_the_hook_names_the_keys_variable_and_never_the_key(provider, settings, arguments):
    values = ai(provider, initializeProvider={"enabled": True}, providers={provider: settings})
    assert hook(values) == ["/bin/sh", "/etc/kubilitics/initialize-provider.sh", *arguments]
    script = render(values).get("ConfigMap", AI)["data"]["initialize-provider.sh"]
    assert yaml.safe_load(render(values).get("ConfigMap", AI)["data"]["config.yaml"])["llm"]["provider"] == provider
    assert "http://127.0.0.1:8081" in script


def test_the_notes_warn_that_the_key_is_stored_unencrypted():
    assert "unencrypted" in render(ai(initializeProvider={"enabled": True})).notes
    assert "unencrypted" not in render(ai()).notes


# --- Rights


def rights(values):
    """(kind, namespace) of AI's roles and bindings, but for those that are about its own Secret and ConfigMap."""
    return sorted(
        (item["kind"], item["metadata"].get("namespace", ""))
        for item in render(values).of("ai")
        if item["kind"].endswith(("Role", "RoleBinding")) and item["metadata"]["name"] != AI
    )


def test_by_default_ai_may_read_nothing_of_the_cluster_and_has_no_token():
    assert rights(ai()) == []
    assert pod(ai())["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ({}, [("Role", "default"), ("RoleBinding", "default")]),
        (
            {"namespaces": ["a", "b"]},
            [("Role", "a"), ("Role", "b"), ("RoleBinding", "a"), ("RoleBinding", "b")],
        ),
        ({"scope": "cluster"}, [("ClusterRole", ""), ("ClusterRoleBinding", "")]),
        ({"scope": "cluster", "namespaces": ["a"]}, [("ClusterRole", ""), ("ClusterRoleBinding", "")]),
    ],
)
def test_the_switch_grants_pods_services_and_events_to_read_and_nothing_else(access, expected):
    values = ai(clusterAccess={"enabled": True, **access})
    assert rights(values) == expected
    assert pod(values)["spec"]["automountServiceAccountToken"] is True
    for item in render(values).of("ai"):
        if item["kind"] in ("Role", "ClusterRole") and item["metadata"]["name"] != AI:
            assert item["metadata"]["name"] == RBAC
            granted = {
                (group, resource, verb)
                for rule in item["rules"]
                for group, resource, verb in itertools.product(rule["apiGroups"], rule["resources"], rule["verbs"])
            }
            assert granted == set(itertools.product([""], ["pods", "services", "events"], ["get", "list", "watch"]))
        if item["kind"].endswith("RoleBinding") and item["metadata"]["name"] != AI:
            assert item["subjects"] == [{"kind": "ServiceAccount", "name": AI, "namespace": "default"}]
            assert item["roleRef"]["name"] == RBAC
            assert item["roleRef"]["kind"] == item["kind"].removesuffix("Binding")


def test_with_ai_off_the_switch_grants_nothing():
    values = merged(ai(clusterAccess={"enabled": True}), {"ai": {"enabled": False}})
    assert render(values).of("ai") == []


def test_two_releases_in_one_cluster_have_rights_of_their_own():
    values = ai(clusterAccess={"enabled": True, "scope": "cluster"})
    names = [
        {name for kind, name in render(values, namespace=namespace).names if kind == "ClusterRole"}
        for namespace in ("one", "two")
    ]
    assert not names[0] & names[1]
