"""What an upgrade does to one object. Pure.

In: the object's manifests, and all that decides about them (`Situation`). Out: a `Change`. Where the cluster was not
asked, an object is taken to be as its manifest and the server's defaults made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kubilitics_chartgen.kube.defaults import defaulted
from kubilitics_chartgen.kube.schemas import Standing, problems, standing
from kubilitics_chartgen.kube.structure import field_of
from kubilitics_chartgen.kube.updates import Refusal, carried_over, refusals
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.change import Change, Difference, Identity, Verdict
from kubilitics_chartgen.upgrade.diff import differences, secret_values
from kubilitics_chartgen.upgrade.live import Live
from kubilitics_chartgen.upgrade.merge import Apply, merged
from kubilitics_chartgen.upgrade.ownership import NOBODY, conflicts, others_than_helm
from kubilitics_chartgen.upgrade.pods import rollout
from kubilitics_chartgen.upgrade.scaling import Autoscaled, autoscalers, collision, fought
from kubilitics_chartgen.upgrade.state import State

__all__ = ["Situation", "after_upgrade", "created", "removed", "updated"]

Object = Mapping[str, Any]
_HOLDS_DATA = {
    "PersistentVolumeClaim": "the claim is deleted, and its volume with it unless the volume is retained",
    "PersistentVolume": "the volume is deleted",
    "Namespace": "everything in the namespace is deleted",
    "CustomResourceDefinition": "every object of this kind is deleted",
}


def after_upgrade(
    old: Object, new: Object, minor: int, apply: Apply, live: Object | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One object as it is stored before, and as it would be stored afterwards."""
    # Helm asks the server for the object in the version of the new manifest.
    field = field_of(str(new.get("apiVersion")), str(new.get("kind")), minor)
    if live is None:
        before, owners = defaulted({**old, "apiVersion": new.get("apiVersion")}, minor), NOBODY
    else:
        metadata = {key: value for key, value in (live.get("metadata") or {}).items() if key != "managedFields"}
        before, owners = defaulted({**live, "metadata": metadata}, minor), others_than_helm(live)
    return before, defaulted(carried_over(before, merged(before, old, new, field, apply, owners)), minor)


