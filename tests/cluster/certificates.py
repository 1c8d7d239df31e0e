"""A certificate authority for a test's API server, made by functions of Helm's templates: no tool is needed."""

from __future__ import annotations

import io
import ssl
import tarfile
from dataclasses import dataclass
from pathlib import Path

from helm_python import Chart

__all__ = ["Certificates", "make_certificates"]

_TEMPLATE = """
{{- $ca := genCA "test-ca" 1 }}
{{- $server := genSignedCert "localhost" (list "127.0.0.1") (list "localhost") 1 $ca }}
{{- $past := genSignedCert "admin" (list) (list) -1 $ca }}
{{- list $ca.Cert $server.Cert $server.Key $past.Cert $past.Key | join "|" }}
"""
_NAMES = ("ca.crt", "server.crt", "server.key", "expired.crt", "expired.key")


@dataclass(frozen=True)
class Certificates:
    """Where the files are: ca.crt, server.crt, server.key, and expired.crt with expired.key of a client."""

    folder: Path

    def trust(self) -> ssl.SSLContext:
        """A context that trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.crt"))


def make_certificates(folder: Path) -> Certificates:
    """Write the files into `folder`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        files = {"Chart.yaml": "apiVersion: v2\nname: certs\nversion: 0.1.0\n", "templates/all.txt": _TEMPLATE}
        for name, text in files.items():
            member = tarfile.TarInfo(f"certs/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    made = Chart.load_archive(packed.getvalue()).render({})["certs/templates/all.txt"].strip().split("|")
    for name, text in zip(_NAMES, made, strict=True):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return Certificates(folder)
