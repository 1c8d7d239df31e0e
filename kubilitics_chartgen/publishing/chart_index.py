"""Publishes a packed chart into a classic chart repository: a folder with index.yaml, served as static files.

In: the folder, an archive, its signature. Out: a plan of the files to write, the index last, so that an interrupted run
publishes nothing and can be repeated. A version that is there already is never replaced. Reads the folder; the caller
writes, and asks `check` afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing.archive import Archive, sha256

__all__ = ["INDEX", "IndexPlan", "check", "plan"]

INDEX = "index.yaml"
_MAX_INDEX = 20 * 1024 * 1024


@dataclass(frozen=True)
class IndexPlan:
    """What to write, in this order."""

    folder: Path
    files: Mapping[str, bytes]
    already: bool
    """Whether the version is there, with the same content; then there is nothing to write."""


def plan(folder: Path, archive: Archive, provenance: bytes | None, *, url: str = "") -> IndexPlan:
    """What publishing would write; raises InputError where the version is there with other content."""
    from kubilitics_chartgen.helm.yaml_write import yaml_text

    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise InputError(f"{url!r} is no address of a chart repository. Write it as https://charts.example.")
    wanted = {archive.filename: archive.data}
    if provenance is not None:
        wanted[f"{archive.filename}.prov"] = provenance
    index = _read_index(folder)
    listed = index["entries"].setdefault(archive.name, [])
    same = _same(listed, archive)
    for entry in same:
        if _digest(entry) != archive.digest:
            raise _published(folder, archive, str(entry.get("digest")))
    for name, data in wanted.items():
        there = _bytes(folder / name)
        if there is not None and there != data:
            raise _published(folder, archive, f"{name} is sha256:{sha256(there)}")
    if same and all((folder / name).is_file() for name in wanted):
        return IndexPlan(folder, {}, already=True)
    if not same:
        place = f"{url.rstrip('/')}/{archive.filename}" if url else archive.filename
        entry = {**archive.metadata, "created": archive.timestamp, "digest": archive.digest, "urls": [place]}
        listed.insert(0, entry)
        index["generated"] = max(str(index.get("generated") or ""), archive.timestamp)
    return IndexPlan(folder, {**wanted, INDEX: yaml_text(index).encode()}, already=False)


def check(planned: IndexPlan, archive: Archive) -> None:
    """Read back what was written; raises ToolError where it is not what was published."""
    listed = _read_index(planned.folder)["entries"].get(archive.name, [])
    digests = [_digest(entry) for entry in _same(listed, archive)]
    data = _bytes(planned.folder / archive.filename)
    if digests != [archive.digest] or data is None or sha256(data) != archive.digest:
        raise ToolError(f"{planned.folder} does not hold what was published as {archive.filename}.")


def _same(listed: list[Any], archive: Archive) -> list[dict[str, Any]]:
    """The entries of this version; others may hold what no index should."""
    return [entry for entry in listed if isinstance(entry, dict) and entry.get("version") == archive.version]


def _digest(entry: Mapping[str, Any]) -> str:
    return str(entry.get("digest", "")).removeprefix("sha256:")


def _published(folder: Path, archive: Archive, there: str) -> InputError:
    return InputError(
        f"{archive.filename} is published already in {folder}, with other content ({there}). "
        "A published version is never replaced: raise the version."
    )


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error


def _read_index(folder: Path) -> dict[str, Any]:
    from kubilitics_chartgen.helm import parse_values

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder, so it can be no chart repository.")
    data = _bytes(folder / INDEX)
    if data is None:
        return {"apiVersion": "v1", "entries": {}, "generated": ""}
    if len(data) > _MAX_INDEX:
        raise InputError(f"{folder / INDEX} is larger than {_MAX_INDEX // 2**20} MiB, which is the limit.")
    try:
        index = parse_values(data.decode("utf-8", "replace"), name=str(folder / INDEX)).data
    except InputError as error:
        message = f"{folder / INDEX} is no index of a chart repository. Nothing was written."
        raise InputError(message, error.problems) from error
    entries = index.get("entries")
    if index.get("apiVersion") != "v1" or not isinstance(entries, (dict, type(None))):
        raise InputError(f"{folder / INDEX} is no index of a chart repository: it has no entries. Nothing was written.")
    if not all(isinstance(listed, list) for listed in (entries or {}).values()):
        raise InputError(f"{folder / INDEX} is no index of a chart repository: an entry is no list.")
    return {**index, "entries": entries or {}}
