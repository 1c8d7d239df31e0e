"""Which fields of each kind a real API server never lets change: every field is changed, and the update tried.

Objects as Kubilitics renders them and objects made to break are created; each field of what the server has stored is
then changed, taken away or added. Where the changed object could be created (a dry-run says so) and the update is
refused (another one), the field is fixed. As a program it writes kubilitics_chartgen/kube/fixed_fields/MINOR.json
(`make probe-rules`), which `plan` reads.
"""

from __future__ import annotations

import copy
import json
import os
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import DynamicApiError

from kubilitics_chartgen.kube.quantity import is_quantity
from kubilitics_chartgen.kube.structure import Field, field_of
from kubilitics_chartgen.kube.versions import parse_version
from tests.cluster.breakable import KINDS, Choices
from tests.cluster.cluster import Cluster
from tests.cluster.plan_accuracy import quiet_namespace
from tests.cluster.plan_states import chart_states
from tests.tools import REPOSITORY

__all__ = ["bases", "collected", "probe"]

Object = dict[str, Any]
FOLDER = REPOSITORY / "kubilitics_chartgen" / "kube" / "fixed_fields"
_OF_THE_SERVER = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace")
_OTHER = {
    "RollingUpdate": "OnDelete",
    "OnDelete": "RollingUpdate",
    "Recreate": "RollingUpdate",
    "OrderedReady": "Parallel",
    "Parallel": "OrderedReady",
    "Filesystem": "Block",
    "Retain": "Delete",
    "Delete": "Retain",
    "Immediate": "WaitForFirstConsumer",
    "ClusterIP": "NodePort",
    "NodePort": "ClusterIP",
    "LoadBalancer": "ClusterIP",
    "ClientIP": "None",
    "Cluster": "Local",
    "SingleStack": "PreferDualStack",
    "Opaque": "example.com/other",
    "Allow": "Forbid",
    "Forbid": "Allow",
    "NonIndexed": "Indexed",
    "TerminatingOrFailed": "Failed",
    "PreemptLowerPriority": "Never",
    "Never": "PreemptLowerPriority",
    "ReadWriteOnce": "ReadWriteMany",
    "Prefix": "Exact",
    "TCP": "UDP",
    "Ingress": "Egress",
    "Max": "Min",
    "view": "edit",
    "edit": "view",
}
"""Another word that is one where the first was."""


def bases(namespace: str) -> Iterator[Object]:
    """A few objects of each kind that Kubilitics renders or charts break with, different in shape."""
    rng = random.Random(33)
    for make in KINDS.values():
        for _ in range(4):
            yield make(Choices(rng))
    seen: dict[str, list[set[str]]] = defaultdict(list)
    for state in chart_states(namespace):
        for item in state:
            shape = set(_paths(item, ""))
            if len(seen[item["kind"]]) < 4 and all(shape - known for known in seen[item["kind"]]):
                seen[item["kind"]].append(shape)
                yield item


def _paths(value: Any, path: str) -> Iterator[str]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{path}[]")


def probe(cluster: Cluster, namespace: str, objects: list[Object]) -> Iterator[tuple[str, str, str]]:
    """(kind with its group, path, fixed or free or untried) for every change of every object."""
    minor = parse_version(cluster.version).minor
    made = []
    for number, item in enumerate(objects):
        new = copy.deepcopy(item)
        new["metadata"]["name"] = f"p{number:04d}"
        new["metadata"].pop("namespace", None)
        resource = cluster.resource(new["apiVersion"], new["kind"])
        if resource.namespaced:
            new["metadata"]["namespace"] = namespace
        if not _refusal(cluster, "post", new, dry_run=False):
            made.append(new)
    # Claims are bound by then.
    time.sleep(3)
    for item in made:
        stored = cluster.get(item["apiVersion"], item["kind"], item["metadata"]["name"], namespace)
        assert stored is not None
        group = item["apiVersion"].rpartition("/")[0]
        for path, changed in _changes(stored, field_of(item["apiVersion"], item["kind"], minor)):
            kind = f"{group}/{item['kind']}"
            if _refusal(cluster, "post", _fresh(changed, namespace)):
                yield kind, path, "untried"
                continue
            answer, said = _sent(cluster, "put", changed)
            if answer and _core(answer) == _core(stored):
                # The server has filled in again what was taken away.
                yield kind, path, "untried"
                continue
            yield kind, path, "fixed" if said else "free"
    for item in made:
        resource = cluster.resource(item["apiVersion"], item["kind"])
        if not resource.namespaced:
            cluster.remove(item["apiVersion"], item["kind"], item["metadata"]["name"])


def _fresh(changed: Object, namespace: str) -> Object:
    """The changed object as a new one: without what the server has given the old one for itself."""
    new = copy.deepcopy(changed)
    name = f"{changed['metadata']['name']}-new"
    new["metadata"] = {key: value for key, value in changed["metadata"].items() if key not in _OF_THE_SERVER}
    new["metadata"] |= {"name": name, "namespace": namespace}
    spec = new.get("spec") or {}
    if new["kind"] == "Job":
        spec.pop("selector", None)
        labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
        for key in [key for key in labels if key.endswith(("controller-uid", "job-name"))]:
            del labels[key]
    if new["kind"] == "Service":
        if spec.get("clusterIP") != "None":
            spec.pop("clusterIP", None)
            spec.pop("clusterIPs", None)
        for port in spec.get("ports") or ():
            port.pop("nodePort", None)
    return new


