"""The unchanged chart over its space, swept once: which configurations, what each template prints in them, findings.

In: a chart's folder. Out: everything that mutants are held against. Reads the chart; renders in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from operator import xor
from pathlib import Path
from typing import Any

from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.kube.versions import KubeVersion, supported
from kubilitics_chartgen.verify.author_checks import undefined
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.plan import Exploration, Plan
from kubilitics_chartgen.verify.lint.exemptions import read_exemptions
from kubilitics_chartgen.verify.proofs import Exempted
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.space_checks import check_space
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.inspector import Seen
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, SweepTask
from kubilitics_chartgen.verify.verification import check_names
from tests.verify.mutation.projections import Key, Projections

__all__ = ["Baseline", "Context", "digest", "sweep"]

_CHUNK = 48
_EFFECTS = 12


def digest(text: str) -> bytes:
    """The same for the same text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Recorder(Sweeper):
    """Also remembers the bytes of every text, and forgets nothing."""

    def __init__(self, task: SweepTask) -> None:
        super().__init__(task)
        # What is known to print nothing is rendered all the same: its bytes are wanted.
        self._guards = {}
        self.texts: dict[Key, bytes] = {}
        self.seen: dict[Key, tuple[Seen, ...]] = {}

    def _documents(self, job: Any, name: str, text: str) -> tuple[Seen, ...]:
        found = super()._documents(job, name, text)
        key = self._key(name, self.slices[name], job)
        self.texts[key] = digest(text)
        self.seen[key] = found
        return found


class _Here:
    """Runs requests in this process."""

    def __init__(self, sweeper: Sweeper) -> None:
        self.sweeper = sweeper

    def run(self, requests: Sequence[Request], *, done: Callable[[int], None] | None = None) -> list[Outcome]:
        found: list[Outcome] = []
        for start in range(0, len(requests), _CHUNK):
            found += self.sweeper.run(requests[start : start + _CHUNK])
            if done:
                done(min(_CHUNK, len(requests) - start))
        return found


@dataclass(frozen=True)
class Context:
    """One configuration with what a render needs."""

    configuration: Configuration
    given: dict[str, Any]
    values: dict[str, Any]
    further: object
    versions: tuple[KubeVersion, ...]


