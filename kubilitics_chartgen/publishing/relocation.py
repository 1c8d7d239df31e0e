"""Values that make a chart pull every image from a registry of one's own, proven by rendering. Reads the chart only.

In: a chart, an operator's values, and the registry (or a folder in one). Out: values to lay over the operator's own.
What they do is not assumed but looked at: with them every rendered image is the one that the mirror script copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm import EmbeddedChart, Release, documents
from kubilitics_chartgen.helm.values_file import merge
from kubilitics_chartgen.publishing.image import Image, parse_image
from kubilitics_chartgen.publishing.inventory import images_in

__all__ = ["Relocation", "relocate"]


@dataclass(frozen=True)
class Relocation:
    """Values, and what they do."""

    values: Mapping[str, Any]
    """To lay over the operator's own."""
    moved: Mapping[str, str]
    """Each image without them, to the image with them."""


def relocate(chart: EmbeddedChart, values: Mapping[str, Any], registry: str) -> Relocation:
    """Move every image; raises InputError with each one that the chart offers no value for."""
    if parse_image(f"{registry}/x") is None or "/" not in f"{registry}/x" or not _is_host(registry):
        raise InputError(f"{registry!r} is no registry. Write it as registry.example or registry.example/folder.")
    before = _images(chart, values)
    wanted = {image: _target(image, registry) for image in before}
    overlay: dict[str, Any] = {}
    shared = chart.defaults.get("global")
    if isinstance(shared, Mapping) and "imageRegistry" in shared:
        overlay = {"global": {"imageRegistry": registry}}
    left = _left(chart, merge(values, overlay), wanted)
    if left:
        # Images that stand in values of their own, such as those of further containers.
        overlay = merge(_rewritten(chart.coalesce(values), left, registry) or {}, overlay)
        left = _left(chart, merge(values, overlay), wanted)
    if left:
        problems = [
            Problem(f"{image} stays where it is.", path=user, fix="No value of the chart moves it.")
            for image, user in sorted(left.items())
        ]
        raise InputError(f"not every image can be taken from {registry}", problems)
    return Relocation(overlay, {str(image): str(target) for image, target in sorted(wanted.items())})


def _is_host(registry: str) -> bool:
    parsed = parse_image(f"{registry}/x")
    return parsed is not None and f"{parsed.registry}/{parsed.repository}" == f"{registry}/x" and not parsed.tag


def _target(image: Image, registry: str) -> Image:
    here = f"{registry}/"
    return image if image.tagged.startswith(here) else image.under(registry)


def _images(chart: EmbeddedChart, values: Mapping[str, Any]) -> dict[Image, str]:
    """Each rendered image, and one of those who start it."""
    texts = chart.render(values, Release(name=str(chart.metadata["name"])))
    found: dict[Image, str] = {}
    for text, user in images_in(document.object for document in documents(texts)):
        image = parse_image(text)
        if image is None:
            raise InputError(f"{user} names {text!r}, which is no image.")
        found.setdefault(image, user)
    return found


def _left(chart: EmbeddedChart, values: Mapping[str, Any], wanted: Mapping[Image, Image]) -> dict[Image, str]:
    """The images that these values do not bring to where they are wanted."""
    targets = set(wanted.values())
    return {image: user for image, user in _images(chart, values).items() if image not in targets}


def _rewritten(node: Any, left: Mapping[Image, str], registry: str) -> Any:
    """What in `node` has to change so that the images in `left` move; None where nothing does."""
    if isinstance(node, str):
        image = parse_image(node)
        return str(image.under(registry)) if image in left and image is not None else None
    if isinstance(node, list):
        items = [_rewritten(item, left, registry) for item in node]
        if all(item is None for item in items):
            return None
        # Helm replaces lists as a whole.
        return [_laid(old, new) for old, new in zip(node, items, strict=True)]
    if not isinstance(node, Mapping):
        return None
    changed = {key: new for key, value in node.items() if (new := _rewritten(value, left, registry)) is not None}
    return {**changed, **_parts(node, left, registry)} or None


def _laid(old: Any, new: Any) -> Any:
    if new is None:
        return old
    return merge(old, new) if isinstance(new, Mapping) and isinstance(old, Mapping) else new


def _parts(node: Mapping[str, Any], left: Mapping[Image, str], registry: str) -> dict[str, Any]:
    """An image that is spread over the keys `registry` and `repository`."""
    own, repository = node.get("registry"), node.get("repository")
    if not isinstance(repository, str):
        return {}
    places = {(image.registry, image.repository) for image in left}
    parsed = parse_image(f"{own}/{repository}" if isinstance(own, str) and own else repository)
    if parsed is None or (parsed.registry, parsed.repository) not in places:
        return {}
    moved = parsed.under(registry)
    if "registry" in node:
        host, _slash, folder = registry.partition("/")
        return {"registry": host, "repository": f"{folder}/{parsed.repository}" if folder else parsed.repository}
    return {"repository": f"{moved.registry}/{moved.repository}"}
