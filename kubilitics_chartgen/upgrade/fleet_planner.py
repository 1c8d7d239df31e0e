"""Plans one upgrade for one cluster's values after the other. Reads charts and values files.

Charts are loaded and schemas compiled once, many sets of values are rendered in one call, and clusters whose files say
the same share one plan, of which only the verdict and its reasons are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import EmbeddedEngine, Judge, RefusedError, Release, Values, documents, read_values
from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.paths import with_value
from kubilitics_chartgen.helm.values_file import read_values_file
from kubilitics_chartgen.helm.values_set import apply_set
from kubilitics_chartgen.helm.versions import full_kube_version
from kubilitics_chartgen.upgrade.fleet import ClusterAnswer, FleetRequest
from kubilitics_chartgen.upgrade.plan import make_plan
from kubilitics_chartgen.upgrade.source import Side, Target
from kubilitics_chartgen.upgrade.state import State, state_of

__all__ = ["UNUSABLE", "FleetPlanner"]

UNUSABLE = "cannot be used"
_REMEMBERED = 4000
"""How many verdicts are kept for clusters whose files say the same."""
_AT_ONCE = 16
"""How many sets of values are rendered in one call."""

Verdict = tuple[str, tuple[str, ...]]


class FleetPlanner:
    """Plans for one cluster after the other, and remembers verdicts."""

    def __init__(self, request: FleetRequest) -> None:
        self._request = request
        self._before = _Prepared(request.old, request.target, upgrade=False)
        self._after = _Prepared(request.new, request.target, upgrade=True)
        self._known: dict[bytes, Verdict] = {}

    def answers(self, files: Sequence[str]) -> list[ClusterAnswer]:
        """An answer for each file, in order. Raises InputError for what is wrong with every one of them."""
        found: dict[str, Verdict] = {}
        waiting: dict[bytes, tuple[Any, Any]] = {}
        digests: dict[str, bytes] = {}
        for file in files:
            try:
                theirs = read_values_file(file)
                text = json.dumps(theirs.data, sort_keys=True, default=str)
                digests[file] = digest = blake2b(text.encode(), digest_size=16).digest()
                if digest not in self._known and digest not in waiting:
                    waiting[digest] = (self._before.values(theirs), self._after.values(theirs))
            except InputError as error:
                # With the file's name and lines in it, so that it is nobody else's.
                found[file] = (UNUSABLE, tuple(str(error).splitlines()))
        fresh = dict(self._plans(waiting))
        for file in files:
            if file not in found:
                digest = digests[file]
                found[file] = fresh[digest] if digest in fresh else self._known[digest]
        self._remember(fresh)
        return [ClusterAnswer(file, *found[file]) for file in files]

    def _remember(self, fresh: dict[bytes, Verdict]) -> None:
        self._known.update(fresh)
        while len(self._known) > _REMEMBERED:
            self._known.pop(next(iter(self._known)))

    def _plans(self, waiting: dict[bytes, tuple[Any, Any]]) -> Iterator[tuple[bytes, Verdict]]:
        keys = list(waiting)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            olds = self._before.states([waiting[key][0] for key in some])
            news = self._after.states([waiting[key][1] for key in some])
            for key, old, new in zip(some, olds, news, strict=True):
                yield key, self._judged(old, new)

    def _judged(self, old: State | InputError, new: State | InputError) -> Verdict:
        for side in (old, new):
            if isinstance(side, InputError):
                return UNUSABLE, tuple(str(side).splitlines())
        assert isinstance(old, State)
        assert isinstance(new, State)
        plan = make_plan(old, new, version=self._request.version, applies=self._request.applies)
        bad = [change for change in plan.changes if change.verdict.is_dangerous]
        return plan.verdict.value, tuple(f"{change.identity}: {'; '.join(change.reasons)}" for change in bad)


class _Prepared:
    """One side, loaded once."""

    def __init__(self, side: Side, target: Target, *, upgrade: bool) -> None:
        self._side = side
        self._chart = EmbeddedEngine().load(side.chart)
        self._judge = Judge(self._chart.schema)
        # The schema is judged here, compiled; Helm would read it anew for each render.
        self._bare = self._chart.without_schema()
        self._release = Release(target.release, target.namespace, upgrade=upgrade, kube_version=target.kube_version)
        self._base = read_values(side.files)
        batch = BatchChart(self._bare)
        self._batch = batch if batch.batchable else None
        self._bare.check_renderable(self._release)

    def values(self, theirs: Values) -> dict[str, Any]:
        """What the templates would see; raises InputError where the schema refuses it."""
        given = theirs.over(self._base)
        for expression in self._side.sets:
            given = apply_set(given, expression, option="--set")
        coalesced = self._chart.coalesce(given.data)
        if not self._judge.accepts(coalesced):
            problems = self._judge.problems(coalesced, given)
            raise RefusedError(f"{self._side.name} does not take these values", problems)
        return coalesced if self._batch else given.data

    def states(self, several: Sequence[dict[str, Any]]) -> list[State | InputError]:
        """What the chart renders with each of these values, or why it does not."""
        if self._batch is None:
            return [self._alone(values) for values in several]
        version, path = self._release.kube_version, self._bare.kube_version_value
        if version is not None and path is not None:
            several = [with_value(values, path, full_kube_version(version)) for values in several]
        contexts = [Context(values, self._release, self._batch.entries) for values in several]
        return [
            text if isinstance(text, InputError) else self._state(text) for text in self._batch.render_each(contexts)
        ]

    def _alone(self, values: dict[str, Any]) -> State | InputError:
        try:
            return self._state(self._bare.render(values, self._release))
        except InputError as error:
            return error

    def _state(self, texts: dict[str, str]) -> State | InputError:
        try:
            return state_of(documents(texts), self._release.namespace)
        except InputError as error:
            return error
