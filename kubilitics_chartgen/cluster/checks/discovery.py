"""What the cluster calls each kind: its resource name, and whether it lies in a namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubilitics_chartgen.cluster.connection import Connection

__all__ = ["Discovery"]


class Discovery:
    """Asks once for each group and version."""

    def __init__(self, cluster: Connection) -> None:
        self._cluster = cluster
        self._known: dict[str, dict[str, tuple[str, bool]]] = {}

    def resource(self, api_version: str, kind: str) -> tuple[str, bool] | None:
        """(resource, lies in a namespace), such as (deployments, True); None for an unknown kind."""
        if api_version not in self._known:
            root = "/apis/" if "/" in api_version else "/api/"
            found = self._cluster.get(root + api_version, f"discover {api_version}") or {}
            self._known[api_version] = {
                item["kind"]: (item["name"], bool(item["namespaced"]))
                for item in found.get("resources") or ()
                if "/" not in item["name"]
            }
        return self._known[api_version].get(kind)

    def path(self, item: Mapping[str, Any], namespace: str) -> str | None:
        """Where the object is; None where the cluster does not know its kind."""
        api_version, metadata = str(item.get("apiVersion")), item.get("metadata") or {}
        found = self.resource(api_version, str(item.get("kind")))
        if found is None:
            return None
        root = ("/apis/" if "/" in api_version else "/api/") + api_version
        where = f"/namespaces/{metadata.get('namespace') or namespace}" if found[1] else ""
        return f"{root}{where}/{found[0]}/{metadata.get('name')}"
