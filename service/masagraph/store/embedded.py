"""The embedded store: Oxigraph on disk, nothing to start. See `generations` for what its folder holds."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rdflib import Graph

from masagraph.answers import Answer, Dataset
from masagraph.oxigraph import Disk, Quad, Snapshot
from masagraph.store import generations
from masagraph.store.contract import Change, StoreError
from masagraph.store.generations import Generations

_PATIENCE = 10
"""Seconds that a new writer waits for one that is just stopping."""


@dataclass(frozen=True)
class Embedded:
    """The place of an embedded store: its folder, and how many generations stay."""

    folder: Path
    keep: int = 10

    def current(self) -> int:
        """Return the number of the generation that is served; 0 before the first change.

        Raises:
            StoreError: The folder does not say which.
        """
        return generations.current(self.folder)

    def since(self, number: int) -> datetime:
        """Return when a generation was made, with its time zone.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: The folder cannot be read.
        """
        return generations.since(self.folder, number)

    def reader(self, number: int | None = None) -> "EmbeddedReader":
        """Open a generation, by default the one that is served.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: It cannot be read.
        """
        wanted = self.current() if number is None else number
        where = generations.path(self.folder, wanted)
        try:
            return EmbeddedReader(wanted, Disk.read_only(where))
        except (OSError, RuntimeError):  # Oxigraph raises either for files that are damaged.
            generations.path(self.folder, wanted)  # It may have been pruned in between, which this says.
            raise StoreError(f"{where}: this generation cannot be read. Look after the disk, or restore a backup.") from None

    def writer(self) -> "EmbeddedWriter":
        """Open the store for writing, waiting a while for a process that is about to let go of it.

        Raises:
            StoreError: Another process has it open, or it cannot be written.
        """
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return EmbeddedWriter(Generations(self.folder, self.keep))
            except generations.InUseError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


@dataclass(frozen=True)
class EmbeddedReader:
    """One generation, open for reading."""

    number: int
    _disk: Disk

    def names(self) -> list[str]:
        """Return the names of the graphs held, in order."""
        return self._disk.names()

    def graph(self, name: str | None) -> Graph | None:
        """Return a graph, or None if it is not held; the default graph, named None, always is."""
        return self._disk.graph(name)

    def query(self, text: str, dataset: Dataset | None = None, base: str | None = None) -> Answer:
        """Run a query that the guard let through; rows come as they are found.

        Raises:
            SyntaxError: It is no query.
        """
        return self._disk.query(text, dataset, base)

    def settled(self) -> Snapshot:
        """Return the default graph, which questions and the register are asked of."""
        return self._disk.settled()

    def quads(self) -> Iterator[Quad]:
        """Yield everything that is held."""
        return self._disk.quads()

    def close(self) -> None:
        """Let go of it."""
        self._disk.close()


@dataclass(frozen=True)
class EmbeddedWriter:
    """The store, open for writing."""

    _generations: Generations

    def apply(self, change: Change) -> int:
        """Make a change and return the number of the generation that holds it, once it is served.

        Raises:
            StoreError: Nothing was stored.
        """
        return self._change(lambda disk: _apply(disk, change))

    def update(self, text: str, base: str | None = None) -> int:
        """Run a SPARQL Update that the guard let through, whole or not at all, and return the number of the generation.

        Raises:
            SyntaxError: It is no update.
            StoreError: Nothing was stored.
        """
        return self._change(lambda disk: disk.update(text, base))

    def _change(self, edit: Callable[[Disk], None]) -> int:
        return self._generations.change(edit)

    def close(self) -> None:
        """Let go of the store."""
        self._generations.close()


def _apply(disk: Disk, change: Change) -> None:
    for name in change.dropped:
        disk.drop(name)
    disk.remove(change.removed)
    for name in change.created:
        disk.create(name)
    disk.add(change.added)
