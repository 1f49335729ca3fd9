"""Publish versions and take them out: what readers find out first, and what the writer then does.

Intake and check, which take time, run in a reader before anything is stored. The writer looks again whether what they rest on is
still so, since somebody else may have published in between.
"""

from dataclasses import dataclass
from hashlib import sha256

from rdflib import Graph, URIRef

from masagraph import oxigraph
from masagraph.dataset.background import Background
from masagraph.errors import InputError, NotHeldError, RefusedError
from masagraph.evidence import versions
from masagraph.graphs import merged
from masagraph.intake import checks
from masagraph.intake import reader as intake
from masagraph.oxigraph import Snapshot
from masagraph.publishing import blank_nodes, documents, settling
from masagraph.publishing.documents import Touched
from masagraph.rules import catalogue
from masagraph.sparql import results
from masagraph.store import layout
from masagraph.store.contract import Change, Reader
from masagraph.vocab import MASA
from masagraph.work.reading import Desk
from masagraph.work.writing import WritingDesk

_WHOLE = "what was sent"
_PROFILE = "statutory"


@dataclass(frozen=True)
class Piece:
    """A document as it came in: what to call it in a complaint, a key of `intake.reader.NAMES`, and its bytes."""

    name: str
    syntax: str
    data: bytes


@dataclass(frozen=True)
class Sent:
    """What is to be published as one document.

    `version` is the name under which; None takes that of the version it describes. `adds` tells whether it adds to the document
    that is held, if one is.
    """

    pieces: tuple[Piece, ...]
    version: str | None
    adds: bool


@dataclass(frozen=True)
class Standing:
    """What is held of a version, and whom a change of it concerns.

    `held` is a digest of the document held, None if none is; `key` is that of the version's arrangement; `touched` are the other
    arrangements that the change would have a say in.
    """

    version: str
    held: str | None
    key: str
    touched: frozenset[Touched]


@dataclass(frozen=True)
class Examined:
    """A document that may be published: what the store will hold, in N-Triples, and how many requirements it meets.

    `is_same` tells that exactly this is published already.
    """

    standing: Standing
    document: bytes
    summary: tuple[tuple[str, int], ...]
    is_same: bool


def tell(desk: Desk, number: int, name: str | None, form: str) -> bytes:
    """Return a graph; that of a version as the document that was sent.

    Args:
        desk: Where the data are.
        number: The generation.
        name: The name of the graph; None is the default graph.
        form: A key of `sparql.formats.FORMS`.

    Raises:
        NotHeldError: It is not held.
        InputError: The form cannot hold it.
    """
    graph = graph_held(desk, number, name)
    is_document = name is not None and name.startswith(layout.VERSIONS)
    return results.write(documents.document(graph, str(name)) if is_document else graph, form)


def graph_held(desk: Desk, number: int, name: str | None) -> Graph:
    """Return a graph as it is held.

    Raises:
        NotHeldError: It is not.
    """
    graph = desk.reader(number).graph(name)
    if graph is None:
        raise not_held(name)
    return graph


def examine(desk: Desk, number: int, sent: Sent) -> Examined:
    """Take a document in, check it, and tell what publishing it would come to. Nothing is stored.

    Args:
        desk: Where the data are.
        number: The generation that is served.
        sent: What came in.

    Raises:
        InputError: It may not come in, or is not about that version alone.
        CheckerError: A rule or the engine is at fault.
    """
    graphs = [intake.parse(piece.data, piece.syntax, piece.name) for piece in sent.pieces]
    graph = graphs[0] if len(graphs) == 1 else merged(*graphs)
    name = _only_version(graph) if sent.version is None else sent.version
    reader = desk.reader(number)
    before = reader.graph(name)
    if before is not None and sent.adds:
        graph = merged(graph, documents.document(before, name))
    if graph is not graphs[0]:
        checks.admit(graph, _WHOLE)  # What may come in piece by piece may not as a whole: two dates, where there can be one.
    prepared = documents.prepared(graph, name, _WHOLE)
    standing = _standing(reader, name, before, prepared)
    is_published = before is not None and reader.graph(layout.settled(name)) is not None
    (report,) = desk.checker.check(graph, catalogue.profiles()[_PROFILE])
    return Examined(
        standing,
        results.write(prepared, "ntriples"),
        tuple(report.summary().items()),
        is_published and standing.held == _digest(prepared),
    )


