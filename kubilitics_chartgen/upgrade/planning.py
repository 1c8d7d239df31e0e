"""The whole plan of an upgrade, from what the user names: charts on disk, or a release in a cluster and the new chart.

Reads charts and values files; `plan_from_cluster` asks the cluster, and changes nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kubilitics_chartgen.cluster import Connection, kubernetes_version, read_release
from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm import EmbeddedEngine, Keep, RefusedError, UpgradeValues
from kubilitics_chartgen.kube.versions import KubeVersion, newest, parse_version
from kubilitics_chartgen.upgrade.live import Live, ask
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.notes import notes_on
from kubilitics_chartgen.upgrade.plan import Plan, make_plan
from kubilitics_chartgen.upgrade.source import Running, Side, Target, recorded, running, shown_paths, upgraded

__all__ = ["Planned", "Wish", "plan_from_charts", "plan_from_cluster"]


@dataclass(frozen=True)
class Wish:
    """How the upgrade is meant to be run."""

    new: Side
    target: Target
    keep: Keep = Keep.unless_given
    apply: Apply | None = None
    """None: as the release was applied; offline both ways, of which the worse counts."""


@dataclass(frozen=True)
class Planned:
    """The plan, the way back, and what they rest on."""

    title: str
    plan: Plan
    back: Plan
    version: KubeVersion
    target: Target
    applies: tuple[Apply, ...]
    notes: tuple[str, ...]


def plan_from_charts(old: Side, wish: Wish, *, borrowed: bool) -> Planned:
    """From the old chart; `borrowed` says that its values are those of the new one, as the user named no others."""
    try:
        before = running(old, wish.target)
    except RefusedError as error:
        if not borrowed:
            raise
        raise InputError(
            f"{old.name} does not take these values. Name those it runs with by --old-values; an empty file stands "
            "for its defaults.",
            error.problems or [Problem(error.summary)],
        ) from error
    applies = (wish.apply,) if wish.apply else tuple(Apply)
    asked = wish.target.kube_version
    version = parse_version(asked) if asked else newest()
    return _planned(f"{old.name} to {wish.new.name}", before, old, wish, applies, version)


def plan_from_cluster(cluster: Connection, wish: Wish) -> Planned:
    """From the release that runs; the target's namespace is the connection's."""
    served = kubernetes_version(cluster).split("-")[0].split("+")[0]
    installed = read_release(cluster, wish.target.release, cluster.namespace)
    asked = wish.target.kube_version
    # Only a chart that says which value overrides the version can be rendered for the cluster's own.
    known = served if EmbeddedEngine().load(wish.new.chart).kube_version_value else None
    target = replace(wish.target, namespace=installed.namespace, kube_version=asked or known or None)
    version = parse_version(asked or served) if asked or served else newest()
    title = f"{installed.name} in {installed.namespace} ({cluster.context}, revision {installed.revision})"
    applies = (wish.apply or (Apply.server if installed.server_side else Apply.client),)
    wish = replace(wish, target=target)
    return _planned(f"{title} to {wish.new.name}", recorded(installed), None, wish, applies, version, cluster)


def _planned(
    title: str,
    before: Running,
    old: Side | None,
    wish: Wish,
    applies: tuple[Apply, ...],
    version: KubeVersion,
    cluster: Connection | None = None,
) -> Planned:
    target = wish.target
    after, values = upgraded(wish.new, before, target, wish.keep)
    live = None
    if cluster is not None:
        live = ask(cluster, before.state, after, release=target.release, namespace=target.namespace)
    notes = (*_notes(values, wish.keep), *_denied(live), *notes_on(old.chart if old else None, wish.new.chart, version))
    return Planned(
        title,
        make_plan(before.state, after, version=version, applies=applies, live=live),
        make_plan(after, before.state, version=version, applies=applies),
        version,
        target,
        applies,
        notes,
    )


def _denied(live: Live | None) -> tuple[str, ...]:
    if live is None or not live.denied:
        return ()
    return (f"you may not {', '.join(live.denied)}: of these the plan knows what Helm has recorded, not what is there",)


def _notes(values: UpgradeValues, keep: Keep) -> tuple[str, ...]:
    found = []
    if values.kept and keep is Keep.unless_given:
        found.append(
            "no value is given, so Helm keeps those that were given before; --reset-values goes back to the defaults"
        )
    if values.lacking:
        found.append(
            f"{keep.option} leaves out what the new chart has added: {shown_paths(values.lacking)}. "
            f"{Keep.given.option} brings them"
        )
    return tuple(found)
