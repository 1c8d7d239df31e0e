"""What `plan` says of objects, held against what a real API server does with them.

Each pair of objects is installed as the old one and sent again as the new one, as a server-side dry-run, by kubectl:
its client-side apply makes the same three-way strategic merge patch as Helm 3, its server-side apply is Helm 4's. As a
program it writes docs/plan-accuracy.md (`make plan-accuracy`).
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.kube.defaults import ALLOCATED
from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.versions import newest, parse_version
from kubilitics_chartgen.upgrade import Apply, State, Verdict, make_plan
from kubilitics_chartgen.upgrade.change import Identity
from kubilitics_chartgen.upgrade.fate import after_upgrade
from tests.cluster.cluster import Cluster
from tests.tools import REPOSITORY, needed

__all__ = [
    "Outcome",
    "chart_pairs",
    "compare",
    "kubectl_of",
    "predicted",
    "quiet_namespace",
    "table",
    "undecided",
    "wrong",
]

Object = dict[str, Any]
_THE_CLUSTERS = (".spec.volumeName", ".spec.selector.matchLabels", ".spec.updateStrategy.rollingUpdate.maxUnavailable")
_GATED = {35: (".spec.behavior.scaleUp.tolerance", ".spec.behavior.scaleDown.tolerance")}
"""Fields that a server drops before this minor, where they are behind a feature gate."""
_HEAD = """# How well `plan` predicts

