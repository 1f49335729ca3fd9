"""What an operator does to the store itself: any update, and any graph as it comes, without intake."""

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Graph

from masagraph import oxigraph
from masagraph.answers import Dataset, Triple
from masagraph.errors import InputError
from masagraph.intake.reader import NAMES
from masagraph.sparql import results, updates
from masagraph.store.contract import Change, NoGenerationError, Reader
from masagraph.work import publishing
from masagraph.work.publishing import Piece
from masagraph.work.reading import Desk
from masagraph.work.writing import WritingDesk


@dataclass(frozen=True)
class Seen:
    """A graph to be changed: its name, None for the default graph, and whether it was held when that was looked up."""

    name: str | None
    is_held: bool


def tell(desk: Desk, number: int, name: str | None, form: str) -> bytes:
    """Return a graph as it is held.

    Args:
        desk: Where the data are.
        number: The generation.
        name: The name of the graph; None is the default graph.
        form: A key of `sparql.formats.FORMS`.

    Raises:
        NotHeldError: It is not held.
        InputError: The form cannot hold it.
    """
    return results.write(publishing.graph_held(desk, number, name), form)


def is_held(desk: Desk, number: int, name: str | None) -> bool:
    """Tell whether a graph is held; the default graph, named None, always is."""
    return _is_held(desk.reader(number), name)


def update(desk: WritingDesk, text: str, dataset: Dataset | None, base: str) -> int:
    """Run a SPARQL Update, whole or not at all, and return the number of the generation.

    Args:
        desk: The store.
        text: The update.
        dataset: The graphs that its patterns see, if the request names any.
        base: What relative IRIs in it are relative to.

    Raises:
        InputError: It is no update, or asks for what is refused.
        StoreError: Nothing was stored.
    """
    try:
        return desk.writer.update(updates.prepared(text, dataset), base)
    except SyntaxError as error:
        place = f", line {error.lineno}" if error.lineno else ""
        what = f"it is no SPARQL update ({' '.join(str(error.msg).split())})"
        raise InputError(f"update{place}", what, "Mend it there") from None


def replace(desk: WritingDesk, seen: Seen, pieces: Iterable[Piece]) -> int | None:
    """Put a graph in the place of what is held under a name, and return the number of the generation.

    Args:
        desk: The store.
        seen: The graph. None is returned, and nothing stored, if whether it is held is no longer as it was.
        pieces: What it holds.

    Raises:
        InputError: That cannot be read.
        StoreError: Nothing was stored.
    """
    return _apply(desk, seen, (seen.name,), _triples(pieces))


def extend(desk: WritingDesk, seen: Seen, pieces: Iterable[Piece]) -> int | None:
    """Add to a graph, or make it, and return the number of the generation.

    Args:
        desk: The store.
        seen: The graph. None is returned, and nothing stored, if whether it is held is no longer as it was.
        pieces: What it holds besides.

    Raises:
        InputError: That cannot be read.
        StoreError: Nothing was stored.
    """
    return _apply(desk, seen, (), _triples(pieces))


def remove(desk: WritingDesk, seen: Seen) -> int | None:
    """Remove a graph, or empty the default graph, and return the number of the generation.

    Args:
        desk: The store.
        seen: The graph. None is returned, and nothing removed, if whether it is held is no longer as it was.

    Raises:
        NotHeldError: It is not held.
        StoreError: Nothing was removed.
    """
    if not _is_still(desk, seen):
        return None
    if not seen.is_held:
        raise publishing.not_held(seen.name)
    return desk.writer.apply(Change(dropped=(seen.name,)))


def _apply(desk: WritingDesk, seen: Seen, dropped: tuple[str | None, ...], triples: Iterable[Triple]) -> int | None:
    if not _is_still(desk, seen):
        return None
    created = () if seen.name is None else (seen.name,)
    return desk.writer.apply(Change(dropped=dropped, added=tuple((*triple, seen.name) for triple in triples), created=created))


def _is_still(desk: WritingDesk, seen: Seen) -> bool:
    """Tell whether a graph is held or not as it was. Nobody else writes between this and what the writer does next."""
    try:
        reader = desk.reader()
    except NoGenerationError:
        return not seen.is_held
    try:
        return _is_held(reader, seen.name) == seen.is_held
    finally:
        reader.close()


def _triples(pieces: Iterable[Piece]) -> Graph:
    graph = Graph()
    for piece in pieces:
        try:
            for subject, predicate, value, name in oxigraph.parse(piece.data, piece.syntax):
                if name is not None:
                    raise InputError(piece.name, f"it holds a graph of its own (<{name}>)", "Send each graph under its name")
                graph.add((subject, predicate, value))
        except (SyntaxError, ValueError, TypeError) as error:
            place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            why = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
            raise InputError(f"{piece.name}{place}", f"it is not {NAMES[piece.syntax]} ({why})", "Mend it there") from None
    return graph


def _is_held(reader: Reader, name: str | None) -> bool:
    return name is None or name in reader.names()
