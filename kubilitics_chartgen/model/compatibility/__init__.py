"""Which versions of frontend, backend and AI go together, with which chart and Kubernetes (sections 7 and 10). Pure.

The rules stand in `rules`, as typed Python like every other fact of the model: mypy sees a typo in a status or a
field, a range may be named once and used often, and nothing is read from disk. Other programs get them as JSON.
"""

from kubilitics_chartgen.model.compatibility.decision import Finding, Verdict, decide
from kubilitics_chartgen.model.compatibility.exchange import matrix_data, matrix_schema, read_matrix
from kubilitics_chartgen.model.compatibility.lint import lint
from kubilitics_chartgen.model.compatibility.matrix import COMPONENTS, SUBJECTS, Answer, Matrix, Rule, Status
from kubilitics_chartgen.model.compatibility.rules import MATRIX
from kubilitics_chartgen.model.compatibility.updates import Step, Updates, route, updates
from kubilitics_chartgen.model.compatibility.versions import Range, Version

__all__ = [
    "COMPONENTS",
    "MATRIX",
    "SUBJECTS",
    "Answer",
    "Finding",
    "Matrix",
    "Range",
    "Rule",
    "Status",
    "Step",
    "Updates",
    "Verdict",
    "Version",
    "decide",
    "lint",
    "matrix_data",
    "matrix_schema",
    "read_matrix",
    "route",
    "updates",
]
