"""Check `exposure`: only those parts are opened to the outside that are declared to be reached from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import Declared
from kubilitics_chartgen.verify.checks.label_selectors import Selector, label_pairs, matches, simple_selector
from kubilitics_chartgen.verify.checks.reading import at, quoted
from kubilitics_chartgen.verify.checks.wants import wants_of

__all__ = ["Exposure"]

_OPEN = frozenset(("anyone", "any-pod"))


class _Pods(NamedTuple):
    namespace: str
    labels: tuple[tuple[str, str], ...]


class _Service(NamedTuple):
    namespace: str
    name: str
    selector: Selector
    is_open: bool


class _Way(NamedTuple):
    """An Ingress or a route."""

    namespace: str
    targets: tuple[tuple[str, str], ...]
    """(Service, path)."""


class Exposure:
    """See `sentence`."""

    name = "exposure"
    sentence = (
        "An Ingress, a route, or a Service of the type NodePort or LoadBalancer leads only to pods that, by the "
        "declared connections, anyone or any pod in the cluster may connect to."
    )
    severity: Severity = "error"
    fix = "Lead it to the right Service; or declare a connection from a party with `outside: [anyone]`."

    def facts(self, document: Document) -> Facts:
        """Pods, Services, and ways to them from outside."""
        namespace = document.namespace
        if document.pod is not None:
            return _Pods(namespace, label_pairs(document.pod.labels))
        spec = at(document.object, "spec")
        if document.kind == "Service" and not document.group:
            is_open = spec.get("type") in ("NodePort", "LoadBalancer")
            return _Service(namespace, document.name, simple_selector(spec.get("selector")), is_open)
        if document.kind == "Ingress" or document.kind.endswith("Route"):
            targets = tuple(
                (want.name, want.path) for want in wants_of(document) if want.kind == "Service" and want.path
            )
            return _Way(namespace, targets) if targets else None
        return None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Ways that lead to what nobody outside should reach."""
        declared = context.declared
        if declared.connections is None:
            return
        outside = {party.id for party in declared.parties if _OPEN & set(party.outside)}
        reached = {row.target for row in declared.connections if row.source in outside}
        pods = [(fact.namespace, dict(fact.labels)) for _, fact in facts if isinstance(fact, _Pods)]
        services = {(fact.namespace, fact.name): fact for _, fact in facts if isinstance(fact, _Service)}
        for document, fact in facts:
            for namespace, name, path in _ways(fact):
                service = services.get((namespace, name))
                found = [labels for where, labels in pods if service and _leads_to(service, where, labels)]
                inner = {party for labels in found if (party := _party(labels, declared)) and party not in reached}
                for party in sorted(inner):
                    yield fault(self, document, path, f"opens {quoted(party)} to the outside, which is not declared")


def _ways(fact: Facts) -> Iterator[tuple[str, str, str]]:
    """(namespace, Service, path) of what is opened."""
    if isinstance(fact, _Service) and fact.is_open:
        yield fact.namespace, fact.name, "spec.type"
    elif isinstance(fact, _Way):
        for name, path in fact.targets:
            yield fact.namespace, name, path


def _leads_to(service: _Service, namespace: str, labels: dict[str, str]) -> bool:
    return bool(service.selector) and namespace == service.namespace and matches(service.selector, labels)


def _party(labels: dict[str, str], declared: Declared) -> str:
    return next((one.id for one in declared.parties if one.labels and set(one.labels) <= labels.items()), "")
