"""The cluster must know every kind that is rendered."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.cluster.checks.discovery import Discovery
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status

__all__ = ["check"]

NAME = "kinds"


def check(situation: Situation) -> Iterator[Line]:
    """A line for each missing kind, or one that all are known."""
    discovery = Discovery(situation.cluster)
    wanted = sorted({(str(item.get("apiVersion")), str(item.get("kind"))) for item in situation.needs.objects})
    missing = [pair for pair in wanted if discovery.resource(*pair) is None]
    for api_version, kind in missing:
        source = situation.sources.get((api_version, kind), "")
        fix = f"install what brings it, or turn off what renders {source}".rstrip()
        yield Line(NAME, Status.PROBLEM, f"the cluster knows no {kind} in {api_version}: helm would refuse", fix)
    if not missing:
        yield Line(NAME, Status.FINE, f"the cluster knows all {len(wanted)}")
