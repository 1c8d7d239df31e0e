"""What templates read of configurations, as keys. Pure; remembers what it has worked out."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.sweep.renderer import fingerprint
from kubilitics_chartgen.verify.sweep.task import Slice

__all__ = ["Key", "Projections"]

Key = tuple[object, ...]


class Projections:
    """Keys such as a sweeper's, for the slices of one chart."""

    def __init__(self, slices: Mapping[str, Slice]) -> None:
        self._slices = slices
        self._getters = {
            name: itemgetter(*part.factors, part.factors[0]) for name, part in slices.items() if part.factors
        }
        self._further: dict[int, tuple[Configuration, str]] = {}

    def key(self, template: str, configuration: Configuration) -> Key:
        """What a template reads of a configuration."""
        getter = self._getters.get(template)
        levels = getter(configuration.levels) if getter else ()
        removed, removable = configuration.removed, self._slices[template].removable
        if removed and removable is not None:
            removed = tuple(number for number in removed if number in removable)
        return (template, levels, removed, (self._fingerprint(configuration), configuration.release))

    def _fingerprint(self, configuration: Configuration) -> str:
        if not configuration.further:
            return ""
        known = self._further.get(id(configuration))
        if known is None:
            known = self._further[id(configuration)] = (configuration, fingerprint(configuration.further))
        return known[1]
