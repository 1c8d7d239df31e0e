"""What the cluster knows changes what a plan says; tests/cluster/test_plan_facts.py asks a real one."""

import copy

import pytest

from kubilitics_chartgen.kube.versions import parse_version
from kubilitics_chartgen.upgrade import Apply, State, make_plan
from kubilitics_chartgen.upgrade.change import Identity
from kubilitics_chartgen.upgrade.live import Live

DEPLOYMENT = Identity("apps", "Deployment", "shop", "web")
CLAIM = Identity("", "PersistentVolumeClaim", "shop", "data")
OURS = {
    "labels": {"app.kubernetes.io/managed-by": "Helm"},
    "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
}


def deployment(replicas=1, image="x:1"):
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": image}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": pod, "replicas": replicas}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def claim(size="1Gi", **spec):
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": wanted}


def owned(obj, manager, fields, **entry):
    managed = [{"manager": "helm", "fieldsV1": fields}, {"manager": manager, "fieldsV1": fields, **entry}]
    return {**obj, "metadata": {**obj["metadata"], **OURS, "managedFields": managed}}


def planned(identity, old, new, there, apply=Apply.client, **facts):
    live = Live("web", "shop", {identity: there}, **facts)
    sides = [State({identity: side} if side else {}, {}) for side in (old, new)]
    change = make_plan(*sides, version=parse_version("1.37"), applies=(apply,), live=live).changes[0]
    return change.verdict.value, " ".join(change.reasons)


REPLICAS = {"f:spec": {"f:replicas": {}}}


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        (5, 2, ("refused", "spec.replicas: belongs to scaler by now")),
        (2, 2, ("unchanged", "")),
        (5, 5, ("unchanged", "")),
    ],
)
def test_server_side_apply_is_refused_what_somebody_else_has_set_to_another_value(there, wanted, expected):
    stored = owned(deployment(there), "scaler", REPLICAS, subresource="scale")
    verdict, reason = planned(DEPLOYMENT, deployment(2), deployment(wanted), stored, Apply.server)
    assert (verdict, reason[: len(expected[1])]) == expected


def test_what_is_written_to_the_status_and_by_helm_itself_is_nobody_elses():
    stored = owned(deployment(5), "kubelet", REPLICAS, subresource="status")
    assert planned(DEPLOYMENT, deployment(5), deployment(2), stored, Apply.server)[0] == "changed in place"


def test_an_item_of_a_list_is_found_by_its_key():
    tree = {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"c"}': {"f:image": {}}}}}}}
    stored = owned(deployment(image="x:9"), "somebody", tree)
    verdict, reason = planned(DEPLOYMENT, deployment(), deployment(), stored, Apply.server)
    assert verdict == "refused"
    assert 'spec.template.spec.containers[{"name":"c"}].image: belongs to somebody' in reason
    other = copy.deepcopy(tree)
    containers = other["f:spec"]["f:template"]["f:spec"]["f:containers"]
    containers['k:{"name":"d"}'] = containers.pop('k:{"name":"c"}')
    assert planned(DEPLOYMENT, deployment(), deployment(), owned(stored, "somebody", other), Apply.server)[0] == (
        "rolling restart"
    )


def test_a_field_that_leaves_the_manifest_stays_where_somebody_else_owns_it_too():
    new = deployment()
    del new["spec"]["replicas"]
    stored = owned(deployment(5), "scaler", REPLICAS)
    assert planned(DEPLOYMENT, deployment(5), new, stored, Apply.server) == ("unchanged", "")
    assert planned(DEPLOYMENT, deployment(5), new, stored) == ("changed in place", "scaled from 5 to 1")


@pytest.mark.parametrize(
    ("phase", "expandable", "expected"),
    [
        ("Bound", {"fast": True}, ("changed in place", "")),
        ("Bound", {"fast": False}, ("refused", "StorageClass fast lets no claim grow")),
        ("Bound", {}, ("refused", "StorageClass fast lets no claim grow")),
        ("Bound", None, ("depends", "It depends on whether its StorageClass has allowVolumeExpansion")),
        ("Pending", {"fast": True}, ("refused", "it is Pending: only a bound claim may")),
    ],
)
def test_a_claim_grows_as_the_cluster_lets_it(phase, expandable, expected):
    stored = {**claim(storageClassName="fast"), "status": {"phase": phase}}
    verdict, reason = planned(CLAIM, claim(), claim("2Gi"), stored, expandable=expandable)
    assert (verdict, expected[1] in reason) == (expected[0], True)


def test_keep_counts_on_the_object_in_the_cluster():
    kept = claim()
    kept["metadata"] = {"name": "data", "annotations": {"helm.sh/resource-policy": "keep"}}
    assert planned(CLAIM, claim(), None, kept)[0] == "kept"
    assert planned(CLAIM, kept, None, claim())[0] == "data at risk"
    assert planned(CLAIM, kept, None, None) == ("removed", "it is gone from the cluster already")


def test_an_object_in_the_way_is_taken_over_only_where_it_is_the_releases():
    foreign = {**claim(), "metadata": {"name": "data", "annotations": {"meta.helm.sh/release-name": "other"}}}
    verdict, reason = planned(CLAIM, None, claim(), foreign)
    assert (verdict, "of the release other" in reason) == ("refused", True)
    assert planned(CLAIM, None, claim(), {**claim(), "metadata": {"name": "data", **OURS}}) == ("unchanged", "")
    assert planned(CLAIM, None, claim(), None) == ("created", "")


def test_a_secret_that_only_the_cluster_has_is_never_shown():
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "new-secret-text"}}
    stored = {**secret, "type": "Opaque", "data": {"k": "c2VjcmV0LW9mLXRoZS1jbHVzdGVy"}}
    del stored["stringData"]
    identity = Identity("", "Secret", "shop", "s")
    live = Live("web", "shop", {identity: stored})
    sides = [State({identity: secret}, {}) for _ in range(2)]
    plan = make_plan(*sides, version=parse_version("1.37"), applies=(Apply.client,), live=live)
    assert plan.changes[0].verdict.value == "changed in place"
    shown = str(plan.as_dict())
    assert "secret-of-the-cluster" not in shown
    assert "c2VjcmV0LW9mLXRoZS1jbHVzdGVy" not in shown
