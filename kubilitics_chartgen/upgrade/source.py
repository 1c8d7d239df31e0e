"""Where the sides of a plan come from: charts with values, rendered as Helm would. Reads charts and values files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kubilitics_chartgen.cluster import InstalledRelease
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import EmbeddedEngine, Release, RenderRequest, documents, render_chart
from kubilitics_chartgen.upgrade.state import State, state_of

__all__ = ["Side", "Target", "recorded_state", "rendered_state"]


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


def recorded_state(installed: InstalledRelease, new: Path) -> State:
    """What Helm has recorded of a release. Raises InputError where `new` is another chart."""
    name = EmbeddedEngine().load(new).metadata.get("name")
    if name != installed.chart:
        raise InputError(
            f"{installed.name} in {installed.namespace} is a release of the chart {installed.chart}, and {new} is "
            f"{name}: an upgrade would replace everything. Name the right release with --release and --namespace."
        )
    texts = {"record/manifest.yaml": installed.manifest}
    texts.update({f"record/hook-{number}.yaml": text for number, text in enumerate(installed.hooks)})
    return state_of(documents(texts), installed.namespace)
