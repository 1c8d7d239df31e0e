"""Texts of templates from whole values: many at once where the chart allows it, else one after the other.

Reads the chart. Both ways give the same bytes; what fails in a batch is rendered alone, whole and as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.embedded import EmbeddedChart, EmbeddedEngine
from kubilitics_chartgen.helm.engine import RefusedError, Release
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.verify.sweep.softening import refusal_in, soften

__all__ = ["BATCH", "Refusal", "Renderer", "fingerprint"]

BATCH = 96
"""Sets of values in one call: more save little, and one that fails costs the call."""


class Refusal(Exception):  # noqa: N818 -- a verdict, not a mistake
    """Why there are no texts: the author's words, or Helm's error."""

    def __init__(self, message: str, *, broken: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.broken = broken


class Renderer:
    """One chart, loaded once."""

    def __init__(self, chart: Path) -> None:
        self.loaded = EmbeddedEngine().load(chart)
        self.judge = Judge(self.loaded.schema)
        self.batch = BatchChart(self.loaded, soften=soften)

    @cached_property
    def alone(self) -> EmbeddedChart:
        """The chart without its schema, as it is."""
        return self.loaded.without_schema()

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values that templates see if an operator gives none."""
        return self.loaded.coalesce({})

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The templates that Helm renders, NOTES.txt included."""
        return self.batch.entries

    def refuses(self, name: str) -> bool:
        """Whether a template's own text refuses values."""
        text = self.batch.source(name)
        return "fail" in text and soften(name, text) != text

    def whole(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values that templates see. Helm is asked where charts lie inside, or a null takes no default away."""
        if self.batch.batchable:
            with suppress(_NoDefaultError):
                return _laid_over(self.defaults, given)
        return self.loaded.coalesce(given)

    def texts(self, contexts: Sequence[Context], given: Sequence[Mapping[str, Any]]) -> list[dict[str, str] | Refusal]:
        """The texts of the templates each context asks for; `given` are the same values before Helm's defaults."""
        if not self.batch.batchable:
            return [self.single(values, context.release) for context, values in zip(contexts, given, strict=True)]
        found: list[dict[str, str] | Refusal] = []
        for start in range(0, len(contexts), BATCH):
            part = slice(start, start + BATCH)
            answers = self.batch.render_each(contexts[part])
            for answer, context, values in zip(answers, contexts[part], given[part], strict=True):
                found.append(self._judged(answer, context, values))
        return found

    def _judged(
        self, answer: dict[str, str] | ChartgenError, context: Context, given: Mapping[str, Any]
    ) -> dict[str, str] | Refusal:
        if isinstance(answer, RefusedError):
            return Refusal(answer.summary)
        if isinstance(answer, ChartgenError):
            return self.single(given, context.release)
        for text in answer.values():
            message = refusal_in(text)
            if message is not None:
                return Refusal(message)
        return answer

    def single(self, given: Mapping[str, Any], release: Release) -> dict[str, str] | Refusal:
        """The whole chart, by Helm as it is."""
        try:
            return self.alone.render(given, release)
        except RefusedError as error:
            return Refusal(str(error))
        except ChartgenError as error:
            return Refusal(str(error), broken=True)


class _NoDefaultError(Exception):
    """A null stands where there is no default."""


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`; each null takes away the default that it stands for. Raises _NoDefaultError."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if value is None:
            if under is None:
                raise _NoDefaultError
            del merged[key]
        elif isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _laid_over(under, value)
        elif _has_null(value):
            raise _NoDefaultError
        else:
            merged[key] = value
    return merged


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(below is None or _has_null(below) for below in value.values())
    return False


def fingerprint(value: Any) -> str:
    """Values as text, to tell them apart."""
    return json.dumps(value, sort_keys=True, default=str)
