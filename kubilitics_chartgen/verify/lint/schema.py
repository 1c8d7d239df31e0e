"""The chart's values.schema.json: sound by its own meta-schema, complete in itself, and met by the chart's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.helm.paths import path_text
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.remote_schema import remote_references
from kubilitics_chartgen.verify.lint.subject import SCHEMA, Subject

__all__ = ["NAME", "check"]

NAME = "schema"


def check(subject: Subject) -> Sequence[Finding]:
    """What is wrong with the schema; where it is sound, what it refuses in the defaults."""
    schema = subject.schema
    if schema is None:
        return []
    findings = [_remote(subject, where, address) for where, address in remote_references(schema)]
    findings.extend(_broken(subject, schema))
    if findings:
        return findings
    try:
        Judge(schema)
    except InputError as error:
        return [
            Finding(NAME, Severity.ERROR, problem.message, SCHEMA, _line(subject, ()), problem.path)
            for problem in error.problems
        ]
    return [
        Finding(
            check=NAME,
            severity=Severity.ERROR,
            message=f"the schema refuses the chart's own default: {problem.message}",
            file=problem.file or "values.yaml",
            line=problem.line,
            path=problem.path,
        )
        for problem in subject.default_misfits
    ]


def _remote(subject: Subject, where: tuple[str | int, ...], address: str) -> Finding:
    return Finding(
        check=NAME,
        severity=Severity.ERROR,
        message=f"the schema refers to {address}: Helm would fetch it at each install, and fails where it cannot",
        file=SCHEMA,
        line=_line(subject, where),
        path=path_text(where),
        fix="Copy what is needed into the schema, under `definitions`.",
    )


def _broken(subject: Subject, schema: Any) -> Iterator[Finding]:
    import jsonschema_rs

    dialect = schema.get("$schema") if isinstance(schema, dict) else None
    # Helm reads a schema that names no draft as draft-07 (Helm 3) or as the newest (Helm 4); both know its keywords.
    stated = schema if dialect or not isinstance(schema, dict) else {"$schema": _DRAFT_7, **schema}
    try:
        jsonschema_rs.meta.validate(stated)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        where = tuple(getattr(error, "instance_path", ()) or ())
        message = str(getattr(error, "message", error)).splitlines()[0]
        yield Finding(
            check=NAME,
            severity=Severity.ERROR,
            message=f"this is not a JSON Schema: {message}",
            file=SCHEMA,
            line=_line(subject, where),
            path=path_text(where),
        )


_DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def _line(subject: Subject, where: Sequence[str | int]) -> int | None:
    """The line in the schema; JSON is YAML, so the same reader of outlines serves."""
    from kubilitics_chartgen.helm.yaml_scan import scan_yaml

    lines = scan_yaml(subject.chart.files[SCHEMA], name=SCHEMA).lines
    for length in range(len(where), 0, -1):
        if tuple(where[:length]) in lines:
            return lines[tuple(where[:length])]
    return 1
