"""Charts that nobody should use, and what a user is told about each."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["BAD_CHARTS", "packed"]

CHART_YAML = b"apiVersion: v2\nname: kubilitics\nversion: 9.0.0\n"


def packed(path: Path, *members: tuple[str | tarfile.TarInfo, bytes], chart_yaml: bytes = CHART_YAML) -> Path:
    """An archive with a Chart.yaml and these members."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in (("kubilitics/Chart.yaml", chart_yaml), *members):
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def _truncated(path: Path) -> Path:
    whole = packed(path).read_bytes()
    path.write_bytes(whole[:-20])
    return path


def _linked(path: Path) -> Path:
    member = tarfile.TarInfo("kubilitics/values.yaml")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return packed(path, (member, b""))


def _bomb(path: Path) -> Path:
    header = tarfile.TarInfo("kubilitics/zeros")
    header.size = 2 * 1024**3
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write(header.tobuf())
        for _ in range(128):
            stream.write(bytes(1024 * 1024))
    return path


BAD_CHARTS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated": (_truncated, "is a damaged archive"),
    "reaches out": (lambda path: packed(path, ("kubilitics/../../x", b"")), "which leads out of the chart"),
    "absolute": (lambda path: packed(path, ("/etc/cron.d/x", b"")), "which leads out of the chart"),
    "a link": (_linked, '"kubilitics/values.yaml" is a link'),
    "gigabytes": (_bomb, "unpacks to more than 100 MiB, which is the limit"),
    "a later format": (
        lambda path: packed(path, chart_yaml=CHART_YAML.replace(b"v2", b"v3")),
        "has the chart format v3, and known are v1 and v2",
    ),
    "a later Kubernetes": (
        lambda path: packed(path, chart_yaml=CHART_YAML + b'kubeVersion: ">=1.45.0"\n'),
        "chart requires kubeVersion: >=1.45.0",
    ),
}
"""What is wrong, how such a chart is made at a path, and what is said."""
