"""Renders a chart with embedded Helm and asks the checks, as a sweep does for each configuration."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kubilitics_chartgen.helm import EmbeddedEngine, Release, documents, read_chart_settings
from kubilitics_chartgen.helm.yaml_objects import yaml_object
from kubilitics_chartgen.kube.versions import KubeVersion, supported
from kubilitics_chartgen.verify.checks import (
    CHECKS,
    ChartCheck,
    Context,
    Document,
    DocumentCheck,
    Fault,
    Meanings,
    read_declared,
)

EXAMPLES = Path(__file__).parent / "examples"
RELEASE = "shop"


@functools.cache
def _engine(chart: Path) -> Any:
    return EmbeddedEngine().load(chart)


def rendered(chart: Path, values: Mapping[str, Any] | None = None, kube_version: str | None = None) -> list[Document]:
    """Every object of a chart, test pods included."""
    texts = _engine(chart).render(values or {}, Release(RELEASE, "store", kube_version=kube_version))
    return [Document(item.source, 1, item.text, item.object) for item in documents(texts)]


def context(
    chart: Path | None = None, versions: tuple[KubeVersion, ...] = (), values: Mapping[str, Any] | None = None
) -> Context:
    """What the objects of a chart are judged against: all supported versions, unless some are named."""
    if chart is None:
        return Context(versions or supported(), "store", RELEASE)
    declared = read_declared(read_chart_settings(chart))
    meant = Meanings(declared).of(_engine(chart).coalesce(values or {}))
    return Context(versions or supported(), "store", RELEASE, declared, meant)


def judged(items: Iterable[Document], against: Context, *names: str) -> list[tuple[str, Fault]]:
    """(check, fault) of everything that the named checks find, of all checks where none is named."""
    items = list(items)
    found = []
    for check in CHECKS:
        if names and check.name not in names:
            continue
        if isinstance(check, DocumentCheck):
            found += [(check.name, fault) for item in items for fault in check.check(item, against)]
        elif isinstance(check, ChartCheck):
            facts = [(item, fact) for item in items if (fact := check.facts(item)) is not None]
            found += [(check.name, fault) for fault in check.join(facts, against)]
    return found


def document(text: str) -> Document:
    """One object from YAML, read as Helm reads it."""
    return Document("chart/templates/x.yaml", 1, text, yaml_object(text))


def of(obj: Mapping[str, Any]) -> Document:
    """One object from plain data."""
    import yaml

    return document(yaml.safe_dump(dict(obj), sort_keys=False))
