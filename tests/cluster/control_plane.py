"""Starts a real control plane on free loopback ports in a folder of its own, and stops it by process id.

etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and KWOK as every node's kubelet. The programs come from
KUBEBUILDER_ASSETS, or from .cache/control-plane as `make control-plane` leaves them. Run as a program it starts one for
the time of a command, with KUBECONFIG and USE_EXISTING_CLUSTER set, so that several test processes can share it:

    python -m tests.cluster.control_plane COMMAND ...
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.certificates import Certificates, make_certificates
from tests.cluster.nodes import NODES, STORAGE_CLASSES

__all__ = ["ADMIN_TOKEN", "MISSING", "NOBODY_TOKEN", "ControlPlane", "programs", "running", "write_kubeconfig"]

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "control-plane"
STAGES = Path(__file__).parent / "stages"
ADMIN_TOKEN = "admin-of-this-test"
NOBODY_TOKEN = "known-but-allowed-nothing"
MISSING = (
    "THE CLUSTER TESTS DO NOT RUN: there is no control plane. "
    "Run `make control-plane` (needs Go; about 6 minutes, once), or name its programs by KUBEBUILDER_ASSETS."
)
POD_MAKERS = ("cronjob", "daemonset", "deployment", "job", "replicaset", "statefulset")
_NEEDED = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


def programs() -> Path | None:
    """The folder that holds the programs: for KUBE if that is set, else the newest; None where there is none."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named:
        folders = [Path(named)]
    elif os.environ.get("KUBE"):
        folders = [CACHE / os.environ["KUBE"]]
    else:
        folders = sorted(CACHE.glob("1.*"), key=lambda path: [int(part) for part in path.name.split(".")], reverse=True)
    return next((path for path in folders if all((path / name).is_file() for name in _NEEDED)), None)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ControlPlane:
    """A running control plane."""

    binaries: Path
    folder: Path
    certificates: Certificates
    makes_pods: bool = True
    """Whether controllers make pods for workloads, and somebody places them."""
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "kubeconfig"

    def start(self) -> None:
        """Start everything; returns when a pod could be scheduled."""
        etcd, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        folder = str(self.folder)
        self._run(
            "etcd",
            f"--data-dir={folder}/etcd",
            f"--listen-client-urls={etcd}",
            f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        (self.folder / "tokens.csv").write_text(
            f'{ADMIN_TOKEN},admin,admin,"system:masters"\n{NOBODY_TOKEN},nobody,nobody\n'
        )
        write_kubeconfig(self.kubeconfig, self, token=ADMIN_TOKEN)
        self._start_api_server(etcd)
        self._wait_for("/readyz")
        self._run(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig}",
            f"--service-account-private-key-file={folder}/server.key",
            f"--root-ca-file={folder}/ca.crt",
            "--bind-address=127.0.0.1",
            f"--secure-port={free_port()}",
            "--leader-elect=false",
            "--kube-api-qps=500",
            "--kube-api-burst=500",
            # KWOK's nodes have no heartbeat.
            "--node-monitor-grace-period=24h",
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
            "--horizontal-pod-autoscaler-cpu-initialization-period=0s",
            f"--controllers={','.join(['*', *(f'-{name}-controller' for name in POD_MAKERS if not self.makes_pods)])}",
        )
        if self.makes_pods:
            self._run(
                "kube-scheduler",
                f"--kubeconfig={self.kubeconfig}",
                "--bind-address=127.0.0.1",
                f"--secure-port={free_port()}",
                "--leader-elect=false",
                "--kube-api-qps=500",
                "--kube-api-burst=500",
            )
        self._run(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            "--manage-all-nodes=true",
            f"--server-address=127.0.0.1:{free_port()}",
            *(f"--config={path}" for path in sorted(STAGES.glob("*.yaml"))),
        )
        for item in STORAGE_CLASSES:
            self.post("/apis/storage.k8s.io/v1/storageclasses", item)
        for item in NODES:
            self.post("/api/v1/nodes", item)
        self._wait_for("/api/v1/namespaces/default/serviceaccounts/default")
        self._wait_for(f"/api/v1/nodes/{NODES[-1]['metadata']['name']}", lambda node: _is_ready(json.loads(node)))

    def _start_api_server(self, etcd: str) -> None:
        folder = str(self.folder)
        self._run(
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.port}",
            f"--tls-cert-file={folder}/server.crt",
            f"--tls-private-key-file={folder}/server.key",
            f"--client-ca-file={folder}/ca.crt",
            f"--service-account-key-file={folder}/server.key",
            f"--service-account-signing-key-file={folder}/server.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={folder}/tokens.csv",
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
            "--enable-priority-and-fairness=false",
        )

    def restart_api_server(self) -> None:
        """Kill it as a crash would, and start it again."""
        old = next(process for process in self.processes if "kube-apiserver" in str(process.args))
        old.kill()
        old.wait()
        self.processes.remove(old)
        etcd = next(word.partition("=")[2] for word in old.args if word.startswith("--etcd-servers="))  # type: ignore[union-attr]
        self._start_api_server(etcd)
        self._wait_for("/readyz")

    def stop(self) -> None:
        """Stop what was started, the last first."""
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def get(self, path: str) -> str:
        """What the API server answers to the administrator."""
        return self._ask(path, None)

    def post(self, path: str, item: dict[str, Any]) -> None:
        """Create an object as the administrator."""
        self._ask(path, json.dumps(item).encode())

    def _ask(self, path: str, body: bytes | None) -> str:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        with urllib.request.urlopen(request, context=self.certificates.trust(), timeout=10) as answer:
            return str(answer.read().decode())

    def _wait_for(self, path: str, holds: Any = bool, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while True:
            self._check_alive()
            with contextlib.suppress(urllib.error.URLError, OSError):
                if holds(self.get(path)):
                    return
            if time.monotonic() > end:
                raise RuntimeError(f"{path} did not answer within {seconds:g} s; logs: {self.folder}")
            time.sleep(0.1)

    def _check_alive(self) -> None:
        for process in self.processes:
            if process.poll() is not None:
                name = Path(process.args[0]).name  # type: ignore[index, arg-type]
                log = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} ended with {process.returncode}: {log}")

    def _run(self, program: str, *options: str) -> None:
        with (self.folder / f"{program}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [str(self.binaries / program), *options],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder,
                    preexec_fn=_end_with_parent,
                )
            )


