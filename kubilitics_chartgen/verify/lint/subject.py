"""What the checks of a chart's source look at: what was read, and what is worked out of it once it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.helm.values_file import Values, parse_values
from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.lint.remote_schema import remote_references
from kubilitics_chartgen.verify.references import References, find_references
from kubilitics_chartgen.verify.subcharts import SCHEMA

if TYPE_CHECKING:
    from kubilitics_chartgen.helm.embedded import EmbeddedChart

__all__ = ["SCHEMA", "Subject"]


@dataclass(frozen=True)
class Subject:
    """A chart, and the values with which it is to be judged."""

    chart: ChartFiles
    values_files: Sequence[tuple[str, Values]] = ()
    """Values files the user named, in order, by their names."""
    kube_version: str = ""
    """The Kubernetes version to lint for; empty for Helm's own default."""

    @cached_property
    def references(self) -> References:
        """What the templates read."""
        chart = self.chart
        return find_references(chart.templates, subcharts=chart.subcharts, library=chart.library)

    @cached_property
    def _ci(self) -> tuple[list[tuple[str, Values]], list[Problem]]:
        read: list[tuple[str, Values]] = []
        problems: list[Problem] = []
        for name in self.chart.ci_files:
            try:
                read.append((name, parse_values(self.chart.files[name], name=name)))
            except InputError as error:
                problems.extend(error.problems)
        return read, problems

    @property
    def value_sets(self) -> list[tuple[str, Values]]:
        """Values to try: each of the chart's own `ci/*-values.yaml`, then all that the user gave, as Helm merges it."""
        if not self.values_files:
            return self._ci[0]
        together = reduce(lambda below, above: above.over(below), (values for _name, values in self.values_files))
        return [*self._ci[0], (", ".join(name for name, _values in self.values_files), together)]

    @property
    def unreadable(self) -> list[Problem]:
        """What is wrong with the chart's own `ci/*-values.yaml`."""
        return self._ci[1]

    @cached_property
    def loaded(self) -> EmbeddedChart | None:
        """The chart as Helm reads it, None where Helm refuses it: Helm's own lint says why."""
        from kubilitics_chartgen.helm.embedded import EmbeddedEngine

        try:
            return EmbeddedEngine().load(self.chart.folder)
        except InputError:
            return None

    @cached_property
    def schema(self) -> Any:
        """The chart's schema, None where it has none. Raises InputError where the file is not JSON."""
        text = self.chart.files.get(SCHEMA)
        if text is None:
            return None
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            problem = Problem(message=f"it is not JSON: {error.msg}", file=SCHEMA, line=error.lineno)
        except RecursionError:
            problem = Problem(message="it is nested too deeply", file=SCHEMA)
        raise InputError("The schema cannot be read.", [problem])

    @cached_property
    def _judge(self) -> Judge:
        """By the chart's schema; where that is broken, or would have to be fetched, all values are fine."""
        try:
            return Judge(None if any(remote_references(self.schema)) else self.schema)
        except InputError:
            return Judge(None)

    @cached_property
    def default_misfits(self) -> tuple[Problem, ...]:
        """What the schema refuses of the chart's own defaults."""
        return self._judge.problems(self.loaded.coalesce({}), self.chart.values) if self.loaded else ()

    @cached_property
    def misfits(self) -> dict[str, list[Problem]]:
        """By its name, what the schema refuses of each set of values, but for what the defaults alone bring about.

        Nothing is judged of a chart that cannot be rendered.
        """
        if self.loaded is None or self.chart.library or self.chart.missing:
            return {}
        known = {(problem.path, problem.message) for problem in self.default_misfits}
        found: dict[str, list[Problem]] = {}
        for name, values in self.value_sets:
            problems = self._judge.problems(self.loaded.coalesce(values.data), values)
            found[name] = [each for each in problems if each.file or (each.path, each.message) not in known]
        return found

    def values_line(self, path: Sequence[str | int]) -> int | None:
        """The line in values.yaml of the value at `path`, or of the nearest one above it."""
        place = self.chart.values.place(path)
        return place.line if place else None
