"""Check `bindings`: every role that a chart makes is granted to somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import Selector, label_pairs, matches, selector_of
from kubilitics_chartgen.verify.checks.reading import at, items
from kubilitics_chartgen.verify.checks.roles import RBAC

__all__ = ["Bindings"]

_AGGREGATED = "rbac.authorization.k8s.io/aggregate-to-"


class _Role(NamedTuple):
    kind: str
    namespace: str
    name: str


class _Made(NamedTuple):
    role: _Role
    labels: tuple[tuple[str, str], ...]
    takes: tuple[Selector, ...]
    """Of a ClusterRole: by which labels it takes in the rules of others."""
    is_taken: bool
    """Whether a role that every cluster has takes it in."""


class _Binding(NamedTuple):
    role: _Role


class Bindings:
    """See `sentence`."""

    name = "bindings"
    sentence = (
        "Every role is bound to somebody, or added to another by its labels: one that lies about grants nothing, and "
        "waits for a mistake."
    )
    severity: Severity = "warning"
    fix = "Render the role under the condition of its binding, or add the binding."

    def facts(self, document: Document) -> Facts:
        """A role, or which role a binding grants."""
        if document.group != RBAC:
            return None
        namespace = document.namespace
        if document.kind in ("Role", "ClusterRole"):
            role = _Role(document.kind, namespace if document.kind == "Role" else "", document.name)
            labels = label_pairs(document.metadata.get("labels"))
            selectors = items(at(document.object, "aggregationRule").get("clusterRoleSelectors"))
            taken = any(key.startswith(_AGGREGATED) for key, _ in labels)
            return _Made(role, labels, tuple(selector_of(selector) for _, selector in selectors), taken)
        if document.kind in ("RoleBinding", "ClusterRoleBinding"):
            granted = at(document.object, "roleRef")
            kind = str(granted.get("kind"))
            return _Binding(_Role(kind, namespace if kind == "Role" else "", str(granted.get("name"))))
        return None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Roles that nobody has."""
        granted = {fact.role for _, fact in facts if isinstance(fact, _Binding)}
        made = [fact for _, fact in facts if isinstance(fact, _Made)]
        granted |= {fact.role for fact in made if fact.is_taken}
        waiting = [fact for fact in made if fact.role in granted]
        while waiting:
            taken = [fact for fact in _taken_in(waiting.pop(), made) if fact.role not in granted]
            granted |= {fact.role for fact in taken}
            waiting += taken
        for document, fact in facts:
            if isinstance(fact, _Made) and fact.role not in granted:
                yield fault(self, document, "metadata.name", "no binding grants this role to anybody")


def _taken_in(role: _Made, made: Sequence[_Made]) -> Iterator[_Made]:
    """The ClusterRoles whose rules become those of this one, by its aggregationRule."""
    for other in made if role.takes else ():
        if other.role.kind == "ClusterRole" and any(matches(selector, dict(other.labels)) for selector in role.takes):
            yield other
