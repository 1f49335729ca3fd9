"""SPARQL texts that a remote store is changed with. They are made of terms only, never of what somebody wrote.

What a change adds and removes is first carried to graphs of its own, which nobody is told of (`carried`). Its last request then
does all of it (`settled`), each operation only if the data version is still the one that the change was made for: SPARQL Update
has no other way to say "or nothing".
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from masagraph.oxigraph import Quad
from masagraph.store.contract import Change, StoreError
from masagraph.vocab import BASE

STATE = f"{BASE}graph/state"
"""The graph in which a remote store keeps its data version."""
DEFAULT = f"{BASE}graph/default"
"""Where the default graph is kept by a server that has none of its own."""
CARRIED = f"{BASE}graph/carried/"
"""The names of the graphs of a change that is under way begin like this."""
NOTHING = f"{BASE}graph/nothing"
"""A graph that is never held."""
_AT_ONCE = 1000
"""Triples in a request. Virtuoso's parser gives up between 3,000 and 10,000."""
_STORE = f"<{BASE}id/store>"
_VERSION, _BEFORE, _MADE, _CHANGE = (
    f"<{BASE}store#{name}>" for name in ("dataVersion", "dataVersionBefore", "dataVersionMade", "dataVersionChange")
)
_SUBJECT, _PREDICATE, _OBJECT, _HOME = (f"<{BASE}store#{name}>" for name in ("subject", "predicate", "object", "home"))
_UNNAMEABLE = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_ANY = "?s ?p ?o"

WHAT_STATE = (
    f"SELECT ?number ?before ?made ?change WHERE {{ GRAPH <{STATE}> {{ {_STORE} {_MADE} ?made ; {_CHANGE} ?change . "
    f"OPTIONAL {{ {_STORE} {_VERSION} ?number }} OPTIONAL {{ {_STORE} {_BEFORE} ?before }} }} }}"
)
IS_STATE_SEEN = f"ASK {{ {_STORE} {_MADE} ?made }}"
"""Whether the default graph holds what only the graph of the state does."""
IS_FROM_HEEDED = f"ASK FROM <{STATE}> {{ {_STORE} {_MADE} ?made }}"
"""Whether a query's own FROM is followed."""
NAMES = f"SELECT ?name WHERE {{ GRAPH ?name {{ {_ANY} }} }} GROUP BY ?name"
"""Not DISTINCT, which takes Virtuoso minutes."""


def name(iri: str) -> str:
    """Write an IRI.

    Raises:
        StoreError: It has a character that no IRI has.
    """
    if _UNNAMEABLE.search(iri):
        raise StoreError(f"{iri[:200]!r} is no IRI: nothing was stored. Mend it.")
    return f"<{iri}>"


def term(node: Node, blank: dict[Node, str]) -> str:
    """Write a term.

    Raises:
        StoreError: It has no place in RDF 1.1.
    """
    if isinstance(node, BNode):
        return blank.setdefault(node, f"_:b{len(blank)}")
    if isinstance(node, URIRef):
        return name(node)
    if not isinstance(node, Literal):
        raise StoreError(f"A {type(node).__name__} has no place in RDF 1.1: nothing was stored. Leave it out.")
    # Not by rdflib's n3(): it leaves some literals that end in a quotation mark open, and what follows would be run.
    text = f'"{"".join(_ESCAPES.get(sign, sign) for sign in node)}"'
    if node.language:
        return f"{text}@{node.language}"
    return f"{text}^^{name(node.datatype)}" if node.datatype else text


def graph(where: str | None, inside: str = _ANY) -> str:
    """Write a pattern in a graph; None is the server's default graph."""
    return inside if where is None else f"GRAPH {name(where)} {{ {inside} }}"


