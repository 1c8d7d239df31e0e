"""`python -m tests.verify.mutation`: judge mutants of the chart and write docs/mutation-score.md."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime, timezone

from tests.chart.objects import CHART
from tests.tools import REPOSITORY
from tests.verify.mutation.baseline import sweep
from tests.verify.mutation.judge import BUDGET, Verdict, judge
from tests.verify.mutation.operators import sample
from tests.verify.mutation.score import page, share


def main() -> int:
    """Judge as many mutants as asked for; with Ctrl-C, those that were judged by then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=360)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    began = time.monotonic()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.0f} s  {text}\n")

    tell("the unchanged chart")
    baseline = sweep(CHART, isolate="ai.enabled")
    tell(f"{len(baseline.accepted)} configurations accepted")
    mutants = sample(baseline.subject.files.templates, count=chosen.count, seed=chosen.seed)
    verdicts: list[Verdict] = []
    try:
        for mutant in mutants:
            verdict = judge(baseline, mutant)
            verdicts.append(verdict)
            what = "equivalent" if verdict.equivalent else verdict.killed or "SURVIVES"
            tell(f"{len(verdicts):4} {what}: {mutant.operator} in {mutant.file}:{mutant.line}")
    except KeyboardInterrupt:
        tell("interrupted")
    text = page(
        verdicts,
        seed=chosen.seed,
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        files=len({each.mutant.file for each in verdicts}),
        accepted=len(baseline.accepted),
        budget=BUDGET,
        asked=len(mutants),
    )
    (REPOSITORY / "docs" / "mutation-score.md").write_text(text, encoding="utf-8")
    killed, counted = share(verdicts)
    sys.stderr.write(f"{killed} of {counted} killed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
