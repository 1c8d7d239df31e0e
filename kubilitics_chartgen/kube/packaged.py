"""Where the Kubernetes schemas come from: the data in `kubernetes-validate`. I/O: reads that data only.

Its folder `kubernetes-json-schema/vX.Y.0-local-strict` holds one `_definitions.json` per minor version: all
definitions of that version in JSON Schema 2020-12 form. The package itself is never imported, which would cost a
tenth of a second.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import ToolError

__all__ = ["REF_PREFIX", "JsonObject", "minors", "raw_definitions"]

JsonObject = dict[str, Any]

REF_PREFIX = "#/$defs/"
"""How one definition refers to another in the packaged data."""

_FOLDER = re.compile(r"v1\.(\d+)\.0-local-strict")


@lru_cache(maxsize=1)
def _folders() -> dict[int, Path]:
    """Minor version of Kubernetes -> folder with its strict schemas, oldest first."""
    spec = find_spec("kubernetes_validate")
    roots = (spec.submodule_search_locations if spec else None) or []
    found = {
        int(match[1]): folder
        for root in roots
        for folder in Path(root, "kubernetes-json-schema").glob("v1.*-local-strict")
        if (match := _FOLDER.fullmatch(folder.name))
    }
    if not found:
        raise ToolError("The Kubernetes schemas are missing: install the Python package kubernetes-validate again.")
    return dict(sorted(found.items()))


def minors() -> tuple[int, ...]:
    """The minor versions of Kubernetes 1 with packaged schemas, oldest first."""
    return tuple(_folders())


@lru_cache(maxsize=32)
def raw_definitions(minor: int) -> dict[str, JsonObject]:
    """All definitions of Kubernetes 1.`minor` by full name (`io.k8s.api.core.v1.Pod`). Shared: do not change them."""
    data = json.loads((_folders()[minor] / "_definitions.json").read_bytes())
    definitions: dict[str, JsonObject] = data["$defs"]
    return definitions
