"""Checks that hold a chart against what its author says of it. Asks a ledger.

undefined-value templates read only values that values.yaml or the schema knows, and of `.Chart` what it has
every-template each template prints an object in some configuration
every-right    each right that the author declares is granted in some configuration
parts          templates of an optional part print nothing while it is off
known-values   the values files that the author keeps are accepted
refusals       what the author says to be refused is, in his words, and what to write instead is not
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.checks.permissions import wanted_rights
from kubilitics_chartgen.verify.dependencies import Dependencies
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.lint import undefined_value
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import helm_command, values_text
from kubilitics_chartgen.verify.space.configuration import Configuration, configuration_of, overrides
from kubilitics_chartgen.verify.space.factors import Path, value_at
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import Status
from kubilitics_chartgen.words import counted

__all__ = ["AUTHOR_CHECKS", "check_author", "check_declared", "switched_off", "undefined"]

AUTHOR_CHECKS = MappingProxyType(
    {
        undefined_value.NAME: "Templates read only values that values.yaml or the schema defines, and what .Chart has.",
        "every-template": "Each template prints an object in some configuration.",
        "every-right": "Each right that `.chartgen.yaml` declares is granted by some role in some configuration.",
        "parts": "Templates that `.chartgen.yaml` declares as an optional part print nothing while it is off.",
        "known-values": "The values files that the chart keeps for its tests, `ci/*-values.yaml`, are accepted.",
        "refusals": "What `.chartgen.yaml` declares as refused is refused, and what to write instead is not.",
    }
)


def check_declared(subject: Subject, ledger: Ledger, chosen: Collection[str]) -> list[Proof]:
    """What the checks find that need no search, so that they run before it, however short its time is."""
    found: list[Proof] = []
    if undefined_value.NAME in chosen:
        found.extend(undefined(subject.files, subject.loaded.schema, subject.dependencies))
    if "known-values" in chosen:
        found.extend(_known_values(subject, ledger))
    if "refusals" in chosen:
        found.extend(_refusals(subject, ledger))
    return found


def check_author(subject: Subject, ledger: Ledger, chosen: Collection[str]) -> list[Proof]:
    """What the others find, after the space was explored."""
    found: list[Proof] = []
    if "every-template" in chosen:
        found.extend(_every_template(subject, ledger))
    if "every-right" in chosen:
        found.extend(_every_right(subject, ledger))
    if "parts" in chosen:
        found.extend(_parts(subject, ledger))
    return found


def undefined(files: ChartFiles, schema: Any, dependencies: Dependencies) -> Iterator[Proof]:
    """The check `undefined-value`, the same as that of `lint`."""
    found = undefined_value.unknown_fields(dependencies.unknown)
    if not any(one.widened for one in dependencies.templates.values()):
        reads = [read for one in dependencies.templates.values() for read in one.reads]
        found.extend(undefined_value.undefined_values(files, schema, reads))
    for finding in found:
        if finding.severity.fails:
            yield Proof(
                finding.check,
                finding.severity.value,
                finding.message,
                path=finding.path,
                template=finding.file,
                line=finding.line or 0,
                fix=finding.fix,
            )


def _every_template(subject: Subject, ledger: Ledger) -> Iterator[Proof]:
    if not ledger.accepted:
        return
    printing = frozenset(name for filled in ledger.accepted.values() for name in filled)
    printed_as = _rendered_names(subject)
    kept_empty = _kept_empty(subject)
    for name, one in subject.slices.items():
        known = subject.dependencies.templates.get(name.partition("/")[2])
        if not printing.isdisjoint(printed_as.get(name, {name})):
            continue
        # What the cluster serves is not varied, and what may refuse values may be there for that alone.
        if one.versioned or name.endswith("NOTES.txt") or known is None or known.refuses:
            continue
        if not kept_empty.isdisjoint(subject.dependencies.guards.get(known.template, known).controls):
            continue
        yield Proof(
            "every-template",
            "warning",
            f"It prints no object in any of {counted(len(ledger.accepted), 'configuration')}.",
            template=name,
            fix="Correct its condition, or remove it; or keep values in ci/ that turn it on.",
        )


def _kept_empty(subject: Subject) -> set[Path]:
    """Empty lists and maps of which nothing says what may be in them: what asks for that may print with it."""
    defaults = subject.loaded.coalesce({})
    varied = {factor.path for factor in subject.space.factors}
    asked = {path for one in subject.dependencies.templates.values() for path in one.controls}
    return {path for path in asked - varied if value_at(defaults, path) in ([], {})}


def _rendered_names(subject: Subject) -> dict[str, set[str]]:
    """What Helm calls the templates of charts inside the chart, each as often as its chart is there."""
    found: dict[str, set[str]] = {}
    for inner in subject.files.subcharts:
        place = "".join(f"charts/{key}/" for key in inner.prefix)
        for path in inner.templates:
            own = path.split("/", 2 * len(inner.prefix))[-1]
            found.setdefault(f"{subject.name}/{path}", set()).add(f"{subject.name}/{place}{own}")
    return found


def _every_right(subject: Subject, ledger: Ledger) -> Iterator[Proof]:
    for key, right in wanted_rights(subject.declared.permissions).items():
        if key not in ledger.rights:
            number = key.partition("|")[0]
            yield Proof(
                "every-right",
                "error",
                f"`{right}` is declared, and no role grants it in any of "
                f"{counted(len(ledger.accepted), 'configuration')}.",
                path=f"declared.permissions[{number}]",
                template=SETTINGS_FILE,
                fix="Grant it, or take it out of what is declared.",
            )


def switched_off(subject: Subject, configuration: Configuration) -> Iterator[tuple[str, str]]:
    """(value, pattern of templates) of each optional part that is off."""
    for part in subject.declared.parts:
        number = subject.factor(part.value)
        if subject.space.factors[number].levels[configuration.levels[number]].value is False:
            yield from ((part.value, pattern) for pattern in part.templates)


def _parts(subject: Subject, ledger: Ledger) -> Iterator[Proof]:
    seen: set[str] = set()
    for configuration, filled in ledger.accepted.items():
        off = tuple(switched_off(subject, configuration))
        for name in sorted(filled - seen):
            value = next((value for value, pattern in off if fnmatchcase(name.partition("/")[2], pattern)), "")
            if not value:
                continue
            seen.add(name)
            given = overrides(subject.space, configuration)
            yield Proof(
                "parts",
                "error",
                f"It prints an object while {value} is false.",
                template=name,
                fix=f"Print nothing unless {value} is true.",
                values=values_text(given),
                command=helm_command(str(subject.files.folder), subject.space, configuration, name),
            )


def _known_values(subject: Subject, ledger: Ledger) -> Iterator[Proof]:
    for file, configuration in zip(subject.files.ci_files, subject.known, strict=False):
        if configuration in ledger.refused:
            yield Proof(
                "known-values",
                "error",
                f"These values are refused: {ledger.refused[configuration].message}",
                template=file,
                fix="Correct the file, or the condition that refuses it.",
            )


def _refusals(subject: Subject, ledger: Ledger) -> Iterator[Proof]:
    for part, wanted in (("values", Status.REFUSED), ("instead", Status.ACCEPTED)):
        declared = [(each, each.values if part == "values" else each.instead) for each in subject.declared.refusals]
        asked = [configuration_of(subject.space, values, release=subject.base.release) for _, values in declared]
        for number, outcome in enumerate(ledger.again(asked)):
            says, values = declared[number][0].says, declared[number][1]
            if outcome.status is wanted and (part == "instead" or fnmatchcase(outcome.message, f"*{says}*")):
                continue
            if part == "instead":
                message = f"These values must be accepted, and are not: {outcome.message}"
            else:
                said = f"the words are others: {outcome.message}" if outcome.message else "they are accepted"
                message = f"These values must be refused with `{says}`, and {said}"
            yield Proof(
                "refusals",
                "error",
                message,
                path=f"declared.refusals[{number}].{part}",
                template=SETTINGS_FILE,
                fix="Correct the template that refuses them, or what is declared.",
                values=values_text(dict(values)),
                command=helm_command(str(subject.files.folder), subject.space, asked[number], ""),
            )
