"""Values that templates ask for and that neither the defaults nor a schema names. Pure.

A chart's author often leaves a value out of values.yaml, or comments it out, and asks for it all the same. What it may
be, only the templates tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from kubilitics_chartgen.verify.analysis.reads import Read, Use
from kubilitics_chartgen.verify.analysis.values import ANY
from kubilitics_chartgen.verify.dependencies import TemplateDependencies
from kubilitics_chartgen.verify.space.examples import kubernetes_example
from kubilitics_chartgen.verify.space.factors import MISSING, Path

__all__ = ["Asked", "asked_of_elements", "is_unnamed", "often_meant", "unnamed_values", "usual_value", "without_ways"]

T = TypeVar("T")

_NAMES: dict[str, Any] = {
    "automountServiceAccountToken": False,
    "digest": "sha256:" + "0123456789abcdef" * 4,
    "dnsConfig": {"nameservers": ["192.0.2.1"]},
    "dnsPolicy": "Default",
    "hostNetwork": False,
    "imagePullSecrets": [{"name": "example"}],
    "interval": "30s",
    "maxUnavailable": 1,
    "minAvailable": 1,
    "minReadySeconds": 10,
    "nodeSelector": {"example.com/disk": "fast"},
    "podSecurityContext": {"fsGroup": 1000},
    "progressDeadlineSeconds": 60,
    "replicaCount": 2,
    "replicas": 2,
    "revisionHistoryLimit": 2,
    "scheme": "https",
    "scrapeTimeout": "10s",
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000},
    "terminationGracePeriodSeconds": 60,
    "volumeMounts": kubernetes_example("extraVolumeMounts"),
    "volumes": kubernetes_example("extraVolumes"),
}
"""What Kubernetes means by these names, of which a schema says what they may be."""
_VARIABLES = [{"name": "EXAMPLE", "value": "example"}]
_SOURCES = [{"configMapRef": {"name": "example", "optional": True}}]
_PROBE = {"exec": {"command": ["true"]}}
_RELABELINGS = [{"action": "drop", "sourceLabels": ["example"], "regex": "example"}]
_OFTEN: dict[str, Any] = {
    "accessModes": ["ReadWriteOnce"],
    "args": ["--example"],
    "command": ["example"],
    "customLivenessProbe": _PROBE,
    "customReadinessProbe": _PROBE,
    "customStartupProbe": _PROBE,
    "env": _VARIABLES,
    "envFrom": _SOURCES,
    "extraArgs": ["--example"],
    "extraDeploy": kubernetes_example("extraObjects"),
    "extraEnv": _VARIABLES,
    "extraEnvFrom": _SOURCES,
    "extraEnvVars": _VARIABLES,
    "extraInitContainers": kubernetes_example("initContainers"),
    "extraManifests": kubernetes_example("extraObjects"),
    "livenessProbe": _PROBE,
    "metricRelabelings": _RELABELINGS,
    "readinessProbe": _PROBE,
    "relabelings": _RELABELINGS,
    "startupProbe": _PROBE,
    "strategy": {"type": "RollingUpdate"},
    "tls": [{"secretName": "example-tls"}],
    "tokenRequests": [{"audience": "example"}],
    "updateStrategy": {"type": "RollingUpdate"},
}
"""What Kubernetes, or the Prometheus Operator, means by these names, which some charts use for other things. What may
mean several things to Kubernetes itself, such as `ports` or `rules`, is not among them."""


@dataclass(frozen=True)
class Asked:
    """What templates do with something in the elements of a list."""

    guess: Any
    """What it may be, MISSING where no guess can be made."""
    needed: bool
    """Whether a template takes it without asking whether it is there."""
    decides: bool
    """Whether a condition depends on it."""


def asked_of_elements(templates: Iterable[TemplateDependencies]) -> dict[Path, Asked]:
    """What templates ask of the elements of lists, and of maps of which they do not know the keys."""
    asked, decides = _reads(templates, lambda path: ANY in path)
    return {
        path: Asked(
            _guess(path, reads, path in decides),
            any(not read.guarded and read.use is Use.VALUE for read in reads),
            path in decides,
        )
        for path, reads in asked.items()
    }


def unnamed_values(
    templates: Iterable[TemplateDependencies], defaults: Mapping[str, Any], *, others: Collection[str] = ()
) -> dict[Path, Any]:
    """Each with a guess of what it may be, MISSING where none can be made.

    `others` are keys that belong to charts inside the chart, which have defaults of their own.
    """
    asked, decides = _reads(
        templates, lambda path: bool(path) and ANY not in path and path[0] not in others and is_unnamed(path, defaults)
    )
    return {path: _guess(path, reads, path in decides) for path, reads in without_ways(asked).items()}


def without_ways(found: Mapping[Path, T]) -> dict[Path, T]:
    """The same without the paths that lead to others of them."""
    ways = {path[:length] for path in found for length in range(1, len(path))}
    return {path: each for path, each in found.items() if path not in ways}


def _reads(
    templates: Iterable[TemplateDependencies], wanted: Callable[[Path], bool]
) -> tuple[dict[Path, list[Read]], set[Path]]:
    """The reads of each path that is wanted, and the paths on which conditions depend."""
    asked: dict[Path, list[Read]] = {}
    decides: set[Path] = set()
    for template in templates:
        decides |= template.controls
        for read in template.reads:
            if wanted(read.path):
                asked.setdefault(read.path, []).append(read)
    return asked, decides


def usual_value(path: Path) -> Any:
    """What Kubernetes means by a value of this name; MISSING where none is known."""
    name = path[-1]
    usual = _NAMES.get(name, MISSING if name in _OFTEN else kubernetes_example(name))
    if usual is MISSING and name.lower().endswith(("annotations", "labels")):
        # Another key for each, because templates put several of them into one map.
        own = re.sub("[^a-z0-9]+", "-", "-".join(path).lower())[-50:].strip("-")
        return {f"example.com/{own}": "example"}
    return usual


def often_meant(name: str) -> Any:
    """What Kubernetes means by a name that charts use for other things as well; MISSING where none is known."""
    return _OFTEN.get(name, MISSING)


def is_unnamed(path: Path, defaults: Mapping[str, Any]) -> bool:
    """Whether nothing stands at a path, and nothing else stands in its way."""
    node: Any = defaults
    for segment in path:
        if node is None:
            return True
        if not isinstance(node, Mapping):
            return False
        if segment not in node:
            return True
        node = node[segment]
    return False


def _guess(path: Path, reads: Sequence[Read], decides: bool) -> Any:
    """What Kubernetes means by its name, a switch, or a text; nothing for what a template takes without asking."""
    if not decides and not any(read.guarded for read in reads):
        return MISSING
    usual = usual_value(path)
    if usual is not MISSING:
        return usual
    uses = {read.use for read in reads}
    if uses == {Use.TEST}:
        return True
    return MISSING if Use.KEYS in uses else "example"
