"""What no object shows: definitions that Helm never upgrades, and how far the rules were tried. Reads the charts."""

from __future__ import annotations

from pathlib import Path

from kubilitics_chartgen.helm import EmbeddedEngine
from kubilitics_chartgen.kube.updates import PROBED
from kubilitics_chartgen.kube.versions import KubeVersion

__all__ = ["notes_on"]


def notes_on(old: Path | None, new: Path, version: KubeVersion) -> tuple[str, ...]:
    """Sentences; `old` is None where the old chart is not at hand."""
    found = []
    before = _definitions(old) if old else {}
    changed = [name for name, text in _definitions(new).items() if before.get(name) != text]
    if changed:
        found.append(
            f"Helm neither upgrades nor adds what lies in crds/ in an upgrade. Apply it first: {', '.join(changed)}"
        )
    if version.minor not in PROBED:
        tried = ", ".join(f"1.{minor}" for minor in PROBED)
        found.append(
            f"the rules for Kubernetes {version.name} come from its sources; a server was asked for those of {tried}"
        )
    return tuple(found)


def _definitions(chart: Path) -> dict[str, str]:
    return {name.partition("/")[2]: text for name, text in EmbeddedEngine().load(chart).definitions.items()}
