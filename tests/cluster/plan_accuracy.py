"""What `plan` says of objects, held against what a real API server does with them.

Each pair of objects is installed as the old one and sent again as the new one, as a server-side dry-run, by kubectl:
its client-side apply makes the same three-way strategic merge patch as Helm 3, its server-side apply is Helm 4's. As a
program it writes docs/plan-accuracy.md (`make plan-accuracy`).
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.kube.defaults import ALLOCATED
from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.versions import parse_version
from kubilitics_chartgen.upgrade import Apply, State, Verdict, make_plan
from kubilitics_chartgen.upgrade.change import Identity
from kubilitics_chartgen.upgrade.plan import after_upgrade
from tests.cluster.cluster import Cluster

__all__ = ["Outcome", "compare", "predicted"]

Object = dict[str, Any]
_THE_CLUSTERS = (".spec.volumeName", ".spec.selector.matchLabels", ".spec.updateStrategy.rollingUpdate.maxUnavailable")
_CLUSTER_SCOPED = ("StorageClass", "PriorityClass", "ClusterRole", "ClusterRoleBinding")
_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "annotations")
_REFUSED = re.compile(r"\b(t\d{4,}[sc])\b")


@dataclass(frozen=True)
class Outcome:
    """One pair: what was said, what happened."""

    before: Object
    after: Object
    apply: Apply
    said: str
    happened: str
    answer: str
    """The server's words, or where the stored object differs from the predicted one."""


def predicted(before: Object, after: Object, version: str, apply: Apply) -> str:
    """What the plan says, in the words of the table."""
    identity = Identity("", str(after["kind"]), "default", "x")
    sides = (State({identity: before}, {}), State({identity: after}, {}))
    change = make_plan(*sides, version=parse_version(version), applies=(apply,)).changes[0]
    if change.verdict is Verdict.DATA_AT_RISK:
        return "changed"
    if change.verdict in (Verdict.RESTART, Verdict.DOWNTIME):
        return "restart"
    return {Verdict.CHANGED: "changed"}.get(change.verdict, change.verdict.value)


def compare(
    cluster: Cluster, kubectl: str, namespace: str, pairs: Sequence[tuple[Object, Object]], apply: Apply
) -> list[Outcome]:
    """Every pair against the server; old objects that it would not take at all are left out."""
    mark = apply.value[0]
    olds = [_named(before, number, mark, namespace) for number, (before, _after) in enumerate(pairs)]
    news = [_named(after, number, mark, namespace) for number, (_before, after) in enumerate(pairs)]
    _send(cluster, kubectl, olds, apply, dry_run=False)
    try:
        stored = {item["metadata"]["name"]: item for item in _get(cluster, kubectl, olds)}
        there = [item for item in news if item["metadata"]["name"] in stored]
        answers, refused = _send(cluster, kubectl, there, apply, dry_run=True)
        outcomes = []
        for number, (before, after) in enumerate(pairs):
            name = f"t{number:04d}{mark}"
            if name not in stored:
                continue
            happened, answer = _happened(stored[name], answers.get(name), refused.get(name, ""))
            if happened != "refused":
                answer = "; ".join(_unlike(before, after, apply, answers[name], cluster.version))
            said = predicted(before, after, cluster.version, apply)
            outcomes.append(Outcome(before, after, apply, said, happened, answer))
        return outcomes
    finally:
        _kubectl(cluster, kubectl, ["delete", "--wait=false", "--ignore-not-found"], olds)


def table(outcomes: Iterable[Outcome]) -> str:
    """The confusion table as Markdown."""
    counter = Counter((item.said, item.happened) for item in outcomes)
    said = ["unchanged", "changed", "restart", "depends", "refused"]
    happened = ["unchanged", "changed", "restart", "refused"]
    lines = [f"| plan says | {' | '.join(happened)} |", "| --- | " + " | ".join(["---:"] * len(happened)) + " |"]
    lines += [f"| {row} | {' | '.join(str(counter[row, column]) for column in happened)} |" for row in said]
    return "\n".join(lines) + "\n"


def _named(obj: Object, number: int, mark: str, namespace: str) -> Object:
    new = copy.deepcopy(obj)
    new["metadata"]["name"] = f"t{number:04d}{mark}"
    if new["kind"] not in _CLUSTER_SCOPED:
        new["metadata"]["namespace"] = namespace
    return new


