"""A name server on loopback: the names it is told resolve to 127.0.0.1, all others do not exist."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Collection
from types import TracebackType

NO_ERROR, NAME_ERROR = 0, 3
TYPE_A = 1


class NameServer:
    """Answers A queries over UDP in a thread of its own, until closed."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = frozenset(names)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                query, client = self._socket.recvfrom(512)
            except TimeoutError:
                continue
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query: bytes) -> bytes:
        labels, position = [], 12
        while length := query[position]:
            labels.append(query[position + 1 : position + 1 + length].decode())
            position += length + 1
        question = query[12 : position + 5]
        (kind,) = struct.unpack("!H", query[position + 1 : position + 3])
        known = ".".join(labels) in self.names
        answers = b""
        if known and kind == TYPE_A:
            answers = struct.pack("!HHHIH4s", 0xC00C, TYPE_A, 1, 5, 4, bytes([127, 0, 0, 1]))
        flags = 0x8180 | (NO_ERROR if known else NAME_ERROR)
        return query[:2] + struct.pack("!HHHHH", flags, 1, 1 if answers else 0, 0, 0) + question + answers
