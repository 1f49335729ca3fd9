"""What every store can do, wherever its data stand: the embedded one and any SPARQL server alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rdflib import Graph

from masagraph.answers import Answer, Dataset
from masagraph.errors import MasagraphError, NotHeldError
from masagraph.oxigraph import Quad, Snapshot

REBUILD = (
    "To ask it again, rebuild it in another folder: 'masagraph store restore --data FOLDER --from FILE.tar.gz' takes a backup of "
    "that day, 'masagraph store load --data FOLDER FILE...' that day's files; 'masagraph serve --data FOLDER' serves it."
)
"""What to do about a generation that is gone. Another folder: what is served is not to be put back for the sake of a citation."""


class StoreError(MasagraphError):
    """The store cannot do what was asked; its text is one line that says what to do."""


class GenerationGoneError(StoreError):
    """The generation was there and has been pruned."""


class NoGenerationError(NotHeldError, StoreError):
    """The generation never was."""


@dataclass(frozen=True)
class Change:
    """What one change does, in this order; it happens whole or not at all.

    `dropped` graphs go with all that is in them, `removed` and `added` are quads, `created` graphs are there even if empty. No
    removed quad has a blank node: SPARQL has no way to name one.
    """

    dropped: tuple[str | None, ...] = ()
    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()
    created: tuple[str, ...] = ()


class Reader(Protocol):
    """One generation of the data, to be read."""

    @property
    def number(self) -> int:
        """The number of the generation."""

    def names(self) -> list[str]:
        """Return the names of the graphs held, in order."""

    def graph(self, name: str | None) -> Graph | None:
        """Return a graph, or None if it is not held; the default graph, named None, always is."""

    def query(self, text: str, dataset: Dataset | None = None, base: str | None = None) -> Answer:
        """Run a query that the guard let through; rows come as they are found.

        Raises:
            SyntaxError: It is no query.
            StoreError: The server does not answer, or answers what cannot be read.
        """

    def settled(self) -> Snapshot:
        """Return the default graph, which questions and the register are asked of."""

    def quads(self) -> Iterator[Quad]:
        """Yield everything that is held."""

    def close(self) -> None:
        """Let go of it."""


class Writer(Protocol):
    """The one way into a store."""

    def apply(self, change: Change) -> int:
        """Make a change and return the number of the generation that holds it, once it is served.

        Raises:
            StoreError: Nothing was stored.
        """

    def update(self, text: str, base: str | None = None) -> int:
        """Run a SPARQL Update that the guard let through, whole or not at all, and return the number of the generation.

        Raises:
            SyntaxError: It is no update.
            StoreError: Nothing was stored.
        """

    def close(self) -> None:
        """Let go of the store."""


class Place(Protocol):
    """Where a store is. It holds nothing open, and can be told to other processes."""

    def current(self) -> int:
        """Return the number of the generation that is served; 0 before the first change.

        Raises:
            StoreError: The store does not answer, or does not say which.
        """

    def since(self, number: int) -> datetime:
        """Return when a generation was made, with its time zone.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: The store does not answer.
        """

    def reader(self, number: int | None = None) -> Reader:
        """Open a generation, by default the one that is served.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
            StoreError: The store does not answer.
        """

    def writer(self) -> Writer:
        """Open the store for writing; one process at a time can.

        Raises:
            StoreError: Another process has it open, or it cannot be written.
        """
