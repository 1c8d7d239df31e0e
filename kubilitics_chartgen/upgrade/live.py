"""What only the cluster knows of a release: its objects as they are now, and which claims may grow.

`ask` is the only function that does I/O, and it only reads. A permission that is missing is noted; the plan then rests
on Helm's record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kubilitics_chartgen.cluster import Connection, DeniedError
from kubilitics_chartgen.cluster.checks.discovery import Discovery
from kubilitics_chartgen.kube.updates import Refusal
from kubilitics_chartgen.upgrade.change import Identity
from kubilitics_chartgen.upgrade.state import State

__all__ = ["Live", "ask"]

Object = Mapping[str, Any]
_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


@dataclass(frozen=True)
class Live:
    """The cluster's side of a release."""

    release: str
    namespace: str
    objects: Mapping[Identity, Object | None] = field(default_factory=dict)
    """None: it is not there. What could not be asked is not among them."""
    expandable: Mapping[str, bool] | None = None
    """StorageClass to whether its claims may grow; None: not asked."""
    denied: tuple[str, ...] = ()
    """Permissions that are missing, such as `get deployments in shop`."""

    def owner_of(self, obj: Object) -> str:
        """Why Helm would not take this object over; empty where it would."""
        metadata = obj.get("metadata") or {}
        notes, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
        owner = (notes.get("meta.helm.sh/release-name"), notes.get("meta.helm.sh/release-namespace"))
        if owner == (self.release, self.namespace) and labels.get("app.kubernetes.io/managed-by") == "Helm":
            return ""
        return f"of the release {owner[0]} in {owner[1]}" if owner[0] else "and Helm did not make it"

    def resolved(self, refusal: Refusal, stored: Object) -> Refusal | None:
        """The refusal with what the cluster knows: for certain, not at all, or as it was."""
        if stored.get("kind") != "PersistentVolumeClaim" or not refusal.path.endswith("storage"):
            return refusal
        phase = str((stored.get("status") or {}).get("phase"))
        if phase != "Bound":
            reason = f"{refusal.reason}, and it is {phase}: only a bound claim may"
            return replace(refusal, reason=reason, depends_on="")
        if self.expandable is None:
            return replace(refusal, depends_on="whether its StorageClass has allowVolumeExpansion")
        name = str((stored.get("spec") or {}).get("storageClassName") or "")
        if self.expandable.get(name):
            return None
        reason = f"{refusal.reason}, and StorageClass {name or '(none)'} lets no claim grow"
        return replace(refusal, reason=reason, depends_on="")


def ask(cluster: Connection, old: State, new: State, *, release: str, namespace: str) -> Live:
    """Every object of either side as it is now. What is asked: `get` for each of them, and `list storageclasses`."""
    wanted = {**{name: hook.object or {} for name, hook in old.hooks.items()}, **old.objects, **new.objects}
    discovery = Discovery(cluster)
    found: dict[Identity, Object | None] = {}
    denied: dict[tuple[str, str], str] = {}
    for identity, obj in wanted.items():
        kind = (str(obj.get("apiVersion")), identity.kind)
        known = discovery.resource(*kind)
        path = discovery.path(obj, namespace)
        if known is None or path is None or kind in denied:
            continue
        where = f"in {identity.namespace}" if known[1] else "in the cluster"
        try:
            found[identity] = cluster.get(path, f"get {known[0]} {where}")
        except DeniedError as error:
            denied[kind] = error.what
    expandable = None
    if any(identity.kind == "PersistentVolumeClaim" for identity in wanted):
        try:
            classes = cluster.items(_CLASSES, "list storageclasses in the cluster")
            expandable = {item["metadata"]["name"]: bool(item.get("allowVolumeExpansion")) for item in classes}
        except DeniedError as error:
            denied["", ""] = error.what
    return Live(release, namespace, found, expandable, tuple(dict.fromkeys(denied.values())))
