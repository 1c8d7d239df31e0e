"""What is deployed for the core, with AI on or off."""

import pytest

from tests.chart.objects import AI_ON, AI_SIDE, PROFILES, merged, profile, render

BACKEND = "kubilitics-backend"
FRONTEND = "kubilitics-frontend"
CORE = ("backend", "frontend", "network", "exposure")


def auth(mode, **settings):
    secret = {} if mode == "disabled" else {"existingSecret": "kubilitics-auth"}
    return {"backend": {"auth": {"mode": mode, **secret, **settings}}}


def test_the_backend_is_one_pod_that_stops_before_its_successor_starts():
    spec = render().get("Deployment", BACKEND)["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_the_backend_is_found_at_port_8080_inside_the_cluster_only():
    service = render().get("Service", BACKEND)
    assert service["spec"]["type"] == "ClusterIP"
    assert [(port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [(8080, "http")]


def test_the_backend_listens_where_others_reach_it_and_not_on_grpc():
    env = render().env(BACKEND)
    assert env["KUBILITICS_BIND_ADDRESS"] == "0.0.0.0"
    assert env["KUBILITICS_PORT"] == "8080"
    assert env["KUBILITICS_GRPC_PORT"] == "0"


def test_database_and_home_are_on_the_volume():
    objects = render()
    env = objects.env(BACKEND)
    assert env["KUBILITICS_DATABASE_PATH"].startswith("/data/")
    assert env["HOME"] == "/data"
    assert {"name": "data", "mountPath": "/data"} in objects.container(BACKEND)["volumeMounts"]
    claim = objects.get("PersistentVolumeClaim", BACKEND)
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_the_kubeconfig_uses_the_token_file_of_the_service_account():
    import yaml

    objects = render()
    config = yaml.safe_load(objects.get("ConfigMap", f"{BACKEND}-kubeconfig")["data"]["config"])
    folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    assert config["clusters"][0]["cluster"] == {
        "server": "https://kubernetes.default.svc",
        "certificate-authority": f"{folder}/ca.crt",
    }
    assert config["users"][0]["user"] == {"tokenFile": f"{folder}/token"}
    mount = {"name": "kubeconfig", "mountPath": "/etc/kubilitics-kubeconfig", "readOnly": True}
    assert mount in objects.container(BACKEND)["volumeMounts"]
    assert objects.env(BACKEND)["KUBECONFIG"] == "/etc/kubilitics-kubeconfig/config"
    assert objects.get("Deployment", BACKEND)["spec"]["template"]["spec"]["automountServiceAccountToken"] is True


@pytest.mark.parametrize("mode", ["disabled", "optional", "required"])
def test_probes_work_under_every_auth_mode(mode):
    """Only /health is exempt from authentication; /healthz/live and /healthz/ready answer 401."""
    container = render(auth(mode)).container(BACKEND)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60


def test_secrets_of_the_backend_are_references_only():
    env = render(auth("required")).env(BACKEND)
    assert env["KUBILITICS_AUTH_MODE"] == "required"
    assert env["KUBILITICS_AUTH_JWT_SECRET"] == {"secretKeyRef": {"name": "kubilitics-auth", "key": "jwt-secret"}}
    for variable, key in (("USER", "admin-user"), ("PASS", "admin-password")):
        reference = env[f"KUBILITICS_AUTH_ADMIN_{variable}"]["secretKeyRef"]
        assert reference == {"name": "kubilitics-auth", "key": key, "optional": True}


def test_allowed_origins_reach_the_backend_as_one_comma_list():
    values = {"backend": {"allowedOrigins": ["https://a.example", "https://b.example:8443"]}}
    assert render(values).env(BACKEND)["KUBILITICS_ALLOWED_ORIGINS"] == "https://a.example,https://b.example:8443"
    assert "KUBILITICS_ALLOWED_ORIGINS" not in render().env(BACKEND)


def test_the_backend_knows_ai_by_its_conventional_address_whether_ai_is_there_or_not():
    for values in ({}, AI_ON):
        assert render(values).env(BACKEND)["KUBILITICS_AI_BACKEND_URL"] == "http://kubilitics-ai:8081"


def test_the_frontend_keeps_serving_while_it_is_replaced():
    spec = render().get("Deployment", FRONTEND)["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_the_frontend_listens_above_1024_behind_port_80():
    objects = render()
    assert objects.container(FRONTEND)["ports"][0]["containerPort"] > 1024
    assert objects.get("Service", FRONTEND)["spec"]["ports"][0]["port"] == 80


def test_the_frontends_health_is_its_own_and_not_the_backends():
    container = render().container(FRONTEND)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] == "/nginx-health"


def test_without_the_frontend_nothing_of_it_is_left():
    objects = render({"frontend": {"enabled": False}})
    assert objects.of("frontend") == []
    assert "service/kubilitics-backend 8080:8080" in objects.notes


def test_the_frontend_can_be_exposed_once_a_login_is_needed():
    values = merged(auth("required"), {"frontend": {"service": {"type": "LoadBalancer", "port": 8443}}})
    service = render(values).get("Service", FRONTEND)["spec"]
    assert (service["type"], service["ports"][0]["port"]) == ("LoadBalancer", 8443)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "extra",
    [
        {},
        auth("optional", acknowledgeExposed=True),
        {
            "ai": {"persistence": {"perReplica": True, "annotations": None}, "podDisruptionBudget": {"enabled": True}},
            "frontend": {"autoscaling": {"enabled": True}, "podDisruptionBudget": {"enabled": True}},
            "vectorDatabase": {"enabled": True},
            "ollama": {"enabled": True, "pull": False},
            "monitoring": {"serviceMonitor": {"enabled": True}},
        },
        {"frontend": {"enabled": False}, "route": {"enabled": False}, "ingress": {"enabled": False}},
        {"rbac": {"manage": True}},
        {"networkPolicy": {"flavor": "cilium"}, "discovery": {"pattern": "proxy"}},
    ],
)
def test_ai_changes_no_byte_of_any_core_object(path, extra):
    values = merged(profile(path), extra)
    off = render(merged(values, {"ai": {"enabled": False}}))
    on = render(merged(values, AI_ON))
    assert off.texts_of(*CORE) == on.texts_of(*CORE)
    ai_side = {(item["kind"], item["metadata"]["name"]) for component in AI_SIDE for item in on.of(component)}
    core = [name for name in on.names if name not in ai_side]
    assert off.names == core


def test_with_ai_off_no_object_belongs_to_ai():
    objects = render()
    assert [item for component in AI_SIDE for item in objects.of(component)] == []
    text = "".join(text for path, text in objects.texts.items() if not path.endswith("NOTES.txt"))
    for trace in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "kubilitics-ai-secrets"):
        assert trace not in text


def test_the_same_values_give_the_same_bytes_in_every_process():
    import subprocess
    import sys

    script = (
        "import hashlib, json, sys; sys.path.insert(0, '.');"
        "from tests.chart.objects import render, profile, PROFILES;"
        "texts = [render(profile(path)).texts for path in PROFILES];"
        "print(hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest())"
    )
    runs = {subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1
