"""Real upgrades, one after the other, each planned before: what is refused, and whose pods are replaced.

A walk through the states of Kubilitics in one namespace, by one Helm: `plan --live` speaks first, then helm upgrades
and the pods are rolled out. What was refused is rolled back, as the plan says.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.cluster import connect
from kubilitics_chartgen.helm import Keep
from kubilitics_chartgen.upgrade import Verdict
from kubilitics_chartgen.upgrade.planning import Planned, Wish, plan_from_cluster
from kubilitics_chartgen.upgrade.source import Side, Target
from tests.cluster.cluster import Cluster
from tests.cluster.helms import CommandHelm, HelmFailed
from tests.cluster.plan_states import CHANGES
from tests.cluster.profiles import CHART
from tests.tools import REPOSITORY

__all__ = ["Step", "walk"]

STATES = [
    *(((path, {})) for path in sorted((REPOSITORY / "releases").glob("*.tgz"))),
    *((CHART, item) for item in CHANGES),
]
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


def walk(cluster: Cluster, helm: CommandHelm, namespace: str, *, steps: int, seed: int) -> Iterator[Step]:
    """So many upgrades between random states; the release is installed first."""
    rng = random.Random(seed)
    cluster.apply({**_MINE, "metadata": {"name": "mine", "namespace": namespace}})
    helm.install(CHART, namespace, {})
    cluster.wait_ready(namespace, seconds=60)
    for _ in range(steps):
        chart, values = rng.choice(STATES)
        planned = _planned(helm, namespace, chart, values)
        before = _pods(cluster, namespace)
        try:
            helm.upgrade(chart, namespace, values)
        except HelmFailed as error:
            yield _refused(planned, str(error))
            helm.rollback(namespace, _last_good(helm, namespace))
            cluster.wait_ready(namespace, seconds=90)
            continue
        cluster.wait_ready(namespace, seconds=90)
        yield _rolled_out(planned, before, _pods(cluster, namespace))


def _planned(helm: CommandHelm, namespace: str, chart: Path, values: dict[str, Any]) -> Planned:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "values.yaml"
        file.write_text(json.dumps(values), encoding="utf-8")
        # As helm is called below: with values that may be none at all, so that those of before are kept.
        wish = Wish(Side(chart, (str(file),)), Target("kubilitics", namespace), Keep.unless_given)
        return plan_from_cluster(connect(kubeconfig=str(helm.kubeconfig), namespace=namespace), wish)


def _last_good(helm: CommandHelm, namespace: str) -> int:
    states = helm.history(namespace)
    printed = json.loads(helm.run("history", "kubilitics", "--namespace", namespace, "--output", "json"))
    return int(printed[max(number for number, state in enumerate(states) if state == "deployed")]["revision"])


def _refused(planned: Planned, answer: str) -> Step:
    said = planned.plan.verdict
    fine = said in (Verdict.REFUSED, Verdict.DEPENDS)
    return Step(said.value, "refused", () if fine else (f"said {said.value}, helm said {answer[-400:]}",), 0, 0)


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
