"""Who owns `replicas` beside an autoscaler, and what Helm then does: the facts that kubilitics_chartgen.upgrade.scaling
rests on, each as the plan foretells it."""

import pytest

from kubilitics_chartgen.helm import EmbeddedEngine, Release, documents
from kubilitics_chartgen.kube.versions import newest
from kubilitics_chartgen.upgrade import Apply, make_plan
from kubilitics_chartgen.upgrade.state import state_of
from tests.cluster.cluster import eventually
from tests.cluster.helms import HelmFailed
from tests.cluster.plan_accuracy import quiet_namespace
from tests.cluster.profiles import CHART
from tests.cluster.small_chart import small_chart
from tests.cluster.test_plan_live import plan

TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  {{ with .Values.replicas }}replicas: {{ . }}{{ end }}
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: "x:1"}]}
{{ if .Values.autoscaler }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {minReplicas: 4, maxReplicas: 6, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
{{ end }}
"""
LEAST = 4


@pytest.fixture
def chart(tmp_path):
    return small_chart(tmp_path, TEMPLATE)


@pytest.fixture
def quiet(cluster, namespace):
    quiet_namespace(cluster, namespace)
    return namespace


def values(replicas, *, autoscaler):
    return {"replicas": replicas, "autoscaler": autoscaler}


def foretold(chart, namespace, helm, *sides, name="web"):
    """The plan's verdict and reasons for the Deployment, without a cluster."""
    loaded = EmbeddedEngine().load(chart)
    states = [state_of(documents(loaded.render(side, Release("kubilitics", namespace))), namespace) for side in sides]
    apply = Apply.server if helm.major == 4 else Apply.client
    found = make_plan(*states, version=newest(), applies=(apply,)).changes
    change = next(item for item in found if (item.identity.kind, item.identity.name) == ("Deployment", name))
    return change.verdict.value, " ".join(change.reasons)


def replicas(cluster, namespace, name="web"):
    return cluster.get("apps/v1", "Deployment", name, namespace)["spec"]["replicas"]


def without_autoscaler(cluster, helm, chart, namespace, given, becomes, name="web", **options):
    """Helm takes the autoscaler away last, and it may act until its controller knows: an upgrade sets that right."""
    helm.upgrade(chart, namespace, given, **options)

    def right():
        if replicas(cluster, namespace, name) != becomes:
            helm.upgrade(chart, namespace, given, **{**options, **({"force": True} if helm.major == 4 else {})})
        return replicas(cluster, namespace, name) == becomes

    eventually(right, f"an upgrade after the autoscaler has gone sets {becomes} replicas")


@pytest.mark.parametrize("becomes", [2, 3])
def test_what_helm_has_set_belongs_to_the_autoscaler_once_that_has_scaled(cluster, quiet, its_helm, chart, becomes):
    """Even where the manifest stays as it was: Helm 3 sets it back, Helm 4 is refused."""
    sides = values(2, autoscaler=True), values(becomes, autoscaler=False)
    its_helm.install(chart, quiet, sides[0])
    eventually(lambda: replicas(cluster, quiet) == LEAST, "the least that the autoscaler keeps", 60)
    verdict, reason = foretold(chart, quiet, its_helm, *sides)
    if its_helm.major == 4:
        assert (verdict, reason.partition(",")[0]) == ("refused", "spec.replicas: belongs to the autoscaler")
        with pytest.raises(HelmFailed, match=r"conflict(.|\n)*\.spec\.replicas"):
            its_helm.upgrade(chart, quiet, sides[1])
        without_autoscaler(cluster, its_helm, chart, quiet, sides[1], becomes, force=True)
    else:
        assert (verdict, reason) == (
            "changed in place",
            f"scaled from what the autoscaler has set, 4 to 6, to {becomes}",
        )
        without_autoscaler(cluster, its_helm, chart, quiet, sides[1], becomes)


@pytest.mark.parametrize("becomes", [1, 3])
def test_what_helm_has_never_set_belongs_to_nobody(cluster, quiet, its_helm, chart, becomes):
    sides = values(0, autoscaler=True), values(becomes, autoscaler=False)
    its_helm.install(chart, quiet, sides[0])
    eventually(lambda: replicas(cluster, quiet) == LEAST, "the least that the autoscaler keeps", 60)
    verdict, reason = foretold(chart, quiet, its_helm, *sides)
    assert verdict == "changed in place"
    assert reason.startswith(f"scaled from what the autoscaler has set, 4 to 6, to {becomes}")
    without_autoscaler(cluster, its_helm, chart, quiet, sides[1], becomes)


def test_an_owner_stays_when_the_manifest_no_longer_says_and_live_tells(cluster, quiet, helm4, chart):
    helm4.install(chart, quiet, values(2, autoscaler=True))
    eventually(lambda: replicas(cluster, quiet) == LEAST, "the least that the autoscaler keeps", 60)
    helm4.upgrade(chart, quiet, values(0, autoscaler=True))
    assert replicas(cluster, quiet) == LEAST
    again = values(3, autoscaler=False)
    assert (
        "refused if an earlier revision had set replicas beside an autoscaler, which --live tells"
        in foretold(chart, quiet, helm4, values(0, autoscaler=True), again)[1]
    )
    _found, verdicts = plan(helm4, quiet, chart, "--set", "replicas=3", "--set", "autoscaler=false")
    assert verdicts["Deployment"] == "refused"
    with pytest.raises(HelmFailed, match="conflict"):
        helm4.upgrade(chart, quiet, again)


def test_kubilitics_autoscaler_is_turned_on_and_off_with_either_helm(cluster, namespace, its_helm):
    off = {"frontend": {"replicas": 1}}
    on = {"frontend": {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 4}}}
    name = "kubilitics-frontend"
    its_helm.install(CHART, namespace, off, wait=True)
    its_helm.upgrade(CHART, namespace, on, wait=True)
    eventually(lambda: replicas(cluster, namespace, name) == 2, "as many as it keeps", 60)
    assert foretold(CHART, namespace, its_helm, on, off, name=name)[0] == "changed in place"
    without_autoscaler(cluster, its_helm, CHART, namespace, off, 1, name=name, wait=True)
