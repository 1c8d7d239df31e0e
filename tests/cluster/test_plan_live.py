"""`plan --live` reads what Helm 3 and Helm 4 have recorded, and what it says is what the next helm upgrade does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.helms import HelmFailed
from tests.cluster.profiles import CHART
from tests.cluster.test_upgrades import BEFORE_AI
from tests.tools import REPOSITORY

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
    folder = tmp_path / "small"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 0.1.0\n")
    (folder / "values.yaml").write_text("claim: true\nkeep: false\nstrategy: ''\n")
    (folder / "templates" / "all.yaml").write_text(TEMPLATE)
    return folder


@pytest.fixture(params=["helm3", "helm4"])
def its_helm(request):
    return request.getfixturevalue(request.param)


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
    found, _verdicts = plan(its_helm, namespace, CHART)
    front = next(item for item in found["changes"] if item["name"] == "kubilitics-frontend" and item["pods"])
    assert (front["verdict"], front["reasons"][-1]) == ("rolling restart", "scaled from 2 to 1")
    assert ("--server-side=true" in found["run"]) is (its_helm.major == 4)


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
