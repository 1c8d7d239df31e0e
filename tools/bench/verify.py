"""Measures `verify` on the Kubilitics chart and writes docs/benchmarks.md: all in one run, on one machine.

    .venv/bin/python tools/bench/verify.py [--quick]

What is compared renders the same configurations, some at a time and in turns, so that a machine that swings is as slow
for the one as for the other: workers of `verify` with all checks on all Kubernetes versions, against a loop of `helm
template` processes whose output is parsed and held against the strict schemas.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from kubilitics_chartgen.cli.writing import replace_file
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.plan import Exploration, Plan
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.garbage import collect_seldom
from kubilitics_chartgen.verify.sweep.pool import CHUNK, GO, Pool, started_with
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, Status, SweepTask
from kubilitics_chartgen.verify.sweep.work import sweep_pool

CHART = Path("charts/kubilitics")
PAGE = Path("docs/benchmarks.md")
STEP = 480
"""Configurations that are asked for at once."""
TURN = 192
"""The same where several take turns: the shorter, the more alike the machine is for all."""
MINUTES = 15
"""Bound for configurations drawn uniformly."""


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
    subject = read_subject(CHART, kube_versions=supported())
    tell("configurations with half of their values changed, to be rendered anew")
    anew = half_changed(subject, 48 if quick else 2 * STEP)
    tell("these, two workers and one in turns")
    measured: dict[str, dict[str, float]] = {}
    measured["anew, two"], measured["anew, one"], _ = in_turns(subject, anew, share=0)
    tell("those near the profiles, two workers, one, and a loop of processes in turns")
    near = near_profiles(subject, 160 if quick else 4 * STEP)
    measured["near, two"], measured["near, one"], loop = in_turns(subject, near, share=8 if quick else 10)
    tell("where the time goes")
    with started_with(GO), multiprocessing.get_context("spawn").Pool(1) as process:
        shares = process.apply(where_time_goes, (task(subject), [subject.base, *subject.known], anew[:STEP]))
    tell("drawn uniformly")
    whole = swept(subject, uniform(subject, 300 if quick else 100_000), seconds=60 * MINUTES)
    text = page(verdict, measured, shares, whole, loop, load, quick=quick)
    replace_file(PAGE, text)
    sys.stdout.write(text)


def first_verdict() -> dict[str, float]:
    """Seconds from a cold start until every pair of levels around the defaults was looked at."""
    # As the command does.
    collect_seldom()
    began, spent = time.perf_counter(), cpu_seconds()
    with sweep_pool(chart=CHART, workers=2) as pool:
        subject = read_subject(CHART, kube_versions=supported())
        pool.begin(task(subject))
        ledger = Ledger(pool, templates=len(subject.slices))
        plan = Plan(subject.space, subject.slices, subject.base, subject.known, nulls=False)
        exploration = Exploration(plan, ledger)
        exploration.known()
        exploration.singles()
        missing = exploration.pairs(subject.base, range(len(subject.space.factors)), plan.seed)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "cpu": cpu_seconds() - spent,
        "configurations": ledger.looked,
        "missing": missing,
        "distinct": ledger.distinct,
    }


def cpu_seconds() -> float:
    """What this process and those it has waited for used of the processors."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def half_changed(subject: Subject, count: int) -> list[Request]:
    """Accepted configurations with about half of their values changed, so that nearly every object is a new one."""
    with sweep_pool(task(subject), workers=2) as pool:
        ledger = Ledger(pool, templates=len(subject.slices))
        bases = list(dict.fromkeys([subject.base, *subject.known]))
        plan = Plan(subject.space, subject.slices, subject.base, subject.known, random=count)
        Exploration(plan, ledger, bases).drawn()
        return [Request(number, each) for number, each in enumerate(ledger.accepted)]


def task(subject: Subject) -> SweepTask:
    """All checks, all versions."""
    return subject.task([check.name for check in CHECKS])


def uniform(subject: Subject, count: int) -> Iterator[Request]:
    """Configurations drawn uniformly from the whole space; the chart refuses most of them."""
    chance = random.Random(1)  # noqa: S311
    sizes = [len(factor.levels) for factor in subject.space.factors]
    for number in range(count):
        levels = {factor: chance.randrange(size) for factor, size in enumerate(sizes)}
        yield Request(number, subject.base.choose(levels))


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


