"""Measures `verify` on the Kubilitics chart and writes docs/benchmarks.md: all in one run, on one machine.

    .venv/bin/python tools/bench/verify.py [--quick]

What is compared renders the same configurations: workers of `verify` with all checks on all Kubernetes versions,
against a loop of `helm template` processes whose output is parsed and held against the strict schemas.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import yaml

from kubilitics_chartgen.cli.writing import replace_file
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.plan import Exploration, Plan
from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.pool import Pool
from kubilitics_chartgen.verify.sweep.task import Request, Status, SweepTask

CHART = Path("charts/kubilitics")
PAGE = Path("docs/benchmarks.md")


def main() -> None:
    """Measure, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="far fewer configurations, to see that it works")
    quick = parser.parse_args().quick
    load = os.getloadavg()[0]

    def tell(what: str) -> None:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")

    tell("the first verdict")
    verdict = first_verdict()
    tell("near the profiles, two workers and one")
    subject = read_subject(CHART, kube_versions=supported())
    drawn = uniform(subject, 300 if quick else 100_000)
    accepted = near_profiles(subject, 160 if quick else 4_000)
    two = swept(subject, accepted, workers=2)
    one = swept(subject, accepted[: len(accepted) // 2], workers=1)
    tell("drawn uniformly")
    whole = swept(subject, drawn, workers=2)
    tell("a loop of processes")
    loop = processes(subject, accepted[: 8 if quick else 100])
    text = page(verdict, two, one, whole, loop, load, quick=quick)
    replace_file(PAGE, text)
    sys.stdout.write(text)


def first_verdict() -> dict[str, float]:
    """Seconds from a cold start until every pair of levels around the defaults was looked at."""
    began = time.perf_counter()
    subject = read_subject(CHART, kube_versions=supported())
    with Pool(task(subject), workers=2) as pool:
        ledger = Ledger(pool, templates=len(subject.slices))
        plan = Plan(subject.space, subject.slices, subject.base, subject.known, nulls=False)
        exploration = Exploration(plan, ledger)
        exploration.known()
        exploration.singles()
        missing = exploration.pairs(subject.base, range(len(subject.space.factors)), plan.seed)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "configurations": ledger.looked, "missing": missing, "distinct": ledger.distinct}


def task(subject: Subject) -> SweepTask:
    """All checks, all versions."""
    names = tuple(check.name for check in CHECKS)
    slices, value = subject.slices, subject.kube_value
    return SweepTask(CHART, subject.space, subject.kube_versions, names, slices, subject.dependencies.shared, value)


def uniform(subject: Subject, count: int) -> list[Request]:
    """Configurations drawn uniformly from the whole space; the chart refuses most of them."""
    chance = random.Random(1)  # noqa: S311
    sizes = [len(factor.levels) for factor in subject.space.factors]
    return [
        Request(number, subject.base.choose({factor: chance.randrange(size) for factor, size in enumerate(sizes)}))
        for number in range(count)
    ]


def near_profiles(subject: Subject, count: int) -> list[Request]:
    """Configurations that are mostly accepted: a profile with a dozen values changed."""
    chance = random.Random(2)  # noqa: S311
    factors = range(len(subject.space.factors))
    found: list[Request] = []
    for number in range(count):
        changed = {
            factor: chance.randrange(len(subject.space.factors[factor].levels)) for factor in chance.sample(factors, 12)
        }
        found.append(Request(number, chance.choice(subject.known).choose(changed)))
    return found


def swept(subject: Subject, requests: list[Request], *, workers: int) -> dict[str, float]:
    """Render, parse and check these."""
    with Pool(task(subject), workers=workers) as pool:
        pool.run(requests[: 40 * workers])
        began = time.perf_counter()
        outcomes = pool.run(requests)
        seconds = time.perf_counter() - began
    templates = len(subject.slices)
    accepted = [outcome for outcome in outcomes if outcome.status is Status.ACCEPTED]
    return {
        "configurations": len(outcomes),
        "accepted": len(accepted),
        "seconds": seconds,
        "perSecond": len(outcomes) / seconds,
        "distinct": sum(outcome.distinct for outcome in outcomes),
        "distinctPerSecond": sum(outcome.distinct for outcome in outcomes) / seconds,
        "documents": sum(outcome.documents for outcome in outcomes),
        "hit": 1 - sum(outcome.rendered for outcome in accepted) / max(1, templates * len(accepted)),
        "memory": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def processes(subject: Subject, requests: list[Request]) -> dict[str, float]:
    """The same by one `helm template` process after the other, its output held against the strict schemas."""
    helm = Path(sys.executable).parent / "helm"
    release = Release("kubilitics", "example")
    began = time.perf_counter()
    documents = 0
    for request in requests:
        values = json.dumps(overrides(subject.space, request.configuration))
        command = [str(helm), "template", release.name, str(CHART), "--namespace", release.namespace, "--values", "-"]
        done = subprocess.run(command, input=values, capture_output=True, text=True, check=False)
        for document in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if done.returncode == 0 else ():
            documents += document is not None
            for version in supported():
                problems(document, version)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "perSecond": len(requests) / seconds,
        "configurations": len(requests),
        "documents": documents,
    }


def page(
    verdict: dict[str, float],
    two: dict[str, float],
    one: dict[str, float],
    whole: dict[str, float],
    loop: dict[str, float],
    load: float,
    *,
    quick: bool,
) -> str:
    """The page."""
    rows = [
        (
            "a first 2-wise verdict from a cold start, all Kubernetes versions",
            f"{verdict['seconds']:.1f} s",
            "under 10 s",
        ),
        (
            "distinct objects rendered, parsed and checked, two workers",
            f"{two['distinctPerSecond']:,.0f} a second",
            "1,500",
        ),
        ("configurations near the profiles, two workers", f"{two['perSecond']:,.0f} a second", ""),
        ("configurations near the profiles, one worker", f"{one['perSecond']:,.0f} a second", ""),
        ("two workers against one", f"{two['perSecond'] / one['perSecond']:.2f} times", "1.7"),
        ("templates that were known and not rendered", f"{two['hit']:.0%}", ""),
        (f"{whole['configurations']:,.0f} configurations drawn uniformly", f"{whole['perSecond']:,.0f} a second", ""),
        ("of these accepted", f"{whole['accepted']:,.0f}", ""),
        ("a loop of `helm template` with a strict check", f"{loop['perSecond']:.1f} configurations a second", ""),
        ("`verify` against that loop", f"{two['perSecond'] / loop['perSecond']:.0f} times", "30"),
        ("largest worker", f"{two['memory']:.0f} MB", "under 500 MB"),
    ]
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    cores = os.cpu_count()
    written = "`make bench`, shortened by --quick," if quick else "`make bench`"
    table = "\n".join(f"| {what} | {value} | {goal} |" for what, value, goal in rows)
    return f"""# Benchmarks

Written by {written} on {today}: {cores} cores, {platform.machine()}, Python {platform.python_version()}.
The machine's load was {load:.1f} when it began; what else runs on it takes from every number but the comparisons.

| what | measured | goal |
| --- | --- | --- |
{table}

The first verdict looked at {verdict["configurations"]:,.0f} configurations and
{verdict["distinct"]:,.0f} distinct objects;
{verdict["missing"]:,.0f} pairs stayed undecided. Near the profiles, {two["accepted"]:,.0f} of
{two["configurations"]:,.0f}
configurations were accepted; `verify` ran every check as every Kubernetes version, the loop the schemas alone.

Most of the time is Helm's own execution of templates: `kubilitics-chartgen` cannot be faster than that, it can only
render less often, which the share of known templates shows.
"""


if __name__ == "__main__":
    main()
