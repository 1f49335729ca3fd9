"""Workers to be had for a job: each can be stopped at any moment, and another takes its place."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from masagraph.errors import MemoryLimitError, TimeLimitError, TooBusyError
from masagraph.work.worker import Worker, WorkerGoneError

Desk = TypeVar("Desk")
Result = TypeVar("Result")


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
            MasagraphError: The workers do not start, or the desk cannot be made.
        """
        self._name, self._desk, self._megabytes, self._patience = name, desk, megabytes, patience
        self._lock, self._is_closed = threading.Lock(), False
        self._killed = self._replaced = 0
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        try:
            for _ in range(size):
                self._free.put(self._new())
            for worker in list(self._free.queue):
                worker.wait_until_ready()
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
            CheckerError: The worker ended for another reason.
            MasagraphError: Whatever the job raised of our own family; anything else is a CheckerError.
        """
        try:
            worker = self._free.get(timeout=self._patience)
        except queue.Empty:
            raise TooBusyError("Everybody is busy here. Ask again in a few seconds.") from None
        try:
            if worker.is_stopped:
                worker = self._replacement(worker)
            try:
                is_done, result = worker.do(job, arguments, seconds)
            except WorkerGoneError:
                worker = self._replacement(worker)
                is_done, result = worker.do(job, arguments, seconds)
        except BaseException as error:
            self._count(killed=isinstance(error, (TimeLimitError, MemoryLimitError)))
            worker.stop()
            raise
        finally:
            self._take_back(worker)
        if is_done:
            return result  # type: ignore[no-any-return]  # what the job returned
        raise result

    def close(self) -> None:
        """Stop all workers that are free, and the others as soon as they are."""
        self._is_closed = True
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().dismiss()

    def _take_back(self, worker: Worker) -> None:
        """Let the next one have a worker, or another in place of one that was stopped.

        One that has ended by itself is found out when it is to be lent again, as is one that could not be replaced now.
        """
        try:
            if worker.is_stopped:
                worker = self._replacement(worker)
        except TooBusyError:
            pass
        finally:
            self._free.put(worker)
            if self._is_closed:
                self.close()

    def _replacement(self, worker: Worker) -> Worker:
        """Start a worker in place of another; whoever is lent it first waits until it is ready.

        Raises:
            TooBusyError: The machine has no room for another process now.
        """
        worker.stop()
        new = self._new()
        self._count(replaced=1)
        return new

    def _count(self, killed: int = 0, replaced: int = 0) -> None:
        with self._lock:
            self._killed += killed
            self._replaced += replaced

    def _new(self) -> Worker:
        try:
            return Worker(self._name, self._desk, self._megabytes)
        except (OSError, EOFError):  # The second is what the process that workers come from leaves if it cannot fork.
            raise TooBusyError("This machine has no room for another process now. Ask again in a few seconds.") from None
