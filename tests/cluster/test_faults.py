"""Upgrades that are interrupted: the documented command recovers from each, and nothing is lost."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster import control_plane
from tests.cluster.cluster import Cluster, eventually
from tests.cluster.helms import HelmFailed, make_helm
from tests.cluster.profiles import CHART

HANGING = "ai.enabled=true,ai.llmProvider=none,ai.podAnnotations.test\\.kubilitics\\.com/fate=hang"
COMMANDS = ("helm3", "helm4")


def upgrade_that_hangs(helm, namespace):
    flags = ["--set", HANGING, "--wait", "--timeout", "90s"]
    process = helm.start("upgrade", "kubilitics", str(CHART), "--namespace", namespace, *flags)
    eventually(lambda: helm.history(namespace)[-1] == "pending-upgrade", "the upgrade is under way")
    return process


def kept(cluster, namespace):
    claims = cluster.list("v1", "PersistentVolumeClaim", namespace)
    return {item["metadata"]["name"]: (item["metadata"]["uid"], item["spec"].get("volumeName")) for item in claims}


def advice(kubeconfig, namespace):
    """What preflight tells to run."""
    program = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()"]
    command = ["preflight", str(CHART), "--kubeconfig", str(kubeconfig), "-n", namespace, "--json"]
    done = subprocess.run([*program, *command], capture_output=True, text=True, check=False)
    lines = json.loads(done.stdout)["lines"]
    return next(line["fix"] for line in lines if line["check"] == "release")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_helm_killed_in_mid_upgrade_leaves_a_lock_that_preflights_command_opens(
    cluster, kube_config, namespace, name
):
    helm = make_helm(name, Path(kube_config))
    helm.install(CHART, namespace, {}, wait=True)
    before = kept(cluster, namespace)
    core = {pod["metadata"]["uid"] for pod in cluster.pods(namespace)}
    process = upgrade_that_hangs(helm, namespace)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with pytest.raises(HelmFailed, match="another operation"):
        helm.upgrade(CHART, namespace, {})
    assert core <= {pod["metadata"]["uid"] for pod in cluster.pods(namespace)}

    command = advice(kube_config, namespace).partition(": ")[2]
    assert command == f"helm rollback kubilitics 1 -n {namespace}"
    helm.run(*command.split()[1:])
    helm.upgrade(CHART, namespace, {}, wait=True)
    assert helm.history(namespace)[-1] == "deployed"
    assert before.items() <= kept(cluster, namespace).items()
    assert core == {pod["metadata"]["uid"] for pod in cluster.pods(namespace)}


def test_an_api_server_that_dies_in_mid_upgrade_loses_nothing():
    binaries = control_plane.programs()
    if binaries is None:
        pytest.skip("a cluster of somebody else is not killed")
    with control_plane.running(binaries) as plane:
        cluster, helm = Cluster(plane.kubeconfig), make_helm("helm4", plane.kubeconfig)
        cluster.make_namespace("fault")
        helm.install(CHART, "fault", {}, wait=True)
        before = kept(cluster, "fault")
        process = upgrade_that_hangs(helm, "fault")
        plane.restart_api_server()
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert helm.history("fault")[-1] in ("failed", "pending-upgrade")
        assert advice(plane.kubeconfig, "fault").endswith("helm rollback kubilitics 1 -n fault")
        helm.rollback("fault", 1)
        helm.upgrade(CHART, "fault", {}, wait=True)
        assert helm.history("fault")[-1] == "deployed"
        assert before.items() <= kept(cluster, "fault").items()
        cluster.wait_ready("fault")


def other_image(cluster, namespace, item="kubilitics-backend"):
    """Somebody else takes the image's field, by server-side apply."""
    container = {"name": "backend", "image": "registry.example/mirror/backend:1"}
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": item, "namespace": namespace},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    cluster.apply(body, manager="mirror-controller")


def image(cluster, namespace):
    found = cluster.get("apps/v1", "Deployment", "kubilitics-backend", namespace)
    return found["spec"]["template"]["spec"]["containers"][0]["image"]


def test_helm_3_takes_a_field_back_from_whoever_took_it(cluster, helm3, namespace):
    helm3.install(CHART, namespace, {}, wait=True)
    other_image(cluster, namespace)
    helm3.upgrade(CHART, namespace, {"backend": {"image": {"tag": "1.2.1"}}}, wait=True)
    assert image(cluster, namespace).endswith("kubilitics-backend:1.2.1")


def test_helm_4_refuses_until_it_is_told_to_force_it(cluster, helm4, namespace):
    helm4.install(CHART, namespace, {}, wait=True)
    other_image(cluster, namespace)
    with pytest.raises(HelmFailed, match='conflict with "mirror-controller"'):
        helm4.upgrade(CHART, namespace, {"backend": {"image": {"tag": "1.2.1"}}})
    assert image(cluster, namespace) == "registry.example/mirror/backend:1"
    flags = ["--set", "backend.image.tag=1.2.1", "--force-conflicts", "--wait"]
    helm4.run("upgrade", "kubilitics", str(CHART), "--namespace", namespace, *flags)
    assert image(cluster, namespace).endswith("kubilitics-backend:1.2.1")
    assert helm4.history(namespace)[-1] == "deployed"
