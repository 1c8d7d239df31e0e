"""What a GitOps tool sees: applied twice nothing changes, and what lies in the cluster reads as it was rendered."""

import json
import subprocess

import pytest

from tests.chart.objects import render
from tests.cluster import control_plane
from tests.cluster.cluster import eventually
from tests.cluster.profiles import CHART, PROFILES, merged, prepare, profile

ALL = [pytest.param(path, id=path.stem) for path in PROFILES]


def rendered(cluster, namespace, values):
    """As Helm renders it on this cluster."""
    return render(merged({"kubeVersionOverride": cluster.version}, values), namespace=namespace).all


def differences(ours, live, path=""):
    """Where the cluster holds something else than was rendered; what the server added is none."""
    if isinstance(ours, dict) and isinstance(live, dict):
        for key, value in ours.items():
            if value is not None:
                yield from differences(value, live.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(live, list) and len(ours) == len(live):
        for number, (one, other) in enumerate(zip(ours, live, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif ours != live and (ours, live) not in (({}, None), ([], None)):
        yield f"{path}: {ours!r} became {live!r}"


def live(cluster, namespace, item):
    where = item["metadata"].get("namespace") and namespace
    return cluster.get(item["apiVersion"], item["kind"], item["metadata"]["name"], where)


def kubectl_diff(kube_config, items, *options):
    """(exit code, diff) of `kubectl diff`: 0 for no difference, 1 for one."""
    binary = control_plane.programs() / "kubectl"
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    command = [str(binary), "--kubeconfig", kube_config, "diff", "--filename", "-", *options]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def autoscalers_have_acted(cluster, namespace):
    items = cluster.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace)
    return all(item.get("status", {}).get("currentReplicas", 0) >= item["spec"]["minReplicas"] for item in items)


@pytest.mark.parametrize("path", ALL)
def test_applied_twice_the_second_time_changes_nothing(cluster, kube_config, namespace, path):
    prepare(cluster, namespace, path)
    items = rendered(cluster, namespace, profile(path))
    for item in items:
        cluster.apply(item, manager="gitops", force=False)
    eventually(lambda: autoscalers_have_acted(cluster, namespace), "the autoscalers have acted")
    cluster.wait_ready(namespace)
    before = [live(cluster, namespace, item)["metadata"].get("generation") for item in items]
    again = [cluster.apply(item, manager="gitops", force=False) for item in items]
    assert [item["metadata"].get("generation") for item in again] == before
    found = [(item["kind"], *differences(item, live(cluster, namespace, item))) for item in items]
    assert [entry for entry in found if len(entry) > 1] == []
    assert kubectl_diff(kube_config, items, "--server-side", "--field-manager=gitops") == (0, "")


@pytest.mark.parametrize("path", [path for path in ALL if path.id in ("minimal", "high-availability", "production")])
def test_after_an_installation_the_diff_is_empty(cluster, kube_config, namespace, helm, path):
    prepare(cluster, namespace, path)
    helm.install(CHART, namespace, profile(path))
    cluster.wait_ready(namespace)
    items = rendered(cluster, namespace, profile(path))
    found = [(item["kind"], *differences(item, live(cluster, namespace, item))) for item in items]
    assert [entry for entry in found if len(entry) > 1] == []
    assert kubectl_diff(kube_config, items) == (0, "")


def test_a_difference_is_seen(cluster, kube_config, namespace, helm3):
    """The comparison itself: another image is a difference, and so is a changed list."""
    helm3.install(CHART, namespace, {})
    items = rendered(cluster, namespace, merged({"backend": {"image": {"tag": "1.2.1"}, "logLevel": "debug"}}))
    code, text = kubectl_diff(kube_config, items)
    assert code == 1
    assert "1.2.1" in text
    assert any(list(differences(item, live(cluster, namespace, item))) for item in items)