@dataclass(frozen=True)
class Situation:
    """All that decides about one object."""

    old: State
    new: State
    version: KubeVersion
    apply: Apply
    live: Live

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What must not be shown."""
        there = (obj for obj in self.live.objects.values() if obj is not None)
        return secret_values((*self.old.objects.values(), *self.new.objects.values(), *there))

    @cached_property
    def scaled(self) -> tuple[Mapping[tuple[str, str], Autoscaled], ...]:
        """What autoscalers scale, before and after."""
        return tuple(autoscalers(side.of_kind("HorizontalPodAutoscaler")) for side in (self.old, self.new))


def _not_served(obj: Object, version: KubeVersion, whose: str) -> str:
    api_version, kind = str(obj.get("apiVersion")), str(obj.get("kind"))
    if standing(api_version, kind, version) not in (Standing.NOT_SERVED, Standing.UNKNOWN):
        return ""
    reason = f"{whose} has {kind} in {api_version}, which Kubernetes {version.name} does not serve"
    if whose == "the release":
        reason += ". Helm cannot read its own record: mend it with the plugin mapkubeapis first"
    return reason


def _shape(obj: Object, version: KubeVersion) -> list[str]:
    return [f"{problem.path}: {problem.message}".removeprefix(": ") for problem in problems(obj, version)]


def created(identity: Identity, obj: Object, upgrade: Situation) -> Change:
    """An object that the old manifest does not have."""
    wrong = _shape(obj, upgrade.version)
    if wrong:
        return Change(identity, Verdict.REFUSED, tuple(wrong))
    there = upgrade.live.objects.get(identity)
    if there is not None:
        owner = upgrade.live.owner_of(there)
        if owner:
            reason = f"it is in the cluster already, {owner}: Helm refuses to take it over"
            return Change(identity, Verdict.REFUSED, (reason,))
        return updated(identity, obj, obj, upgrade)
    if identity in upgrade.old.hooks and identity not in upgrade.live.objects:
        reason = "it was a hook, and Helm refuses to take over what it finds under this name"
        return Change(identity, Verdict.DEPENDS, (f"{reason}. It depends on whether the hook's object is still there",))
    return Change(identity, Verdict.CREATED)


def removed(identity: Identity, obj: Object, upgrade: Situation) -> Change:
    """An object that the new manifest does not have."""
    new, there = upgrade.new, upgrade.live.objects.get(identity)
    if there is None and identity in upgrade.live.objects:
        return Change(identity, Verdict.REMOVED, ("it is gone from the cluster already",))
    # Helm looks at the object in the cluster, not at its record.
    annotations = ((there or obj).get("metadata") or {}).get("annotations") or {}
    if annotations.get("helm.sh/resource-policy") == "keep":
        return Change(identity, Verdict.KEPT, ("it stays in the cluster: helm.sh/resource-policy is keep",))
    if identity in new.hooks:
        reason = "it becomes a hook: Helm deletes the object of this name when the upgrade ends"
        return Change(identity, Verdict.REMOVED, (reason,))
    if identity.kind in _HOLDS_DATA:
        return Change(identity, Verdict.DATA_AT_RISK, (_HOLDS_DATA[identity.kind],))
    spec: Any = obj.get("spec")
    if not isinstance(spec, Mapping):
        return Change(identity, Verdict.REMOVED)
    if identity.kind == "StatefulSet":
        retention = spec.get("persistentVolumeClaimRetentionPolicy")
        deletes = isinstance(retention, Mapping) and retention.get("whenDeleted") == "Delete"
        if spec.get("volumeClaimTemplates") and deletes:
            return Change(identity, Verdict.DATA_AT_RISK, ("its claims are deleted with it: whenDeleted is Delete",))
    successor = next(
        (other for other in new.objects if other.name == identity.name and other != identity and _runs(other)), None
    )
    if _runs(identity) and successor:
        reason = f"it becomes a {successor.kind}: the pods of both share names, labels and volumes until it is deleted"
        return Change(identity, Verdict.DOWNTIME, (reason,), pods=_count(spec))
    return Change(identity, Verdict.REMOVED)


def _count(spec: Object) -> int:
    replicas = spec.get("replicas")
    return replicas if isinstance(replicas, int) else 1


def _runs(identity: Identity) -> bool:
    return identity.kind in ("Deployment", "StatefulSet", "DaemonSet")


def updated(identity: Identity, before: Object, after: Object, upgrade: Situation) -> Change:
    """An object that both have."""
    version, there = upgrade.version, upgrade.live.objects.get(identity)
    gone = _not_served(before, version, "the release") or _not_served(after, version, "the new manifest")
    if gone:
        return Change(identity, Verdict.REFUSED, (gone,))
    asked = identity in upgrade.live.objects
    of_old, of_new = (side.get((identity.kind, identity.name)) for side in upgrade.scaled)
    if before == after and not asked and of_old is None:
        return Change(identity, Verdict.UNCHANGED)
    wrong = _shape(after, version)
    if not wrong and there is None:
        wrong = [f"the old manifest could not be installed: {text}" for text in _shape(before, version)]
    if wrong:
        return Change(identity, Verdict.REFUSED, tuple(wrong))
    if there is None and identity in upgrade.live.objects:
        return Change(identity, Verdict.CREATED, ("it is gone from the cluster, and Helm makes it anew",))
    stored, becomes = after_upgrade(before, after, version.minor, upgrade.apply, there)
    found = differences(stored, becomes, upgrade.secrets)
    refused = list(_refused(stored, becomes, after, there, upgrade))
    collides = collision(before, after, of_old, upgrade.apply) if there is None else None
    refused += [collides] if collides else []
    certain = tuple(f"{item.path}: {item.reason}" for item in refused if not item.depends_on)
    if certain:
        return Change(identity, Verdict.REFUSED, certain, found)
    depends = tuple(f"{item.path}: {item.reason}. It depends on {item.depends_on}" for item in refused)
    if depends:
        return Change(identity, Verdict.DEPENDS, depends, found)
    scaling = fought(before, after, (of_old, of_new), upgrade.apply) if there is None else ()
    scaling = scaling or _scaling(found, of_old and of_new)
    if not found and not scaling:
        return Change(identity, Verdict.UNCHANGED)
    lost = _scaled_away(stored, becomes)
    if lost:
        return Change(identity, Verdict.DATA_AT_RISK, (lost,), found)
    claims = {
        name: claim
        for side in (upgrade.old, upgrade.new)
        for name, claim in side.of_kind("PersistentVolumeClaim").items()
    }
    notes = (
        *scaling,
        *(("it was changed in the cluster, and is set back",) if before == after and asked else ()),
    )
    # How many pods an autoscaler has made stands in the live object.
    pods = rollout(stored, becomes, claims=claims, scaled=of_new if there is None else None)
    if pods:
        return Change(identity, pods.verdict, (pods.reason, *notes), found, pods.pods)
    return Change(identity, Verdict.CHANGED, (*notes, *_silent(stored, becomes)), found)


def _refused(
    stored: Object, becomes: Object, after: Object, there: Object | None, upgrade: Situation
) -> Iterator[Refusal]:
    minor = upgrade.version.minor
    for item in refusals(stored, becomes, minor):
        known = upgrade.live.resolved(item, stored) if there is not None and item.depends_on else item
        if known:
            yield known
    if there is not None and upgrade.apply is Apply.server:
        field = field_of(str(after.get("apiVersion")), str(after.get("kind")), minor)
        for conflict in conflicts(there, after, field, others_than_helm(there)):
            reason = f"belongs to {conflict.manager} by now. Leave it to them, or upgrade with --force-conflicts"
            yield Refusal(conflict.path, reason)


def _scaling(found: tuple[Difference, ...], scaler: Autoscaled | None) -> tuple[str, ...]:
    until = ", until the autoscaler acts" if scaler else ""
    numbers = (f"from {item.before} to {item.after}" for item in found if item.path == "spec.replicas")
    return tuple(f"scaled {number}{until}" for number in numbers)


def _scaled_away(stored: Object, becomes: Object) -> str:
    spec = becomes.get("spec") or {}
    if becomes.get("kind") != "StatefulSet" or not spec.get("volumeClaimTemplates"):
        return ""
    fewer = int(spec.get("replicas", 1)) < int((stored.get("spec") or {}).get("replicas", 1))
    deletes = (spec.get("persistentVolumeClaimRetentionPolicy") or {}).get("whenScaled") == "Delete"
    return "the claims of the pods that go are deleted: whenScaled is Delete" if fewer and deletes else ""


def _silent(stored: Object, becomes: Object) -> Iterator[str]:
    spec = becomes.get("spec") or {}
    if spec.get("template") == (stored.get("spec") or {}).get("template"):
        return
    if (spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        yield "updateStrategy is OnDelete: no pod is replaced until somebody deletes it"
    elif spec.get("paused"):
        yield "the Deployment is paused: no pod is replaced until it is resumed"
