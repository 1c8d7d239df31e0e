"""What is deployed with AI on. Numbers and names: sections 5, 8 and 9 of the delivery architecture."""

import json

import pytest
import yaml

from tests.chart.objects import AI_ON, merged, render

AI = "kubilitics-ai"
PROVIDERS = ["none", "openai", "anthropic", "ollama"]


def ai_with(provider, **settings):
    return merged(AI_ON, {"ai": {"llmProvider": provider, **settings}})


def test_section_5_lists_exactly_these_objects():
    names = [(item["kind"], item["metadata"]["name"]) for item in render(AI_ON).of("ai")]
    assert sorted(names) == [
        ("ConfigMap", AI),
        ("ConfigMap", "kubilitics-ai-discovery"),
        ("Deployment", AI),
        ("NetworkPolicy", AI),
        ("NetworkPolicy", "kubilitics-ai-from-core"),
        ("NetworkPolicy", "kubilitics-ai-queries"),
        ("NetworkPolicy", "kubilitics-ai-test"),
        ("PersistentVolumeClaim", AI),
        ("Role", AI),
        ("RoleBinding", AI),
        ("Service", AI),
        ("ServiceAccount", AI),
    ]


def test_what_ai_tells_clients_is_the_discovery_document_with_its_flags():
    (document,) = render(ai_with("openai")).get("ConfigMap", "kubilitics-ai-discovery")["data"].values()
    (core,) = [render({}).get("ConfigMap", "kubilitics-frontend")["data"]["discovery.json"]]
    assert json.loads(core)["ai"] is None
    flags = json.loads(document)["ai"]
    assert {**json.loads(document), "ai": None} == json.loads(core)
    assert flags["provider"] == "openai"
    assert flags["features"]["investigation"] is True
    assert "are sent to OpenAI" in flags["notices"][0]
    inside = merged(
        ai_with("ollama"), {"ai": {"providers": {"ollama": {"endpoint": "http://ollama.models.svc:11434"}}}}
    )
    local = render(inside).get("ConfigMap", "kubilitics-ai-discovery")["data"]["discovery.json"]
    assert json.loads(local)["ai"]["notices"] == []


def test_the_frontend_takes_ais_document_only_if_it_is_there():
    spec = render({}).get("Deployment", "kubilitics-frontend")["spec"]["template"]["spec"]
    (volume,) = [item for item in spec["volumes"] if item["name"] == "ai-discovery"]
    assert volume["configMap"] == {"name": "kubilitics-ai-discovery", "optional": True}


def test_ai_is_found_at_kubilitics_ai_8081_inside_the_cluster_only():
    service = render(AI_ON).get("Service", AI)
    assert service["spec"]["type"] == "ClusterIP"
    assert service["spec"]["ports"] == [
        {"name": "http", "port": 8081, "targetPort": "http", "appProtocol": "http", "protocol": "TCP"}
    ]


def test_requests_and_limits_are_those_of_section_9():
    assert render(AI_ON).container(AI)["resources"] == {
        "requests": {"memory": "256Mi", "cpu": "500m"},
        "limits": {"memory": "1Gi", "cpu": "2"},
    }


