"""Which branches of its templates a chart takes over the configurations that were accepted. Renders in this process.

An instrumented copy of the chart is rendered again: first everything, in few configurations, then only templates that
can still reach a branch that none took, once for each different set of values that they read. What a text from values
runs by `tpl` is not seen.
"""

from __future__ import annotations

import itertools
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.verify.branches.instrument import ANYTHING, Branch, instrument, notes_in
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError
from kubilitics_chartgen.verify.result import BranchCoverage, Untaken
from kubilitics_chartgen.verify.shrink import broken_key
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.renderer import fingerprint
from kubilitics_chartgen.verify.sweep.softening import soften

__all__ = ["branches_taken"]

SECONDS = 30.0
"""What this may take; what no configuration took by then is told as not decided."""
BATCH = 24
_TEMPLATE = re.compile(r"(charts/[^/]+/)*templates/")


def branches_taken(
    subject: Subject,
    accepted: Iterable[Configuration],
    refused: Mapping[Configuration, str],
    *,
    seconds: float = SECONDS,
) -> tuple[BranchCoverage, ...]:
    """For each file of the chart with branches: how many there are, and those that no accepted configuration takes.

    `refused` are configurations with what their refusal says, to tell what only refusals take. Empty where the chart
    cannot be rendered in this way.
    """
    try:
        return _Search(subject).run(accepted, refused, time.monotonic() + seconds)
    except (ChartgenError, TemplateSyntaxError):
        return ()


class _Search:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.branches: list[Branch] = []
        self.calls: dict[str, set[str]] = defaultdict(set)
        self.chart = subject.loaded.without_schema().rewritten(self._instrumented)
        self.batch = BatchChart(self.chart, soften=soften)
        self.missing = set(range(len(self.branches)))
        self.known: set[tuple[object, ...]] = set()
        self.reach = {name: self._reach(name) for name in subject.slices}

    def _instrumented(self, name: str, data: bytes) -> bytes:
        file = name.partition("/")[2]
        if not _TEMPLATE.match(file) or "/." in file:
            return data
        found = instrument(file, name, data.decode("utf-8-sig"), first=len(self.branches))
        self.branches.extend(found.branches)
        for caller, called in found.calls:
            self.calls[caller].add(called)
        return found.text.encode()

    def _reach(self, entry: str) -> frozenset[int]:
        """The branches that one template may take."""
        seen, waiting = {entry}, [entry]
        while waiting:
            for called in self.calls.get(waiting.pop(), ()):
                if called == ANYTHING:
                    return frozenset(range(len(self.branches)))
                if called not in seen:
                    seen.add(called)
                    waiting.append(called)
        return frozenset(number for number, branch in enumerate(self.branches) if branch.callable in seen)

    def run(
        self, accepted: Iterable[Configuration], refused: Mapping[Configuration, str], deadline: float
    ) -> tuple[BranchCoverage, ...]:
        decided = True
        names = list(self.reach)
        waves = _waves(accepted)
        for wave in waves:
            decided = self._look(wave, names) and decided
            if not self.missing:
                break
            if time.monotonic() > deadline:
                decided = decided and next(waves, None) is None
                break
        lacking = frozenset(self.missing)
        # Only templates that refuse by themselves can be rendered with what they refuse.
        gates = [name for name in names if self.batch.batchable and _refuses(name, self.batch.source(name))]
        for wave in _waves(self._telling(refused)) if lacking and gates else ():
            self._look(wave, gates)
        return tuple(self._told(lacking, decided))

    def _telling(self, refused: Mapping[Configuration, str]) -> Iterator[Configuration]:
        """One configuration for each different refusal in the words of the chart's author."""
        judge = Judge(self.subject.loaded.schema)
        told: set[str] = set()
        for configuration, message in refused.items():
            key = broken_key(message)
            if key not in told and judge.accepts(self._values(configuration)):
                told.add(key)
                yield configuration

    def _look(self, wave: Sequence[Configuration], names: Sequence[str]) -> bool:
        """Render what may tell something new; false where some of it cannot be rendered."""
        asked = [(each, [name for name in names if self._wanted(name, each)]) for each in wave]
        asked = [(each, wanted) for each, wanted in asked if wanted]
        answers: Sequence[Mapping[str, str] | ChartgenError]
        if self.batch.batchable:
            answers = self.batch.render_each(
                [Context(self._values(each), each.release, wanted) for each, wanted in asked]
            )
        else:
            answers = [self._whole(each) for each, _wanted in asked]
        for answer in answers:
            if not isinstance(answer, ChartgenError):
                self.missing.difference_update(*(notes_in(text)[1] for text in answer.values()))
        return not any(isinstance(answer, ChartgenError) for answer in answers)

    def _whole(self, configuration: Configuration) -> Mapping[str, str] | ChartgenError:
        try:
            return self.chart.render_texts(self._given(configuration), configuration.release)
        except ChartgenError as error:
            return error

    def _values(self, configuration: Configuration) -> dict[str, Any]:
        return self.subject.loaded.coalesce(self._given(configuration))

    def _given(self, configuration: Configuration) -> dict[str, Any]:
        return overrides(self.subject.space, configuration)

    def _wanted(self, name: str, configuration: Configuration) -> bool:
        """Whether a template may still take a new branch, with values that it has not been rendered with."""
        if self.missing.isdisjoint(self.reach[name]):
            return False
        part = self.subject.slices[name]
        removed = configuration.removed
        if part.removable is not None:
            removed = tuple(number for number in removed if number in part.removable)
        levels = tuple(configuration.levels[factor] for factor in part.factors)
        further = fingerprint(configuration.further) if configuration.further else ""
        key = (name, levels, removed, further, configuration.release)
        if key in self.known:
            return False
        self.known.add(key)
        return True

    def _told(self, lacking: frozenset[int], decided: bool) -> Iterator[BranchCoverage]:
        files: dict[str, list[int]] = defaultdict(list)
        for number, branch in enumerate(self.branches):
            if branch.file.startswith("templates/"):
                files[branch.file].append(number)
        for file, numbers in sorted(files.items()):
            # What lies inside a branch that none took goes without saying.
            untaken = [number for number in numbers if number in lacking]
            outer = [number for number in untaken if self.branches[number].inside not in lacking]
            yield BranchCoverage(
                file,
                len(numbers),
                len(numbers) - len(untaken),
                tuple(self._untaken(number) for number in outer),
                decided,
            )

    def _untaken(self, number: int) -> Untaken:
        branch = self.branches[number]
        return Untaken(branch.line, branch.kind, branch.condition, number not in self.missing)


def _refuses(name: str, text: str) -> bool:
    return "fail" in text and soften(name, text) != text


def _waves(configurations: Iterable[Configuration]) -> Iterator[list[Configuration]]:
    waiting = iter(configurations)
    while wave := list(itertools.islice(waiting, BATCH)):
        yield wave
