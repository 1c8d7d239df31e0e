"""Check `duplicates`: no two documents are the same object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.drift import CLUSTER_SCOPED
from kubilitics_chartgen.verify.checks.reading import mapping, quoted

__all__ = ["Duplicates"]


class _Object(NamedTuple):
    group: str
    kind: str
    namespace: str
    name: str
    hooks: frozenset[str]


class Duplicates:
    """See `sentence`."""

    name = "duplicates"
    sentence = "No two documents are the same object: the second would overwrite the first, or fail the release."
    severity: Severity = "error"
    fix = "Give one of them another name, or render only one."

    def facts(self, document: Document) -> Facts:
        """Which object the document is."""
        metadata = document.metadata
        name = metadata.get("name")
        if not isinstance(name, str) or not name:
            return None
        hooks = str(mapping(metadata.get("annotations")).get("helm.sh/hook") or "")
        namespace = str(metadata.get("namespace") or "") if document.kind not in CLUSTER_SCOPED else "-"
        events = frozenset(event.strip() for event in hooks.split(",") if event.strip())
        return _Object(document.group, document.kind, namespace, name, events)

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Objects that are there already."""
        seen: dict[tuple[str, str, str, str], list[tuple[Document, frozenset[str]]]] = {}
        for document, fact in facts:
            if not isinstance(fact, _Object):
                continue
            key = (fact.group, fact.kind, fact.namespace or context.namespace, fact.name)
            for other, hooks in seen.setdefault(key, []):
                # Hooks of different events come and go one after the other.
                if not (hooks or fact.hooks) or hooks & fact.hooks:
                    message = f"is rendered a second time; the first is in {quoted(other.template)}"
                    yield fault(self, document, "metadata.name", message)
                    break
            seen[key].append((document, fact.hooks))
