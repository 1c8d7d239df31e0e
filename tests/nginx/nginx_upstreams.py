"""A server that plays backend or AI on loopback and records what reaches it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WEBSOCKET_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(frozen=True)
class Seen:
    """One request as the upstream got it; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Upstream:
    """A running upstream. `answers` maps a path to what answers it; other paths get 200 and the service's name."""

    name: str
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)

    def paths(self) -> list[str]:
        return [request.path for request in self.seen]


def reply(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answer_slowly(seconds: float) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        reply(handler, 200, b"late")

    return answer


def stream_until(released: threading.Event, *, chunked: bool) -> Callable[[BaseHTTPRequestHandler], None]:
    """Sends two events, each by itself, and the last one only after `released` is set."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")))
        handler.end_headers()
        for event in (b"data: first\n\n", b"data: second\n\n", b"data: last\n\n"):
            # A pause, so that no two of headers and events leave in one packet.
            time.sleep(0.05)
            if b"last" in event:
                released.wait(5)
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(event), event) if chunked else event)
        if chunked:
            handler.wfile.write(b"0\r\n\r\n")

    return answer


def echo_one_message(handler: BaseHTTPRequestHandler) -> None:
    """Accepts a WebSocket, sends the first short text message back, and hangs up."""
    digest = hashlib.sha1((handler.headers["Sec-WebSocket-Key"] + WEBSOCKET_KEY).encode()).digest()
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
    handler.end_headers()
    length = handler.rfile.read(2)[1] & 0x7F
    mask, data = handler.rfile.read(4), handler.rfile.read(length)
    text = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
    handler.wfile.write(bytes([0x81, len(text)]) + text)
    handler.close_connection = True


@contextmanager
def upstream(name: str) -> Iterator[Upstream]:
    state = Upstream(name)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            state.seen.append(Seen(self.command, self.path, headers, body))
            path = self.path.partition("?")[0]
            if path in state.answers:
                state.answers[path](self)
            elif headers.get("upgrade") == "websocket":
                echo_one_message(self)
            else:
                reply(self, 200, json.dumps({"from": name}).encode(), {"Content-Type": "application/json"})

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *args: object) -> None:
            """Keeps the test's output quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hung up is no error of the test."""

    with Server(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
