"""One chart of a pair, rendered with values that were written for the old one. Reads the chart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.manifests import Document
from kubilitics_chartgen.transition.remembered import Case, RememberedChart
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.renderer import Refusal

__all__ = ["Side", "Why"]


@dataclass(frozen=True)
class Why:
    """A reason for which there are no objects."""

    message: str
    path: str = ""
    """The values path, where it is known."""
    broken: bool = False
    """Whether nobody said it on purpose: Helm stops with an error, or the text is no YAML."""


MAX_KNOWN = 60_000
_REASON = re.compile(r"^- ([^\s:,]*).*$", re.MULTILINE)


class Side:
    """One chart."""

    def __init__(self, subject: Subject, *, upgrade: bool) -> None:
        self.subject = subject
        self.upgrade = upgrade
        self._chart = RememberedChart(subject.files.folder, subject.dependencies, remembered=MAX_KNOWN)

    def look(
        self, given: Sequence[Mapping[str, Any]], releases: Sequence[Release]
    ) -> list[tuple[Document, ...] | list[Why]]:
        """The objects for each set of values, or why there are none."""
        renderer = self._chart.renderer
        found: dict[int, tuple[Document, ...] | list[Why]] = {}
        cases: dict[int, Case] = {}
        for number, (values, release) in enumerate(zip(given, releases, strict=True)):
            whole = renderer.whole(values)
            if renderer.judge.accepts(whole):
                cases[number] = Case(values, whole, Release(release.name, release.namespace, self.upgrade))
            else:
                found[number] = [Why(one.message, one.path) for one in renderer.judge.problems(whole)]
        for number, answer in zip(cases, self._chart.objects(list(cases.values())), strict=True):
            found[number] = _why(answer) if isinstance(answer, Refusal) else answer
        return [found[number] for number in range(len(given))]


def _why(refusal: Refusal) -> list[Why]:
    if refusal.broken:
        return [Why(refusal.message, broken=True)]
    # A list of reasons is taken apart, each with the value that it begins with; what stands around it is none.
    reasons = [Why(found[0], found[1]) for found in _REASON.finditer(refusal.message)]
    return reasons or [Why(refusal.message.strip())]