def test_go_is_told_of_nine_tenths_of_the_memory_limit():
    assert render(AI_ON).env(AI)["GOMEMLIMIT"] == str(1024**3 * 9 // 10)
    smaller = merged(AI_ON, {"ai": {"resources": {"limits": {"memory": "500M"}}}})
    assert render(smaller).env(AI)["GOMEMLIMIT"] == "450000000"
    unlimited = merged(AI_ON, {"ai": {"resources": {"limits": {"memory": None}}}})
    assert "GOMEMLIMIT" not in render(unlimited).env(AI)


def test_storage_is_10gi_at_data_ai_and_the_path_is_in_the_environment():
    objects = render(AI_ON)
    claim = objects.get("PersistentVolumeClaim", AI)
    assert claim["spec"] == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    mounts = {mount["mountPath"]: mount for mount in objects.container(AI)["volumeMounts"]}
    assert mounts["/data/ai"] == {"name": "data", "mountPath": "/data/ai"}
    assert objects.env(AI)["KUBILITICS_DATABASE_PATH"] == "/data/ai/kubilitics-ai.db"


def test_the_audit_log_survives_restarts_on_the_same_volume():
    mounts = {mount["mountPath"]: mount for mount in render(AI_ON).container(AI)["volumeMounts"]}
    assert mounts["/app/logs"] == {"name": "data", "mountPath": "/app/logs", "subPath": "logs"}


def test_storage_class_and_size_are_the_operators_choice():
    values = merged(AI_ON, {"ai": {"persistence": {"size": "50Gi", "storageClass": "fast"}}})
    spec = render(values).get("PersistentVolumeClaim", AI)["spec"]
    assert spec["resources"]["requests"]["storage"] == "50Gi"
    assert spec["storageClassName"] == "fast"
    none = merged(AI_ON, {"ai": {"persistence": {"storageClass": "-"}}})
    assert render(none).get("PersistentVolumeClaim", AI)["spec"]["storageClassName"] == ""


def test_an_existing_claim_is_used_and_none_is_made():
    objects = render(merged(AI_ON, {"ai": {"persistence": {"existingClaim": "mine"}}}))
    assert ("PersistentVolumeClaim", AI) not in objects.names
    volumes = objects.get("Deployment", AI)["spec"]["template"]["spec"]["volumes"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}} in volumes


def test_two_writers_never_meet_on_one_database_file():
    spec = render(AI_ON).get("Deployment", AI)["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize(
    ("provider", "variable", "key"),
    [("openai", "OPENAI_API_KEY", "openai-api-key"), ("anthropic", "ANTHROPIC_API_KEY", "anthropic-api-key")],
)
def test_the_key_is_an_environment_variable_from_the_existing_secret(provider, variable, key):
    objects = render(ai_with(provider))
    reference = {"secretKeyRef": {"name": "kubilitics-ai-secrets", "key": key, "optional": True}}
    assert objects.env(AI)[variable] == reference
    assert "Secret" not in {kind for kind, _ in objects.names}
    volumes = objects.get("Deployment", AI)["spec"]["template"]["spec"]["volumes"]
    assert not [volume for volume in volumes if "secret" in volume or "projected" in volume]


def test_only_the_chosen_providers_key_is_given():
    others = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_BASE_URL"}
    assert others & set(render(ai_with("none")).env(AI)) == set()
    assert others & set(render(ai_with("openai")).env(AI)) == {"OPENAI_API_KEY"}


def test_another_secret_and_another_key_can_be_named():
    values = ai_with("openai", apiKeySecret="team-keys", providers={"openai": {"secretKey": "openai"}})
    reference = render(values).env(AI)["OPENAI_API_KEY"]["secretKeyRef"]
    assert (reference["name"], reference["key"]) == ("team-keys", "openai")


def config_of(objects):
    return yaml.safe_load(objects.get("ConfigMap", AI)["data"]["config.yaml"])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_configuration_names_the_provider_and_holds_no_key(provider):
    config = config_of(render(ai_with(provider)))
    assert config["llm"]["provider"] == provider
    assert "api_key" not in str(config)


def test_a_providers_settings_are_complete_because_the_image_replaces_them_as_a_whole():
    assert config_of(render(ai_with("openai")))["llm"]["openai"] == {"model": "gpt-4", "max_tokens": 2048}
    assert config_of(render(ai_with("anthropic")))["llm"]["anthropic"] == {
        "model": "claude-3-5-sonnet-20241022",
        "max_tokens": 2048,
    }
    ollama = ai_with("ollama", providers={"ollama": {"endpoint": "http://ollama:11434", "model": "mistral"}})
    assert config_of(render(ollama))["llm"]["ollama"] == {"model": "mistral", "base_url": "http://ollama:11434"}