def examine_removal(desk: Desk, number: int, version: str) -> Standing:
    """Tell whom it concerns if a version is taken out.

    Args:
        desk: Where the data are.
        number: The generation that is served.
        version: The name of the version.

    Raises:
        NotHeldError: It is not held.
        RefusedError: It was not published.
    """
    return _standing_for_removal(desk.reader(number), version)


def publish(desk: WritingDesk, examined: Examined) -> int | None:
    """Publish a document, and return the number of the generation that holds it.

    Args:
        desk: The store.
        examined: The document. None is returned, and nothing stored, if what is held is no longer what it was examined against.

    Raises:
        StoreError: Nothing was stored.
    """
    version, graph = examined.standing.version, _parsed(examined.document)
    reader = desk.reader()
    try:
        if _standing(reader, version, reader.graph(version), graph) != examined.standing:
            return None
        background = _background(desk, reader)
        change = settling.put(reader, version, graph, background)
    finally:
        reader.close()
    return _applied(desk, change, background)


def withdraw(desk: WritingDesk, standing: Standing) -> int | None:
    """Take a version out, and return the number of the generation without it.

    Args:
        desk: The store.
        standing: What is held of it. None is returned, and nothing done, if that is no longer so.

    Raises:
        NotHeldError: It is not held any more.
        RefusedError: What is held of it now was not published.
        StoreError: Nothing was stored.
    """
    reader = desk.reader()
    try:
        if _standing_for_removal(reader, standing.version) != standing:
            return None
        background = _background(desk, reader)
        change = settling.remove(reader, standing.version, background)
    finally:
        reader.close()
    return _applied(desk, change, background)


def _background(desk: WritingDesk, reader: Reader) -> Background:
    """Return what is known of bodies and areas, which is slower to read than all else."""
    if desk.background is None or desk.background[0] != reader.number:
        desk.background = reader.number, settling.background_of(reader)
    return desk.background[1]


def _applied(desk: WritingDesk, change: Change, background: Background) -> int:
    """Make a change of versions, which leaves what is known of bodies and areas as it is."""
    number = desk.writer.apply(change)
    desk.background = number, background
    return number


def _standing(reader: Reader, version: str, before: Graph | None, graph: Graph) -> Standing:
    held = None if before is None else _digest(blank_nodes.named(before, version))
    key = documents.arrangement_key(graph, version)
    touched = documents.touched(reader, graph, version)
    if before is not None and reader.graph(layout.settled(version)) is not None and _is_described(before, version):
        # What it had a say in until now loses that, which is as much of a change.
        touched |= documents.touched(reader, before, version)
    return Standing(version, held, key, frozenset(other for other in touched if other.key != key))


def _standing_for_removal(reader: Reader, version: str) -> Standing:
    graph = reader.graph(version)
    if graph is None:
        raise not_held(version)
    if reader.graph(layout.settled(version)) is None or not _is_described(graph, version):
        raise RefusedError(f"<{version}> was not published but put there by an operator, who can take it out at /admin/graphs.")
    return _standing(reader, version, graph, graph)


def _is_described(graph: Graph, version: str) -> bool:
    """Tell whether a graph says of which one arrangement a version is; what an operator changed may not."""
    return len(set(graph.subjects(MASA.hasVersion, URIRef(version)))) == 1


def _only_version(graph: Graph) -> str:
    described = versions(graph)
    if len(described) != 1:
        raise InputError(_WHOLE, f"it describes {len(described)} versions of an arrangement", "Send each by itself")
    return str(described[0])


def _parsed(document: bytes) -> Graph:
    graph = Graph()
    for subject, predicate, value, _ in oxigraph.parse(document, "ntriples"):
        graph.add((subject, predicate, value))
    return graph


def _digest(graph: Graph) -> str:
    # A store may keep a number by its value: what is held as 2.5 can have come in as 2.50.
    lines = sorted(" ".join(term.n3() for term in triple) for triple in Snapshot(graph).graph())
    return sha256("\n".join(lines).encode()).hexdigest()


def not_held(name: str | None) -> NotHeldError:
    """Return what to raise for a graph that is not held; None is the default graph, missing only where nothing is held."""
    return NotHeldError("There are no data here yet." if name is None else f"There is no graph <{name}> here.")
