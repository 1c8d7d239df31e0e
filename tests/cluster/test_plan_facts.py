"""`plan --live` asks the cluster for what decides, and what it says then is what the next helm upgrade does."""

import json
import os
import subprocess

import pytest

from tests.cluster.cluster import eventually
from tests.cluster.control_plane import ADMIN_TOKEN, NOBODY_TOKEN
from tests.cluster.helms import HelmFailed
from tests.cluster.nodes import storage_class
from tests.cluster.small_chart import small_chart
from tests.cluster.test_plan_live import PROGRAM
from tests.tools import REPOSITORY

TEMPLATE = """
{{ if .Values.claim }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data{{ if .Values.keep }}, annotations: {helm.sh/resource-policy: keep}{{ end }}}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: {{ .Values.class }}
  resources: {requests: {storage: {{ .Values.size }}}}
---
{{ end }}
{{ if .Values.service }}
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {a: b}, ports: [{port: 80}]}
---
{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  {{ with .Values.replicas }}replicas: {{ . }}{{ end }}
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: "x:{{ .Values.tag }}"}]}
"""
VALUES = {"claim": True, "keep": False, "class": "standard", "size": "1Gi", "replicas": 2, "tag": 1, "service": False}


@pytest.fixture
def chart(tmp_path):
    return small_chart(tmp_path, TEMPLATE, json.dumps(VALUES))


class Release:
    """A release of the small chart under one Helm."""

    def __init__(self, helm, namespace, chart, cluster):
        self.helm, self.namespace, self.chart, self.cluster = helm, namespace, chart, cluster

    def plan(self, kubeconfig=None, **values):
        """The whole plan, and each object's (verdict, first reason)."""
        sets = [word for key, value in values.items() for word in ("--set", f"{key}={json.dumps(value)}")]
        words = [PROGRAM, "plan", "--live", str(self.chart), "--namespace", self.namespace, "--json", *sets]
        environment = os.environ | {"KUBECONFIG": str(kubeconfig or self.helm.kubeconfig)}
        done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode in (0, 1), done.stderr
        found = json.loads(done.stdout)
        return found, {item["kind"]: (item["verdict"], "; ".join(item["reasons"])) for item in found["changes"]}

    def upgrade(self, **values):
        self.helm.upgrade(self.chart, self.namespace, values)

    def get(self, kind, name="web"):
        return self.cluster.get("apps/v1" if kind == "Deployment" else "v1", kind, name, self.namespace)

    def patch(self, kind, name, body, **options):
        resource = self.cluster.resource("apps/v1" if kind == "Deployment" else "v1", kind)
        resource.patch(
            name=name, namespace=self.namespace, body=body, content_type="application/merge-patch+json", **options
        )


@pytest.fixture
def release(its_helm, namespace, chart, cluster):
    found = Release(its_helm, namespace, chart, cluster)
    its_helm.install(chart, namespace, {})
    return found


def bound(release):
    eventually(
        lambda: release.get("PersistentVolumeClaim", "data")["status"].get("phase") == "Bound", "the claim bound"
    )


def test_a_bound_claim_grows_where_its_class_lets_it(release):
    bound(release)
    found, verdicts = release.plan(size="2Gi")
    assert (verdicts["PersistentVolumeClaim"], found["dangerous"]) == (("changed in place", ""), False)
    release.upgrade(size="2Gi")
    assert release.get("PersistentVolumeClaim", "data")["spec"]["resources"]["requests"]["storage"] == "2Gi"


@pytest.mark.parametrize(
    ("name", "said"),
    [("never", "it is Pending: only a bound claim may"), ("rigid", "StorageClass rigid lets no claim grow")],
)
def test_a_claim_that_cannot_grow_is_refused_for_certain(its_helm, namespace, chart, cluster, name, said):
    cluster.apply(storage_class("rigid", expand=False))
    its_helm.install(chart, namespace, {"class": name})
    release = Release(its_helm, namespace, chart, cluster)
    if name == "rigid":
        bound(release)
    _found, verdicts = release.plan(**{"class": name, "size": "2Gi"})
    assert verdicts["PersistentVolumeClaim"][0] == "refused"
    assert said in verdicts["PersistentVolumeClaim"][1]
    with pytest.raises(HelmFailed, match=r"immutable|only dynamically provisioned|forbidden"):
        release.upgrade(**{"class": name, "size": "2Gi"})


