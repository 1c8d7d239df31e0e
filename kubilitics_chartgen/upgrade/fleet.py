"""The same upgrade planned for many clusters, one values file each. Reads charts and values files; memory stays flat.

Charts are loaded and schemas compiled once. Clusters whose values come to the same share one plan, of which only the
verdict and its reasons are kept.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import EmbeddedEngine, Judge, RefusedError, Release, documents, read_values
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.plan import make_plan
from kubilitics_chartgen.upgrade.source import Side, Target
from kubilitics_chartgen.upgrade.state import State, state_of

__all__ = ["ClusterAnswer", "fleet_files", "plan_fleet"]

UNUSABLE = "cannot be used"
_REMEMBERED = 2000
"""How many verdicts are kept for clusters with the same values."""


@dataclass(frozen=True)
class ClusterAnswer:
    """What the upgrade means for one cluster."""

    file: str
    verdict: str
    """Of the plan, or that the values cannot be used."""
    reasons: tuple[str, ...]
    """Why it needs attention; empty where it does not."""

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should look at it first."""
        return bool(self.reasons)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"file": self.file, "verdict": self.verdict, "reasons": list(self.reasons)}


def fleet_files(pattern: str) -> list[str]:
    """The values files that a pattern such as `clusters/*.yaml` names, sorted. Raises InputError for none."""
    # Path.glob takes no absolute pattern.
    found = sorted(name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not found:
        raise InputError(f"no file fits {pattern}. Quote the pattern, such as --fleet 'clusters/*.yaml'.")
    return found


def plan_fleet(
    old: Side, new: Side, files: Sequence[str], target: Target, *, version: KubeVersion, applies: tuple[Apply, ...]
) -> Iterator[ClusterAnswer]:
    """An answer for each file, in order; a cluster's file comes over those that the sides name for all."""
    before, after = _Prepared(old, target, upgrade=False), _Prepared(new, target, upgrade=True)
    known: dict[bytes, tuple[str, tuple[str, ...]]] = {}
    for file in files:
        try:
            ours, theirs = before.values(file), after.values(file)
        except InputError as error:
            yield ClusterAnswer(file, UNUSABLE, tuple(str(error).splitlines()))
            continue
        text = json.dumps([ours, theirs], sort_keys=True, default=str)
        digest = blake2b(text.encode(), digest_size=16).digest()
        if digest not in known:
            if len(known) >= _REMEMBERED:
                known.pop(next(iter(known)))
            known[digest] = _judged(before, after, ours, theirs, version, applies)
        yield ClusterAnswer(file, *known[digest])


def _judged(
    before: _Prepared,
    after: _Prepared,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    version: KubeVersion,
    applies: tuple[Apply, ...],
) -> tuple[str, tuple[str, ...]]:
    try:
        plan = make_plan(before.state(ours), after.state(theirs), version=version, applies=applies)
    except InputError as error:
        return UNUSABLE, tuple(str(error).splitlines())
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

    def values(self, file: str) -> dict[str, Any]:
        """The given values; raises InputError where the schema refuses what they come to."""
        given = read_values((*self._side.files, file), sets=self._side.sets)
        coalesced = self._chart.coalesce(given.data)
        if not self._judge.accepts(coalesced):
            problems = self._judge.problems(coalesced, given)
            raise RefusedError(f"{self._side.chart} does not take these values", problems)
        return given.data

    def state(self, values: dict[str, Any]) -> State:
        """What the chart renders with these values."""
        return state_of(documents(self._bare.render(values, self._release)), self._release.namespace)
