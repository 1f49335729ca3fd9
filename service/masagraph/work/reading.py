"""The desk of a worker that reads: generations opened once, and rules read once."""

from collections import OrderedDict
from functools import cached_property
from typing import Protocol

from masagraph.check.checker import Checker
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.oxigraph import Snapshot
from masagraph.store.contract import Place, Reader

_KEPT_OPEN = 2
"""The generation that is served, and one that somebody cites."""


class Desk(Protocol):
    """What a job that reads finds ready."""

    def reader(self, number: int) -> Reader:
        """Return a generation, open for reading."""

    def settled(self, number: int) -> Snapshot:
        """Return what questions are asked of, as of a generation."""

    @property
    def checker(self) -> Checker:
        """Judges arrangements by all rules, which are read once."""


class ReadingDesk:
    """Opens generations of one store."""

    def __init__(self, place: Place) -> None:
        """Take the store; nothing is opened yet."""
        self._place = place
        self._open: OrderedDict[int, Reader] = OrderedDict()
        self._settled: dict[int, Snapshot] = {}

    def reader(self, number: int) -> Reader:
        """Return a generation, open for reading.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: It cannot be read.
        """
        if number not in self._open:
            self._open[number] = self._place.reader(number)
            while len(self._open) > _KEPT_OPEN:
                old, reader = self._open.popitem(last=False)
                self._settled.pop(old, None)
                reader.close()
        self._open.move_to_end(number)
        return self._open[number]

    def settled(self, number: int) -> Snapshot:
        """Return what questions are asked of, as of a generation.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: It cannot be read.
        """
        reader = self.reader(number)
        if number not in self._settled:
            self._settled[number] = reader.settled()
        return self._settled[number]

    @cached_property
    def checker(self) -> Checker:
        """Judges arrangements by all rules, which are read once."""
        return Checker(PyShaclEngine())
