"""What runs once and ends: the look for AI, migrations, and the pods of `helm test`."""

import itertools

import pytest

from kubilitics_chartgen.kube.pod_security import violations
from tests.chart.objects import AI_ON, merged, render
from tests.chart.test_everywhere import RELEASES

BACKEND = "kubilitics-backend"
MIGRATE = {"migrations": {"enabled": True, "command": ["/app/migrate", "up"]}}
DISCOVER = {"backend": {"aiDiscovery": {"enabled": True}}}


# --- The look for AI


def init_containers(values):
    return render(values).get("Deployment", BACKEND)["spec"]["template"]["spec"].get("initContainers", [])


def test_the_backend_does_not_look_for_ai_unless_told():
    assert init_containers({}) == []


def test_it_looks_for_ais_conventional_address_with_its_own_image():
    (container,) = init_containers(DISCOVER)
    assert container["image"] == render(DISCOVER).container(BACKEND)["image"]
    assert {item["name"]: item["value"] for item in container["env"]} == {
        "AI_HOST": "kubilitics-ai.default.svc.cluster.local",
        "AI_PORT": "8081",
        "TIMEOUT_SECONDS": "5",
    }
    assert container["command"][2].rstrip().endswith("\nexit 0")


def test_the_look_is_the_same_with_ai_on_and_off():
    plain, with_ai = render(DISCOVER), render(merged(AI_ON, DISCOVER))
    assert plain.texts_of("backend") == with_ai.texts_of("backend")


# --- Migrations


def job(values):
    return render(values).get("Job", "kubilitics-migrate")


def test_there_is_no_job_by_default_because_sqlite_needs_none():
    assert "Job" not in {kind for kind, _ in render(AI_ON).names}


