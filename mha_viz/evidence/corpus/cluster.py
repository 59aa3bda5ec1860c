"""``map`` on a Ray cluster: actors keep a model each, and others take their place when they die.

Work that is given out may be done twice; whoever asks keeps each result once. An actor has one chunk at a time, so that
it is known which one it died of. Ray ends a process that has lost its cluster: this is for commands, not for the app.
"""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from mha_viz.errors import InputError, MhaVizError, in_one_line
from mha_viz.evidence.corpus.chunks import Chunk, Chunks, Piece
from mha_viz.evidence.corpus.room import is_of_memory

AHEAD = 4  # chunks an actor that may be begun before one that all others wait for
MOST_STARTS = 3  # of actors one after the other, none of which came up
PATIENCE = 5.0  # seconds in which a cluster answers
MEMORY = 2**28  # bytes of it for what is on its way

Tell = Callable[[str], None]
Run = Callable[[Any, Iterable[Chunk]], Iterator[list[Any]]]


@contextmanager
def ray_run(address: str | None = None, *, workers: int | None = None, tell: Tell = print) -> Iterator[Run]:
    """A function of ``map``'s shape that runs on a Ray cluster, for ``read_corpus(…, run=…)``.

    Parameters
    ----------
    address : str, optional
        Of a running cluster ("auto", "host:6379"); by default one is started on this machine, and ended afterwards.
    workers : int, optional
        How many actors; by default one a GPU, or half as many as there are processors.
    tell : callable
        Takes a sentence on whatever was left out, as it ended its workers.

    Raises
    ------
    InputError
        If Ray is not installed, or there is no cluster at that address.
    """
    ray = _ray(address)
    _connect(ray, address, workers)
    try:
        actors = Actors(ray, workers)
        yield lambda function, chunks: _results(actors, function, chunks, tell)
    finally:
        ray.shutdown()


def _ray(address: str | None) -> Any:  # Any: a module that may be missing
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address is None:  # this is how Ray is told to listen on the loopback alone; an address of ours it would replace
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what it will be, and Ray warns of until then
    try:
        import ray
    except ImportError:
        raise InputError("Ray is not installed: `pip install 'ray>=2.60,<3'` brings it.") from None
    # It prints to stdout, where tables go, whatever it is told: of workers that died we say what is worth saying.
    ray._private.worker.print_to_stdstream = lambda *_what, **_how: None
    return ray


