"""Values as a user gives them: files, `--set` and `--set-string`, merged by Helm's rules. Reads files and nothing else.

In: file names and expressions. Out: `Values`, the data with the place each value came from. All problems of all files
come in one InputError. The data is read by Helm's own YAML reader (`on` is true), the lines by `yaml_scan`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.paths import ValuesPath

__all__ = ["MAX_BYTES", "Place", "Values", "merge", "parse_values", "read_values", "read_values_file"]

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where a value was written."""

    file: str
    """The file as the user named it, or the option."""
    line: int | None = None


@dataclass(frozen=True)
class Values:
    """Values and where they stand. A `None` in the data tells Helm to delete the chart's default."""

    data: dict[str, Any] = field(default_factory=dict)
    places: Mapping[ValuesPath, Place] = field(default_factory=dict, repr=False)

    def place(self, path: Sequence[str | int]) -> Place | None:
        """Where the value at `path`, or the nearest one around it, was written; None for a default of the chart."""
        for length in range(len(path), 0, -1):
            found = self.places.get(tuple(path[:length]))
            if found:
                return found
        return None

    def over(self, below: Values) -> Values:
        """These values laid over `below`, as Helm lays a later file over an earlier one."""
        return Values(merge(below.data, self.data), {**below.places, **self.places})


def read_values(
    files: Sequence[str] = (),
    *,
    sets: Sequence[str] = (),
    set_strings: Sequence[str] = (),
    stdin: BinaryIO | None = None,
) -> Values:
    """All that was given, in Helm's order: files, then `--set`, then `--set-string`; the later wins."""
    from kubilitics_chartgen.helm.values_set import apply_set

    values = Values()
    problems: list[Problem] = []
    if sum(name == "-" for name in files) > 1:
        problems.append(Problem("standard input can be read once: give `-f -` one time only."))
        raise InputError("the values cannot be used", problems)
    for name in files:
        try:
            values = read_values_file(name, stdin=stdin).over(values)
        except InputError as error:
            problems.extend(error.problems)
    for option, expressions in (("--set", sets), ("--set-string", set_strings)):
        for expression in expressions:
            try:
                values = apply_set(values, expression, option=option)
            except InputError as error:
                problems.extend(error.problems)
    if problems:
        raise InputError("the values cannot be used", problems)
    return values


def read_values_file(name: str, *, stdin: BinaryIO | None = None) -> Values:
    """Read one file; `-` is standard input."""
    shown = "standard input" if name == "-" else name

    def refuse(message: str, fix: str = "", line: int | None = None) -> InputError:
        return InputError("the values cannot be used", [Problem(message, file=shown, line=line, fix=fix)])

    try:
        if name == "-":
            data = (stdin or sys.stdin.buffer).read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        fix = "Values are read from disk: fetch the file first." if "://" in name else ""
        raise refuse("there is no such file.", fix) from error
    except IsADirectoryError as error:
        raise refuse("this is a folder, and a values file is expected.") from error
    except (OSError, ValueError) as error:
        raise refuse(f"the file cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(data) > MAX_BYTES:
        raise refuse(f"the file is larger than {MAX_BYTES // 2**20} MiB, which is the limit for values.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse("the file is not UTF-8 text.", "Save it as UTF-8.", line) from error
    return parse_values(text, name=shown)


def parse_values(text: str, *, name: str = "") -> Values:
    """Values from YAML text; `name` is the file as the user named it."""
    from kubilitics_chartgen.helm.yaml_objects import YamlTextError, read_yaml
    from kubilitics_chartgen.helm.yaml_scan import scan_yaml

    scan = scan_yaml(text, name=name)
    if not scan.problems and scan.kind not in ("a mapping", "nothing"):
        scan.problems.append(
            Problem(f"a mapping such as `key: value` is expected at the top, not {scan.kind}.", file=name, line=1)
        )
    data: dict[str, Any] = {}
    if not scan.problems:
        try:
            data = merge({}, read_yaml.__wrapped__(text)[0])
        except YamlTextError as error:
            scan.problems.append(Problem(f"{_without_jargon(error.summary)}.", file=name, line=error.line))
    if scan.problems:
        raise InputError("the values cannot be used", scan.problems)
    return Values(data, {path: Place(name, line) for path, line in scan.lines.items()})


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below` like Helm: maps merge, anything else replaces, a null stays for Helm to delete by."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged


def _without_jargon(message: str) -> str:
    message = message.removeprefix("yaml: ").removeprefix("error unmarshaling JSON: while decoding JSON: ")
    if "unsupported value: +Inf" in message or "NaN" in message or "-Inf" in message:
        return "infinity and NaN are no values that Helm can use"
    if "excessive aliasing" in message:
        return "its aliases stand for far more values than it holds, which Helm refuses"
    if "unsupported map key of type" in message:
        return "a key must be text"
    return f"this is not YAML that Helm can read: {message}"
