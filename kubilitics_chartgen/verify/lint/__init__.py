"""Checks of a chart's source, one file each, all of one shape: a `Subject` in, findings out. Nothing is rendered here.

`lint` runs them all and applies the exemptions that the chart's author wrote down.
"""

from kubilitics_chartgen.verify.lint.run import CHECKS, LintReport, lint
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["CHECKS", "LintReport", "Subject", "lint"]
