"""Looks at a chart with files that its templates ask for and that it does not hold, one at a time.

A file that a chart holds is a constant: whoever has the chart has the file, and it is never taken away. One that is not
there may be put there by whoever vendors or edits the chart, and then branches are taken that were not before.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kubilitics_chartgen.verify.analysis.files import example_name
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.proofs import Exempted
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import SweepTask
from kubilitics_chartgen.verify.variants import Variant, look_beside

__all__ = ["AddedFile", "look_with_file", "missing_files"]

MAX_NAME = 200
_TAKEN = frozenset({"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", "requirements.yaml"})
"""What Helm reads itself, so that templates never see it as a file."""
_HELMS = frozenset({"templates", "charts"})
_CHART = "$chart"


@dataclass(frozen=True)
class AddedFile:
    """A file to be put into the chart."""

    name: str
    content: str
    parsed: bool
    """Whether a template wants more of the content than that it is there: then none can be made up for it."""
    fine: bool = False
    """Whether everything that was looked at renders with it."""


def missing_files(subject: Subject) -> tuple[AddedFile, ...]:
    """The files that templates ask for by constant names or patterns, and of which the chart holds none."""
    asked = {each for one in subject.dependencies.templates.values() for each in one.files}
    patterns = sorted(each.name for each in asked if each.pattern)
    held = dict(zip(patterns, subject.loaded.holds(patterns), strict=True))
    found: dict[str, AddedFile] = {}
    for each in sorted(asked):
        name = example_name(each.name) if each.pattern else each.name
        if held[each.name] if each.pattern else name in subject.loaded.files:
            continue
        if _may_be(name, subject.loaded.files):
            known = found.get(name)
            found[name] = AddedFile(name, _content(name), each.parsed or (known is not None and known.parsed))
    return tuple(found.values())


def _may_be(name: str, held: Collection[str]) -> bool:
    """Whether a chart that holds these may also hold a file of this name, for templates to read."""
    path = PurePosixPath(name)
    if not path.parts or str(path) != name or path.is_absolute() or not name.isprintable() or len(name) > MAX_NAME:
        return False
    if name in _TAKEN or path.parts[0] in _HELMS or ".." in path.parts:
        return False
    return not any(one.startswith(f"{name}/") or name.startswith(f"{one}/") for one in held)


def look_with_file(
    subject: Subject,
    ledger: Ledger,
    task: SweepTask,
    file: AddedFile,
    starts: Sequence[Configuration],
    findings: Sequence[Proof],
    exempted: Exempted,
) -> tuple[list[Proof], bool]:
    """The findings, with those that are there only with this file; and whether everything rendered with it."""
    variant = Variant(f"with the file {file.name}", added={f"{subject.name}/{file.name}": f"{file.content}\n".encode()})

    def explore(beside: Ledger) -> Sequence[Configuration]:
        beside.look(starts)
        return starts

    beside = look_beside(subject, ledger, task, variant, explore, findings, exempted, chart=_CHART)
    return [*beside.kept, *(_with(each, file, subject.files.folder) for each in beside.proofs)], beside.fine


def _content(name: str) -> str:
    """One line that fits what a file of this name holds."""
    if name.endswith(".json"):
        return '{"example": "text"}'
    return "example: text" if name.endswith((".yaml", ".yml")) else "example"


def _with(proof: Proof, file: AddedFile, chart: Path) -> Proof:
    """A finding that says which file it needs, and puts it into a copy of the chart first."""
    above = shlex.quote(str(PurePosixPath(file.name).parent))
    steps = [
        "chart=$(mktemp -d)",
        f'cp -R {shlex.quote(f"{chart}/.")} "$chart"',
        f'mkdir -p "$chart"/{above}',
        f'echo {shlex.quote(file.content)} > "$chart"/{shlex.quote(file.name)}',
        proof.command.replace(shlex.quote(_CHART), f'"{_CHART}"', 1),
    ]
    return replace(proof, file=file.name, command=" && ".join(steps), made_up=proof.made_up or file.parsed)
