"""Which updates of single components are allowed, and in which order a full update goes. Pure."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kubilitics_chartgen.model.compatibility.decision import Verdict, decide
from kubilitics_chartgen.model.compatibility.matrix import COMPONENTS, Matrix, Status
from kubilitics_chartgen.model.compatibility.versions import Version

__all__ = ["Step", "Updates", "deadlock", "route", "updates"]


@dataclass(frozen=True)
class Step:
    """One component goes to another version; `verdict` judges the state that this leads to."""

    component: str
    version: str
    verdict: Verdict


@dataclass(frozen=True)
class Updates:
    """What can be done from an installed state."""

    installed: Verdict
    single: tuple[Step, ...]
    """Each newer listed release of each component alone, allowed or not."""
    full: tuple[Step, ...] | None
    """Steps to the target, one component each; None where no order is allowed. Empty where it is reached."""
    target: Verdict
    through: Status
    """The worst state on the way: compatible, or not recommended where there is no better way."""

    @property
    def blocked(self) -> bool:
        """Whether the target cannot be had at all, not even by installing everything at once."""
        return self.full is None and self.target.status is Status.BLOCKED


def updates(installed: Mapping[str, str], target: Mapping[str, str], matrix: Matrix) -> Updates:
    """From versions by component to others; both name the same components, with versions that can be read."""
    single = tuple(
        Step(name, version, decide({**installed, name: version}, matrix))
        for name in COMPONENTS
        if name in installed
        for version in _between(name, installed[name], target[name], matrix)
    )
    full, through = route(installed, target, matrix), Status.COMPATIBLE
    if full is None:
        full, through = route(installed, target, matrix, worst=Status.NOT_RECOMMENDED), Status.NOT_RECOMMENDED
    return Updates(decide(installed, matrix), single, full, decide(target, matrix), through)


def route(
    installed: Mapping[str, str], target: Mapping[str, str], matrix: Matrix, *, worst: Status = Status.COMPATIBLE
) -> tuple[Step, ...] | None:
    """The fewest steps of one component each, such that no state after a step is worse than `worst`.

    Where several orders are as short, AI goes before the frontend and that before the backend: who asks is ready before
    who answers changes.
    """
    names = [name for name in ("ai", "frontend", "backend") if name in installed]
    choices = {name: _between(name, installed[name], target[name], matrix) for name in names}
    start, goal = tuple(installed[name] for name in names), tuple(target[name] for name in names)
    before: dict[tuple[str, ...], tuple[tuple[str, ...], Step] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        if state == goal:
            return tuple(reversed(list(_back(state, before))))
        for place, name in enumerate(names):
            for version in reversed(choices[name]):
                after = (*state[:place], version, *state[place + 1 :])
                if after in before or not _newer(version, state[place]):
                    continue
                verdict = decide(dict(zip(names, after, strict=True)), matrix)
                if verdict.status.severity <= worst.severity:
                    before[after] = (state, Step(name, version, verdict))
                    waiting.append(after)
    return None


def _back(
    state: tuple[str, ...], before: Mapping[tuple[str, ...], tuple[tuple[str, ...], Step] | None]
) -> Iterator[Step]:
    while (came := before[state]) is not None:
        state, step = came
        yield step


def _between(name: str, installed: str, target: str, matrix: Matrix) -> list[str]:
    """Listed releases newer than the installed one, up to the target, which is among them; oldest first."""
    listed = [*matrix.releases.get(name, ()), target]
    return sorted(
        {text for text in listed if _newer(text, installed) and not _newer(text, target)},
        key=lambda text: _key(text),
    )


def _newer(one: str, other: str) -> bool:
    return _key(one) > _key(other)


def _key(text: str) -> tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]:
    """SemVer precedence: a pre-release comes before its release, numbers before words, fewer parts before more."""
    version = Version.read(text)
    if version is None:
        raise ValueError(f"{text!r} is no version")
    parts = version.prerelease.split(".") if version.prerelease else []
    words = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)
    return version.number, not version.prerelease, words


def deadlock(installed: Mapping[str, str], target: Mapping[str, str], matrix: Matrix) -> str:
    """Who waits for whom: each component that alone would give a blocked state, with the reason."""
    waits = []
    for name, other in itertools.permutations(installed, 2):
        pair = {name: target[name], other: installed[other]}
        verdict = decide(pair, matrix)
        if verdict.status is Status.BLOCKED:
            waits.append(f"{name} {target[name]} waits for {other} {target[other]}")
    return ", and ".join(waits) or "every first step is blocked"
