"""What a release consists of: its objects by identity, and its hooks apart. Pure.

In: documents as Helm renders or has stored them. Out: a `State`, which is one side of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.helm.manifests import Document
from kubilitics_chartgen.upgrade.change import Identity

__all__ = ["State", "state_of"]

Object = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """One revision of a release."""

    objects: Mapping[Identity, Object]
    """In the order in which Helm applies them."""
    hooks: Mapping[Identity, Document]

    def of_kind(self, kind: str) -> dict[str, Object]:
        """Its objects of a kind by name; what has no spec is none."""
        return {
            identity.name: obj
            for identity, obj in self.objects.items()
            if identity.kind == kind and isinstance(obj.get("spec"), Mapping)
        }


def state_of(documents: Iterable[Document], namespace: str) -> State:
    """The documents by identity; `namespace` is the release's."""
    objects: dict[Identity, Object] = {}
    hooks: dict[Identity, Document] = {}
    for document in documents:
        if not document.object or not document.kind:
            continue
        metadata = document.object.get("metadata") or {}
        group = str(document.object.get("apiVersion") or "").rpartition("/")[0]
        identity = Identity(group, document.kind, str(metadata.get("namespace") or namespace), document.name)
        if document.is_hook:
            hooks[identity] = document
        else:
            objects[identity] = document.object
    return State(objects, hooks)