def test_the_job_runs_before_install_and_upgrade_under_helm_and_argo_cd():
    item = job(MIGRATE)
    assert item["metadata"]["annotations"] == {
        "helm.sh/hook": "pre-install,pre-upgrade",
        "helm.sh/hook-weight": "-5",
        "helm.sh/hook-delete-policy": "before-hook-creation",
        "argocd.argoproj.io/hook": "PreSync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    }
    spec = item["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (1, 600, 86400)
    pod = spec["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"][0]["command"] == ["/app/migrate", "up"]


def test_the_job_needs_nothing_that_the_release_brings():
    pod = job(MIGRATE)["spec"]["template"]["spec"]
    assert "serviceAccountName" not in pod, "it does not exist before the first installation"
    assert pod["volumes"] == [{"name": "tmp", "emptyDir": {}}]


DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


@pytest.mark.parametrize(
    ("backend", "own", "expected"),
    [
        ({"tag": "1.1.0"}, {}, "ghcr.io/kubilitics/kubilitics-backend:1.1.0"),
        ({"digest": DIGEST}, {}, f"ghcr.io/kubilitics/kubilitics-backend:1.2.0@{DIGEST}"),
        ({"tag": "1.1.0", "digest": DIGEST}, {"tag": "9"}, "ghcr.io/kubilitics/kubilitics-backend:9"),
        ({"digest": DIGEST}, {"digest": OTHER}, f"ghcr.io/kubilitics/kubilitics-backend:1.2.0@{OTHER}"),
        ({"digest": DIGEST}, {"repository": "acme/migrate"}, "ghcr.io/acme/migrate:1.2.0"),
        ({}, {"registry": "r.example", "repository": "m", "tag": "2"}, "r.example/m:2"),
    ],
)
def test_the_jobs_image_is_the_backends_unless_it_has_its_own(backend, own, expected):
    values = merged(MIGRATE, {"backend": {"image": backend}, "migrations": {"image": own}})
    container = job(values)["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == expected
    assert container["imagePullPolicy"] == "IfNotPresent"


def test_arguments_and_environment_arrive():
    secret = {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}
    values = merged(MIGRATE, {"migrations": {"args": ["--yes", "a: b"], "env": [secret]}})
    container = job(values)["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == ["--yes", "a: b"]
    assert container["env"] == [secret]


def test_the_job_is_core_and_does_not_change_with_ai():
    assert render(MIGRATE).texts_of("migrations") == render(merged(AI_ON, MIGRATE)).texts_of("migrations")


# --- helm test


def pods_of(values, **options):
    return {item["metadata"]["name"]: item for item in render(values, **options).tests}


def test_core_has_its_test_with_ai_off_too_and_ai_only_with_ai():
    assert list(pods_of({})) == ["kubilitics-core-test"]
    assert set(pods_of(AI_ON)) == {"kubilitics-core-test", "kubilitics-ai-test"}
    assert pods_of({})["kubilitics-core-test"] == pods_of(AI_ON)["kubilitics-core-test"]
    assert pods_of(merged(AI_ON, {"tests": {"enabled": False}})) == {}


@pytest.mark.parametrize("values", [{}, AI_ON, {"podSecurity": {"fixedIds": False}}])
def test_test_pods_are_restricted_and_end_by_themselves(values):
    for item in render(values).tests:
        assert item["metadata"]["annotations"] == {
            "helm.sh/hook": "test",
            "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
        }
        spec = item["spec"]
        assert violations(spec) == []
        assert (spec["restartPolicy"], spec["activeDeadlineSeconds"]) == ("Never", 180)
        assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
        assert all(container["resources"]["limits"] for container in spec["containers"])


def test_no_service_and_no_workload_selects_pods_that_run_once():
    objects = render(merged(AI_ON, MIGRATE))
    labels = [item["metadata"]["labels"] for item in objects.tests]
    labels.append(objects.get("Job", "kubilitics-migrate")["spec"]["template"]["metadata"]["labels"])
    assert {item["app.kubernetes.io/component"] for item in labels} == {"test", "ai-test", "migrate"}
    for item in objects.all:
        if item["kind"] in ("Service", "Deployment"):
            selector = item["spec"]["selector"]
            selector = selector.get("matchLabels", selector)
            assert not [pod for pod in labels if selector.items() <= pod.items()]


def args(pod):
    return pod["spec"]["containers"][0]["args"]


def environment(pod):
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in pod["spec"]["containers"][0]["env"]}


def test_core_is_asked_directly_and_through_the_frontend():
    values = {"frontend": {"service": {"port": 8088}}}
    assert args(pods_of(values)["kubilitics-core-test"]) == [
        "http://kubilitics-backend:8080/health",
        "http://kubilitics-frontend:8088/nginx-health",
        "http://kubilitics-frontend:8088/health",
    ]
    without = {"frontend": {"enabled": False}}
    assert args(pods_of(without)["kubilitics-core-test"]) == ["http://kubilitics-backend:8080/health"]


def ai_test(provider="openai", tests=None, **settings):
    values = merged(AI_ON, {"ai": {"llmProvider": provider, **settings}, "tests": tests or {}})
    return pods_of(values)["kubilitics-ai-test"]


def test_ai_is_asked_for_health_and_readiness():
    assert args(ai_test()) == ["http://kubilitics-ai:8081/health", "http://kubilitics-ai:8081/ready"]


@pytest.mark.parametrize(
    ("provider", "settings", "expected"),
    [
        ("none", {}, ""),
        ("openai", {}, "https://api.openai.com:443"),
        ("anthropic", {}, "https://api.anthropic.com:443"),
        ("ollama", {"ollama": {"endpoint": "http://o:11434"}}, "http://o:11434"),
        ("ollama", {}, "$(OLLAMA_BASE_URL)"),
    ],
)
def test_the_provider_in_use_is_asked_for_a_connection(provider, settings, expected):
    variables = environment(ai_test(provider, providers=settings))
    assert variables["PROVIDERS"] == expected
    assert ("OLLAMA_BASE_URL" in variables) is expected.startswith("$(")


def test_the_kubernetes_api_must_be_out_of_reach_unless_ai_may_read_it():
    assert environment(ai_test())["DENIED"] == "kubernetes.default.svc:443"
    assert environment(ai_test())["STRICT"] == "false"
    assert environment(ai_test(tests={"strict": True}))["STRICT"] == "true"
    assert "DENIED" not in environment(ai_test(clusterAccess={"enabled": True}))
    other = ai_test(clusterAccess={"enabled": True}, tests={"deniedAddress": "example.com:443"})
    assert environment(other)["DENIED"] == "example.com:443"
    assert "DENIED" not in environment(ai_test(tests={"deniedAddress": ""}))
    unguarded = pods_of(merged(AI_ON, {"networkPolicy": {"enabled": False}}))["kubilitics-ai-test"]
    assert "DENIED" not in environment(unguarded)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(RELEASES, 2)))
def test_names_of_what_runs_once_never_collide_between_releases(one, other):
    values = merged(AI_ON, MIGRATE)
    names = [
        {(item["kind"], item["metadata"]["name"]) for item in [*objects.all, *objects.tests]}
        for objects in (render(values, release=one), render(values, release=other))
    ]
    assert not names[0] & names[1]
    assert max(len(name) for kind, name in names[0] | names[1] if ":" not in name) <= 63
