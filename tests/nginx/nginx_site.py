"""Runs nginx on loopback with the configuration from the rendered chart, and asks it."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

UID = 101  # the nginx image's own user
APP = "const http='http://localhost:8081',ws=\"ws://localhost:8081\",other=`http://127.0.0.1:8081/health`;"
BACKEND_NAME = "kubilitics-backend.tools.svc.cluster.local"
AI_NAME = "kubilitics-ai.tools.svc.cluster.local"


@dataclass(frozen=True)
class Answer:
    """An answer; header names in lower case, each with all its values."""

    status: int
    headers: dict[str, list[str]]
    body: bytes


@dataclass(frozen=True)
class Site:
    """A running nginx."""

    port: int
    html: Path
    log: Path

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        address: str = "127.0.0.1",
    ) -> Answer:
        with closing(HTTPConnection(address, self.port, timeout=10)) as connection:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            names: dict[str, list[str]] = {}
            for name, value in response.getheaders():
                names.setdefault(name.lower(), []).append(value)
            return Answer(response.status, names, response.read())

    def logged(self, text: str) -> str:
        """The log once it holds `text`, or after five seconds: nginx writes a line only after it has answered."""
        deadline = time.monotonic() + 5
        while text not in self.log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.log.read_text()

    def send_raw(self, request_line: str) -> int:
        """The status for a request line that no client library would send."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as connection:
            connection.sendall(f"{request_line}\r\nHost: here\r\nConnection: close\r\n\r\n".encode("latin-1"))
            return int(connection.makefile("rb").readline().split()[1])

    def say(self, path: str, text: str, *, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Opens a WebSocket and says `text`: the status, and what came back."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as connection:
            lines = {
                "Host": f"127.0.0.1:{self.port}",
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
                **(headers or {}),
            }
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
            stream = connection.makefile("rb")
            status = int(stream.readline().split()[1])
            while stream.readline().strip():
                pass
            if status != 101:
                return status, ""
            mask, data = os.urandom(4), text.encode()
            masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
            connection.sendall(bytes([0x81, 0x80 | len(data)]) + mask + masked)
            length = stream.read(2)[1]
            return status, stream.read(length).decode()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_web_files(folder: Path) -> Path:
    """Web files as the image holds them."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Kubilitics</title>")
    (folder / "assets/app-1a2b.js").write_text(APP)
    (folder / "favicon.svg").write_text("<svg/>")
    return folder


def unprivileged() -> dict[str, Any]:
    """How a subprocess loses root, where the tests have it: the pod never has it."""
    return {"user": UID, "group": UID, "extra_groups": []} if os.geteuid() == 0 else {}


def writable(*paths: Path) -> None:
    """Gives to the unprivileged user what it may write; all else stays out of its reach."""
    for path in paths:
        if os.geteuid() == 0:
            os.chown(path, UID, UID)


@contextmanager
def pod_folder() -> Iterator[Path]:
    """A folder for one pod's files that any user may enter, which pytest's own are not."""
    with TemporaryDirectory(prefix="kubilitics-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("etc", "html", "run", "tmp"):
            (folder / part).mkdir()
        writable(folder / "html", folder / "run", folder / "tmp")
        yield folder


def prepare(
    config: Mapping[str, str], folder: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the init step, all of whose folders are below `folder`, as the init container does."""
    script = folder / "etc/prepare.sh"
    script.write_text(config["prepare.sh"])
    defaults = {
        "PATH": os.environ["PATH"],
        "KUBILITICS_HTML_SOURCE": str(folder / "image"),
        "KUBILITICS_HTML": str(folder / "html"),
        "KUBILITICS_RUN": str(folder / "run"),
        "KUBILITICS_RESOLV_CONF": str(folder / "resolv.conf"),
    }
    return subprocess.run(
        ["sh", str(script)],
        env={**defaults, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        **unprivileged(),
    )


def mount_ai_discovery(folder: Path, text: str) -> None:
    """AI's file as the kubelet mounts a ConfigMap: through links, into a folder that may have been empty before."""
    data = folder / "ai-discovery" / "..data"
    data.mkdir(parents=True)
    (data / "discovery.json").write_text(text)
    (folder / "ai-discovery" / "discovery.json").symlink_to("..data/discovery.json")


@contextmanager
def serve(
    nginx: str,
    config: Mapping[str, str],
    *,
    dns_port: int,
    backend_port: int,
    ai_port: int,
    ai_discovery: str | None = None,
) -> Iterator[Site]:
    """nginx with the rendered configuration. Only absolute folders, and ports that loopback must share, are changed.

    `ai_discovery` is the text of AI's optional file.
    """
    with pod_folder() as folder:
        if ai_discovery is not None:
            mount_ai_discovery(folder, ai_discovery)
        yield from _serve(nginx, config, folder, dns_port, backend_port, ai_port)


def _serve(
    nginx: str, config: Mapping[str, str], folder: Path, dns_port: int, backend_port: int, ai_port: int
) -> Iterator[Site]:
    write_web_files(folder / "image")
    (folder / "resolv.conf").write_text("search tools.svc.cluster.local\nnameserver 127.0.0.1\noptions ndots:5\n")
    done = prepare(config, folder)
    assert done.returncode == 0, done.stderr

    port = free_port()
    folders = {
        "root /etc/kubilitics;": f"root {folder};",
        "/nginx/discovery.json": "/etc/discovery.json",
        "/etc/kubilitics/nginx": folder / "etc",
        "/run/kubilitics": folder / "run",
        "/usr/share/kubilitics/html": folder / "html",
        "/tmp": folder / "tmp",
    }
    for name, text in config.items():
        text = re.sub("|".join(folders), lambda match: str(folders[match[0]]), text)
        text = text.replace('"$backend_host:8080"', f'"$backend_host:{backend_port}"')
        text = text.replace('"$ai_host:8081"', f'"$ai_host:{ai_port}"')
        (folder / "etc" / name).write_text(text)
    _replace(folder / "run/resolver.conf", "127.0.0.1", f"127.0.0.1:{dns_port}")
    _replace(folder / "run/listen.conf", "8080", str(port))

    log = folder / "nginx.log"
    log.touch()
    writable(log)
    command = [nginx, "-c", str(folder / "etc/nginx.conf"), "-e", "stderr", "-g", "daemon off;"]
    with log.open("wb") as output:
        checked = subprocess.run([*command, "-t"], stdout=output, stderr=output, check=False, **unprivileged())
        assert checked.returncode == 0, log.read_text()
        process = subprocess.Popen(command, stdout=output, stderr=output, **unprivileged())
    try:
        _wait(port, process, log)
        yield Site(port, folder / "html", log)
    finally:
        process.terminate()
        process.wait(10)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, text
    path.write_text(text.replace(old, new))


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text())
