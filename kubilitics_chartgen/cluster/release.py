"""The release that runs in a cluster, as Helm has recorded it. Reads one Secret; its content is bounded.

Helm keeps each revision in a Secret: gzipped JSON with the manifest, the hooks, the values, and (Helm 4) how the
revision was applied.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from gzip import BadGzipFile, GzipFile
from typing import Any

from kubilitics_chartgen.cluster.connection import Connection, DeniedError
from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["InstalledRelease", "decode_release", "read_release"]

_LARGEST = 100 * 1024 * 1024


@dataclass(frozen=True)
class InstalledRelease:
    """One revision of a release."""

    name: str
    namespace: str
    revision: int
    status: str
    chart: str
    """The chart's name."""
    chart_version: str
    manifest: str
    hooks: tuple[str, ...]
    """The manifest of each hook."""
    server_side: bool
    """Whether Helm applied it server-side, and so will the next upgrade."""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What its users gave."""
    defaults: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Its chart's."""


def read_release(cluster: Connection, name: str, namespace: str) -> InstalledRelease:
    """The revision that an upgrade starts from. Raises InputError or ToolError with what to do."""
    path = f"/api/v1/namespaces/{namespace}/secrets"
    try:
        found = cluster.items(path, "list secrets", metadata_only=True, labelSelector=f"owner=helm,name={name}")
        labels = [(item.get("metadata") or {}).get("labels") or {} for item in found]
        revisions = sorted(
            (int(item["version"]), str(item.get("status"))) for item in labels if str(item.get("version")).isdigit()
        )
        if not revisions:
            raise InputError(f"there is no release {name} in {namespace}. Name it with --release and --namespace.")
        newest, status = revisions[-1]
        if status.startswith("pending"):
            raise InputError(
                f"revision {newest} of {name} is {status}: a helm command still runs, or was interrupted. "
                f"When none runs: helm rollback {name} --namespace {namespace}"
            )
        if status not in ("failed", "superseded") and "deployed" not in {state for _number, state in revisions}:
            raise InputError(
                f"revision {newest} of {name} is {status} and none is deployed: helm upgrade refuses that. Install it "
                f"anew: helm uninstall {name} --namespace {namespace}, then helm install"
            )
        # A failed revision is no base: Helm compares with the last one that was deployed.
        chosen = next((number for number, state in reversed(revisions) if state == "deployed"), newest)
        record = cluster.get(f"{path}/sh.helm.release.v1.{name}.v{chosen}", "get secrets") or {}
    except DeniedError as error:
        raise ToolError(
            f"you may not {error.what} in {namespace}, where Helm keeps its record of the release. Ask for that "
            "permission, or plan from the old chart and its values instead of --live."
        ) from error
    return decode_release(str((record.get("data") or {}).get("release") or ""), f"revision {chosen} of {name}")


def decode_release(data: str, what: str) -> InstalledRelease:
    """Helm's record of a revision; `data` as it stands in the Secret. Raises InputError for what is none."""
    try:
        packed = base64.b64decode(base64.b64decode(data, validate=True), validate=True)
        with GzipFile(fileobj=io.BytesIO(packed)) as stream:
            text = stream.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise InputError(f"{what} unpacks to more than {_LARGEST // 2**20} MiB, which is the limit.")
        found = json.loads(text)
        recorded = _map(found["chart"])
        chart = _map(recorded["metadata"])
        return InstalledRelease(
            name=str(found["name"]),
            namespace=str(found["namespace"]),
            revision=int(found["version"]),
            status=str(_map(found["info"]).get("status")),
            chart=str(chart["name"]),
            chart_version=str(chart.get("version") or ""),
            # Left out where there is none.
            manifest=str(found.get("manifest") or ""),
            hooks=tuple(str(_map(hook).get("manifest") or "") for hook in found.get("hooks") or ()),
            server_side=found.get("apply_method") == "ssa",
            values=_map(found.get("config") or {}),
            defaults=_map(recorded.get("values") or {}),
        )
    except (
        binascii.Error,
        BadGzipFile,
        EOFError,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise InputError(f"{what} is no record that Helm has written, or a damaged one.") from error


def _map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("a mapping is expected")
    return value
