"""`publish`: a packed chart to an OCI registry or into a classic chart repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubilitics_chartgen.cli.charts import PlainHttpOption
from kubilitics_chartgen.errors import InputError

if TYPE_CHECKING:
    from kubilitics_chartgen.publishing.archive import Archive

__all__ = ["publish"]


def publish(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="What `package` wrote, such as dist/x-1.0.0.tgz.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="oci://registry.example/folder, or the folder of a repository.")
    ],
    url: Annotated[str, typer.Option(help="Where a repository's folder will be served.", show_default="relative")] = "",
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate authorities to trust beside the system's.")
    ] = None,
    plain_http: PlainHttpOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Publish a packed chart with its signature, read it back, and compare. A published version is never replaced.

    Logins are those of `helm registry login` and `docker login`, or KUBILITICS_REGISTRY_USERNAME and
    KUBILITICS_REGISTRY_PASSWORD. After an interruption, run it again: what has arrived is not sent twice.
    """
    from kubilitics_chartgen.cli.output import print_json, progress
    from kubilitics_chartgen.publishing.archive import read_archive

    packed = read_archive(archive)
    if archive.name != packed.filename:
        raise InputError(f"{archive} holds {packed.name} {packed.version}, so its name must be {packed.filename}.")
    _check_sums(archive, packed)
    provenance = _provenance(archive, packed)
    with progress(f"publishing {packed.filename}"), _interruptible():
        if target.startswith("oci://"):
            if url:
                raise InputError("--url is for a repository's folder; a registry needs none.")
            said = _to_registry(packed, provenance, target, ca_file, plain_http)
        elif "://" in target:
            raise InputError(f"{target} cannot be published to. Name oci://registry/folder, or a folder on disk.")
        else:
            said = _to_folder(packed, provenance, Path(target), url)
    if as_json:
        print_json(said)
        return
    typer.echo(f"{'already published' if said['already'] else 'published'} {said['reference']}")
    typer.echo(f"{said['digest']}  read back and compared")


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("interrupted: run it again to finish; what has arrived is kept", err=True)
        raise typer.Exit(130) from None


def _check_sums(archive: Path, packed: Archive) -> None:
    """What `package` wrote down of the archive must still be true."""
    from kubilitics_chartgen.publishing.bundle import SUMS, listed_sums

    listed = listed_sums(archive.with_name(SUMS)).get(archive.name, packed.digest)
    if listed != packed.digest:
        raise InputError(
            f"{archive} is not what {SUMS} beside it says: it was changed after it was packed. Package it again."
        )


def _provenance(archive: Path, packed: Archive) -> bytes | None:
    """The signature beside the archive; one of another archive is refused."""
    file = archive.with_name(f"{archive.name}.prov")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    if f"{packed.filename}: sha256:{packed.digest}".encode() not in data:
        raise InputError(f"{file} is the signature of another archive. Package and sign again.")
    return data


def _to_registry(
    packed: Archive, provenance: bytes | None, target: str, ca_file: Path | None, plain_http: bool
) -> dict[str, Any]:
    from kubilitics_chartgen.publishing import oci

    planned = oci.plan(target, packed, provenance)
    done = oci.publish(planned, oci.connect(planned, ca_file=ca_file, plain_http=plain_http))
    return {"reference": planned.reference, "digest": planned.digest, "already": done.already, "sent": done.sent}


def _to_folder(packed: Archive, provenance: bytes | None, folder: Path, url: str) -> dict[str, Any]:
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.publishing import chart_index

    planned = chart_index.plan(folder, packed, provenance, url=url)
    for name, data in planned.files.items():
        replace_file(folder / name, data)
    chart_index.check(planned, packed)
    reference = f"{folder / packed.filename}"
    return {"reference": reference, "digest": f"sha256:{packed.digest}", "already": planned.already}
