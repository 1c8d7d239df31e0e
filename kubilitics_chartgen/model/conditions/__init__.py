"""What values mean: the conditions that connections, rights and fields of objects depend on. No I/O.

A condition holds with any of its `values`: paths, with True for what is set, False for what is not, a pattern, a
number, or several of these. It fails with any of `unless`, and is open otherwise; without `unless` it fails where it
does not hold.
"""

from __future__ import annotations

from kubilitics_chartgen.model.conditions.condition import Condition
from kubilitics_chartgen.model.conditions.fields import FIELDS
from kubilitics_chartgen.model.conditions.objects import OBJECTS, RIGHTS
from kubilitics_chartgen.model.conditions.ways import WAYS

__all__ = ["CONDITIONS", "Condition"]

CONDITIONS: tuple[Condition, ...] = (Condition("always", ({},)), *WAYS, *RIGHTS, *OBJECTS, *FIELDS)