def carried(change: Change, stage: str) -> Iterator[str]:
    """Write the requests that carry what a change adds and removes to graphs of its own.

    Args:
        change: The change.
        stage: What the names of those graphs begin with.
    """
    yield f"INSERT DATA {{ {graph(f'{stage}whole', f'<{stage}> {_CHANGE} 1')} }}"
    blank: dict[Node, str] = {}
    for side, quads in (("out", change.removed), ("in", change.added)):
        numbers = _numbers(quads)
        ground = [quad for quad in quads if not _has_blank(quad)]
        for place, part in enumerate(_together(quads)):
            if len(_numbers(part)) > 1:
                yield from _shared(part, f"{stage}{side}", f"{stage}shared-{side}{place}", numbers, blank)
            else:
                # Virtuoso takes no blank node in INSERT DATA.
                yield f"INSERT {{ {_quads(part, f'{stage}{side}', numbers, blank)} }} WHERE {{ }}"
        for begin in range(0, len(ground), _AT_ONCE):
            yield f"INSERT DATA {{ {_quads(ground[begin : begin + _AT_ONCE], f'{stage}{side}', numbers, blank)} }}"


def settled(change: Change, stage: str, default: str | None, number: int, moment: datetime) -> Iterator[str]:
    """Write the operations of the last request: the change itself, the new data version, and the graphs carried to are gone.

    Args:
        change: The change, carried before.
        stage: As before.
        default: Where the default graph is kept; None if the server has one of its own.
        number: The data version that the change was made for.
        moment: When the next one is made.
    """
    still = f"{_state(f'{_VERSION} {number}')} {graph(f'{stage}whole', f'<{stage}> {_CHANGE} 1')}"
    for dropped in change.dropped:
        there = graph(dropped or default)
        yield f"DELETE {{ {there} }} WHERE {{ {still} {there} }}"
    for side, quads, verb in (("out", change.removed, "DELETE"), ("in", change.added, "INSERT")):
        for where, which in _numbers(quads).items():
            yield f"{verb} {{ {graph(where or default)} }} WHERE {{ {still} {graph(f'{stage}{side}{which}')} }}"
    yield (
        f"DELETE {{ {_state(f'{_VERSION} {number} ; {_MADE} ?made ; {_CHANGE} ?change')} }} "
        f"INSERT {{ {_state(_told(_VERSION, number + 1, moment, stage))} }} "
        f"WHERE {{ {still} {_state(f'{_MADE} ?made ; {_CHANGE} ?change')} }}"
    )
    yield from left(change, stage)


def left(change: Change, stage: str) -> Iterator[str]:
    """Write the operations that let go of the graphs that a change was carried to."""
    for side, quads in (("out", change.removed), ("in", change.added)):
        for which in _numbers(quads).values():
            yield f"DROP SILENT GRAPH {name(f'{stage}{side}{which}')}"
        for place, part in enumerate(_together(quads)):
            if len(_numbers(part)) > 1:
                yield f"DROP SILENT GRAPH {name(f'{stage}shared-{side}{place}')}"
    yield f"DROP SILENT GRAPH {name(f'{stage}whole')}"


def begun(moment: datetime) -> str:
    """Write the data version 0, unless there is one."""
    # Virtuoso takes a FILTER NOT EXISTS that stands alone for true: there it is up to who asks.
    none = f"FILTER NOT EXISTS {{ {_state(f'{_MADE} ?any')} }}"
    return f"INSERT {{ {_state(_told(_VERSION, 0, moment, ''))} }} WHERE {{ {none} }}"


def begun_anew(number: int, moment: datetime, change: str) -> str:
    """Write the data version where an update has taken it away."""
    return f"INSERT DATA {{ {_state(_told(_VERSION, number, moment, change))} }}"


def marked(number: int, change: str) -> str:
    """Write that an update of somebody's own is under way: until it is counted, no data version is there."""
    was = _state(f"{_VERSION} {number} ; {_CHANGE} ?change")
    now = _state(f'{_BEFORE} {number} ; {_CHANGE} "{change}"')
    return f"DELETE {{ {was} }} INSERT {{ {now} }} WHERE {{ {was} }}"


