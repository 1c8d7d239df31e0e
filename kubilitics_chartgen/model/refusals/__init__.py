"""Combinations of values that the chart refuses, and known mistakes it answers kindly. No I/O.

The condition of each stands once, in a `_validate.tpl` of the chart, under the same id. The chart, the documentation
and the tests take the words and the examples from here.
"""

from kubilitics_chartgen.model.refusals.ai import AI_REFUSALS
from kubilitics_chartgen.model.refusals.auxiliary import AUXILIARY_REFUSALS
from kubilitics_chartgen.model.refusals.core import CORE_REFUSALS
from kubilitics_chartgen.model.refusals.exposure import EXPOSURE_REFUSALS
from kubilitics_chartgen.model.refusals.knobs import KNOB_REFUSALS
from kubilitics_chartgen.model.refusals.operations import OPERATIONS_REFUSALS
from kubilitics_chartgen.model.refusals.refusal import Refusal
from kubilitics_chartgen.model.refusals.scaling import SCALING_REFUSALS
from kubilitics_chartgen.model.refusals.versions import VERSION_REFUSALS

__all__ = ["REFUSALS", "Refusal"]

REFUSALS: tuple[Refusal, ...] = (
    *CORE_REFUSALS,
    *AI_REFUSALS,
    *SCALING_REFUSALS,
    *AUXILIARY_REFUSALS,
    *KNOB_REFUSALS,
    *EXPOSURE_REFUSALS,
    *OPERATIONS_REFUSALS,
    *VERSION_REFUSALS,
)
