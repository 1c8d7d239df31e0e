"""What a chart's author says about factors in `.chartgen.yaml`. Pure.

verify:
  isolate: [extra.enabled]         # a value that must leave all objects as they are but those it brings
  factors:
    add:
      web.color: [red, green]      # levels beside those that are found
    fix:
      web.mode: [fast]             # these levels and no others
    exclude: ["legacy.*"]          # never varied
    keep: ["*.limits"]             # never taken away by null
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.verify.space.factors import ABSENT, Path

__all__ = ["FactorSettings", "read_factor_settings"]

_FILE = ".chartgen.yaml"
_KEYS = {
    "": ("kubeVersion", "declared", "lint", "verify", "upgrade"),
    "kubeVersion": ("value",),
    "lint": ("exempt",),
    "verify": ("isolate", "factors", "exempt"),
    "upgrade": ("exempt",),
}
"""What may stand in the file, and in each of its sections; `declared` is read elsewhere."""


@dataclass(frozen=True)
class FactorSettings:
    """What the author adds, fixes, excludes and keeps."""

    added: Mapping[Path, tuple[Any, ...]] = field(default_factory=dict)
    fixed: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """What is never set to null."""
    isolated: tuple[str, ...] = ()
    """Values that must leave all objects as they are but those they bring."""


def read_factor_settings(settings: Mapping[str, Any], *, released: bool = False) -> FactorSettings:
    """The part `verify.factors`. Raises InputError with everything that cannot be used, in this part or unknown.

    What is not known in a chart that was released was for another version of this program, and nobody can mend it.
    """
    problems: list[Problem] = []

    def problem(path: str, message: str) -> None:
        problems.append(Problem(message, path=path, file=_FILE))

    for section, known in () if released else _KEYS.items():
        given = settings if not section else settings.get(section)
        for key in sorted(map(str, set(given) - set(known))) if isinstance(given, Mapping) else ():
            problem(f"{section}.{key}".lstrip("."), f"is not known here: {', '.join(known)} are")
    verify = settings.get("verify") or {}
    if not isinstance(verify, Mapping):
        problem("verify", f"a mapping with the keys {', '.join(_KEYS['verify'])} is expected")
        verify = {}
    factors = verify.get("factors") or {}
    if not isinstance(factors, Mapping):
        problem("verify.factors", "a mapping with the keys add, fix, exclude and keep is expected")
        factors = {}
    for key in sorted(set(factors) - {"add", "fix", "exclude", "keep"}):
        problem(f"verify.factors.{key}", "is not known here: add, fix, exclude and keep are")
    lists: dict[str, dict[str, tuple[Any, ...]]] = {"add": {}, "fix": {}}
    for part, found in lists.items():
        given = factors.get(part) or {}
        if not isinstance(given, Mapping):
            problem(f"verify.factors.{part}", "a mapping from values path to a list of values is expected")
            continue
        for path, values in given.items():
            if isinstance(values, list) and values:
                found[str(path)] = tuple(ABSENT if value is None else value for value in values)
            else:
                problem(f"verify.factors.{part}.{path}", "a list with at least one value is expected")
    patterns: dict[str, tuple[str, ...]] = {"exclude": (), "keep": ()}
    for part in patterns:
        given = factors.get(part) or []
        if isinstance(given, list) and all(isinstance(path, str) for path in given):
            patterns[part] = tuple(given)
        else:
            problem(f"verify.factors.{part}", "a list of values paths is expected")
    isolated = verify.get("isolate") or []
    if not isinstance(isolated, list) or not all(isinstance(path, str) for path in isolated):
        problem("verify.isolate", "a list of values paths is expected")
        isolated = []
    if problems:
        raise InputError(f"{_FILE} cannot be used.", problems)
    added = {tuple(path.split(".")): values for path, values in lists["add"].items()}
    return FactorSettings(added, lists["fix"], patterns["exclude"], patterns["keep"], tuple(isolated))
