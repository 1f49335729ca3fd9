"""What a version that comes, changes or goes changes in the store, and nothing else.

The default graph is the reference data and the meaning of terms with what is settled from each version, and stays so. What is
settled from a version rests on its own document, and for when it counts on those that it supersedes or that supersede it; so
whoever is linked with it like that is settled again, and the differences are written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from masagraph.answers import Dataset, Row, Rows, Triple
from masagraph.dataset import derived
from masagraph.dataset.background import Background
from masagraph.oxigraph import Quad
from masagraph.publishing import blank_nodes
from masagraph.store import layout
from masagraph.store.contract import Change, Reader
from masagraph.vocab import MASA

BACKGROUND = layout.settled(layout.REFERENCE)
"""The name of the graph with what follows from the reference data alone."""
_STANDING = (layout.REFERENCE, layout.MEANING)
_ANY_SETTLED = layout.settled(layout.VERSIONS)
_AT_ONCE = 500
"""So many things are named in one query at most."""


def put(reader: Reader, version: str, graph: Graph, background: Background | None = None) -> Change:
    """Return the change that publishes a version, in place of what was published of it before.

    Args:
        reader: What is held.
        version: The IRI of the version.
        graph: Its document, prepared.
        background: What `background` returns, if that is at hand.
    """
    return settle(reader, {version: graph}, background)


def remove(reader: Reader, version: str, background: Background | None = None) -> Change:
    """Return the change that takes a version out of the store; none if it is not held.

    Args:
        reader: What is held.
        version: The IRI of the version.
        background: What `background` returns, if that is at hand.
    """
    return settle(reader, {version: None}, background)


def settle(reader: Reader, changes: Mapping[str, Graph | None], background: Background | None = None) -> Change:
    """Return the change that publishes several versions, or takes them out, all at once.

    Args:
        reader: What is held.
        changes: The prepared document of each version that comes or changes; None if it goes.
        background: What `background` returns, if that is at hand.
    """
    held = _Held(reader)
    documents = _documents(held, changes)
    after = derived.settled(documents, background or background_of(reader))
    before = {version: held.graph(layout.settled(version)) for version in documents.keys() | changes.keys()}
    draft = _Draft()
    for version in changes:
        draft.rewrite(version, held.graph(version), documents.get(version))
    for version, settled in before.items():
        draft.rewrite(layout.settled(version), settled, after.get(version))
    old, new = _triples(before.values()), _triples(after.values())
    # Nobody can name a blank node to take it out, and none was ever settled.
    gone = {triple for triple in old - new if not _has_blank(triple)}
    gone -= _elsewhere(reader, {subject for subject, _, _ in gone}, before)
    draft.removed.extend((*triple, None) for triple in gone)
    draft.added.extend((*triple, None) for triple in new - old)
    return draft.change


def background_of(reader: Reader) -> Background:
    """Read what is known of bodies and areas, which is the same until somebody changes the reference data."""
    return Background.of(_Known(reader))


@dataclass(frozen=True)
class _Known:
    """The reference data and the meaning of terms in a store, without anything that was published."""

    reader: Reader

    def texts(self, query: str) -> list[tuple[str, ...]]:
        """Run a SELECT query and return the bare text of its terms, with nothing where a variable is unbound."""
        rows = _rows(self.reader, query, Dataset(default=_STANDING))
        return [tuple("" if term is None else str(term) for term in row) for row in rows]


class _Held:
    """The graphs of a store, each read once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._graphs: dict[str, Graph | None] = {}

    def graph(self, name: str) -> Graph | None:
        """Return a graph, or None if it is not held."""
        if name not in self._graphs:
            self._graphs[name] = self.reader.graph(name)
        return self._graphs[name]


class _Draft:
    """A change that is being put together."""

    def __init__(self) -> None:
        self._dropped: list[str] = []
        self._created: list[str] = []
        self.removed: list[Quad] = []
        self.added: list[Quad] = []

    def rewrite(self, name: str, old: Graph | None, new: Graph | None) -> None:
        """Put a graph in the place of another; None is none."""
        before, after = _triples([old]), _triples([new])
        if old is not None and (new is None or any(map(_has_blank, before))):
            self._dropped.append(name)
            before = set()
        if new is not None:
            self._created.append(name)
            self.removed.extend((*triple, name) for triple in before - after)
            self.added.extend((*triple, name) for triple in after - before)

    @property
    def change(self) -> Change:
        """The change."""
        return Change(tuple(self._dropped), tuple(self.removed), tuple(self.added), tuple(self._created))


def _documents(held: _Held, changes: Mapping[str, Graph | None]) -> dict[str, Graph]:
    """Return the documents of versions that change and stay, and of all to which superseding links them, before or after."""
    found = {version: graph for version, graph in changes.items() if graph is not None}
    linked = {str(end) for graph in found.values() for end in graph.objects(None, MASA.supersedes)}
    seen, todo = set[str](), {*changes, *linked}
    while todo:
        seen |= todo
        todo = _neighbours(held.reader, todo) - seen
    for version in sorted(seen - changes.keys()):
        graph = held.graph(version)
        # What an operator put there as it was is not published; where he changed what is, it may have blank nodes again.
        if graph is not None and held.graph(layout.settled(version)) is not None:
            found[version] = blank_nodes.named(graph, version)
    return found


def _neighbours(reader: Reader, versions: Iterable[str]) -> set[str]:
    """Return the versions that supersede one of those given, or that one of those supersedes."""
    found = set[str]()
    for some in _batches(versions):
        query = f"""SELECT ?later ?earlier WHERE {{
          {{ VALUES ?later {{ {some} }} ?later <{MASA.supersedes}> ?earlier }} UNION
          {{ VALUES ?earlier {{ {some} }} ?later <{MASA.supersedes}> ?earlier }} }}"""
        found |= {str(version) for row in _rows(reader, query) for version in row}
    return found


def _elsewhere(reader: Reader, subjects: Iterable[Node], but: Iterable[str]) -> set[Triple]:
    """Return what the default graph says of things on the word of others than the versions given."""
    found = set[Triple]()
    standing = ", ".join(f"<{name}>" for name in _STANDING)
    left_out = ", ".join(f"<{layout.settled(version)}>" for version in but)
    for some in _batches(str(subject) for subject in subjects if isinstance(subject, URIRef)):
        query = f"""SELECT DISTINCT ?thing ?says ?what WHERE {{ VALUES ?thing {{ {some} }} GRAPH ?on {{ ?thing ?says ?what }}
          FILTER (?on IN ({standing}) || STRSTARTS(STR(?on), "{_ANY_SETTLED}")) FILTER (?on NOT IN ({left_out})) }}"""
        for thing, says, what in _rows(reader, query):
            if thing is not None and says is not None and what is not None:
                found.add((thing, says, what))
    return found


def _batches(names: Iterable[str]) -> Iterator[str]:
    ordered = sorted(f"<{name}>" for name in names)
    for start in range(0, len(ordered), _AT_ONCE):
        yield " ".join(ordered[start : start + _AT_ONCE])


def _triples(graphs: Iterable[Graph | None]) -> set[Triple]:
    return {triple for graph in graphs if graph is not None for triple in graph}


def _has_blank(triple: Triple) -> bool:
    return any(isinstance(term, BNode) for term in triple)


def _rows(reader: Reader, query: str, dataset: Dataset | None = None) -> Iterator[Row]:
    answer = reader.query(query, dataset)
    if not isinstance(answer, Rows):
        raise TypeError("a SELECT query has rows")
    return answer.rows