def _connect(ray: Any, address: str | None, workers: int | None) -> None:
    options: dict[str, Any] = {"address": address, "log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        options |= {"address": "local", "include_dashboard": False}
        options |= {"object_store_memory": MEMORY, "num_cpus": max(workers or 1, os.cpu_count() or 1)}
    else:
        _refuse_silent(address)
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises whatever its parts raise
        where = "can be started on this machine" if address is None else f"is at {address}"
        raise InputError(f"No Ray cluster {where}: {in_one_line(error)}") from error


def _refuse_silent(address: str) -> None:
    """Ray itself waits for many minutes where nothing answers."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():  # "auto", which Ray finds or does not find at once
        return
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"No Ray cluster is at {address}: {in_one_line(error)}") from error


# ---- actors ----------------------------------------------------------------------------------------------------


class Worker:
    """An actor: it keeps what it was last given to run, with its model, for as long as it lives."""

    def __init__(self) -> None:
        self._pickled = b""
        self._function: Callable[[Chunk], list[Any]] = list

    def ready(self) -> bool:
        """Whether it has come up."""
        return True

    def work(self, pickled: bytes, chunk: Chunk) -> tuple[str, Any]:
        """What became of a chunk: "done" with its results, "memory" where that is too small, "refused" with why."""
        try:
            if pickled != self._pickled:
                self._function, self._pickled = list, b""  # gone before the next model comes
                self._function, self._pickled = pickle.loads(pickled), pickled  # noqa: S301 - our own driver's
            return "done", self._function(chunk)
        except (MhaVizError, MemoryError, RuntimeError) as error:
            if is_of_memory(error):
                return "memory", None
            if isinstance(error, MhaVizError):
                return "refused", str(error)
            raise


class Actors:
    """Actors that are coming up, wait for work, or do some; for one that dies another one is started.

    ``n`` is how many there are: as many as asked for, one a GPU, or half as many as there are processors.
    """

    def __init__(self, ray: Any, n: int | None) -> None:
        has = ray.cluster_resources()
        n_gpus = int(has.get("GPU", 0))
        self.n = n or n_gpus or max(1, int(has.get("CPU", 1)) // 2)
        self.idle: list[Any] = []
        self._ray, self._make = ray, ray.remote(num_cpus=1, num_gpus=1 if n_gpus else 0)(Worker).remote
        self._starting: dict[Any, Any] = {}  # the promise that an actor is ready → the actor
        self._working: dict[Any, tuple[Any, Piece]] = {}  # the promise of a result → who works on what
        self._n_failed = 0
        for _ in range(self.n):
            self._start()

    def give(self, pickled: bytes, piece: Piece) -> None:
        """One that is idle begins with a piece."""
        actor = self.idle.pop()
        self._working[actor.work.remote(pickled, piece.chunk)] = actor, piece

    def heard(self) -> Iterator[tuple[Piece, str, Any]]:
        """Wait until one says something: pieces, with what became of each (``Worker.work``), or "died"."""
        promises, _ = self._ray.wait([*self._starting, *self._working])
        for promise in promises:
            if promise in self._starting:
                self._has_started(promise)
            else:
                yield self._result(promise)

    def drop_work(self) -> None:
        """Nobody waits for what is being done: others take the place of those that do it."""
        for actor, _ in self._working.values():
            self._replace(actor)
        self._working.clear()

    def _start(self) -> None:
        actor = self._make()
        self._starting[actor.ready.remote()] = actor

    def _replace(self, actor: Any) -> None:
        self._ray.kill(actor)
        self._start()

    def _has_started(self, promise: Any) -> None:
        actor = self._starting.pop(promise)
        try:
            self._ray.get(promise)
        except self._ray.exceptions.RayError as error:
            self._n_failed += 1
            if self._n_failed >= MOST_STARTS:
                raise InputError(f"No worker comes up on the Ray cluster: {in_one_line(error)}") from error
            self._start()
        else:
            self._n_failed = 0
            self.idle.append(actor)

    def _result(self, promise: Any) -> tuple[Piece, str, Any]:
        actor, piece = self._working.pop(promise)
        try:
            what, result = self._ray.get(promise)
        except self._ray.exceptions.RayTaskError as error:
            self.idle.append(actor)
            said = f"{type(error.cause).__name__}: {in_one_line(error.cause)}"
            return piece, "refused", f"A worker failed on {piece.name}. {said}"
        except self._ray.exceptions.RayError:  # it has died, or its machine
            self._replace(actor)
            return piece, "died", None
        self.idle.append(actor)
        return piece, what, result


def _results(actors: Actors, function: Any, chunks: Iterable[Chunk], tell: Tell) -> Iterator[list[Any]]:
    """What a function makes of each chunk, in order."""
    todo = Chunks(chunks, AHEAD * actors.n, getattr(function, "without", None))
    pickled = pickle.dumps(function)
    try:
        while True:
            while actors.idle and (piece := todo.next()) is not None:
                actors.give(pickled, piece)
            if actors.idle and todo.is_all_done:
                return
            for piece, what, result in actors.heard():
                _note(todo, piece, what, result, tell)
            yield from todo.in_order()
    finally:
        actors.drop_work()


def _note(todo: Chunks, piece: Piece, what: str, result: Any, tell: Tell) -> None:
    if what == "refused":
        raise InputError(result)
    if what == "done":
        todo.is_done(piece, result)
    elif left_out := todo.has_failed(piece, for_memory=what == "memory"):
        tell(left_out)
