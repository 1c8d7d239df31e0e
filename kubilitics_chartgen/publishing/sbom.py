"""What a release consists of, in CycloneDX 1.6: the chart, the charts inside it, the images it names. No I/O.

Only what is known from the chart itself or from a given list of digests stands there. What an image consists of is not
known here, and says so; so does an image whose digest nobody gave.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import kubilitics_chartgen
from kubilitics_chartgen.helm import parse_values
from kubilitics_chartgen.publishing.archive import Archive
from kubilitics_chartgen.publishing.image import Image
from kubilitics_chartgen.publishing.inventory import ImageUse

__all__ = ["sbom"]

_INNER = re.compile(r".+/charts/[^/]+/Chart\.yaml")
_LICENSE = "artifacthub.io/license"


def sbom(archive: Archive, uses: Sequence[ImageUse]) -> dict[str, Any]:
    """The document; the same for the same archive and images, its serial number included."""
    chart = _chart(archive.metadata, f"{archive.name}@{archive.version}")
    chart["hashes"] = [{"alg": "SHA-256", "content": archive.digest}]
    inner = [
        _chart(parse_values(data.decode("utf-8", "replace")).data, name.removesuffix("/Chart.yaml"))
        for name, data in sorted(archive.files.items())
        if _INNER.fullmatch(name)
    ]
    images = [_image(use) for use in uses]
    image_refs = [image["bom-ref"] for image in images]
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": archive.timestamp,
            "tools": {
                "components": [
                    {"type": "application", "name": "kubilitics-chartgen", "version": kubilitics_chartgen.__version__}
                ]
            },
            "component": chart,
        },
        "components": [*inner, *images],
        "dependencies": [
            {"ref": chart["bom-ref"], "dependsOn": sorted([*(part["bom-ref"] for part in inner), *image_refs])},
            *({"ref": ref} for ref in image_refs),
        ],
        # Operators' values can name further images, and an image's content is its builder's to list.
        "compositions": [
            {"aggregate": "incomplete", "dependencies": [chart["bom-ref"]]},
            *([{"aggregate": "unknown", "assemblies": image_refs}] if image_refs else []),
        ],
    }
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    return document


def _chart(metadata: Mapping[str, Any], ref: str) -> dict[str, Any]:
    name, version = str(metadata.get("name") or "unknown"), str(metadata.get("version") or "")
    component: dict[str, Any] = {"type": "application", "bom-ref": f"chart:{ref}", "name": name}
    if version:
        component["version"] = version
    component["purl"] = f"pkg:helm/{quote(name, safe='')}" + (f"@{quote(version, safe='')}" if version else "")
    if metadata.get("description"):
        component["description"] = str(metadata["description"])
    spdx = (metadata.get("annotations") or {}).get(_LICENSE)
    if spdx:
        component["licenses"] = [{"expression": str(spdx)}]
    if metadata.get("home"):
        component["externalReferences"] = [{"type": "website", "url": str(metadata["home"])}]
    return component


def _image(use: ImageUse) -> dict[str, Any]:
    image = use.image
    component: dict[str, Any] = {
        "type": "container",
        "bom-ref": f"image:{image}",
        "name": f"{image.registry}/{image.repository}",
        "purl": _purl(image),
    }
    if image.tag:
        component["version"] = image.tag
    if image.digest:
        component["hashes"] = [{"alg": "SHA-256", "content": image.digest.removeprefix("sha256:")}]
    component["properties"] = [
        {"name": "kubilitics:digest", "value": image.digest or "unknown"},
        {"name": "kubilitics:contents", "value": "unknown"},
        *({"name": "kubilitics:profile", "value": profile} for profile in use.profiles),
    ]
    return component


def _purl(image: Image) -> str:
    name = image.repository.rpartition("/")[2]
    version = f"@{quote(image.digest, safe='')}" if image.digest else ""
    tag = f"&tag={quote(image.tag, safe='')}" if image.tag else ""
    place = quote(f"{image.registry}/{image.repository}", safe="/")
    return f"pkg:oci/{quote(name, safe='')}{version}?repository_url={place}{tag}"
