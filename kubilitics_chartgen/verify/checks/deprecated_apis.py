"""Check `deprecated-apis`: no object uses an API that is on its way out while its successor is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from kubilitics_chartgen.kube.schemas import served_kinds
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["DeprecatedApis"]


class DeprecatedApis:
    """See `sentence`."""

    name = "deprecated-apis"
    sentence = (
        "No object uses an API that Kubernetes has deprecated by the versions it is meant for: it will be removed, and "
        "then the release cannot be upgraded."
    )
    severity: Severity = "warning"
    fix = "Use the successor; where older versions do not have it, choose by .Capabilities.APIVersions."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: D102
        row = _rows().get((document.api_version, document.kind))
        if row is None:
            return
        key = (document.api_version, document.kind)
        late = [
            version
            for version in context.kube_versions
            if version.minor >= row["deprecated"] and key in served_kinds(version.minor)
        ]
        if late:
            message = f"`{document.api_version}` is deprecated since Kubernetes `1.{row['deprecated']}`"
            message += f" and gone in `1.{row['removed']}`" if row.get("removed") else ""
            message += f"; use `{row['instead']}`" if row.get("instead") else ""
            yield fault(self, document, "apiVersion", message)


@cache
def _rows() -> dict[tuple[str, str], dict[str, Any]]:
    text = resources.files(__package__).joinpath("deprecated_apis.json").read_text(encoding="utf-8")
    rows = json.loads(text)["apis"]
    return {(row["apiVersion"], row["kind"]): row for row in rows}
