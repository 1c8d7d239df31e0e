"""What the workers of a sweep do. Reads the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.verify.sweep.pool import Pool, Work
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, Status, SweepTask

if TYPE_CHECKING:
    from kubilitics_chartgen.verify.sweep.renderer import Renderer

__all__ = ["sweep_pool"]


def sweep_pool(task: SweepTask | None = None, *, chart: Path | None = None, **options: Any) -> Pool[Request, Outcome]:
    """Workers for a sweep; those that are given a chart make ready for it before the task is known."""
    return Pool(_SweepWork(chart), task, **options)


@dataclass
class _SweepWork(Work[Request, Outcome]):
    chart: Path | None
    renderer: Renderer | None = None

    def prepare(self) -> None:
        from kubilitics_chartgen.verify.sweep.preparation import prepared

        self.renderer = prepared(self.chart) if self.chart else None

    def runner(self, task: SweepTask) -> Callable[[Sequence[Request]], list[Outcome]]:
        from kubilitics_chartgen.verify.sweep.sweeper import Sweeper

        return Sweeper(task, self.renderer).run

    def died(self, request: Request, reason: str) -> Outcome:
        return Outcome(request.index, Status.DIED, reason)
