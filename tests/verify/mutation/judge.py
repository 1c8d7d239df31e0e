"""Whether `verify` finds a fault: the mutant's templates over the configurations of the sweep, and all checks.

In: a baseline and a mutant. Out: a verdict. Only templates that the changed file can reach are rendered again; what the
others print is taken from the baseline. The first finding that the unchanged chart has not ends the search.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import ChartgenError, InputError
from kubilitics_chartgen.helm.batch import BatchChart
from kubilitics_chartgen.helm.batch import Context as Asked
from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import RefusedError
from kubilitics_chartgen.verify.author_checks import switched_off, undefined
from kubilitics_chartgen.verify.dependencies import find_dependencies
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.slices import slices_of
from kubilitics_chartgen.verify.space.configuration import Configuration, configuration_of
from kubilitics_chartgen.verify.space.schema_nodes import closed_texts
from kubilitics_chartgen.verify.sweep.inspector import BrokenTextError, Inspector, Seen
from kubilitics_chartgen.verify.sweep.softening import refusal_in, soften
from kubilitics_chartgen.verify.sweep.task import Found, Slice
from tests.verify.mutation.baseline import Baseline, Context, digest
from tests.verify.mutation.operators import Mutant
from tests.verify.mutation.projections import Projections

__all__ = ["BUDGET", "ENOUGH", "Verdict", "judge"]

_INCLUDE = re.compile(r'(?:include|template)\s+"([^"]+)"')
_OPEN = re.compile(r"(?:include|template)\s+(?:\(printf\s+\"([^%\"]*)|[^\"\s(]|\()")
_DEFINE = re.compile(r'\{\{-?\s*define\s+"([^"]+)"')
CHUNK = 24
BUDGET = 2_000
"""Configurations after which a mutant that changes something without a finding is given up."""
_LOOKED = 8
"""Changed texts of which the fields that differ are told."""
ENOUGH = 2_000
"""Configurations after which a mutant that has changed nothing counts as equivalent."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    killed: str = ""
    """The check that found it; empty where none did."""
    message: str = ""
    equivalent: bool = False
    """Whether every byte and every verdict is as it was."""
    changed: tuple[str, ...] = ()
    """Templates that print something else."""
    verdicts: int = 0
    """In how many configurations acceptance differs."""
    where: tuple[str, ...] = ()
    """Which fields of which kinds differ, where it was looked; empty where only the bytes differ."""


class _Killed(Exception):  # noqa: N818 -- a verdict, not a mistake
    def __init__(self, check: str, message: str) -> None:
        super().__init__(check)
        self.check = check
        self.message = message


