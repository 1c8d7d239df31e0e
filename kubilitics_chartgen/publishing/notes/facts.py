"""What release notes need to know of one chart: its values with their meaning, and what it renders to. Reads the chart.

Each fact is an `Item`, plain text in parts, so that two charts are compared by comparing sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import Document, EmbeddedEngine, Release, documents
from kubilitics_chartgen.kube.pod_security import pod_spec_of, violations
from kubilitics_chartgen.publishing.archive import build_archive
from kubilitics_chartgen.publishing.notes.schema import accepted_values
from kubilitics_chartgen.upgrade import State
from kubilitics_chartgen.upgrade.state import state_of

__all__ = ["ChartFacts", "Item", "Rendered", "read_facts"]

Item = tuple[str, ...]
_PROVIDERS = "files/providers/"
_DEEPEST = 40


@dataclass(frozen=True)
class Rendered:
    """What one set of values renders to."""

    objects: frozenset[Item]
    """(`Kind/name`,)"""
    grants: frozenset[Item]
    """(who, what on, verb)"""
    egress: frozenset[Item]
    """(`Kind/name`, where to)"""
    deviations: frozenset[Item]
    """(`Kind/name`, what the Pod Security Standard `restricted` refuses)"""
    state: State
    """The objects themselves, as an upgrade meets them."""


@dataclass(frozen=True)
class ChartFacts:
    """One chart."""

    name: str
    version: str
    app_version: str
    kube_range: str
    defaults: Mapping[str, Any]
    """Each value's path, dotted, to its default."""
    docs: Mapping[str, str]
    """What values.yaml says of a path."""
    accepted: Mapping[str, tuple[str, ...]]
    """What the schema lets a value be, where that is a list."""
    providers: Mapping[str, str]
    """LLM providers: id to title."""
    rendered: Mapping[str, Rendered | None]
    """Per scenario; None where the chart refuses it."""


def read_facts(chart: Path, scenarios: Mapping[str, Mapping[str, Any]], *, upgrade: bool = False) -> ChartFacts:
    """Read a chart, and render it with each scenario's values, as an installation or as an upgrade."""
    loaded = EmbeddedEngine().load(chart)
    archive = build_archive(chart, date=0)
    defaults = dict(_leaves(loaded.defaults, ()))
    text = archive.files.get(f"{archive.name}/values.yaml", b"").decode("utf-8", "replace")
    rendered: dict[str, Rendered | None] = {}
    for name, values in scenarios.items():
        try:
            texts = loaded.render(values, Release(name=archive.name, upgrade=upgrade))
        except InputError:
            rendered[name] = None
        else:
            rendered[name] = _read(chart, documents(texts))
    return ChartFacts(
        archive.name,
        archive.version,
        str(archive.metadata.get("appVersion") or ""),
        str(archive.metadata.get("kubeVersion") or ""),
        defaults,
        _comments(text),
        accepted_values(loaded.schema or {}, defaults),
        _providers(archive.name, archive.files),
        rendered,
    )


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping) and node and len(path) < _DEEPEST:
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    elif path:
        yield ".".join(path), node


def _comments(text: str) -> dict[str, str]:
    """The comment right above each key."""
    lines = text.splitlines()
    found: dict[str, str] = {}

    def walk(node: yaml.Node | None, path: tuple[str, ...]) -> None:
        if not isinstance(node, yaml.MappingNode) or len(path) > _DEEPEST:
            return
        for key, value in node.value:
            name, above = str(key.value), key.start_mark.line - 1
            block: list[str] = []
            while above >= 0 and lines[above].lstrip().startswith("#"):
                block.insert(0, lines[above].strip().lstrip("#").strip())
                above -= 1
            said = " ".join(" ".join(block).split()).removeprefix("-- ")
            if said:
                found[".".join((*path, name))] = said
            walk(value, (*path, name))

    try:
        walk(yaml.compose(text, Loader=yaml.CSafeLoader), ())
    except yaml.YAMLError:
        return {}  # Helm reads it, or the chart would not have loaded: only the comments are lost
    return found


