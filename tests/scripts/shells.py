"""Runs the chart's shell scripts with this machine's shell and, where it is there, with BusyBox as in the images."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.tools import busybox

FILES = Path(__file__).resolve().parents[2] / "charts" / "kubilitics" / "files"
STAND_INS = Path(__file__).parent / "stand_ins"
"""wget and nc with BusyBox's options, for machines without it."""


@dataclass(frozen=True)
class Result:
    """What a script did."""

    code: int
    output: str
    seconds: float


@dataclass(frozen=True)
class Shell:
    """A shell with the commands it finds, in a folder of the test's own."""

    folder: Path
    program: tuple[str, ...]
    path: str

    def run(self, script: str, *arguments: str, timeout: float = 30, **env: str) -> Result:
        """Run a script of the chart to its end."""
        start = time.monotonic()
        run = subprocess.run(
            self.command(script, *arguments),
            env=self.env(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=timeout,
        )
        return Result(run.returncode, run.stdout, time.monotonic() - start)

    def command(self, script: str, *arguments: str) -> list[str]:
        """The command that runs a script of the chart."""
        return [*self.program, str(FILES / script), *arguments]

    def env(self, **env: str) -> dict[str, str]:
        """The script's environment."""
        return {"PATH": f"{self.folder}:{self.path}", "CALLS": str(self.folder / "calls"), **env}

    def replace(self, name: str, text: str) -> None:
        """Put a command of the test's own before all others."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    @property
    def calls(self) -> str:
        """The arguments that the stand-ins were called with."""
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def make_shell(kind: str, folder: Path) -> Shell:
    """This machine's `sh` with stand-ins for the network, or BusyBox for all of it."""
    own = folder / "own"
    own.mkdir()
    if kind == "sh":
        python = folder / "python"
        python.mkdir()
        for path in STAND_INS.glob("*.py"):
            command = python / path.stem
            command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{path}" "$@"\n', encoding="utf-8")
            command.chmod(0o755)
        return Shell(own, ("/bin/sh",), f"{python}:{os.environ['PATH']}")
    program = busybox()
    applets = folder / "applets"
    applets.mkdir()
    for name in subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split():
        (applets / name).symlink_to(program)
    return Shell(
        own, (str(applets / "sh"),), f"{applets}:{os.environ['PATH']}"
    )  # Debian's lacks a few applets of the images'


@dataclass
class Server:
    """An HTTP server on loopback that answers as it is told and remembers what it was asked."""

    port: int
    answers: dict[str, tuple[int, str]]
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    on_post: Any = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(answers: dict[str, tuple[int, str]], on_post: Any = None) -> Iterator[Server]:
    """A server that answers these paths, and 404 else."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, body: bytes = b"") -> None:
            server.asked.append((self.command, self.path, body))
            if self.command == "POST" and server.on_post:
                server.on_post(server, self.path, body)
            code, text = server.answers.get(self.path, (404, ""))
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(http.server_port, dict(answers), on_post=on_post)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
