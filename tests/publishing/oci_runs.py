"""What the tests of OCI registries share: packed charts, real Helm as a reader, a client that does not wait."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import random
import subprocess
from pathlib import Path

from kubilitics_chartgen.publishing import oci
from tests.publishing.charts import ok, shop
from tests.publishing.registries import NAME, Registry, breaking_line


def packed(folder: Path, *options: str, env: dict[str, str] | None = None, **changed: str) -> Path:
    """The small chart as an archive."""
    ok("package", shop(folder / "shop", **changed), "-o", folder / "dist", *options, env=env)
    return next((folder / "dist").glob("*.tgz"))


def large(folder: Path) -> Path:
    """A chart that cannot be compressed below 300 kB, so that it can break on the way."""
    noise = base64.b64encode(random.Random(1).randbytes(300_000)).decode()
    return packed(folder, files__noise=noise)


def manifest(registry: Registry, repository: str, tag: str) -> dict:
    return json.loads(registry.get(f"{repository}/manifests/{tag}", oci.MANIFEST)[2])


class Helm:
    """Helm 3 or 4, logged in to a registry."""

    def __init__(self, binary: str, registry: Registry, folder: Path) -> None:
        self.binary, self.registry, self.folder = binary, registry, folder
        self.env = {**os.environ, "HELM_REGISTRY_CONFIG": str(folder / "login.json"), "HOME": str(folder)}
        if registry.credentials:
            login = base64.b64encode(":".join(registry.credentials).encode()).decode()
            (folder / "login.json").write_text(
                json.dumps({"auths": {NAME: {"auth": login}, "registry.test": {"auth": login}}})
            )

    def run(self, *arguments: str | Path) -> str:
        with breaking_line(self.registry.port, tunnel=True) as proxy:
            # Helm's own option --ca-file would make it forget the proxy.
            trust = {"SSL_CERT_FILE": str(self.registry.certificates.authority), "SSL_CERT_DIR": "/nowhere"}
            env = {**self.env, **trust, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": ""}
            command = [self.binary, *map(str, arguments)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pull(self, repository: str, version: str, *options: str | Path) -> Path:
        into = self.folder / "pulled"
        into.mkdir()
        self.run("pull", f"oci://{NAME}/{repository}", "--version", version, "-d", into, *options)
        return next(into.glob("*.tgz"))


def without_pause(planned: oci.OciPlan, port: int) -> object:
    repository = oci.connect(dataclasses.replace(planned, registry=f"127.0.0.1:{port}"), plain_http=True)
    repository.session.pause = lambda _seconds: None
    return repository
