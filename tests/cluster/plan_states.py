"""The states of the Kubilitics release between which upgrades are compared: releases, profiles, changed values."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from kubilitics_chartgen.helm import EmbeddedEngine, Release, documents
from kubilitics_chartgen.kube.schemas import Standing, standing
from kubilitics_chartgen.kube.versions import newest
from tests.cluster.profiles import CHART, PROFILES, merged, profile
from tests.tools import REPOSITORY

__all__ = ["chart_states"]

AI = {"ai": {"enabled": True, "llmProvider": "openai"}}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"backend": {"image": {"tag": "1.2.1"}}},
    {"backend": {"persistence": {"size": "50Gi"}}},
    {"backend": {"persistence": {"storageClass": "premium"}}},
    {"backend": {"persistence": {"enabled": False}}},
    {"frontend": {"replicas": 3}},
    {"frontend": {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 4}}},
    AI,
)


def chart_states(namespace: str) -> list[list[dict[str, Any]]]:
    """The ordinary objects of each state, without custom resources."""
    sources: list[tuple[Path, dict[str, Any]]] = [
        (path, {}) for path in sorted((REPOSITORY / "releases").glob("*.tgz"))
    ]
    sources += [(CHART, merged({}, change)) for change in CHANGES]
    sources += [(CHART, profile(path)) for path in PROFILES]
    states = []
    for chart, values in sources:
        texts = EmbeddedEngine().load(chart).render(values, Release("kubilitics", namespace))
        found = [copy.deepcopy(dict(item.object)) for item in documents(texts) if item.object and not item.is_hook]
        states.append(
            [item for item in found if standing(item["apiVersion"], item["kind"], newest()) is Standing.SERVED]
        )
    return states
