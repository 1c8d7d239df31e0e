"""How fast this machine runs Helm: the time of a chart that never changes, beside which that of ours means something.

A limit in milliseconds says little on a machine that is shared: the same render takes half as long again while others
work. The release 1.1.0 is rendered in turn with the chart that is measured, so that both meet the same machine; and as
it asks for the same kinds of work (templates to parse, a schema to compile, texts to print), a machine that is slow at
one of them is slow for both.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

from helm_python import Chart

from tests.tools import REPOSITORY

RELEASE = REPOSITORY / "releases" / "kubilitics-1.1.0.tgz"
REFERENCE_MS = 16.1
"""What a render of that release takes on a quiet machine with two cores, where 25 ms are asked of ours."""


def ratio(measured: Path, values: dict[str, Any], *, series: int = 4, rounds: int = 60) -> float:
    """How many times as long as the release's a render of a chart takes: the least median of several series in turn.

    The two of a round meet the same machine. The least times of each would not: they come from different moments. Other
    work takes more from the longer of the two, for it is disturbed more often, so the least disturbed series counts.
    """
    opened = ((Chart.load(RELEASE), {}), (Chart.load(measured), values))

    def in_turn() -> float:
        spent = []
        for chart, given in opened:
            start = time.process_time()
            chart.render(given, name="kubilitics", namespace="default")
            spent.append(time.process_time() - start)
        return spent[1] / spent[0]

    return min(statistics.median(in_turn() for _ in range(rounds)) for _ in range(series))


if __name__ == "__main__":
    import sys

    sys.stdout.write(json.dumps(ratio(Path(sys.argv[1]), json.loads(sys.argv[2]))))
