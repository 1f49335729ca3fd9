"""The one door to pyoxigraph: fast parsing into rdflib graphs, and SPARQL over a graph held in memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

Row = tuple[Node | None, ...]
Quad = tuple[Node, Node, Node, Node | None]
Pattern = tuple[Node | None, Node | None, Node | None]
FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def _to_rdflib(term: object) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
            return Literal(term.value)
        # rdflib would rewrite "2019-9-29" or "01": what a document prints must survive to be reported.
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    raise TypeError(f"{type(term).__name__} has no place in RDF 1.1")


def _to_oxigraph(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))) if term.datatype else ox.Literal(str(term))
    raise TypeError(f"{type(term).__name__} has no place in RDF 1.1")


def _quad(triple: tuple[Node, Node, Node]) -> ox.Quad:
    subject, predicate, value = map(_to_oxigraph, triple)
    return ox.Quad(subject, predicate, value)  # type: ignore[arg-type]  # a graph holds terms only where they may stand


def parse(data: bytes, syntax: str) -> Iterator[Quad]:
    """Parse a document and yield its quads; nothing is fetched.

    Args:
        data: The document.
        syntax: A key of `FORMATS`.

    Raises:
        SyntaxError: The document is not well formed in that syntax.
        ValueError: A term in it is not allowed.
    """
    for quad in ox.parse(data, format=FORMATS[syntax], rename_blank_nodes=True):
        graph = None if isinstance(quad.graph_name, ox.DefaultGraph) else _to_rdflib(quad.graph_name)
        yield _to_rdflib(quad.subject), _to_rdflib(quad.predicate), _to_rdflib(quad.object), graph


def read(paths: Iterable[Path]) -> Graph:
    """Read Turtle files of our own into one graph."""
    graph = Graph()
    for path in paths:
        for subject, predicate, value, _ in parse(path.read_bytes(), "turtle"):
            graph.add((subject, predicate, value))
    return graph


class Snapshot:
    """Triples copied once, to be queried many times."""

    def __init__(self, *graphs: Graph) -> None:
        """Copy the triples of the graphs given."""
        self._store = ox.Store()
        self.add(triple for graph in graphs for triple in graph)

    @classmethod
    def of_files(cls, paths: Iterable[Path]) -> "Snapshot":
        """Read Turtle files of our own; blank nodes of different files stay apart."""
        snapshot = cls()
        for path in paths:
            snapshot._store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
        return snapshot

    def __len__(self) -> int:
        """Return how many triples there are."""
        return len(self._store)

    def add(self, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        """Copy more triples."""
        self._store.bulk_extend(map(_quad, triples))

    def with_more(self, triples: Iterable[tuple[Node, Node, Node]]) -> "Snapshot":
        """Return a copy that holds more triples; this one stays as it is."""
        copy = Snapshot()
        copy._store.bulk_extend(self._store)
        copy.add(triples)
        return copy

    def graph(self) -> Graph:
        """Return all triples as an rdflib graph."""
        graph = Graph()
        for triple in self.triples((None, None, None)):
            graph.add(triple)
        return graph

    def triples(self, pattern: Pattern) -> Iterator[tuple[Node, Node, Node]]:
        """Yield the triples that fit a subject, predicate and value, with None for any."""
        subject, predicate, value = (None if term is None else _to_oxigraph(term) for term in pattern)
        for quad in self._store.quads_for_pattern(subject, predicate, value):  # type: ignore[arg-type]  # as above
            yield _to_rdflib(quad.subject), _to_rdflib(quad.predicate), _to_rdflib(quad.object)

    def select(self, query: str) -> list[Row]:
        """Run a SELECT query and return its rows, with None where a variable is unbound."""
        return self.table(query)[1]

    def texts(self, query: str) -> list[tuple[str, ...]]:
        """Run a SELECT query and return the bare text of its terms, with nothing where a variable is unbound: faster."""
        return [tuple("" if term is None else term.value for term in row) for row in self._solutions(query)]

    def table(self, query: str) -> tuple[list[str], list[Row]]:
        """Run a SELECT query and return the names of its variables, in order, and its rows."""
        solutions = self._solutions(query)
        names = [variable.value for variable in solutions.variables]
        return names, [tuple(None if term is None else _to_rdflib(term) for term in row) for row in solutions]

    def _solutions(self, query: str) -> ox.QuerySolutions:
        solutions = self._store.query(query)
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError("only SELECT queries are asked of a snapshot")
        return solutions


class Disk:
    """Quads in a folder on disk."""

    def __init__(self, folder: Path, *, _store: ox.Store | None = None) -> None:
        """Open the folder for writing, or make it; no other process may have it open.

        Raises:
            OSError: It cannot be opened.
        """
        self._store = ox.Store(str(folder)) if _store is None else _store

    @classmethod
    def read_only(cls, folder: Path) -> "Disk":
        """Open a folder that nothing writes to any more.

        Raises:
            OSError: It cannot be opened.
        """
        return cls(folder, _store=ox.Store.read_only(str(folder)))

    def close(self) -> None:
        """Let go of the folder, whoever still holds this object; it is of no more use."""
        del self._store

    def __len__(self) -> int:
        """Return how many quads there are."""
        return len(self._store)

    def put(self, name: str, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        """Replace a named graph."""
        graph = ox.NamedNode(name)
        self._store.remove_graph(graph)
        self._store.add_graph(graph)
        self._store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in map(_quad, triples))

    def remove(self, name: str) -> None:
        """Remove a named graph."""
        self._store.remove_graph(ox.NamedNode(name))

    def names(self) -> list[str]:
        """Return the names of the graphs held, in order."""
        return sorted(graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))

    def graph(self, name: str) -> Graph:
        """Return a named graph; an empty one where none is held."""
        found = Graph()
        for quad in self._store.quads_for_pattern(None, None, None, ox.NamedNode(name)):
            found.add((_to_rdflib(quad.subject), _to_rdflib(quad.predicate), _to_rdflib(quad.object)))
        return found

    def flush(self) -> None:
        """See everything on the disk.

        Raises:
            OSError: The disk is full or fails.
        """
        self._store.flush()

    def backup(self, folder: Path) -> None:
        """Copy everything to a new folder, by hard links where the disk has them.

        Raises:
            OSError: The disk is full or fails, or the folder is there.
        """
        self._store.backup(str(folder))