Written by `make plan-accuracy`; do not edit. Rows: what `kubilitics-chartgen plan` says of an object. Columns: what a
real API server did with it, in a server-side dry-run of the new object over the installed old one. `depends` is said
where only the cluster knows: whether a claim is bound and may grow, which StorageClass it got, how many replicas an
autoscaler has set, whether a Job is suspended. Upgrades between the same two objects are compared once. Every test run
compares them too, with other random ones. The same target then upgrades whole releases for real.
"""
_OTHERS = (
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "deprecated.daemonset.template.generation",
)
_CLUSTER_SCOPED = ("StorageClass", "PriorityClass", "ClusterRole", "ClusterRoleBinding")
_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp")
_NOTES = ("kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision")
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
    _kubectl(cluster, kubectl, [*_words(apply), "--output=name"], olds)
    try:
        stored = {item["metadata"]["name"]: item for item in _get(cluster, kubectl, olds)}
        there = {
            new["metadata"]["name"]: (new, pair)
            for new, pair in zip(news, pairs, strict=True)
            if new["metadata"]["name"] in stored
        }
        said = {name: predicted(*pair, cluster.version, apply) for name, (_new, pair) in there.items()}
        answers: dict[str, Object] = {}
        refused: dict[str, str] = {}
        # With one refusal among them, kubectl prints no object at all: those that are foreseen go apart.
        for foreseen in (False, True):
            part = [new for name, (new, _pair) in there.items() if (said[name] == "refused") is foreseen]
            taken, not_taken = _dry_run(cluster, kubectl, part, apply)
            answers.update(taken)
            refused.update(not_taken)
        outcomes = []
        for name, (_new, (before, after)) in there.items():
            happened, answer = _happened(stored[name], answers.get(name), refused.get(name, ""))
            if happened != "refused":
                answer = "; ".join(_unlike(before, after, apply, answers[name], cluster.version))
            outcomes.append(Outcome(before, after, apply, said[name], happened, answer))
        return outcomes
    finally:
        _kubectl(cluster, kubectl, ["delete", "--wait=false", "--ignore-not-found"], olds)


def wrong(outcomes: Iterable[Outcome]) -> list[str]:
    """Refusals that were not announced, false alarms, other fates, and stored objects unlike the predicted ones."""
    found = []
    for item in outcomes:
        fine = item.said in (item.happened, "depends")
        if not fine or (item.happened != "refused" and item.answer):
            found.append(
                f"{item.after['kind']} ({item.apply.value}): said {item.said}, happened {item.happened}: {item.answer}"
            )
    return found


def chart_pairs(states: Sequence[Sequence[Object]]) -> tuple[list[tuple[Object, Object]], int]:
    """Each distinct pair of objects in the transitions between any two of the states, and how many transitions."""
    pairs: dict[str, tuple[Object, Object]] = {}
    for old in states:
        there = {_key(item): item for item in old}
        for new in states:
            for item in new:
                before = there.get(_key(item))
                if before is not None and before != item:
                    pairs.setdefault(json.dumps([before, item], sort_keys=True), (before, item))
    return list(pairs.values()), len(states) * (len(states) - 1)


def undecided(states: Sequence[Sequence[Object]]) -> int:
    """In how many of the transitions the plan leaves the fate of an object to what only the cluster knows."""
    sides = [
        State({Identity(_group(item), item["kind"], "", item["metadata"]["name"]): item for item in state}, {})
        for state in states
    ]
    plans = (
        make_plan(old, new, version=newest(), applies=tuple(Apply)) for old in sides for new in sides if old is not new
    )
    return sum(any(change.verdict is Verdict.DEPENDS for change in plan.changes) for plan in plans)


def _group(item: Object) -> str:
    return str(item["apiVersion"].rpartition("/")[0])


def _key(item: Object) -> tuple[str, str]:
    return item["kind"], item["metadata"]["name"]


def kubectl_of(binaries: Path | None) -> str:
    """The kubectl beside the control plane's programs, or the machine's own."""
    beside = binaries / "kubectl" if binaries else None
    found = str(beside) if beside and beside.is_file() else shutil.which("kubectl")
    return needed(found, "no kubectl: run `make control-plane` (needs Go)")


def quiet_namespace(cluster: Cluster, name: str) -> None:
    """A quota of no pods: what is compared are objects."""
    quota = {"metadata": {"name": "no-pods"}, "spec": {"hard": {"pods": "0"}}}
    cluster.core.create_namespaced_resource_quota(name, quota)


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


def _words(apply: Apply) -> list[str]:
    words = ["apply", "--validate=ignore"]
    if apply is Apply.server:
        return [*words, "--server-side", "--field-manager=helm"]
    # Like Helm 3, by the types that the program was built with; else kubectl reads the server's own for each object.
    return [*words, "--openapi-patch=false"]


def _dry_run(
    cluster: Cluster, kubectl: str, objects: list[Object], apply: Apply
) -> tuple[dict[str, Object], dict[str, str]]:
    """What the server would store by name, and the refusals by name."""
    words = [*_words(apply), "--dry-run=server"]
    out, err = _kubectl(cluster, kubectl, [*words, "--output=json"], objects)
    refused: dict[str, str] = {}
    if not out.strip():
        taken, err = _kubectl(cluster, kubectl, [*words, "--output=name"], objects)
        names = {line.rpartition("/")[2] for line in taken.splitlines()}
        refused = _refusals(err, {item["metadata"]["name"] for item in objects} - names)
        there = [item for item in objects if item["metadata"]["name"] in names]
        out, err = _kubectl(cluster, kubectl, [*words, "--output=json"], there)
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
        timeout=900,
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
        # The controller replaces no pod where there is none, or where somebody must delete it first.
        waits = new.get("updateStrategy", {}).get("type") == "OnDelete" or new.get("replicas") == 0
        partition = ((new.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
        waits = waits or (before["kind"] == "StatefulSet" and partition >= new.get("replicas", 1))
        return ("changed" if waits else "restart"), ""
    return "changed", ""


def _core(obj: Object) -> Object:
    """What was asked for, without what the server counts and notes."""
    new = {key: value for key, value in obj.items() if key != "status"}
    new["metadata"] = {key: value for key, value in obj["metadata"].items() if key not in _SERVERS_OWN}
    notes = new["metadata"].pop("annotations", None) or {}
    kept = {key: value for key, value in notes.items() if key not in (*_NOTES, *_OTHERS)}
    return {**new, "metadata": {**new["metadata"], **({"annotations": kept} if kept else {})}}


def _unlike(before: Object, after: Object, apply: Apply, answer: Object, version: str) -> list[str]:
    """Where the object that the server would store is not the predicted one."""
    minor = parse_version(version).minor
    _stored, wanted = after_upgrade(before, after, minor, apply)
    ours, theirs = _core(wanted), _core(answer)
    for side in (ours, theirs):
        for key in ("name", "namespace"):
            side["metadata"].pop(key, None)
    dropped = {path for since, paths in _GATED.items() if minor < since for path in paths}
    return [f"{path}: {what}" for path, what in _walk(ours, theirs, "") if path not in dropped]


def _walk(ours: Any, theirs: Any, path: str) -> Iterable[tuple[str, str]]:
    # What the cluster adds when it binds a claim or makes a Job, and a field that only the newest versions fill in.
    if ours == ALLOCATED or path in _THE_CLUSTERS or "controller-uid" in path or "job-name" in path:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from _walk(ours.get(key), theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for position, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _walk(one, other, f"{path}[{position}]")
    elif ours != theirs and not (
        is_quantity(ours) and is_quantity(theirs) and parse_quantity(ours) == parse_quantity(theirs)
    ):
        yield path, f"predicted {ours!r}, stored {theirs!r}"


def _compared(cluster: Cluster, name: str) -> Iterator[tuple[str, list[str]]]:
    """A section of the page for each set of pairs and each way of applying, and what was predicted wrong."""
    from tests.cluster.breakable import random_pairs
    from tests.cluster.control_plane import programs
    from tests.cluster.plan_states import chart_states

    states = chart_states(name)
    charts, transitions = chart_pairs(states)
    share = 100 * undecided(states) / transitions
    yield f"\nWithout `--live`, {share:.1f} % of the {transitions} upgrades hold an object whose fate `depends`.\n", []
    kinds = {
        f"{transitions} upgrades between the releases, profiles and changed values of Kubilitics": charts,
        "400 random upgrades between objects made to break": list(random_pairs(400, seed=2026)),
    }
    for title, pairs in kinds.items():
        for apply in Apply:
            outcomes = compare(cluster, kubectl_of(programs()), name, pairs, apply)
            text = f"\n## {title}, {apply.value}-side apply\n\n{len(outcomes)} distinct pairs of objects.\n\n"
            yield text + table(outcomes), wrong(outcomes)


def main() -> int:
    """Write docs/plan-accuracy.md from a comparison with the cluster of KUBECONFIG."""
    cluster = Cluster(Path(os.environ["KUBECONFIG"]))
    name = f"plan-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    quiet_namespace(cluster, name)
    text, faults = f"{_HEAD}\nCompared on Kubernetes {cluster.version}.\n", []
    try:
        for section, wrongs in _compared(cluster, name):
            text, faults = text + section, [*faults, *wrongs]
    finally:
        cluster.core.delete_namespace(name)
    text += f"\nObjects that the server stored otherwise than predicted, or fates that differ: {len(faults)}.\n"
    (REPOSITORY / "docs" / "plan-accuracy.md").write_text(text, encoding="utf-8")
    sys.stderr.write("\n".join(faults) + "\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
