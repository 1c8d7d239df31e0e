"""Looks at configurations: verdict, texts, documents, faults. Remembers what a template printed for what it reads.

One sweeper lives in each worker. The same requests give the same outcomes, however they are spread over sweepers; only
`found` leaves out what this sweeper has reported before, and the counts of what was new differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from operator import itemgetter
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.batch import Context
from kubilitics_chartgen.helm.settings import read_chart_settings
from kubilitics_chartgen.helm.versions import default_kube_version
from kubilitics_chartgen.kube.versions import KubeVersion, parse_version
from kubilitics_chartgen.verify.checks import read_declared
from kubilitics_chartgen.verify.space.configuration import Configuration, is_doubtful, overrides
from kubilitics_chartgen.verify.space.factors import MISSING, value_at
from kubilitics_chartgen.verify.sweep.inspector import BrokenTextError, Inspector, Seen
from kubilitics_chartgen.verify.sweep.renderer import Refusal, Renderer, fingerprint
from kubilitics_chartgen.verify.sweep.task import Found, Outcome, Request, Slice, Status, SweepTask

__all__ = ["Sweeper"]

MAX_KNOWN = 100_000
"""Texts of templates that are remembered by what the templates read."""

MAX_NUMBERS = 30_000
"""Answers of named templates that are known by a number: what they read is a kilobyte each."""

FAMILIAR = 400
"""Configurations by which it is judged whether answers of a named template are worth to be kept."""


class Sweeper:
    """One chart, loaded and ready."""

    def __init__(self, task: SweepTask, renderer: Renderer | None = None) -> None:
        self.task = task
        self.renderer = renderer or Renderer(task.chart)
        self.renderer.batch.remembers = task.remembers
        settings = read_chart_settings(task.chart) if task.chart.is_dir() else {}
        self.inspector = Inspector(task.checks, read_declared(settings))
        everything = Slice(tuple(range(len(task.space.factors))))
        self.slices = {name: task.slices.get(name, everything) for name in self.renderer.entries}
        # Templates whose own text refuses values are rendered first: mostly they print nothing else.
        self.gates = [name for name in self.renderer.entries if self.renderer.refuses(name)]
        self.others = [name for name in self.renderer.entries if not self.renderer.refuses(name)]
        self._parts = {name: part for name, part in task.parts.items() if name in self._remembered()}
        self._numbers: dict[tuple[object, ...], str] = {}
        self._count = count()
        self._familiar: dict[str, tuple[int, int]] = {}
        self._guards = {name: part.guard for name, part in self.slices.items() if part.guard is not None}
        self._getters = {
            id(part): itemgetter(*part.factors, part.factors[0])
            for part in (*self.slices.values(), *self._parts.values(), *self._guards.values())
            if part.factors
        }
        self._printed: dict[tuple[object, ...], _Printed] = {}
        self._asked: dict[tuple[object, ...], _Printed] = {}
        """What is to be printed; most of it never is where most configurations are refused."""
        self._generation = 0
        self._reported: dict[tuple[str, str], tuple[bool, int]] = {}
        self._granted: set[str] = set()
        self._engine = parse_version(default_kube_version())

    def _remembered(self) -> tuple[str, ...]:
        return self.renderer.batch.remembered if self.task.remembers and self.renderer.batch.batchable else ()

    def run(self, requests: Sequence[Request]) -> list[Outcome]:
        """What becomes of each request, in order."""
        if len(self._printed) > MAX_KNOWN or self._generation != self.inspector.generation:
            self._printed.clear()
            self._generation = self.inspector.generation
        if len(self._numbers) > MAX_NUMBERS:
            self._numbers.clear()
        self._asked.clear()
        jobs = [_Job(self, request) for request in requests]
        for job in jobs:
            if job.refusal is None and job.request.alone:
                self._render_alone(job)
        waiting = [job for job in jobs if job.refusal is None and not job.request.alone]
        if not self.renderer.batch.batchable:
            for job in waiting:
                self._render_alone(job)
        elif self.task.shared:
            self._render(waiting, self.renderer.entries)
        else:
            first = [job for job in waiting if job.request.verdict_only and self.gates]
            self._render(first, self.gates)
            waiting = [job for job in waiting if job not in first]
            self._render([job for job in waiting if job.request.passed], self.others)
            self._render([job for job in waiting if not job.request.passed], [*self.gates, *self.others])
        return [self._outcome(job) for job in jobs]

    def _render_alone(self, job: _Job) -> None:
        answer = self.renderer.single(job.given, job.request.configuration.release)
        if isinstance(answer, Refusal):
            job.refusal = answer
            return
        job.rendered += len(answer)
        for name, text in answer.items():
            seen = self._documents(job, name, text)
            job.seen.extend(seen)
            if seen:
                job.filled.add(name)

    def _render(self, jobs: Sequence[_Job], names: Sequence[str]) -> None:
        self._fill(jobs, names)
        for job in jobs:
            if job.refusal is None:
                for name in names:
                    seen = self._of(name, job).seen
                    if seen:
                        job.seen.extend(seen)
                        job.filled.add(name)

    def _fill(self, jobs: Sequence[_Job], names: Sequence[str]) -> None:
        """Render what is not known yet of these templates."""
        asked: list[tuple[_Job, list[str]]] = []
        pending: set[_Printed] = set()
        late: list[_Job] = []
        for job in jobs:
            wanted = {name: each for name in names if (each := self._of(name, job)).seen is None}
            if not self.task.shared and not pending.isdisjoint(wanted.values()):
                # What another one in this call asks for as well is known after it.
                late.append(job)
                wanted = {name: each for name, each in wanted.items() if each not in pending}
            pending.update(wanted.values())
            if wanted:
                asked.append((job, list(names if self.task.shared else wanted)))
        contexts = [
            Context(job.values, job.request.configuration.release, wanted, self._keys_of_parts(job))
            for job, wanted in asked
        ]
        answers = self.renderer.texts(contexts, [job.given for job, _ in asked])
        for (job, _wanted), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Refusal):
                job.refusal = answer
                continue
            job.rendered += len(answer)
            for name, text in answer.items():
                seen = self._documents(job, name, text)
                if job.refusal is None:
                    self._keep(self._of(name, job), seen)
                    if name in self._guards and (not text or text.isspace()):
                        self._keep(_Printed(self._blank(name, job)), ())
        for job in late:
            job.printed.clear()
        again = [job for job in late if job.refusal is None]
        again = [job for job in again if any(self._of(name, job).seen is None for name in names)]
        if again:
            self._fill(again, names)

    def _documents(self, job: _Job, name: str, text: str) -> tuple[Seen, ...]:
        if name.endswith("NOTES.txt"):
            return ()
        part = self.slices.get(name)
        context = job.context if part is None or part.versioned or job.request.exact else job.lasting
        try:
            seen, new = self.inspector.documents(name, text, context)
        except BrokenTextError as error:
            job.refusal = Refusal(str(error), broken=True)
            job.template = name
            return ()
        job.new += new
        return seen

    def _of(self, name: str, job: _Job) -> _Printed:
        """What a template prints for a configuration, known or not: the same object wherever it reads the same."""
        found = job.printed.get(name)
        if found is None:
            if name in self._guards:
                found = self._printed.get(self._blank(name, job))
            if found is None:
                key = self._key(name, self.slices[name], job)
                found = self._printed.get(key) or self._asked.get(key)
                if found is None:
                    found = self._asked[key] = _Printed(key)
            job.printed[name] = found
        return found

    def _keep(self, printed: _Printed, seen: tuple[Seen, ...]) -> None:
        printed.seen = seen
        self._printed[printed.key] = printed

    def _blank(self, name: str, job: _Job) -> tuple[object, ...]:
        """What decides whether a template prints anything."""
        return ("blank", *self._key(name, self._guards[name], job))

    def _keys_of_parts(self, job: _Job) -> dict[str, str]:
        """What named templates read of a configuration, as a number each; those that are new mostly are left out."""
        found: dict[str, str] = {}
        for name, part in self._parts.items():
            key = self._key(name, part, job)
            number = self._numbers.get(key)
            asked, known = self._familiar.get(name, (0, 0))
            if asked >= FAMILIAR:
                asked, known = asked // 2, known // 2
            self._familiar[name] = asked + 1, known + (number is not None)
            if number is None:
                number = self._numbers[key] = str(next(self._count))
            if asked < FAMILIAR // 4 or known * 3 > asked:
                found[name] = number
        return found

    def _key(self, name: str, part: Slice, job: _Job) -> tuple[object, ...]:
        getter = self._getters.get(id(part))
        configuration = job.request.configuration
        levels = getter(configuration.levels) if getter else ()
        removed = configuration.removed
        removable = part.removable
        if removed and removable is not None:
            removed = tuple(number for number in removed if number in removable)
        return (name, levels, removed, job.further)

    def _outcome(self, job: _Job) -> Outcome:
        index = job.request.index
        if job.refusal is not None:
            status = Status.BROKEN if job.refusal.broken else Status.REFUSED
            return Outcome(index, status, job.refusal.message, job.template, rendered=job.rendered)
        found: tuple[Found, ...] = ()
        doubtful = False
        rights: frozenset[str] = frozenset()
        if not job.request.verdict_only:
            faults = self.inspector.faults(job.seen, job.context, job.values)
            doubtful = bool(faults) and is_doubtful(self.task.space, job.request.configuration)
            found = tuple(faults if job.request.again else self._unreported((doubtful, index), faults))
            if not job.request.again:
                rights = frozenset(right for each in job.seen for right in each.rights) - self._granted
                self._granted |= rights
        return Outcome(
            index,
            Status.ACCEPTED,
            found=found,
            doubtful=doubtful,
            filled=frozenset(job.filled),
            rights=rights,
            digest=sum(each.digest for each in job.seen) % 2**64,
            objects=tuple((each.document.template, each.document.identity, each.digest) for each in job.seen)
            if job.request.again
            else (),
            documents=len(job.seen),
            distinct=job.new,
            rendered=job.rendered,
        )

    def _unreported(self, rank: tuple[bool, int], found: Sequence[Found]) -> list[Found]:
        fresh: list[Found] = []
        for each in found:
            key = (each.check, each.fault.key)
            # Again for the same index: what was told for it may have been lost on its way.
            if self._reported.get(key, rank) >= rank:
                self._reported[key] = rank
                fresh.append(each)
        return fresh

    def versions(self, values: dict[str, Any]) -> tuple[KubeVersion, ...]:
        """The Kubernetes versions for which templates that look at the version are rendered."""
        chosen = value_at(values, self.task.kube_value) if self.task.kube_value else MISSING
        try:
            return (parse_version(chosen) if isinstance(chosen, str) and chosen else self._engine,)
        except InputError:  # a version that is not supported: the chart may refuse it
            return (self._engine,)


class _Printed:
    """The documents that a template prints for what it reads; None while that is not known."""

    __slots__ = ("key", "seen")

    def __init__(self, key: tuple[object, ...]) -> None:
        self.key = key
        self.seen: tuple[Seen, ...] | None = None


class _Job:
    """One request on its way."""

    def __init__(self, sweeper: Sweeper, request: Request) -> None:
        self.request = request
        configuration: Configuration = request.configuration
        self.given = overrides(sweeper.task.space, configuration)
        self.further = (fingerprint(configuration.further) if configuration.further else "", configuration.release)
        self.seen: list[Seen] = []
        self.filled: set[str] = set()
        self.new = 0
        self.rendered = 0
        self.template = ""
        self.refusal: Refusal | None = None
        self.values = sweeper.renderer.whole(self.given)
        release = configuration.release
        versions = sweeper.versions(self.values)
        self.context = sweeper.inspector.context(versions, release.namespace, release.name, upgrade=release.upgrade)
        self.lasting = sweeper.inspector.context(sweeper.task.kube_versions, release.namespace, release.name)
        """For single objects of templates that do not see which Kubernetes they are rendered for."""
        self.printed: dict[str, _Printed] = {}
        """By template."""
        if not sweeper.renderer.judge.accepts(self.values):
            problems = sweeper.renderer.judge.problems(self.values)
            self.refusal = Refusal("; ".join(str(problem) for problem in problems[:3]))
            self.template = "values.schema.json"
