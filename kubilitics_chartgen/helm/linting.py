"""Helm's own lint, through the embedded Helm. Reads the chart's folder, changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.helm.engine import SCHEMA_MISMATCH
from kubilitics_chartgen.helm.quiet import log_silenced

__all__ = ["LintMessage", "lint"]

_SEVERITIES = {0: "info", 1: "info", 2: "warning", 3: "error"}
_PLACES = (
    # template execution, then template parsing: both begin with the name of the chart
    re.compile(r"^[^\s/:]+/(?P<file>(?:templates|charts)/[^\s:]+):(?P<line>\d+)"),
    re.compile(r"\(\s*[^\s/:]+/(?P<file>(?:templates|charts)/[^\s:]+):(?P<line>\d+)"),
)


@dataclass(frozen=True)
class LintMessage:
    """One message of `helm lint`."""

    severity: str
    """`error`, `warning` or `info`."""
    message: str
    file: str = ""
    """The file in the chart, or a folder such as `templates/` where Helm tells no more."""
    line: int | None = None

    @property
    def is_of_schema(self) -> bool:
        """Whether it says that values do not fit a schema."""
        return SCHEMA_MISMATCH in self.message or (self.file == "values.yaml" and self.message.startswith("- at '"))


def lint(
    path: Path, values: Mapping[str, Any], *, kube_version: str = "", skip_schema: bool = False
) -> list[LintMessage]:
    """What Helm's lint says about the chart with these values laid over its defaults.

    With `skip_schema` no schema is read: Helm fetches whatever a schema refers to.

    Raises InputError for a Kubernetes version that is none, ToolError where Helm itself fails.
    """
    import helm_python

    try:
        with log_silenced():
            report = helm_python.lint(
                str(path), dict(values), kube_version=kube_version or None, skip_schema_validation=skip_schema or None
            )
    except helm_python.HelmInvalidArgError as error:
        raise InputError(f"Helm cannot lint {path}: {error}") from error
    except helm_python.HelmError as error:
        raise ToolError(f"Helm cannot lint {path}: {error}") from error
    messages = [_message(entry) for entry in report["messages"]]
    known = " ".join(message.message for message in messages)
    messages.extend(
        _message({"severity": 3, "path": "", "error": error}) for error in report["errors"] if _flat(error) not in known
    )
    return messages


def _flat(text: str) -> str:
    return " ".join(text.split())


def _message(entry: Mapping[str, Any]) -> LintMessage:
    text = str(entry["error"])
    severity = _SEVERITIES.get(int(entry["severity"]), "error")
    for place in _PLACES:
        match = place.search(text)
        if match:
            return LintMessage(severity, _flat(text), match["file"], int(match["line"]))
    return LintMessage(severity, _flat(text), str(entry["path"]))
