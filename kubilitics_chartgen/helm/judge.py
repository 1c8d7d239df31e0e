"""Judges values by a chart's values.schema.json: all problems at once, each with its place. No I/O, fetches nothing.

In: the schema, and the values as the templates would see them (`LoadedChart.coalesce`). Out: problems in plain
sentences. The schema is compiled once, so that thousands of values can be judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.paths import ValuesPath, path_text
from kubilitics_chartgen.helm.sentences import Finding, sentences
from kubilitics_chartgen.helm.values_file import Values

__all__ = ["Judge"]


class Judge:
    """A compiled schema; raises InputError for one that is broken or that would have to be fetched."""

    def __init__(self, schema: Mapping[str, Any] | None) -> None:
        self._schema = schema
        self._validator = None if schema is None else _compiled(schema)

    def accepts(self, values: Mapping[str, Any]) -> bool:
        """The bare verdict, in microseconds."""
        return self._validator is None or bool(self._validator.is_valid(values))

    def blames(self, path: ValuesPath, values: Mapping[str, Any]) -> bool:
        """Whether what stands at `path` is refused by itself, whatever stands elsewhere."""
        findings = list(self._findings(values))
        return bool(findings) and all(finding.path[: len(path)] == path for finding in findings)

    def problems(self, coalesced: Mapping[str, Any], given: Values | None = None) -> tuple[Problem, ...]:
        """Everything that the schema refuses in `coalesced`; `given` tells which file and line a value came from."""
        found: dict[tuple[str, str], Problem] = {}
        for finding in self._findings(coalesced):
            path = path_text(finding.path)
            place = given.place(finding.path) if given else None
            found.setdefault(
                (path, finding.message),
                Problem(
                    finding.message,
                    path=path,
                    file=place.file if place else "",
                    line=place.line if place else None,
                ),
            )
        return tuple(sorted(found.values(), key=lambda problem: (problem.file, problem.line or 0, problem.path)))

    def _findings(self, values: Mapping[str, Any]) -> Iterator[Finding]:
        for error in self._validator.iter_errors(values) if self._validator else ():
            yield from sentences(error, self._schema, values)


def _compiled(schema: Mapping[str, Any]) -> Any:
    import jsonschema_rs

    def refuse(address: str) -> Any:
        raise ValueError(f"a schema must stand on its own, and {address} is never fetched")

    try:
        dialect: Any = jsonschema_rs.Draft7Validator
        if "$schema" in schema:
            dialect = jsonschema_rs.validator_cls_for(dict(schema))
        # Rust's own regular expressions, like Go's, know no look-around and take linear time.
        return dialect(schema, retriever=refuse, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        message = str(getattr(error, "message", error)).splitlines()[0]
        where = path_text(tuple(getattr(error, "instance_path", ()) or ()))
        if "is not present in a registry" in message:
            message = f"a schema must stand on its own, and nothing is fetched: {message.split(' is not present')[0]}"
        problem = Problem(f"{message}.", path=where, file="values.schema.json")
        raise InputError("the chart's schema cannot be used", [problem]) from error
