"""Who we are to a registry: from the environment, or from where `docker login` and `helm registry login` put it.

Reads files and starts credential helpers. Passwords never stand on a command line, in an error or in a log.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["PASSWORD", "USERNAME", "Credentials", "find_credentials"]

USERNAME = "KUBILITICS_REGISTRY_USERNAME"
PASSWORD = "KUBILITICS_REGISTRY_PASSWORD"  # noqa: S105 -- the name of a variable
_SECONDS = 30
_DOCKER_HUB = "https://index.docker.io/v1/"
"""What `docker login` calls Docker Hub, whichever name one has for it."""
_HELPER = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Credentials:
    """A name and a password."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The header for basic authentication."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


def find_credentials(host: str) -> Credentials | None:
    """The credentials for a registry; None where there are none."""
    username, password = os.environ.get(USERNAME), os.environ.get(PASSWORD)
    if username and password:
        return Credentials(username, password)
    if username or password:
        raise InputError(f"set both of {USERNAME} and {PASSWORD}, or neither.")
    for file in _files():
        found = _from(file, host)
        if found:
            return found
    return None


def _files() -> Iterator[Path]:
    home = Path.home()
    yield Path(os.environ.get("DOCKER_CONFIG") or home / ".docker") / "config.json"
    helm = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "helm" / "registry" / "config.json"
    yield Path(os.environ.get("HELM_REGISTRY_CONFIG") or helm)


def _from(file: Path, host: str) -> Credentials | None:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a list of logins: {error}.") from error
    if not isinstance(config, dict):
        raise InputError(f"{file} cannot be read as a list of logins: it is no mapping.")
    known_as = _DOCKER_HUB if host in ("docker.io", "registry-1.docker.io") else host
    helper = _mapping(config, "credHelpers").get(host) or config.get("credsStore")
    for name, entry in _mapping(config, "auths").items():
        if _host(name) in (host, _host(known_as)) and isinstance(entry, Mapping) and entry.get("auth"):
            return _decoded(file, host, entry["auth"])
    return _asked(str(helper), known_as) if helper else None


def _mapping(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = config.get(key)
    return value if isinstance(value, Mapping) else {}


def _host(name: str) -> str:
    return name.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _decoded(file: Path, host: str, auth: Any) -> Credentials:
    try:
        username, colon, password = base64.b64decode(str(auth), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        raise InputError(f"{file} has a login for {host} that cannot be read. Log in again: helm registry login {host}")
    return Credentials(username, password)


def _asked(helper: str, host: str) -> Credentials | None:
    """What docker's credential helper knows; None where it knows nothing of this host."""
    program = shutil.which(f"docker-credential-{helper}") if _HELPER.fullmatch(helper) else None
    if program is None:
        raise ToolError(f"docker's settings name the credential helper {helper!r}, and there is no such program.")
    try:
        done = subprocess.run(  # noqa: S603 -- a helper that docker's own settings name, no shell
            [program, "get"], input=host.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise ToolError(f"the credential helper {helper} does not answer as it should.") from error
    if not (isinstance(answer, dict) and answer.get("Username") and answer.get("Secret")):
        return None
    return Credentials(str(answer["Username"]), str(answer["Secret"]))