def test_section_5_feature_flags_reasoning_and_vector_memory_are_in_the_configuration():
    config = config_of(render(merged(AI_ON, {"ai": {"features": {"predictions": {"enabled": False}}}})))
    assert config["features"]["investigation"] is True
    assert config["features"]["assistant"] is True
    assert config["features"]["predictions"] is False
    assert {"max_steps", "max_tokens", "temperature"} <= set(config["reasoning"])
    assert {"cache_size_mb", "embedding_model"} <= set(config["vector_memory"])


def test_the_configuration_is_where_the_image_looks_for_it():
    mounts = {mount["mountPath"]: mount for mount in render(AI_ON).container(AI)["volumeMounts"]}
    assert mounts["/etc/kubilitics"] == {"name": "config", "mountPath": "/etc/kubilitics", "readOnly": True}


def checksum(values):
    metadata = render(values).get("Deployment", AI)["spec"]["template"]["metadata"]
    return metadata["annotations"]["checksum/config"]


def test_pods_restart_when_the_configuration_changes_and_only_then():
    assert checksum(AI_ON) != checksum(ai_with("openai"))
    assert checksum(AI_ON) == checksum(merged(AI_ON, {"commonLabels": {"team": "x"}, "ai": {"labels": {"a": "b"}}}))


def test_ai_finds_the_backend_and_never_waits_for_its_silent_grpc_port():
    env = render(AI_ON).env(AI)
    assert env["KUBILITICS_BACKEND_HTTP_BASE_URL"] == "http://kubilitics-backend:8080"
    assert env["KUBILITICS_BACKEND_ADDRESS"] == "localhost:50051"
    assert env["KUBILITICS_PORT"] == "8081"


def test_a_missing_endpoint_is_read_from_the_secret_and_waited_for():
    objects = render(ai_with("ollama"))
    reference = {"secretKeyRef": {"name": "kubilitics-ai-secrets", "key": "ollama-url"}}
    assert objects.env(AI)["OLLAMA_BASE_URL"] == reference
    (wait,) = objects.get("Deployment", AI)["spec"]["template"]["spec"]["initContainers"]
    assert wait["image"] == objects.container(AI)["image"]
    assert {"name": "ENDPOINT", "valueFrom": reference} in wait["env"]
    assert {"name": "TIMEOUT_SECONDS", "value": "60"} in wait["env"]


@pytest.mark.parametrize("provider", ["none", "openai", "anthropic"])
def test_providers_that_start_without_their_server_are_not_waited_for(provider):
    assert "initContainers" not in render(ai_with(provider)).get("Deployment", AI)["spec"]["template"]["spec"]


def test_ai_runs_on_amd64_only_because_its_image_exists_for_nothing_else():
    spec = render(AI_ON).get("Deployment", AI)["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64"}


def test_probes_ask_health_and_ready_and_start_up_may_take_a_minute():
    container = render(AI_ON).container(AI)
    assert container["startupProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60


def test_ai_may_read_its_own_configmap_and_secret_by_name_and_nothing_else():
    objects = render(ai_with("openai", apiKeySecret="team-keys"))
    assert objects.get("Role", AI)["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [AI], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["team-keys"], "verbs": ["get"]},
    ]
    assert objects.get("RoleBinding", AI)["subjects"] == [
        {"kind": "ServiceAccount", "name": AI, "namespace": "default"}
    ]
    bindings = [item for item in objects.of("ai") if item["kind"] == "ClusterRoleBinding"]
    assert bindings == []


def test_ai_has_an_identity_of_its_own_and_no_token():
    objects = render(AI_ON)
    spec = objects.get("Deployment", AI)["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == AI
    assert spec["automountServiceAccountToken"] is False
    assert objects.get("ServiceAccount", AI)["automountServiceAccountToken"] is False
