"""A chart as an archive that comes out byte for byte the same wherever and whenever it is built.

In: a chart folder or archive, and a date. Out: an `Archive` in memory. Helm itself says which files belong in (so
.helmignore means what it means to `helm package`); here they get one order, owner, mode and date.

The compressed bytes are zlib's: a Python that was built with something else in zlib's place packs other bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm import EmbeddedEngine
from kubilitics_chartgen.helm.chart_source import open_chart_source

__all__ = ["Archive", "build_archive", "read_archive", "sha256", "source_date"]

_UNSET = 315532800
"""1980-01-01: the date of files where SOURCE_DATE_EPOCH gives none; tools warn about earlier ones."""
_LAST = 253402300799
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MODE = 0o644


@dataclass(frozen=True)
class Archive:
    """A packed chart."""

    metadata: Mapping[str, Any]
    """What Chart.yaml says."""
    chart_yaml: str
    """Chart.yaml as it stands in the archive."""
    data: bytes
    date: int
    """Seconds since 1970: the newest date in the archive."""

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The chart's version."""
        return str(self.metadata["version"])

    @property
    def filename(self) -> str:
        """The file name that Helm expects."""
        return f"{self.name}-{self.version}.tgz"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the archive, in hex."""
        return sha256(self.data)

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """What the archive holds, by path."""
        return _files(self.data)

    @property
    def timestamp(self) -> str:
        """The date as RFC 3339 writes it."""
        return datetime.fromtimestamp(self.date, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def source_date() -> int:
    """The date that SOURCE_DATE_EPOCH asks for, in seconds since 1970; a fixed one where it is not set."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not text:
        return _UNSET
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > _LAST:
        raise InputError(f"SOURCE_DATE_EPOCH is {text[:40]!r}, and it must be a number of seconds since 1970.")
    return int(text)


def build_archive(chart: Path, *, date: int) -> Archive:
    """Pack the chart; raises InputError where Helm could not load what comes out."""
    loaded = EmbeddedEngine().load(chart)
    packed = loaded.packed()
    files = _files(packed)
    if chart.is_dir():
        _check_links(chart, [name.partition("/")[2] for name in files])
    return read_archive(chart, data=_pack(files, date))


def read_archive(path: Path, *, data: bytes | None = None) -> Archive:
    """An archive on disk, or `data` that would be one at `path`; raises InputError for what is no chart archive."""
    if data is None:
        source = open_chart_source(path)
        if source.archive is None:
            raise InputError(f"{path} is a folder. Pack it first: kubilitics-chartgen package {path}")
        data = source.archive
    metadata, chart_yaml = _metadata(path, data)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        date = max(int(member.mtime) for member in archive)
    return Archive(metadata, chart_yaml, data, date)


def _metadata(path: Path, data: bytes) -> tuple[Mapping[str, Any], str]:
    from kubilitics_chartgen.helm import EmbeddedChart
    from kubilitics_chartgen.helm.chart_source import ChartSource

    metadata = EmbeddedChart(ChartSource(path, data)).metadata
    for key in ("name", "version"):
        if not _NAME.fullmatch(str(metadata.get(key, "")).replace("+", "_")):
            problem = Problem("it must be letters, digits, dots and dashes.", path=key, file="Chart.yaml")
            raise InputError(f"{path} cannot be a chart archive", [problem])
    return metadata, _files(data)[f"{metadata['name']}/Chart.yaml"].decode()


def _files(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                files[member.name] = content.read()
    return files


def _check_links(chart: Path, packed: list[str]) -> None:
    """Helm follows links; what lies outside the chart (a key, a home folder) must not get in by one."""
    root = chart.resolve()
    problems = []
    for link in sorted(path for path in chart.rglob("*") if path.is_symlink()):
        name = link.relative_to(chart).as_posix()
        inside = link.resolve().is_relative_to(root)
        if not inside and any(file == name or file.startswith(f"{name}/") for file in packed):
            problems.append(
                Problem("this link leads out of the chart.", file=name, fix="Copy what it points to, or remove it.")
            )
    if problems:
        raise InputError(f"{chart} cannot be packed", problems)


def _pack(files: Mapping[str, bytes], date: int) -> bytes:
    out = io.BytesIO()
    # No file name and no date in gzip's header; GNU's format writes long names, and whole seconds only.
    with (
        gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=9, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for name in sorted(files, key=lambda name: (name.count("/") != 1 or not name.endswith("/Chart.yaml"), name)):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            member.mode = _MODE
            member.mtime = date
            archive.addfile(member, io.BytesIO(files[name]))
    return out.getvalue()
