"""The store and the workers, as the views see them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from flask import Flask, current_app, request

from masagraph.errors import NotHeldError, TooBusyError
from masagraph.settings import Settings
from masagraph.store.contract import GenerationGoneError, Place
from masagraph.web.newest import Newest
from masagraph.work import counting
from masagraph.work.pool import Counts, Pool
from masagraph.work.reading import ReadingDesk
from masagraph.work.writing import WritingDesk

Result = TypeVar("Result")
_NAME = "masagraph"
_EMPTY = "There are no data here yet. Stop the service and start it again: it loads those that ship with it."


class Service:
    """What the views share: settings, workers that read, and the one that writes."""

    def __init__(self, settings: Settings, place: Place) -> None:
        """Start the workers.

        Raises:
            StoreError: The store cannot be opened for writing.
        """
        self.settings = settings
        shared = {"megabytes": settings.worker_megabytes, "patience": settings.queue_seconds}
        self._writer = Pool("masagraph-writer", 1, partial(WritingDesk, place), **shared)
        try:
            self._readers = Pool("masagraph-reader", settings.workers, partial(ReadingDesk, place), **shared)
        except BaseException:
            self._writer.close()
            raise
        self._newest = Newest(place)

    def number(self) -> int:
        """Return the number of the generation that is served; 0 if there is none yet.

        Raises:
            StoreError: The store does not answer.
        """
        return self._newest.number()

    def since(self, number: int) -> datetime:
        """Return when a generation was made.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: The store does not answer.
        """
        return self._newest.since(number)

    def read(self, job: Callable[..., Result], number: int, *arguments: Any, seconds: float | None = None) -> Result:
        """Have a reader do a job: `job(desk, number, *arguments)`.

        Args:
            job: A function of a module of `work`.
            number: The generation that it reads.
            arguments: Plain data.
            seconds: How long it may take; the setting for queries if not given.

        Raises:
            NotHeldError: There is no generation yet.
            TooBusyError: The generation went while it was read, and the request names none.
            MasagraphError: What the job or the pool raises.
        """
        if number == 0:
            raise NotHeldError(_EMPTY)
        limit = self.settings.query_seconds if seconds is None else seconds
        try:
            return self._readers.run(job, number, *arguments, seconds=limit)
        except GenerationGoneError:
            if "generation" in request.args:
                raise
            # Nobody asked for this one: another came in between.
            raise TooBusyError("The data changed while this was being answered. Ask again.") from None

    def write(self, job: Callable[..., Result], *arguments: Any) -> Result:
        """Have the writer do a job: `job(desk, *arguments)`. The next request sees what it did.

        Raises:
            MasagraphError: What the job or the pool raises.
        """
        try:
            return self._writer.run(job, *arguments, seconds=self.settings.publish_seconds)
        finally:
            self._newest.changed()

    def missing(self) -> str | None:
        """Tell in a sentence what is missing before the service can be asked, or None if nothing is.

        Raises:
            MasagraphError: The store or the workers do not answer.
        """
        if self.number() == 0:
            return _EMPTY
        self.read(counting.graphs, self.number())
        return None

    @property
    def counts(self) -> Counts:
        """How often workers were killed and replaced so far."""
        reading, writing = self._readers.counts, self._writer.counts
        return Counts(reading.killed + writing.killed, reading.replaced + writing.replaced)

    def close(self) -> None:
        """Stop the workers."""
        try:
            self._readers.close()
        finally:
            self._writer.close()


def install(app: Flask, service: Service) -> None:
    """Hand the service to an app."""
    app.extensions[_NAME] = service


def service() -> Service:
    """Return the service of the app that answers the request."""
    found = current_app.extensions[_NAME]
    if not isinstance(found, Service):
        raise TypeError("the app has no service")
    return found
