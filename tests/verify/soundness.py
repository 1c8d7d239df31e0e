"""Whether templates keep to their slices.

What is called irrelevant is changed, and the bytes must stay as they are; whole renders of accepted configurations are
held against what each template prints for its slice of them alone.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.manifests import documents
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.reading import Reading, ValueTexts
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.renderer import BATCH, Refusal, Renderer


def broken_promises(folder: Path, *, contexts: int, flips: int, seed: int = 1) -> list[tuple[str, str]]:
    """Templates whose bytes change although nothing they read does, with the values that were changed."""
    subject = read_subject(folder, kube_versions=supported()[-1:])
    chance = random.Random(seed)
    renderer = Renderer(folder)
    batch = BatchChart(renderer.loaded)
    assert batch.batchable
    found = []
    for name in batch.entries:
        part = subject.slices[name]
        irrelevant = [number for number in range(len(subject.space.factors)) if number not in set(part.factors)]
        asked = []
        for _ in range(contexts):
            levels = _drawn(subject, part.factors, chance)
            changed = [_drawn(subject, irrelevant, chance) for _ in range(flips)] if irrelevant else []
            asked.append([(levels, {}), *((levels, other) for other in changed)])
        flat = [{**levels, **other} for group in asked for levels, other in group]
        texts = iter(_texts(batch, renderer, subject, name, flat))
        for group in asked:
            expected = next(texts)
            for _levels, other in group[1:]:
                if next(texts) != expected:
                    names = [subject.space.factors[number].name for number, level in other.items() if level]
                    found.append((name, ", ".join(names)))
    return found


def broken_guards(folder: Path, *, contexts: int, flips: int, seed: int = 1) -> list[tuple[str, str]]:
    """Templates that print nothing, and print something once values are changed that are said not to decide it."""
    subject = read_subject(folder, kube_versions=supported()[-1:])
    chance = random.Random(seed)
    renderer = Renderer(folder)
    batch = BatchChart(renderer.loaded)
    found = []
    for name in batch.entries:
        guard = subject.slices[name].guard
        if guard is None:
            continue
        others = [number for number in range(len(subject.space.factors)) if number not in set(guard.factors)]
        levels = [_drawn(subject, guard.factors, chance) | _drawn(subject, others, chance) for _ in range(contexts)]
        for chosen, text in zip(levels, _texts(batch, renderer, subject, name, levels), strict=True):
            if text.strip():
                continue
            changed = [{**chosen, **_drawn(subject, others, chance)} for _ in range(flips)]
            if any(other.strip() for other in _texts(batch, renderer, subject, name, changed)):
                found.append((name, text))
    return found


def broken_answers(folder: Path, copy: Path, *, contexts: int, flips: int, seed: int = 1) -> list[tuple[str, str]]:
    """Named templates whose answer to the root context changes although nothing that they read does.

    `copy` is a folder that is not there: a chart is made in it that prints each answer by itself.
    """
    subject = read_subject(folder, kube_versions=supported()[-1:])
    shutil.copytree(folder, copy)
    probes = {name: f"templates/probe-{number}.yaml" for number, name in enumerate(sorted(subject.parts))}
    for name, probe in probes.items():
        (copy / probe).write_text(f'{{{{ include "{name}" . }}}}', encoding="utf-8")
    chance = random.Random(seed)
    renderer = Renderer(copy)
    batch = BatchChart(renderer.loaded)
    found = []
    for name, probe in probes.items():
        part = subject.parts[name]
        others = [number for number in range(len(subject.space.factors)) if number not in set(part.factors)]
        for _ in range(contexts):
            levels = _drawn(subject, part.factors, chance)
            changed = [levels, *({**levels, **_drawn(subject, others, chance)} for _ in range(flips))]
            texts = _texts(batch, renderer, subject, f"{subject.name}/{probe}", changed)
            if len(set(texts)) > 1:
                found.append((name, texts[0]))
    return found


def _drawn(subject: Subject, factors, chance) -> dict[int, int]:
    return {number: chance.randrange(len(subject.space.factors[number].levels)) for number in factors}


def _texts(batch, renderer, subject, name, choices) -> list[str]:
    given = [overrides(subject.space, subject.base.choose(levels)) for levels in choices]
    contexts = [Context(renderer.whole(values), subject.base.release, (name,)) for values in given]
    answers = batch.render_each(contexts)
    return [answer[name] if isinstance(answer, dict) else f"fails: {type(answer).__name__}" for answer in answers]


@dataclass
class Agreement:
    """Whole renders, held against slices."""

    renders: int = 0
    """Accepted configurations whose whole chart was rendered."""
    alone: int = 0
    """How many of these were rendered by Helm as it is, one by one; the others in batches."""
    objects: int = 0
    slices: int = 0
    """Distinct projections, each rendered once."""
    read: int = 0
    """What templates can tell apart in the values."""
    drawn: int = 0
    wrong: list[tuple[str, Configuration]] = field(default_factory=list)
    """Templates that print something else in a whole render than for their slice, or for the values they read."""

    def __str__(self) -> str:
        return (
            f"{self.renders} whole renders ({self.alone} of them by Helm as it is) of {self.drawn} drawn, "
            f"{self.objects} objects, {self.slices} slices, {self.read} readings: {len(self.wrong)} differ"
        )


def agreement(folder: Path, *, count: int, seed: int = 1, alone: int = 25) -> Agreement:
    """Whether `count` whole renders agree with the slices, template by template; each `alone`-th is Helm's own."""
    subject = read_subject(folder, kube_versions=supported()[-1:])
    renderer = Renderer(folder)
    renderer.batch.remembers = subject.dependencies.repeats  # as `verify` itself renders
    found = Agreement()
    slices: dict[object, str] = {}
    readings = readings_of(subject, renderer)
    read: dict[object, str] = {}
    configurations = accepted(subject, renderer, random.Random(seed), found)
    while found.renders < count:
        wave = list(islice(configurations, min(BATCH, count - found.renders)))
        given = [overrides(subject.space, configuration) for configuration in wave]
        texts = renderer.texts(
            [
                Context(renderer.whole(values), configuration.release, renderer.entries)
                for values, configuration in zip(given, wave, strict=True)
            ],
            given,
        )
        _render_slices(subject, renderer, wave, slices)
        for values, configuration, whole in zip(given, wave, texts, strict=True):
            if isinstance(whole, Refusal):  # by a template that does not refuse in its own words
                continue
            found.renders += 1
            if found.renders % alone == 0:
                helm = renderer.single(values, configuration.release)
                found.alone += 1
                if helm != whole:
                    found.wrong.append(("a batch", configuration))
            found.objects += sum(bool(each.object) for each in documents(_objects_only(whole)))
            values_read = ValueTexts(renderer.whole(values))
            for name, text in whole.items():
                if read.setdefault((name, readings[name].key(values_read), configuration.release), text) != text:
                    found.wrong.append((f"{name}, by the values it reads", configuration))
                if slices[_projected(subject, name, configuration)] != text:
                    found.wrong.append((name, configuration))
    found.slices, found.read = len(slices), len(read)
    return found


