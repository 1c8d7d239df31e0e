"""Check `rollouts`: a new pod does not wait for a volume that the old one still holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import at, entries, items, quoted

__all__ = ["Rollouts"]

_ONE_NODE = frozenset(("ReadWriteOnce", "ReadWriteOncePod"))


class _Claim(NamedTuple):
    namespace: str
    name: str


class _Rolling(NamedTuple):
    namespace: str
    claims: tuple[str, ...]


class Rollouts:
    """See `sentence`."""

    name = "rollouts"
    sentence = (
        "A Deployment whose pods use a claim for one node stops the old pod before it starts the new one, which would "
        "otherwise wait on another node for the volume, without end."
    )
    severity: Severity = "warning"
    fix = "Set the strategy to Recreate, or maxSurge to 0; or claim storage that several nodes may use."

    def facts(self, document: Document) -> Facts:
        """A claim for one node, or a Deployment that starts new pods first."""
        namespace = document.namespace
        spec = at(document.object, "spec")
        if document.kind == "PersistentVolumeClaim" and not document.group:
            modes = entries(spec.get("accessModes"))
            return _Claim(namespace, document.name) if modes and _ONE_NODE.issuperset(map(str, modes)) else None
        if document.kind != "Deployment" or document.pod is None:
            return None
        strategy = at(spec, "strategy")
        if strategy.get("type") == "Recreate" or at(strategy, "rollingUpdate").get("maxSurge") in (0, "0", "0%"):
            return None
        claims = tuple(
            str(name)
            for _, volume in items(document.pod.spec.get("volumes"))
            if (name := at(volume, "persistentVolumeClaim").get("claimName"))
        )
        return _Rolling(namespace, claims) if claims else None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Deployments that use such a claim of the same release."""
        claims = {fact for _, fact in facts if isinstance(fact, _Claim)}
        for document, fact in facts:
            if isinstance(fact, _Rolling):
                for name in fact.claims:
                    if _Claim(fact.namespace, name) in claims:
                        message = f"the new pod is started while the old one holds {quoted(name)}, a claim for one node"
                        yield fault(self, document, "spec.strategy", message)