class Sweep:
    """Requests given to workers, and the time that they took."""

    def __init__(self, pool: Pool[Request, Outcome], subject: Subject, workers: int) -> None:
        self.pool = pool
        self.seconds = 0.0
        self.outcomes: list[Outcome] = []
        self.templates = len(subject.slices)
        # The start of the workers is part of the first verdict, and not of this.
        pool.run([Request(-1 - number, each) for number, each in enumerate([subject.base, *subject.known] * workers)])

    def run(self, requests: Sequence[Request]) -> None:
        """Render, parse and check these."""
        began = time.perf_counter()
        self.outcomes += self.pool.run(requests)
        self.seconds += time.perf_counter() - began

    def numbers(self) -> dict[str, float]:
        """What came of it; to be asked when the workers are gone, for their memory."""
        accepted = [outcome for outcome in self.outcomes if outcome.status is Status.ACCEPTED]
        distinct = sum(outcome.distinct for outcome in self.outcomes)
        return {
            "configurations": len(self.outcomes),
            "accepted": len(accepted),
            "seconds": self.seconds,
            "perSecond": len(self.outcomes) / self.seconds,
            "distinct": distinct,
            "distinctPerSecond": distinct / self.seconds,
            "hit": 1 - sum(outcome.rendered for outcome in accepted) / (self.templates * max(1, len(accepted))),
            "memory": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        }


def swept(subject: Subject, requests: Iterator[Request], *, seconds: float) -> dict[str, float]:
    """Render, parse and check these with two workers, or as many as there is time for."""
    with sweep_pool(task(subject), workers=2) as pool:
        sweep = Sweep(pool, subject, 2)
        while sweep.seconds < seconds and (some := list(islice(requests, STEP))):
            sweep.run(some)
    return sweep.numbers()


