"""The values of the chart as typed models: names, types, defaults and what each value means. No I/O.

One class per section of values.yaml; `walk.tree()` turns them into plain nodes, which every target reads.
"""

from kubilitics_chartgen.model.values.root import Values
from kubilitics_chartgen.model.values.walk import Node, leaves, tree

__all__ = ["Node", "Values", "leaves", "tree"]
