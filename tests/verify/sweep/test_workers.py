"""What workers find does not depend on how many there are, nor on whether one of them dies."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep.pool import GO, Pool, Work
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, Status
from kubilitics_chartgen.verify.sweep.work import sweep_pool
from tests.verify.charts import SERVICE, write_chart

BROKEN = SERVICE.replace("{{ .Values.service.port }}", "{{ eq .Values.greeting `loud` | ternary 70000 80 }}")
ENDLESS = "{{ tpl .Values.greeting . }}"
LOOP = {
    "templates/a.yaml": "{{ tpl .Values.greeting . | trunc 0 }}",
    ".chartgen.yaml": f"verify: {{factors: {{add: {{greeting: ['{ENDLESS}']}}}}}}\n",
}


def prepared(folder, count=60):
    subject = read_subject(folder, kube_versions=supported())
    task = subject.task([check.name for check in CHECKS])
    chance = random.Random(4)
    sizes = [len(factor.levels) for factor in subject.space.factors]
    drawn = [{factor: chance.randrange(size) for factor, size in enumerate(sizes)} for _ in range(count)]
    return task, [Request(number, subject.base.choose(levels)) for number, levels in enumerate(drawn)]


def told(outcomes):
    faults: dict[tuple[str, str], int] = {}
    for outcome in outcomes:
        for found in outcome.found:
            key = (found.check, found.fault.key)
            faults[key] = min(outcome.index, faults.get(key, outcome.index))
    return [(outcome.index, outcome.status, outcome.digest, outcome.filled) for outcome in outcomes], faults


def test_one_worker_two_workers_and_none_find_the_same(tmp_path):
    task, requests = prepared(write_chart(tmp_path / "web", {"templates/service.yaml": BROKEN}))
    here = told(Sweeper(task).run(requests))
    assert here[1], "there is a fault to be found"
    for workers in (1, 2):
        with sweep_pool(task, workers=workers) as pool:
            assert told(pool.run(requests)) == here


def test_workers_that_were_started_before_it_is_known_what_varies_find_the_same(tmp_path):
    chart = write_chart(tmp_path / "web", {"templates/service.yaml": BROKEN})
    with sweep_pool(chart=chart, workers=2) as pool:
        task, requests = prepared(chart)
        pool.begin(task)
        assert told(pool.run(requests)) == told(Sweeper(task).run(requests))


def test_a_worker_started_early_that_dies_is_started_again_with_what_it_was_told(tmp_path):
    chart = write_chart(tmp_path / "web")
    with sweep_pool(chart=chart, workers=1) as pool:
        task, requests = prepared(chart)
        pool.begin(task)
        expected = told(pool.run(requests[:8]))
        pool._workers[0].process.kill()
        assert told(pool.run(requests[:8])) == expected
        assert pool.deaths == 1


def test_faults_are_the_same_in_whichever_order_configurations_come(tmp_path):
    task, requests = prepared(write_chart(tmp_path / "web", {"templates/service.yaml": BROKEN}))
    again = [Request(each.index, each.configuration, again=True) for each in requests]
    forwards = Sweeper(task).run(again)
    backwards = Sweeper(task).run(again[::-1])[::-1]
    assert [each.found for each in forwards] == [each.found for each in backwards]
    faulty = [number for number, each in enumerate(forwards) if each.found]
    assert faulty, "there is a fault to be found"
    for number in {*range(20), *faulty[:5]}:
        assert Sweeper(task).run([again[number]])[0].found == forwards[number].found


class Here:
    """A sweeper of this process, new for each question: nothing is remembered from one to the next."""

    def __init__(self, task):
        self.task = task

    def run(self, requests, *, done=None):  # noqa: ARG002
        return Sweeper(self.task).run(requests)


@pytest.mark.parametrize("prints", ["", "{{ else }}{apiVersion: v1, kind: ConfigMap, metadata: {name: gate}}"])
def test_what_was_asked_for_its_verdict_first_is_found_the_same(prints, tmp_path):
    gate = '{{ if eq .Values.greeting "loud" }}{{ fail "greeting: not so loud" }}' + prints + "{{ end }}"
    parts = {"templates/service.yaml": BROKEN, "templates/gate.yaml": gate}
    task, requests = prepared(write_chart(tmp_path / "web", parts), count=12)
    asked = [each.configuration for each in requests]
    straight, later = Ledger(Here(task)), Ledger(Here(task))
    straight.look(asked)
    said = later.verdicts(asked)
    later.look([each for each, why in zip(asked, said, strict=True) if why is None])
    assert later.digests == straight.digests
    assert later.accepted == straight.accepted
    assert later.sightings.keys() == straight.sightings.keys()
    assert straight.refused.keys() == {each for each, why in zip(asked, said, strict=True) if why}
    assert straight.refused, "some are refused"
    # The gate that prints nothing is not rendered again; beside it, the same is rendered for what is let through.
    plain = Ledger(Here(task))
    plain.look(list(later.accepted))
    assert later.rendered < plain.rendered if not prints else later.rendered == plain.rendered


def test_what_is_remembered_of_a_slice_is_what_a_whole_render_gives(tmp_path):
    task, requests = prepared(write_chart(tmp_path / "web"))
    remembered = Sweeper(task).run([*requests, *requests])
    alone = Sweeper(task).run([Request(each.index, each.configuration, again=True, alone=True) for each in requests])
    assert {outcome.status for outcome in alone} == {Status.ACCEPTED}
    for first, second, whole in zip(remembered, remembered[len(requests) :], alone, strict=False):
        assert first.digest == second.digest == whole.digest
        assert second.rendered == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_loses_nothing_but_what_killed_it(workers, tmp_path):
    task, requests = prepared(write_chart(tmp_path / "web", LOOP), count=8)
    names = [factor.name for factor in task.space.factors]
    greeting = names.index("greeting")
    loop = [level.value for level in task.space.factors[greeting].levels].index(ENDLESS)
    requests[3] = Request(3, requests[3].configuration.choose({greeting: loop}))
    requests = [each for each in requests if each.index == 3 or each.configuration.levels[greeting] != loop]
    with sweep_pool(task, workers=workers, seconds=60) as pool:
        outcomes = pool.run(requests)
        assert pool.deaths > 0
    assert Status.ACCEPTED in {outcome.status for outcome in outcomes}
    for request, outcome in zip(requests, outcomes, strict=True):
        kills = request.configuration.levels[greeting] == loop
        assert outcome.status is (Status.DIED if kills else Status.ACCEPTED), outcome


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="tells what a process began with")
def test_workers_begin_with_what_their_helm_is_to_know(monkeypatch, tmp_path):
    """A library in Go sees no variable that its process sets later."""
    monkeypatch.setenv("GOGC", "137")
    monkeypatch.delenv("GOMAXPROCS", raising=False)
    task, requests = prepared(write_chart(tmp_path / "web"), 1)
    with sweep_pool(task, workers=1) as pool:
        pool.run(requests)
        began = Path(f"/proc/{pool._workers[0].process.pid}/environ").read_bytes().split(b"\0")
    assert f"GOMAXPROCS={GO['GOMAXPROCS']}".encode() in began
    assert b"GOGC=137" in began, "what the user has set stays"
    assert "GOMAXPROCS" not in os.environ


@dataclass
class Interrupted(Work[Request, Outcome]):
    """Work that is interrupted on its way to a worker, before that has run a line of its own."""

    status: Status = Status.ACCEPTED

    def __setstate__(self, state):
        self.__dict__.update(state)
        os.kill(os.getpid(), signal.SIGINT)

    def runner(self, _task):
        return lambda requests: [Outcome(each.index, self.status) for each in requests]

    def died(self, request, reason):
        return Outcome(request.index, Status.DIED, reason)


def test_ctrl_c_while_workers_start_is_for_the_one_who_starts_them(tmp_path, capfd):
    _task, requests = prepared(write_chart(tmp_path / "web"), count=8)
    with Pool(Interrupted(), "task", workers=1) as pool:
        assert {each.status for each in pool.run(requests)} == {Status.ACCEPTED}
    assert capfd.readouterr().err == ""
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
