"""Requests to one registry as somebody: authentication, redirects, retries, and refusals as sentences. Talks to it.

Credentials go to the registry itself and to the token service it names, by TLS or on this machine, and nowhere else.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from kubilitics_chartgen.errors import ChartgenError, InputError, ToolError
from kubilitics_chartgen.publishing.registry.credentials import PASSWORD, USERNAME, Credentials
from kubilitics_chartgen.publishing.registry.http import BrokenError, Response, Transport, UnreachableError

__all__ = ["Session", "refusal"]

_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")
_PARAMETER = re.compile(r'([a-z]+)="([^"]*)"')
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 500, 502, 503, 504)
_ATTEMPTS = 5
_ATTEMPTS_UNREACHED = 2
"""Where nobody has answered yet: more would keep those waiting who mistyped a name."""


@dataclass
class Session:
    """A registry, and who asks it for what."""

    transport: Transport
    base: str
    """`https://registry.example`."""
    scope: str
    """`repository:charts/shop:pull,push`."""
    credentials: Credentials | None
    pause: Callable[[float], None] = time.sleep
    _authorization: str = ""
    _reached: bool = False
    """Whether the registry has answered more than a request for a login."""

    @property
    def host(self) -> str:
        """The registry's name."""
        return urlsplit(self.base).netloc

    def retrying(self, attempt: Callable[[], Response]) -> Response:
        """What `attempt` answers, tried again where the connection broke or the registry is busy."""
        for number in range(_ATTEMPTS):
            last = number == _ATTEMPTS - 1
            try:
                response = attempt()
            except BrokenError as error:
                if isinstance(error, UnreachableError) and not self._reached and number + 1 == _ATTEMPTS_UNREACHED:
                    raise
                if last:
                    kept = " What has arrived is kept: try again." if self._reached else ""
                    raise ToolError(f"{str(error).rstrip('.')}, {_ATTEMPTS} times in a row.{kept}") from error
                self.pause(2.0**number / 2)
                continue
            if response.status not in _BUSY or last:
                return response
            self.pause(_delay(response, 2.0**number / 2))
        raise AssertionError("the last attempt returns or raises")

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Response:
        """One request below the registry, logged in where it asks for that; redirects are followed for reading."""
        url = urljoin(f"{self.base}/", url)
        response = self._once(method, url, headers or {}, data)
        if response.status == 401 and self._is_own(url) and self._log_in(response):
            response = self._once(method, url, headers or {}, data)
        for _ in range(3):
            if method not in ("GET", "HEAD") or response.status not in _REDIRECTS:
                break
            url = urljoin(url, response.headers.get("location", ""))
            response = self._once(method, url, headers or {}, data)
        return response

    def _once(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> Response:
        self._check(url)
        own = {"Authorization": self._authorization} if self._authorization and self._is_own(url) else {}
        response = self.transport.send(method, url, {"User-Agent": "kubilitics-chartgen", **headers, **own}, data)
        self._reached = self._reached or response.status != 401
        return response

    def _is_own(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.base)[:2]

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and self.base.startswith("http:")
        if (parts.scheme != "https" and not plain) or not parts.hostname:
            raise ToolError(f"{self.host} sends us to {url[:200]!r}, which is no address by TLS.")

    def _log_in(self, response: Response) -> bool:
        """Find what the registry accepts; False where we have tried all we have."""
        scheme, _space, rest = response.headers.get("www-authenticate", "").partition(" ")
        if scheme.lower() == "bearer":
            token = self._token(dict(_PARAMETER.findall(rest)))
            changed, self._authorization = self._authorization != token, token
            return changed
        if scheme.lower() != "basic" or self.credentials is None or self._authorization:
            return False
        self._check_private(self.base)
        self._authorization = self.credentials.basic
        return True

    def _token(self, challenge: Mapping[str, str]) -> str:
        realm = challenge.get("realm", "")
        self._check(realm)
        query = urlencode({"service": challenge.get("service", ""), "scope": self.scope})
        headers = {}
        if self.credentials is not None:
            self._check_private(realm)
            headers["Authorization"] = self.credentials.basic
        answer = self.transport.send("GET", f"{realm}{'&' if '?' in realm else '?'}{query}", headers)
        if answer.status != 200:
            raise refusal(answer, urlsplit(realm).netloc, "to log us in")
        try:
            document = json.loads(answer.body)
            token = str(document.get("token") or document["access_token"])
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise ToolError(f"{urlsplit(realm).netloc} answers a login with no token.") from error
        return f"Bearer {token}"

    def _check_private(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not _LOOPBACK.fullmatch(parts.hostname or ""):
            raise InputError(f"{parts.netloc} would get the password without TLS. Use a registry that speaks https.")


def refusal(response: Response, host: str, what: str) -> ChartgenError:
    """The registry's no as an error: what it refuses, its own words, and what to do where that is known."""
    said = _said(response.body)
    if response.status == 401:
        return InputError(
            f"{host} refuses {what} without a valid login{said}. "
            f"Log in with `helm registry login {host}`, or set {USERNAME} and {PASSWORD}."
        )
    if response.status == 403:
        return InputError(f"{host} refuses {what}{said}. This login may not do it.")
    return ToolError(f"{host} refuses {what}: it answers {response.status}{said}.")


def _said(body: bytes) -> str:
    try:
        errors = json.loads(body)["errors"]
        message = str(errors[0].get("message") or errors[0].get("code"))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):
        return ""
    return f" ({''.join(char for char in message if char.isprintable())[:200]})"


def _delay(response: Response, otherwise: float) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked), 30.0) if asked.isascii() and asked.isdigit() else otherwise
