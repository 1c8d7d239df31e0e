"""`relocate`: values that take every image from a registry of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kubilitics_chartgen.errors import InputError

__all__ = ["relocate"]


def relocate(
    registry: Annotated[str, typer.Argument(metavar="REGISTRY", help="Such as registry.example/mirror.")],
    chart: Annotated[Path, typer.Argument(help="A chart folder or a .tgz archive.")] = Path("charts/kubilitics"),
    files: Annotated[
        list[str] | None, typer.Option("--values", "-f", metavar="FILE", help="Your values; may be repeated.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the values there.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print values and moved images as JSON.")] = False,
) -> None:
    """Print values that, laid over yours, take every image from REGISTRY; rendering the chart with them proves it."""
    from kubilitics_chartgen.cli.output import print_json, progress
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.helm import EmbeddedEngine, read_values
    from kubilitics_chartgen.helm.yaml_write import yaml_text
    from kubilitics_chartgen.publishing import relocation

    if output is not None:
        _check_output(output, [*(files or ()), chart, chart / "values.yaml"])
    given = read_values(files or ())
    with progress(f"rendering {chart}"):
        found = relocation.relocate(EmbeddedEngine().load(chart), given.data, registry)
    text = f"# Takes every image from {registry}. Give it to Helm after your own values.\n{yaml_text(found.values)}"
    if output is not None:
        replace_file(output, text)
        typer.echo(f"wrote {output}", err=True)
    if as_json:
        print_json({"values": found.values, "images": found.moved})
    elif output is None:
        typer.echo(text, nl=False)
    for old, new in found.moved.items():
        typer.echo(f"{old} -> {new}", err=True)


def _check_output(output: Path, read: Sequence[str | Path]) -> None:
    """Refuse to write over a file that the values come from."""
    if output.is_file() and output.resolve() in {Path(name).resolve() for name in read}:
        raise InputError(f"{output} is read as well, and would be lost. Name another file with --output.")
