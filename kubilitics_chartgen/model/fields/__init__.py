"""Where values arrive in objects, and which objects and entries come with which condition. No I/O.

What several values make together, or the chart computes, is not here: tests of the chart are for that.
"""

from __future__ import annotations

from kubilitics_chartgen.model.fields.ai import of_ai
from kubilitics_chartgen.model.fields.core import core
from kubilitics_chartgen.model.fields.objects import objects
from kubilitics_chartgen.model.fields.parts import of_parts
from kubilitics_chartgen.model.fields.row import Arrival, entries
from kubilitics_chartgen.model.values import Node

__all__ = ["Arrival", "arrivals", "entries"]


def arrivals(root: Node) -> tuple[Arrival, ...]:
    """Every row; `root` are the values."""
    # Two providers that AI's image calls alike give the same row.
    return tuple(dict.fromkeys([*objects(), *of_parts(root), *core(), *of_ai(root)]))
