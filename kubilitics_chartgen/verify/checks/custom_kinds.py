"""Check `custom-kinds`: objects of well-known custom kinds fit the schema of their CRD."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from kubilitics_chartgen.kube.custom_kinds import custom_kinds, custom_problems
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import at, items

__all__ = ["CustomKinds"]

_METADATA = frozenset(("name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences"))
_SCRAPED = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}


@cache
def _known_kinds() -> frozenset[tuple[str, str]]:
    """Those that can be judged."""
    return frozenset(custom_kinds())


class CustomKinds:
    """See `sentence`."""

    name = "custom-kinds"
    sentence = (
        "Objects of well-known custom kinds (Gateway API, Prometheus Operator, External Secrets, Cilium, Calico, "
        "OpenShift routes) fit the schema of their CRD; an unknown field would be dropped without a word."
    )
    severity: Severity = "error"
    fix = "Correct the field; docs of the operator say what it is called."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Fields that the CRD does not know or refuses."""
        if "." not in document.group:
            return
        for problem in custom_problems(document.object):
            yield fault(self, document, problem.path, problem.message.rstrip("."))
        if (document.api_version, document.kind) in _known_kinds():
            for key in document.metadata:
                if key not in _METADATA:
                    yield fault(self, document, f"metadata.{key}", "unknown field")
        for path, message in (*_scraped(document), *_routed(document)):
            yield fault(self, document, path, message)


def _scraped(document: Document) -> Iterator[tuple[str, str]]:
    """What a Prometheus Operator takes, and then scrapes nothing."""
    places = _SCRAPED.get(document.kind)
    if places is None or document.group != "monitoring.coreos.com":
        return
    endpoints = items(at(document.object, "spec").get(places))
    found = False
    for position, endpoint in endpoints:
        found = True
        yield from _nameless(endpoint, f"spec.{places}[{position}]")
    if not found:
        yield f"spec.{places}", "names nothing to scrape"


def _routed(document: Document) -> Iterator[tuple[str, str]]:
    """What a gateway takes, and then answers every request with an error."""
    if document.kind not in ("HTTPRoute", "GRPCRoute") or document.group != "gateway.networking.k8s.io":
        return
    for position, rule in items(at(document.object, "spec").get("rules")):
        if not rule.get("backendRefs") and not rule.get("filters"):
            yield f"spec.rules[{position}].backendRefs", "is missing: requests lead nowhere"


def _nameless(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Keys of Secrets and ConfigMaps that are not named."""
    if isinstance(value, dict):
        if "key" in value and not value.get("name") and value.keys() <= {"key", "name", "optional"}:
            yield f"{path}.name", "is missing: whose key is it?"
        for key, below in value.items():
            yield from _nameless(below, f"{path}.{key}")
