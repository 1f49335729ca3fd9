"""Which generation is served now, asked of the store no more often than needed."""

import threading
import time
from datetime import datetime

from masagraph.store.contract import Place

_FRESH_SECONDS = 1.0
"""How long the number is taken as known. Only our own writer makes other generations, and says so."""


class Newest:
    """The newest generation of a store. While one thread asks the store, the others take what was known before."""

    def __init__(self, place: Place) -> None:
        """Ask for the first time.

        Raises:
            StoreError: The store does not answer.
        """
        self._place, self._lock = place, threading.Lock()
        self._number, self._asked = place.current(), time.monotonic()
        self._writes = self._seen = 0
        self._moments: dict[int, datetime] = {}

    def number(self) -> int:
        """Return the number of the generation that is served; 0 if there is none yet.

        Raises:
            StoreError: The store does not answer.
        """
        with self._lock:
            writes, now = self._writes, time.monotonic()
            if self._seen == writes and now < self._asked + _FRESH_SECONDS:
                return self._number
            self._asked = now  # If nothing has been written since, nobody else asks for a while, however this ends.
        found = self._place.current()
        with self._lock:
            self._number, self._seen = max(self._number, found), max(self._seen, writes)
            return self._number

    def since(self, number: int) -> datetime:
        """Return when a generation was made.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: The store does not answer.
        """
        # An older one may have been pruned since it was last asked about.
        known = self._moments
        if number not in known or number != self.number():
            known = self._moments = {number: self._place.since(number)}
        return known[number]

    def changed(self) -> None:
        """Take note that something was written: whoever asks next is told of it."""
        with self._lock:
            self._writes += 1
