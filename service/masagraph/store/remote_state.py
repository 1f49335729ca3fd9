"""The data version that a remote store holds itself, and what its server is like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from masagraph.answers import Dataset, Row, Rows
from masagraph.store import statements
from masagraph.store.contract import StoreError
from masagraph.store.server import Server
from masagraph.store.statements import DEFAULT, NOTHING, STATE

_IRI = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]*)>")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class State:
    """A data version: its number, when it was made and by which change; `changing` while an update of it is under way."""

    number: int
    made: datetime
    change: str
    changing: bool


def state(server: Server) -> State | None:
    """Read the data version; None if there never was one.

    Raises:
        StoreError: The server does not answer, or holds no clear one.
    """
    found = list(rows(server, statements.WHAT_STATE))
    if not found:
        return None
    try:
        ((number, before, made, change),) = found
        counted = before if number is None else number
        return State(int(str(counted)), datetime.fromisoformat(str(made)), str(change), number is None)
    except ValueError:
        told = f"{server.name} holds no clear data version in the graph {STATE}"
        raise StoreError(f"{told}. Load the data anew into a data set of their own.") from None


@lru_cache
def default(server: Server) -> str | None:
    """Return the graph that the default graph is kept in; None if the server has a default graph of its own.

    Virtuoso, and others if told to, take all graphs together for their default graph.

    Raises:
        StoreError: The server does not answer.
    """
    return DEFAULT if server.answer(statements.IS_STATE_SEEN) else None


@lru_cache
def is_told(server: Server) -> bool:
    """Tell whether graphs given as parameters go before a query's own."""
    return not server.answer(statements.IS_FROM_HEEDED, Dataset((NOTHING,), (NOTHING,)))


def rows(server: Server, text: str) -> Iterator[Row]:
    """Run a SELECT query of our own and return its rows.

    Raises:
        StoreError: The server does not answer, or answers something else.
    """
    answer = server.answer(text)
    if not isinstance(answer, Rows):
        raise StoreError(f"{server.name} gave no rows when asked for some. See that it is a SPARQL server.")
    return answer.rows


def based(text: str, base: str | None) -> str:
    """Say before a query or update what its relative IRIs are relative to, if it may have any."""
    relative = any(not _ABSOLUTE.match(iri) for iri in _IRI.findall(text))
    return f"BASE {statements.name(base)} {text}" if base and (relative or "\\u" in text.lower()) else text
