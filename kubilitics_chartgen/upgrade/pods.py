"""What a changed workload does to its pods: how many are replaced, in which order, and whether all stop. Pure.

In: the workload as stored before and after, and what else the release holds. Out: a `Rollout`, or None where no pod is
replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from kubilitics_chartgen.kube.pod_security import pod_spec_of
from kubilitics_chartgen.upgrade.change import Verdict
from kubilitics_chartgen.upgrade.scaling import Autoscaled

__all__ = ["Rollout", "rollout"]

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Rollout:
    """Pods that are replaced."""

    verdict: Verdict
    pods: int
    reason: str


def rollout(
    before: Object, after: Object, *, claims: Mapping[str, Object], scaled: Autoscaled | None
) -> Rollout | None:
    """What happens to the pods; `claims` are the release's PersistentVolumeClaims by name."""
    spec = after.get("spec") or {}
    template = spec.get("template")
    if template is None or template == (before.get("spec") or {}).get("template"):
        return None
    judge = {"Deployment": _deployment, "StatefulSet": _stateful_set, "DaemonSet": _daemon_set}.get(
        str(after.get("kind"))
    )
    if judge is None:
        return None
    count = scaled.low if scaled else int(spec.get("replicas", 1))
    if count == 0 and after.get("kind") != "DaemonSet":
        return None
    found = judge(spec, count)
    shared = _single_node_claim(after, claims)
    if found and found.verdict is Verdict.RESTART and shared and after.get("kind") == "Deployment":
        reason = f"{found.reason}; {shared} can be used on one node at a time, so a new pod elsewhere waits for the old"
        if _missing(spec.get("strategy") or {}, count) > 0:
            return Rollout(Verdict.DOWNTIME, found.pods, reason)
        reason += ", which stays until the new one is ready: on another node the rollout stalls"
        return Rollout(Verdict.DEPENDS, found.pods, reason)
    return found


def _deployment(spec: Object, count: int) -> Rollout | None:
    if spec.get("paused"):
        return None
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Rollout(Verdict.DOWNTIME, count, f"strategy Recreate: {_pods(count)} stopped before new ones start")
    surge, missing = _surge(strategy, count), _missing(strategy, count)
    if missing >= count:
        return Rollout(Verdict.DOWNTIME, count, f"maxUnavailable lets {_pods(count)} be missing at once")
    how = f"{_pods(count)} replaced, at most {surge} more and {missing} fewer at a time"
    return Rollout(Verdict.RESTART, count, how)


def _stateful_set(spec: Object, count: int) -> Rollout | None:
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return None
    first = int((spec.get("ordinals") or {}).get("start") or 0)
    partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
    replaced = min(count, max(0, first + count - max(first, partition)))
    if not replaced:
        return None
    last = first + count - 1
    if count == 1:
        return Rollout(Verdict.DOWNTIME, 1, "its only pod is stopped before the new one starts")
    order = f"{_pods(replaced)} replaced one after the other, from {last} down to {last - replaced + 1}"
    return Rollout(Verdict.RESTART, replaced, order)


def _daemon_set(spec: Object, count: int) -> Rollout | None:  # noqa: ARG001
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return None
    rolling = strategy.get("rollingUpdate") or {}
    return Rollout(Verdict.RESTART, 1, f"one pod on each node, {rolling.get('maxUnavailable', 1)} at a time")


def _surge(strategy: Object, count: int) -> int:
    return _share((strategy.get("rollingUpdate") or {}).get("maxSurge", "25%"), count, up=True)


def _missing(strategy: Object, count: int) -> int:
    """How many pods may be missing; one where surge and this come to nothing: else a rollout could not begin."""
    missing = _share((strategy.get("rollingUpdate") or {}).get("maxUnavailable", "25%"), count, up=False)
    return missing or (1 if _surge(strategy, count) == 0 else 0)


def _share(value: Any, count: int, *, up: bool) -> int:
    text = str(value)
    if not text.endswith("%"):
        return int(float(text))
    return (ceil if up else floor)(count * float(text[:-1]) / 100)


def _pods(count: int) -> str:
    return "1 pod is" if count == 1 else f"{count} pods are"


def _single_node_claim(obj: Object, claims: Mapping[str, Object]) -> str:
    pod = pod_spec_of(obj)
    for volume in (pod.spec.get("volumes") or ()) if pod else ():
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        modes = ((claims.get(str(name)) or {}).get("spec") or {}).get("accessModes") or ()
        if modes and set(modes) <= {"ReadWriteOnce", "ReadWriteOncePod"}:
            return f"claim {name}"
    return ""
