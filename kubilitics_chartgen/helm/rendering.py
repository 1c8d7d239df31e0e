"""Renders a chart from a request, as the `render` command and others need it: values, verdict, engine, documents.

Reads the chart and the values files; starts a `helm` program only where the command-line engine is asked for or
needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.command import CommandEngine, find_helm
from kubilitics_chartgen.helm.embedded import EmbeddedChart, EmbeddedEngine, check_release
from kubilitics_chartgen.helm.engine import LoadedChart, RefusedError, Release
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.helm.manifests import Dialect, Document, documents, documents_text, notes
from kubilitics_chartgen.helm.values_file import Values, read_values
from kubilitics_chartgen.helm.versions import full_kube_version

__all__ = ["RenderRequest", "Rendered", "render_chart", "select", "values_seen"]

EngineName = Literal["embedded", "cli"]


@dataclass(frozen=True)
class RenderRequest:
    """What to render."""

    chart: Path
    files: tuple[str, ...] = ()
    """Values files, the later over the earlier; `-` is standard input."""
    sets: tuple[str, ...] = ()
    set_strings: tuple[str, ...] = ()
    values: tuple[Values, ...] = ()
    """Values that were read before, over all of these."""
    release: Release = field(default_factory=Release)
    engine: EngineName | None = None
    """None: the embedded one, or the command line where a Kubernetes version asks for it."""


@dataclass(frozen=True)
class Rendered:
    """What came out."""

    documents: tuple[Document, ...]
    """In the order of printing, tests included."""
    values: Mapping[str, Any]
    """The values that the templates saw."""
    notes: str
    """The chart's NOTES.txt; empty where there is none or the engine does not give it."""
    dialect: Dialect

    def text(self, *, include_tests: bool = False) -> str:
        """What `helm template` prints, with or without the test hooks."""
        return documents_text(self.documents, include_tests=include_tests)


def values_seen(chart: EmbeddedChart, given: Values) -> dict[str, Any]:
    """The values that templates see; raises RefusedError with every problem of the given ones by the chart's schema."""
    coalesced = chart.coalesce(given.data)
    problems = Judge(chart.schema).problems(coalesced, given)
    if problems:
        raise RefusedError("the values do not fit the chart's schema", problems)
    return coalesced


def render_chart(request: RenderRequest, *, stdin: BinaryIO | None = None) -> Rendered:
    """Render; raises InputError with every problem of the values at once, or RefusedError in the chart's words."""
    check_release(request.release)
    if request.release.kube_version is not None:
        full_kube_version(request.release.kube_version)
    facts = EmbeddedEngine().load(request.chart)
    given = read_values(request.files, sets=request.sets, set_strings=request.set_strings, stdin=stdin)
    for above in request.values:
        given = above.over(given)
    coalesced = values_seen(facts, given)
    chart, dialect = _choose(request, facts)
    try:
        texts = chart.render(given.data, request.release)
    except RefusedError as error:
        raise RefusedError(error.placed, error.problems) from error
    return Rendered(documents(texts, dialect=dialect), coalesced, notes(texts), dialect)


def select(found: Iterable[Document], wanted: str) -> tuple[Document, ...]:
    """The documents of `KIND` or `KIND/NAME`; the kind in any case."""
    kind, _slash, name = wanted.partition("/")
    return tuple(
        document for document in found if document.kind.lower() == kind.lower() and name in ("", document.name)
    )


def _choose(request: RenderRequest, facts: EmbeddedChart) -> tuple[LoadedChart, Dialect]:
    if request.engine == "cli":
        engine = CommandEngine()
        return engine.load(request.chart), engine.dialect
    needs_program = request.release.kube_version is not None and facts.kube_version_value is None
    if request.engine is None and needs_program:
        if find_helm() is None:
            raise InputError(
                "this chart does not declare which value overrides the Kubernetes version, so --kube-version needs a "
                "helm program, and none was found. Install Helm 3.14 or newer, or leave --kube-version out."
            )
        engine = CommandEngine()
        return engine.load(request.chart), engine.dialect
    return facts, EmbeddedEngine.dialect
