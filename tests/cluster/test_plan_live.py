"""`plan --live` reads what Helm 3 and Helm 4 have recorded, and what it says is what the next helm upgrade does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.helms import HelmFailed
from tests.cluster.profiles import CHART, PROFILES, profile
from tests.cluster.small_chart import small_chart
from tests.cluster.test_upgrades import BEFORE_AI
from tests.tools import REPOSITORY

HIGH_AVAILABILITY = next(path for path in PROFILES if path.stem == "high-availability")
PROGRAM = str(Path(sys.executable).parent / "kubilitics-chartgen")
TEMPLATE = """
{{ if .Values.claim }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  annotations: {one: "1"{{ if .Values.keep }}, helm.sh/resource-policy: keep{{ end }}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  {{ with .Values.strategy }}strategy: {{ . }}{{ end }}
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: "x:1"}]}
"""
RECREATE = "{type: Recreate, rollingUpdate: null}"


@pytest.fixture
def chart(tmp_path):
    return small_chart(tmp_path, TEMPLATE, "claim: true\nkeep: false\nstrategy: ''\n")


def plan(helm, namespace, chart, *options):
    words = [PROGRAM, "plan", "--live", str(chart), "--namespace", namespace, "--json", *options]
    environment = os.environ | {"KUBECONFIG": str(helm.kubeconfig)}
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)
    return found, {item["kind"]: item["verdict"] for item in found["changes"]}


def test_the_old_side_is_the_release_that_runs(its_helm, namespace):
    its_helm.install(BEFORE_AI, namespace, {"frontend": {"replicas": 2}})
    found, _verdicts = plan(its_helm, namespace, BEFORE_AI, "--set", "frontend.replicas=2")
    assert set(found["counts"]) == {"unchanged"}
    found, _verdicts = plan(its_helm, namespace, CHART, "--reset-values")
    front = next(item for item in found["changes"] if item["name"] == "kubilitics-frontend" and item["pods"])
    assert (front["verdict"], front["reasons"][-1]) == ("rolling restart", "scaled from 2 to 1")
    assert ("--server-side=true" in found["run"]) is (its_helm.major == 4)


def test_a_large_release_is_planned_unchanged_against_what_is_there(its_helm, namespace, cluster):
    """Whatever the server has filled in and the controllers have written since: no false alarm."""
    its_helm.install(CHART, namespace, profile(HIGH_AVAILABILITY))
    cluster.wait_ready(namespace, "kubilitics-frontend")
    found, _verdicts = plan(its_helm, namespace, CHART)
    assert (set(found["counts"]), found["verdict"]) == ({"unchanged"}, "unchanged")


def test_to_recreate_is_refused_by_helm_4_alone_as_planned(its_helm, namespace, chart, tmp_path):
    its_helm.install(chart, namespace, {})
    recreate = tmp_path / "recreate.yaml"
    recreate.write_text(json.dumps({"strategy": RECREATE}))
    _found, verdicts = plan(its_helm, namespace, chart, "--values", str(recreate))
    if its_helm.major == 4:
        assert verdicts["Deployment"] == "refused"
        with pytest.raises(HelmFailed, match=r"spec.strategy.rollingUpdate: Forbidden"):
            its_helm.upgrade(chart, namespace, {"strategy": RECREATE})
    else:
        assert verdicts["Deployment"] == "changed in place"
        its_helm.upgrade(chart, namespace, {"strategy": RECREATE})


def test_keep_counts_only_once_it_is_installed(its_helm, namespace, chart, cluster):
    its_helm.install(chart, namespace, {})
    assert plan(its_helm, namespace, chart, "--set", "claim=false")[1]["PersistentVolumeClaim"] == "data at risk"
    its_helm.upgrade(chart, namespace, {"keep": True})
    assert plan(its_helm, namespace, chart, "--set", "claim=false")[1]["PersistentVolumeClaim"] == "kept"
    its_helm.upgrade(chart, namespace, {"claim": False})
    assert cluster.get("v1", "PersistentVolumeClaim", "data", namespace)["metadata"].get("deletionTimestamp") is None


def test_a_release_of_another_chart_is_one_sentence(its_helm, namespace, chart):
    its_helm.install(chart, namespace, {})
    words = [PROGRAM, "plan", "--live", str(CHART), "--namespace", namespace]
    environment = os.environ | {"KUBECONFIG": str(its_helm.kubeconfig)}
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is a release of the chart small" in done.stderr


SHOWN = """
apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data:
  seen: {{ toJson .Values | quote }}
"""
OLD_DEFAULTS = {"size": 1, "color": "red", "image": {"tag": "1", "pull": "Always"}, "list": [1], "gone": "x"}
NEW_DEFAULTS = {"size": 2, "color": "blue", "image": {"tag": "2", "arch": "arm"}, "list": [2], "added": {"on": False}}
GIVEN_BEFORE = {"size": 9, "image": {"tag": "mine", "extra": 1}, "color": None}


@pytest.fixture
def showing(tmp_path):
    """Two releases of a chart that shows the values its templates see."""
    folders = []
    for number, defaults in enumerate((OLD_DEFAULTS, NEW_DEFAULTS), 1):
        folder = tmp_path / f"v{number}"
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: showing\nversion: {number}.0.0\n")
        (folder / "values.yaml").write_text(json.dumps(defaults))
        (folder / "templates" / "shown.yaml").write_text(SHOWN)
        folders.append(folder)
    return folders


@pytest.mark.parametrize("given", [{}, {"size": None, "image": {"tag": None, "pull": "Never"}, "list": [7], "new": 1}])
@pytest.mark.parametrize("keep", ["", "reuse", "reset-then-reuse", "reset"])
def test_values_are_reused_as_helm_reuses_them(its_helm, namespace, showing, cluster, tmp_path, keep, given):
    old, new = showing
    its_helm.install(old, namespace, GIVEN_BEFORE)
    (tmp_path / "given.yaml").write_text(json.dumps(given))
    option = [f"--{keep}-values"] if keep else []
    found, _verdicts = plan(its_helm, namespace, new, "--values", str(tmp_path / "given.yaml"), *option)
    its_helm.upgrade(new, namespace, given, keep=keep)
    seen = cluster.get("v1", "ConfigMap", "shown", namespace)["data"]["seen"]
    predicted = {item["path"]: item["after"] for item in found["changes"][0]["differences"]}
    # As it is, where nothing changes.
    before = json.dumps({"gone": "x", "image": {"extra": 1, "pull": "Always", "tag": "mine"}, "list": [1], "size": 9})
    assert json.loads(predicted.get("data.seen", before)) == json.loads(seen)
