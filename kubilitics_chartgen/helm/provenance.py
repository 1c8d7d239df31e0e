"""Helm's verdict on a signed chart. Reads the files it is given; writes none that stay."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kubilitics_chartgen.errors import InputError

__all__ = ["verify_provenance"]


def verify_provenance(name: str, archive: bytes, provenance: bytes, keyring: bytes) -> tuple[str, ...]:
    """Who signed the archive called `name`, by the keys in `keyring`; raises InputError where it does not hold."""
    import helm_python

    with tempfile.TemporaryDirectory() as folder:
        files = {name: archive, f"{name}.prov": provenance, "keys.gpg": keyring}
        for file, data in files.items():
            (Path(folder) / file).write_bytes(data)
        try:
            verdict = helm_python.verify(Path(folder) / name, Path(folder) / "keys.gpg")
        except helm_python.HelmError as error:
            raise InputError(f"Helm does not accept the signature of {name}: {error}") from error
    return tuple(verdict["signed_by"])
