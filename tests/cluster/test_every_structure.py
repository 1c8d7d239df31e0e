"""One object of each distinct structure that `verify` sweeps over passes a real API server, judging strictly."""

from concurrent.futures import ThreadPoolExecutor

from tests.cluster.cluster import CRDS
from tests.cluster.structures import distinct_structures, structure

FOLDERS = tuple(sorted(path.name for path in CRDS.iterdir() if path.is_dir()))


def test_one_object_of_each_structure_passes_a_dry_run(cluster, namespace, monkeypatch):
    objects = distinct_structures(monkeypatch, cluster.version)
    assert len(objects) > 1000
    assert {item["kind"] for item in objects} >= {"Deployment", "StatefulSet", "NetworkPolicy", "Ingress", "Pod", "Job"}
    cluster.install_crds(*FOLDERS)
    try:
        for item in objects:
            cluster.resource(item["apiVersion"], item["kind"])
        placed = [{**item, "metadata": {**item["metadata"], "namespace": namespace}} for item in objects]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(cluster.refusal, placed))
    finally:
        cluster.remove_crds(*FOLDERS)
    refused = {
        f"{item['kind']}/{item['metadata']['name']}": said for item, said in zip(objects, answers, strict=True) if said
    }
    assert refused == {}


def test_what_differs_in_structure_and_what_does_not():
    one = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a", "labels": {"x": "1"}},
        "spec": {"ports": [1]},
    }
    assert structure(one) == structure(
        {**one, "metadata": {"name": "b", "labels": {"y": "2"}}, "spec": {"ports": [1, 2]}}
    )
    assert structure(one) != structure({**one, "spec": {"ports": ["1"]}})
    assert structure(one) != structure({**one, "spec": {"ports": [1], "type": "NodePort"}})
