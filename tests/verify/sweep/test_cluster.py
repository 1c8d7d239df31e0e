"""The same sweep on a Dask cluster: scheduler and workers are processes of their own, and one of them is killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from kubilitics_chartgen.errors import ToolError
from kubilitics_chartgen.verify.sweep.cluster import ClusterPool
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Request, Status
from tests.tools import REPOSITORY
from tests.verify.charts import write_chart
from tests.verify.sweep.test_workers import BROKEN, ENDLESS, LOOP, prepared, told

NOWHERE = "tcp://127.0.0.1:1"
# What distributed itself does: tornado's loops and sockets that it leaves to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


class Cluster:
    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        self.processes = []
        self.start("dask_scheduler", "--port", "0", "--no-dashboard")
        for _ in range(600):
            if self.file.exists():
                break
            time.sleep(0.1)
        time.sleep(0.2)
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, program, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(self.file), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def worker(self, *arguments):
        return self.start("dask_worker", "--nthreads", "1", "--no-dashboard", *arguments)

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(tmp_path):
    started = Cluster(tmp_path)
    yield started
    started.end()


def test_two_workers_of_which_one_is_killed_find_what_one_process_finds(tmp_path, cluster):
    task, requests = prepared(write_chart(tmp_path / "web", {"templates/service.yaml": BROKEN}), count=400)
    here = told(Sweeper(task).run(requests))
    assert here[1], "there is a fault to be found"
    # One under a nanny, as Dask starts them, which may have no children by itself.
    cluster.worker()
    victim = cluster.worker("--no-nanny")
    finished = []

    def kill(count):
        finished.append(count)
        if sum(finished) >= len(requests) // 4 and victim.poll() is None:
            victim.kill()
            victim.wait()

    with ClusterPool(task, scheduler=cluster.address) as pool:
        # Workers on other machines do not see it.
        shutil.rmtree(task.chart)
        while len(pool._client.nthreads()) < 2:
            time.sleep(0.2)
        assert told(pool.run(requests, done=kill)) == here
        assert victim.poll() is not None
        assert sum(finished) == len(requests)
        assert pool.deaths >= 1
        assert told(pool.run(requests))[0] == here[0], "and the one that is left goes on"


def test_what_kills_a_render_does_not_kill_the_workers(tmp_path, cluster):
    task, requests = prepared(write_chart(tmp_path / "web", LOOP), count=8)
    greeting = [factor.name for factor in task.space.factors].index("greeting")
    loop = [level.value for level in task.space.factors[greeting].levels].index(ENDLESS)
    requests = [
        Request(n, each.configuration.choose({greeting: loop if n == 3 else 0})) for n, each in enumerate(requests)
    ]
    cluster.worker()
    with ClusterPool(task, scheduler=cluster.address) as pool:
        statuses = [outcome.status for outcome in pool.run(requests)]
        assert statuses == [Status.DIED if n == 3 else Status.ACCEPTED for n in range(8)]
        assert len(pool._client.nthreads()) == 1


def test_verify_says_the_same_with_a_scheduler_as_without(tmp_path, cluster):
    folder = write_chart(tmp_path / "web", {"templates/service.yaml": BROKEN})
    cluster.worker()
    assert findings(folder, "--scheduler", cluster.address) == findings(folder, "--workers", "1")


def findings(folder, *arguments):
    done = verify(folder, "--random", "20", "--json", *arguments)
    assert (done.returncode, done.stderr) == (1, "")
    return json.loads(done.stdout)["findings"]


def verify(folder, *arguments):
    program = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", "verify"]
    return subprocess.run([*program, str(folder), *arguments], capture_output=True, text=True, check=False, timeout=300)


def test_no_scheduler_there_is_one_sentence(tmp_path):
    done = verify(write_chart(tmp_path / "web"), "--scheduler", NOWHERE)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: There is no Dask scheduler at {NOWHERE}")
    assert len(done.stderr.splitlines()) == 1


def test_a_scheduler_without_workers_says_so(tmp_path, cluster):
    task, _requests = prepared(write_chart(tmp_path / "web"), count=1)
    with pytest.raises(ToolError, match="has no workers"):
        ClusterPool(task, scheduler=cluster.address, patience=2).__enter__()


def test_workers_here_or_there_but_not_both(tmp_path):
    done = verify(write_chart(tmp_path / "web"), "--scheduler", NOWHERE, "--workers", "2")
    assert done.returncode == 2
    assert "give one" in done.stderr
