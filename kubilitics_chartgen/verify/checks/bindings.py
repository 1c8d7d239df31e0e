"""Check `bindings`: every role that a chart makes is granted to somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import at
from kubilitics_chartgen.verify.checks.roles import RBAC

__all__ = ["Bindings"]

_AGGREGATED = "rbac.authorization.k8s.io/aggregate-to-"


class _Role(NamedTuple):
    kind: str
    namespace: str
    name: str


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
            if any(str(key).startswith(_AGGREGATED) for key in at(document.object, "metadata", "labels")):
                return None
            return _Role(document.kind, namespace if document.kind == "Role" else "", document.name)
        if document.kind in ("RoleBinding", "ClusterRoleBinding"):
            granted = at(document.object, "roleRef")
            kind = str(granted.get("kind"))
            return _Binding(_Role(kind, namespace if kind == "Role" else "", str(granted.get("name"))))
        return None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Roles that nobody has."""
        granted = {fact.role for _, fact in facts if isinstance(fact, _Binding)}
        for document, fact in facts:
            if isinstance(fact, _Role) and fact not in granted:
                yield fault(self, document, "metadata.name", "no binding grants this role to anybody")
