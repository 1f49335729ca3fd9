"""A process that can be stopped at any moment: a job that takes too long or too much is killed with it.

It is started from a server process that has the heavy modules ready, so that a new one costs little. It takes one job at a time,
and ends when the process that asks it does.
"""

import ctypes
import logging
import multiprocessing as mp
import os
import resource
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from traceback import extract_tb
from typing import Any

from masagraph.errors import CheckerError, MasagraphError, MemoryLimitError, TimeLimitError

_MEGABYTE = 1 << 20
_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0
"""How long after its time a worker ends by itself, if nobody is left to stop it."""
_POLITENESS = 5
"""How much a worker gives way to the process that talks to clients."""
_READY_MODULES = ["masagraph.work.reading", "masagraph.work.writing"]
"""What the process that workers come from has read before any is needed."""
_NO_MEMORY = 12
_OUT_OF_MEMORY = (_NO_MEMORY, -signal.SIGABRT, -signal.SIGKILL)
"""How a worker ends that got no more memory: in Python, in a library, or by the system when there is none left."""
_STACK_MEGABYTES = 120
"""Linux keeps 128 free below the stack of a process that was started with less."""
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""
_LOG = logging.getLogger(__name__)


class WorkerGoneError(CheckerError):
    """A worker has ended by itself before it could be asked."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("The worker ended by itself. Please report what was asked.")


class Worker:
    """A process and the pipe to it, as the asking side sees them."""

    def __init__(self, name: str, desk: Callable[[], object], megabytes: int) -> None:
        """Start a process; it is ready later.

        Args:
            name: What to call it.
            desk: Makes what jobs find ready, in the process; it has to be picklable.
            megabytes: The most memory that it may take.

        Raises:
            OSError: The machine has no room for another process now.
            EOFError: The same, told by the process that workers come from.
        """
        context, self._megabytes = _context(), megabytes
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, desk, megabytes), name=name, daemon=True)
        try:
            self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()
        # Made once: the library's own is made anew for each look.
        self._word = select.poll()
        self._word.register(self._pipe.fileno(), select.POLLIN)
        self._is_ready = self.is_stopped = False

    def wait_until_ready(self) -> None:
        """Wait until its desk is made.

        Raises:
            CheckerError: It does not start.
            MasagraphError: Its desk cannot be made.
        """
        if self._is_ready:
            return
        try:
            is_done, result = self._answer(_START_SECONDS)
        except (TimeoutError, EOFError):
            told = f"A worker does not start within {_START_SECONDS:g} s and {self._megabytes} MB. Set worker_megabytes higher."
            raise CheckerError(told) from None
        if not is_done:
            raise result
        self._is_ready = True

    def do(self, job: Callable[..., object], arguments: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """Have it do a job; return that it was done and its result, or that it was not and the error.

        Args:
            job: A function of a module; it gets the desk and the arguments.
            arguments: Plain data.
            seconds: How long it may take.

        Raises:
            WorkerGoneError: The process has ended before, and nothing was begun.
            TimeLimitError: It took too long; the process is still at it.
            MemoryLimitError: It took too much memory.
            CheckerError: The process ended for another reason.
        """
        self.wait_until_ready()
        try:
            self._pipe.send((job, arguments, seconds))
        except OSError:
            raise WorkerGoneError from None
        try:
            return self._answer(seconds)
        except TimeoutError:
            raise TimeLimitError(f"It took longer than {seconds:g} s and was stopped. Ask for less at once.") from None
        except (EOFError, OSError):
            self._process.join(_GRACE_SECONDS)
        if self._process.exitcode in _OUT_OF_MEMORY:
            told = f"It took more memory than the {self._megabytes} MB that it may, and was stopped. Ask for less at once."
            raise MemoryLimitError(told)
        if self._process.exitcode == -signal.SIGSEGV:
            raise MemoryLimitError(
                "It is nested or chained more deeply than can be followed, and was stopped. Ask for less at once."
            )
        raise CheckerError(f"The worker ended by itself (exit code {self._process.exitcode}). Please report what was asked.")

    def _answer(self, seconds: float) -> tuple[bool, Any]:
        """Return what the worker says, and whether it did what it was to.

        Raises:
            TimeoutError: It says nothing in time.
            EOFError: It is gone.
        """
        if not self._word.poll(seconds * 1000):
            raise TimeoutError
        try:
            is_done, result = self._pipe.recv()
        except OSError:
            raise EOFError from None
        return bool(is_done), result

    def dismiss(self) -> None:
        """Let a worker that has nothing to do end by itself."""
        if not self.is_stopped:
            self._pipe.close()
            self._process.join(_GRACE_SECONDS)
        self.stop()

    def stop(self) -> None:
        """End it at once, whatever it does."""
        if not self.is_stopped:
            self.is_stopped = True
            if self._process.is_alive():  # If it ended by itself, its number may be another's by now.
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
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # It would log values that are refused anyway.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Whoever stops the service from the keyboard stops us by way of it.
    os.nice(_POLITENESS)
    most = _taken() + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _deepen()
    is_done, desk = _done(make_desk)
    with suppress(OSError):
        pipe.send((is_done, None if is_done else desk))
    while is_done:
        try:
            job, arguments, seconds = pipe.recv()
        except (EOFError, OSError):
            return
        # The default action of this signal ends the process, whatever it is busy with.
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
        answer = _done(job, desk, *arguments)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            pipe.send(answer)
        except OSError:
            return


def _end_with_parent() -> None:
    """Have the system end this process with the one that started it, however busy it is, where the system can."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _deepen() -> None:
    """Let the stack grow as far as the system leaves room for it: parsers go down a level for each link of a chain."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    deep = _STACK_MEGABYTES * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_STACK, (deep if hard == resource.RLIM_INFINITY else min(deep, hard), hard))


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
        os._exit(_NO_MEMORY)  # What is left of this process is not to be trusted with another job.
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on, and no traceback reaches a client
        # What an error says may hold what somebody sent, and is for no log.
        frames = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(extract_tb(error.__traceback__)))
        _LOG.error("A job failed: %s at %s", type(error).__name__, frames)
        return False, CheckerError(f"The service failed on something unforeseen ({type(error).__name__}). Please report it.")
