"""What a strict API server of the cluster's version would refuse for its shape alone."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.cluster.preflight import Line, Situation, Status

__all__ = ["check"]

NAME = "objects"


def check(situation: Situation) -> Iterator[Line]:
    """A line for each object that is malformed, or one that none is."""
    for item, problems in situation.malformed:
        name = (item.get("metadata") or {}).get("name") if isinstance(item.get("metadata"), dict) else ""
        message = f"{item.get('kind')}/{name} would be refused: {'; '.join(problems)}"
        yield Line(NAME, Status.PROBLEM, message, "change the values, or the chart, that render it")
    if not situation.malformed:
        yield Line(NAME, Status.FINE, f"all {len(situation.needs.objects)} are well-formed")
