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
        for _ in range(contexts):
            levels = _drawn(subject, part.factors, chance)
            changed = [_drawn(subject, irrelevant, chance) for _ in range(flips)] if irrelevant else []
            texts = [_text(batch, renderer, subject, name, {**levels, **other}) for other in ({}, *changed)]
            for other, text in zip(changed, texts[1:], strict=True):
                if text != texts[0]:
                    names = [subject.space.factors[number].name for number, level in other.items() if level]
                    found.append((name, ", ".join(names)))
    return found


def _drawn(subject: Subject, factors, chance) -> dict[int, int]:
    return {number: chance.randrange(len(subject.space.factors[number].levels)) for number in factors}


def _text(batch, renderer, subject, name, levels) -> str:
    values = renderer.whole(overrides(subject.space, subject.base.choose(levels)))
    answer = batch.render_each([Context(values, subject.base.release, (name,))])[0]
    return answer[name] if isinstance(answer, dict) else f"fails: {type(answer).__name__}"
