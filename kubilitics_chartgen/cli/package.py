"""`package`: a chart as a release, with everything that belongs beside the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kubilitics_chartgen.errors import InputError

__all__ = ["package"]


def package(
    chart: Annotated[Path, typer.Argument(help="A chart folder or a .tgz archive.")] = Path("charts/kubilitics"),
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the release; replaced as a whole.")
    ] = Path("dist"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Pack a chart reproducibly: the same bytes from the same chart, wherever and whenever it is packed.

    Files carry the date in SOURCE_DATE_EPOCH, or 1980-01-01.
    """
    from kubilitics_chartgen.cli.output import print_json, progress
    from kubilitics_chartgen.cli.writing import replace_folder
    from kubilitics_chartgen.publishing.archive import build_archive, sha256, source_date
    from kubilitics_chartgen.publishing.bundle import SUMS, checksums

    _check_output(output)
    with progress(f"packing {chart}"):
        archive = build_archive(chart, date=source_date())
        files = {archive.filename: archive.data}
        files[SUMS] = checksums(files)
    replace_folder(output.absolute(), files)
    if as_json:
        print_json(
            {
                "chart": archive.name,
                "version": archive.version,
                "folder": str(output),
                "files": {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in files.items()},
            }
        )
        return
    for name in files:
        typer.echo(f"wrote {output / name}")
    typer.echo(f"sha256:{archive.digest}  {archive.filename}")


def _check_output(folder: Path) -> None:
    from kubilitics_chartgen.publishing.bundle import foreign_files

    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder} is in the way: it is not a folder. Name another one with --output.")
    if folder.exists() and folder.samefile(Path.cwd()):
        raise InputError(f"{folder} is the current folder, which cannot be replaced. Name another one with --output.")
    foreign = foreign_files(folder)
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise InputError(f"{folder} holds {foreign[0]}{more}, which would be lost. Name another one with --output.")
