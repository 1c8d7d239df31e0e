"""The shell script that copies a release's images into a registry of one's own. Reads its packaged template only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.publishing.image import Image

__all__ = ["mirror_script"]


def mirror_script(title: str, images: Iterable[Image]) -> str:
    """A POSIX shell script for these images, which are pulled by digest where one is known."""
    sources: dict[str, Image] = {}
    problems = []
    # A pinned image stands for the same one without a digest.
    for image in sorted(set(images), key=lambda image: (not image.digest, image)):
        path = _path(image)
        known = sources.setdefault(path, image)
        if known.tagged != image.tagged or image.digest not in ("", known.digest):
            problems.append(Problem(f"{known} and {image} would both become {path} in the mirror."))
    if problems:
        raise InputError("these images cannot lie in one mirror", problems)
    template = Path(__file__).with_name("mirror.sh").read_text(encoding="utf-8")
    # skopeo takes a tag or a digest, never both.
    lines = "\n".join(
        f"{replace(image, tag='') if image.digest else image} {path}" for path, image in sorted(sources.items())
    )
    return template.replace("@TITLE@", title).replace("@IMAGES@", lines)


def _path(image: Image) -> str:
    return f"{image.repository}@{image.digest}" if image.digest and not image.tag else image.path