def readings_of(subject: Subject, renderer: Renderer) -> dict[str, Reading]:
    """What each template reads of whole values."""
    known = subject.dependencies.templates
    return {name: Reading(known[name.partition("/")[2]]) for name in renderer.entries}


def _objects_only(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if not name.endswith("NOTES.txt")}


def accepted(
    subject: Subject, renderer: Renderer, chance: random.Random, found: Agreement | None = None
) -> Iterator[Configuration]:
    """Accepted configurations near the chart's defaults and the values that its author keeps.

    Of uniform draws from the whole space nearly all are refused; what was accepted is drawn from again.
    """
    near = [subject.base, *subject.known]
    while True:
        wave = [_near(subject, chance.choice(near), chance) for _ in range(2 * BATCH)]
        if found:
            found.drawn += len(wave)
        given = [overrides(subject.space, configuration) for configuration in wave]
        whole = [renderer.whole(values) for values in given]
        fitting = [number for number, values in enumerate(whole) if renderer.judge.accepts(values)]
        gates = [name for name in renderer.entries if renderer.refuses(name)]
        contexts = [Context(whole[number], wave[number].release, gates) for number in fitting]
        answers = renderer.texts(contexts, [given[number] for number in fitting])
        for number, answer in zip(fitting, answers, strict=True):
            if not isinstance(answer, Refusal):
                if len(near) < 200:
                    near.append(wave[number])
                yield wave[number]


def _near(subject: Subject, start: Configuration, chance: random.Random) -> Configuration:
    """One to eight levels changed, sometimes another release, sometimes a key set to null."""
    factors = chance.sample(range(len(subject.space.factors)), k=min(chance.randint(1, 8), len(subject.space.factors)))
    drawn = start.choose({number: chance.randrange(len(subject.space.factors[number].levels)) for number in factors})
    if chance.random() < 0.1:
        release = replace(drawn.release, name=chance.choice(["a", "b" * 53, "other"]), upgrade=chance.random() < 0.5)
        drawn = replace(drawn, release=release)
    if chance.random() < 0.1 and subject.space.removable:
        drawn = replace(drawn, removed=(chance.randrange(len(subject.space.removable)),))
    return drawn


def _projected(subject: Subject, name: str, configuration: Configuration) -> tuple[str, Configuration]:
    """The slice of a configuration that a template reads: everything else is as in the base."""
    part = subject.slices[name]
    levels = {number: configuration.levels[number] for number in part.factors}
    removed = tuple(number for number in configuration.removed if part.removable is None or number in part.removable)
    start = replace(subject.base, further=configuration.further, release=configuration.release, removed=removed)
    return name, start.choose(levels)


def _render_slices(subject: Subject, renderer: Renderer, wave: list[Configuration], slices: dict[object, str]) -> None:
    """Render what is not known yet, each template by itself."""
    fresh = {
        (name, projected): None
        for configuration in wave
        for name, projected in (_projected(subject, name, configuration) for name in renderer.entries)
        if (name, projected) not in slices
    }
    asked = list(fresh)
    given = [overrides(subject.space, projected) for _, projected in asked]
    contexts = [
        Context(renderer.whole(values), projected.release, [name])
        for (name, projected), values in zip(asked, given, strict=True)
    ]
    for start in range(0, len(asked), 4 * BATCH):
        part = slice(start, start + 4 * BATCH)
        for key, answer in zip(asked[part], renderer.batch.render_each(contexts[part]), strict=True):
            slices[key] = answer[key[0]] if isinstance(answer, dict) else f"fails: {type(answer).__name__}"
