"""The one door to pyoxigraph: fast parsing into rdflib graphs, and SPARQL over what is held in memory or on disk."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph.answers import Answer, Dataset, Row, Rows, Triple, Triples

Quad = tuple[Node, Node, Node, str | None]
"""A triple and the name of its graph; None is the default graph."""
_WITH_PREFIXES = ("turtle", "trig")
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


def _quad(triple: tuple[Node, Node, Node], name: str | None = None) -> ox.Quad:
    subject, predicate, value = map(_to_oxigraph, triple)
    return ox.Quad(subject, predicate, value, _graph_name(name))  # type: ignore[arg-type]  # a graph holds terms only where they may stand


def _as_triple(triple: Triple) -> ox.Triple:
    subject, predicate, value = map(_to_oxigraph, triple)
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]  # as above


def _triple(found: ox.Quad | ox.Triple) -> tuple[Node, Node, Node]:
    return _to_rdflib(found.subject), _to_rdflib(found.predicate), _to_rdflib(found.object)


def _graph_name(name: str | None) -> ox.NamedNode | ox.DefaultGraph:
    return ox.DefaultGraph() if name is None else ox.NamedNode(name)


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


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
        yield *_triple(quad), None if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value


def write(triples: Iterable[Triple], syntax: str, prefixes: Mapping[str, str]) -> bytes:
    """Return triples as a document, in their order, each term exactly as it is.

    Args:
        triples: What to write.
        syntax: A key of `FORMATS`.
        prefixes: Short names of namespaces, for Turtle and TriG.
    """
    named = dict(prefixes) if syntax in _WITH_PREFIXES else None
    written = ox.serialize(map(_as_triple, triples), format=FORMATS[syntax], prefixes=named)
    if written is None:
        raise TypeError("a document is returned where no file is named")
    # Oxigraph tells prefixes in an order of its own, another each time.
    lines = written.split(b"\n", len(named or ()))
    return b"\n".join([*sorted(lines[:-1]), lines[-1]])


def read(paths: Iterable[Path]) -> Graph:
    """Read Turtle files of our own into one graph."""
    graph = Graph()
    for path in paths:
        for subject, predicate, value, _ in parse(path.read_bytes(), "turtle"):
            graph.add((subject, predicate, value))
    return graph


class Snapshot:
    """A default graph, to be queried many times: triples copied into memory, or those of a store on disk."""

    def __init__(self, *graphs: Graph, _store: ox.Store | None = None) -> None:
        """Copy the triples of the graphs given."""
        self._store = ox.Store() if _store is None else _store
        if graphs:
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
        return sum(1 for _ in self._quads())

    def add(self, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        """Copy more triples."""
        self._store.bulk_extend(map(_quad, triples))

    def with_more(self, triples: Iterable[tuple[Node, Node, Node]]) -> "Snapshot":
        """Return a copy that holds more triples; this one stays as it is."""
        copy = Snapshot()
        copy._store.bulk_extend(self._quads())
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
        found = self._store.quads_for_pattern(subject, predicate, value, ox.DefaultGraph())  # type: ignore[arg-type]  # as above
        return map(_triple, found)

    def _quads(self) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())

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

    def drop(self, name: str | None) -> None:
        """Remove a graph with all that is in it; the default graph, named None, is emptied."""
        if name is None:
            self._store.clear_graph(ox.DefaultGraph())
        else:
            self._store.remove_graph(ox.NamedNode(name))

    def create(self, name: str) -> None:
        """See that a named graph is there, even if empty."""
        self._store.add_graph(ox.NamedNode(name))

    def add(self, quads: Iterable[Quad]) -> None:
        """Add quads, all or none."""
        self._store.extend(_quad(quad[:3], quad[3]) for quad in quads)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; what is not there is passed over."""
        for quad in quads:
            self._store.remove(_quad(quad[:3], quad[3]))

    def update(self, text: str, base: str | None = None) -> None:
        """Run a SPARQL Update, whole or not at all. It fetches what it is told to: let the guard see it first.

        Raises:
            SyntaxError: It is no update.
        """
        self._store.update(text, base_iri=base)

    def query(self, text: str, dataset: Dataset | None = None, base: str | None = None) -> Answer:
        """Run a query. It fetches what it is told to: let the guard see it first.

        Raises:
            SyntaxError: It is no query.
        """
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = None
        named: list[ox.NamedNode | ox.BlankNode] | None = None
        if dataset:
            default = [ox.NamedNode(name) for name in dataset.default]
            named = [ox.NamedNode(name) for name in dataset.named]
        found = self._store.query(text, base_iri=base, default_graph=default, named_graphs=named)
        if isinstance(found, ox.QuerySolutions):
            names = tuple(variable.value for variable in found.variables)
            return Rows(names, (tuple(None if term is None else _to_rdflib(term) for term in row) for row in found))
        if isinstance(found, ox.QueryTriples):
            return Triples(map(_triple, found))
        return bool(found)

    def names(self) -> list[str]:
        """Return the names of the graphs held, in order."""
        return sorted(graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))

    def graph(self, name: str | None) -> Graph | None:
        """Return a graph, or None where it is not held; the default graph, named None, always is."""
        if name is not None and not self._store.contains_named_graph(ox.NamedNode(name)):
            return None
        found = Graph()
        for quad in self._store.quads_for_pattern(None, None, None, _graph_name(name)):
            found.add(_triple(quad))
        return found

    def quads(self) -> Iterator[Quad]:
        """Yield everything that is held."""
        for quad in self._store:
            yield *_triple(quad), None if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value

    def settled(self) -> Snapshot:
        """Return the default graph as it stands here, not copied."""
        return Snapshot(_store=self._store)

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
