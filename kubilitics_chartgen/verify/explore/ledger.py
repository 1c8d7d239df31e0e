"""What was looked at and what came of it. State of one run, no I/O of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.sweep.task import Found, Outcome, Request, Status

__all__ = ["BudgetSpentError", "Ledger", "Runner", "Sighting"]


class Runner(Protocol):
    """Whoever runs requests: workers, or a sweeper in this process."""

    def run(self, requests: Sequence[Request], *, done: Callable[[int], None] | None = None) -> list[Outcome]:
        """What becomes of each request, in order."""


class BudgetSpentError(Exception):
    """The time that the user gave is over."""


@dataclass(frozen=True)
class Sighting:
    """A fault, and the first configuration that showed it: the first that is surely valid, if there is one."""

    found: Found
    configuration: Configuration
    index: int
    doubtful: bool = False

    @property
    def rank(self) -> tuple[bool, int]:
        """The lower, the better it shows the fault."""
        return self.doubtful, self.index


@dataclass
class Ledger:
    """All requests of one run."""

    runner: Runner
    deadline: float | None = None
    """When to stop, by `time.monotonic`."""
    progress: Callable[[str, int], None] = lambda _phase, _count: None
    phase: str = ""
    accepted: dict[Configuration, frozenset[str]] = field(default_factory=dict)
    """Accepted configurations with the templates that print an object, in the order they were seen."""
    digests: dict[Configuration, int] = field(default_factory=dict)
    """What each accepted configuration printed, as one number."""
    rights: set[str] = field(default_factory=set)
    """Declared rights that were seen to be granted."""
    refused: dict[Configuration, Outcome] = field(default_factory=dict)
    broken: dict[Configuration, Outcome] = field(default_factory=dict)
    sightings: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    looked: int = 0
    documents: int = 0
    distinct: int = 0
    rendered: int = 0
    skipped: int = 0
    """Templates that were not rendered because what they read was known."""
    templates: int = 0
    """How many templates one configuration has."""
    elsewhere: list[Sighting] = field(default_factory=list)
    """What was seen in variants of the chart."""
    _verdicts: dict[Configuration, str | None] = field(default_factory=dict)
    _passed: set[Configuration] = field(default_factory=set)
    """Those of which the templates that may refuse were rendered, refused nothing and printed nothing."""

    def hand_over(self, runner: Runner) -> None:
        """From here on, ask another one."""
        self.runner = runner

    def look(self, configurations: Sequence[Configuration]) -> list[bool]:
        """Render and check; whether each is accepted. What was looked at before is not looked at again."""
        fresh = list(dict.fromkeys(each for each in configurations if not self.known(each)))
        for outcome, configuration in zip(self._run(fresh, verdict_only=False), fresh, strict=True):
            self._note(configuration, outcome)
        return [configuration in self.accepted for configuration in configurations]

    def verdicts(self, configurations: Sequence[Configuration]) -> list[str | None]:
        """Why the chart's author refuses each of these; None for what he lets through, which may still fail."""
        fresh = list(
            dict.fromkeys(each for each in configurations if each not in self._verdicts and not self.known(each))
        )
        for outcome, configuration in zip(self._run(fresh, verdict_only=True), fresh, strict=True):
            self._verdicts[configuration] = None if outcome.status is Status.ACCEPTED else outcome.message
            if outcome.status is Status.ACCEPTED and not outcome.filled:
                self._passed.add(configuration)
            if outcome.status in (Status.BROKEN, Status.DIED):
                self._note(configuration, outcome)
        return [self._said(each) for each in configurations]

    def _said(self, configuration: Configuration) -> str | None:
        if configuration in self.accepted:
            return None
        outcome = self.refused.get(configuration) or self.broken.get(configuration)
        return outcome.message if outcome else self._verdicts[configuration]

    def again(
        self, configurations: Sequence[Configuration], *, alone: bool = False, exact: bool = False
    ) -> list[Outcome]:
        """Everything about each of these, whether or not it was seen before; nothing is written down."""
        self._check_time()
        requests = [
            Request(number, each, again=True, alone=alone or exact, exact=exact)
            for number, each in enumerate(configurations)
        ]
        return self.runner.run(requests) if requests else []

    @property
    def refusals(self) -> dict[Configuration, str]:
        """What was refused, also where nothing but the verdict was asked for, with what the refusal says."""
        verdicts = {each: message for each, message in self._verdicts.items() if message is not None}
        return {**verdicts, **{each: outcome.message for each, outcome in self.refused.items()}}

    def known(self, configuration: Configuration) -> bool:
        """Whether a configuration was looked at."""
        return configuration in self.accepted or configuration in self.refused or configuration in self.broken

    def _run(self, configurations: Sequence[Configuration], *, verdict_only: bool) -> list[Outcome]:
        if not configurations:
            return []
        self._check_time()
        requests = [
            Request(self.looked + number, configuration, verdict_only, passed=configuration in self._passed)
            for number, configuration in enumerate(configurations)
        ]
        self.looked += len(requests)
        return self.runner.run(requests, done=lambda count: self.progress(self.phase, count))

    def _check_time(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise BudgetSpentError

    def _note(self, configuration: Configuration, outcome: Outcome) -> None:
        self.documents += outcome.documents
        self.distinct += outcome.distinct
        self.rendered += outcome.rendered
        if outcome.status is Status.ACCEPTED:
            self.accepted[configuration] = outcome.filled
            self.digests[configuration] = outcome.digest
            self.rights |= outcome.rights
            self.skipped += max(0, self.templates - outcome.rendered)
        elif outcome.status is Status.REFUSED:
            self.refused[configuration] = outcome
        else:
            self.broken[configuration] = outcome
        for found in outcome.found:
            key = (found.check, found.fault.key)
            seen = Sighting(found, configuration, outcome.index, outcome.doubtful)
            if key not in self.sightings or self.sightings[key].rank > seen.rank:
                self.sightings[key] = seen
