"""Every profile, rendered as each supported Kubernetes version, is what a strict API server of that version accepts."""

import pytest
import yaml

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from tests.chart.helms import embedded, helm3, helm4, parsed, template
from tests.chart.objects import AI_ON, CHART, PROFILES, merged, profile, render

POLICY = {"type": "Pods", "value": 1, "periodSeconds": 60}
SITUATIONS = {path.stem: profile(path) for path in PROFILES} | {
    "everything": merged(
        AI_ON,
        {
            "rbac": {"scope": "namespaces", "namespaces": ["a", "b"], "manage": True, "exec": True},
            "backend": {"auth": {"mode": "optional", "existingSecret": "auth"}, "nodeSelector": {"a": "b"}},
            "ai": {
                "llmProvider": "ollama",
                "tolerations": [{"operator": "Exists"}],
                "persistence": {"storageClass": "-"},
            },
            "imagePullSecrets": [{"name": "pull"}],
            "podSecurity": {"fixedIds": False},
        },
    ),
    "several AI pods with volumes": merged(
        AI_ON,
        {
            "ai": {
                "llmProvider": "ollama",
                "persistence": {"perReplica": True},
                "autoscaling": {"enabled": True, "behavior": {"scaleUp": {"policies": [POLICY]}, "scaleDown": None}},
                "podDisruptionBudget": {"enabled": True},
            },
            "frontend": {"autoscaling": {"enabled": True}, "podDisruptionBudget": {"enabled": True}},
            "backend": {"podDisruptionBudget": {"enabled": True}},
            "vectorDatabase": {"enabled": True, "apiKeySecret": {"name": "qdrant"}},
            "ollama": {"enabled": True, "gpu": {"enabled": True}},
        },
    ),
    "several AI pods without volumes": merged(
        AI_ON,
        {
            "ai": {"replicas": 2, "persistence": {"enabled": False}},
            "vectorDatabase": {
                "enabled": True,
                "provider": "chromadb",
                "chromadb": {"persistence": {"enabled": False}},
            },
            "ollama": {"enabled": True, "pull": False, "persistence": {"existingClaim": "models"}},
        },
    ),
}


def test_the_supported_versions_are_1_25_to_1_37():
    assert [version.minor for version in supported()] == list(range(25, 38))


@pytest.mark.parametrize("version", supported(), ids=str)
def test_objects_are_valid_as_and_against(version):
    for name, values in SITUATIONS.items():
        objects = render(merged(values, {"kubeVersionOverride": f"1.{version.minor}.0"}))
        for item in objects.all:
            assert problems(item, version) == [], (name, item["kind"], item["metadata"]["name"])


# Every Helm takes another Kubernetes for granted.
ONE_VERSION = {name: merged(values, {"kubeVersionOverride": "1.36.0"}) for name, values in SITUATIONS.items()}


@pytest.mark.parametrize("values", ONE_VERSION.values(), ids=ONE_VERSION)
def test_embedded_helm_and_helm_3_render_the_same_objects(values):
    complaint, manifest = template(helm3(), values)
    assert complaint is None
    ours = "\n---\n".join(text for path, text in render(values).texts.items() if path.endswith(".yaml"))
    assert parsed(manifest) == parsed(ours)


@pytest.mark.helm4
@pytest.mark.parametrize("values", ONE_VERSION.values(), ids=ONE_VERSION)
def test_helm_4_on_the_command_line_renders_the_same_objects(values):
    complaint, manifest = template(helm4(), values)
    assert complaint is None
    ours = "\n---\n".join(text for path, text in render(values).texts.items() if path.endswith(".yaml"))
    assert parsed(manifest) == parsed(ours)


def test_the_chart_accepts_1_25_and_newer_with_vendors_suffixes():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["kubeVersion"] == ">=1.25.0-0"
    for version in ("1.25.0", "v1.29.4-gke.100", "1.37.2"):
        _, manifest = template(helm3(), {})
        assert manifest
        assert embedded({"kubeVersionOverride": version.split("-")[0]}) is None


def test_an_older_kubernetes_is_refused():
    assert "1.25 and newer" in embedded({"kubeVersionOverride": "1.24.9"})
