"""Image references, read the way container runtimes read them. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["Image", "parse_image"]

_HUB = "docker.io"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_REFERENCE = re.compile(
    rf"(?P<name>[A-Za-z0-9][A-Za-z0-9._/:-]*?)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>sha256:[0-9a-f]{{64}}))?", re.ASCII
)
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*", re.ASCII)
_REGISTRY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, order=True)
class Image:
    """An image as a pod names it."""

    registry: str
    repository: str
    tag: str = ""
    """Empty where none is written; runtimes then take `latest`, or the digest."""
    digest: str = ""
    """Empty where none is known."""

    @property
    def path(self) -> str:
        """Everything behind the registry, without a digest."""
        return f"{self.repository}:{self.tag}" if self.tag else self.repository

    @property
    def tagged(self) -> str:
        """The image without its digest."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        return f"{self.tagged}@{self.digest}" if self.digest else self.tagged

    def under(self, registry: str) -> Image:
        """The same image in another registry, or in a folder of one such as `registry.example/mirror`."""
        host, _slash, folder = registry.rstrip("/").partition("/")
        return replace(self, registry=host, repository=f"{folder}/{self.repository}" if folder else self.repository)


def parse_image(text: str) -> Image | None:
    """The image that `text` names, with Docker Hub's short names written out; None where it names none."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        return None
    registry, slash, repository = found["name"].partition("/")
    if not slash or not (set(".:") & set(registry) or registry == "localhost"):
        registry, repository = _HUB, found["name"] if slash else f"library/{found['name']}"
    if not _REPOSITORY.fullmatch(repository) or not _REGISTRY.fullmatch(registry):
        return None
    return Image(registry, repository, found["tag"] or "", found["digest"] or "")
