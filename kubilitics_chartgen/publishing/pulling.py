"""Fetches a chart from an OCI registry, as `helm pull` does. Talks to the registry.

In: a reference such as `oci://registry.example/charts/shop:1.2.0`. Out: the archive's bytes, which have the digests
that the manifest names; nothing of them is trusted further.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.helm.chart_source import MAX_PACKED
from kubilitics_chartgen.publishing.image import Image, parse_image
from kubilitics_chartgen.publishing.oci import CHART, registry_address
from kubilitics_chartgen.publishing.registry.credentials import find_credentials
from kubilitics_chartgen.publishing.registry.http import Transport
from kubilitics_chartgen.publishing.registry.repository import Repository
from kubilitics_chartgen.publishing.registry.session import Session

__all__ = ["SCHEME", "pull"]

SCHEME = "oci://"


def pull(reference: str, *, ca_file: Path | None = None, plain_http: bool = False) -> bytes:
    """The packed chart; raises InputError for a reference that leads to none."""
    image = _parsed(reference)
    base = f"{'http' if plain_http else 'https'}://{registry_address(image.registry)}"
    session = Session(
        Transport(ca_file=ca_file), base, f"repository:{image.repository}:pull", find_credentials(image.registry)
    )
    repository = Repository(session, image.repository)
    manifest = repository.manifest(image.digest or image.tag)
    if manifest is None:
        raise InputError(f"there is no {reference}: {image.registry} does not know it.")
    return repository.blob(_layer(reference, manifest))


def _parsed(reference: str) -> Image:
    address = reference.removeprefix(SCHEME)
    # Helm writes the plus of a version, which a tag cannot have, as an underscore.
    name, at, digest = address.partition("@")
    folder, slash, last = name.rpartition("/")
    image = parse_image(f"{folder}{slash}{last.replace('+', '_')}{at}{digest}")
    if image is None or not image.registry or address.partition("/")[0] != image.registry:
        raise InputError(f"{reference} is no address of a chart. Write it as oci://registry.example/charts/shop:1.2.0")
    if not image.tag and not image.digest:
        raise InputError(f"{reference} names no version. Write it behind the name, such as {reference}:1.2.0")
    return image


def _layer(reference: str, manifest: bytes) -> str:
    """The digest of the chart's archive."""
    try:
        listed = json.loads(manifest)["layers"]
        layers = [layer for layer in listed if isinstance(layer, Mapping) and layer.get("mediaType") == CHART]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{reference} is no chart: what lies there has no layers.") from error
    if len(layers) != 1:
        raise InputError(f"{reference} is no chart: Helm did not put it there.")
    return _digest(reference, layers[0])


def _digest(reference: str, layer: Mapping[str, Any]) -> str:
    digest, size = str(layer.get("digest")), layer.get("size")
    if not isinstance(size, int) or parse_image(f"x@{digest}") is None:
        raise ToolError(f"{reference} has a manifest that names no archive.")
    if size > MAX_PACKED:
        raise InputError(
            f"{reference} is larger than {MAX_PACKED // 2**20} MiB, which is the limit for a packed chart."
        )
    return digest
