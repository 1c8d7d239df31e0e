"""HTTP for registries: one request, one bounded answer. Talks to the network.

The standard library's client: publishing sends a handful of small requests one after the other, redirects and retries
are this package's own business (where credentials may go, what may be sent again), and another dependency would add
nothing but its own rules for both. Proxies come from the environment, as everywhere.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["BrokenError", "Response", "Transport", "UnreachableError"]

_SECONDS = 30
_MAX_BODY = 16 * 1024 * 1024
"""More than any chart archive may hold."""
_NO_WAY = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)
"""What the system says when nobody listens there, or no way leads there."""


class BrokenError(ToolError):
    """The connection broke or never came about: the same request may be tried again."""


class UnreachableError(BrokenError):
    """The connection never came about: the host has no address, or nobody listens there."""


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class _Whatever(urllib.request.HTTPErrorProcessor):
    """Hands every answer on as it is: neither errors nor redirects are acted upon here."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:  # noqa: ARG002
        """The answer."""
        return response

    https_response = http_response


class Transport:
    """Sends requests; trusts the system's certificate authorities, or those in a file as well."""

    def __init__(self, *, ca_file: Path | None = None, seconds: float = _SECONDS) -> None:
        context = ssl.create_default_context()
        if ca_file is not None:
            try:
                context.load_verify_locations(cafile=str(ca_file))
            except ssl.SSLError as error:
                raise InputError(f"{ca_file} holds no certificates that can be read.") from error
            except OSError as error:
                raise InputError(f"{ca_file} cannot be read: {error.strerror}.") from error
        self._seconds = seconds
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _Whatever())

    def send(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None = None) -> Response:
        """One request; raises BrokenError where it may be tried again, ToolError where that would not help."""
        host = urllib.request.Request(url).host  # noqa: S310 -- the caller allows http and https only
        if data is None and method in ("POST", "PUT", "PATCH"):
            data = b""
        request = urllib.request.Request(url, data=data, headers=dict(headers), method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return Response(
                    answer.status, {name.lower(): value for name, value in answer.headers.items()}, _body(answer, host)
                )
        except urllib.error.URLError as error:
            raise _failure(host, error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise _failure(host, error) from error


def _body(answer: IO[bytes], host: str) -> bytes:
    data = answer.read(_MAX_BODY + 1)
    if len(data) > _MAX_BODY:
        raise ToolError(f"{host} answers with more than {_MAX_BODY // 2**20} MiB, which is the limit.")
    return data


def _failure(host: str, reason: Any) -> ToolError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return ToolError(
            f"the certificate of {host} is not trusted: {reason.verify_message}. "
            "Give the certificate of its authority with --ca-file."
        )
    if isinstance(reason, ssl.SSLError) and "WRONG_VERSION_NUMBER" in str(reason):
        return ToolError(f"{host} does not speak TLS. If it is a registry on this machine, use --plain-http.")
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    if isinstance(reason, socket.gaierror) or getattr(reason, "errno", None) in _NO_WAY:
        return UnreachableError(f"{host} cannot be reached: {why}.")
    return BrokenError(f"the connection to {host} broke: {why}.")