def test_keep_is_read_on_the_object_in_the_cluster(release):
    note = {"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}}
    release.patch("PersistentVolumeClaim", "data", note)
    assert release.plan(claim=False)[1]["PersistentVolumeClaim"][0] == "kept"
    release.upgrade(claim=False)
    assert "deletionTimestamp" not in release.get("PersistentVolumeClaim", "data")["metadata"]


def test_keep_that_somebody_took_away_keeps_nothing(release):
    release.upgrade(keep=True)
    release.patch("PersistentVolumeClaim", "data", {"metadata": {"annotations": {"helm.sh/resource-policy": None}}})
    assert release.plan(claim=False)[1]["PersistentVolumeClaim"][0] == "data at risk"
    release.upgrade(claim=False)
    gone = release.get("PersistentVolumeClaim", "data")
    assert gone is None or "deletionTimestamp" in gone["metadata"]


def scaled(release, count):
    release.patch("Deployment", "web", {"spec": {"replicas": count}}, field_manager="autoscaler")


def test_replicas_that_an_autoscaler_has_set(release):
    """Helm 3 sets them back, Helm 4 is refused the field; with the field gone from the manifest they differ as well."""
    scaled(release, 5)
    verdict, reason = release.plan(tag=2)[1]["Deployment"]
    if release.helm.major == 4:
        assert (verdict, reason.startswith("spec.replicas: belongs to autoscaler by now")) == ("refused", True)
        with pytest.raises(HelmFailed, match="conflict"):
            release.upgrade(tag=2)
        assert release.plan(tag=2, replicas=5)[1]["Deployment"][0] == "rolling restart"
        release.upgrade(tag=2, replicas=5)
    else:
        assert (verdict, "scaled from 5 to 2" in reason) == ("rolling restart", True)
        release.upgrade(tag=2)
        assert release.get("Deployment")["spec"]["replicas"] == 2


def test_replicas_that_leave_the_manifest(release):
    scaled(release, 5)
    found, _verdicts = release.plan(replicas=0)
    release.upgrade(replicas=0)
    now = release.get("Deployment")["spec"]["replicas"]
    assert now == (5 if release.helm.major == 4 else 1)
    change = next(item for item in found["changes"] if item["kind"] == "Deployment")
    predicted = [item["after"] for item in change["differences"] if item["path"] == "spec.replicas"]
    assert predicted == ([] if now == 5 else [now])


def test_what_somebody_changed_is_set_back_by_the_next_upgrade_or_refused(release):
    image = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "x:9"}]}}}}
    release.patch("Deployment", "web", image, field_manager="somebody")
    verdict, reason = release.plan()[1]["Deployment"]
    if release.helm.major == 4:
        assert verdict == "refused"
        assert 'containers[{"name":"c"}].image: belongs to somebody' in reason
        with pytest.raises(HelmFailed, match="conflict"):
            release.upgrade()
    else:
        assert verdict == "rolling restart"
        assert "it was changed in the cluster, and is set back" in reason
        release.upgrade()
        assert release.get("Deployment")["spec"]["template"]["spec"]["containers"][0]["image"] == "x:1"


def test_an_object_that_is_not_the_releases_or_is_gone(release):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": release.namespace}}
    release.cluster.apply({**service, "spec": {"ports": [{"port": 80}]}})
    release.cluster.resource("apps/v1", "Deployment").delete(name="web", namespace=release.namespace)
    eventually(lambda: release.get("Deployment") is None, "it is gone")
    verdicts = release.plan(service=True)[1]
    assert verdicts["Service"] == (
        "refused",
        "it is in the cluster already, and Helm did not make it: Helm refuses to take it over",
    )
    with pytest.raises(HelmFailed, match="cannot be imported into the current release"):
        release.upgrade(service=True)
    assert release.plan()[1]["Deployment"] == ("created", "it is gone from the cluster, and Helm makes it anew")
    release.upgrade()
    assert release.get("Deployment")


def test_what_may_not_be_asked_is_named_and_the_plan_depends_on_it(release, kube_config, tmp_path, cluster):
    """And so nothing was written: this user may read two things only."""
    bound(release)
    where = {"namespace": release.namespace}
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader", **where}}
    cluster.apply({**role, "rules": [*rules, {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]})
    binding = {
        **role,
        "kind": "RoleBinding",
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "nobody"}],
    }
    cluster.apply(binding)
    theirs = tmp_path / "kubeconfig"
    theirs.write_text(release.helm.kubeconfig.read_text().replace(ADMIN_TOKEN, NOBODY_TOKEN))
    found, verdicts = release.plan(theirs, size="2Gi")
    assert verdicts["PersistentVolumeClaim"][0] == "depends"
    assert verdicts["Deployment"][0] == "unchanged"
    assert f"you may not get persistentvolumeclaims in {release.namespace}" in found["notes"][0]
    assert "list storageclasses in the cluster" in found["notes"][0]
