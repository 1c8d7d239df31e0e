"""The Kubernetes versions we speak of, and how people write them. No I/O beyond the list of packaged schemas.

In: texts such as `1.30`, `v1.30.2`, `1.25-1.37`, `1.30,1.32`. Out: `KubeVersion` values, which compare by number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.kube.packaged import minors

__all__ = ["KubeVersion", "newest", "parse_version", "parse_versions", "supported"]

# A cluster's own version may carry more: `v1.30.2+k3s1`, `1.29.4-gke.1043002`, `1.30+`.
_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?:\+|[-+][A-Za-z][\w.+-]*)?")
_RANGE = re.compile(r"(v?\d+\.\d+(?:\.\d+)?)\s*-\s*(v?\d+\.\d+(?:\.\d+)?)")


@dataclass(frozen=True, order=True)
class KubeVersion:
    """One version of Kubernetes; `patch` is 0 where only the minor version was named."""

    major: int
    minor: int
    patch: int = 0

    @property
    def name(self) -> str:
        """Major and minor, as in `1.30`: what schemas and API removals depend on."""
        return f"{self.major}.{self.minor}"

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def supported() -> tuple[KubeVersion, ...]:
    """The minor versions that can be checked, oldest first."""
    return tuple(KubeVersion(1, minor) for minor in minors())


def newest() -> KubeVersion:
    """The newest supported minor version."""
    return supported()[-1]


def _span() -> str:
    return f"{supported()[0].name} to {supported()[-1].name}"


def _parse(text: str) -> KubeVersion | Problem:
    match = _VERSION.fullmatch(text)
    if not match:
        return Problem(f"{text!r} is not a Kubernetes version.", fix="Write it as 1.30, or 1.30.2.")
    version = KubeVersion(int(match[1]), int(match[2]), int(match[3] or 0))
    if version.name not in {known.name for known in supported()}:
        return Problem(f"Kubernetes {version.name} is not supported.", fix=f"Supported are {_span()}.")
    return version


def parse_version(text: str) -> KubeVersion:
    """One supported version from `1.30`, `v1.30.2` or what a cluster reports (`v1.30.2+k3s1`); raises `InputError`."""
    version = _parse(text.strip())
    if isinstance(version, Problem):
        raise InputError("The Kubernetes version cannot be used.", [version])
    return version


def _parse_range(low_text: str, high_text: str) -> list[KubeVersion | Problem]:
    low, high = _parse(low_text), _parse(high_text)
    if isinstance(low, Problem) or isinstance(high, Problem):
        return [end for end in (low, high) if isinstance(end, Problem)]
    if low > high:
        return [Problem(f"The range {low_text}-{high_text} runs backwards.", fix=f"Write {high_text}-{low_text}.")]
    between = (known for known in supported() if low.name != known.name != high.name and low < known < high)
    return [low, *between, high]


def parse_versions(text: str) -> tuple[KubeVersion, ...]:
    """All versions that a list such as `1.25-1.28,1.30,v1.32.1` names, oldest first, each once.

    A range holds both its ends. Raises `InputError` with every part that cannot be used.
    """
    found: list[KubeVersion | Problem] = []
    for part in (piece.strip() for piece in text.split(",")):
        if match := _RANGE.fullmatch(part):
            found += _parse_range(match[1], match[2])
        elif part:
            found.append(_parse(part))
        else:
            found.append(Problem("A version is missing.", fix="Write a list such as 1.30,1.32 or 1.25-1.37."))
    problems = [item for item in found if isinstance(item, Problem)]
    if problems:
        raise InputError(f"The Kubernetes versions {text!r} cannot be used.", problems)
    return tuple(sorted({item for item in found if isinstance(item, KubeVersion)}))