def in_turns(
    subject: Subject, requests: Sequence[Request], *, share: int
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """The same by two workers, by one, and of each part the first `share` by a loop of processes."""
    loop = Loop(subject)
    with sweep_pool(task(subject), workers=2) as pool, sweep_pool(task(subject), workers=1) as other:
        two, one = Sweep(pool, subject, 2), Sweep(other, subject, 1)
        for start in range(0, len(requests), TURN):
            part = requests[start : start + TURN]
            turns: list[Callable[[], None]] = [partial(two.run, part), partial(one.run, part)]
            turns.append(partial(loop.run, part[:share]))
            # There and back: a machine that gets slower is so for all.
            for turn in turns if start // TURN % 2 == 0 else reversed(turns):
                turn()
    return two.numbers(), one.numbers(), loop.numbers()


def where_time_goes(task: SweepTask, known: list[Configuration], requests: list[Request]) -> dict[str, float]:
    """Processor seconds of one sweeper, by what they are used for; to be called in a process such as the workers."""
    parts: dict[str, float] = {}

    def timed(owner: Any, name: str, part: str) -> None:
        function = getattr(owner, name)

        def measured(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return function(*arguments)
            finally:
                parts[part] = parts.get(part, 0.0) + time.process_time() - began

        setattr(owner, name, measured)

    sweeper = Sweeper(task)
    sweeper.run([Request(-1 - number, each) for number, each in enumerate(known)])
    # As in the workers.
    collect_seldom()
    timed(sweeper.renderer.batch, "render", "helm")
    timed(sweeper.inspector, "documents", "documents")
    timed(sweeper.inspector, "_look", "checks")
    timed(sweeper.inspector, "faults", "joins")
    began = time.process_time()
    outcomes = [
        outcome for start in range(0, len(requests), CHUNK) for outcome in sweeper.run(requests[start : start + CHUNK])
    ]
    total = time.process_time() - began
    parts["reading"] = parts["documents"] - parts["checks"]
    parts["rest"] = total - parts["helm"] - parts["documents"] - parts["joins"]
    distinct = max(1, sum(outcome.distinct for outcome in outcomes))
    return {**parts, "total": total, "perObject": total / distinct * 1000}


class Loop:
    """One `helm template` process after the other, its output held against the strict schemas."""

    def __init__(self, subject: Subject) -> None:
        self.space = subject.space
        self.configurations = 0
        self.seconds = 0.0
        self.helm = Path(sys.executable).parent / "helm"

    def run(self, requests: Sequence[Request]) -> None:
        """Render, parse and validate these."""
        release = Release("kubilitics", "example")
        began = time.perf_counter()
        for request in requests:
            values = json.dumps(overrides(self.space, request.configuration))
            command = [str(self.helm), "template", release.name, str(CHART)]
            command += ["--namespace", release.namespace, "--values", "-"]
            done = subprocess.run(command, input=values, capture_output=True, text=True, check=False)
            for document in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if done.returncode == 0 else ():
                for version in supported():
                    problems(document, version)
        self.seconds += time.perf_counter() - began
        self.configurations += len(requests)

    def numbers(self) -> dict[str, float]:
        """What came of it."""
        return {"perSecond": self.configurations / self.seconds if self.seconds else 0.0}


def page(
    verdict: dict[str, float],
    measured: dict[str, dict[str, float]],
    shares: dict[str, float],
    whole: dict[str, float],
    loop: dict[str, float],
    load: float,
    *,
    quick: bool,
) -> str:
    """The page."""
    anew, near = measured["anew, two"], measured["near, two"]
    ratios = [
        measured[f"{kind}, two"]["perSecond"] / measured[f"{kind}, one"]["perSecond"] for kind in ("anew", "near")
    ]
    rows = [
        ("a first 2-wise verdict from a cold start, all Kubernetes versions", f"{verdict['seconds']:.1f} s", "10 s"),
        ("the same in seconds of the processors", f"{verdict['cpu']:.1f} s", ""),
        ("distinct objects rendered, parsed, checked", f"{anew['distinctPerSecond']:,.0f} a second", "1,500"),
        ("two workers against one, objects rendered anew", f"{ratios[0]:.2f} times", "1.7"),
        ("configurations near the profiles", f"{near['perSecond']:,.0f} a second", ""),
        ("templates that were known there, and not rendered", f"{near['hit']:.0%}", ""),
        ("two workers against one, near the profiles", f"{ratios[1]:.2f} times", "1.7"),
        ("configurations drawn uniformly", f"{whole['perSecond']:,.0f} a second", ""),
        ("a loop of `helm template` with a strict check", f"{loop['perSecond']:.1f} configurations a second", ""),
        ("`verify` against that loop", f"{near['perSecond'] / loop['perSecond']:.0f} times", "30"),
        ("largest worker", f"{max(one['memory'] for one in (*measured.values(), whole)):.0f} MB", "500 MB"),
    ]
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    written = "`make bench`, shortened by --quick," if quick else "`make bench`"
    table = "\n".join(f"| {what} | {value} | {goal} |" for what, value, goal in rows)
    part = {name: f"{shares[name] / shares['total']:.0%}" for name in shares}
    return f"""# Benchmarks

Written by {written} on {today}: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.
The machine's load was {load:.1f} when it began; what else runs on it takes from every number but the comparisons, and
makes seconds of the processors longer as well. What is compared was done in turns, so that the machine was the same for
both. Where nothing else is said, two workers did it.

| what | measured | goal |
| --- | --- | --- |
{table}

The first verdict looked at {verdict["configurations"]:,.0f} configurations and {verdict["distinct"]:,.0f} distinct
objects; {verdict["missing"]:,.0f} pairs stayed undecided. The distinct objects are those of
{anew["configurations"]:,.0f} accepted configurations with about half of their values changed
({anew["distinct"]:,.0f} objects). Near the profiles, where a dozen values are changed, {near["accepted"]:,.0f} of
{near["configurations"]:,.0f} configurations were accepted. Of the configurations drawn uniformly from the whole space
{whole["configurations"]:,.0f} were looked at in {whole["seconds"]:.0f} s, and {whole["accepted"]:,.0f} accepted; of the
templates of these {whole["hit"]:.0%} were known. `verify` ran every check as every Kubernetes version, the loop the
schemas alone.

## Where the time goes
Of the time that one sweeper needs for objects rendered anew, {shares["perObject"]:.2f} ms of a processor for each:

| what | share |
| --- | --- |
| Helm executing templates: the floor | {part["helm"]} |
| reading the YAML that comes out | {part["reading"]} |
| checks of single objects, schemas of all versions among them | {part["checks"]} |
| checks of all objects together | {part["joins"]} |
| values, the chart's own schema, and what was known before | {part["rest"]} |

With everything else for nothing it would be {shares["total"] / shares["helm"]:.1f} times as fast: beyond that,
`kubilitics-chartgen` can only render less often, which the share of known templates shows.
"""


if __name__ == "__main__":
    main()
