"""The same upgrade planned for many clusters, one values file each. Reads charts and values files; memory stays flat.

A large fleet is shared out among processes of its own, a few files at a time.
"""

from __future__ import annotations

import glob
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.source import Side, Target

if TYPE_CHECKING:
    from kubilitics_chartgen.upgrade.fleet_planner import FleetPlanner

__all__ = ["ClusterAnswer", "FleetRequest", "default_workers", "fleet_files", "plan_fleet"]

_CHUNK = 64
_WORTH_IT = 128
"""Fewer files are planned sooner than processes are started."""


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


@dataclass(frozen=True)
class FleetRequest:
    """The upgrade; a cluster's file comes over those that the sides name for all."""

    old: Side
    new: Side
    target: Target
    version: KubeVersion
    applies: tuple[Apply, ...]


def default_workers() -> int:
    """As many as there are processors to use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def plan_fleet(request: FleetRequest, files: Sequence[str], *, workers: int = 0) -> Iterator[ClusterAnswer]:
    """An answer for each file, in order."""
    from kubilitics_chartgen.upgrade.fleet_planner import FleetPlanner

    chunks = [tuple(files[start : start + _CHUNK]) for start in range(0, len(files), _CHUNK)]
    count = min(workers or default_workers(), len(chunks))
    if count == 1 or len(files) < _WORTH_IT:
        planner = FleetPlanner(request)
        for chunk in chunks:
            yield from planner.answers(chunk)
        return
    # What is wrong with a chart is said once, here.
    FleetPlanner(request).answers(())
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(request,)
    )
    waiting: deque[Future[list[ClusterAnswer]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_answers, chunk))
            # No more at once than keeps them busy, so that neither files nor answers pile up.
            if len(waiting) > 2 * count:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise ToolError("a process that planned some of the clusters came to an end; plan fewer at a time") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_planner: FleetPlanner | None = None
"""A worker's own."""


def _start(request: FleetRequest) -> None:
    # Before Helm is loaded: one thread per worker, and fewer collections of garbage.
    os.environ.setdefault("GOMAXPROCS", "1")
    os.environ.setdefault("GOGC", "600")
    from kubilitics_chartgen.upgrade.fleet_planner import FleetPlanner

    global _planner
    _planner = FleetPlanner(request)


def _answers(files: tuple[str, ...]) -> list[ClusterAnswer]:
    assert _planner is not None, "the initializer has run"
    return _planner.answers(files)
