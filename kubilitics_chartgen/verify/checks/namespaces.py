"""Check `namespaces`: the objects of a release say alike where they belong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.drift import CLUSTER_SCOPED

__all__ = ["Namespaces"]


class Namespaces:
    """See `sentence`."""

    name = "namespaces"
    sentence = (
        "Either every object of the release's namespace says so or none does: what is rendered with `helm template` "
        "and applied with kubectl, or by a GitOps controller, otherwise ends up in two places."
    )
    severity: Severity = "warning"
    fix = "Write `namespace` into the metadata of the object, as its neighbours do."

    def facts(self, document: Document) -> Facts:
        """Which namespace a namespaced object of Kubernetes itself names, empty for none."""
        built_in = "." not in document.group or document.group.endswith(".k8s.io")
        if not built_in or document.kind in CLUSTER_SCOPED:
            return None
        return str(document.metadata.get("namespace") or "")

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Objects that leave it to the one who applies them, among others that do not."""
        # What must be elsewhere has to say so, and is no example for the others.
        if not any(named == context.namespace for _, named in facts):
            return
        for document, named in facts:
            if not named:
                yield fault(self, document, "metadata.namespace", "is missing, though other objects say theirs")
