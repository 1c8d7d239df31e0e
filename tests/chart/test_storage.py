"""How AI keeps its data: section 5 of the delivery architecture, "Shared Storage and Persistence for AI"."""

import pytest

from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, merged, render

AI = "kubilitics-ai"
VECTORS = {"vectorDatabase": {"enabled": True}}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def ai(**settings):
    return merged(AI_ON, {"ai": settings})


PER_REPLICA = ai(replicas=3, persistence={"perReplica": True, "storageClass": "fast"})


def claims(objects):
    return [name for kind, name in objects.names if kind == "PersistentVolumeClaim" and "backend" not in name]


def data_volume(objects, kind="Deployment"):
    volumes = objects.get(kind, AI)["spec"]["template"]["spec"]["volumes"]
    return [volume for volume in volumes if volume["name"] == "data"]


def test_by_default_one_pod_writes_one_volume_and_stops_before_its_successor_starts():
    objects = render(AI_ON)
    assert claims(objects) == [AI]
    assert objects.get("Deployment", AI)["spec"]["replicas"] == 1
    assert objects.get("Deployment", AI)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_shared_volume_still_has_one_writer():
    values = ai(persistence={"accessModes": ["ReadWriteMany"]})
    objects = render(values)
    assert objects.get("PersistentVolumeClaim", AI)["spec"]["accessModes"] == ["ReadWriteMany"]
    assert objects.get("Deployment", AI)["spec"]["strategy"] == {"type": "Recreate"}
    complaint = embedded(merged(values, ai(replicas=2)))
    assert "one SQLite file and corrupt it" in complaint


def test_a_volume_per_replica_makes_ai_a_statefulset_with_claims_of_its_own():
    objects = render(PER_REPLICA)
    assert ("Deployment", AI) not in objects.names
    assert claims(objects) == []
    spec = objects.get("StatefulSet", AI)["spec"]
    assert spec["replicas"] == 3
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "fast",
    }
    mounts = {mount["mountPath"]: mount["name"] for mount in spec["template"]["spec"]["containers"][0]["volumeMounts"]}
    assert mounts["/data/ai"] == mounts["/app/logs"] == claim["metadata"]["name"]
    assert data_volume(objects, "StatefulSet") == []


def test_what_kubernetes_never_lets_change_in_a_statefulset_does_not_follow_versions_or_labels():
    """selector, serviceName, podManagementPolicy and volumeClaimTemplates are immutable."""
    labels = {"commonLabels": {"team": "x"}, "commonAnnotations": {"a": "b"}, "ai": {"labels": {"c": "d"}}}

    def fixed(values):
        spec = render(values).get("StatefulSet", AI)["spec"]
        return [spec[key] for key in ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates")]

    assert fixed(PER_REPLICA) == fixed(merged(PER_REPLICA, labels, ai(replicas=5)))
    assert set(render(PER_REPLICA).get("StatefulSet", AI)["spec"]["volumeClaimTemplates"][0]["metadata"]) == {"name"}


def test_claims_of_replicas_stay_when_pods_or_the_release_go():
    for version, policy in (("1.26", None), ("1.27", {"whenDeleted": "Retain", "whenScaled": "Retain"})):
        spec = render(merged(PER_REPLICA, {"kubeVersionOverride": version})).get("StatefulSet", AI)["spec"]
        assert spec.get("persistentVolumeClaimRetentionPolicy") == policy


def test_the_statefulset_is_updated_pod_by_pod_and_says_so_in_full():
    spec = render(PER_REPLICA).get("StatefulSet", AI)["spec"]
    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}


def test_all_replicas_each_replica_and_the_first_alone_have_a_service():
    objects = render(PER_REPLICA)
    everybody = {
        "app.kubernetes.io/name": "kubilitics",
        "app.kubernetes.io/instance": "kubilitics",
        "app.kubernetes.io/component": "ai",
    }
    assert objects.get("Service", AI)["spec"]["selector"] == everybody
    headless = objects.get("Service", f"{AI}-headless")["spec"]
    assert (headless["clusterIP"], headless["selector"]) == ("None", everybody)
    assert objects.get("StatefulSet", AI)["spec"]["serviceName"] == f"{AI}-headless"
    primary = objects.get("Service", f"{AI}-primary")["spec"]["selector"]
    assert primary == {**everybody, "statefulset.kubernetes.io/pod-name": f"{AI}-0"}


