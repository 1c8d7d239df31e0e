"""The release that the chart delivers: versions, people, places. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RELEASE", "Maintainer", "Release"]


@dataclass(frozen=True)
class Maintainer:
    """Who answers for the chart."""

    name: str
    url: str


@dataclass(frozen=True)
class Release:
    """What Chart.yaml says of one release."""

    version: str
    """SemVer of the chart and, without a `v`, the tag of the images it names."""
    kube_range: str
    """Kubernetes versions the chart accepts, as a Helm constraint; `-0` lets pre-releases and vendor suffixes in."""
    home: str
    icon: str
    sources: tuple[str, ...]
    """Repositories; the one with the chart and its documentation comes first."""
    chart: str
    """Where the delivery pipeline publishes the chart."""
    maintainers: tuple[Maintainer, ...]


RELEASE = Release(
    version="1.2.0",
    kube_range=">=1.25.0-0",
    home="https://kubilitics.com",
    icon="https://kubilitics.com/logo.svg",
    sources=("https://github.com/kubilitics/kubilitics",),
    chart="oci://ghcr.io/kubilitics/charts/kubilitics",
    maintainers=(Maintainer(name="kubilitics", url="https://github.com/kubilitics"),),
)
