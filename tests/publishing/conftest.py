"""Keys that sign and keys that do not, and what else a release needs, made anew for a run of the tests."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import tools
from tests.chart.objects import CHART
from tests.publishing.charts import ok
from tests.publishing.registries import Certificates, Registry, running_registry

PASSPHRASE = "correct horse battery staple"


@dataclass(frozen=True)
class Keys:
    """A GnuPG folder with the keys open, locked, modern, expired, revoked and certify-only @example.com."""

    home: Path

    @property
    def env(self) -> dict[str, str]:
        return {"GNUPGHOME": str(self.home)}

    @property
    def passphrase_file(self) -> Path:
        return self.home / "passphrase"

    def gpg(self, *arguments: str) -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--pinentry-mode", "loopback", *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def public(self, name: str, folder: Path) -> Path:
        """The public key in a keyring that Helm reads."""
        file = folder / f"{name}.gpg"
        file.write_bytes(self.gpg("--export", f"{name}@example.com"))
        return file

    def fingerprint(self, name: str) -> str:
        listed = self.gpg("--with-colons", "--list-keys", f"{name}@example.com").decode()
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    tools.gpg()
    # A short path: the agent's socket lies in it.
    home = Path(tempfile.mkdtemp(prefix="keys-"))
    made = Keys(home)
    made.passphrase_file.write_text(PASSPHRASE)
    try:
        for name, kind, usage, until in (
            ("open", "rsa2048", "sign", "never"),
            ("modern", "ed25519", "sign", "never"),
            ("certify-only", "rsa2048", "cert", "never"),
            ("expired", "rsa2048", "sign", "20200102T000000"),
            ("revoked", "rsa2048", "sign", "never"),
        ):
            past = ["--faked-system-time", "20200101T000000!"] if name == "expired" else []
            user = f"{name} <{name}@example.com>"
            made.gpg(*past, "--passphrase", "", "--quick-generate-key", user, kind, usage, until)
        revocation = home / "openpgp-revocs.d" / f"{made.fingerprint('revoked')}.rev"
        revocation.write_text(revocation.read_text().replace(":-----BEGIN", "-----BEGIN"))
        made.gpg("--import", str(revocation))
        locked = ["--passphrase-file", str(made.passphrase_file), "--quick-generate-key"]
        made.gpg(*locked, "locked <locked@example.com>", "rsa2048", "sign", "never")
        forget_passphrases(made)
        yield made
    finally:
        forget_passphrases(made)
        shutil.rmtree(home, ignore_errors=True)


def forget_passphrases(keys: Keys) -> None:
    """End the agent of these keys, which remembers passphrases for a while."""
    subprocess.run(["gpgconf", "--homedir", str(keys.home), "--kill", "all"], capture_output=True, check=False)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A certificate authority of our own, and a certificate of it for the registry."""
    folder = tmp_path_factory.mktemp("certificates")
    found = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")

    def openssl(*arguments: str) -> None:
        subprocess.run([tools.openssl(), *arguments], cwd=folder, capture_output=True, check=True)

    fresh = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *fresh, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Authority of the tests")
    openssl("req", *fresh[:-2], "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:registry.test\n")
    sign = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "server.csr", *sign, "-out", "server.pem")
    return found


@pytest.fixture(scope="session")
def registry(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A real registry with TLS and basic authentication."""
    with running_registry(tmp_path_factory.mktemp("registry"), certificates=certificates) as found:
        yield found


@pytest.fixture(scope="session")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A real registry that speaks plain http and asks nobody who they are."""
    with running_registry(tmp_path_factory.mktemp("open-registry")) as found:
        yield found


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own chart, packed."""
    folder = tmp_path_factory.mktemp("release") / "out"
    ok("package", CHART, "-o", folder, env={"SOURCE_DATE_EPOCH": "1700000000"})
    return folder
