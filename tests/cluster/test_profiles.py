"""Every profile installs where `restricted` is enforced, gets ready, and leaves what it says it keeps."""

import functools

import pytest
from pytest_helm_charts.k8s.deployment import wait_for_deployments_to_run

from tests.chart.objects import render
from tests.cluster.cluster import eventually
from tests.cluster.kubelet import missing_references
from tests.cluster.profiles import CHART, PROFILES, prepare, profile

ALL = [pytest.param(path, id=path.stem) for path in PROFILES]


@pytest.mark.parametrize("path", ALL)
def test_it_installs_becomes_ready_and_leaves_only_its_claims(cluster, kube_cluster, namespace, helm, path):
    prepare(cluster, namespace, path)
    before = everything(cluster, namespace)
    helm.install(CHART, namespace, profile(path))
    wait_for_deployments_to_run(kube_cluster.kube_client, ["kubilitics-backend", "kubilitics-frontend"], namespace, 30)
    cluster.wait_ready(namespace)
    pods = cluster.pods(namespace)
    assert {pod["metadata"]["name"]: missing_references(cluster, pod) for pod in pods} == {
        pod["metadata"]["name"]: [] for pod in pods
    }
    assert not rejected(cluster, namespace)
    helm.test(namespace)
    assert helm.history(namespace) == ["deployed"]

    claims = {(kind, name) for kind, name in everything(cluster, namespace) if kind == "PersistentVolumeClaim"}
    assert claims
    helm.uninstall(namespace)
    # Pods and what belongs to a workload go in the background.
    eventually(lambda: everything(cluster, namespace) - before == claims, "nothing but the claims is left")


def rejected(cluster, namespace):
    """What Pod Security or a quota kept from being made."""
    return [event["message"] for event in cluster.list("v1", "Event", namespace) if event["reason"] == "FailedCreate"]


def everything(cluster, namespace):
    """(kind, name) of all that a release can bring, also outside the namespace where its name carries the namespace."""
    found = set()
    for api_version, kind in sorted(kinds()):
        if api_version.partition("/")[0].endswith((".io", ".com")) and not cluster.serves(api_version, kind):
            continue
        lies_inside = cluster.resource(api_version, kind).namespaced
        names = cluster.names(api_version, kind, namespace)
        found |= {(kind, name) for name in names if lies_inside or namespace in name}
    return found


@functools.cache
def kinds():
    rendered = {(item["apiVersion"], item["kind"]) for path in PROFILES for item in render(profile(path)).all}
    return rendered | {("v1", "Pod"), ("v1", "Secret"), ("apps/v1", "ReplicaSet"), ("batch/v1", "Job")}