@dataclass
class Baseline:
    """What mutants are held against."""

    subject: Subject
    ledger: Ledger
    bases: list[Configuration]
    sweeper: _Recorder
    isolated: int | None
    """The factor of the optional part."""

    def __post_init__(self) -> None:
        self.faults = set(self.ledger.sightings)
        self.accepted = self._ordered()
        self.projections = Projections(self.subject.slices)
        self.undefined = {proof.path for proof in self._undefined()}
        """Values that templates of the unchanged chart read and nobody defines."""
        self._everything = frozenset(self.accepted)
        self.printing = frozenset(name for filled in self.ledger.accepted.values() for name in filled)
        """Templates that print an object somewhere."""
        self._marks = {
            each: reduce(xor, (_mark(*pick) for pick in enumerate(each.levels)), 0) for each in self.accepted
        }
        self.effects = {factor: self._effects(factor) for factor in range(len(self.subject.space.factors))}
        """Where a value matters: two configurations, with the templates that print something else."""
        self.rights = self._rights()
        """Where declared rights are granted: template and configuration."""

    def _effects(self, factor: int) -> list[tuple[Configuration, Configuration, frozenset[str]]]:
        found = []
        for one, other in self.pairs(factor):
            names = frozenset(self._differing(one, other))
            if names:
                found.append((one, other, names))
            if len(found) == _EFFECTS:
                break
        return found

    def _rights(self) -> dict[str, list[tuple[str, Configuration]]]:
        granting = {key[0] for key, seen in self.sweeper.seen.items() if any(each.rights for each in seen)}
        found: dict[str, list[tuple[str, Configuration]]] = {}
        for name in sorted(map(str, granting)):
            for configuration in self.accepted:
                for right in {right for each in self.seen(name, configuration) for right in each.rights}:
                    places = found.setdefault(right, [])
                    if len(places) < _EFFECTS:
                        places.append((name, configuration))
        return found

    def _differing(self, one: Configuration, other: Configuration) -> Iterator[str]:
        for name in self.sweeper.renderer.entries:
            if not name.endswith("NOTES.txt") and self.printed(name, one) != self.printed(name, other):
                yield name

    def _ordered(self) -> list[Configuration]:
        """What says most first: bases, then by how much they print."""
        filled = self.ledger.accepted
        first = [
            each for each in dict.fromkeys([*self.bases, self.subject.base, *self.subject.known]) if each in filled
        ]
        # Then names that YAML takes for something else: where they matter, they matter in many templates.
        odd = [each for each in filled if each.release.name == "true"]
        return list(dict.fromkeys([*first, *odd, *filled]))

    def _undefined(self) -> Iterator[Proof]:
        return undefined(self.subject.files, self.subject.loaded.schema, self.subject.dependencies)

    @property
    def exempted(self) -> Exempted:
        """What the chart's author accepts."""
        text = self.subject.files.files.get(SETTINGS_FILE, "")
        return Exempted(read_exemptions(text, check_names(), section="verify"))

    def context(self, configuration: Configuration) -> Context:
        """What a render of a configuration needs."""
        from kubilitics_chartgen.verify.sweep.renderer import fingerprint

        given = overrides(self.subject.space, configuration)
        values = self.sweeper.renderer.whole(given)
        further = (fingerprint(configuration.further) if configuration.further else "", configuration.release)
        return Context(configuration, given, values, further, self.sweeper.versions(values))

    def key(self, template: str, configuration: Configuration) -> Key:
        """What a template of the unchanged chart reads of a configuration."""
        return self.projections.key(template, configuration)

    def printed(self, template: str, configuration: Configuration) -> bytes | None:
        """The bytes that the unchanged template prints, as a digest; None where it was not rendered."""
        return self.sweeper.texts.get(self.key(template, configuration))

    def seen(self, template: str, configuration: Configuration) -> tuple[Seen, ...]:
        """The objects of the unchanged template."""
        return self.sweeper.seen.get(self.key(template, configuration), ())

    def pairs(self, factor: int) -> Iterator[tuple[Configuration, Configuration]]:
        """Accepted configurations that differ in one factor and in nothing else."""
        first: dict[object, Configuration] = {}
        for each, marks in self._marks.items():
            rest = (marks ^ _mark(factor, each.levels[factor]), each.release, each.removed)
            other = first.setdefault(rest, each)
            if other is not each and other.further == each.further:
                yield other, each


def _mark(factor: int, level: int) -> int:
    return hash((factor, level, "mark"))


def sweep(
    folder: Path, *, random: int = 400, isolate: str = "", progress: Callable[[str, int], None] | None = None
) -> Baseline:
    """Explore the unchanged chart as `verify` does, without its arrays of pairs: what they show counts as not seen."""
    subject = read_subject(folder, kube_versions=supported())
    sweeper = _Recorder(subject.task(sorted(check.name for check in CHECKS)))
    ledger = Ledger(_Here(sweeper), progress=progress or (lambda _phase, _count: None), templates=len(subject.slices))
    plan = Plan(subject.space, subject.slices, subject.base, subject.known, subject.tried, random=random)
    exploration = Exploration(plan, ledger)
    for phase in (exploration.known, exploration.singles, exploration.removed, exploration.rich, exploration.drawn):
        phase()
    # What this looks at shows of each value that it matters.
    check_space(subject, ledger, exploration.bases, {"every-value"}, [])
    factor = subject.factor(isolate) if isolate else None
    return Baseline(subject, ledger, exploration.bases, sweeper, factor)
