"""All files of a release, as one mapping of names to bytes: what `package` writes. No writing here.

In: a packed chart and what belongs beside it. Out: the files, with SHA256SUMS over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.publishing.archive import sha256

__all__ = ["SUMS", "checksums", "foreign_files"]

SUMS = "SHA256SUMS"
_LINE = re.compile(r"[0-9a-f]{64}  ([^/\n]+)")


def checksums(files: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS over the files, as `sha256sum --check` reads it."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def foreign_files(folder: Path) -> list[str]:
    """What lies in the folder and was not written by an earlier `package`: names that its SHA256SUMS does not list."""
    try:
        there = {path.name for path in folder.iterdir()}
        known = set()
        if SUMS in there:
            known = {SUMS, *_LINE.findall((folder / SUMS).read_text(encoding="utf-8", errors="replace"))}
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}. Name another folder.") from error
    return sorted(there - known)