def counted(number: int, change: str, moment: datetime, *, done: bool) -> str:
    """Write that an update that was under way is done, or that nothing came of it."""
    was = f'{_BEFORE} {number} ; {_CHANGE} "{change}"'
    new = f"{_VERSION} {number + 1} ; {_MADE} {_moment(moment)}" if done else f"{_VERSION} {number} ; {_MADE} ?made"
    gone = f"{_BEFORE} {number} ; {_MADE} ?made" if done else f"{_BEFORE} {number}"
    return f"DELETE {{ {_state(gone)} }} INSERT {{ {_state(new)} }} WHERE {{ {_state(f'{was} ; {_MADE} ?made')} }}"


def _told(kind: str, number: int, moment: datetime, change: str) -> str:
    return f'{kind} {number} ; {_MADE} {_moment(moment)} ; {_CHANGE} "{change}"'


def _moment(moment: datetime) -> str:
    return f'"{moment:%Y-%m-%dT%H:%M:%SZ}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'


def _state(said: str) -> str:
    return graph(STATE, f"{_STORE} {said}")


def _numbers(quads: Iterable[Quad]) -> dict[str | None, int]:
    """Number the graphs of some quads."""
    return {where: number for number, where in enumerate(dict.fromkeys(quad[3] for quad in quads))}


def _has_blank(quad: Quad) -> bool:
    return any(map(_is_blank, quad[:3]))


def _is_blank(node: Node) -> bool:
    return isinstance(node, BNode)


def _together(quads: Iterable[Quad]) -> list[list[Quad]]:
    """Return the quads with blank nodes in as many parts as may be: one is itself only within a request.

    Each graph is a part, together with those that have a blank node in common with it.
    """
    parts: dict[str | None, list[Quad]] = {}
    found: dict[Node, str | None] = {}
    for quad in filter(_has_blank, quads):
        own = parts.setdefault(quad[3], [])
        for node in filter(_is_blank, quad[:3]):
            other = parts[found.setdefault(node, quad[3])]
            if other is not own:
                own += other
                parts.update({where: own for where, part in parts.items() if part is other})
        own.append(quad)
    return list({id(part): part for part in parts.values()}.values())


def _shared(part: list[Quad], stage: str, told: str, numbers: dict[str | None, int], blank: dict[Node, str]) -> Iterator[str]:
    """Write the requests that carry quads whose blank nodes are in several graphs.

    Virtuoso fails at a request that writes the same blank node to several graphs. So what is said is first told in one graph, a
    thing for each triple, and taken from there to each graph: a blank node that was read is still itself.

    Args:
        part: The quads.
        stage: What the names of the graphs that they are carried to begin with.
        told: The graph that they are first told in.
        numbers: The number of each graph.
        blank: What each blank node is called in this request.
    """
    homes: dict[tuple[Node, ...], list[int]] = {}
    for *nodes, where in part:
        homes.setdefault(tuple(nodes), []).append(numbers[where])
    lines = (
        f"<{told}#{count}> {_SUBJECT} {term(s, blank)} ; {_PREDICATE} {term(p, blank)} ; {_OBJECT} {term(o, blank)} ; "
        f"{_HOME} {' , '.join(map(str, held))} ."
        for count, ((s, p, o), held) in enumerate(homes.items())
    )
    yield f"INSERT {{ {graph(told, ' '.join(lines))} }} WHERE {{ }}"
    for home in sorted({number for held in homes.values() for number in held}):
        found = graph(told, f"?told {_SUBJECT} ?s ; {_PREDICATE} ?p ; {_OBJECT} ?o ; {_HOME} {home}")
        yield f"INSERT {{ {graph(f'{stage}{home}')} }} WHERE {{ {found} }}"


def _quads(quads: Iterable[Quad], stage: str, numbers: dict[str | None, int], blank: dict[Node, str]) -> str:
    # No label may stand in two operations of a request: they are counted through.
    held: dict[int, list[str]] = {}
    for *nodes, where in quads:
        held.setdefault(numbers[where], []).append(f"{' '.join(term(node, blank) for node in nodes)} .")
    return " ".join(graph(f"{stage}{number}", " ".join(triples)) for number, triples in held.items())
