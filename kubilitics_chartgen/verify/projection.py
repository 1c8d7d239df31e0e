"""What a template reads of a configuration: two configurations that agree in it give the same text. Pure."""

from __future__ import annotations

import json

from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.sweep.task import Slice

__all__ = ["projection"]


def projection(part: Slice, configuration: Configuration) -> tuple[object, ...]:
    """The levels that count, what is taken away of what counts, values that are no levels, the release."""
    removed = configuration.removed
    if part.removable is not None:
        removed = tuple(number for number in removed if number in part.removable)
    levels = tuple(configuration.levels[factor] for factor in part.factors)
    further = json.dumps(configuration.further, sort_keys=True, default=str) if configuration.further else ""
    return (levels, removed, further, configuration.release)