def touched(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Templates, by path, whose print may change with a change of texts: by what is included, and by what is named."""
    old, new = _parts(before), _parts(after)
    found = {part for part in {*old, *new} if old.get(part) != new.get(part)}
    texts = [(part, text) for parts in (old, new) for part, text in parts.items()]
    while True:
        names = {name for _, name in found if name}
        paths = {file.removeprefix("templates/") for file, name in found if not name and not _is_partial(file)}
        # What is included by its path is named somewhere.
        by_path = any(path in text for _, text in texts for path in paths)
        more = {
            part
            for part, text in texts
            if names & set(_INCLUDE.findall(text))
            or any(name.startswith(start) for start in _OPEN.findall(text) for name in names)
            or (by_path and "BasePath" in text)
        } - found
        if not more:
            return {file for file, name in found if not name and not _is_partial(file)}
        found |= more


def _parts(templates: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Texts by file and named template; without a name what stands before and after those, which is what is printed."""
    found: dict[tuple[str, str], str] = {}
    for file, text in templates.items():
        starts = [(match.start(), match[1]) for match in _DEFINE.finditer(text)]
        if not _is_partial(file):
            # A file that prints and defines is one part, under its own name and those that it defines.
            found.update(dict.fromkeys([(file, ""), *((file, name) for _, name in starts)], text))
            continue
        ends = [*(start for start, _ in starts[1:]), len(text)]
        found[file, ""] = text[: starts[0][0]] if starts else text
        for (start, name), end in zip(starts, ends, strict=True):
            found[file, name] = text[start:end]
    return found


def _is_partial(name: str) -> bool:
    return name.rsplit("/", 1)[-1].startswith("_")


def judge(baseline: Baseline, mutant: Mutant, *, budget: int = BUDGET) -> Verdict:
    """The verdict on one mutant; past `budget` configurations its bytes are compared no further."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / baseline.subject.files.folder.name
        shutil.copytree(baseline.subject.files.folder, copy, ignore=shutil.ignore_patterns("values.schema.json"))
        (copy / mutant.file).write_text(mutant.text, encoding="utf-8")
        try:
            parse(mutant.text, file=mutant.file)
            return _Trial(baseline, mutant, copy, budget).run()
        except TemplateSyntaxError as error:
            return Verdict(mutant, "parses", error.what)
        except InputError as error:
            return Verdict(mutant, "parses", str(error))


class _Trial:
    """One mutant before its judge."""

    def __init__(self, baseline: Baseline, mutant: Mutant, folder: Path, budget: int) -> None:
        self.baseline = baseline
        self.mutant = mutant
        self.budget = budget
        self.loaded = EmbeddedEngine().load(folder)
        self.batch = BatchChart(self.loaded, soften=soften)
        subject = baseline.subject
        files = {**subject.files.templates, mutant.file: mutant.text}
        reached = touched(subject.files.templates, files)
        self.names = [name for name in self.batch.entries if name.partition("/")[2] in reached]
        kept = {name: text for name, text in files.items() if name in reached or "define" in text}
        self.dependencies = find_dependencies(kept, choices=closed_texts(subject.loaded.schema))
        slices = slices_of(
            self.dependencies.templates,
            subject.space,
            baseline.sweeper.renderer.defaults,
            kube_value=subject.kube_value,
        )
        own = {name: slices.get(name.partition("/")[2]) for name in self.names}
        self.slices = {name: _union(own[name], subject.slices[name]) for name in self.names}
        self.projections = Projections(self.slices)
        checks = [*baseline.sweeper.task.checks]
        self.inspector = Inspector(checks, baseline.sweeper.inspector._declared)
        self.exempted = baseline.exempted
        self.texts: dict[object, bytes] = {}
        self.seen: dict[object, tuple[Seen, ...]] = {}
        self.changed: set[str] = set()
        self.verdicts = 0
        self.asked: set[object] = set()
        self.rendered = 0
        self.refused: set[Configuration] = set()
        self.where: set[str] = set()
        self.differing = 0

    def run(self) -> Verdict:
        """Everything `verify` would look at."""
        if not self.names:
            return Verdict(self.mutant, equivalent=True)
        try:
            self._accepted(4 * CHUNK)
            if any(self.baseline.sweeper.renderer.refuses(name) for name in self.names):
                self._declared()
                self._refused()
            self._accepted(len(self.baseline.accepted))
            self._isolation()
            if self.changed or self.verdicts:
                self._every_value()
                self._every_template()
                self._every_right()
                self._undefined()
        except _Killed as killed:
            return Verdict(self.mutant, killed.check, killed.message, changed=tuple(sorted(self.changed)))
        return Verdict(
            self.mutant,
            equivalent=not self.changed and not self.verdicts,
            changed=tuple(sorted(self.changed)),
            verdicts=self.verdicts,
            where=tuple(sorted(self.where)),
        )

    def key(self, name: str, configuration: Configuration) -> object:
        """What the mutant's template reads of a configuration."""
        return self.projections.key(name, configuration)

    def _accepted(self, until: int) -> None:
        """What was accepted: each template for all that it reads, as far as that is not known yet."""
        waiting: list[tuple[Configuration, list[str]]] = []
        for configuration in self.baseline.accepted:
            wanted = [name for name in self.names if self.key(name, configuration) not in self.asked]
            if not wanted:
                continue
            self.asked.update(self.key(name, configuration) for name in wanted)
            # The first ones are rendered with all that is reached, so that objects can be looked at together.
            waiting.append((configuration, self.names if self.rendered < 4 * CHUNK else wanted))
            self.rendered += 1
            if len(waiting) == CHUNK:
                self._look(waiting)
                waiting = []
                if self.rendered >= min(until, self.budget if self.changed or self.verdicts else ENOUGH):
                    break
        self._look(waiting)
        known = [each for each in self.baseline.subject.known if each in self.baseline.ledger.accepted]
        if self.baseline.subject.base in self.refused or set(known) & self.refused:
            raise _Killed("known-values", "the chart's defaults, or values that its author keeps, are refused")

    def _look(self, waiting: Sequence[tuple[Configuration, Sequence[str]]]) -> None:
        contexts = [self.baseline.context(configuration) for configuration, _ in waiting]
        asked = [
            Asked(context.values, context.configuration.release, list(names))
            for context, (_, names) in zip(contexts, waiting, strict=True)
        ]
        for context, answer in zip(contexts, self.batch.render_each(asked), strict=True):
            said = self._refusal(context, answer)
            if said is not None:
                self.refused.add(context.configuration)
                self.verdicts += 1
            elif isinstance(answer, dict):
                self._compare(context, answer)

    def _refusal(self, context: Context, answer: dict[str, str] | ChartgenError) -> str | None:
        """The author's words; None where it renders. What no author wrote is a finding, confirmed by Helm itself."""
        if isinstance(answer, dict):
            return next((said for said in map(refusal_in, answer.values()) if said is not None), None)
        if isinstance(answer, RefusedError):
            return str(answer)
        try:
            self.loaded.render(context.given, context.configuration.release)
        except RefusedError as error:
            return str(error)
        except ChartgenError as error:
            raise _Killed("renders", str(error)[:300]) from error
        raise AssertionError(f"{self.mutant}: a batch fails where Helm does not: {answer}")

    def _compare(self, context: Context, answer: Mapping[str, str]) -> None:
        configuration = context.configuration
        differs = False
        for name, text in answer.items():
            key = self.key(name, configuration)
            self.texts[key] = digest(text)
            if self.texts[key] == self.baseline.printed(name, configuration):
                continue
            self.changed.add(name)
            differs = True
            seen = self._documents(context, name, text)
            self._switched_off(configuration, name, seen)
            self.seen[key] = seen
            self.differing += 1
            if self.differing <= _LOOKED:
                self.where.update(_differences(self._before(context, name), _objects(seen)))
            for each in seen:
                self._judge(each.found)
        if differs:
            self._together(context)

    def _documents(self, context: Context, name: str, text: str) -> tuple[Seen, ...]:
        if name.endswith("NOTES.txt"):
            return ()
        release = context.configuration.release
        subject = self.baseline.subject
        versions = context.versions if self.slices[name].versioned else subject.kube_versions
        try:
            judged = self.inspector.context(versions, release.namespace, release.name)
            return self.inspector.documents(name, text, judged)[0]
        except BrokenTextError as error:
            raise _Killed("renders", str(error)[:300]) from error

    def _switched_off(self, configuration: Configuration, name: str, seen: Sequence[Seen]) -> None:
        """The check `parts`."""
        for value, pattern in switched_off(self.baseline.subject, configuration) if seen else ():
            if fnmatchcase(name.partition("/")[2], pattern):
                raise _Killed("parts", f"{name} prints an object while {value} is false")

    def _before(self, context: Context, name: str) -> list[Any]:
        return _objects(self.baseline.seen(name, context.configuration))

    def _together(self, context: Context) -> None:
        """Joined checks over the whole configuration, where all that was reached is known."""
        configuration = context.configuration
        whole: list[Seen] = []
        for name in self.baseline.sweeper.renderer.entries:
            if name in self.slices:
                key = self.key(name, configuration)
                if key not in self.texts:
                    return
                same = self.texts[key] == self.baseline.printed(name, configuration)
                whole += self.baseline.seen(name, configuration) if same else self.seen[key]
            else:
                whole += self.baseline.seen(name, configuration)
        release = configuration.release
        judged = self.inspector.context(context.versions, release.namespace, release.name)
        self._judge(self.inspector.faults(whole, judged, context.values))

    def _judge(self, found: Sequence[Found]) -> None:
        for each in found:
            if (each.check, each.fault.key) in self.baseline.faults:
                continue
            fault = each.fault
            proof = Proof(each.check, each.severity, fault.message, fault.object, fault.path, each.template)
            if not self.exempted.covers(proof):
                raise _Killed(each.check, f"{fault.object} {fault.path} {fault.message}"[:300])

    def _refused(self) -> None:
        """What was refused: as it is now."""
        asked: dict[str, Configuration] = {}
        for configuration, outcome in self.baseline.ledger.refused.items():
            if outcome.template != "values.schema.json":
                asked.setdefault(outcome.message, configuration)
        every = list(self.baseline.sweeper.renderer.entries)
        chosen = list(asked.values())
        for start in range(0, len(chosen), CHUNK):
            self._look_at_refused([self.baseline.context(each) for each in chosen[start : start + CHUNK]], every)

    def _look_at_refused(self, contexts: Sequence[Context], every: Sequence[str]) -> None:
        gates = [name for name in self.names if self.baseline.sweeper.renderer.refuses(name)]
        asked = [Asked(context.values, context.configuration.release, gates) for context in contexts]
        passed = [
            context
            for context, answer in zip(contexts, self.batch.render_each(asked), strict=True)
            if self._refusal(context, answer) is None
        ]
        whole = [Asked(context.values, context.configuration.release, list(every)) for context in passed]
        for context, answer in zip(passed, self.batch.render_each(whole), strict=True):
            if self._refusal(context, answer) is not None or not isinstance(answer, dict):
                continue
            self.verdicts += 1
            release = context.configuration.release
            judged = self.inspector.context(context.versions, release.namespace, release.name)
            seen: list[Seen] = []
            for name, text in answer.items():
                if not name.endswith("NOTES.txt"):
                    try:
                        seen += self.inspector.documents(name, text, judged)[0]
                    except BrokenTextError as error:
                        raise _Killed("renders", str(error)[:300]) from error
            self._judge(self.inspector.faults(seen, judged, context.values))

    def _declared(self) -> None:
        """The check `refusals`."""
        subject = self.baseline.subject
        gates = [name for name in self.names if self.baseline.sweeper.renderer.refuses(name)]
        for part in ("values", "instead"):
            contexts = [
                self.baseline.context(
                    configuration_of(subject.space, getattr(each, part), release=subject.base.release)
                )
                for each in subject.declared.refusals
            ]
            asked = [Asked(context.values, context.configuration.release, gates) for context in contexts]
            answers = self.batch.render_each(asked)
            for each, context, answer in zip(subject.declared.refusals, contexts, answers, strict=True):
                said = self._refusal(context, answer)
                if part == "instead" and said is not None:
                    raise _Killed("refusals", f"{each.instead} must be accepted: {said}"[:300])
                if part == "values" and not fnmatchcase(said or "", f"*{each.says}*"):
                    raise _Killed("refusals", f"{each.values} must be refused with {each.says}"[:300])

    def _printed(self, name: str, configuration: Configuration) -> bytes | None:
        if name in self.slices:
            return self.texts.get(self.key(name, configuration))
        return self.baseline.printed(name, configuration)

    def _isolation(self) -> None:
        factor = self.baseline.isolated
        if factor is None:
            return
        levels = self.baseline.subject.space.factors[factor].levels
        for one, other in self.baseline.pairs(factor):
            on, off = (one, other) if levels[one.levels[factor]].value is True else (other, one)
            for name in self.changed:
                before, after = self._objects_of(name, off), self._objects_of(name, on)
                was = {each.digest for each in self.baseline.seen(name, off)}
                isolated = was <= {each.digest for each in self.baseline.seen(name, on)}
                if isolated and before is not None and after is not None and not before <= after:
                    raise _Killed("isolation", f"{name} changes when the optional part is switched")

    def _objects_of(self, name: str, configuration: Configuration) -> set[int] | None:
        if configuration in self.refused:
            return None
        key = self.key(name, configuration)
        if key not in self.texts:
            return None
        seen = self.seen.get(key)
        if seen is None:
            seen = self.baseline.seen(name, configuration)
        return {each.digest for each in seen}

    def _every_value(self) -> None:
        """Values that changed an object in the unchanged chart, and change none any more."""
        unknown = {
            each
            for effects in self.baseline.effects.values()
            for one, other, names in effects[:1]
            if names <= self.slices.keys()
            for each in (one, other)
            if each not in self.refused and any(self.key(name, each) not in self.texts for name in names)
        }
        asked = sorted(unknown, key=lambda each: each.levels)
        for start in range(0, len(asked), CHUNK):
            self._look([(each, self.names) for each in asked[start : start + CHUNK]])
        for factor, effects in self.baseline.effects.items():
            if effects and not any(self._shows(*effect) for effect in effects):
                raise _Killed("every-value", f"{self.baseline.subject.space.factors[factor].name} changes no object")

    def _shows(self, one: Configuration, other: Configuration, names: frozenset[str]) -> bool:
        """Whether a value still matters there; yes where it is not known."""
        if any(name not in self.slices for name in names):
            return True
        if one in self.refused or other in self.refused:
            return True
        for name in self.names:
            first, second = self._printed(name, one), self._printed(name, other)
            if first is None or second is None or (first != second and not name.endswith("NOTES.txt")):
                return True
        return False

    def _undefined(self) -> None:
        subject = self.baseline.subject
        for proof in undefined(subject.files, subject.loaded.schema, self.dependencies):
            if proof.path not in self.baseline.undefined:
                raise _Killed(proof.check, proof.path)

    def _every_right(self) -> None:
        """Declared rights that were granted in the unchanged chart, and are not any more."""
        for right, places in self.baseline.rights.items():
            if any(name not in self.slices for name, _ in places):
                continue
            waiting = [each for name, each in places if self.key(name, each) not in self.texts]
            self._look([(each, self.names) for each in waiting])
            if not any(self._grants(right, name, each) for name, each in places):
                raise _Killed("every-right", f"{right} is granted nowhere")

    def _grants(self, right: str, name: str, configuration: Configuration) -> bool:
        """Whether a right is still granted there; yes where it is not known."""
        key = self.key(name, configuration)
        if configuration in self.refused or key not in self.texts:
            return True
        seen = self.seen.get(key, self.baseline.seen(name, configuration))
        return any(right in each.rights for each in seen)

    def _every_template(self) -> None:
        for name in self.changed:
            if name not in self.baseline.printing:
                continue
            objects: Iterator[tuple[Seen, ...]] = (
                self.seen.get(self.key(name, each), self.baseline.seen(name, each))
                for each in self.baseline.accepted
                if each not in self.refused and self.key(name, each) in self.texts
            )
            if not any(objects):
                raise _Killed("every-template", f"{name} prints no object in any configuration")


def _union(mutated: Slice | None, before: Slice) -> Slice:
    if mutated is None:
        return before
    removable = None
    if mutated.removable is not None and before.removable is not None:
        removable = mutated.removable | before.removable
    factors = tuple(sorted({*mutated.factors, *before.factors}))
    return Slice(factors, removable, mutated.versioned or before.versioned)


def _objects(seen: Sequence[Seen]) -> list[Any]:
    return [each.document.object for each in seen]


def _differences(before: list[Any], after: list[Any]) -> Iterator[str]:
    if len(before) != len(after):
        yield "an object more or less"
        return
    for one, other in zip(before, after, strict=True):
        for path in _walk(one, other, ""):
            yield f"{one.get('kind')}{path}"


def _walk(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}, key=str):
            yield from _walk(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from _walk(first, second, f"{path}[]")
    elif one != other:
        yield path
