"""Whether templates keep to their slices: what is called irrelevant is changed, and the bytes must stay as they are."""

from __future__ import annotations

import random
from pathlib import Path

from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.renderer import Renderer


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


def _drawn(subject: Subject, factors, chance) -> dict[int, int]:
    return {number: chance.randrange(len(subject.space.factors[number].levels)) for number in factors}


def _texts(batch, renderer, subject, name, choices) -> list[str]:
    given = [overrides(subject.space, subject.base.choose(levels)) for levels in choices]
    contexts = [Context(renderer.whole(values), subject.base.release, (name,)) for values in given]
    answers = batch.render_each(contexts)
    return [answer[name] if isinstance(answer, dict) else f"fails: {type(answer).__name__}" for answer in answers]
