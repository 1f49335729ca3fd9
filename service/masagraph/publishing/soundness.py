"""Whether a store is sound: every generation can be read to the end, and what is served is what its documents bear out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rdflib import BNode, Graph
from rdflib.term import Node

from masagraph.answers import Rows, Triple
from masagraph.dataset import derived
from masagraph.errors import MasagraphError
from masagraph.oxigraph import Quad
from masagraph.publishing import blank_nodes, settling
from masagraph.store import layout
from masagraph.store.contract import GenerationGoneError, Place, Reader, StoreError

_RESTORE = "Move the folder of the store aside and restore a backup with 'masagraph store restore'"
_UNTOUCHED = "Nobody can cite it any more; what is served is not touched"
_PATTERNS = ("{0} ?a ?b", "?a {0} ?b", "?a ?b {0}")
_ANY_SETTLED = layout.settled(layout.VERSIONS)
Told = Callable[[int, int], None]
Graphs = dict[str | None, set[Triple]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a store, and what to do."""

    what: str
    mend: str

    def __str__(self) -> str:
        """Return it in a line."""
        return f"{self.what}. {self.mend}."


@dataclass(frozen=True)
class Size:
    """How much a generation holds: triples in all graphs together, and graphs beside the default one."""

    number: int
    triples: int
    graphs: int


