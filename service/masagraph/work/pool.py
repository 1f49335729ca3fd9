"""Worker processes that can be stopped at any moment: a job that takes too long or too much is killed with its process.

A worker is started from a server process that has the heavy modules ready, so that a new one costs little. It takes one job at
a time, and ends when the process that asks it does.
"""

import ctypes
import logging
import multiprocessing as mp
import os
import queue
import resource
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Generic, TypeVar

from masagraph.errors import CheckerError, MasagraphError, MemoryLimitError, TimeLimitError, TooBusyError

Desk = TypeVar("Desk")
Result = TypeVar("Result")
_MEGABYTE = 1 << 20
_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0
"""How long after its time a worker ends by itself, if nobody is left to stop it."""
_POLITENESS = 5
"""How much a worker gives way to the process that talks to clients."""
_READY_MODULES = ["masagraph.work.reading", "masagraph.work.writing"]
"""What the process that workers come from has read before any is needed."""
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""
_LOG = logging.getLogger(__name__)


class _LostError(Exception):
    """A worker did not answer, and can only be stopped."""


@dataclass(frozen=True)
class Counts:
    """How often a pool stopped a worker in the middle of a job, and how many it started after the first ones."""

    killed: int
    replaced: int


class Pool(Generic[Desk]):
    """Worker processes that each have a desk: what a job finds ready, and may leave ready for the next."""

    def __init__(self, name: str, size: int, desk: Callable[[], Desk], *, megabytes: int, patience: float) -> None:
        """Start the workers.

        Args:
            name: What to call the processes.
            size: How many there are.
            desk: Makes the desk of a worker, in the worker; it has to be picklable.
            megabytes: The most memory that one worker may take.
            patience: How many seconds a job waits for a worker to be free.

        Raises:
            MemoryLimitError: The workers do not start.
            MasagraphError: The desk cannot be made.
        """
        self._name, self._desk, self._megabytes, self._patience = name, desk, megabytes, patience
        self._lock, self._is_closed = threading.Lock(), False
        self._killed = self._replaced = 0
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        workers = [self._new() for _ in range(size)]
        for worker in workers:
            self._free.put(worker)
        try:
            for worker in workers:
                worker.wait_until_ready()
        except (_LostError, TimeoutError):
            self.close()
            told = f"No worker starts within the {megabytes} MB of memory that it may take. Set worker_megabytes higher."
            raise MemoryLimitError(told) from None
        except BaseException:
            self.close()
            raise

    @property
    def counts(self) -> Counts:
        """How often a worker was stopped and replaced so far."""
        return Counts(self._killed, self._replaced)

    def run(self, job: Callable[..., Result], *arguments: Any, seconds: float) -> Result:
        """Do a job in a worker and return its result.

        Args:
            job: A function of a module; it gets the desk and the arguments.
            arguments: Plain data.
            seconds: How long it may take, from the moment that a worker begins.

        Raises:
            TooBusyError: No worker was free in time.
            TimeLimitError: It took too long.
            MemoryLimitError: It took too much memory.
            MasagraphError: Whatever the job raised of our own family; anything else is a CheckerError.
        """
        try:
            worker = self._free.get(timeout=self._patience)
        except queue.Empty:
            raise TooBusyError("Everybody is busy here. Ask again in a few seconds.") from None
        try:
            if not worker.is_alive:
                worker = self._replacement(worker)
            is_done, result = worker.do(job, arguments, seconds)
        except TimeoutError:
            worker.stop()
            raise TimeLimitError(f"It took longer than {seconds:g} s and was stopped. Ask for less at once.") from None
        except _LostError:
            worker.stop()
            told = f"It took more memory than the {self._megabytes} MB that it may, and was stopped. Ask for less at once."
            raise MemoryLimitError(told) from None
        except BaseException:
            worker.stop()
            raise
        finally:
            if not worker.is_alive:
                self._count(killed=1)
                with suppress(TooBusyError):  # Whoever is lent this one next tries again.
                    worker = self._replacement(worker)
            self._free.put(worker)
            if self._is_closed:
                self.close()
        if is_done:
            return result  # type: ignore[no-any-return]  # what the job returned
        raise result

    def close(self) -> None:
        """Stop all workers that are free, and the others as soon as they are."""
        self._is_closed = True
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().dismiss()

    def _replacement(self, worker: "_Worker") -> "_Worker":
        """Start a worker in place of another; whoever is lent it first waits until it is ready.

        Raises:
            TooBusyError: The machine has no room for another process now.
        """
        worker.stop()
        try:
            new = self._new()
        except OSError:
            raise TooBusyError("This machine has no room for another process now. Ask again in a few seconds.") from None
        self._count(replaced=1)
        return new

    def _count(self, killed: int = 0, replaced: int = 0) -> None:
        with self._lock:
            self._killed += killed
            self._replaced += replaced

    def _new(self) -> "_Worker":
        return _Worker(self._name, self._desk, self._megabytes)


