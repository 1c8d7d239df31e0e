"""Which branches of its templates a chart takes over the configurations that were accepted. Renders in this process.

An instrumented copy of the chart is rendered again: first everything, in few configurations, then only templates that
can still reach a branch that none took, once for each different set of values that they read; where templates share
what they change, each time all of them. What a text runs by `tpl` is not seen, so nothing is told of what it may call.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.embedded import EmbeddedChart
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.helm.quiet import log_silenced
from kubilitics_chartgen.helm.values_file import merge
from kubilitics_chartgen.verify.branches.instrument import ANYTHING, Branch, instrument, notes_in
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError
from kubilitics_chartgen.verify.other_clusters import Cluster, changed_on
from kubilitics_chartgen.verify.projection import projection
from kubilitics_chartgen.verify.result import BranchCoverage, Untaken
from kubilitics_chartgen.verify.shrink import broken_key
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.softening import soften

__all__ = ["branches_taken"]

BATCH, FEW = 100, 8
"""Configurations in one call; few of those that may fail, since one that fails costs the call."""
_TEMPLATE = re.compile(r"(charts/[^/]+/)*templates/")


def branches_taken(
    subject: Subject,
    accepted: Iterable[Configuration],
    refused: Mapping[Configuration, str],
    *,
    seconds: float,
    files: Mapping[str, str] = MappingProxyType({}),
    clusters: Sequence[tuple[Cluster, Sequence[Configuration]]] = (),
    starts: Sequence[Configuration] = (),
) -> tuple[BranchCoverage, ...]:
    """For each file of the chart with branches: how many there are, and those that no accepted configuration takes.

    What `starts` take with one of these `files` in the chart counts as well, and what configurations take on another
    one of `clusters`.
    `refused` are configurations with what their refusal says: a branch that one of them takes is not searched further.
    After `seconds` it ends, and what is not taken by then is told as not decided. Empty where the chart cannot be
    rendered in this way.
    """
    try:
        # Helm would tell its warnings of values again for each of them.
        with log_silenced():
            search = _Search(subject)
            search.look_with(files, starts)
            for cluster, configurations in clusters:
                search.look_on(cluster, configurations)
            return search.run(accepted, refused, time.monotonic() + seconds)
    except (ChartgenError, TemplateSyntaxError):
        return ()


class _Search:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.branches: list[Branch] = []
        self.calls: dict[str, set[str]] = defaultdict(set)
        self.runs_texts = False
        self.texts: set[str] = set()
        self.chart = subject.loaded.without_schema().rewritten(self._instrumented)
        self.batch = BatchChart(self.chart, soften=soften)
        self.judge = Judge(subject.loaded.schema)
        self.defaults = subject.loaded.coalesce({})
        self.taken: set[int] = set()
        self.refused: set[int] = set()
        """What configurations take that are refused."""
        self.known: set[tuple[object, ...]] = set()
        self.reach = {name: self._reach({name}) for name in subject.slices}
        self.unseen = self._reach(self._named_in_texts())
        """The branches that a text may take."""

    def _instrumented(self, name: str, data: bytes) -> bytes:
        file = name.partition("/")[2]
        if not _TEMPLATE.match(file) or "/." in file:
            return data
        found = instrument(file, name, data.decode("utf-8-sig"), first=len(self.branches))
        self.branches.extend(found.branches)
        for caller, called in found.calls:
            self.calls[caller].add(called)
        self.runs_texts = self.runs_texts or found.runs_texts
        self.texts.update(found.texts)
        return found.text.encode()

    def _named_in_texts(self) -> set[str]:
        """The named templates that texts may call which are run as templates."""
        if not self.runs_texts:
            return set()
        texts = self.texts | self.subject.run_texts
        names = {branch.callable for branch in self.branches}
        return {name for name in names if any(name in text for text in texts)}

    def _reach(self, entries: Collection[str]) -> frozenset[int]:
        """The branches that templates may take."""
        seen, waiting = set(entries), list(entries)
        while waiting:
            for called in self.calls.get(waiting.pop(), ()):
                if called == ANYTHING:
                    return frozenset(range(len(self.branches)))
                if called not in seen:
                    seen.add(called)
                    waiting.append(called)
        return frozenset(number for number, branch in enumerate(self.branches) if branch.callable in seen)

    def look_with(self, files: Mapping[str, str], starts: Sequence[Configuration]) -> None:
        """What is taken with one more file in the chart, each by itself; every one of them renders."""
        for name, content in files.items():
            chart = self.chart.rewritten(lambda _, data: data, {f"{self.subject.name}/{name}": content.encode()})
            self._note_whole(chart, starts)

    def look_on(self, cluster: Cluster, configurations: Sequence[Configuration]) -> None:
        """What is taken on another cluster."""
        self._note_whole(self.chart.rewritten(lambda name, data: changed_on(cluster, name, data)), configurations)

    def _note_whole(self, chart: EmbeddedChart, configurations: Sequence[Configuration]) -> None:
        for each in configurations:
            with contextlib.suppress(ChartgenError):
                texts = chart.render_texts(self._given(each), each.release)
                self.taken.update(*(notes_in(text)[1] for text in texts.values()))

    def run(
        self, accepted: Iterable[Configuration], refused: Mapping[Configuration, str], deadline: float
    ) -> tuple[BranchCoverage, ...]:
        waiting = list(accepted)
        # The chart as it comes, what its author keeps and one of each kind of release come first; any order of the
        # others finds more, and sooner, than the order of the run, in which neighbours are alike.
        first, others = waiting[:BATCH], waiting[BATCH:]
        releases = {each.release: each for each in reversed(waiting) if each.release != self.subject.base.release}
        random.Random(1).shuffle(others)  # noqa: S311 -- an order, not a secret
        decided = self._look([*first, *releases.values()], list(self.reach), self.taken)
        # Only templates that refuse by themselves can be rendered with what they refuse.
        gates = [name for name in self.reach if self.batch.batchable and _refuses(name, self.batch.source(name))]
        for wave in _waves(self._telling(refused), FEW) if gates else ():
            self._look(wave, gates, self.refused)
        for wave in _waves(others):
            if time.monotonic() > deadline:
                decided = False
            if not decided or len(self.taken | self.refused) == len(self.branches):
                break
            decided = self._look(wave, list(self.reach), self.taken)
        return tuple(self._told(decided))

    def _telling(self, refused: Mapping[Configuration, str]) -> Iterator[Configuration]:
        """Configurations that are refused in the words of the chart's author, until nothing in these is new."""
        told: set[tuple[str, str]] = set()
        for configuration, message in refused.items():
            said = set(_said(broken_key(message)))
            if not said <= told and self.judge.accepts(self._values(configuration)):
                told |= said
                yield configuration

    def _look(self, wave: Sequence[Configuration], names: Sequence[str], found: set[int]) -> bool:
        """Render what may tell something new; false where some of it cannot be rendered."""
        asked: list[tuple[Configuration, Sequence[str]]]
        asked = [(each, [name for name in names if self._wanted(name, each)]) for each in wave]
        all_of_them = self.batch.entries if self.subject.dependencies.shared else ()
        asked = [(each, all_of_them or wanted) for each, wanted in asked if wanted]
        answers: Sequence[Mapping[str, str] | ChartgenError]
        if self.batch.batchable:
            answers = self.batch.render_each(
                [Context(self._values(each), each.release, wanted) for each, wanted in asked]
            )
            # What cannot be rendered with others, such as a file whose name holds a quotation mark, perhaps can alone.
            pairs = zip(answers, asked, strict=True)
            answers = [self._whole(each) if isinstance(one, ChartgenError) else one for one, (each, _) in pairs]
        else:
            answers = [self._whole(each) for each, _wanted in asked]
        for answer in answers:
            if not isinstance(answer, ChartgenError):
                found.update(*(notes_in(text)[1] for text in answer.values()))
        return not any(isinstance(answer, ChartgenError) for answer in answers)

    def _whole(self, configuration: Configuration) -> Mapping[str, str] | ChartgenError:
        try:
            return self.chart.render_texts(self._given(configuration), configuration.release)
        except ChartgenError as error:
            return error

    def _values(self, configuration: Configuration) -> dict[str, Any]:
        given = self._given(configuration)
        plain = self.batch.batchable and not configuration.removed
        return merge(self.defaults, given) if plain else self.subject.loaded.coalesce(given)

    def _given(self, configuration: Configuration) -> dict[str, Any]:
        return overrides(self.subject.space, configuration)

    def _wanted(self, name: str, configuration: Configuration) -> bool:
        """Whether a template may still take a new branch, with values that it has not been rendered with."""
        if self.reach[name] <= self.taken | self.refused:
            return False
        key = (name, *projection(self.subject.slices[name], configuration))
        if key in self.known:
            return False
        self.known.add(key)
        return True

    def _told(self, decided: bool) -> Iterator[BranchCoverage]:
        files: dict[str, list[int]] = defaultdict(list)
        for number, branch in enumerate(self.branches):
            if branch.file.startswith("templates/") and (number in self.taken or number not in self.unseen):
                files[branch.file].append(number)
        for file, numbers in sorted(files.items()):
            taken = self.taken.intersection(numbers)
            # What lies inside a branch that none took goes without saying.
            outer = [each for each in numbers if each not in taken and self.branches[each].inside in {None, *taken}]
            untaken = tuple(self._untaken(number) for number in outer)
            yield BranchCoverage(file, len(numbers), len(taken), untaken, decided)

    def _untaken(self, number: int) -> Untaken:
        branch = self.branches[number]
        return Untaken(branch.line, branch.kind, branch.condition, number in self.refused)


def _said(message: str) -> Iterator[tuple[str, str]]:
    """What a refusal says of what, line by line: several values are often named together."""
    for line in message.splitlines():
        named, _, reason = line.partition(": ")
        yield from ((each, reason) for each in named.split(", "))


def _refuses(name: str, text: str) -> bool:
    return "fail" in text and soften(name, text) != text


def _waves(configurations: Iterable[Configuration], size: int = BATCH) -> Iterator[list[Configuration]]:
    waiting = iter(configurations)
    while wave := list(itertools.islice(waiting, size)):
        yield wave
