"""The remote store: any SPARQL 1.1 server, by its addresses. It keeps the newest data version only, whose number it holds itself.

Every change is one last request, done only if the number is still what it was, so of two writers one is told. What is too large
for one request is carried before to graphs of its own; a writer that dies leaves those behind, which nobody is told of and the
next one drops. See docs/remote-stores.md for what differs between servers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rdflib import Graph

from masagraph.answers import Answer, Dataset, Triple
from masagraph.errors import InputError
from masagraph.oxigraph import Quad, Snapshot
from masagraph.sparql import guard, words
from masagraph.store import functions, remote_state, statements
from masagraph.store.contract import REBUILD, GenerationGoneError, NoGenerationError, StoreError
from masagraph.store.remote_state import State, based, is_told, rows
from masagraph.store.remote_writer import RemoteWriter
from masagraph.store.server import RefusedError, Server
from masagraph.store.statements import CARRIED, DEFAULT, NOTHING, STATE

_BAD_REQUEST = 400


@dataclass(frozen=True)
class Remote:
    """The place of a remote store."""

    server: Server

    def current(self) -> int:
        """Return the number of the data version that is served; 0 before the first change.

        Raises:
            StoreError: The server does not answer.
        """
        state = remote_state.state(self.server)
        return state.number if state else 0

    def since(self, number: int) -> datetime:
        """Return when a data version was made, with its time zone.

        Raises:
            GenerationGoneError: It is not the newest.
            NoGenerationError: It never was.
            StoreError: The server does not answer.
        """
        return self._held(number).made

    def reader(self, number: int | None = None) -> "RemoteReader":
        """Open the newest data version; there is no other.

        Raises:
            GenerationGoneError: An older one was asked for.
            NoGenerationError: It never was.
            StoreError: The server does not answer.
        """
        state = self._held(number)
        return RemoteReader(state.number, self.server, remote_state.default(self.server))

    def writer(self) -> RemoteWriter:
        """Open the store for writing, mending what a writer that died left behind.

        Raises:
            StoreError: The server does not answer, or does not let us write.
        """
        return RemoteWriter(self.server)

    def _held(self, number: int | None) -> State:
        state = remote_state.state(self.server)
        newest = state.number if state else 0
        wanted = newest if number is None else number
        if state is None or not 1 <= wanted <= newest:
            raise NoGenerationError(f"There is no generation {wanted}: the newest is {newest}.")
        if wanted != newest:
            told = f"a remote store keeps the newest only, which is {newest}."
            raise GenerationGoneError(f"Generation {wanted} is gone: {told} {REBUILD}")
        return state


class RemoteReader:
    """The newest data version, as long as it is the newest: what is read after a change is refused, never mixed."""

    def __init__(self, number: int, server: Server, default: str | None) -> None:
        """Read a data version.

        Args:
            number: Its number.
            server: Where it is.
            default: The graph that the default graph is kept in; None if the server has one of its own.
        """
        self.number, self._server, self._default = number, server, default
        self._names: list[str] | None = None

    def names(self) -> list[str]:
        """Return the names of the graphs held, in order; no empty graph is."""
        if self._names is None:
            found = sorted(str(name) for (name,) in rows(self._server, statements.NAMES))
            self._still()
            self._names = [name for name in found if name not in (STATE, DEFAULT) and not name.startswith(CARRIED)]
        return self._names

    def graph(self, name: str | None) -> Graph | None:
        """Return a graph, or None if it is not held; the default graph, named None, always is."""
        if name is not None and name not in self.names():
            return None
        found = Graph()
        for triple in self._triples(name):
            found.add(triple)
        return found

    def query(self, text: str, dataset: Dataset | None = None, base: str | None = None) -> Answer:
        """Run a query that the guard let through, and read the whole answer.

        Raises:
            SyntaxError: It is no query.
            StoreError: The server does not answer, or answers what cannot be read.
        """
        # Virtuoso would run an update, and an empty text too.
        if why := guard.why_no_query(text) or ("" if words.bare(words.plain(text)) else "it is empty"):
            raise SyntaxError(why)
        functions.refuse_in_query(text)
        whole = based(text, base)
        try:
            answer = self._server.answer(whole, self._seen(whole, dataset, guard.dataset(whole, base)))
        except InputError as error:
            raise SyntaxError(str(error)) from None
        except RefusedError as error:
            if error.status == _BAD_REQUEST:
                raise SyntaxError(str(error)) from None
            raise
        self._still()
        return answer

    def settled(self) -> Snapshot:
        """Return a copy of the default graph, which questions and the register are asked of. Fetch it once a data version."""
        snapshot = Snapshot()
        snapshot.add(self._triples(None))
        return snapshot

    def quads(self) -> Iterator[Quad]:
        """Yield everything that is held, graph by graph; blank nodes of different graphs stay apart."""
        for name in (None, *self.names()):
            for triple in self._triples(name):
                yield *triple, name

    def close(self) -> None:
        """Let go of it: nothing is held."""

    def _seen(self, text: str, given: Dataset | None, own: Dataset | None) -> Dataset | None:
        """Return the graphs that a query sees, to be sent as parameters. The server is only ever told of graphs that it holds.

        Where the default graph is kept in a named one, a query that may speak of others has to be told of all of them.

        Args:
            text: The query.
            given: What it shall see.
            own: What it says itself that it sees.

        Raises:
            StoreError: The server adds what the query says itself to what it is told.
        """
        asked = given or own
        if not asked:
            if self._default is None:
                return None
            speaks = any("GRAPH" in word for word in words.bare(words.plain(text)))
            return Dataset((self._default,), tuple(self.names()) if speaks else ())
        held = set(self.names())
        if own and (given or not held.issuperset(own.default + own.named)) and not is_told(self._server):
            told = "name in FROM only graphs that are held, and give no graph parameters beside it."
            raise StoreError(f"{self._server.name} follows a query's own FROM whatever it is told: {told}")
        default, named = (tuple(filter(held.__contains__, names)) for names in (asked.default, asked.named))
        return Dataset(default or (NOTHING,), named or (NOTHING,))

    def _triples(self, name: str | None) -> list[Triple]:
        """Read a graph, and see that the server did not leave out a part, as some do without a word."""
        where = name or self._default
        pattern = statements.graph(where)
        if self._server.graphs:
            found = self._server.graph(where)
        else:
            told = rows(self._server, f"SELECT ?s ?p ?o WHERE {{ {pattern} }}")
            found = [(s, p, o) for s, p, o in told if s is not None and p is not None and o is not None]
        ((count,),) = rows(self._server, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
        self._still()
        if len(found) != int(str(count)):
            share = f"{len(found)} of {count} triples of {name or 'the default graph'}"
            raise StoreError(f"{self._server.name} gave {share}. Raise its limit on how many rows it returns.")
        return found

    def _still(self) -> None:
        """See that what was just read is of this data version."""
        state = remote_state.state(self._server)
        if state is None or state.number != self.number:
            told = "the data changed while it was read. Ask for the newest."
            raise GenerationGoneError(f"Generation {self.number} is gone: {told} {REBUILD}")
        if state.changing:
            raise StoreError(f"{self._server.name} is being changed by an update. Ask again in a while.")
