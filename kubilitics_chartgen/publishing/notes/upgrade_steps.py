"""How to get from one release to the next: the one place that says so. No I/O.

The steps follow from what changed between the charts, and from the plans of upgrades with the scenarios both accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubilitics_chartgen.publishing.notes.compare import DEFAULTS, Comparison
from kubilitics_chartgen.upgrade import Plan, Verdict

__all__ = ["upgrade_steps"]


def upgrade_steps(found: Comparison) -> tuple[str, ...]:
    """Steps in their order, each one Markdown paragraph."""
    name, version = found.new.name, found.new.version
    steps = []
    if found.new.kube_range != found.old.kube_range:
        before = f"`{found.old.kube_range}`" if found.old.kube_range else "any version"
        steps.append(f"Check your cluster: the chart wants Kubernetes `{found.new.kube_range}`, and before {before}.")
    if found.removed_values:
        paths = ", ".join(f"`{change.path}`" for change in found.removed_values)
        steps.append(f"Take out of your values what is gone: {paths}.")
    narrowed = {path: gone for path, (_new, gone) in found.accepted.items() if gone}
    for path, gone in narrowed.items():
        steps.append(f"Where `{path}` is {_either(gone)} in your values, choose another: it is not accepted any more.")
    if found.changed_values:
        steps.append("Read the changed defaults below, and set in your values what should stay as it was.")
    steps.extend(_dangers(found.upgrades, "Before you upgrade, settle what would fail or lose data"))
    steps.extend(_expected(found.upgrades))
    steps.append(
        f"Upgrade with your values: `helm upgrade {name} <chart> --version {version} --reset-then-reuse-values`, "
        "or name your values files with `-f`. `kubilitics-chartgen plan` says beforehand what it does with your values."
    )
    steps.append(f"If it does not go well, go back: `helm rollback {name}`.")
    steps.extend(_dangers(found.ways_back, "The way back is not open everywhere"))
    return tuple(steps)


def _dangers(plans: Mapping[str, Plan], title: str) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for name, plan in plans.items():
        for change in plan.changes:
            if change.verdict.is_dangerous:
                text = f"`{change.identity}`: {change.verdict.value}: {'; '.join(change.reasons)}"
                said.setdefault(text, []).append(name)
    if said:
        yield f"**{title}:** " + ". ".join(text + _with(names) for text, names in said.items()) + "."


def _expected(plans: Mapping[str, Plan]) -> Iterator[str]:
    """What happens to pods that run."""
    worst = max((plan.verdict.rank for plan in plans.values()), default=None)
    if worst is not None and worst < Verdict.RESTART.rank:
        yield "No rolling restart is needed for what runs with the defaults or a profile that both releases accept."
    for verdict, title in (
        (Verdict.DOWNTIME, "Choose a time at which these may be away for a moment, for they are recreated"),
        (Verdict.RESTART, "Expect rolling restarts"),
    ):
        said: dict[str, list[str]] = {}
        for name, plan in plans.items():
            for change in plan.changes:
                if change.verdict is verdict:
                    said.setdefault(f"`{change.identity}`", []).append(name)
        if said:
            yield f"{title}: " + ", ".join(text + _with(names) for text, names in said.items()) + "."


def _with(names: list[str]) -> str:
    return "" if DEFAULTS in names else f" (with {', '.join(names)})"


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(f"`{value}`" for value in values)
