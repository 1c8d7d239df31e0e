"""A node for every pod: of the right kind and architecture, with room for what it requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from kubilitics_chartgen.cluster.connection import DeniedError
from kubilitics_chartgen.cluster.needs import Pod, requests_of
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status
from kubilitics_chartgen.kube.quantity import parse_quantity

__all__ = ["check"]

NAME = "nodes"
ARCH = "kubernetes.io/arch"
Room = dict[str, dict[str, Fraction]]
"""Node to what is free on it."""


def check(situation: Situation) -> Iterator[Line]:
    """A line for each workload that finds no node, or one that all do."""
    nodes = {
        item["metadata"]["name"]: item
        for item in situation.cluster.items("/api/v1/nodes", "list nodes in the cluster")
        if _is_ready(item)
    }
    if not nodes:
        yield Line(NAME, Status.PROBLEM, "no node is ready for pods", "kubectl get nodes")
        return
    room = {name: _amounts((item.get("status") or {}).get("allocatable")) for name, item in nodes.items()}
    try:
        _take_running(situation, room)
        exact = True
    except DeniedError:
        exact = False
        yield Line(NAME, Status.WARNING, "you may not list pods in the cluster: what runs already is not counted")
    problems = []
    # The largest first, as a person would pack.
    for pod in sorted(
        situation.needs.pods, key=lambda one: requests_of(one.spec).get("memory", Fraction(0)), reverse=True
    ):
        problem = _place(pod, nodes, room)
        if problem:
            problems.append(problem)
    for message, fix in problems:
        yield Line(NAME, Status.PROBLEM, message, fix)
    if not problems and exact:
        yield Line(NAME, Status.FINE, f"{len(nodes)} ready, with room for every pod")


def _is_ready(node: Mapping[str, Any]) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    ready = any(item.get("type") == "Ready" and item.get("status") == "True" for item in conditions)
    return ready and not (node.get("spec") or {}).get("unschedulable")


def _amounts(amounts: Any) -> dict[str, Fraction]:
    return {str(name): parse_quantity(value) for name, value in (amounts or {}).items()}


def _take_running(situation: Situation, room: Room) -> None:
    running = situation.cluster.items(
        "/api/v1/pods", "list pods in the cluster", fieldSelector="status.phase!=Succeeded,status.phase!=Failed"
    )
    for pod in running:
        labels = pod["metadata"].get("labels") or {}
        # Pods of the release itself make room for their successors.
        own = pod["metadata"].get("namespace") == situation.namespace
        if own and labels.get("app.kubernetes.io/instance") == situation.release:
            continue
        free = room.get((pod.get("spec") or {}).get("nodeName") or "")
        if free is not None:
            _take(free, requests_of(pod.get("spec") or {}))


def _take(free: dict[str, Fraction], wanted: Mapping[str, Fraction]) -> None:
    for name, amount in {**wanted, "pods": Fraction(1)}.items():
        free[name] = free.get(name, Fraction(0)) - amount


def _place(pod: Pod, nodes: Mapping[str, Any], room: Room) -> tuple[str, str] | None:
    selector = pod.spec.get("nodeSelector") or {}
    fitting = [name for name, node in nodes.items() if _selects(selector, node)]
    if not fitting:
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        if set(selector) == {ARCH}:
            kinds = sorted({(node["metadata"].get("labels") or {}).get(ARCH, "?") for node in nodes.values()})
            message = f"{pod.owner} needs a node of {selector[ARCH]}, and the cluster has {', '.join(kinds)} only"
            return message, f"add a node of {selector[ARCH]}"
        return f"{pod.owner} needs a node with {labels}, and none has it", f"kubectl get nodes -l {labels}"
    tolerated = [name for name in fitting if not _repels(nodes[name], pod.spec.get("tolerations") or ())]
    if not tolerated:
        return f"{pod.owner} tolerates the taints of no node that it may run on", "set its tolerations in the values"
    wanted = requests_of(pod.spec)
    for number in range(pod.replicas):
        place = next((name for name in tolerated if _fits(wanted, room[name])), None)
        if place is None:
            asked = ", ".join(f"{_plain(name, amount)}" for name, amount in sorted(wanted.items()))
            which = f"pod {number + 1} of {pod.replicas} of {pod.owner}" if pod.replicas > 1 else pod.owner
            return f"no node has room for {which}, which requests {asked}", "ask for less, or add a node"
        _take(room[place], wanted)
    return None


def _plain(name: str, amount: Fraction) -> str:
    if name in ("memory", "ephemeral-storage"):
        return f"{name} {-(-amount // 2**20)}Mi"
    return f"{name} {float(amount):g}"


def _fits(wanted: Mapping[str, Fraction], free: Mapping[str, Fraction]) -> bool:
    return all(free.get(name, Fraction(0)) >= amount for name, amount in {**wanted, "pods": Fraction(1)}.items())


def _selects(selector: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    labels = node["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in selector.items())


def _repels(node: Mapping[str, Any], tolerations: Any) -> bool:
    taints = (node.get("spec") or {}).get("taints") or ()
    hard = [taint for taint in taints if taint.get("effect") in ("NoSchedule", "NoExecute")]
    return any(not any(_tolerates(one, taint) for one in tolerations) for taint in hard)


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint.get("key"))
    return (toleration.get("key"), toleration.get("value") or "") == (taint.get("key"), taint.get("value") or "")
