"""Where the sides of a plan come from: charts with values, rendered as Helm would, or Helm's record of a release.

Reads charts and values files.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kubilitics_chartgen.cluster import InstalledRelease
from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm import (
    Before,
    EmbeddedChart,
    EmbeddedEngine,
    Keep,
    Release,
    RenderError,
    RenderRequest,
    UpgradeValues,
    Values,
    documents,
    read_values,
    render_chart,
    upgrade_values,
)
from kubilitics_chartgen.helm.reuse import laid_over
from kubilitics_chartgen.upgrade.state import State, state_of

__all__ = ["Running", "Side", "Target", "recorded", "rendered_state", "running", "shown_paths", "upgraded"]

_NAMED = 8
"""How many missing keys are named."""


@dataclass(frozen=True)
class Side:
    """A chart and its values, as a user names them."""

    chart: Path
    files: tuple[str, ...] = ()
    sets: Sequence[str] = ()
    reference: str = ""
    """Where in a registry the chart was fetched from; empty for one on disk."""
    stdin: bytes = field(default=b"", repr=False)
    """What `-` among the files stands for: standard input can be read once, and both sides may be given it."""

    def values(self, *, sets: bool = True) -> Values:
        """What the files say, with `sets` over them if wanted. Raises InputError with every problem at once."""
        return read_values(self.files, sets=self.sets if sets else (), stdin=io.BytesIO(self.stdin))

    @property
    def name(self) -> str:
        """The chart as the user named it."""
        return self.reference or str(self.chart)


@dataclass(frozen=True)
class Target:
    """Where the release is."""

    release: str
    namespace: str
    kube_version: str | None = None
    """None: the version that the embedded Helm was built for."""


@dataclass(frozen=True)
class Running:
    """The old side: what runs, and with which values."""

    state: State
    values: Before
    chart: str
    """The chart's name."""


def rendered_state(side: Side, target: Target, *, upgrade: bool) -> State:
    """What the chart renders with its values. Raises InputError for a chart or values that cannot be used."""
    return _state(side, side.values(), target, upgrade=upgrade)


def running(side: Side, target: Target) -> Running:
    """The old side as its chart renders it. Raises InputError for a chart or values that cannot be used."""
    chart = EmbeddedEngine().load(side.chart)
    given = side.values()
    state = _state(side, given, target, upgrade=False)
    return Running(state, Before(given.data, chart.coalesce(given.data)), str(chart.metadata.get("name")))


def recorded(installed: InstalledRelease) -> Running:
    """What Helm has recorded of a release."""
    texts = {"record/manifest.yaml": installed.manifest}
    texts.update({f"record/hook-{number}.yaml": text for number, text in enumerate(installed.hooks)})
    effective = laid_over(installed.values, installed.defaults)
    state = state_of(documents(texts), installed.namespace)
    return Running(state, Before(installed.values, effective), installed.chart)


def upgraded(side: Side, before: Running, target: Target, keep: Keep) -> tuple[State, UpgradeValues]:
    """What the new chart renders with the values that the upgrade gives it. Raises InputError."""
    chart = EmbeddedEngine().load(side.chart)
    name = str(chart.metadata.get("name"))
    if name != before.chart:
        raise InputError(
            f"{target.release} in {target.namespace} is a release of the chart {before.chart}, and {side.name} is "
            f"{name}: an upgrade would replace everything. Name the right chart, or the right release with --release "
            "and --namespace."
        )
    values = upgrade_values(side.values(), before.values, keep, chart.defaults)
    try:
        with _rebased(chart, values.defaults) as path:
            return _state(replace(side, chart=path), values.values, target, upgrade=True), values
    except RenderError as error:
        if not values.kept:
            raise
        problems = [*(error.problems or (Problem(error.summary),)), *_lacking(values.lacking)]
        how = keep.option or "as no value is given, those of before are kept"
        raise InputError(f"{side.name} does not take the values of before ({how})", problems) from error


@contextmanager
def _rebased(chart: EmbeddedChart, defaults: Mapping[str, Any] | None) -> Iterator[Path]:
    """Where the chart is, with other defaults if there are any."""
    if defaults is None:
        yield chart.source.path
        return
    with tempfile.TemporaryDirectory(prefix="chart-") as folder:
        path = Path(folder) / "chart.tgz"
        path.write_bytes(chart.with_defaults(defaults))
        yield path


def _lacking(paths: tuple[str, ...]) -> list[Problem]:
    if not paths:
        return []
    message = f"the reused values lack what the new chart has added: {shown_paths(paths)}."
    return [Problem(message, fix=f"Upgrade with {Keep.given.option}, or give them.")]


def shown_paths(paths: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def _state(side: Side, values: Values, target: Target, *, upgrade: bool) -> State:
    request = RenderRequest(
        side.chart,
        values=(values,),
        release=Release(target.release, target.namespace, upgrade=upgrade, kube_version=target.kube_version),
    )
    return state_of(render_chart(request).documents, target.namespace)
