"""Check `hooks`: annotations that tell Helm when to run an object, and when to remove it, say what Helm knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubilitics_chartgen.errors import did_you_mean
from kubilitics_chartgen.helm.manifests import HOOK, HOOK_EVENTS, hook_events
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import mapping, quoted

__all__ = ["ANNOTATIONS", "WEIGHT", "Hooks"]

_KEEP = "helm.sh/resource-policy"
_TAKES = {
    f"{HOOK}-delete-policy": ("before-hook-creation", "hook-succeeded", "hook-failed"),
    f"{HOOK}-output-log-policy": ("hook-succeeded", "hook-failed"),
}
ANNOTATIONS = (HOOK, f"{HOOK}-weight", *_TAKES, _KEEP)
"""What Helm reads of an object."""
_OLD_EVENT = "crd-install"
"""Of Helm 2: Helm leaves out on purpose what has it."""
WEIGHT = re.compile(r"[+-]?[0-9]+")
"""What Helm reads as the weight of a hook."""


class Hooks:
    """See `sentence`."""

    name = "hooks"
    sentence = (
        "Annotations of hooks, and the one that keeps an object, are those that Helm reads; it skips others silently, "
        "and leaves out an object with a hook event that it does not know."
    )
    severity: Severity = "error"
    fix = "Correct the annotation's name or value."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What Helm would not heed."""
        notes = {str(key): value for key, value in mapping(document.metadata.get("annotations")).items()}
        for key, value in notes.items():
            message = ""
            if key == HOOK:
                message = _events(value)
            elif key.startswith(f"{HOOK}-"):
                message = _hook(key, value, is_hook=HOOK in notes)
            elif key == _KEEP and value != "keep":
                message = f"{quoted(value)} must be keep"
            if message:
                yield fault(self, document, f'metadata.annotations["{key}"]', message)


def _events(value: object) -> str:
    # As in Helm's manifest_sorter.go: one unknown event is enough.
    events = hook_events("" if value is None else str(value))
    wrong = [event for event in events if event not in HOOK_EVENTS and event != _OLD_EVENT]
    if not wrong:
        return ""
    near = did_you_mean(wrong[0], HOOK_EVENTS)
    hint = f"; did you mean {quoted(near)}?" if near else ""
    said = f"{quoted(wrong[0])} is no event" if wrong[0] else "an event is empty, which is none"
    return f"{said} that Helm knows, so that it leaves the object out{hint}"


def _hook(key: str, value: object, *, is_hook: bool) -> str:
    if not is_hook:
        return f"means nothing without {HOOK}"
    if key == f"{HOOK}-weight":
        return "" if WEIGHT.fullmatch(str(value)) else f"{quoted(value)} must be a whole number"
    known = _TAKES.get(key)
    if known is None:
        return f"is not known to Helm; known are -weight, {', '.join(name.removeprefix(HOOK) for name in _TAKES)}"
    wrong = [part.strip() for part in str(value).split(",") if part.strip() not in known]
    return f"{quoted(wrong[0])} must be {' or '.join(known)}" if wrong else ""
