"""Is everything there that the release names and does not bring? Of Secrets only the names of their keys are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kubilitics_chartgen.cluster.needs import IMAGE_PULL
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status

__all__ = ["check"]

NAME = "Secrets and other objects"
_TYPES = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")


@dataclass
class _Wanted:
    """One object, as all its users want it."""

    users: list[str] = field(default_factory=list)
    keys: dict[str, bool] = field(default_factory=dict)
    """Key to whether somebody cannot start without it."""
    needed: bool = False


def check(situation: Situation) -> Iterator[Line]:
    """A line for each Secret, and for each other object that is missing."""
    for (kind, name), wanted in _wanted(situation).items():
        if kind in ("Secret", IMAGE_PULL):
            yield from _secret(situation, kind, name, wanted)
        else:
            yield from _other(situation, kind, name, wanted)


def _wanted(situation: Situation) -> dict[tuple[str, str], _Wanted]:
    found: dict[tuple[str, str], _Wanted] = {}
    for reference in situation.needs.references:
        wanted = found.setdefault((reference.kind, reference.name), _Wanted())
        wanted.needed |= not reference.optional
        wanted.users = list(dict.fromkeys([*wanted.users, reference.user]))
        for key in reference.keys:
            wanted.keys[key] = wanted.keys.get(key, False) or not reference.optional
    return found


def _secret(situation: Situation, kind: str, name: str, wanted: _Wanted) -> Iterator[Line]:
    where, users = situation.namespace, ", ".join(wanted.users)
    there = situation.cluster.get(situation.path("secrets", name), f"get the secret {name} in {where}")
    keys = None if there is None else {key: bool(value) for key, value in (there.get("data") or {}).items()}
    type_ = "" if there is None else str(there.get("type"))
    # Nothing but these two goes on from here: no value is kept, compared or shown.
    del there
    status = Status.PROBLEM if wanted.needed else Status.WARNING
    effect = f"{users} cannot start" if wanted.needed else f"{users} starts without"
    if kind == IMAGE_PULL:
        if keys is None:
            fix = f"kubectl -n {where} create secret docker-registry {name} --docker-server=... --docker-username=..."
            yield Line(
                NAME, Status.WARNING, f"image pull secret {name} is missing: private images cannot be pulled", fix
            )
        elif type_ not in _TYPES:
            yield Line(NAME, Status.PROBLEM, f"image pull secret {name} is of type {type_}, which no kubelet reads")
        else:
            yield Line(NAME, Status.FINE, f"image pull secret {name} is there")
        return
    if keys is None:
        literals = " ".join(f"--from-literal={key}=..." for key in wanted.keys)
        fix = f"kubectl -n {where} create secret generic {name} {literals}".rstrip()
        yield Line(NAME, status, f"Secret {name} is missing: {effect}", fix)
        return
    missing = [key for key in wanted.keys if not keys.get(key)]
    for key in missing:
        state = "is empty" if key in keys else "is missing"
        level = Status.PROBLEM if wanted.keys[key] else Status.WARNING
        effect = f"{users} cannot start" if wanted.keys[key] and key not in keys else f"{users} gets nothing from it"
        fix = f"""kubectl -n {where} patch secret {name} --type merge -p '{{"stringData": {{"{key}": "..."}}}}'"""
        yield Line(NAME, level, f"Secret {name}: key {key} {state}: {effect}", fix)
    if not missing:
        listed = f" with {', '.join(wanted.keys)}" if wanted.keys else ""
        yield Line(NAME, Status.FINE, f"Secret {name} is there{listed}")


def _other(situation: Situation, kind: str, name: str, wanted: _Wanted) -> Iterator[Line]:
    resources = {
        "ConfigMap": situation.path("configmaps", name),
        "PersistentVolumeClaim": situation.path("persistentvolumeclaims", name),
        "ServiceAccount": situation.path("serviceaccounts", name),
        "PriorityClass": f"/apis/scheduling.k8s.io/v1/priorityclasses/{name}",
    }
    # An optional ConfigMap is meant to be missing at times.
    if not wanted.needed:
        return
    there = situation.cluster.get(resources[kind], f"get {kind} {name}")
    users = ", ".join(wanted.users)
    if there is None:
        yield Line(NAME, Status.PROBLEM, f"{kind} {name} is missing: {users} cannot start", f"create the {kind} {name}")
        return
    missing = [
        key for key in wanted.keys if key not in {**(there.get("data") or {}), **(there.get("binaryData") or {})}
    ]
    if missing:
        message = f"{kind} {name} lacks {', '.join(missing)}: {users} cannot start"
        yield Line(NAME, Status.PROBLEM, message, f"kubectl -n {situation.namespace} edit {kind.lower()} {name}")
    else:
        yield Line(NAME, Status.FINE, f"{kind} {name} is there")
