"""The values of an upgrade, as Helm makes them from those of before: `--reuse-values` and its kin. Pure.

What Helm does (pkg/action/upgrade.go, reuseValues): with `--reuse-values` the old values, defaults included, take the
place of the new chart's defaults; with `--reset-then-reuse-values` the old chart's defaults are left behind; and where
no value is given at all it keeps the given ones of before, unless `--reset-values` says no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kubilitics_chartgen.helm.paths import path_text
from kubilitics_chartgen.helm.values_file import Values, merge

__all__ = ["Before", "Keep", "UpgradeValues", "laid_over", "upgrade_values"]


class Keep(str, Enum):
    """Which of the values of before an upgrade keeps."""

    unless_given = "unless given"
    """Helm's own way: all that were given, where the upgrade gives none."""
    none = "reset"
    given = "reset-then-reuse"
    all = "reuse"
    """The defaults of the old chart too."""

    @property
    def option(self) -> str:
        """Helm's option."""
        return "" if self is Keep.unless_given else f"--{self.value}-values"


@dataclass(frozen=True)
class Before:
    """The values a release runs with."""

    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What its users gave."""
    effective: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The same over its chart's defaults."""


@dataclass(frozen=True)
class UpgradeValues:
    """What the new chart gets."""

    values: Values
    kept: bool
    """Whether values of before are among them."""
    defaults: Mapping[str, Any] | None = field(default=None, repr=False)
    """What takes the place of the new chart's values.yaml; None: nothing does."""
    lacking: tuple[str, ...] = ()
    """Values paths that the new chart has a default for, and that do not reach its templates."""


def upgrade_values(given: Values, before: Before, keep: Keep, defaults: Mapping[str, Any]) -> UpgradeValues:
    """The values for the new chart, whose values.yaml is `defaults`."""
    if keep is Keep.none or (keep is Keep.unless_given and (given.data or not before.given)):
        return UpgradeValues(given, kept=False)
    values = Values(laid_over(given.data, before.given), given.places)
    if keep is not Keep.all:
        return UpgradeValues(values, kept=bool(before.given))
    lacking = tuple(path_text(path) for path in _lacking(defaults, merge(before.effective, values.data)))
    return UpgradeValues(values, kept=True, defaults=before.effective, lacking=lacking)


def laid_over(above: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """As Helm's CoalesceTables: where a null lies over a value, neither is left."""
    merged = {key: value for key, value in above.items() if value is not None or below.get(key) is None}
    for key, value in below.items():
        if key not in above:
            merged[key] = value
        elif isinstance(value, Mapping) and isinstance(above[key], Mapping):
            merged[key] = laid_over(above[key], value)
    return merged


def _lacking(defaults: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, value in defaults.items():
        if key not in data:
            if value is not None:
                yield (key,)
        elif isinstance(value, Mapping) and isinstance(data[key], Mapping):
            yield from ((key, *rest) for rest in _lacking(value, data[key]))
