"""What a process that judges mutants keeps: the unchanged chart, swept."""

from __future__ import annotations

from tests.chart.objects import CHART
from tests.verify.mutation.baseline import Baseline, sweep
from tests.verify.mutation.judge import Verdict, judge
from tests.verify.mutation.operators import Mutant

__all__ = ["accepted_count", "judged", "prepare"]

_baseline: Baseline


def prepare() -> None:
    """Sweep the unchanged chart."""
    global _baseline
    _baseline = sweep(CHART, isolate="ai.enabled")


def accepted_count() -> int:
    """How many configurations were accepted."""
    return len(_baseline.accepted)


def judged(mutant: Mutant) -> Verdict:
    """The verdict on one mutant."""
    return judge(_baseline, mutant)
