"""The same upgrade planned for many clusters, one values file each. Reads charts and values files; memory stays flat.

A large fleet is shared out among the workers of `verify`: what neither ends nor stays small costs its own line.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.source import Side, Target
from kubilitics_chartgen.verify.sweep.pool import Pool, Work, default_workers

__all__ = ["UNUSABLE", "ClusterAnswer", "ClusterFile", "FleetRequest", "fleet_files", "plan_fleet"]

UNUSABLE = "cannot be used"
_SLAB = 1_536
"""How many files the workers are given before their answers are passed on."""
_WORTH_IT = 128
"""Fewer files are planned sooner than processes are started, and than what the templates read is worked out."""


@dataclass(frozen=True)
class ClusterFile:
    """One cluster of the fleet."""

    index: int
    file: str


@dataclass(frozen=True)
class ClusterAnswer:
    """What the upgrade means for one cluster."""

    index: int
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


@dataclass(frozen=True)
class FleetRequest:
    """The upgrade; a cluster's file comes over those that the sides name for all."""

    old: Side
    new: Side
    target: Target
    version: KubeVersion
    applies: tuple[Apply, ...]


def plan_fleet(request: FleetRequest, files: Sequence[str], *, workers: int = 0) -> Iterator[ClusterAnswer]:
    """An answer for each file, in order. Raises InputError for what is wrong with a chart."""
    from kubilitics_chartgen.transition.fleet_planner import FleetPlanner, fleet_task

    clusters = [ClusterFile(index, file) for index, file in enumerate(files)]
    if len(files) < _WORTH_IT:
        yield from FleetPlanner(fleet_task(request, thorough=False)).answers(clusters)
        return
    task = fleet_task(request, thorough=True)
    with Pool(_FleetWork(), task, workers=workers or default_workers()) as pool:
        for start in range(0, len(clusters), _SLAB):
            yield from pool.run(clusters[start : start + _SLAB])


class _FleetWork(Work[ClusterFile, ClusterAnswer]):
    """What a worker does for a fleet."""

    def runner(self, task: Any) -> Callable[[Sequence[ClusterFile]], list[ClusterAnswer]]:
        from kubilitics_chartgen.transition.fleet_planner import FleetPlanner

        return FleetPlanner(task).answers

    def died(self, cluster: ClusterFile, reason: str) -> ClusterAnswer:
        return ClusterAnswer(cluster.index, cluster.file, UNUSABLE, (reason,))
