"""Charts as users name them: a folder, an archive, or a reference into a registry, which is fetched first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kubilitics_chartgen.errors import ChartgenError, Problem

__all__ = ["CaFileOption", "NamedChart", "PlainHttpOption", "charts_at_hand"]

CaFileOption = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="FILE", help="Certificate authorities of the registry, beside the system's."),
]
PlainHttpOption = Annotated[
    bool,
    typer.Option(
        "--plain-http",
        help="Speak http, without TLS, so that all travels unencrypted, logins too; meant for a registry on this "
        "machine: others get no password.",
        show_default=False,
    ),
]
_SCHEME = "oci://"


@dataclass(frozen=True)
class NamedChart:
    """A chart on disk, and where it was fetched from."""

    path: Path
    reference: str = ""
    """Empty for a chart that was on disk already."""


@contextmanager
def charts_at_hand(names: list[str], *, ca_file: Path | None, plain_http: bool) -> Iterator[list[NamedChart]]:
    """The charts for the time of the block; what fails in it names them as the user did."""
    with tempfile.TemporaryDirectory(prefix="charts-") as folder:
        found = [_at_hand(name, Path(folder), ca_file, plain_http) for name in names]
        try:
            yield found
        except ChartgenError as error:
            fetched = {str(chart.path): chart.reference for chart in found if chart.reference}
            if not fetched:
                raise
            summary, problems = _renamed(error.summary, fetched), [_problem(item, fetched) for item in error.problems]
            raise type(error)(summary, problems) from error


def _at_hand(name: str, folder: Path, ca_file: Path | None, plain_http: bool) -> NamedChart:
    if not name.startswith(_SCHEME):
        return NamedChart(Path(name))
    from kubilitics_chartgen.publishing.pulling import pull

    data = pull(name, ca_file=ca_file, plain_http=plain_http)
    path = folder / f"{len(list(folder.iterdir()))}.tgz"
    path.write_bytes(data)
    return NamedChart(path, name)


def _problem(problem: Problem, fetched: dict[str, str]) -> Problem:
    file = _renamed(problem.file, fetched)
    return Problem(_renamed(problem.message, fetched), problem.path, file, problem.line, problem.fix)


def _renamed(text: str, fetched: dict[str, str]) -> str:
    for path, reference in fetched.items():
        text = text.replace(path, reference)
    return text
