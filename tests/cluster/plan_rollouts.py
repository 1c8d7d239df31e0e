"""Real upgrades, one after the other, each planned before: what is refused, and whose pods are replaced.

Walks through the states of Kubilitics by one Helm: `plan --live` speaks first, then helm upgrades and the pods are
rolled out. Several go at a time, each in namespaces of its own, for a walk mostly waits. As a program it writes
docs/plan-rollouts.md (`make plan-accuracy`).
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.cluster import connect
from kubilitics_chartgen.helm import Keep
from kubilitics_chartgen.upgrade import Verdict
from kubilitics_chartgen.upgrade.planning import Planned, Wish, plan_from_cluster
from kubilitics_chartgen.upgrade.source import Side, Target
from tests.cluster.cluster import Cluster, eventually
from tests.cluster.helms import CommandHelm, HelmFailed, make_helm
from tests.cluster.plan_states import CHANGES
from tests.cluster.profiles import CHART
from tests.tools import REPOSITORY

__all__ = ["Step", "walks"]

STATES = [
    *(((path, {})) for path in sorted((REPOSITORY / "releases").glob("*.tgz"))),
    *((CHART, item) for item in CHANGES),
]
_ROLLOUTS = 60
"""By each Helm, so that more than a hundred are seen."""
_AT_A_TIME = 3
_SCALER = ("autoscaling/v2", "HorizontalPodAutoscaler")
_HEAD = """# Real upgrades, and what `plan --live` said before

