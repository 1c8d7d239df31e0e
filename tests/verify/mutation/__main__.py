"""`python -m tests.verify.mutation`: judge mutants of the chart and write docs/mutation-score.md."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone

from kubilitics_chartgen.verify.chart_files import read_chart
from tests.chart.objects import CHART
from tests.tools import REPOSITORY
from tests.verify.mutation.judge import BUDGET, Verdict
from tests.verify.mutation.operators import sample
from tests.verify.mutation.score import page, share
from tests.verify.mutation.worker import accepted_count, judged, prepare


def main() -> int:
    """Judge as many mutants as asked for; with Ctrl-C, those that were judged by then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=360)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    began = time.monotonic()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.0f} s  {text}\n")

    mutants = sample(read_chart(CHART).templates, count=chosen.count, seed=chosen.seed)
    verdicts: list[Verdict] = []
    tell("the unchanged chart")
    # Each worker sweeps the unchanged chart for itself: what Helm has in memory cannot be handed over.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(chosen.workers, mp_context=context, initializer=prepare) as workers:
        accepted = workers.submit(accepted_count).result()
        tell(f"{accepted} configurations accepted")
        try:
            for verdict in workers.map(judged, mutants):
                verdicts.append(verdict)
                what = "equivalent" if verdict.equivalent else verdict.killed or "SURVIVES"
                tell(f"{len(verdicts):4} {what}: {verdict.mutant}")
        except KeyboardInterrupt:
            tell("interrupted")
            workers.shutdown(cancel_futures=True)
    text = page(
        verdicts,
        seed=chosen.seed,
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        files=len({each.mutant.file for each in verdicts}),
        accepted=accepted,
        budget=BUDGET,
        asked=len(mutants),
    )
    (REPOSITORY / "docs" / "mutation-score.md").write_text(text, encoding="utf-8")
    killed, counted = share(verdicts)
    sys.stderr.write(f"{killed} of {counted} killed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
