"""The plan of an upgrade: what happens to each object of a release. Pure.

In: the release before and after (`State`), the Kubernetes minor, and how Helm applies. Out: a `Plan`. Without facts
from the cluster an object is taken to be as its manifest and the server's defaults made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.kube.defaults import defaulted
from kubilitics_chartgen.kube.schemas import Standing, problems, standing
from kubilitics_chartgen.kube.structure import field_of
from kubilitics_chartgen.kube.updates import carried_over, refusals
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.upgrade.change import Change, Difference, Identity, Verdict
from kubilitics_chartgen.upgrade.diff import differences, secret_values
from kubilitics_chartgen.upgrade.merge import Apply, merged
from kubilitics_chartgen.upgrade.pods import Autoscaled, autoscaled, rollout
from kubilitics_chartgen.upgrade.state import State

__all__ = ["Plan", "after_upgrade", "make_plan"]

Object = Mapping[str, Any]
_HOLDS_DATA = {
    "PersistentVolumeClaim": "the claim is deleted, and its volume with it unless the volume is retained",
    "PersistentVolume": "the volume is deleted",
    "Namespace": "everything in the namespace is deleted",
    "CustomResourceDefinition": "every object of this kind is deleted",
}


@dataclass(frozen=True)
class Plan:
    """What an upgrade does."""

    changes: tuple[Change, ...]
    """One for each object of either side, in the order in which Helm applies them; removals last."""
    hooks: tuple[str, ...]
    """What runs before and after, such as `Job/migrate (pre-upgrade)`."""

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        return max((change.verdict for change in self.changes), key=lambda item: item.rank, default=Verdict.UNCHANGED)

    @property
    def is_dangerous(self) -> bool:
        """Whether it fails, loses data, or may."""
        return self.verdict.is_dangerous

    def counts(self) -> dict[str, int]:
        """How many objects have each verdict, the worst first."""
        counter = Counter(change.verdict for change in self.changes)
        return {verdict.value: counter[verdict] for verdict in reversed(Verdict) if counter[verdict]}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict.value,
            "dangerous": self.is_dangerous,
            "counts": self.counts(),
            "changes": [change.as_dict() for change in self.changes],
            "hooks": list(self.hooks),
        }


def make_plan(old: State, new: State, *, version: KubeVersion, applies: tuple[Apply, ...]) -> Plan:
    """Plan it for each way of applying; where they differ, the worse counts and says which it is."""
    plans = [tuple(_changes(old, new, version, apply)) for apply in applies]
    changes = [_worse(applies, versions) for versions in zip(*plans, strict=True)]
    hooks = tuple(
        f"{identity} ({', '.join(events)})"
        for identity, document in new.hooks.items()
        if (events := [event for event in document.hooks if event.endswith("-upgrade")])
    )
    return Plan(tuple(changes), hooks)


def _worse(applies: tuple[Apply, ...], versions: tuple[Change, ...]) -> Change:
    worst = max(versions, key=lambda change: change.verdict.rank)
    if all(change.verdict is worst.verdict for change in versions):
        return worst
    how = applies[versions.index(worst)].value
    reasons = tuple(f"with {how}-side apply: {reason}" for reason in worst.reasons)
    return Change(worst.identity, worst.verdict, reasons, worst.differences, worst.pods)


def after_upgrade(old: Object, new: Object, minor: int, apply: Apply) -> tuple[dict[str, Any], dict[str, Any]]:
    """One object as it is stored before, and as it would be stored afterwards."""
    # Helm asks the server for the object in the version of the new manifest.
    field = field_of(str(new.get("apiVersion")), str(new.get("kind")), minor)
    before = defaulted({**old, "apiVersion": new.get("apiVersion")}, minor)
    return before, defaulted(carried_over(before, merged(before, old, new, field, apply)), minor)


def _changes(old: State, new: State, version: KubeVersion, apply: Apply) -> Iterator[Change]:
    secrets = secret_values((*old.objects.values(), *new.objects.values()))
    for identity, obj in new.objects.items():
        before = old.objects.get(identity)
        if before is None:
            yield _created(identity, obj, old, version)
        else:
            yield _updated(identity, before, obj, (old, new), version, apply, secrets)
    for identity, obj in old.objects.items():
        if identity not in new.objects:
            yield _removed(identity, obj, new)


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


def _created(identity: Identity, obj: Object, old: State, version: KubeVersion) -> Change:
    wrong = _shape(obj, version)
    if wrong:
        return Change(identity, Verdict.REFUSED, tuple(wrong))
    if identity in old.hooks:
        reason = "it was a hook, and Helm refuses to take over what it finds under this name"
        return Change(identity, Verdict.DEPENDS, (f"{reason}. It depends on whether the hook's object is still there",))
    return Change(identity, Verdict.CREATED)


def _removed(identity: Identity, obj: Object, new: State) -> Change:
    annotations = (obj.get("metadata") or {}).get("annotations") or {}
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


def _updated(
    identity: Identity,
    before: Object,
    after: Object,
    sides: tuple[State, State],
    version: KubeVersion,
    apply: Apply,
    secrets: frozenset[str],
) -> Change:
    gone = _not_served(before, version, "the release") or _not_served(after, version, "the new manifest")
    if gone:
        return Change(identity, Verdict.REFUSED, (gone,))
    if before == after:
        return Change(identity, Verdict.UNCHANGED)
    wrong = _shape(after, version)
    if not wrong:
        wrong = [f"the old manifest could not be installed: {text}" for text in _shape(before, version)]
    if wrong:
        return Change(identity, Verdict.REFUSED, tuple(wrong))
    stored, becomes = after_upgrade(before, after, version.minor, apply)
    found = differences(stored, becomes, secrets)
    old, new = sides
    scalers = tuple(autoscaled(side.of_kind("HorizontalPodAutoscaler"), identity.kind, identity.name) for side in sides)
    refused = list(refusals(stored, becomes, version.minor))
    certain = tuple(f"{item.path}: {item.reason}" for item in refused if not item.depends_on)
    if certain:
        return Change(identity, Verdict.REFUSED, certain, found)
    depends = [f"{item.path}: {item.reason}. It depends on {item.depends_on}" for item in refused]
    depends += _replicas(before, after, scalers, apply)
    if depends:
        return Change(identity, Verdict.DEPENDS, tuple(depends), found)
    if not found:
        return Change(identity, Verdict.UNCHANGED)
    lost = _scaled_away(stored, becomes)
    if lost:
        return Change(identity, Verdict.DATA_AT_RISK, (lost,), found)
    claims = {**old.of_kind("PersistentVolumeClaim"), **new.of_kind("PersistentVolumeClaim")}
    scale = tuple(_scaling(found))
    pods = rollout(stored, becomes, claims=claims, scaled=scalers[1])
    if pods:
        return Change(identity, pods.verdict, (pods.reason, *scale), found, pods.pods)
    return Change(identity, Verdict.CHANGED, (*scale, *_silent(stored, becomes)), found)


def _replicas(before: Object, after: Object, scalers: tuple[Autoscaled | None, ...], apply: Apply) -> Iterator[str]:
    """An autoscaler has set `replicas` since, so that what Helm says of it collides with what is there."""
    was, becomes = ((obj.get("spec") or {}).get("replicas") for obj in (before, after))
    if scalers[0] is None or scalers[0].low == scalers[0].high:
        return
    fact = "It depends on how many replicas the autoscaler has set"
    if apply is Apply.server and becomes is not None and was != becomes:
        yield f"spec.replicas: belongs to the autoscaler once that has scaled, and Helm is refused the change. {fact}"
    elif apply is Apply.client and was is not None and becomes is None:
        yield f"spec.replicas: is removed from the manifest, so it falls to 1 until the autoscaler acts. {fact}"


def _scaling(found: tuple[Difference, ...]) -> Iterator[str]:
    for difference in found:
        if difference.path == "spec.replicas":
            yield f"scaled from {difference.before} to {difference.after}"


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
