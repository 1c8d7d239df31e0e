"""What an upgrade does to the replicas of a workload that an autoscaler scales, where the cluster was not asked. Pure.

In: the workload's manifests and its autoscaler's bounds. Out: a refusal, or a note.

Two facts decide, both seen on a real server (tests/cluster/test_scaled_by_an_autoscaler.py). An autoscaler scales at
once what is outside of its bounds, without knowing the load. And the server notes it as the owner of `replicas` only
where Helm has set that field before: a workload whose manifest never had it collides with nobody. Helm takes what is
gone from a release away last, so an autoscaler may act once more until then; the next upgrade sets that right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.kube.updates import Refusal
from kubilitics_chartgen.upgrade.merge import Apply

__all__ = ["Autoscaled", "autoscalers", "collision", "fought"]

Object = Mapping[str, Any]
_PATH = "spec.replicas"
_FACT = "how many replicas the autoscaler has set"


@dataclass(frozen=True)
class Autoscaled:
    """Between how many replicas an autoscaler keeps a workload."""

    low: int
    high: int

    def __contains__(self, replicas: int) -> bool:
        return self.low <= replicas <= self.high

    def __str__(self) -> str:
        return str(self.low) if self.is_fixed else f"{self.low} to {self.high}"

    @property
    def is_fixed(self) -> bool:
        """Whether it knows but one number."""
        return self.low == self.high


def autoscalers(objects: Mapping[str, Object]) -> dict[tuple[str, str], Autoscaled]:
    """What HorizontalPodAutoscalers, by name, scale: by kind and name."""
    found = {}
    for obj in objects.values():
        spec = obj["spec"]
        target, low, high = spec.get("scaleTargetRef"), spec.get("minReplicas", 1), spec.get("maxReplicas", 1)
        if isinstance(target, Mapping) and isinstance(low, int) and isinstance(high, int):
            found[str(target.get("kind")), str(target.get("name"))] = Autoscaled(low, high)
    return found


def collision(before: Object, after: Object, scaler: Autoscaled | None, apply: Apply) -> Refusal | None:
    """Where Helm and the autoscaler of the old manifest want different numbers."""
    was, becomes = _replicas(before), _replicas(after)
    if scaler is None or was is None:
        return None
    if apply is Apply.client:
        if becomes is not None or scaler.is_fixed:
            return None
        return Refusal(_PATH, "is removed from the manifest, so it falls to 1 until the autoscaler acts", _FACT)
    # Nought turns an autoscaler off.
    if becomes is None or was == 0:
        return None
    if was not in scaler and becomes not in scaler:
        reason = f"belongs to the autoscaler, which keeps {scaler}, and Helm is refused {becomes}"
        return Refusal(_PATH, f"{reason}. Leave it to the autoscaler, or upgrade with --force-conflicts")
    if scaler.is_fixed:
        return None
    return Refusal(_PATH, "belongs to the autoscaler once that has scaled, and Helm is refused another number", _FACT)


def fought(
    before: Object, after: Object, scalers: tuple[Autoscaled | None, Autoscaled | None], apply: Apply
) -> tuple[str, ...]:
    """What Helm makes of the number that the old manifest's autoscaler has set; empty where it leaves it alone."""
    scaler, later = scalers
    was, becomes = _replicas(before), _replicas(after)
    if scaler is None or becomes is None or was == 0 or (scaler.is_fixed and becomes == scaler.low):
        return ()
    if was is not None and (apply is Apply.server or was == becomes == scaler.low):
        return ()
    until = ", until the autoscaler acts" if later else ""
    text = f"scaled from what the autoscaler has set, {scaler}, to {becomes}{until}"
    if apply is Apply.client:
        return (text,)
    return text, "refused if an earlier revision had set replicas beside an autoscaler, which --live tells"


def _replicas(obj: Object) -> int | None:
    found = (obj.get("spec") or {}).get("replicas")
    return found if isinstance(found, int) else None
