"""One object of each distinct structure that the sweep of `verify` renders.

As a program it prints them as JSON, for the Kubernetes version that it is given: a process of its own has the settings
of Go's garbage collector that the workers of `verify` have, with which it takes half the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kubilitics_chartgen.kube.versions import parse_version
from kubilitics_chartgen.verify import verification
from kubilitics_chartgen.verify.checks import CHECKS, Context, Document, Fault
from kubilitics_chartgen.verify.sweep import inspector
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, SweepTask
from tests.cluster.profiles import CHART
from tests.tools import REPOSITORY

__all__ = ["distinct_structures", "structure"]

Object = dict[str, Any]
_FREE = ("annotations", "labels", "data", "stringData", "matchLabels", "nodeSelector", "limits", "requests")
"""Maps whose keys are content, not structure."""


def structure(item: Object) -> tuple[str, str, frozenset[str]]:
    """The kind and every field that is there, with the type of its value."""
    return str(item.get("apiVersion")), str(item.get("kind")), frozenset(_fields(item, ""))


def _fields(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if path.rsplit(".", 1)[-1] in _FREE:
                yield f"{path}.* {type(item).__name__}"
            else:
                yield from _fields(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item, f"{path}[]")
    else:
        yield f"{path} {type(value).__name__}"


class _Collector:
    """A check that finds no fault and remembers what it has seen."""

    name, sentence, fix, severity = "collector", "", "", "error"

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, frozenset[str]], Object] = {}

    def check(self, document: Document, context: Context) -> Sequence[Fault]:  # noqa: ARG002 -- as checks are called
        item = dict(document.object)
        self.found.setdefault(structure(item), item)
        return ()


class _Here:
    """In place of the pool: the sweep in this process, so that the objects can be had."""

    count, deaths = 1, 0

    def __init__(self, **_options: Any) -> None:
        pass

    def begin(self, task: SweepTask) -> None:
        self._sweeper = Sweeper(task)

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def run(self, requests: Sequence[Request], *, done: Callable[[int], None] | None = None) -> list[Outcome]:
        found = [
            outcome
            for start in range(0, len(requests), 48)
            for outcome in self._sweeper.run(requests[start : start + 48])
        ]
        if done:
            done(len(found))
        return found


def distinct_structures(version: str) -> list[Object]:
    """Of our own chart, for one Kubernetes version, with every pair of values."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, version],
        cwd=REPOSITORY,
        env={**os.environ, "GOGC": "800", "GOMAXPROCS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def main(version: str) -> None:
    """Print them."""
    collector = _Collector()
    for module in (inspector, verification):
        setattr(module, "CHECKS", (*CHECKS, collector))  # noqa: B010 -- in place of what the module imports
    setattr(verification, "sweep_pool", _Here)  # noqa: B010
    request = verification.VerifyRequest(
        CHART, kube_versions=(parse_version(version),), checks=("collector",), random=0, nulls=False
    )
    report = verification.verify(request)
    assert report.complete
    sys.stdout.write(json.dumps(list(collector.found.values())))


if __name__ == "__main__":
    main(sys.argv[1])
