"""Versions and ranges as the compatibility matrix reads them. Pure.

A version is what an image's tag says: `1.2.0`, `v1.2.0`, `1.3.0-rc.1`, `1.2.0+build.5` (`_` for `+`, which no tag may
hold). Anything else, such as `latest`, `1.2` or a digest alone, names no single release and cannot be judged.

A range is `>=1.1.0, <1.2.0`, either half of that, or `=1.1.5`: the part of the range languages that Helm, Rust's Cargo
and SemVer libraries read alike. A pre-release is judged as the release it leads to, so ranges never hold one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["VERSION_PATTERN", "Number", "Range", "Version", "kubernetes_version", "number_text"]

Number = tuple[int, int, int]
"""Major, minor, patch."""

_PART = "(0|[1-9][0-9]{0,8})"
VERSION_PATTERN = f"^v?{_PART}[.]{_PART}[.]{_PART}(-[0-9A-Za-z.-]+)?([+_][0-9A-Za-z.-]+)?$"
"""Also in the exported matrix. At most nine digits, because readers in other languages overflow beyond."""
_VERSION = re.compile(VERSION_PATTERN.replace("$", r"\Z"))
_KUBERNETES = re.compile(r"^v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?")
_RANGE = re.compile(
    rf"(?:>=(?P<from>{_PART}[.]{_PART}[.]{_PART}))?(?:(?(from), )<(?P<to>{_PART}[.]{_PART}[.]{_PART}))?"
)
_EXACT = re.compile(rf"=({_PART}[.]{_PART}[.]{_PART})")


@dataclass(frozen=True)
class Version:
    """One release, or a pre-release of one."""

    number: Number
    prerelease: str = ""

    @classmethod
    def read(cls, text: str) -> Version | None:
        """What a tag says; None where it names no single release. What stands behind an `@` is not read."""
        found = _VERSION.match(text.split("@", 1)[0])
        if not found:
            return None
        major, minor, patch, prerelease, _ = found.groups()
        return cls((int(major), int(minor), int(patch)), (prerelease or "")[1:])

    def __str__(self) -> str:
        return number_text(self.number) + (f"-{self.prerelease}" if self.prerelease else "")


def number_text(number: Number) -> str:
    """`1.2.0`."""
    return ".".join(map(str, number))


def kubernetes_version(text: str) -> Version | None:
    """A version of Kubernetes; `1.29` and what vendors hang on, as in `v1.29.3-gke.100`, are read as well."""
    found = _KUBERNETES.match(text)
    return Version((int(found[1]), int(found[2]), int(found[3] or 0))) if found else None


@dataclass(frozen=True)
class Range:
    """Versions from one, included, up to another, excluded; None leaves that end open."""

    start: Number | None
    end: Number | None

    @classmethod
    def read(cls, text: str) -> Range:
        """Raises ValueError with a sentence for what is no range, or a range that holds nothing."""
        exact = _EXACT.fullmatch(text)
        if exact:
            only = _number(exact[1])
            return cls(only, (only[0], only[1], only[2] + 1))
        found = _RANGE.fullmatch(text)
        if not found or not text:
            raise ValueError(f'"{text}" is not a range such as ">=1.1.0, <1.2.0", ">=1.1.0", "<1.2.0" or "=1.1.5"')
        start = _number(found["from"]) if found["from"] else None
        end = _number(found["to"]) if found["to"] else None
        if end is not None and (start or (0, 0, 0)) >= end:
            raise ValueError(f'"{text}" holds no version')
        return cls(start, end)

    def holds(self, number: Number) -> bool:
        """Whether a release lies in it."""
        return (self.start is None or number >= self.start) and (self.end is None or number < self.end)


def _number(text: str) -> Number:
    major, minor, patch = text.split(".")
    return int(major), int(minor), int(patch)
