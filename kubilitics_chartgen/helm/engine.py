"""What a Helm engine is: the small interface that every way of running Helm fits. No I/O.

An engine loads a chart; a loaded chart tells its facts and renders itself with values. What comes out of `render` is
the raw text of each template, before Helm splits and sorts it; `manifests` makes from it what `helm template` prints.

    RenderError          the chart could not be rendered with these values
      RefusedError            the chart itself refuses the values: its schema, or a `fail` or `required` in a template
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kubilitics_chartgen.errors import InputError, Problem

if TYPE_CHECKING:
    from kubilitics_chartgen.helm.manifests import Dialect

__all__ = [
    "SCHEMA_MISMATCH",
    "Engine",
    "LoadedChart",
    "RefusedError",
    "Release",
    "RenderError",
    "render_error",
    "schema_error",
]

_EXECUTION = re.compile(r"execution error at \((?P<file>[^()]+?):(?P<line>\d+):\d+\): (?P<message>.*)", re.DOTALL)
_PLACE = re.compile(
    r"(?:template: |parse error at \()?(?P<file>[^\s:()]+):(?P<line>\d+)(?::\d+)?\)?:?\s+(?P<message>.*)", re.DOTALL
)
SCHEMA_MISMATCH = "values don't meet the specifications of the schema(s)"
"""What Helm says of values that do not fit."""
_HINT = "Use --debug flag to render out invalid YAML"


@dataclass(frozen=True)
class Release:
    """What the templates see as `.Release`, and the Kubernetes version they see as `.Capabilities.KubeVersion`."""

    name: str = "release-name"
    namespace: str = "default"
    upgrade: bool = False
    kube_version: str | None = None
    """None: the version that the engine's Helm was built for."""


class LoadedChart(Protocol):
    """A chart that an engine has read; rendering one twice with the same input gives the same text."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Chart.yaml says."""

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What values.yaml says."""

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """What values.schema.json says; None where there is none."""

    def coalesce(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the templates would see: `values` over the defaults, as Helm merges them."""

    def render(self, values: Mapping[str, Any], release: Release) -> dict[str, str]:
        """The raw text of each template by its path, such as `mychart/templates/service.yaml`.

        NOTES.txt is among them where the engine can give it. Raises RenderError.
        """


class Engine(Protocol):
    """One way of running Helm."""

    @property
    def dialect(self) -> Dialect:
        """How the Helm that this engine stands for lays its documents out."""

    def load(self, path: Path) -> LoadedChart:
        """Read the chart in a folder or in a .tgz; raises InputError for what is not a chart."""


class RenderError(InputError):
    """The chart cannot be rendered with these values."""


class RefusedError(RenderError):
    """The chart says no to these values, in the words of its author."""

    place = ""
    """Where in its templates, such as `templates/a.yaml:1`, for words that do not say so themselves."""

    @property
    def placed(self) -> str:
        """The words, and the place where it is known."""
        return f"{self.summary} ({self.place})" if self.place else self.summary


def render_error(text: str) -> RenderError:
    """Helm's error text as an error; a message from `fail` or `required` is its summary."""
    text = text.replace(_HINT, "").strip().removeprefix("Error: ")
    if SCHEMA_MISMATCH in text:
        return schema_error(text)
    said = _EXECUTION.search(text)
    if said:
        message = said["message"].strip()
        error = RefusedError(message or f"{said['file']}:{said['line']} refuses these values without a word")
        # A list of what is wrong names the values.
        if message and "\n" not in message:
            error.place = f"{said['file'].partition('/')[2]}:{said['line']}"
        return error
    if text.startswith("chart requires kubeVersion"):
        return RenderError(f"{text}. Give a version that the chart accepts with --kube-version.")
    place = _PLACE.match(text)
    if place:
        message = " ".join(place["message"].split())
        problem = Problem(message, file=place["file"], line=int(place["line"]))
        return RenderError("the chart cannot be rendered with these values", [problem])
    return RenderError(f"the chart cannot be rendered with these values: {text}")


def schema_error(text: str) -> RefusedError:
    """Helm's own verdict by a schema, which names each chart and its findings."""
    problems = []
    chart = ""
    for line in text.splitlines()[1:]:
        if line.startswith("- "):
            problems.append(Problem(line[2:].strip(), file=f"{chart}/values.schema.json"))
        elif line.strip():
            chart = line.strip().removesuffix(":")
    return RefusedError("the values do not fit the chart's schema", problems)
