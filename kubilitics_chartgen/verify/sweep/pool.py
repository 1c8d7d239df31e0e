"""Renders in processes of its own, each with a memory limit and a deadline; one that dies is started again.

A render takes no cancel signal, and a template that calls itself ends the process: only a process that may die is safe.
What a worker had when it died is tried again in smaller parts, until the one request that kills stands alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Semaphore
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from kubilitics_chartgen.errors import ChartgenError, ToolError
from kubilitics_chartgen.verify.sweep.garbage import collect_seldom

__all__ = ["GO", "Pool", "Work", "chunks_of", "default_workers", "started_with"]


class _Numbered(Protocol):
    @property
    def index(self) -> int: ...


Asked = TypeVar("Asked", bound=_Numbered)
Answered = TypeVar("Answered", bound=_Numbered)


class Work(ABC, Generic[Asked, Answered]):
    """What workers do; it travels to them."""

    def prepare(self) -> None:
        """Done before the task is known."""

    @abstractmethod
    def runner(self, task: Any) -> Callable[[Sequence[Asked]], list[Answered]]:
        """Done once in each worker; what it gives answers requests, in order."""

    @abstractmethod
    def died(self, request: Asked, reason: str) -> Answered:
        """The answer to a request that ends whoever works on it."""


_SPAWN = multiprocessing.get_context("spawn")

CHUNK = 96
SECONDS = 60.0
"""What a chunk may take; one request by itself gets a third of it."""
MEMORY = 3 * 1024**3 // 2
"""Bytes that a worker may hold, three times what it needs: the less, the sooner a template without an end is told."""
ADDRESSES = 4 * 1024**3
"""Address space of a worker, for systems that count only the heap as what it holds; Go reserves more than it uses."""

GO = {"GOMAXPROCS": "1", "GOGC": "200"}
"""For Helm in a worker: one thread, and fewer collections of garbage. A library in Go sees the environment as it was
when its process began, and no variable that is added later. GOMEMLIMIT is none of them: near such a limit a template
without an end collects garbage all the time, and takes five times as long to die."""


def default_workers() -> int:
    """As many as there are processors to use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def chunks_of(requests: Sequence[Asked], workers: int) -> list[tuple[Asked, ...]]:
    """Requests in parts, as many for each worker: each call of Helm reads all templates first, so they are few."""
    rounds = max(1, -(-len(requests) // (CHUNK * max(1, workers))))
    size = max(1, -(-len(requests) // (rounds * max(1, workers))))
    return [tuple(requests[start : start + size]) for start in range(0, len(requests), size)]


@dataclass
class _Worker(Generic[Asked]):
    process: Any
    connection: Connection
    chunk: tuple[Asked, ...] = ()
    deadline: float = 0.0
    ready: bool = False


class Pool(Generic[Asked, Answered]):
    """Workers for one task; use it in a `with` block.

    While the task is still being worked out, workers prepare for it; `begin` then hands it over.
    """

    def __init__(
        self,
        work: Work[Asked, Answered],
        task: Any = None,
        *,
        workers: int = 0,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self.work = work
        self.task = task
        self.count = workers or default_workers()
        self.seconds = seconds
        self.memory = memory
        self.deaths = 0
        self._workers: list[_Worker[Asked]] = []
        # One processor is left to whoever works out the task, for as long as that takes.
        self._turns = _SPAWN.Semaphore(max(1, self.count - 1))

    def __enter__(self) -> Pool[Asked, Answered]:
        self._workers = [self._start() for _ in range(self.count)]
        return self

    def begin(self, task: Any) -> None:
        """What the workers are for, where they were started without."""
        self.task = task
        self._turns.release()
        for worker in self._workers:
            worker.deadline = time.monotonic() + self.seconds
            # One that is dead is found when it does not answer.
            with contextlib.suppress(OSError):
                worker.connection.send(task)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            self._end(worker)
        self._workers = []

    def _start(self) -> _Worker[Asked]:
        ours, theirs = _SPAWN.Pipe()
        arguments = (theirs, self.work, self.task, self.memory, self._turns)
        process = _SPAWN.Process(target=_work, args=arguments, daemon=True)
        with _interruptions_wait(), started_with(GO):
            process.start()
        theirs.close()
        return _Worker(process, ours, deadline=time.monotonic() + self.seconds)

    def _end(self, worker: _Worker[Asked]) -> None:
        worker.connection.close()
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()

    def run(self, requests: Sequence[Asked], *, done: Callable[[int], None] | None = None) -> list[Answered]:
        """What becomes of each request, in order; `done` is told how many more are finished."""
        chunks = deque(chunks_of(requests, self.count))
        found: dict[int, Answered] = {}
        while chunks or any(worker.chunk for worker in self._workers):
            self._give(chunks)
            ready = wait([worker.connection for worker in self._workers], timeout=self._patience())
            for worker in list(self._workers):
                if worker.connection in ready:
                    self._take(worker, chunks, found, done)
                elif time.monotonic() > worker.deadline and (worker.chunk or not worker.ready):
                    self._bury(worker, chunks, found, "it takes too long")
        return [found[request.index] for request in requests]

    def _patience(self) -> float:
        now = time.monotonic()
        return max(0.0, min((worker.deadline - now for worker in self._workers if worker.chunk), default=1.0))

    def _give(self, chunks: deque[tuple[Asked, ...]]) -> None:
        for worker in self._workers:
            if not chunks:
                return
            if not worker.chunk and worker.ready:
                worker.chunk = chunks.popleft()
                allowed = self.seconds if len(worker.chunk) > 1 else self.seconds / 3
                worker.deadline = time.monotonic() + allowed
                with contextlib.suppress(OSError):
                    worker.connection.send(worker.chunk)

    def _take(
        self,
        worker: _Worker[Asked],
        chunks: deque[tuple[Asked, ...]],
        found: dict[int, Answered],
        done: Callable[[int], None] | None,
    ) -> None:
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker, chunks, found, "the process that rendered it came to an end")
            return
        if isinstance(answer, ChartgenError):
            raise answer
        if answer == "ready":
            worker.ready = True
            return
        for outcome in answer:
            found[outcome.index] = outcome
        if done:
            done(len(answer))
        worker.chunk = ()

    def _bury(
        self, worker: _Worker[Asked], chunks: deque[tuple[Asked, ...]], found: dict[int, Answered], reason: str
    ) -> None:
        self.deaths += 1
        if not worker.ready and not worker.chunk:
            raise ToolError(f"A worker cannot start: {reason}.")
        self._end(worker)
        self._workers[self._workers.index(worker)] = self._start()
        if len(worker.chunk) == 1:
            request = worker.chunk[0]
            found[request.index] = self.work.died(request, f"Rendering does not end well: {reason}.")
            return
        # Small parts: each one that holds what kills costs a process, and the time it takes to die.
        size = max(1, len(worker.chunk) // 8)
        parts = [worker.chunk[start : start + size] for start in range(0, len(worker.chunk), size)]
        chunks.extendleft(reversed(parts))


def _work(connection: Connection, work: Work[Any, Any], task: Any, memory: int, turns: Semaphore) -> None:
    """The life of a worker."""
    # Ctrl-C is for the one who started us, who ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(memory)
    # What Go says when it dies is for nobody: that it died is told.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        if task is None:
            with turns:
                work.prepare()
        run = work.runner(task or connection.recv())
    except ChartgenError as error:
        connection.send(error)
        return
    except (EOFError, OSError):
        return
    collect_seldom()
    connection.send("ready")
    while True:
        try:
            chunk = connection.recv()
        except (EOFError, OSError):
            return
        try:
            connection.send(_answered(work, run, chunk))
        except ChartgenError as error:
            connection.send(error)


def _answered(
    work: Work[Asked, Answered], run: Callable[[Sequence[Asked]], list[Answered]], chunk: Sequence[Asked]
) -> list[Answered]:
    """The answers to a chunk; what cannot be judged costs its own answer only."""
    try:
        return run(chunk)
    except ChartgenError:
        raise
    except Exception as error:
        if len(chunk) == 1:
            return [work.died(chunk[0], f"What it renders cannot be judged: {type(error).__name__}: {error}.")]
    return [answer for request in chunk for answer in _answered(work, run, [request])]


@contextlib.contextmanager
def started_with(variables: Mapping[str, str]) -> Iterator[None]:
    """Processes that are started in it have these variables as well, but for those that the user has set."""
    added = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextlib.contextmanager
def _interruptions_wait() -> Iterator[None]:
    """Ctrl-C comes once the block has ended, and never to a process that is started in it, until that asks for it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_AS, ADDRESSES)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