class _FaultError(Exception):
    """Nothing further can be looked at in a generation."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def look(place: Place, told: Told, *, thorough: bool) -> Iterator[Size | Fault]:
    """Look through a store, and yield the size of each generation that can be read, the newest first, and whatever is wrong.

    Args:
        place: The store.
        told: Is told how many steps are done, and of how many, for the generation that is served.
        thorough: Whether each order in which a generation is kept on our own disk is read; a server's are its own matter.

    Raises:
        StoreError: There are no data, or nobody can tell which generation is served.
    """
    served = place.current()
    if served == 0:
        raise StoreError(
            "There are no data there. Name the store with --data or --store, or load it with 'masagraph store load'."
        )
    try:
        yield from _served(place, served, told, thorough=thorough)
    except _FaultError as error:
        yield error.fault
    for number in range(served - 1, 0, -1):
        try:
            reader = place.reader(number)
        except GenerationGoneError:
            return  # Whatever is older was pruned before.
        except StoreError as error:
            yield Fault(f"Generation {number} cannot be read to its end: {str(error).rstrip('.')}", _UNTOUCHED)
            continue
        try:
            yield _size(number, _read(reader, number), reader.names())
        except _FaultError:
            yield _unreadable(number, _UNTOUCHED)
        finally:
            reader.close()


def _served(place: Place, number: int, told: Told, *, thorough: bool) -> Iterator[Size | Fault]:
    try:
        reader = place.reader(number)
    except (MasagraphError, OSError, RuntimeError):
        raise _FaultError(Fault(f"Generation {number}, which is served, is not there or cannot be opened", _RESTORE)) from None
    try:
        told(0, 4)
        graphs, names = _read(reader, number), reader.names()
        yield _size(number, graphs, names)
        told(1, 4)
        if thorough:
            _walk(reader, graphs, number)
        told(2, 4)
        yield from _missing(names)
        yield from _not_settled(reader, graphs, names)
        told(3, 4)
        yield from _not_served(graphs)
        told(4, 4)
    finally:
        reader.close()


def _unreadable(number: int, mend: str) -> Fault:
    return Fault(f"Generation {number} cannot be read to its end: the disk does not hold what was written", mend)


def _read(reader: Reader, number: int) -> Graphs:
    """Read everything, graph by graph."""
    graphs: Graphs = defaultdict(set)
    try:
        for *triple, name in reader.quads():
            graphs[name].add((triple[0], triple[1], triple[2]))
    except (OSError, RuntimeError):
        raise _FaultError(_unreadable(number, _RESTORE)) from None
    return graphs


def _size(number: int, graphs: Graphs, names: Iterable[str]) -> Size:
    return Size(number, sum(map(len, graphs.values())), len(set(names)))


def _walk(reader: Reader, graphs: Graphs, number: int) -> None:
    """Look everything up by subject, by property and by value: a generation is kept in several orders, each in files of its own.

    What cannot be read is told as an error by the first row of a SELECT. An aggregate over it would never come to an end.
    """
    quads: list[Quad] = [(*triple, name) for name, held in graphs.items() for triple in held]
    for place, pattern in enumerate(_PATTERNS):
        expected = Counter[Node | str | None](quad[place] for quad in quads if not isinstance(quad[place], BNode))
        for term, times in expected.items():
            if not isinstance(term, Node):
                continue
            said = pattern.format(term.n3())
            try:
                answer = reader.query(f"SELECT * WHERE {{ {{ {said} }} UNION {{ GRAPH ?name {{ {said} }} }} }}")
                found = sum(1 for _ in answer.rows) if isinstance(answer, Rows) else -1
            except (OSError, RuntimeError):
                raise _FaultError(_unreadable(number, _RESTORE)) from None
            if found != times:
                raise _FaultError(Fault(f"Generation {number} finds {found} of {times} triples with {said}", _RESTORE))


def _missing(names: Iterable[str]) -> Iterator[Fault]:
    for name in sorted({*layout.SHIPPED, settling.BACKGROUND} - set(names)):
        yield Fault(f"The graph <{name}>, which ships with masagraph, is gone", _RESTORE)


def _not_settled(reader: Reader, graphs: Graphs, names: Iterable[str]) -> Iterator[Fault]:
    """Settle every version anew and compare."""
    versions = {name for name in names if name.startswith(layout.VERSIONS)}
    settled = {name for name in names if name.startswith(_ANY_SETTLED)} - {settling.BACKGROUND}
    for name in sorted(settled - {layout.settled(version) for version in versions}):
        yield Fault(f"Something is settled from <{_version(name)}>, whose document is not held", "Load that document again")
    for version in sorted(version for version in versions if layout.settled(version) not in settled):
        yield Fault(f"<{version}> is held and nothing is settled from it", "Load its document again, or take it out")
    documents = {
        version: blank_nodes.named(_graph(graphs[version]), version) for version in versions if layout.settled(version) in settled
    }
    background = settling.background_of(reader)
    expected: dict[str, set[Triple]] = {settling.BACKGROUND: set(background.facts)}
    for version, graph in derived.settled(documents, background).items():
        expected[layout.settled(version)] = set(graph)
    for name, triples in sorted(expected.items()):
        if wrong := _difference(graphs.get(name, set()), triples):
            what = "the reference data" if name == settling.BACKGROUND else f"<{_version(name)}>"
            mend = _RESTORE if name == settling.BACKGROUND else "Load its document again with 'masagraph store load'"
            yield Fault(f"What is settled from {what} is not what follows from it: {wrong}", mend)


def _version(settled: str) -> str:
    return layout.VERSIONS + settled.removeprefix(_ANY_SETTLED)


def _not_served(graphs: Graphs) -> Iterator[Fault]:
    """Compare the default graph with what it is made of."""
    parts = [name for name in graphs if name in (layout.REFERENCE, layout.MEANING) or str(name).startswith(_ANY_SETTLED)]
    expected = set[Triple]().union(*(graphs[name] for name in parts))
    if wrong := _difference(graphs.get(None, set()), expected):
        yield Fault(f"What questions are asked of is not what was settled: {wrong}", _RESTORE)


def _difference(found: set[Triple], expected: set[Triple]) -> str:
    """Say how many triples are missing and too many. Servers rename blank nodes graph by graph: those are only counted."""
    missing, more = (
        sum(1 for triple in a - b if not any(isinstance(term, BNode) for term in triple))
        for a, b in ((expected, found), (found, expected))
    )
    if not missing and not more:
        difference = len(found) - len(expected)
        missing, more = max(-difference, 0), max(difference, 0)
    return f"{missing} triples are missing and {more} too many" if missing or more else ""


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph
