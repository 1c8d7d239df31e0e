"""The chart must accept this Kubernetes, which should be one that this program knows."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.cluster.preflight import Line, Situation, Status
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.versions import in_range
from kubilitics_chartgen.kube.versions import parse_version, supported

__all__ = ["check"]

NAME = "Kubernetes version"


def check(situation: Situation) -> Iterator[Line]:
    """One line."""
    found = situation.version
    wanted = situation.chart_kube_range
    if wanted and not in_range(found, wanted):
        fix = "upgrade the cluster"
        if in_range(found.partition("-")[0], wanted):
            fix = "Helm takes what follows the dash for a pre-release: the chart's kubeVersion must end in -0"
        yield Line(NAME, Status.PROBLEM, f"{found}, but the chart needs {wanted}", fix)
        return
    try:
        parse_version(found)
    except InputError:
        span = f"{supported()[0].name} to {supported()[-1].name}"
        yield Line(NAME, Status.WARNING, f"{found} is not among the versions this program knows ({span})")
        return
    yield Line(NAME, Status.FINE, found)
