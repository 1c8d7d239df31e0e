"""Looks at a chart as it would be with something else around it: another file in it, another cluster below it.

A variant is a copy of the chart with changed or further files, which is gone after it; workers of its own render it.
What is found in it and not in the chart itself is a finding that says what it needs; and what was said of templates
that never print, and of values that change nothing, is taken back where the variant is what they need.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.explore.ledger import Ledger, Sighting
from kubilitics_chartgen.verify.proofs import Exempted, find_proofs
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import broken_key
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space_checks import changing_nothing, spread
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import SweepTask
from kubilitics_chartgen.verify.sweep.work import sweep_pool

__all__ = ["Beside", "Variant", "look_beside"]

SECONDS = 20.0
"""What making values small may take for one variant."""


@dataclass(frozen=True)
class Variant:
    """What is different."""

    phase: str
    """What progress says."""
    change: Callable[[str, bytes], bytes] = lambda _name, data: data
    """Given the path of each file of the packed chart, and its content."""
    added: Mapping[str, bytes] | None = None
    """Further files, by such paths."""
    takes_back: frozenset[str] = frozenset()
    """Checks of which nothing is a finding that is not there with the variant as well."""


@dataclass(frozen=True)
class Beside:
    """What became of a variant."""

    kept: list[Proof]
    """Of the findings so far those that it does not take back."""
    proofs: list[Proof]
    """Those that are there only with it."""
    accepted: list[Configuration]
    """Configurations in which as much as possible was printed, and some of all others."""
    fine: bool
    """Whether everything that was looked at renders."""


def look_beside(
    subject: Subject,
    ledger: Ledger,
    task: SweepTask,
    variant: Variant,
    explore: Callable[[Ledger], Sequence[Configuration]],
    findings: Sequence[Proof],
    exempted: Exempted,
    *,
    chart: str,
    workers: int = 1,
) -> Beside:
    """Look at a variant: `explore` is given a ledger of its own, and says from where values are changed further.

    `chart` is what commands that reproduce a finding are about.
    """
    ledger.phase = variant.phase
    with _copied(subject, variant) as folder, sweep_pool(replace(task, chart=folder), workers=workers) as pool:
        beside = Ledger(pool, ledger.deadline, ledger.progress, ledger.phase)
        accepted = [each for each in explore(beside) if each in beside.accepted]
        printing = frozenset(name for filled in beside.accepted.values() for name in filled)
        unused = {each.path for each in findings if each.check == "every-value"}
        idle = [number for number, each in enumerate(subject.space.factors) if each.name in unused]
        still = {subject.space.factors[each].name for each in changing_nothing(subject, beside, accepted, idle)}
        kept = [
            each
            for each in findings
            if not (each.check == "every-template" and each.template in printing)
            and not (each.check == "every-value" and each.path not in still)
        ]
        _take_back(ledger, beside, variant.takes_back)
        told = {_place(each) for each in (*ledger.sightings.values(), *ledger.elsewhere)}
        ledger.elsewhere += beside.sightings.values()
        beside.sightings = {key: each for key, each in beside.sightings.items() if _place(each) not in told}
        fine = not beside.broken
        broken = {broken_key(each.message) for each in ledger.broken.values()}
        beside.broken = {key: each for key, each in beside.broken.items() if broken_key(each.message) not in broken}
        accepted.extend(spread(list(beside.accepted)))
        proofs = find_proofs(subject, beside, exempted, chart, seconds=SECONDS)
        return Beside(kept, proofs, list(dict.fromkeys(accepted)), fine)


def _take_back(ledger: Ledger, beside: Ledger, checks: Collection[str]) -> None:
    """Forget what these checks found in the chart itself, and not with the variant in the same configuration."""
    doubted = {key: each for key, each in ledger.sightings.items() if each.found.check in checks}
    beside.look([each.configuration for each in doubted.values()])
    there = {_place(each) for each in beside.sightings.values()}
    for key, each in doubted.items():
        if each.configuration in beside.accepted and _place(each) not in there:
            del ledger.sightings[key]


def _place(sighting: Sighting) -> tuple[str, str, str]:
    """What is wrong where: what else is said of it may differ from variant to variant."""
    return sighting.found.check, sighting.found.fault.object, sighting.found.fault.path


@contextmanager
def _copied(subject: Subject, variant: Variant) -> Iterator[Path]:
    """A copy of the chart, as it is packed, with what is different."""
    with tempfile.TemporaryDirectory(prefix="chartgen-") as place:
        for name, data in subject.loaded.contents.items():
            _write(Path(place, name), variant.change(name, data))
        folder = Path(place, subject.name)
        if SETTINGS_FILE in subject.files.files:
            _write(folder / SETTINGS_FILE, subject.files.files[SETTINGS_FILE].encode())
        for name, data in (variant.added or {}).items():
            _write(Path(place, name), data)
        yield folder


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
