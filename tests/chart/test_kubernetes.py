"""Every profile, rendered as each supported Kubernetes version, is what a strict API server of that version accepts."""

import pytest
import yaml

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from tests.chart import crds
from tests.chart.helms import embedded, helm3, helm4, parsed, template
from tests.chart.objects import AI_ON, CHART, PROFILES, merged, profile, render

KNOBS = {
    "extraEnv": [
        {"name": "A", "value": "b"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}},
        {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ],
    "extraEnvFrom": [{"configMapRef": {"name": "c"}}, {"prefix": "S_", "secretRef": {"name": "s"}}],
    "extraVolumes": [
        {"name": "one", "configMap": {"name": "c", "items": [{"key": "k", "path": "p"}]}},
        {"name": "two", "secret": {"secretName": "s"}},
        {"name": "three", "emptyDir": {"sizeLimit": "1Gi", "medium": "Memory"}},
        {"name": "four", "persistentVolumeClaim": {"claimName": "p"}},
        {"name": "five", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
        {"name": "six", "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True}},
    ],
    "extraVolumeMounts": [{"name": "one", "mountPath": "/one", "readOnly": True, "subPath": "p"}],
    "initContainers": [{"name": "before", "image": "a.example/b:1", "command": ["true"]}],
    "sidecars": [{"name": "beside", "image": "a.example/b:1", "securityContext": {"runAsUser": 2000}}],
    "lifecycle": {
        "preStop": {"exec": {"command": ["sleep", "5"]}},
        "postStart": {"httpGet": {"port": "http", "path": "/", "scheme": "HTTP"}},
    },
    "dnsPolicy": "None",
    "dnsConfig": {
        "nameservers": ["10.0.0.10"],
        "searches": ["a.example"],
        "options": [{"name": "ndots", "value": "1"}],
    },
    "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a.example"]}],
    "runtimeClassName": "gvisor",
    "podSecurityContext": {"supplementalGroups": [2000], "seLinuxLevel": "s0:c1,c2"},
    "terminationGracePeriodSeconds": 90,
    "revisionHistoryLimit": 3,
    "startupProbe": {"failureThreshold": 99},
}
SERVICE = {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"], "labels": {"a": "b"}}
POLICY = {"type": "Pods", "value": 1, "periodSeconds": 60}
SITUATIONS = {path.stem: profile(path) for path in PROFILES} | {
    "every knob": merged(
        AI_ON,
        {name: {**KNOBS, "service": SERVICE} for name in ("backend", "frontend", "ai")},
        {
            "ai": {"enabled": True},
            "frontend": {
                "service": {
                    "type": "LoadBalancer",
                    "nodePort": 30080,
                    "externalTrafficPolicy": "Local",
                    "loadBalancerClass": "a.example/b",
                    "loadBalancerSourceRanges": ["10.0.0.0/8", "fd00::/8"],
                }
            },
            "backend": {"auth": {"acknowledgeExposed": True}},
            "global": {"proxy": {"existingSecret": "proxy"}, "caBundle": {"secret": "ca"}},
            "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}],
        },
    ),
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
    "operations": merged(
        AI_ON,
        {
            "backend": {"aiDiscovery": {"enabled": True}},
            "migrations": {"enabled": True, "command": ["/app/migrate"], "env": [{"name": "A", "value": "b"}]},
            "tests": {"strict": True},
            "ai": {
                "llmProvider": "openai",
                "configReload": "sidecar",
                "restartToken": "1",
                "clusterAccess": {"enabled": True, "scope": "cluster"},
                "externalSecret": {
                    "enabled": True,
                    "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
                    "remoteRefs": {"openai-api-key": {"key": "kubilitics", "property": "openai", "version": "3"}},
                },
            },
        },
    ),
    "every way in": merged(
        AI_ON,
        {
            "backend": {"auth": {"acknowledgeExposed": True}},
            "ingress": {
                "enabled": True,
                "className": "nginx",
                "host": "*.example.com",
                "tls": {"enabled": True},
                "certManager": {"clusterIssuer": "letsencrypt"},
            },
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "timeouts": {"request": "0s"}},
            "route": {"enabled": True},
            "networkPolicy": {
                "dns": {"cidrs": ["169.254.20.10/32"], "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}},
                "monitoring": {"namespaceSelector": {"matchLabels": {"team": "a"}}},
                "backend": {
                    "clusterCidrs": ["203.0.113.0/24"],
                    "extraIngress": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}],
                    "extraEgress": [
                        {
                            "to": [{"namespaceSelector": {}}, {"ipBlock": {"cidr": "2001:db8::/32"}}],
                            "ports": [{"port": 53, "protocol": "UDP"}],
                        }
                    ],
                },
            },
        },
    ),
    "provider handed over": merged(
        AI_ON,
        {
            "ai": {
                "llmProvider": "ollama",
                "initializeProvider": {"enabled": True},
                "clusterAccess": {"enabled": True, "namespaces": ["a", "b"]},
            }
        },
    ),
}


def test_the_supported_versions_are_1_25_to_1_37():
    assert [version.minor for version in supported()] == list(range(25, 38))


@pytest.mark.parametrize("version", supported(), ids=str)
def test_objects_are_valid_as_and_against(version):
    for name, values in SITUATIONS.items():
        objects = render(merged(values, {"kubeVersionOverride": f"1.{version.minor}.0"}))
        for item in objects.all + objects.tests:
            found = crds.problems(item) if crds.is_known(item) else problems(item, version)
            assert found == [], (name, item["kind"], item["metadata"]["name"])


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
