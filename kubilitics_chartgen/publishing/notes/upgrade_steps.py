"""How to get from one release to the next: the one place that says so. No I/O.

The steps follow from what changed between the charts.
"""

from __future__ import annotations

from kubilitics_chartgen.publishing.notes.compare import Comparison

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
    steps.append(
        f"Upgrade with your values: `helm upgrade {name} <chart> --version {version} --reset-then-reuse-values`, "
        "or name your values files with `-f`."
    )
    steps.append(f"If it does not go well, go back: `helm rollback {name}`.")
    return tuple(steps)


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(f"`{value}`" for value in values)
