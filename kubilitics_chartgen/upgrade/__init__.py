"""What an upgrade will do, object by object, before it is done. Knows charts and releases, not Kubilitics.

`make_plan` is the whole of it: two sets of documents in, a `Plan` out, nothing asked of any cluster.
"""

from __future__ import annotations

from kubilitics_chartgen.upgrade.change import Change, Difference, Verdict
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.plan import Plan, make_plan
from kubilitics_chartgen.upgrade.state import State

__all__ = ["Apply", "Change", "Difference", "Plan", "State", "Verdict", "make_plan"]
