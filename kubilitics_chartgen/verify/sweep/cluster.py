"""Runs a sweep on an existing Dask cluster: the same chunks, by the same pool of one process inside each Dask worker.

In: a task and the address of a scheduler. The chart travels with the task, so workers need the toolkit, of this
version, and no files. Dask gives a chunk of a worker that is gone to another one; what kills a render kills the process
inside the worker, and is told as it is by workers of this machine.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import multiprocessing
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from kubilitics_chartgen import __version__
from kubilitics_chartgen.errors import ChartgenError, ToolError
from kubilitics_chartgen.verify.sweep.pool import Pool, chunks_of
from kubilitics_chartgen.verify.sweep.task import Outcome, Request, SweepTask
from kubilitics_chartgen.verify.sweep.work import sweep_pool

__all__ = ["ClusterPool"]

CONNECT = 10.0
PATIENCE = 60.0
"""How long there may be no worker at all."""


class ClusterPool:
    """Workers of a cluster for one task; use it in a `with` block, as `Pool`."""

    def __init__(self, task: SweepTask | None = None, *, scheduler: str, patience: float = PATIENCE) -> None:
        self.task = task
        self.scheduler = scheduler
        self.patience = patience
        self.count = 0
        self.deaths = 0
        self._token = uuid.uuid4().hex
        self._client: Any = None
        self._sent: Any = None
        self._seen: set[str] = set()

    def __enter__(self) -> ClusterPool:
        try:
            from distributed import Client
        except ImportError:
            raise ToolError(
                "A Dask cluster needs the package distributed. Install it: pip install 'kubilitics-chartgen[dask]'"
            ) from None
        # What cannot be reached is told in one sentence, and once.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client = Client(self.scheduler, timeout=CONNECT)
        except (OSError, ValueError) as error:
            raise ToolError(
                f"There is no Dask scheduler at {self.scheduler} ({_first_line(error)}). Start one: dask scheduler"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=self.patience)
            versions = self._client.run(_version)
        except Exception as error:
            self._client.close()
            raise ToolError(self._trouble(error)) from None
        others = sorted({str(each) for each in versions.values()} - {__version__})
        if others:
            self._client.close()
            raise ToolError(f"Workers have kubilitics-chartgen {', '.join(others)}, and this is {__version__}.")
        self.count = sum(self._client.nthreads().values())
        self._present()
        if self.task is not None:
            self.begin(self.task)
        return self

    def begin(self, task: SweepTask) -> None:
        """What the workers are for."""
        self.task = task
        self._sent = self._client.submit(_same, _Parcel(self._token, task, _files(task.chart)), pure=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Where the cluster is gone, so are its workers' pools.
        with contextlib.suppress(Exception):
            self._client.run(_end, self._token, on_error="ignore")
        self._client.close()

    def run(self, requests: Sequence[Request], *, done: Callable[[int], None] | None = None) -> list[Outcome]:
        """What becomes of each request, in order; `done` is told how many more are finished."""
        found: dict[int, Outcome] = {}
        try:
            waiting = {
                self._client.submit(_sweep, self._sent, chunk, pure=False) for chunk in chunks_of(requests, self.count)
            }
            while waiting:
                finished = self._finished(waiting)
                waiting -= finished
                for future in finished:
                    outcomes, deaths = future.result()
                    self.deaths += deaths
                    found.update((outcome.index, outcome) for outcome in outcomes)
                    if done:
                        done(len(outcomes))
            self._present()
        except ChartgenError:
            raise
        except Exception as error:
            raise ToolError(self._trouble(error)) from None
        return [found[request.index] for request in requests]

    def _finished(self, waiting: set[Any]) -> set[Any]:
        """At least one of these, as soon as there is one."""
        import distributed

        empty_since: float | None = None
        while True:
            try:
                return set(distributed.wait(waiting, timeout=2, return_when="FIRST_COMPLETED").done)
            except distributed.TimeoutError:
                if self._present():
                    empty_since = None
                    continue
                empty_since = empty_since or time.monotonic()
                if time.monotonic() - empty_since > self.patience:
                    raise ToolError(f"All workers of {self.scheduler} are gone.") from None

    def _present(self) -> set[str]:
        """The workers there are; those that are gone are counted."""
        present = set(self._client.nthreads())
        self.deaths += len(self._seen - present)
        self._seen = present
        return present

    def _trouble(self, error: Exception) -> str:
        said = f"{type(error).__name__}: {_first_line(error)}"
        if isinstance(error, ImportError) or "kubilitics_chartgen" in str(error):
            return (
                f"The workers of {self.scheduler} cannot run this ({said}). Install kubilitics-chartgen {__version__} "
                "where they run."
            )
        if type(error).__name__.endswith("TimeoutError"):
            return f"The scheduler at {self.scheduler} has no workers. Start some: dask worker {self.scheduler}"
        return f"The cluster at {self.scheduler} let us down ({said})."


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@dataclass(frozen=True)
class _Parcel:
    """What travels to the workers."""

    token: str
    task: SweepTask
    files: Mapping[str, bytes]
    """The chart's, by path."""


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class _Station:
    """What one Dask worker keeps of one sweep: the chart, and a pool of one process for each of its threads."""

    def __init__(self, parcel: _Parcel) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="chartgen-")
        chart = Path(self.folder.name)
        for name, content in parcel.files.items():
            (chart / name).parent.mkdir(parents=True, exist_ok=True)
            (chart / name).write_bytes(content)
        self.task = replace(parcel.task, chart=chart)
        self.idle: list[Pool[Request, Outcome]] = []

    def sweep(self, chunk: Sequence[Request]) -> tuple[list[Outcome], int]:
        try:
            pool = self.idle.pop()
        except IndexError:
            pool = sweep_pool(self.task, workers=1).__enter__()
        before = pool.deaths
        try:
            outcomes = pool.run(chunk)
        except BaseException:
            pool.__exit__(None, None, None)
            raise
        self.idle.append(pool)
        return outcomes, pool.deaths - before

    def end(self) -> None:
        while self.idle:
            self.idle.pop().__exit__(None, None, None)
        self.folder.cleanup()


_stations: dict[str, _Station] = {}
_lock = threading.Lock()


def _version() -> str:
    return __version__


def _same(parcel: _Parcel) -> _Parcel:
    return parcel


def _sweep(parcel: _Parcel, chunk: Sequence[Request]) -> tuple[list[Outcome], int]:
    # Dask's nanny runs workers as daemons, which Python forbids to have children; ours end with their pipe.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with _lock:
        if parcel.token not in _stations:
            if not _stations:
                atexit.register(_end_all)
            _stations[parcel.token] = _Station(parcel)
        station = _stations[parcel.token]
    return station.sweep(chunk)


def _end(token: str) -> None:
    with _lock:
        station = _stations.pop(token, None)
    if station is not None:
        station.end()


def _end_all() -> None:
    for token in list(_stations):
        _end(token)
