"""Plans one upgrade for one cluster's values after the other. Reads charts and values files.

Charts are loaded and schemas compiled once, many sets of values are rendered in one call, a template is rendered anew
only where what it reads differs, and clusters whose files say the same share one plan, of which only the verdict and
its reasons are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import EmbeddedChart, EmbeddedEngine, RefusedError, Release, Values
from kubilitics_chartgen.helm.batch import BatchChart
from kubilitics_chartgen.helm.values_file import read_values_file
from kubilitics_chartgen.helm.values_set import apply_set
from kubilitics_chartgen.transition.fleet import UNUSABLE, ClusterAnswer, ClusterFile, FleetRequest
from kubilitics_chartgen.transition.remembered import Case, RememberedChart
from kubilitics_chartgen.upgrade.plan import make_plan
from kubilitics_chartgen.upgrade.source import Side, Target
from kubilitics_chartgen.upgrade.state import State, state_of
from kubilitics_chartgen.verify.dependencies import Dependencies, find_dependencies
from kubilitics_chartgen.verify.space.schema_nodes import closed_texts
from kubilitics_chartgen.verify.sweep.renderer import Refusal

__all__ = ["FleetPlanner", "FleetTask", "fleet_task"]

_VERDICTS = 4000
"""How many are kept, for clusters whose files say the same."""
_TEMPLATES = 1500
"""Of how many the objects are kept on each side, for clusters whose files say the same to a template."""
_AT_ONCE = 16
"""How many sets of values are rendered in one call."""

Verdict = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class FleetTask:
    """The upgrade, and what the templates of both charts depend on where that was worked out."""

    request: FleetRequest
    old: Dependencies | None
    new: Dependencies | None


def fleet_task(request: FleetRequest, *, thorough: bool) -> FleetTask:
    """Make ready for a fleet; `thorough` pays for a large one. Raises InputError for charts that cannot be used."""
    if not thorough:
        return FleetTask(request, None, None)
    charts = [EmbeddedEngine().load(side.chart) for side in (request.old, request.new)]
    old = _dependencies(charts[0])
    same = request.old.chart.resolve() == request.new.chart.resolve()
    return FleetTask(request, old, old if same else _dependencies(charts[1]))


def _dependencies(chart: EmbeddedChart) -> Dependencies | None:
    batch = BatchChart(chart)
    if not batch.batchable:
        return None
    return find_dependencies(batch.templates, choices=closed_texts(chart.schema))


class FleetPlanner:
    """Plans for one cluster after the other, and remembers verdicts."""

    def __init__(self, task: FleetTask) -> None:
        self._request = task.request
        self._before = _Prepared(task.request.old, task.request.target, task.old, upgrade=False)
        self._after = _Prepared(task.request.new, task.request.target, task.new, upgrade=True)
        self._known: dict[bytes, Verdict] = {}

    def answers(self, clusters: Sequence[ClusterFile]) -> list[ClusterAnswer]:
        """An answer for each cluster, in order."""
        found: dict[int, Verdict] = {}
        waiting: dict[bytes, tuple[Case, Case]] = {}
        digests: dict[int, bytes] = {}
        for cluster in clusters:
            try:
                theirs = read_values_file(cluster.file)
                text = json.dumps(theirs.data, sort_keys=True, default=str)
                digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
                if digest not in self._known and digest not in waiting:
                    waiting[digest] = (self._before.case(theirs), self._after.case(theirs))
                digests[cluster.index] = digest
            except InputError as error:
                # With the file's name and lines in it, so that it is nobody else's.
                found[cluster.index] = (UNUSABLE, tuple(str(error).splitlines()))
        fresh = dict(self._plans(waiting))
        for index, digest in digests.items():
            found[index] = fresh[digest] if digest in fresh else self._known[digest]
        self._remember(fresh)
        return [ClusterAnswer(cluster.index, cluster.file, *found[cluster.index]) for cluster in clusters]

    def _remember(self, fresh: dict[bytes, Verdict]) -> None:
        self._known.update(fresh)
        while len(self._known) > _VERDICTS:
            self._known.pop(next(iter(self._known)))

    def _plans(self, waiting: dict[bytes, tuple[Case, Case]]) -> Iterator[tuple[bytes, Verdict]]:
        keys = list(waiting)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            olds = self._before.states([waiting[key][0] for key in some])
            news = self._after.states([waiting[key][1] for key in some])
            for key, old, new in zip(some, olds, news, strict=True):
                yield key, self._judged(old, new)

    def _judged(self, old: State | Refusal, new: State | Refusal) -> Verdict:
        for side in (old, new):
            if isinstance(side, Refusal):
                return UNUSABLE, tuple(side.message.splitlines())
        assert isinstance(old, State)
        assert isinstance(new, State)
        plan = make_plan(old, new, version=self._request.version, applies=self._request.applies)
        bad = [change for change in plan.changes if change.verdict.is_dangerous]
        return plan.verdict.value, tuple(f"{change.identity}: {'; '.join(change.reasons)}" for change in bad)


class _Prepared:
    """One side, loaded once."""

    def __init__(self, side: Side, target: Target, dependencies: Dependencies | None, *, upgrade: bool) -> None:
        self._side = side
        self._chart = RememberedChart(side.chart, dependencies, remembered=_TEMPLATES)
        self._release = Release(target.release, target.namespace, upgrade=upgrade, kube_version=target.kube_version)
        self._base = side.values(sets=False)
        self._chart.renderer.alone.check_renderable(self._release)

    def case(self, theirs: Values) -> Case:
        """What the templates would see; raises InputError where the schema refuses it."""
        given = theirs.over(self._base)
        for expression in self._side.sets:
            given = apply_set(given, expression, option="--set")
        renderer = self._chart.renderer
        whole = renderer.whole(given.data)
        if not renderer.judge.accepts(whole):
            problems = renderer.judge.problems(whole, given)
            raise RefusedError(f"{self._side.name} does not take these values", problems)
        return Case(given.data, renderer.alone.with_version(whole, self._release), self._release)

    def states(self, cases: Sequence[Case]) -> list[State | Refusal]:
        """What the chart renders with each of these values, or why it does not."""
        return [
            found if isinstance(found, Refusal) else state_of(found, self._release.namespace)
            for found in self._chart.objects(cases)
        ]