Written by `make plan-accuracy`; do not edit. A release of Kubilitics goes from one random state to the next: releases,
AI on and off, its storage, replicas, autoscalers, policies. Rows: the verdict of the plan. Columns: what Helm then did;
each roll-out was waited for, and the pods of every workload were compared with those of before. After a refusal the
release goes back to what it was, and the next upgrades begin with a new one.
"""
_REPLACED = (Verdict.RESTART, Verdict.DOWNTIME)
_MINE = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}},
}


@dataclass(frozen=True)
class Step:
    """One upgrade."""

    said: str
    happened: str
    wrong: tuple[str, ...]
    """Workloads whose pods met another fate than was said, or the whole where that was refused or not."""
    replaced: int
    """Workloads whose pods were replaced."""
    kept: int
    """Workloads whose pods stayed."""


def walks(cluster: Cluster, helm: CommandHelm, *, rollouts: int, seed: int) -> list[Step]:
    """What several walkers saw until they had at least so many roll-outs together."""
    share = -(-rollouts // _AT_A_TIME)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = pool.map(
            lambda number: list(_walk(cluster, helm, rollouts=share, seed=seed + number)), range(_AT_A_TIME)
        )
        return [step for steps in found for step in steps]


def _walk(cluster: Cluster, helm: CommandHelm, *, rollouts: int, seed: int) -> Iterator[Step]:
    """Upgrades between random states until so many were rolled out; after a refusal all begins anew."""
    rng = random.Random(seed)
    done = 0
    while done < rollouts:
        namespace = f"walk-{uuid.uuid4().hex[:8]}"
        cluster.make_namespace(namespace)
        try:
            for step in _life(cluster, helm, namespace, rng):
                yield step
                done += step.happened == "rolled out"
                if done == rollouts:
                    return
        finally:
            cluster.core.delete_namespace(namespace)


def _life(cluster: Cluster, helm: CommandHelm, namespace: str, rng: random.Random) -> Iterator[Step]:
    """Upgrades of one release, up to the first that is refused; from that the release goes back to what it was."""
    cluster.apply({**_MINE, "metadata": {"name": "mine", "namespace": namespace}})
    helm.install(CHART, namespace, {}, blind=True)
    _wait(cluster, namespace)
    good: tuple[Path, dict[str, Any]] = (CHART, {})
    while True:
        chart, values = rng.choice(STATES)
        planned = _planned(helm, namespace, chart, values)
        before = _pods(cluster, namespace)
        try:
            helm.upgrade(chart, namespace, values, reset=True, blind=True)
        except HelmFailed as error:
            # Not by a rollback, which Helm refuses where the failed revision had left objects out.
            helm.upgrade(good[0], namespace, good[1], reset=True, force=True, blind=True)
            cluster.wait_ready(namespace, seconds=90)
            yield _refused(planned, str(error), (chart, values))
            return
        good = (chart, values)
        _wait(cluster, namespace)
        yield _rolled_out(planned, before, _pods(cluster, namespace))


def _wait(cluster: Cluster, namespace: str) -> None:
    """Until all is rolled out and the autoscalers have acted, so that nothing moves between a plan and its upgrade."""
    cluster.wait_ready(namespace, seconds=90)
    eventually(lambda: all(map(_has_acted, cluster.list(*_SCALER, namespace))), f"autoscalers in {namespace}", 30)
    cluster.wait_ready(namespace, seconds=90)


def _has_acted(scaler: dict[str, Any]) -> bool:
    return bool(scaler.get("status", {}).get("desiredReplicas", 0) >= scaler["spec"]["minReplicas"])


def _planned(helm: CommandHelm, namespace: str, chart: Path, values: dict[str, Any]) -> Planned:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "values.yaml"
        file.write_text(json.dumps(values), encoding="utf-8")
        wish = Wish(Side(chart, (str(file),)), Target("kubilitics", namespace), Keep.none)
        return plan_from_cluster(connect(kubeconfig=str(helm.kubeconfig), namespace=namespace), wish)


def _refused(planned: Planned, answer: str, state: tuple[Path, dict[str, Any]]) -> Step:
    said = planned.plan.verdict
    fine = said in (Verdict.REFUSED, Verdict.DEPENDS)
    wrong = () if fine else (f"{state}: said {said.value}, helm said {answer[-400:]}",)
    return Step(said.value, "refused", wrong, 0, 0)


def _pods(cluster: Cluster, namespace: str) -> dict[str, set[str]]:
    """The pods that run, by component."""
    found: dict[str, set[str]] = {}
    for pod in cluster.pods(namespace):
        component = pod["metadata"]["labels"].get("app.kubernetes.io/component", "")
        found.setdefault(component, set()).add(pod["metadata"]["uid"])
    return found


def _rolled_out(planned: Planned, before: dict[str, set[str]], after: dict[str, set[str]]) -> Step:
    wrong, replaced, kept = [], 0, 0
    if planned.plan.verdict is Verdict.REFUSED:
        wrong.append("said refused, and helm was not")
    for change in planned.plan.changes:
        kind, component = change.identity.kind, change.identity.name.removeprefix("kubilitics-")
        other = any(
            item.identity != change.identity
            and item.identity.name == change.identity.name
            and item.identity.kind in ("Deployment", "StatefulSet")
            for item in planned.plan.changes
        )
        if kind not in ("Deployment", "StatefulSet") or other or change.verdict in (Verdict.CREATED, Verdict.REMOVED):
            continue
        stayed = bool(before.get(component, set()) & after.get(component, set()))
        replaced, kept = replaced + (not stayed), kept + stayed
        if stayed == (change.verdict in _REPLACED):
            wrong.append(f"{change.identity}: said {change.verdict.value}, its pods {'stayed' if stayed else 'went'}")
    said = planned.plan.verdict
    return Step(said.value, "rolled out", tuple(wrong), replaced, kept)


def main() -> int:
    """Write docs/plan-rollouts.md from walks through the cluster of KUBECONFIG."""
    cluster = Cluster(Path(os.environ["KUBECONFIG"]))
    text, faults = f"{_HEAD}\nDone on Kubernetes {cluster.version}.\n", []
    for name in ("helm3", "helm4"):
        helm = make_helm(name, cluster.kubeconfig)
        assert isinstance(helm, CommandHelm)
        steps = walks(cluster, helm, rollouts=_ROLLOUTS, seed=2026)
        faults += [f"{name}: {line}" for step in steps for line in step.wrong]
        text += f"\n## {len(steps)} upgrades by Helm {helm.major}\n\n{_table(steps)}"
    text += f"\nUpgrades or pods that met another fate than was said: {len(faults)}.\n"
    (REPOSITORY / "docs" / "plan-rollouts.md").write_text(text, encoding="utf-8")
    sys.stderr.write("\n".join(faults) + "\n" if faults else "")
    return 1 if faults else 0


def _table(steps: list[Step]) -> str:
    counter = Counter((step.said, step.happened) for step in steps)
    replaced, kept = sum(step.replaced for step in steps), sum(step.kept for step in steps)
    lines = ["| plan says | rolled out | refused |", "| --- | ---: | ---: |"]
    for said in sorted({said for said, _happened in counter}):
        lines.append(f"| {said} | {counter[said, 'rolled out']} | {counter[said, 'refused']} |")
    counts = f"Workloads whose pods were replaced, as was said: {replaced}; whose pods stayed, as was said: {kept}."
    return "\n".join([*lines, "", counts, ""])


if __name__ == "__main__":
    sys.exit(main())
