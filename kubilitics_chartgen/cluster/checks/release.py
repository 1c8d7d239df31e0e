"""The release, if it is there already, and whoever else owns what it would bring."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.cluster.checks.discovery import Discovery
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status
from kubilitics_chartgen.cluster.release import decode_release
from kubilitics_chartgen.errors import InputError

__all__ = ["check", "owners"]

NAME = "release"


def check(situation: Situation) -> Iterator[Line]:
    """The release's state, and whose it is."""
    yield _state(situation)
    yield from _other_chart(situation)


def _state(situation: Situation) -> Line:
    revisions = situation.revisions
    name, where = situation.release, f"-n {situation.namespace}"
    if not revisions:
        return Line(NAME, Status.FINE, f"{name} is not installed in {situation.namespace} yet")
    number, status = revisions[-1]
    good = [number for number, state in revisions if state in ("deployed", "superseded")]
    back = f"helm rollback {name} {good[-1]} {where}" if good else ""
    if status == "deployed":
        return Line(NAME, Status.FINE, f"{name} is there, revision {number}: this would be an upgrade")
    if status.startswith("pending"):
        fix = back or f"helm uninstall {name} {where}"
        why = "a helm command still runs or was interrupted, and Helm refuses others"
        message = f"{name}: revision {number} is {status}: {why}"
        return Line(NAME, Status.PROBLEM, message, f"when no helm command runs any more: {fix}")
    if status == "uninstalled":
        message = f"{name} was uninstalled with its history kept: helm install refuses the name"
        return Line(NAME, Status.PROBLEM, message, f"helm uninstall {name} {where}, or helm upgrade --install")
    if status == "failed" and not good:
        message = f"{name}: the installation failed; helm install refuses the name, helm upgrade --install goes on"
        return Line(NAME, Status.WARNING, message, f"helm upgrade --install {name} ... {where}")
    if status == "failed":
        why = "helm compares with the last good one, and leaves behind what the failed one added"
        return Line(NAME, Status.WARNING, f"{name}: revision {number} failed; in an upgrade {why}", f"first: {back}")
    return Line(NAME, Status.WARNING, f"{name}: revision {number} is {status}; an upgrade goes on from it")


def _other_chart(situation: Situation) -> Iterator[Line]:
    if not situation.revisions or not situation.chart:
        return
    name, where, newest = situation.release, situation.namespace, situation.revisions[-1][0]
    record = situation.cluster.get(
        situation.path("secrets", f"sh.helm.release.v1.{name}.v{newest}"), f"get secrets in {where}"
    )
    try:
        there = decode_release(str(((record or {}).get("data") or {}).get("release") or ""), f"revision {newest}")
    except InputError as error:
        yield Line(NAME, Status.PROBLEM, f"{name}: {error}", f"helm rollback {name} -n {where}")
        return
    if there.chart != situation.chart:
        message = (
            f"{name} is a release of the chart {there.chart}, and this is {situation.chart}: "
            "an upgrade would replace everything"
        )
        yield Line(NAME, Status.PROBLEM, message, "name the right chart, or another release with --release")


def owners(situation: Situation) -> Iterator[Line]:
    """A line for each object that is in the release's way."""
    discovery = Discovery(situation.cluster)
    for item in situation.needs.objects:
        path = discovery.path(item, situation.namespace)
        name = (item.get("metadata") or {}).get("name")
        if path is None or "helm.sh/hook" in ((item.get("metadata") or {}).get("annotations") or {}):
            continue
        there = situation.cluster.get(path, f"get {item.get('kind')}/{name}", metadata_only=True)
        if there is None:
            continue
        metadata = there.get("metadata") or {}
        notes, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
        owner = (notes.get("meta.helm.sh/release-name"), notes.get("meta.helm.sh/release-namespace"))
        if owner == (situation.release, situation.namespace) and labels.get("app.kubernetes.io/managed-by") == "Helm":
            continue
        who = f"of release {owner[0]} in {owner[1]}" if owner[0] else "not made by Helm"
        message = f"{item.get('kind')}/{name} is there already, {who}: Helm would refuse to take it over"
        yield Line("owners", Status.PROBLEM, message, "remove it, or choose another release name")