class _Worker:
    """A process and the pipe to it, as the asking side sees them."""

    def __init__(self, name: str, desk: Callable[[], object], megabytes: int) -> None:
        context = _context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, desk, megabytes), name=name, daemon=True)
        self._process.start()
        theirs.close()
        self._is_ready = self._is_stopped = False

    @property
    def is_alive(self) -> bool:
        return not self._is_stopped and self._process.is_alive()

    def wait_until_ready(self) -> None:
        if not self._is_ready:
            is_done, result = self._answer(_START_SECONDS)
            if not is_done:
                raise result
            self._is_ready = True

    def do(self, job: Callable[..., object], arguments: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        self.wait_until_ready()
        try:
            self._pipe.send((job, arguments, seconds))
        except OSError:
            raise _LostError from None
        return self._answer(seconds)

    def _answer(self, seconds: float) -> tuple[bool, Any]:
        if not self._pipe.poll(seconds):
            raise TimeoutError
        try:
            is_done, result = self._pipe.recv()
        except (EOFError, OSError):
            raise _LostError from None
        return bool(is_done), result

    def dismiss(self) -> None:
        """Let a worker that has nothing to do end by itself."""
        if self.is_alive:
            self._pipe.close()
            self._process.join(_GRACE_SECONDS)
        self.stop()

    def stop(self) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            self._process.kill()
            self._process.join()
            self._process.close()
            self._pipe.close()


def _context() -> ForkServerContext:
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(_READY_MODULES)
    return context


def _work(pipe: Connection, make_desk: Callable[[], object], megabytes: int) -> None:
    """Live as a worker: make a desk, then do what comes until nobody is there to ask."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Whoever stops the service from the keyboard stops us by way of it.
    os.nice(_POLITENESS)
    most = _taken() + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    is_done, desk = _done(make_desk)
    pipe.send((is_done, None if is_done else desk))
    while is_done:
        try:
            job, arguments, seconds = pipe.recv()
        except EOFError:
            return
        # The default action of this signal ends the process, whatever it is busy with.
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
        answer = _done(job, desk, *arguments)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return


def _end_with_parent() -> None:
    """Have the system end this process with the one that started it, however busy it is, where the system can."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _taken() -> int:
    """Return how many bytes of address space this process takes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _done(job: Callable[..., object], *arguments: object) -> tuple[bool, object]:
    """Do a job; return that it was done and its result, or that it was not and why, in words fit for whoever asked."""
    try:
        return True, job(*arguments)
    except MasagraphError as error:
        return False, error
    except MemoryError:
        os._exit(1)  # What is left of this process is not to be trusted with another job.
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on, and no traceback reaches a client
        _LOG.exception("A job failed")
        return False, CheckerError(f"The service failed on something unforeseen ({type(error).__name__}). Please report it.")
