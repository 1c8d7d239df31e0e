"""Helm's provenance file: Chart.yaml and the archive's digest, signed with GnuPG. Starts gpg; writes nothing.

In: an archive and which key. Out: the text of the `.prov` file, which Helm itself has verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.provenance import verify_provenance
from kubilitics_chartgen.publishing.archive import Archive
from kubilitics_chartgen.publishing.gpg import SigningKey, gpg_with

__all__ = ["Provenance", "sign"]


@dataclass(frozen=True)
class Provenance:
    """A signature that holds."""

    data: bytes
    key: SigningKey


def sign(archive: Archive, *, key: str, keyring: Path | None = None, passphrase_file: Path | None = None) -> Provenance:
    """Sign with the one key that `key` names, from the keyring file or the user's own keys."""
    if not key.strip() or key.startswith("-"):
        raise InputError("an empty --key names no key. Name it by its address or its fingerprint.")
    message = f"{archive.chart_yaml}\n...\nfiles:\n  {archive.filename}: sha256:{archive.digest}\n"
    with gpg_with(keyring) as gpg:
        found = gpg.key(key)
        signed = gpg.clear_sign(message.encode(), found, passphrase_file=passphrase_file)
        verify_provenance(archive.filename, archive.data, signed, gpg.public_key(found))
    return Provenance(signed, found)
