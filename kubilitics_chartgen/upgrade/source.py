"""Where the sides of a plan come from: charts with values, rendered as Helm would. Reads charts and values files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kubilitics_chartgen.helm import Release, RenderRequest, render_chart
from kubilitics_chartgen.upgrade.state import State, state_of

__all__ = ["Side", "Target", "rendered_state"]


@dataclass(frozen=True)
class Side:
    """A chart and its values, as a user names them."""

    chart: Path
    files: tuple[str, ...] = ()
    sets: Sequence[str] = ()


@dataclass(frozen=True)
class Target:
    """Where the release is."""

    release: str
    namespace: str
    kube_version: str | None = None
    """None: the version that the embedded Helm was built for."""


def rendered_state(side: Side, target: Target, *, upgrade: bool) -> State:
    """What the chart renders. Raises InputError for a chart or values that cannot be used."""
    request = RenderRequest(
        side.chart,
        files=side.files,
        sets=tuple(side.sets),
        release=Release(target.release, target.namespace, upgrade=upgrade, kube_version=target.kube_version),
    )
    return state_of(render_chart(request).documents, target.namespace)
