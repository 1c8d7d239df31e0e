"""Chart.yaml as `ct lint` wants it: of the right shape (by yamale), a SemVer version, and with maintainers.

yamale comes with the extra `lint`; without it the shape is not judged, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

from kubilitics_chartgen.helm.versions import is_semver
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["FILE", "NAME", "check"]

NAME = "chart-metadata"
FILE = "Chart.yaml"


def check(subject: Subject) -> Sequence[Finding]:
    """What is wrong with Chart.yaml."""
    return [*_shape(subject), *_version(subject), *_maintainers(subject)]


def _finding(subject: Subject, message: str, path: str = "", fix: str = "") -> Finding:
    keys = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = subject.chart.metadata.place(keys)
    return Finding(NAME, Severity.ERROR, message, FILE, place.line if place else 1, path, fix)


def _shape(subject: Subject) -> Iterator[Finding]:
    try:
        import yamale
    except ImportError:
        message = "yamale is not installed: the shape of Chart.yaml was NOT judged"
        yield Finding(NAME, Severity.WARNING, message, FILE, fix="Install the extra: kubilitics-chartgen[lint]")
        return
    text = resources.files(__package__).joinpath("chart_schema.yaml").read_text(encoding="utf-8")
    results = yamale.validate(
        yamale.make_schema(content=text), [(subject.chart.metadata.data, FILE)], _raise_error=False
    )
    for error in (error for result in results for error in result.errors):
        path, _, message = str(error).partition(": ")
        yield _finding(subject, _sentence(message), path)


def _sentence(message: str) -> str:
    if message == "Required field missing":
        return "this is missing"
    return "this key is not known in Chart.yaml" if message == "Unexpected element" else message.rstrip(".")


def _version(subject: Subject) -> Iterator[Finding]:
    version = subject.chart.metadata.data.get("version")
    if isinstance(version, str) and not is_semver(version):
        message = f"{version!r} is not a SemVer 2 version"
        yield _finding(subject, message, "version", "Write three numbers, such as 1.4.0 or 1.4.0-rc.1.")


def _maintainers(subject: Subject) -> Iterator[Finding]:
    metadata: dict[str, Any] = subject.chart.metadata.data
    maintainers = metadata.get("maintainers")
    if metadata.get("deprecated") is True:
        if maintainers:
            yield _finding(subject, "a deprecated chart must not have maintainers", "maintainers", "Remove them.")
    elif not maintainers:
        yield _finding(subject, "the chart has no maintainers", "maintainers", "List at least one, by name.")
