"""Reads the generated workflows and plays a run of one: which jobs run when some fail. Knows nothing of the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.tools import REPOSITORY

OWN = REPOSITORY / ".github" / "workflows"
PRODUCT = REPOSITORY / "delivery"
FLOWS = sorted([*OWN.glob("*.yml"), *(PRODUCT / ".github" / "workflows").glob("*.yml")])
SUCCESS, FAILURE, SKIPPED = "success", "failure", "skipped"


class Loader(yaml.CSafeLoader):
    """YAML 1.2's idea of a boolean, as GitHub reads workflows: `on` is a key, not a truth."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> dict[str, Any]:
    """One workflow."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


def product(name: str) -> dict[str, Any]:
    """One workflow of the product."""
    return read(PRODUCT / ".github" / "workflows" / name)


def jobs(flow: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, job) of every job that a run has, those of called workflows among them as `backend/test`."""
    for name, job in flow["jobs"].items():
        if "uses" in job:
            called = read(PRODUCT / job["uses"].removeprefix("./"))
            yield from jobs(called, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", job


def steps(flow: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(job, step) of every step that stands in the file itself."""
    for name, job in flow["jobs"].items():
        for step in job.get("steps", []):
            yield name, step


def run(flow: dict[str, Any], failing: Collection[str] = ()) -> dict[str, str]:
    """How each job ends where those in `failing` (as `ai/test`) fail: GitHub skips a job unless all it needs succeeded.

    Only that default rule is played; a job with an `if` of its own, or one that may fail, is an error here.
    """
    return _run(flow, set(failing), "")


def _run(flow: dict[str, Any], failing: set[str], prefix: str) -> dict[str, str]:
    ended: dict[str, str] = {}
    results: dict[str, str] = {}
    waiting = dict(flow["jobs"])
    while waiting:
        ready = [name for name, job in waiting.items() if set(job.get("needs", [])) <= results.keys()]
        assert ready, f"these jobs wait for each other, or for one that is not there: {sorted(waiting)}"
        for name in ready:
            job = waiting.pop(name)
            assert not {"if", "continue-on-error"} & job.keys(), f"{name}: this rule is not played here"
            runs = all(results[other] == SUCCESS for other in job.get("needs", []))
            if "uses" in job:
                called = read(PRODUCT / job["uses"].removeprefix("./"))
                inner = _run(called, failing, f"{prefix}{name}/") if runs else {}
                ended |= inner
                results[name] = SKIPPED if not runs else FAILURE if FAILURE in inner.values() else SUCCESS
            else:
                results[name] = SKIPPED if not runs else FAILURE if f"{prefix}{name}" in failing else SUCCESS
            ended[f"{prefix}{name}"] = results[name]
    return ended
