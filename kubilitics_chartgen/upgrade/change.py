"""What happens to one object in an upgrade, as plain data. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

__all__ = ["Change", "Difference", "Identity", "Verdict"]


class Verdict(str, Enum):
    """What becomes of an object; the later, the worse."""

    UNCHANGED = "unchanged"
    KEPT = "kept"
    """It leaves the release and stays in the cluster: `helm.sh/resource-policy: keep`."""
    CREATED = "created"
    CHANGED = "changed in place"
    REMOVED = "removed"
    RESTART = "rolling restart"
    DOWNTIME = "recreated with downtime"
    DEPENDS = "depends"
    DATA_AT_RISK = "data at risk"
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """How bad it is."""
        return list(Verdict).index(self)

    @property
    def is_dangerous(self) -> bool:
        """Whether the upgrade should not be run as it is: it fails, loses data, or may."""
        return self in (Verdict.DEPENDS, Verdict.DATA_AT_RISK, Verdict.REFUSED)


@dataclass(frozen=True, order=True)
class Identity:
    """Which object; the version of its API does not tell objects apart."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Difference:
    """One field before and after; None where it is not there. Secrets' values are masked already."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One object's fate."""

    identity: Identity
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """Sentences: which field and why, how many pods and in which order, or the fact it depends on."""
    differences: tuple[Difference, ...] = ()
    pods: int = 0
    """How many pods are replaced."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "group": self.identity.group,
            "kind": self.identity.kind,
            "namespace": self.identity.namespace,
            "name": self.identity.name,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "pods": self.pods,
            "differences": [{"path": d.path, "before": d.before, "after": d.after} for d in self.differences],
        }