def _core(item: Object) -> Object:
    return {key: value for key, value in item.items() if key not in ("metadata", "status")}


def _refusal(cluster: Cluster, verb: str, item: Object, *, dry_run: bool = True) -> str:
    return _sent(cluster, verb, item, dry_run=dry_run)[1]


def _sent(cluster: Cluster, verb: str, item: Object, *, dry_run: bool = True) -> tuple[Object | None, str]:
    """What the server would store, or why it refuses."""
    resource = cluster.resource(item["apiVersion"], item["kind"])
    name = item["metadata"]["name"] if verb == "put" else None
    space = item["metadata"].get("namespace") if resource.namespaced else None
    path = resource.path(name=name, namespace=space)
    query = [("dryRun", "All")] if dry_run else []
    try:
        answer = cluster.dynamic.request(verb, path, body=item, query_params=query, serialize=False)
    except (DynamicApiError, ApiException) as error:
        body = error.body
        return None, str(json.loads(body).get("message"))
    return json.loads(answer.data), ""


def _changes(stored: Object, field: Field) -> Iterator[tuple[str, Object]]:
    """Every changed copy, with the path of what is changed."""
    for key in stored:
        if key not in ("apiVersion", "kind", "metadata", "status"):
            for path, value in _variants(stored[key], key, field.child(key)):
                yield path, {**stored, key: value}
            yield key, {name: value for name, value in stored.items() if name != key}
    template = (stored.get("spec") or {}).get("template")
    if template and "selector" in stored["spec"] and stored["kind"] != "Job":
        # A selector alone would not fit the pods.
        changed = copy.deepcopy(stored)
        changed["spec"]["selector"]["matchLabels"]["probe"] = "x"
        changed["spec"]["template"]["metadata"]["labels"]["probe"] = "x"
        yield "spec.selector", changed
    for name, value in _added(stored, field):
        if name not in ("apiVersion", "kind", "metadata", "status"):
            yield name, {**stored, name: value}


def _variants(value: Any, path: str, field: Field) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            for below, other in _variants(item, f"{path}.{key}", field.child(key)):
                yield below, {**value, key: other}
            yield f"{path}.{key}", {name: item for name, item in value.items() if name != key}
        for key, item in _added(value, field):
            yield f"{path}.{key}", {**value, key: item}
        if not field.is_struct:
            yield path, {**value, "probe": "x"}
    elif isinstance(value, list):
        for position, item in enumerate(value[:1]):
            for below, other in _variants(item, f"{path}[]", field.item):
                yield below, [*value[:position], other, *value[position + 1 :]]
        yield path, value[1:]
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int):
        yield path, value + 1
        yield path, max(0, value - 1)
    elif isinstance(value, str):
        if value in _OTHER:
            yield path, _OTHER[value]
        elif field.is_quantity and is_quantity(value):
            yield path, "77Gi"
        else:
            yield path, f"{value}x"


def _added(value: Object, field: Field) -> Iterator[tuple[str, Any]]:
    simple = {"boolean": True, "integer": 1, "string": "x"}
    for name, schema in (field.definition.get("properties") or {}).items():
        kinds = [kind for kind in simple if kind in (schema.get("type") or ())]
        if name not in value and kinds:
            yield name, simple[kinds[0]]


def collected(found: Iterator[tuple[str, str, str]]) -> dict[str, dict[str, list[str]]]:
    """By kind: what is fixed, always; what is free, always; what depends."""
    verdicts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, path, verdict in found:
        verdicts[kind][path].add(verdict)
    answer = {}
    for kind, paths in sorted(verdicts.items()):
        tried = {path: seen - {"untried"} for path, seen in paths.items() if seen - {"untried"}}
        whole = {
            path
            for path in {parent for name in tried for parent in _parents(name)}
            if {verdict for name, seen in tried.items() if _is_in(name, path) for verdict in seen} == {"fixed"}
        }
        # A field may be free while something in it is not, and the other way round.
        fixed = {path for path in whole if not any(parent in whole for parent in _parents(path)[:-1])}
        free = {path for path, seen in tried.items() if seen == {"free"}}
        answer[kind] = {
            "fixed": sorted(fixed),
            "free": sorted(path for path in free if not any(parent in free for parent in _parents(path)[:-1])),
            "depends": sorted(path for path, seen in tried.items() if len(seen) > 1),
        }
    return answer


def _parents(path: str) -> list[str]:
    """The path and all above it, the shortest first."""
    steps = path.split(".")
    return [".".join(steps[:count]) for count in range(1, len(steps) + 1)]


def _is_in(path: str, parent: str) -> bool:
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))


def main() -> int:
    """Write what the cluster of KUBECONFIG says of its minor."""
    cluster = Cluster(Path(os.environ["KUBECONFIG"]))
    name = f"probe-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    quiet_namespace(cluster, name)
    try:
        kinds = collected(probe(cluster, name, list(bases(name))))
    finally:
        cluster.core.delete_namespace(name)
    served = json.loads(cluster.dynamic.request("get", "/version", serialize=False).data)["gitVersion"]
    text = json.dumps({"kubernetes": served, "madeBy": "make probe-rules", "kinds": kinds}, indent=1, sort_keys=True)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{parse_version(cluster.version).name}.json").write_text(f"{text}\n", encoding="utf-8")
    sys.stderr.write(f"{len(kinds)} kinds probed on {served}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
