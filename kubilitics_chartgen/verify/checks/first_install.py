"""When Helm makes an object at a first installation. Pure."""

from __future__ import annotations

from typing import NamedTuple

from kubilitics_chartgen.helm.manifests import HOOK, hook_events
from kubilitics_chartgen.verify.checks.check import Document
from kubilitics_chartgen.verify.checks.hooks import WEIGHT
from kubilitics_chartgen.verify.checks.reading import mapping

__all__ = ["GIVEN", "NEEDED_BY_PODS", "Turn", "turn_of"]

NEEDED_BY_PODS = frozenset(("ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim"))
"""The kinds of what a pod does not start without."""


class Turn(NamedTuple):
    """Smaller for what is made sooner."""

    phase: int
    """0 for hooks before the installation, 1 for ordinary objects, 2 for other hooks."""
    weight: int = 0
    """Helm makes hooks of the same phase in this order, and waits for the Jobs and Pods among them."""

    @property
    def is_before(self) -> bool:
        """Whether nothing ordinary is there yet."""
        return self.phase == 0


GIVEN = Turn(-1)
"""Of what somebody else makes, nobody knows when."""


def turn_of(document: Document) -> Turn:
    """When Helm makes the object."""
    notes = mapping(document.metadata.get("annotations"))
    if HOOK not in notes:
        return Turn(1)
    if "pre-install" not in hook_events(str(notes[HOOK])):
        return Turn(2)
    # Helm takes what is no number as 0.
    weight = str(notes.get(f"{HOOK}-weight", ""))
    return Turn(0, int(weight) if WEIGHT.fullmatch(weight) else 0)
