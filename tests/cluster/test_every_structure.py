"""One object of each distinct structure that `verify` sweeps over passes a real API server, judging strictly."""

import contextlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from kubernetes.dynamic.exceptions import ResourceNotFoundError

from tests.cluster.cluster import CRDS
from tests.cluster.structures import distinct_structures, structure

FOLDERS = tuple(sorted(path.name for path in CRDS.iterdir() if path.is_dir()))
NOT_HERE = {
    "a Calico with domain rules, not the open one": r"unknown field .spec\.egress\[\d+\]\.destination\.domains",
    "a cluster with two IP families": r"not configured (for dual-stack services|on this cluster)",
    "an older External Secrets Operator": r"No matches found for .*external-secrets\.io/v1beta1",
}
"""What an operator's values ask for, and this cluster or the chart does not have."""


def test_one_object_of_each_structure_passes_a_dry_run(cluster, namespace):
    objects = distinct_structures(cluster.version)
    assert len(objects) > 1000
    assert {item["kind"] for item in objects} >= {"Deployment", "StatefulSet", "NetworkPolicy", "Ingress", "Pod", "Job"}
    placed = [{**item, "metadata": {**item["metadata"], "namespace": namespace}} for item in objects]
    cluster.install_crds(*FOLDERS)
    try:
        for item in placed:
            # Asked for once, before several threads do; one that is not there is a refusal below.
            with contextlib.suppress(ResourceNotFoundError):
                cluster.resource(item["apiVersion"], item["kind"])
        answers = [cluster.refusal(item) for item in placed if item["kind"] == "ServiceAccount"]
        make_what_pods_name(cluster, namespace, placed)
        with ThreadPoolExecutor(4) as pool:
            answers += pool.map(cluster.refusal, (item for item in placed if item["kind"] != "ServiceAccount"))
    finally:
        cluster.remove_crds(*FOLDERS)
        cluster.remove("scheduling.k8s.io/v1", "PriorityClass", "example")
    assert Counter(said for said in map(unexpected, answers) if said) == {}
    assert sum(map(bool, answers)) < len(objects) / 3


def make_what_pods_name(cluster, namespace, objects):
    """The accounts and the priority that a pod by itself must find."""
    pods = [item["spec"] for item in objects if item["kind"] == "Pod"]
    for name in sorted({pod["serviceAccountName"] for pod in pods if pod.get("serviceAccountName")} - {"default"}):
        cluster.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
        )
    for name in sorted({pod["priorityClassName"] for pod in pods if pod.get("priorityClassName")}):
        body = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": 1}
        cluster.apply(body)


def unexpected(said):
    """What is left of a refusal without what this cluster does not have."""
    causes = re.split(r", (?=spec\.)", said.partition("is invalid: ")[2].strip("[]") or said)
    left = [cause for cause in causes if not any(re.search(known, cause) for known in NOT_HERE.values())]
    return "; ".join(left)


def test_what_differs_in_structure_and_what_does_not():
    metadata, spec = {"name": "a", "labels": {"x": "1"}}, {"ports": [1]}
    one = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    assert structure(one) == structure(
        {**one, "metadata": {"name": "b", "labels": {"y": "2"}}, "spec": {"ports": [1, 2]}}
    )
    assert structure(one) != structure({**one, "spec": {"ports": ["1"]}})
    assert structure(one) != structure({**one, "spec": {"ports": [1], "type": "NodePort"}})


def test_a_refusal_is_taken_apart():
    known = 'spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster'
    assert unexpected(f'Deployment.apps "x" is invalid: [{known}, {known}]') == ""
    assert unexpected(f'Deployment.apps "x" is invalid: [{known}, spec.replicas: must not be negative]') == (
        "spec.replicas: must not be negative"
    )
    assert unexpected('pods "x" is forbidden: why') == 'pods "x" is forbidden: why'
