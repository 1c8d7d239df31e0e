"""One repository of a registry: its blobs and manifests, by the OCI distribution specification 1.1. Talks to it.

What is read is compared with its digest; what is sent is sent in pieces, and a broken upload goes on where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing.archive import sha256
from kubilitics_chartgen.publishing.registry.http import BrokenError, Response
from kubilitics_chartgen.publishing.registry.session import Session, refusal

__all__ = ["MANIFEST", "Repository"]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_DIGEST = "docker-content-digest"
_CHUNK = 4 * 1024 * 1024
_RANGE = re.compile(r"(?:bytes=)?0-([0-9]+)")


@dataclass(frozen=True)
class Repository:
    """A repository, such as `charts/shop`."""

    session: Session
    name: str
    chunk: int = _CHUNK
    """Most bytes that are sent in one request."""

    def manifest(self, reference: str) -> bytes | None:
        """The manifest of a tag or digest; None where there is none."""
        response = self._asked(lambda: self._send("GET", f"manifests/{reference}", {"Accept": MANIFEST}))
        if response.status == 404:
            return None
        if response.status != 200:
            raise refusal(response, self._host, f"to show {self.name}:{reference}")
        self._compare(response.headers.get(_DIGEST), response.body)
        return response.body

    def put_manifest(self, tag: str, data: bytes) -> None:
        """Give the manifest a tag."""
        response = self._asked(lambda: self._send("PUT", f"manifests/{tag}", {"Content-Type": MANIFEST}, data))
        if response.status != 201:
            raise refusal(response, self._host, f"the manifest of {self.name}:{tag}")
        self._compare(response.headers.get(_DIGEST), data)

    def blob(self, digest: str) -> bytes:
        """What a digest stands for."""
        response = self._asked(lambda: self._send("GET", f"blobs/{digest}"))
        if response.status != 200:
            raise refusal(response, self._host, f"to show {digest}")
        self._compare(digest, response.body)
        return response.body

    def has_blob(self, digest: str) -> bool:
        """Whether the registry has it already."""
        response = self._asked(lambda: self._send("HEAD", f"blobs/{digest}"))
        if response.status not in (200, 404):
            raise refusal(response, self._host, f"to say whether it has {digest}")
        return response.status == 200

    def put_blob(self, data: bytes) -> bool:
        """Send it, unless the registry has it already; whether anything was sent."""
        digest = f"sha256:{sha256(data)}"
        if self.has_blob(digest):
            return False
        upload = _Upload(self, data, digest)
        response = self.session.retrying(upload.attempt)
        if response.status not in (200, 201):
            raise refusal(response, self._host, f"an upload to {self.name}")
        return True

    @property
    def _host(self) -> str:
        return self.session.host

    def _asked(self, attempt: Callable[[], Response]) -> Response:
        return self.session.retrying(attempt)

    def _send(
        self, method: str, path: str, headers: dict[str, str] | None = None, data: bytes | None = None
    ) -> Response:
        return self.session.send(method, f"/v2/{self.name}/{path}", headers=headers, data=data)

    def _compare(self, digest: str | None, data: bytes) -> None:
        real = f"sha256:{sha256(data)}"
        if digest and digest.startswith("sha256:") and digest != real:
            raise ToolError(f"{self._host} mixes contents up: {digest} is {real}. Do not use what lies in {self.name}.")


@dataclass
class _Upload:
    """One blob on its way; knows how far it has come."""

    repository: Repository
    data: bytes
    digest: str
    url: str = ""
    offset: int = 0
    broken: bool = False

    def attempt(self) -> Response:
        """Go on from where the last attempt stopped; the answer to the last request sent."""
        session = self.repository.session
        try:
            if self.broken and self.repository.session.send("HEAD", self._blob).status == 200:
                return Response(201, {}, b"")  # only its answer was lost
            if self.broken:
                self._ask_how_far()
            if not self.url:
                started = session.send("POST", f"/v2/{self.repository.name}/blobs/uploads/")
                if started.status != 202:
                    return started
                self._follow(started)
            while self.offset < len(self.data):
                sent = self._send_piece()
                if sent.status != 202:
                    return sent
            mark = "&" if "?" in self.url else "?"
            done = session.send("PUT", f"{self.url}{mark}digest={self.digest}")
        except BrokenError:
            self.broken = True
            raise
        if done.status >= 500:
            self.broken = True
        return done

    @property
    def _blob(self) -> str:
        return f"/v2/{self.repository.name}/blobs/{self.digest}"

    def _send_piece(self) -> Response:
        piece = self.data[self.offset : self.offset + self.repository.chunk]
        end = self.offset + len(piece)
        headers = {"Content-Type": "application/octet-stream", "Content-Range": f"{self.offset}-{end - 1}"}
        sent = self.repository.session.send("PATCH", self.url, headers=headers, data=piece)
        if sent.status == 202:
            self._follow(sent)
            self.offset = self._arrived(sent, otherwise=end)
        elif sent.status in (404, 416) or sent.status >= 500:
            # The registry knows another state of this upload than we do: ask it before the next attempt.
            self.broken = True
            raise BrokenError(f"{self.repository.session.host} lost track of an upload.")
        return sent

    def _ask_how_far(self) -> None:
        """What of a broken upload has arrived; an upload that the registry forgot begins anew."""
        if self.url:
            status = self.repository.session.send("GET", self.url)
            if status.status == 204:
                self._follow(status)
                self.offset = self._arrived(status, otherwise=0)
            if status.status == 204 and self.offset:
                return
        self.url, self.offset = "", 0

    def _follow(self, response: Response) -> None:
        location = response.headers.get("location")
        if not location:
            raise ToolError(f"{self.repository.session.host} starts an upload and does not say where it goes.")
        self.url = urljoin(self.url or f"{self.repository.session.base}/", location)

    def _arrived(self, response: Response, *, otherwise: int) -> int:
        found = _RANGE.fullmatch(response.headers.get("range", ""))
        # A registry says 0-0 both for one byte and for none: what it already has may be sent again.
        arrived = otherwise if not found or found[1] == "0" else int(found[1]) + 1
        if arrived > len(self.data):
            raise InputError(f"{self.repository.session.host} claims to have more of an upload than there is.")
        return arrived
