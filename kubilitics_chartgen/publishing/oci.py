"""Publishes a packed chart to an OCI registry as Helm does, once and for all. Talks to the registry.

In: an archive, its signature, and where to. A version that is there already is never replaced: the same content counts
as done, any other is refused. The tag comes last, so an interrupted run publishes nothing and can simply be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing.archive import Archive, sha256
from kubilitics_chartgen.publishing.image import parse_image
from kubilitics_chartgen.publishing.registry.credentials import find_credentials
from kubilitics_chartgen.publishing.registry.http import Transport
from kubilitics_chartgen.publishing.registry.repository import MANIFEST, Repository
from kubilitics_chartgen.publishing.registry.session import Session

__all__ = ["CHART", "OciPlan", "Published", "connect", "plan", "publish", "registry_address"]

_CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""The media type of a chart's archive."""
_PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
_ADDRESSES = {"docker.io": "registry-1.docker.io"}
"""Registries that answer at another name than people write."""


@dataclass(frozen=True)
class OciPlan:
    """What will lie in the registry."""

    registry: str
    repository: str
    tag: str
    manifest: bytes
    blobs: tuple[bytes, ...]

    @property
    def reference(self) -> str:
        """The chart as Helm's commands name it."""
        return f"oci://{self.registry}/{self.repository}:{self.tag}"

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return f"sha256:{sha256(self.manifest)}"


@dataclass(frozen=True)
class Published:
    """What happened."""

    already: bool
    """Whether it was there before, with the same content."""
    sent: int
    """How many blobs were sent; the others were there."""


def plan(target: str, archive: Archive, provenance: bytes | None) -> OciPlan:
    """What publishing to `oci://registry/folder` would write; raises InputError for an address that is none."""
    address = target.removeprefix("oci://").rstrip("/")
    parsed = parse_image(f"{address}/{archive.name}")
    if parsed is None or parsed.tag or f"{parsed.registry}/{parsed.repository}" != f"{address}/{archive.name}":
        raise InputError(f"{target!r} is no address for charts. Write it as oci://registry.example/folder.")
    config = json.dumps(archive.metadata, sort_keys=True, separators=(",", ":")).encode()
    layers = [(CHART, archive.data), *([(_PROVENANCE, provenance)] if provenance is not None else [])]
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(_CONFIG, config),
        "layers": [_descriptor(kind, data) for kind, data in layers],
        "annotations": _annotations(archive),
    }
    return OciPlan(
        parsed.registry,
        parsed.repository,
        archive.version.replace("+", "_"),  # a tag has no plus; Helm does the same
        json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode(),
        (config, *(data for _kind, data in layers)),
    )


def registry_address(registry: str) -> str:
    """The name that a registry answers at."""
    return _ADDRESSES.get(registry, registry)


def connect(planned: OciPlan, *, ca_file: Path | None = None, plain_http: bool = False) -> Repository:
    """The repository that the plan is for, with the credentials that are found for it."""
    base = f"{'http' if plain_http else 'https'}://{registry_address(planned.registry)}"
    scope = f"repository:{planned.repository}:pull,push"
    session = Session(Transport(ca_file=ca_file), base, scope, find_credentials(planned.registry))
    return Repository(session, planned.repository)


def publish(planned: OciPlan, repository: Repository) -> Published:
    """Write what is missing, the tag last, and read everything back."""
    if _is_there(planned, repository):
        _read_back(planned, repository)
        return Published(already=True, sent=0)
    sent = sum(repository.put_blob(blob) for blob in planned.blobs)
    # Somebody may have published in the meantime; the specification knows no lock.
    if not _is_there(planned, repository):
        repository.put_manifest(planned.tag, planned.manifest)
    _read_back(planned, repository)
    return Published(already=False, sent=sent)


def _is_there(planned: OciPlan, repository: Repository) -> bool:
    there = repository.manifest(planned.tag)
    if there is None or there == planned.manifest:
        return there is not None
    raise InputError(
        f"{planned.reference} is published already, with other content (sha256:{sha256(there)}). "
        "A published version is never replaced: raise the version."
    )


def _read_back(planned: OciPlan, repository: Repository) -> None:
    for reference in (planned.tag, planned.digest):
        if repository.manifest(reference) != planned.manifest:
            raise ToolError(f"{planned.registry} does not show what was published: do not use {planned.reference}.")
    for blob in planned.blobs:
        repository.blob(f"sha256:{sha256(blob)}")


def _descriptor(kind: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{sha256(data)}", "size": len(data)}


def _annotations(archive: Archive) -> Mapping[str, str]:
    """Those that Helm writes, from Chart.yaml."""
    metadata = archive.metadata
    sources = metadata.get("sources") or [""]
    people = [person for person in metadata.get("maintainers") or () if isinstance(person, Mapping)]
    authors = ", ".join(
        f"{person.get('name', '')} ({person['email']})" if person.get("email") else str(person.get("name", ""))
        for person in people
    )
    given = {
        "title": archive.name,
        "version": archive.version,
        "created": archive.timestamp,
        "description": str(metadata.get("description") or ""),
        "url": str(metadata.get("home") or ""),
        "source": str(sources[0]),
        "authors": authors,
    }
    return {f"org.opencontainers.image.{key}": value for key, value in given.items() if value}