def _end_with_parent() -> None:
    # A killed test run leaves no API server behind: prctl(PR_SET_PDEATHSIG), which only Linux has.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _is_ready(node: dict[str, Any]) -> bool:
    conditions = node["status"].get("conditions") or []
    tainted = any(taint["key"] == "node.kubernetes.io/not-ready" for taint in node["spec"].get("taints") or [])
    return not tainted and any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def write_kubeconfig(path: Path, plane: ControlPlane, *, namespace: str = "default", **user: str) -> Path:
    """A kubeconfig for `user`, such as token=..., or client_certificate=... and client_key=..."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "test", "cluster": {"server": plane.url, "certificate-authority": str(plane.folder / "ca.crt")}}
        ],
        "users": [{"name": "test", "user": {key.replace("_", "-"): value for key, value in user.items()}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": namespace}}],
        "current-context": "test",
    }
    path.write_text(json.dumps(config))
    return path


@contextlib.contextmanager
def running(binaries: Path, *, makes_pods: bool = True) -> Iterator[ControlPlane]:
    """A control plane for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="control-plane-") as folder:
        plane = ControlPlane(binaries, Path(folder), make_certificates(Path(folder)), makes_pods)
        try:
            plane.start()
            yield plane
        finally:
            plane.stop()


def main() -> int:
    """Run a command with KUBECONFIG set to a control plane of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binaries = programs()
    if os.environ.get("USE_EXISTING_CLUSTER") == "true":
        return subprocess.run(sys.argv[1:], check=False).returncode
    if binaries is None:
        sys.stderr.write(f"{MISSING}\n")
        return 2 if os.environ.get("CI") == "true" else 0
    with running(binaries) as plane:
        environment = os.environ | {"KUBECONFIG": str(plane.kubeconfig), "USE_EXISTING_CLUSTER": "true"}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
