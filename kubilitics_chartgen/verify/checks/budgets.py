"""Check `budgets`: a PodDisruptionBudget lets some pod go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import Selector, label_pairs, matches, selector_of
from kubilitics_chartgen.verify.checks.reading import at, plain, quoted
from kubilitics_chartgen.verify.checks.wants import scaled_workload

__all__ = ["Budgets"]

_COUNTED = ("Deployment", "StatefulSet")


class _Budget(NamedTuple):
    namespace: str
    selector: Selector
    least: Any
    most: Any


class _Pods(NamedTuple):
    namespace: str
    kind: str
    name: str
    labels: tuple[tuple[str, str], ...]
    replicas: int | None
    """None where it is not known."""


class _Scaled(NamedTuple):
    """What has another number of pods than it says itself."""

    namespace: str
    kind: str
    name: str


class Budgets:
    """See `sentence`."""

    name = "budgets"
    sentence = (
        "Every PodDisruptionBudget lets a pod go: `maxUnavailable: 0`, or a `minAvailable` of all the pods there are, "
        "and no node with such a pod can ever be drained."
    )
    severity: Severity = "warning"
    fix = "Use `maxUnavailable: 1`; or render the budget only where there are more replicas than must stay."

    def facts(self, document: Document) -> Facts:
        """A budget, pods, or what scales them."""
        namespace, kind = document.namespace, document.kind
        spec = at(document.object, "spec")
        if kind == "PodDisruptionBudget" and document.group == "policy":
            if not isinstance(spec.get("selector"), dict):
                return None
            least, most = plain(spec.get("minAvailable")), plain(spec.get("maxUnavailable"))
            return _Budget(namespace, selector_of(spec["selector"]), least, most)
        scaled = scaled_workload(document)
        if scaled:
            return _Scaled(namespace, *scaled)
        pod = document.pod
        # `kubectl drain` leaves the pods of DaemonSets where they are.
        if pod is None or kind == "DaemonSet":
            return None
        replicas = spec.get("replicas", 1) if kind in _COUNTED else None
        labels = label_pairs(pod.labels)
        return _Pods(namespace, kind, document.name, labels, replicas if type(replicas) is int else None)

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Budgets that never let a pod go."""
        budgets = [(document, fact) for document, fact in facts if isinstance(fact, _Budget)]
        if not budgets:
            return
        scaled = {fact for _, fact in facts if isinstance(fact, _Scaled)}
        pods = [fact for _, fact in facts if isinstance(fact, _Pods) and fact.replicas != 0]
        for document, budget in budgets:
            found = [
                one for one in pods if one.namespace == budget.namespace and matches(budget.selector, dict(one.labels))
            ]
            for path, message in _faults(budget, found, scaled):
                yield fault(self, document, path, message)


def _faults(budget: _Budget, found: Sequence[_Pods], scaled: set[_Scaled]) -> Iterator[tuple[str, str]]:
    if not found or (budget.least is not None and budget.most is not None):
        return
    if budget.most in (0, "0%") and budget.most is not False:
        yield "spec.maxUnavailable", f"is {quoted(budget.most)}, so that no node with such a pod can be drained"
    elif budget.least == "100%":
        yield "spec.minAvailable", "is `100%`, so that no node with such a pod can be drained"
    elif len(found) == 1 and _Scaled(*found[0][:3]) not in scaled:
        replicas = found[0].replicas
        least = None if replicas is None else _share(budget.least, replicas)
        if replicas is not None and least is not None and least >= replicas:
            whose = f"{found[0].kind}/{found[0].name}"
            message = f"is {quoted(budget.least)}, and {quoted(whose)} has {quoted(replicas)} in all"
            yield "spec.minAvailable", f"{message}, so that no node with such a pod can be drained"


def _share(value: Any, count: int) -> int | None:
    """How many pods a number or a percentage means, rounded up as Kubernetes does; None for what is neither."""
    if type(value) is int:
        return value
    number = value[:-1] if isinstance(value, str) and value.endswith("%") else ""
    return -(-int(number) * count // 100) if number.isdecimal() else None
