"""The smallest values that still show a fault, as a file and as one command of plain Helm. No I/O.

In: a configuration that shows it. What it changes of the chart's defaults is taken back, half by half and then one by
one, as long as the fault stays. `shrink` asks by yielding configurations and is sent their outcomes, so that many
faults are made small at once.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.space.factors import Space
from kubilitics_chartgen.verify.sweep.task import Outcome, Status

__all__ = ["Question", "Shown", "broken_key", "helm_command", "shows", "shrink", "values_text"]

_VARYING = re.compile(r"\d+(?::\d+)*|\"[^\"]*\"")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

Shown = tuple[str, str]
"""A check and the key of its fault."""


class Question(NamedTuple):
    """What is to be rendered before it goes on."""

    configurations: Sequence[Configuration]
    alone: bool = False
    """Whether by Helm as it is, with nothing remembered."""
    exact: bool = False
    """Whether for each one's own Kubernetes version alone."""


def broken_key(message: str) -> str:
    """The same for the same error with other values."""
    return _VARYING.sub("", message)


def shows(outcome: Outcome, shown: Shown) -> bool:
    """Whether an outcome has the fault."""
    if shown[0] == "ends":
        return outcome.status is Status.DIED
    if shown[0] == "renders":
        return outcome.status is Status.BROKEN and broken_key(outcome.message) == shown[1]
    return any((found.check, found.fault.key) == shown for found in outcome.found)


def shrink(
    base: Configuration,
    configuration: Configuration,
    shown: Shown,
    first: Sequence[int] = (),
    *,
    late: Callable[[], bool] = lambda: False,
) -> Generator[Question, Sequence[Outcome], Configuration]:
    """The nearest configuration to `base` that shows it; `first` are the factors that matter to its template.

    Once it is `late`, what was found so far has to do.
    """
    found = configuration
    plain = [replace(found, further={}, removed=()), replace(found, removed=()), replace(found, further={})]
    plain = [each for each in plain if each != found]
    plain.extend(replace(each, release=base.release) for each in [*plain, found] if each.release != base.release)
    plain.sort(key=lambda each: (len(each.removed), len(each.further), each.release != base.release))
    found = (yield from _first(plain, shown)) or found
    start = base.choose({}) if not found.further else replace(base, further=found.further)
    start = replace(start, removed=found.removed, release=found.release)
    picks = list(found.differences(start))
    near = [pick for pick in picks if pick[0] in set(first)]
    tries = [near, [pick for pick in picks if pick not in near]] if 0 < len(near) < len(picks) else []
    for attempt in ([], *tries):
        if (yield from _first([start.choose(dict(attempt))], shown)):
            picks = list(attempt)
            break
    size = max(1, len(picks) // 2)
    while picks and not late():
        candidates = [picks[:at] + picks[at + size :] for at in range(0, len(picks), size)]
        kept = yield from _first([start.choose(dict(each)) for each in candidates], shown)
        if kept is not None:
            picks = list(kept.differences(start))
            size = min(size, max(1, len(picks)))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return start.choose(dict(picks))


def _first(
    candidates: Sequence[Configuration], shown: Shown
) -> Generator[Question, Sequence[Outcome], Configuration | None]:
    if not candidates:
        return None
    outcomes = yield Question(candidates)
    return next((each for each, outcome in zip(candidates, outcomes, strict=True) if shows(outcome, shown)), None)


def helm_command(chart: str, space: Space, configuration: Configuration, template: str) -> str:
    """One line that shows it."""
    release = configuration.release
    parts = ["helm", "template", release.name, chart, "--namespace", release.namespace]
    for key, value in sorted(overrides(space, configuration).items()):
        parts.extend(["--set-json", f"{_escaped(key)}={json.dumps(value)}"])
    if release.upgrade:
        parts.append("--is-upgrade")
    if "/templates/" in template and template.count("/templates/") == 1 and "/charts/" not in template:
        parts.extend(["--show-only", template.split("/", 1)[1]])
    return shlex.join(parts)


def _escaped(key: str) -> str:
    """A key as `--set-json` takes it: what would lead into a map or a list stands for itself."""
    return re.sub(r"[\\.,=\[]", r"\\\g<0>", key)


def values_text(values: Mapping[str, Any], indent: str = "") -> str:
    """Values as YAML that every reader reads alike: texts stand in quotation marks."""
    lines: list[str] = []
    for key, value in values.items():
        name = key if _PLAIN.fullmatch(key) and key.lower() not in _WORDS else json.dumps(key)
        if isinstance(value, Mapping) and value:
            lines.append(f"{indent}{name}:\n{values_text(value, indent + '  ')}")
        else:
            lines.append(f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}\n")
    return "".join(lines)
