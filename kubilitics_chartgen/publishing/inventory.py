"""Every image that a chart starts with each of its profiles, read from the rendered objects. Reads the chart and files.

A profile may name a registry of its own for all images (`global.imageRegistry`), as sites without a way to the internet
do. That is where copies lie, so it is left out here: listed is what can be pulled, and copied from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem, did_you_mean
from kubilitics_chartgen.helm import EmbeddedChart, Release, documents, read_values_file
from kubilitics_chartgen.publishing.image import Image, parse_image

__all__ = ["DEFAULTS", "ImageUse", "images_in", "inventory", "profiles_in", "read_digests", "with_digests"]

DEFAULTS = "defaults"
"""What a chart's own values are called among the profiles."""
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


@dataclass(frozen=True)
class ImageUse:
    """An image and who starts it."""

    image: Image
    profiles: tuple[str, ...]
    used_by: tuple[str, ...]
    """`Kind/name: container`, sorted."""

    def as_dict(self) -> dict[str, Any]:
        """The image for programs; null where a tag or digest is not known."""
        return {
            "image": str(self.image),
            "registry": self.image.registry,
            "repository": self.image.repository,
            "tag": self.image.tag or None,
            "digest": self.image.digest or None,
            "profiles": list(self.profiles),
            "usedBy": list(self.used_by),
        }


def profiles_in(folder: Path) -> dict[str, Path]:
    """The values files in a folder by their names; chart-testing's suffix `-values` is not part of a name."""
    if not folder.is_dir():
        raise InputError(f"there is no folder of profiles at {folder}.")
    return {path.stem.removesuffix("-values"): path for path in sorted(folder.glob("*.yaml"))}


def inventory(chart: EmbeddedChart, profiles: Mapping[str, Path]) -> tuple[ImageUse, ...]:
    """The images with the chart's defaults and with each profile, sorted; raises InputError for what cannot be read."""
    found: dict[Image, tuple[list[str], set[str]]] = {}
    for name, values in {DEFAULTS: {}, **{name: _values(path) for name, path in profiles.items()}}.items():
        for image, user in _rendered(chart, name, values):
            uses = found.setdefault(image, ([], set()))
            uses[0].extend([] if name in uses[0] else [name])
            uses[1].add(user)
    return tuple(ImageUse(image, tuple(uses[0]), tuple(sorted(uses[1]))) for image, uses in sorted(found.items()))


def images_in(objects: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(image as written, `Kind/name: container`) of every container and image volume, in whatever kind of object."""
    for found in objects:
        label = f"{found.get('kind')}/{(found.get('metadata') or {}).get('name')}"
        for name, image in _walk(found):
            yield image, f"{label}: {name}"


def read_digests(file: Path) -> dict[str, str]:
    """`{"registry/repository:tag": "sha256:…"}` from a JSON file."""
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}.") from error
    problems = []
    digests = {}
    for key, digest in given.items() if isinstance(given, dict) else [(str(given)[:80], "")]:
        image = parse_image(key)
        if image is None or image.digest or parse_image(f"x@{digest}") is None:
            problems.append(
                Problem("this is no image with its digest.", path=key, file=str(file), fix='Write "image": "sha256:…".')
            )
        else:
            digests[image.tagged] = str(digest)
    if problems:
        raise InputError("the digests cannot be used", problems)
    return digests


def with_digests(uses: Sequence[ImageUse], digests: Mapping[str, str]) -> tuple[ImageUse, ...]:
    """The images, pinned by the digests that are known.

    Raises InputError where chart and file disagree, and for digests of images that the chart does not start.
    """
    problems = [
        Problem(
            f"the chart pins it to {use.image.digest}, and the list of digests says {known}.", path=use.image.tagged
        )
        for use in uses
        for known in [digests.get(use.image.tagged)]
        if known and use.image.digest not in ("", known)
    ]
    there = {use.image.tagged for use in uses}
    for name in sorted(digests.keys() - there):
        near = did_you_mean(name, there)
        fix = f'Did you mean "{near}"?' if near else "Leave it out, or name profiles that start it with --profiles."
        problems.append(Problem("the chart starts no such image.", path=name, fix=fix))
    if problems:
        raise InputError("the digests do not fit the chart", problems)
    return tuple(
        replace(use, image=replace(use.image, digest=digests.get(use.image.tagged, use.image.digest))) for use in uses
    )


def _values(profile: Path) -> dict[str, Any]:
    values = read_values_file(str(profile)).data
    shared = values.get("global")
    if isinstance(shared, dict) and "imageRegistry" in shared:
        values["global"] = {key: value for key, value in shared.items() if key != "imageRegistry"}
    return values


def _rendered(chart: EmbeddedChart, profile: str, values: Mapping[str, Any]) -> Iterator[tuple[Image, str]]:
    try:
        texts = chart.render(values, Release(name=str(chart.metadata["name"])))
    except InputError as error:
        raise InputError(f"the profile {profile} cannot be rendered: {error.summary}", error.problems) from error
    problems = []
    for text, user in images_in(document.object for document in documents(texts)):
        image = parse_image(text)
        if image is None:
            problems.append(Problem(f"{text!r} is no image.", path=user))
        else:
            yield image, user
    if problems:
        raise InputError(f"the profile {profile} names images that cannot be read", problems)


def _walk(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            for item in value if isinstance(value, list) and key in (*_CONTAINERS, "volumes") else ():
                image = item.get("image") if isinstance(item, Mapping) else None
                if isinstance(image, str) and key != "volumes":
                    yield str(item.get("name")), image
                elif isinstance(image, Mapping) and isinstance(image.get("reference"), str):
                    yield str(item.get("name")), image["reference"]
            yield from _walk(value)
