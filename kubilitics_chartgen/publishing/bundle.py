"""All files of a release, as one mapping of names to bytes: what `package` writes. Reads a folder; writes nothing.

In: a packed chart, its signature, the images it names. Out: the files, with SHA256SUMS over all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.publishing.archive import Archive, sha256
from kubilitics_chartgen.publishing.inventory import ImageUse
from kubilitics_chartgen.publishing.mirror import mirror_script
from kubilitics_chartgen.publishing.sbom import sbom

__all__ = ["SUMS", "bundle", "foreign_files", "listed_sums"]

SUMS = "SHA256SUMS"
_LINE = re.compile(r"^([0-9a-f]{64})  ([^/\n]+)$", re.MULTILINE)


def bundle(archive: Archive, uses: Sequence[ImageUse], *, provenance: bytes | None = None) -> dict[str, bytes]:
    """The files by name: the archive, its signature, its parts, its images, the mirror script, the checksums."""
    images = [use.image for use in uses]
    title = f"{archive.name} {archive.version}"
    files = {
        archive.filename: archive.data,
        f"{archive.name}-{archive.version}.cdx.json": _json(sbom(archive, uses)),
        "images.json": _json(
            {"chart": archive.name, "version": archive.version, "images": [use.as_dict() for use in uses]}
        ),
        "images.txt": "".join(f"{image}\n" for image in images).encode(),
        "mirror.sh": mirror_script(title, images).encode(),
    }
    if provenance is not None:
        files[f"{archive.filename}.prov"] = provenance
    return {**files, SUMS: _checksums(files)}


def _json(document: object) -> bytes:
    return f"{json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)}\n".encode()


def _checksums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def foreign_files(folder: Path) -> list[str]:
    """What lies in the folder and was not written by an earlier `package`: names that its SHA256SUMS does not list."""
    try:
        there = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}. Name another folder.") from error
    known = listed_sums(folder / SUMS)
    return sorted(there - known.keys() - ({SUMS} if known else set()))


def listed_sums(file: Path) -> dict[str, str]:
    """File names to SHA-256, as a SHA256SUMS file lists them; empty where there is none."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    return {name: digest for digest, name in _LINE.findall(text)}