def test_without_volumes_per_replica_there_is_neither_a_headless_nor_a_primary_service():
    assert [name for kind, name in render(AI_ON).names if kind == "Service" and "ai" in name] == [AI]


def test_the_pod_is_the_same_in_both_but_for_where_its_volume_comes_from():
    deployment = render(AI_ON).get("Deployment", AI)["spec"]["template"]
    stateful = render(ai(persistence={"perReplica": True})).get("StatefulSet", AI)["spec"]["template"]
    volumes = [volume for volume in deployment["spec"]["volumes"] if volume["name"] != "data"]
    assert stateful == {**deployment, "spec": {**deployment["spec"], "volumes": volumes}}


@pytest.mark.parametrize("release", ["kubilitics", "x" * 41, "x" * 42, "y" * 53])
def test_a_statefulsets_name_leaves_room_for_kubernetes_hash_and_the_primary_follows_it(release):
    """The label controller-revision-hash is the name, a dash and ten characters, 63 in all."""
    objects = render(PER_REPLICA, release=release)
    (stateful,) = [item for item in objects.all if item["kind"] == "StatefulSet"]
    assert len(stateful["metadata"]["name"]) <= 52
    (primary,) = [
        item
        for item in objects.all
        if item["kind"] == "Service" and "statefulset.kubernetes.io/pod-name" in item["spec"]["selector"]
    ]
    pod = primary["spec"]["selector"]["statefulset.kubernetes.io/pod-name"]
    assert pod == f"{stateful['metadata']['name']}-0"
    assert stateful["spec"]["serviceName"] in [name for kind, name in objects.names if kind == "Service"]


def test_without_a_volume_the_pod_is_replaced_without_a_moment_unready():
    objects = render(ai(persistence={"enabled": False}))
    assert objects.get("Deployment", AI)["spec"]["strategy"] == ROLLING
    assert data_volume(objects) == [{"name": "data", "emptyDir": {}}]
    assert "audit trail are lost" in objects.notes


def test_with_an_existing_claim_the_writer_is_still_one():
    objects = render(ai(persistence={"existingClaim": "mine"}))
    assert claims(objects) == []
    assert objects.get("Deployment", AI)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_release_that_leaves_rolling_updates_leaves_nothing_of_them():
    """Every strategy is written in full, so what the other one had is removed when a release switches."""
    for values in (AI_ON, ai(persistence={"enabled": False})):
        strategy = render(values).get("Deployment", AI)["spec"]["strategy"]
        assert strategy in ({"type": "Recreate"}, ROLLING)


ALLOWED = {
    "one pod, one volume": (1, {}, {}),
    "one pod, a shared volume": (1, {"accessModes": ["ReadWriteMany"]}, {}),
    "one pod, no volume": (1, {"enabled": False}, {}),
    "several pods, a volume each": (3, {"perReplica": True}, {}),
    "several pods, a volume each, and a vector database": (3, {"perReplica": True}, VECTORS),
    "several pods, no volume, a vector database": (3, {"enabled": False}, VECTORS),
}
REFUSED = {
    "several pods, one volume": (2, {}, {}),
    "several pods, a shared volume": (2, {"accessModes": ["ReadWriteMany"]}, {}),
    "several pods, an existing claim": (2, {"existingClaim": "mine"}, {}),
    "several pods, one volume beside a vector database": (2, {}, VECTORS),
    "several pods, no volume and no vector database": (2, {"enabled": False}, {}),
}


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED)
def test_storage_that_allows_this_many_pods(case):
    replicas, persistence, extra = case
    assert embedded(merged(ai(replicas=replicas, persistence=persistence), extra)) is None
    if replicas > 1:
        assert embedded(merged(ai(autoscaling={"enabled": True}, persistence=persistence), extra)) is None


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_storage_that_does_not(case):
    replicas, persistence, extra = case
    complaint = embedded(merged(ai(replicas=replicas, persistence=persistence), extra))
    assert "- ai.replicas: several AI pods" in complaint
    complaint = embedded(merged(ai(autoscaling={"enabled": True}, persistence=persistence), extra))
    assert "- ai.autoscaling.enabled: several AI pods" in complaint


def test_with_ai_off_nothing_about_its_storage_is_refused():
    assert embedded({"ai": {"replicas": 9, "persistence": {"perReplica": True, "existingClaim": "x"}}}) is None