def _providers(name: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Id to title, from the chart's files/providers."""
    found = {}
    for path, data in files.items():
        if path.startswith(f"{name}/{_PROVIDERS}") and path.endswith(".json"):
            try:
                entry = json.loads(data)
            except ValueError:
                continue
            if isinstance(entry, Mapping) and entry.get("id"):
                found[str(entry["id"])] = str(entry.get("title") or entry["id"])
    return dict(sorted(found.items()))


def _read(chart: Path, rendered: Sequence[Document]) -> Rendered:
    try:
        return _facts_of([each.object for each in rendered if not each.is_test], state_of(rendered, "default"))
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{chart} renders objects of a shape that Kubernetes does not know.") from error


def _facts_of(objects: Sequence[Mapping[str, Any]], state: State) -> Rendered:
    named = [(f"{found.get('kind')}/{(found.get('metadata') or {}).get('name')}", found) for found in objects]
    return Rendered(
        frozenset((name,) for name, _found in named),
        frozenset(item for name, found in named for item in _grants(name, found)),
        frozenset(item for name, found in named for item in _egress(name, found)),
        frozenset((name, str(problem)) for name, found in named for problem in _deviations(found)),
        state,
    )


def _grants(name: str, found: Mapping[str, Any]) -> Iterator[Item]:
    kind = str(found.get("kind"))
    if kind in ("Role", "ClusterRole"):
        for rule in found.get("rules") or ():
            only = f" named {', '.join(sorted(rule['resourceNames']))}" if rule.get("resourceNames") else ""
            for resource in [*(rule.get("resources") or ()), *(rule.get("nonResourceURLs") or ())]:
                for group in rule.get("apiGroups") or ("",):
                    full = f"{resource}.{group}" if group else str(resource)
                    for verb in rule.get("verbs") or ():
                        yield name, f"{full}{only}", str(verb)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        role = found.get("roleRef") or {}
        for subject in found.get("subjects") or ():
            yield name, f"{subject.get('kind')}/{subject.get('name')}", f"{role.get('kind')}/{role.get('name')}"


def _egress(name: str, found: Mapping[str, Any]) -> Iterator[Item]:
    if not str(found.get("kind")).endswith("NetworkPolicy"):
        return
    spec = found.get("spec")
    for rule in (spec.get("egress") if isinstance(spec, Mapping) else None) or ():
        if found.get("apiVersion") != "networking.k8s.io/v1":
            yield name, ", ".join(f"{key}: {value}" for key, value in _scalars(rule, ""))
            continue
        ports = [f"{port.get('protocol', 'TCP')} {port.get('port', 'any port')}" for port in rule.get("ports") or ()]
        peers: Sequence[Mapping[str, Any]] = rule.get("to") or ({},)
        for peer in peers:
            yield name, f"{_peer(peer)}: {', '.join(sorted(ports)) or 'any port'}"


def _scalars(node: Any, key: str) -> Iterator[tuple[str, Any]]:
    """What a policy of another kind says, without its brackets."""
    if isinstance(node, Mapping):
        for inner in sorted(node):
            yield from _scalars(node[inner], str(inner))
    elif isinstance(node, list):
        for item in node:
            yield from _scalars(item, key)
    else:
        yield key, node


def _peer(peer: Mapping[str, Any]) -> str:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        apart = f" except {', '.join(block['except'])}" if block.get("except") else ""
        return f"{block.get('cidr')}{apart}"
    parts = [
        f"{what} {_labels(peer[key])}"
        for key, what in (("podSelector", "pods"), ("namespaceSelector", "in namespaces"))
        if key in peer
    ]
    return " ".join(parts) or "anywhere"


def _labels(selector: Mapping[str, Any] | None) -> str:
    labels = [f"{key}={value}" for key, value in sorted(((selector or {}).get("matchLabels") or {}).items())]
    labels += [json.dumps(rule, sort_keys=True) for rule in (selector or {}).get("matchExpressions") or ()]
    return ", ".join(labels) or "of any label"


def _deviations(found: Mapping[str, Any]) -> Iterator[Any]:
    template = pod_spec_of(found)
    if template is not None:
        yield from violations(template.spec, annotations=template.annotations)
