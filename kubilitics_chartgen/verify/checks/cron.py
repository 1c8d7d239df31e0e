"""Cron schedules as Kubernetes reads them: github.com/robfig/cron/v3's standard parser. Pure."""

from __future__ import annotations

import re

from kubilitics_chartgen.verify.checks.reading import quoted

__all__ = ["schedule_fault"]

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)
_MACROS = frozenset(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"])
_EVERY = re.compile(r"@every ([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+")
_NUMBER = re.compile(r"\+?[0-9]{1,18}")
"""What Go's strconv.Atoi takes."""


def schedule_fault(schedule: str) -> str:
    """Why `schedule` is none, empty where it is one. Empty parts of a field are skipped, as the parser does."""
    if "TZ" in schedule:
        return "must not hold a time zone; set timeZone instead"
    if schedule.startswith("@"):
        known = schedule in _MACROS or _EVERY.fullmatch(schedule)
        return "" if known else f"{quoted(schedule)} is no schedule"
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"{quoted(schedule)} must have five fields"
    for text, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not all(_is_range(part, low, high, names) for part in text.split(",") if part):
            return f"{quoted(schedule)}: {quoted(text)} is no {name}"
    return ""


def _is_range(text: str, low: int, high: int, names: dict[str, int]) -> bool:
    span, slash, step = text.partition("/")
    if slash and _number(step) < 1:
        return False
    if span in ("*", "?"):
        return True
    ends = [names.get(end.lower(), _number(end)) for end in span.split("-")]
    return len(ends) <= 2 and all(low <= end <= high for end in ends) and ends == sorted(ends)


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else -1
