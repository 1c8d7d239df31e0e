"""Check `selectors`: what selects pods or Services finds its own, all it means, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import (
    Selector,
    label_pairs,
    matches,
    policy_peers,
    selected_here,
    selector_of,
    simple_selector,
)
from kubilitics_chartgen.verify.checks.reading import Object, at, entries, mapping, names_release, quoted

__all__ = ["Selectors"]

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_SERVICE_NAME = "kubernetes.io/service-name"
_MONITORS = frozenset(("ServiceMonitor", "PodMonitor"))
_BUDGET = "PodDisruptionBudget"
_CONTROLLERS = frozenset(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))


class _Pods(NamedTuple):
    namespace: str
    labels: tuple[tuple[str, str], ...]
    images: tuple[str, ...]
    kind: str
    name: str
    serves: bool
    """Whether it is there to answer: not a Job, a test or another hook."""
    selector: Selector | None
    """What the workload selects its pods by; None for Jobs and single pods."""


class _Selects(NamedTuple):
    namespace: str
    what: str
    """`pods` or `services`."""
    path: str
    selector: Selector
    peers: tuple[tuple[str, Selector], ...] = ()
    """Of a policy: the pods that it lets in or out, with their place."""


class _Service(NamedTuple):
    namespace: str
    labels: tuple[tuple[str, str], ...]
    selects: _Selects | None
    is_elsewhere: bool
    """Whether it is a name for another host."""


class _Addresses(NamedTuple):
    namespace: str
    service: str
    """The Service whose addresses the author writes down."""


class Selectors:
    """See `sentence`."""

    name = "selectors"
    sentence = (
        "Whatever selects pods finds pods of this release and of one program, never those of tests or hooks, of "
        "another workload, or of another release in the same namespace."
    )
    severity: Severity = "error"
    fix = "Take selector and pod labels from one helper, with the release's name and the component in both."

    def facts(self, document: Document) -> Facts:
        """The pods an object makes, or what it selects."""
        namespace = document.namespace
        spec = at(document.object, "spec")
        kind = document.kind
        pod = document.pod
        if pod is not None:
            selector = selector_of(spec.get("selector")) if kind in _CONTROLLERS else None
            images = tuple(
                sorted(
                    str(one.object.get("image")).partition("@")[0].rpartition("/")[2].partition(":")[0]
                    for one in pod.containers
                    if one.key == "containers"
                )
            )
            return _Pods(namespace, label_pairs(pod.labels), images, kind, document.name, document.is_serving, selector)
        if kind == "Service" and not document.group:
            selector = simple_selector(spec.get("selector"))
            selects = _Selects(namespace, "pods", "spec.selector", selector) if selector else None
            labels = label_pairs(document.metadata.get("labels"))
            return _Service(namespace, labels, selects, spec.get("type") == "ExternalName")
        if kind == "Endpoints":
            return _Addresses(namespace, document.name)
        if kind == "EndpointSlice":
            return _Addresses(namespace, str(mapping(document.metadata.get("labels")).get(_SERVICE_NAME)))
        if kind == _BUDGET:
            return _Selects(namespace, "pods", "spec.selector", selector_of(spec.get("selector")))
        if kind == "NetworkPolicy" and document.group == "networking.k8s.io":
            return _Selects(
                namespace, "any pods", "spec.podSelector", selector_of(spec.get("podSelector")), tuple(_peers(spec))
            )
        if kind in _MONITORS and not _elsewhere(spec):
            what = "services" if kind == "ServiceMonitor" else "pods"
            return _Selects(namespace, what, "spec.selector", selector_of(spec.get("selector")))
        return None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Selectors that find nothing, or too much."""
        pods = [(document, fact, dict(fact.labels)) for document, fact in facts if isinstance(fact, _Pods)]
        services = [(document, fact, dict(fact.labels)) for document, fact in facts if isinstance(fact, _Service)]
        addresses = {(fact.namespace, fact.service) for _, fact in facts if isinstance(fact, _Addresses)}
        managed = any(item.kind in ("Endpoints", "EndpointSlice") for item in context.declared.external)
        for document, fact, labels in pods:
            yield from self._workload(document, fact, labels, pods, context)
        for document, service, _ in services:
            if service.selects is not None:
                yield from self._service(document, service.selects, pods, context)
            elif not service.is_elsewhere and (service.namespace, document.name) not in addresses and not managed:
                yield fault(self, document, "spec.selector", "is missing, and no Endpoints say where the Service leads")
        for document, selects in facts:
            if isinstance(selects, _Selects):
                yield from self._selection(document, selects, pods, services, context)
        budgets = [(one, fact) for one, fact in facts if isinstance(fact, _Selects) and one.kind == _BUDGET]
        if len(budgets) > 1:
            yield from self._budgets(budgets, pods)

    def _workload(
        self,
        document: Document,
        fact: _Pods,
        labels: Mapping[str, str],
        pods: list[tuple[Document, _Pods, dict[str, str]]],
        context: Context,
    ) -> Iterator[Fault]:
        if fact.selector is None or not fact.selector or not matches(fact.selector, labels):
            return  # the check `workloads` says so
        for other, theirs, their_labels in pods:
            same = theirs.namespace == fact.namespace
            if other is not document and same and matches(fact.selector, their_labels):
                message = f"matches the pods of {quoted(other.identity)} as well"
                yield fault(self, document, "spec.selector", message)
        yield from self._release(document, "spec.selector", fact.selector, context)

    def _service(
        self,
        document: Document,
        fact: _Selects,
        pods: list[tuple[Document, _Pods, dict[str, str]]],
        context: Context,
    ) -> Iterator[Fault]:
        found = _found(fact, pods)
        yield from self._none_or_many(document, fact, found, context)
        for other, theirs, _ in found:
            if not theirs.serves and any(one.serves for _, one, _ in found):
                message = f"matches the pods of {quoted(other.identity)}, which do not serve"
                yield fault(self, document, fact.path, message)
        yield from self._release(document, fact.path, fact.selector, context)

    def _selection(
        self,
        document: Document,
        fact: _Selects,
        pods: list[tuple[Document, _Pods, dict[str, str]]],
        services: list[tuple[Document, _Service, dict[str, str]]],
        context: Context,
    ) -> Iterator[Fault]:
        for path, selector in fact.peers:
            # Others may be meant by whatever labels they have; those of the chart's own are known.
            if any(fact.namespace == one.namespace and matches(selector, labels) for _, one, labels in pods):
                yield from self._release(document, path, selector, context)
        if not fact.selector:
            message = f"is empty, so that it matches every {'Service' if fact.what == 'services' else 'pod'} around"
            yield fault(self, document, fact.path, message)
            return
        if fact.what == "services":
            if not any(
                service.namespace == fact.namespace and matches(fact.selector, labels)
                for _, service, labels in services
            ):
                yield fault(self, document, fact.path, "matches no Service of the release")
        elif fact.what == "pods":
            yield from self._none_or_many(document, fact, _found(fact, pods), context)
        yield from self._release(document, fact.path, fact.selector, context)

    def _budgets(
        self,
        budgets: list[tuple[Document, _Selects]],
        pods: list[tuple[Document, _Pods, dict[str, str]]],
    ) -> Iterator[Fault]:
        """The eviction API refuses to evict a pod that has more than one budget."""
        budgets.sort(key=lambda item: item[0].identity)
        for position, (document, fact) in enumerate(budgets):
            theirs = {id(item[0]) for _, other in budgets[:position] for item in _found(other, pods)}
            shared = next((item[0] for item in _found(fact, pods) if id(item[0]) in theirs), None)
            if shared is not None:
                message = f"matches the pods of {quoted(shared.identity)}, which have a budget already"
                yield fault(self, document, fact.path, message)

    def _none_or_many(
        self,
        document: Document,
        fact: _Selects,
        found: list[tuple[Document, _Pods, dict[str, str]]],
        context: Context,
    ) -> Iterator[Fault]:
        if not found:
            if not any(item.kind == "Pod" for item in context.declared.external):
                yield fault(self, document, fact.path, "matches no pod of the release")
            return
        serving = [item for item in found if item[1].serves]
        for other, theirs, _ in serving[1:]:
            if theirs.images != serving[0][1].images:
                message = f"matches the pods of {quoted(serving[0][0].identity)} and of {quoted(other.identity)}"
                yield fault(self, document, fact.path, f"{message}, which run different programs")
                break

    def _release(self, document: Document, path: str, selector: Selector, context: Context) -> Iterator[Fault]:
        """Where names tell releases apart, selectors must, too."""
        if names_release(document.name, context.release) and not any(
            operator == "In" and len(values) == 1 and names_release(values[0], context.release)
            for _, operator, values in selector
        ):
            yield fault(
                self, document, path, "does not name the release, so that it matches another release's pods, too"
            )


def _found(
    fact: _Selects, pods: list[tuple[Document, _Pods, dict[str, str]]]
) -> list[tuple[Document, _Pods, dict[str, str]]]:
    found = [item for item in pods if item[1].namespace == fact.namespace and matches(fact.selector, item[2])]
    if not found and any(key == _POD_NAME for key, _, _ in fact.selector):
        # One pod of a StatefulSet, by the label that its controller adds.
        rest = tuple(rule for rule in fact.selector if rule[0] != _POD_NAME)
        names = [value for key, _, values in fact.selector if key == _POD_NAME for value in values]
        found = [
            item
            for item in pods
            if item[1].kind == "StatefulSet"
            and item[1].namespace == fact.namespace
            and matches(rest, item[2])
            and all(re.fullmatch(rf"{re.escape(item[1].name)}-\d+", name) for name in names)
        ]
    return found


def _peers(spec: Object) -> Iterator[tuple[str, Selector]]:
    for path, peer in policy_peers(spec):
        selector = selected_here(peer)
        if selector:
            yield f"{path}.podSelector", selector


def _elsewhere(spec: Object) -> bool:
    selector: Any = spec.get("namespaceSelector")
    return bool(mapping(selector).get("any") or entries(mapping(selector).get("matchNames")))
