"""Silence for Helm's library, which writes its log to standard error and knows no switch. Moves file descriptor 2."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["log_silenced"]

_lock = threading.Lock()
_inside = 0
_kept = -1


@contextmanager
def log_silenced() -> Iterator[None]:
    """What is written to standard error while the block runs is for nobody: the log quotes values.

    A render for its own sake is left alone: `helm template` prints the same warnings, and Go says there why it died.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _kept
    with _lock:
        if not _inside:
            try:
                _kept = os.dup(2)
            except OSError:  # there is no standard error
                _kept = -1
            else:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)
        _inside += 1


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if not _inside and _kept >= 0:
            os.dup2(_kept, 2)
            os.close(_kept)
