"""GnuPG as a program: which key can sign, and signing. Starts gpg; a keyring file is read into a temporary folder.

Passphrases come from a file or from the user's agent, and never stand on a command line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubilitics_chartgen.errors import InputError, ToolError

__all__ = ["Gpg", "SigningKey", "gpg_with"]

_SECONDS = 120
_FAILED = re.compile(r"^gpg: (?:signing failed|\S+: clear-sign failed|[^\n]*skipped[^\n:]*): (.+)$", re.MULTILINE)
_UNUSABLE = {"e": "has expired", "r": "was revoked", "d": "is disabled", "i": "is not valid"}
_NEEDS_PASSPHRASE = ("passphrase", "ioctl", "pinentry", "cancelled", "timeout")


@dataclass(frozen=True)
class SigningKey:
    """A secret key that can sign."""

    fingerprint: str
    user: str
    rsa: bool
    """Whether it is an RSA key."""


@dataclass(frozen=True)
class Gpg:
    """The gpg program with the keys it works on."""

    program: str
    home: Path | None
    """Its folder of keys; None: the user's own, or the one GNUPGHOME names."""

    def key(self, wanted: str) -> SigningKey:
        """The one secret key that `wanted` names and that can sign; raises InputError that says why there is none."""
        listed = self.run(["--batch", "--with-colons", "--list-secret-keys", "--", wanted], check=False)
        rows = [line.split(":") for line in listed.stdout.decode("utf-8", "replace").splitlines()]
        keys = [row for row in rows if row[0] == "sec"]
        if not keys:
            raise InputError(f"there is no secret key for {wanted!r}. Name one that `gpg --list-secret-keys` shows.")
        if len(keys) > 1:
            raise InputError(f"{len(keys)} secret keys match {wanted!r}. Name one by its fingerprint.")
        validity, capabilities = keys[0][1], keys[0][11]
        if validity in _UNUSABLE:
            raise InputError(f"the key {wanted!r} {_UNUSABLE[validity]}, so it cannot sign. Name another with --key.")
        if "S" not in capabilities:
            raise InputError(f"the key {wanted!r} is not made for signing. Name another with --key.")
        signs = [row for row in rows if row[0] in ("sec", "ssb") and "s" in row[11] and row[1] not in _UNUSABLE]
        return SigningKey(
            next(row[9] for row in rows if row[0] == "fpr"),
            next((row[9] for row in rows if row[0] == "uid"), wanted),
            all(row[3] == "1" for row in signs),
        )

    def clear_sign(self, text: bytes, key: SigningKey, *, passphrase_file: Path | None) -> bytes:
        """`text` with a signature around it; raises InputError with the reason where the key does not sign."""
        options = ["--no-tty", "--local-user", key.fingerprint, "--digest-algo", "SHA512", "--clear-sign"]
        if passphrase_file is not None:
            _check_readable(passphrase_file)
            options = ["--batch", "--pinentry-mode", "loopback", "--passphrase-file", str(passphrase_file), *options]
        done = self.run(options, text, check=False)
        if done.returncode:
            raise InputError(_refusal(key, done.stderr.decode("utf-8", "replace"), passphrase_file))
        return done.stdout

    def public_key(self, key: SigningKey) -> bytes:
        """The public half, as a keyring that Helm reads."""
        return self.run(["--batch", "--export", "--", key.fingerprint]).stdout

    def run(
        self, arguments: Sequence[str], data: bytes = b"", *, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        """Run gpg once."""
        home = ["--homedir", str(self.home)] if self.home else []
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed program, no shell
                [self.program, "--no-greeting", *home, *arguments],
                input=data,
                capture_output=True,
                timeout=_SECONDS,
                env={**os.environ, "LC_ALL": "C"},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"gpg did not answer within {_SECONDS} seconds. Is it waiting for a passphrase?") from error
        except OSError as error:
            raise ToolError(f"gpg cannot be run: {error.strerror or error}") from error
        if check and done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["without a word"]
            raise ToolError(f"gpg failed: {lines[-1].removeprefix('gpg: ')}")
        return done


_LONGEST_PLACE = 60
_SHORT_PLACE = "/tmp"  # noqa: S108 - the folder made in it is this user's alone


@contextmanager
def gpg_with(keyring: Path | None) -> Iterator[Gpg]:
    """GnuPG with the keys of a keyring file, or with the user's own."""
    program = shutil.which("gpg") or shutil.which("gpg2")
    if program is None:
        raise ToolError("there is no gpg program. Install GnuPG, or package without --sign.")
    if keyring is None:
        yield Gpg(program, None)
        return
    _check_readable(keyring)
    # The agent's socket lies in this folder, and the path of a socket has about a hundred characters at most.
    place = None if len(tempfile.gettempdir()) <= _LONGEST_PLACE else _SHORT_PLACE
    with tempfile.TemporaryDirectory(prefix="gnupg-", dir=place) as folder:
        gpg = Gpg(program, Path(folder))
        try:
            done = gpg.run(["--batch", "--import", "--", str(keyring.absolute())], check=False)
            if done.returncode and b"secret key imported" not in done.stderr:
                raise InputError(
                    f"{keyring} holds no keys that GnuPG can read. Export one with: gpg --export-secret-keys"
                )
            yield gpg
        finally:
            # The agent that gpg started for this folder would outlive it for a while.
            stop = shutil.which("gpgconf")
            if stop:
                subprocess.run([stop, "--homedir", folder, "--kill", "all"], capture_output=True, check=False)  # noqa: S603


def _check_readable(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error


def _refusal(key: SigningKey, stderr: str, passphrase_file: Path | None) -> str:
    found = _FAILED.search(stderr)
    reason = found[1].strip() if found else (stderr.strip().splitlines() or ["no reason given"])[-1]
    if any(word in reason.lower() for word in _NEEDS_PASSPHRASE):
        if passphrase_file is not None:
            return f"the key of {key.user} is locked, and {passphrase_file} does not hold its passphrase."
        return f"the key of {key.user} is locked. Give --passphrase-file, or unlock it in your gpg-agent."
    return f"the key of {key.user} cannot sign: {reason}."
