"""Would API servers of several Kubernetes versions decode this object? Pure, beyond packaged data.

Most definitions only grow from one version to the next. Where what an older version accepts is certain to be accepted
by a newer one, as their schemas show field by field, the older verdict stands for both; so an object is judged once or
twice instead of thirteen times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from kubilitics_chartgen.kube.packaged import JsonObject
from kubilitics_chartgen.kube.schemas import (
    SchemaProblem,
    closure_of,
    definition_of,
    problems,
    served_kinds,
    validator_of,
)
from kubilitics_chartgen.kube.versions import KubeVersion

__all__ = ["compile_for", "problems_in"]


def problems_in(obj: Any, versions: Sequence[KubeVersion]) -> list[tuple[SchemaProblem, tuple[KubeVersion, ...]]]:
    """Each problem with the versions that have it, by path; what `problems` finds for each version alone."""
    if isinstance(obj, Mapping):
        api_version, kind = obj.get("apiVersion"), obj.get("kind")
        if isinstance(api_version, str) and isinstance(kind, str):
            validators = _deciding(api_version, kind, tuple(versions))
            try:
                if validators and all(validator.is_valid(obj) for validator in validators):
                    return []
            except ValueError:  # what JSON cannot hold; `problems` says so
                pass
    found: dict[SchemaProblem, list[KubeVersion]] = {}
    for version in versions:
        for problem in problems(obj, version):
            found.setdefault(problem, []).append(version)
    return sorted(
        ((problem, tuple(having)) for problem, having in found.items()),
        key=lambda item: (item[0].path, item[0].message),
    )


def compile_for(api_version: str, kind: str, versions: Sequence[KubeVersion]) -> None:
    """Compile what `problems_in` will ask for objects of this kind, before there is one."""
    _deciding(api_version, kind, tuple(versions))


@cache
def _deciding(
    api_version: str, kind: str, versions: tuple[KubeVersion, ...]
) -> tuple[jsonschema_rs.Draft202012Validator, ...]:
    """Validators whose approval means that all versions approve; none where a version does not serve the kind."""
    minors = sorted({version.minor for version in versions})
    roots = {minor: served_kinds(minor).get((api_version, kind)) for minor in minors}
    if not all(roots.values()):
        return ()
    deciding: list[int] = []
    for minor in minors:
        if not any(_covers_all(older, minor, str(roots[older])) for older in deciding if roots[older] == roots[minor]):
            deciding.append(minor)
    return tuple(dict.fromkeys(validator_of(minor, str(roots[minor])) for minor in deciding))


def _covers_all(older: int, newer: int, root: str) -> bool:
    """Whether all that `older` accepts as a `root`, `newer` accepts."""
    ours = set(closure_of(older, root))
    return ours <= set(closure_of(newer, root)) and all(_pair_covers(older, newer, name) for name in ours)


@cache
def _pair_covers(older: int, newer: int, name: str) -> bool:
    return _covers(definition_of(older, name)[0], definition_of(newer, name)[0])


def _covers(older: JsonObject, newer: JsonObject) -> bool:
    """Whether `newer` accepts all that `older` does; says no where it is not certain."""
    if older == newer:
        return True
    for key in set(older) | set(newer):
        ours, theirs = older.get(key), newer.get(key)
        if ours == theirs:
            continue
        if key == "properties":
            ours, theirs = ours or {}, theirs or {}
            if any(field not in theirs or not _covers(rule, theirs[field]) for field, rule in ours.items()):
                return False
            # A field that is new may have been anything before, where other fields were not refused.
            if len(theirs) > len(ours) and older.get("additionalProperties") is not False:
                return False
        elif key == "required":
            if not set(theirs or ()) <= set(ours or ()):
                return False
        elif key in ("items", "additionalProperties") and isinstance(ours, dict) and isinstance(theirs, dict):
            if not _covers(ours, theirs):
                return False
        else:
            return False
    return True
