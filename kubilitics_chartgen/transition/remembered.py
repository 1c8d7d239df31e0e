"""A chart that is rendered with one set of values after the other: a template anew only where what it reads differs.

In: a chart, what its templates depend on, and values that its schema accepts. Out: objects. Reads the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.batch import Context
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.manifests import Document, documents, in_order
from kubilitics_chartgen.verify.dependencies import Dependencies
from kubilitics_chartgen.verify.reading import Reading, ValueTexts
from kubilitics_chartgen.verify.sweep.renderer import BATCH, Refusal, Renderer

__all__ = ["Case", "RememberedChart"]


@dataclass(frozen=True)
class Case:
    """What a chart is rendered with."""

    given: Mapping[str, Any]
    """What somebody wrote."""
    whole: Mapping[str, Any]
    """The same over the chart's defaults."""
    release: Release


class RememberedChart:
    """One chart, loaded once; so many templates' objects are remembered."""

    def __init__(self, chart: Path, dependencies: Dependencies | None, *, remembered: int) -> None:
        """Without dependencies every template counts as reading everything."""
        self.renderer = Renderer(chart)
        batch = self.renderer.batch
        # Where a template writes to values that others read, no one of them may be left out.
        known = {} if dependencies is None or dependencies.shared else dependencies.templates
        self._readings: dict[str, Reading] = {}
        if batch.batchable:
            self._readings = {name: Reading(known.get(name.partition("/")[2])) for name in batch.entries}
            batch.remembers = dependencies is not None and dependencies.repeats
        self._most = remembered
        self._printed: dict[tuple[object, ...], tuple[Document, ...]] = {}
        self._documents = lru_cache(remembered)(_documents)

    def objects(self, cases: Sequence[Case]) -> list[tuple[Document, ...] | Refusal]:
        """The documents of each case in Helm's order, or why there are none."""
        found: list[tuple[Document, ...] | Refusal] = []
        for start in range(0, len(cases), BATCH):
            found += self._some(cases[start : start + BATCH])
        return found

    def _some(self, cases: Sequence[Case]) -> list[tuple[Document, ...] | Refusal]:
        keys = [self._keys(case) for case in cases]
        contexts = [
            Context(case.whole, case.release, [name for name, key in each.items() if key not in self._printed])
            for case, each in zip(cases, keys, strict=True)
        ]
        answers = self.renderer.texts(contexts, [case.given for case in cases])
        found = [self._answer(texts, each) for texts, each in zip(answers, keys, strict=True)]
        while len(self._printed) > self._most:
            self._printed.pop(next(iter(self._printed)))
        return found

    def _keys(self, case: Case) -> dict[str, tuple[object, ...]]:
        texts = ValueTexts(case.whole)
        return {name: (name, reading.key(texts), case.release) for name, reading in self._readings.items()}

    def _answer(
        self, texts: Mapping[str, str] | Refusal, keys: Mapping[str, tuple[object, ...]]
    ) -> tuple[Document, ...] | Refusal:
        if isinstance(texts, Refusal):
            return texts
        try:
            if not keys:
                return documents(texts)
            fresh = {keys[name]: self._documents(name, text) for name, text in texts.items() if name in keys}
        except InputError as error:
            return Refusal(str(error), broken=True)
        # What was asked for last is forgotten last.
        self._printed |= {key: fresh[key] if key in fresh else self._printed.pop(key) for key in keys.values()}
        return in_order(each for name in sorted(keys) for each in self._printed[keys[name]])


def _documents(name: str, text: str) -> tuple[Document, ...]:
    return documents({name: text})
