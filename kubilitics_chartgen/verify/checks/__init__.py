"""Checks of rendered objects, one file each. `CHECKS` holds them all; no I/O beyond packaged data."""

from __future__ import annotations

from kubilitics_chartgen.verify.checks.check import (
    ChartCheck,
    Check,
    Context,
    Document,
    DocumentCheck,
    Facts,
    Fault,
    Severity,
)
from kubilitics_chartgen.verify.checks.declared import Declared, read_declared

__all__ = [
    "CHECKS",
    "ChartCheck",
    "Check",
    "Context",
    "Declared",
    "Document",
    "DocumentCheck",
    "Facts",
    "Fault",
    "Severity",
    "read_declared",
]

CHECKS: tuple[DocumentCheck | ChartCheck, ...] = ()
"""Every check, in the order of the report."""
