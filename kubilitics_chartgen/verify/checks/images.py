"""Check `images`: every image is a valid reference with a tag or digest, and never `latest`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["Images"]

# The grammar of github.com/distribution/reference.
_DOMAIN = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_DOMAIN}(?:\.{_DOMAIN})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_PART}(?:/{_PART})*)(?::(?P<tag>[\w][\w.-]{{0,127}}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


class Images:
    """See `sentence`."""

    name = "images"
    sentence = (
        "Every image is a valid reference with a tag or a digest, and the tag is never `latest`: the same chart starts "
        "the same program tomorrow."
    )
    severity: Severity = "error"
    fix = "Name the image with a tag, by default the chart's appVersion, or with a digest."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Images that name nothing, or something else tomorrow."""
        pod = document.pod
        if pod is None:
            return
        for container in pod.containers:
            image = container.object.get("image")
            # Without an image the object is refused anyway: `schema` and `pods` say so.
            message = _wrong(image) if isinstance(image, str) and image.strip() else ""
            if message:
                yield fault(self, document, f"{container.path}.image", message)


@lru_cache(maxsize=2048)
def _wrong(image: str) -> str:
    match = _REFERENCE.fullmatch(image)
    if match is None or len(match["name"]) > 255:
        return f"`{image}` is no image reference"
    digest, tag = match["digest"], match["tag"]
    if digest:
        is_short = digest.startswith("sha256:") and not _SHA256.fullmatch(digest)
        return f"`{image}` has no sha256 digest of 64 lower case hexadecimal digits" if is_short else ""
    if not tag:
        return f"`{image}` has neither tag nor digest, so it means `latest`"
    return f"`{image}` is whatever is newest" if tag == "latest" else ""
