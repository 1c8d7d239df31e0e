"""The plan of an upgrade: what happens to each object of a release. Pure.

In: the release before and after (`State`), the Kubernetes version, how Helm applies, and what the cluster knows
(`Live`). Out: a `Plan`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.change import Change, Verdict
from kubilitics_chartgen.upgrade.fate import Situation, created, removed, updated
from kubilitics_chartgen.upgrade.live import Live
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.state import State

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True)
class Plan:
    """What an upgrade does."""

    changes: tuple[Change, ...]
    """One for each object of either side, in the order in which Helm applies them; removals last."""
    hooks: tuple[str, ...]
    """What runs before and after, such as `Job/migrate (pre-upgrade)`."""

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        return max((change.verdict for change in self.changes), key=lambda item: item.rank, default=Verdict.UNCHANGED)

    @property
    def is_dangerous(self) -> bool:
        """Whether it fails, loses data, or may."""
        return self.verdict.is_dangerous

    def counts(self) -> dict[str, int]:
        """How many objects have each verdict, the worst first."""
        counter = Counter(change.verdict for change in self.changes)
        return {verdict.value: counter[verdict] for verdict in reversed(Verdict) if counter[verdict]}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict.value,
            "dangerous": self.is_dangerous,
            "counts": self.counts(),
            "changes": [change.as_dict() for change in self.changes],
            "hooks": list(self.hooks),
        }


def make_plan(
    old: State, new: State, *, version: KubeVersion, applies: tuple[Apply, ...], live: Live | None = None
) -> Plan:
    """Plan it for each way of applying; where they differ, the worse counts and says which it is."""
    cluster = live or Live("", "")
    plans = [tuple(_changes(Situation(old, new, version, apply, cluster))) for apply in applies]
    changes = [_worse(applies, versions) for versions in zip(*plans, strict=True)]
    hooks = tuple(
        f"{identity} ({', '.join(events)})"
        for identity, document in new.hooks.items()
        if (events := [event for event in document.hooks if event.endswith("-upgrade")])
    )
    return Plan(tuple(changes), hooks)


def _worse(applies: tuple[Apply, ...], versions: tuple[Change, ...]) -> Change:
    worst = max(versions, key=lambda change: change.verdict.rank)
    if any(change.verdict is not worst.verdict for change in versions):
        how = applies[versions.index(worst)]
        return replace(worst, reasons=tuple(_by(how, reason) for reason in worst.reasons))
    common = [reason for reason in worst.reasons if all(reason in change.reasons for change in versions)]
    own = [
        _by(apply, reason)
        for apply, change in zip(applies, versions, strict=True)
        for reason in change.reasons
        if reason not in common
    ]
    return replace(worst, reasons=(*common, *own))


def _by(apply: Apply, reason: str) -> str:
    return f"with {apply.value}-side apply: {reason}"


def _changes(upgrade: Situation) -> Iterator[Change]:
    for identity, obj in upgrade.new.objects.items():
        before = upgrade.old.objects.get(identity)
        yield created(identity, obj, upgrade) if before is None else updated(identity, before, obj, upgrade)
    for identity, obj in upgrade.old.objects.items():
        if identity not in upgrade.new.objects:
            yield removed(identity, obj, upgrade)
