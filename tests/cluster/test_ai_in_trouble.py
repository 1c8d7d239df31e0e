"""AI that hangs, crashes, lacks image, volume or Secret: core is ready as soon as without AI (section 1)."""

import uuid
from datetime import datetime
from pathlib import Path

import pytest

from tests.cluster.cluster import eventually
from tests.cluster.helms import HelmFailed, make_helm
from tests.cluster.kubelet import missing_references
from tests.cluster.profiles import CHART, merged

CORE = ("kubilitics-backend", "kubilitics-frontend")
OPENAI = {"ai": {"enabled": True, "llmProvider": "openai"}}
AZURE = {
    "ai": {
        "enabled": True,
        "llmProvider": "azure",
        "providers": {"azure": {"endpoint": "https://mine.openai.azure.com/openai/v1", "model": "gpt"}},
    }
}


def fate(name):
    """What KWOK does with AI's pods."""
    return {"ai": {"podAnnotations": {"test.kubilitics.com/fate": name}}}


TROUBLE = {
    "never ready": merged(OPENAI, fate("hang")),
    "crashing": merged(OPENAI, fate("crash")),
    "image cannot be pulled": merged(OPENAI, fate("no-image")),
    "volume never bound": merged(OPENAI, {"ai": {"persistence": {"storageClass": "never"}}}),
    # What a kubelet makes of it: the init container waits.
    "Secret missing, which the provider needs": merged(AZURE, fate("hang")),
}


def seconds_until_core_is_ready(cluster, helm, namespace, values):
    """By the API server's own clock, so that a busy machine or a slow Helm does not count."""
    helm.install(CHART, namespace, values)
    cluster.wait_ready(namespace, *CORE, seconds=60)
    created = [cluster.get("apps/v1", "Deployment", name, namespace)["metadata"]["creationTimestamp"] for name in CORE]
    ready = [
        condition["lastTransitionTime"]
        for component in ("backend", "frontend")
        for pod in cluster.pods(namespace, component)
        for condition in pod["status"]["conditions"]
        if condition["type"] == "Ready"
    ]
    return (max(map(moment, ready)) - min(map(moment, created))).total_seconds()


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def seconds_without_ai(cluster, kube_config):
    name = f"without-ai-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    yield seconds_until_core_is_ready(cluster, make_helm("helm3", Path(kube_config)), name, {})
    cluster.core.delete_namespace(name)


@pytest.mark.parametrize("values", TROUBLE.values(), ids=TROUBLE)
def test_core_is_ready_in_the_same_time_as_with_ai_off(cluster, helm3, namespace, seconds_without_ai, values):
    seconds = seconds_until_core_is_ready(cluster, helm3, namespace, values)
    # Whole seconds, and a machine that is busy with other things; this AI is never ready at all.
    assert seconds <= seconds_without_ai + 5
    assert cluster.not_ready(namespace) == ["Deployment/kubilitics-ai"]
    core = [pod for name in ("backend", "frontend") for pod in cluster.pods(namespace, name)]
    assert [missing_references(cluster, pod) for pod in core] == [[], []]


def test_an_ai_without_its_key_is_ready_and_nothing_keeps_its_pod_from_starting(cluster, helm, namespace):
    helm.install(CHART, namespace, OPENAI, wait=True)
    assert cluster.not_ready(namespace) == []
    (pod,) = cluster.pods(namespace, "ai")
    assert missing_references(cluster, pod) == []


def test_where_the_provider_needs_the_secret_ais_pod_does_not_start_without(cluster, helm3, namespace):
    helm3.install(CHART, namespace, TROUBLE["Secret missing, which the provider needs"])
    (pod,) = eventually(lambda: cluster.pods(namespace, "ai"), "AI's pod")
    cluster.make_secret(namespace, "kubilitics-ai-secrets", "azure-openai-api-key")
    assert missing_references(cluster, pod) == []


def core_pods(cluster, namespace):
    return {pod["metadata"]["uid"] for name in ("backend", "frontend") for pod in cluster.pods(namespace, name)}


def test_an_upgrade_that_waits_for_a_broken_ai_fails_and_core_runs_on(cluster, helm, namespace):
    helm.install(CHART, namespace, {}, wait=True)
    before = core_pods(cluster, namespace)
    with pytest.raises(HelmFailed):
        helm.upgrade(CHART, namespace, TROUBLE["never ready"], wait=True, seconds=4)
    assert helm.history(namespace) == ["deployed", "failed"]
    assert core_pods(cluster, namespace) == before
    assert cluster.not_ready(namespace) == ["Deployment/kubilitics-ai"]
    # Helm compares with the last good revision: turning AI off again leaves behind what the failed one made.
    helm.upgrade(CHART, namespace, {})
    assert cluster.get("apps/v1", "Deployment", "kubilitics-ai", namespace)


def test_a_rollback_takes_away_what_a_failed_upgrade_made(cluster, helm, namespace):
    helm.install(CHART, namespace, {}, wait=True)
    before = core_pods(cluster, namespace)
    with pytest.raises(HelmFailed):
        helm.upgrade(CHART, namespace, TROUBLE["never ready"], wait=True, seconds=4)
    helm.rollback(namespace, 1)
    eventually(lambda: cluster.pods(namespace, "ai") == [], "AI is gone")
    assert core_pods(cluster, namespace) == before


def test_an_atomic_upgrade_takes_a_broken_ai_away_again_and_core_runs_on(cluster, helm, namespace):
    helm.install(CHART, namespace, {}, wait=True)
    before = core_pods(cluster, namespace)
    with pytest.raises(HelmFailed):
        helm.upgrade(CHART, namespace, TROUBLE["never ready"], atomic=True, seconds=4)
    assert helm.history(namespace) == ["superseded", "failed", "deployed"]
    assert core_pods(cluster, namespace) == before
    assert cluster.get("apps/v1", "Deployment", "kubilitics-ai", namespace) is None


def test_an_installation_that_waits_for_a_broken_ai_fails_and_leaves_core_running(cluster, helm, namespace):
    with pytest.raises(HelmFailed):
        helm.install(CHART, namespace, TROUBLE["never ready"], wait=True, seconds=4)
    assert helm.history(namespace) == ["failed"]
    assert cluster.not_ready(namespace, CORE) == []


def test_an_atomic_installation_with_a_broken_ai_removes_core_too(cluster, helm, namespace):
    with pytest.raises(HelmFailed):
        helm.install(CHART, namespace, TROUBLE["never ready"], atomic=True, seconds=4)
    assert list(cluster.workloads(namespace)) == []
