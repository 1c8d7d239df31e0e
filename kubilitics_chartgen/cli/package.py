"""`package`: a chart as a release, with everything that belongs beside the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kubilitics_chartgen.errors import InputError

if TYPE_CHECKING:
    from kubilitics_chartgen.publishing.archive import Archive
    from kubilitics_chartgen.publishing.provenance import Provenance

__all__ = ["package"]


def package(
    chart: Annotated[Path, typer.Argument(help="A chart folder or a .tgz archive.")] = Path("charts/kubilitics"),
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the release; replaced as a whole.")
    ] = Path("dist"),
    key: Annotated[
        str, typer.Option(metavar="KEY", help="Sign with this GnuPG key: its address or its fingerprint.")
    ] = "",
    keyring: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the secret key.", show_default="your own keys, or GNUPGHOME"),
    ] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with the key's passphrase.", show_default="gpg-agent")
    ] = None,
    profiles: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Values files whose images count.", show_default="the chart's folder ci"),
    ] = None,
    digests: Annotated[
        Path | None, typer.Option(metavar="FILE", help='JSON of known digests: {"image:tag": "sha256:…"}.')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Pack a chart as a release: archive, signature, SBOM, images and a script that mirrors them, checksums.

    The same chart gives the same bytes, wherever and whenever it is packed; only a signature has a date of its own.

    Files carry the date in SOURCE_DATE_EPOCH, or 1980-01-01.
    """
    from kubilitics_chartgen.cli.output import print_json, progress
    from kubilitics_chartgen.cli.writing import replace_folder
    from kubilitics_chartgen.helm import EmbeddedEngine
    from kubilitics_chartgen.publishing.archive import build_archive, sha256, source_date
    from kubilitics_chartgen.publishing.bundle import bundle
    from kubilitics_chartgen.publishing.inventory import inventory, read_digests, with_digests

    _check_output(output)
    if not key and (keyring or passphrase_file):
        raise InputError("--keyring and --passphrase-file are for signing. Name the key as well with --key.")
    with progress(f"packing {chart}"):
        archive = build_archive(chart, date=source_date())
        uses = inventory(EmbeddedEngine().load(chart), _profiles(chart, profiles))
        uses = with_digests(uses, read_digests(digests) if digests else {})
        signed = _sign(archive, key, keyring, passphrase_file) if key else None
        files = bundle(archive, uses, provenance=signed.data if signed else None)
    replace_folder(output.absolute(), files)
    if as_json:
        print_json(
            {
                "chart": archive.name,
                "version": archive.version,
                "folder": str(output),
                "signedBy": signed.key.fingerprint if signed else None,
                "files": {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in files.items()},
            }
        )
        return
    for name in files:
        typer.echo(f"wrote {output / name}")
    typer.echo(f"sha256:{archive.digest}  {archive.filename}")
    if signed:
        typer.echo(f"signed by {signed.key.user} ({signed.key.fingerprint})")
        if not signed.key.rsa:
            typer.echo(
                "note: older Helm (3.17 for one) verifies RSA signatures only, and this key is of another kind",
                err=True,
            )


def _profiles(chart: Path, folder: Path | None) -> dict[str, Path]:
    from kubilitics_chartgen.publishing.inventory import profiles_in

    if folder is None and not (chart / "ci").is_dir():
        return {}
    found = profiles_in(folder or chart / "ci")
    if folder and not found:
        raise InputError(f"{folder} holds no values files (*.yaml). Name the folder of the profiles with --profiles.")
    return found


def _sign(archive: Archive, key: str, keyring: Path | None, passphrase_file: Path | None) -> Provenance:
    from kubilitics_chartgen.publishing.provenance import sign

    return sign(archive, key=key, keyring=keyring, passphrase_file=passphrase_file)


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
