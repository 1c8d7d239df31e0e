"""Renders the committed chart with embedded Helm, and finds objects in what comes out."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart

from tests.tools import REPOSITORY

CHART = REPOSITORY / "charts" / "kubilitics"
PROFILES = sorted((REPOSITORY / "values").glob("*.yaml"))
AI_ON = {"ai": {"enabled": True}}
AI_SIDE = ("ai", "qdrant", "chromadb", "ollama")
"""The components that are there for AI only."""


class Loader(yaml.CSafeLoader):
    """Reads a plain `=` as text, as Helm and Kubernetes do; PyYAML knows a YAML 1.1 type for it and gives up."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


@dataclass(frozen=True)
class Objects:
    """The objects of one render, with the text each came from."""

    texts: dict[str, str]
    """Template path to rendered text."""

    @functools.cached_property
    def all(self) -> list[dict[str, Any]]:
        """Every object that is installed, in no particular order; without the pods of `helm test`."""
        return self._parsed(are_tests=False)

    @functools.cached_property
    def tests(self) -> list[dict[str, Any]]:
        """The pods that `helm test` runs."""
        return self._parsed(are_tests=True)

    def _parsed(self, *, are_tests: bool) -> list[dict[str, Any]]:
        return [
            document
            for path, text in self.texts.items()
            if path.endswith(".yaml") and ("/tests/" in path) is are_tests
            for document in yaml.load_all(text, Loader=Loader)
            if document
        ]

    @property
    def notes(self) -> str:
        """What Helm prints after an installation."""
        return next(text for path, text in self.texts.items() if path.endswith("NOTES.txt"))

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """The one object of this kind and name."""
        found = [item for item in self.all if (item["kind"], item["metadata"]["name"]) == (kind, name)]
        assert len(found) == 1, f"{len(found)} of {kind}/{name} among {self.names}"
        return found[0]

    @property
    def names(self) -> list[tuple[str, str]]:
        """(kind, name) of every object, sorted."""
        return sorted((item["kind"], item["metadata"]["name"]) for item in self.all)

    def of(self, component: str) -> list[dict[str, Any]]:
        """The objects labelled as this component's."""
        return [item for item in self.all if item["metadata"]["labels"]["app.kubernetes.io/component"] == component]

    def texts_of(self, *components: str) -> dict[str, str]:
        """The text of each template of these components."""
        return {path: text for path, text in self.texts.items() if path.split("/")[2] in components}

    def pods(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(workload's name, pod template) of every workload."""
        for item in self.all:
            if item["kind"] in ("Deployment", "StatefulSet", "Job"):
                yield item["metadata"]["name"], item["spec"]["template"]

    def container(self, workload: str) -> dict[str, Any]:
        """The one container of a Deployment."""
        containers = self.get("Deployment", workload)["spec"]["template"]["spec"]["containers"]
        assert len(containers) == 1
        return containers[0]

    def env(self, workload: str) -> dict[str, Any]:
        """Environment of a Deployment's container: name to value, or to the reference it comes from."""
        return {item["name"]: item.get("value", item.get("valueFrom")) for item in self.container(workload)["env"]}


@functools.cache
def _chart() -> Chart:
    return Chart.load(CHART)


@functools.lru_cache(maxsize=512)
def _render(values: str, release: str, namespace: str) -> Objects:
    return Objects(_chart().render(json.loads(values), name=release, namespace=namespace))


def render(values: dict[str, Any] | None = None, release: str = "kubilitics", namespace: str = "default") -> Objects:
    """Render the chart; raises Helm's error where the values are refused."""
    return _render(json.dumps(values or {}), release, namespace)


def followed(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The schema of a section, also where several values share all or some of it; Kubernetes' own types are not."""
    if "$ref" in node:
        definition = schema["definitions"][node["$ref"].rsplit("/", 1)[1]]
        is_ours = definition.get("type") == "object" or set(definition) == {"properties"}
        meant = {key: value for key, value in definition.items() if is_ours or key != "properties"}
        return followed(schema, {**meant, **{key: value for key, value in node.items() if key == "description"}})
    merged_node = dict(node)
    for reference in node.get("allOf", []):
        definition = followed(schema, reference) if "$ref" in reference else {}
        if "properties" in definition:
            own = {key: part for key, part in merged_node.get("properties", {}).items() if part is not True}
            merged_node = {**definition, **merged_node, "properties": {**definition["properties"], **own}}
    return merged_node


def profile(path: Path) -> dict[str, Any]:
    """The values of a profile."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Values laid over each other as Helm does with several -f."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            both_maps = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both_maps else value
    return result
