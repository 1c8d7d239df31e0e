"""Real registries, and what may stand between them and us: a line that breaks, and one that tells lies."""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from tests import tools

NAME = "registry.test:443"
"""What the registry with TLS is called behind a proxy; Helm 3 speaks no TLS to an address of this machine."""
USERNAME, PASSWORD = "publisher", "s3cret"
_HTPASSWD = "publisher:$2y$05$K4Jn6U7maBbYDjxPtSQG3euFsBVTazHlmtSvbDTyYmIL.rKbucN3."


@dataclass(frozen=True)
class Certificates:
    """Files in PEM."""

    authority: Path
    server: Path
    key: Path


@dataclass
class Registry:
    """A running registry."""

    port: int
    log: Path
    certificates: Certificates | None = None
    credentials: tuple[str, str] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What lets the program in."""
        if self.credentials is None:
            return {}
        name, password = self.credentials
        return {"KUBILITICS_REGISTRY_USERNAME": name, "KUBILITICS_REGISTRY_PASSWORD": password}

    @property
    def options(self) -> tuple[str, ...]:
        return ("--ca-file", str(self.certificates.authority)) if self.certificates else ("--plain-http",)

    def get(self, path: str, accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
        """What it answers, asked without our code."""
        scheme, context = "http", None
        if self.certificates:
            scheme, context = "https", ssl.create_default_context(cafile=str(self.certificates.authority))
        headers = {"Accept": accept}
        if self.credentials:
            headers["Authorization"] = "Basic " + b64encode(":".join(self.credentials).encode()).decode()
        request = Request(f"{scheme}://{self.host}/v2/{path}", headers=headers)
        with urlopen(request, context=context, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()

    def tags(self, repository: str) -> list[str]:
        try:
            return json.loads(self.get(f"{repository}/tags/list")[2])["tags"] or []
        except OSError:
            return []

    def requests(self, method: str) -> int:
        """How many requests of this kind it has answered."""
        return self.log.read_text().count(f'"{method} /v2/')


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_registry(
    folder: Path, *, certificates: Certificates | None = None, auth: dict[str, object] | None = None
) -> Iterator[Registry]:
    program, port = tools.docker_registry(), free_port()
    web: dict[str, object] = {"addr": f"127.0.0.1:{port}", "secret": "of the tests"}
    credentials = None
    if certificates:
        web["tls"] = {"certificate": str(certificates.server), "key": str(certificates.key)}
        (folder / "htpasswd").write_text(_HTPASSWD + "\n")
        auth = auth or {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
        credentials = (USERNAME, PASSWORD)
    config = {
        "version": "0.1",
        "log": {"accesslog": {"disabled": False}, "level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": web,
        **({"auth": auth} if auth else {}),
    }
    (folder / "config.yml").write_text(json.dumps(config))
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen([program, "serve", str(folder / "config.yml")], stdout=out, stderr=out)
    try:
        _wait_for(port, process, log)
        yield Registry(port, log, certificates, credentials)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the registry does not listen")


@dataclass
class Line:
    """A line to a port that breaks: it hangs up on a client that has sent so many bytes, so many times."""

    target: int
    breaks_after: int
    times: int
    tunnel: bool = False
    """Whether clients first name a host to connect to, as they do to a proxy."""
    port: int = 0
    broken: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            if self.tunnel:
                asked = b""
                while not asked.endswith(b"\r\n\r\n"):
                    asked += client.recv(1)
                assert asked.startswith(b"CONNECT "), asked
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            server = socket.create_connection(("127.0.0.1", self.target))
            self._sockets += [client, server]
            threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        carried = 0
        try:
            while data := source.recv(4096):
                sink.sendall(data)
                carried += len(data)
                if from_client and carried > self.breaks_after and self.broken < self.times:
                    self.broken += 1
                    time.sleep(0.2)  # what was sent arrives, as on a real line
                    break
        except OSError:
            pass
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for one in self._sockets:
            one.close()


@contextmanager
def breaking_line(target: int, *, breaks_after: int = 0, times: int = 0, tunnel: bool = False) -> Iterator[Line]:
    line = Line(target, breaks_after, times, tunnel)
    listener = socket.create_server(("127.0.0.1", 0))
    line.port = listener.getsockname()[1]
    threading.Thread(target=line.serve, args=(listener,), daemon=True).start()
    try:
        yield line
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        line.close()


Answer = tuple[int, dict[str, str], bytes]
Change = Callable[[str, str, Answer], Answer]


@contextmanager
def changed_answers(target: int, change: Change) -> Iterator[int]:
    """A registry's answers as `change(method, path, answer)` makes them; gives the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            upstream = http.client.HTTPConnection("127.0.0.1", target, timeout=20)
            upstream.request(self.command, self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            status, headers, data = change(self.command, self.path, (answer.status, headers, answer.read()))
            upstream.close()
            self.send_response(status)
            if self.command != "HEAD":
                headers["content-length"] = str(len(data))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else data)

        do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = forward  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
