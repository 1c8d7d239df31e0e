"""Custom objects with their real definitions and without them."""

import pytest

from tests.cluster.helms import HelmFailed
from tests.cluster.profiles import CHART, merged

OPEN = {"backend": {"auth": {"acknowledgeExposed": True}}}
AI_ON = {"ai": {"enabled": True, "llmProvider": "openai"}}
STORE = {"secretStoreRef": {"name": "vault"}, "remoteRefs": {"openai-api-key": {"key": "kubilitics/openai"}}}
KINDS = {
    "HTTPRoute": (
        "gateway-api",
        "gateway.networking.k8s.io/v1",
        "httpRoute",
        merged(OPEN, {"httpRoute": {"enabled": True, "parentRefs": [{"name": "public", "namespace": "gateways"}]}}),
    ),
    "ExternalSecret": (
        "external-secrets",
        "external-secrets.io/v1",
        "ai.externalSecret",
        merged(AI_ON, {"ai": {"externalSecret": {"enabled": True, **STORE}}}),
    ),
    "ServiceMonitor": (
        "prometheus-operator",
        "monitoring.coreos.com/v1",
        "monitoring.serviceMonitor",
        {"monitoring": {"serviceMonitor": {"enabled": True}}},
    ),
    "NetworkPolicy": ("calico", "projectcalico.org/v3", "", {"networkPolicy": {"flavor": "calico"}}),
}


def skipping(values, path):
    """The same values with renderMode skipIfMissing where they switch the kind on."""
    nested = {"renderMode": "skipIfMissing"}
    for part in reversed(path.split(".")):
        nested = {part: nested}
    return merged(values, nested)


@pytest.mark.parametrize("kind", KINDS)
def test_without_its_definition_helm_refuses_before_anything_is_made(cluster, helm, namespace, kind):
    folder, api_version, _path, values = KINDS[kind]
    assert not cluster.serves(api_version, kind), f"somebody left the definitions in {folder}"
    with pytest.raises(HelmFailed, match=f'no matches for kind "{kind}" in version "{api_version}"'):
        helm.install(CHART, namespace, values)
    assert list(cluster.workloads(namespace)) == []
    assert cluster.list("v1", "PersistentVolumeClaim", namespace) == []


@pytest.mark.parametrize("kind", [kind for kind, (_folder, _version, path, _values) in KINDS.items() if path])
def test_told_to_skip_what_is_missing_it_installs_without(cluster, helm, namespace, kind):
    _folder, _version, path, values = KINDS[kind]
    helm.install(CHART, namespace, skipping(values, path), wait=True)


@pytest.mark.parametrize("kind", KINDS)
def test_with_its_definition_the_object_is_made_as_it_was_rendered(cluster, helm3, namespace, kind):
    folder, api_version, _path, values = KINDS[kind]
    cluster.install_crds(folder)
    try:
        helm3.install(CHART, namespace, values, wait=True)
        assert cluster.list(api_version, kind, namespace)
        helm3.upgrade(CHART, namespace, values)
        helm3.uninstall(namespace)
        assert cluster.list(api_version, kind, namespace) == []
    finally:
        cluster.remove_crds(folder)