def _send(
    cluster: Cluster, kubectl: str, objects: list[Object], apply: Apply, *, dry_run: bool
) -> tuple[dict[str, Object], dict[str, str]]:
    """The stored objects by name, and the refusals by name."""
    words = ["apply", "--validate=ignore"]
    if apply is Apply.server:
        words += ["--server-side", "--field-manager=helm"]
    if dry_run:
        words.append("--dry-run=server")
    taken, err = _kubectl(cluster, kubectl, [*words, "--output=name"], objects)
    names = {line.rpartition("/")[2] for line in taken.splitlines()}
    refused = _refusals(err, {item["metadata"]["name"] for item in objects} - names)
    if not dry_run:
        return {}, refused
    # With one refusal among them, kubectl prints no object at all: so those that were taken are sent once more.
    out, _err = _kubectl(
        cluster, kubectl, [*words, "--output=json"], [item for item in objects if item["metadata"]["name"] in names]
    )
    return {item["metadata"]["name"]: item for item in _items(out)}, refused


def _refusals(err: str, names: set[str]) -> dict[str, str]:
    """The server's words for each refused object: the last name in a message is the object's."""
    refused: dict[str, str] = {}
    waiting = ""
    for line in err.splitlines():
        waiting = f"{waiting} {line[-600:].strip()}".strip()
        named = [name for name in _REFUSED.findall(line) if name in names]
        if named:
            refused[named[-1]] = f"{refused.get(named[-1], '')} {waiting}".strip()[-600:]
            waiting = ""
    return refused


def _get(cluster: Cluster, kubectl: str, objects: list[Object]) -> list[Object]:
    return _items(_kubectl(cluster, kubectl, ["get", "--output=json", "--ignore-not-found"], objects)[0])


def _items(out: str) -> list[Object]:
    if not out.strip():
        return []
    found = json.loads(out)
    return list(found["items"]) if found.get("kind") == "List" else [found]


def _kubectl(cluster: Cluster, kubectl: str, words: list[str], objects: list[Object]) -> tuple[str, str]:
    if not objects:
        return "", ""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    done = subprocess.run(
        [kubectl, f"--kubeconfig={cluster.kubeconfig}", *words, "--filename=-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout, done.stderr


def _happened(stored: Object, answer: Object | None, refusal: str) -> tuple[str, str]:
    if answer is None:
        assert refusal, f"neither an answer nor a refusal for {stored['kind']}/{stored['metadata']['name']}"
        return "refused", refusal
    before, after = _core(stored), _core(answer)
    if before == after:
        return "unchanged", ""
    spec, new = before.get("spec", {}), after.get("spec", {})
    if before["kind"] in ("Deployment", "StatefulSet", "DaemonSet") and spec["template"] != new["template"]:
        # Whether the pods go at once is the controller's: none where there are none, or where somebody must delete them.
        waits = new.get("updateStrategy", {}).get("type") == "OnDelete" or new.get("replicas") == 0
        partition = ((new.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
        waits = waits or (before["kind"] == "StatefulSet" and partition >= new.get("replicas", 1))
        return ("changed" if waits else "restart"), ""
    return "changed", ""


def _core(obj: Object) -> Object:
    """What was asked for, without what the server counts and notes."""
    new = {key: value for key, value in obj.items() if key != "status"}
    new["metadata"] = {key: value for key, value in obj["metadata"].items() if key not in _SERVERS_OWN}
    return new


def _unlike(before: Object, after: Object, apply: Apply, answer: Object, version: str) -> list[str]:
    """Where the object that the server would store is not the predicted one."""
    minor = parse_version(version).minor
    _stored, wanted = after_upgrade(before, after, minor, apply)
    ours, theirs = _core(wanted), _core(answer)
    for side in (ours, theirs):
        for key in ("name", "namespace"):
            side["metadata"].pop(key, None)
    return list(_walk(ours, theirs, ""))


def _walk(ours: Any, theirs: Any, path: str) -> Iterable[str]:
    # What the cluster adds when it binds a claim or makes a Job, and a field that only the newest versions fill in.
    if ours == ALLOCATED or path in _THE_CLUSTERS or "controller-uid" in path or "job-name" in path:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from _walk(ours.get(key), theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for position, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _walk(one, other, f"{path}[{position}]")
    elif ours != theirs and not (is_quantity(ours) and is_quantity(theirs) and parse_quantity(ours) == parse_quantity(theirs)):
        yield f"{path}: predicted {ours!r}, stored {theirs!r}"
