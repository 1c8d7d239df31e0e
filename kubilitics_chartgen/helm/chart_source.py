"""Is this a chart that may be handed to Helm? Reads the folder's or the archive's outline before Helm does.

In: a path as the user wrote it. Out: a `ChartSource`, or an InputError that says what is wrong and what to do. An
archive is read once, and what was checked is what is used.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kubilitics_chartgen.errors import InputError

__all__ = ["MAX_PACKED", "MAX_UNPACKED", "ChartSource", "chart_folder", "open_chart_source"]

MAX_PACKED = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
"""The bound that Helm itself sets for an unpacked chart."""


@dataclass(frozen=True)
class ChartSource:
    """A chart on disk whose outline is sound."""

    path: Path
    archive: bytes | None = None
    """The checked bytes of an archive; None for a folder."""


def open_chart_source(path: Path) -> ChartSource:
    """Check that `path` is a chart folder or a bounded, harmless chart archive."""
    if "://" in str(path) or str(path).startswith(("oci:", "http:", "https:")):
        raise InputError(f"{path} is an address, and charts are read from disk. Fetch it first: helm pull")
    try:
        if path.is_dir():
            if not (path / "Chart.yaml").is_file():
                raise InputError(f"{path} is not a chart: it has no Chart.yaml. Name the folder that holds Chart.yaml.")
            return ChartSource(path)
        if not path.exists():
            raise InputError(f"there is no chart at {path}. Name a chart folder or a .tgz archive.")
        if not path.is_file():
            raise InputError(f"{path} is not a chart: it is neither a folder nor a file.")
        with path.open("rb") as file:
            data = file.read(MAX_PACKED + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_PACKED:
        raise InputError(f"{path} is larger than {MAX_PACKED // 2**20} MiB, which is the limit for a packed chart.")
    _check_archive(path, data)
    return ChartSource(path, data)


@contextmanager
def chart_folder(chart: Path) -> Iterator[Path]:
    """The chart as a folder: an archive is unpacked for as long as it is needed."""
    if chart.is_dir():
        yield chart
        return
    source = open_chart_source(chart)
    with tempfile.TemporaryDirectory(prefix="chartgen-") as place:
        with tarfile.open(fileobj=io.BytesIO(source.archive or b"")) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    below = Path(place, "chart", *Path(member.name).parts[1:])
                    below.parent.mkdir(parents=True, exist_ok=True)
                    below.write_bytes(stream.read())
        yield Path(place, "chart")


def _check_archive(path: Path, data: bytes) -> None:
    if data[:2] != b"\x1f\x8b":
        raise InputError(f"{path} is not a chart: it is neither a folder nor a .tgz archive.")
    names = set()
    try:
        stream: Any = _Bounded(path, gzip.GzipFile(fileobj=io.BytesIO(data)))
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                _check_member(path, member)
                names.add(PurePosixPath(member.name).parts[1:])
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} is a damaged archive: {error}") from error
    if ("Chart.yaml",) not in names:
        raise InputError(f"{path} is not a chart: it holds no Chart.yaml in its top folder.")


def _check_member(path: Path, member: tarfile.TarInfo) -> None:
    name = member.name
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
        raise InputError(f'{path} is not safe to unpack: it holds "{name}", which leads out of the chart.')
    if member.issym() or member.islnk():
        raise InputError(f'{path} is not safe to unpack: "{name}" is a link. Pack the chart with `helm package`.')
    if not (member.isfile() or member.isdir()):
        raise InputError(f'{path} is not safe to unpack: "{name}" is neither a file nor a folder.')


class _Bounded:
    """A stream that gives no more than an unpacked chart may hold."""

    def __init__(self, path: Path, stream: Any) -> None:
        self._path = path
        self._stream = stream
        self._left = MAX_UNPACKED

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise InputError(f"{self._path} unpacks to more than {MAX_UNPACKED // 2**20} MiB, which is the limit.")
        return data
