"""Measures `plan --fleet` on 10,000 values files, all different and with 500 different ones: docs/benchmarks-fleet.md.

    .venv/bin/python tools/bench/fleet.py

Each file is one of the profiles with what differs between clusters: sizes, replicas, labels, requests. The
upgrade brings another image of the backend, so that every cluster has something to plan.
"""

from __future__ import annotations

import copy
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from kubilitics_chartgen.cli.writing import replace_file

CHART = Path("charts/kubilitics")
PAGE = Path("docs/benchmarks-fleet.md")
PROFILES = sorted(Path("values").glob("*.yaml"))
PROGRAM = Path(sys.executable).parent / "kubilitics-chartgen"


def fleet(folder: Path, count: int, *, different: int) -> None:
    """Write `count` values files, of which only `different` say something else."""
    chance = random.Random(3)  # noqa: S311
    profiles = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in PROFILES]
    texts = [_text(chance, chance.choice(profiles), number) for number in range(different)]
    for number in range(count):
        comment = f"# cluster {number}\n"
        (folder / f"cluster-{number:05}.yaml").write_text(comment + texts[number % different], encoding="utf-8")


def _text(chance: random.Random, profile: dict[str, Any], number: int) -> str:
    values = copy.deepcopy(profile)
    backend, frontend = values.setdefault("backend", {}), values.setdefault("frontend", {})
    backend.setdefault("persistence", {})["size"] = f"{chance.randrange(10, 200)}Gi"
    backend["podAnnotations"] = {"example.com/cluster": f"cluster-{number}"}
    backend.setdefault("resources", {})["requests"] = {"cpu": f"{chance.randrange(100, 900)}m"}
    frontend["podLabels"] = {"team": chance.choice("abcdefgh")}
    if chance.random() < 0.5:
        frontend["replicas"] = chance.randrange(1, 5)
    return yaml.dump(values, Dumper=yaml.CSafeDumper)


def measured(count: int, *, different: int) -> dict[str, float]:
    """Wall seconds, and the megabytes of the largest of its processes, of one `plan --fleet`."""
    with tempfile.TemporaryDirectory() as place:
        fleet(Path(place), count, different=different)
        command = [str(PROGRAM), "plan", str(CHART), str(CHART), "--set", "backend.image.tag=1.2.1"]
        began = time.perf_counter()
        with subprocess.Popen([*command, "--fleet", f"{place}/*.yaml"], stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            lines = run.stdout.read().splitlines()
            _pid, _status, used = os.wait4(run.pid, 0)
        seconds = time.perf_counter() - began
    if not lines or not lines[-1].endswith(f"of {count} clusters need attention"):
        raise SystemExit("\n".join(lines[-5:]))
    # ru_maxrss of what was waited for is that of the largest process below it.
    return {"seconds": seconds, "megabytes": used.ru_maxrss / 1024}


def main() -> None:
    """Measure, then write the page."""
    load = os.getloadavg()[0]
    rows = [
        _row(f"{count:,} files, {'all' if different == count else different} different", goal, count, different)
        for count, different, goal in ((10_000, 500, "60 s"), (10_000, 10_000, "300 s"), (2_000, 2_000, ""))
    ]
    text = f"""# Benchmarks of `plan --fleet`

Written by `make bench-fleet` on {time.strftime("%Y-%m-%d")}: {os.cpu_count()} cores, {platform.machine()}, Python
{platform.python_version()}, a load of {load:.1f} when it began. Each file is one of the profiles with sizes,
annotations, labels, requests and replicas of its own; the upgrade brings another image of the backend.

| what | measured | goal | largest process |
| --- | ---: | ---: | ---: |
{"".join(rows)}"""
    replace_file(PAGE, text)
    sys.stdout.write(text)


def _row(what: str, goal: str, count: int, different: int) -> str:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
    found = measured(count, different=different)
    return f"| {what} | {found['seconds']:.0f} s | {goal} | {found['megabytes']:.0f} MB |\n"


if __name__ == "__main__":
    main()
