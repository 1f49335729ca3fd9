"""Give blank nodes names that stay the same however often, and in whatever order, the same document comes in.

A name is made of what a node says and of what is said of it, as far as blank nodes lead: the same content has the same name.
Nodes that nothing tells apart are told apart one at a time. Which comes first is of no matter where they can change places
without any difference, as in every tree; rings made to deceive may be named otherwise the next time, and nothing worse.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from masagraph.answers import Triple

_GIVEN = "#genid-"
_LENGTH = 20
Colours = dict[BNode, str]


def is_given(term: Node) -> bool:
    """Tell whether a term is a name that was given to a blank node here."""
    return isinstance(term, URIRef) and _GIVEN in str(term)


def named(graph: Graph, version: str) -> Graph:
    """Return a graph with names for its blank nodes.

    Args:
        graph: A document.
        version: The version it describes; the names begin with it.
    """
    names: dict[Node, URIRef] = {}
    forms = Counter[str]()
    for part in _parts(graph):
        colours = _told_apart(part)
        form = _digest(sorted(_line(triple, colours) for triple in part))
        forms[form] += 1
        for node, colour in colours.items():
            names[node] = URIRef(f"{version}{_GIVEN}{_digest([form, colour, str(forms[form])])[:_LENGTH]}")
    return _renamed(graph, names)


def unnamed(graph: Graph, version: str) -> Graph:
    """Return a graph with blank nodes for the names that `named` gave."""
    given = {term for triple in graph for term in triple if str(term).startswith(f"{version}{_GIVEN}")}
    return _renamed(graph, {term: BNode() for term in given})


def _renamed(graph: Graph, names: dict[Node, URIRef] | dict[Node, BNode]) -> Graph:
    found = Graph()
    for subject, predicate, value in graph:
        found.add((names.get(subject, subject), predicate, names.get(value, value)))
    return found


def _parts(graph: Graph) -> Iterable[list[Triple]]:
    """Return the triples that have blank nodes, those together of which the blank nodes are linked."""
    by_node: dict[BNode, list[Triple]] = defaultdict(list)
    for triple in graph:
        for node in {term for term in triple if isinstance(term, BNode)}:
            by_node[node].append(triple)
    seen: set[BNode] = set()
    for start in by_node:
        if start in seen:
            continue
        part: set[Triple] = set()
        todo = [start]
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                part.update(by_node[node])
                todo.extend(term for triple in by_node[node] for term in triple if isinstance(term, BNode))
        yield list(part)


def _told_apart(part: list[Triple]) -> Colours:
    """Return a colour for each blank node that no other has."""
    colours = _refined(part, {term: "" for triple in part for term in triple if isinstance(term, BNode)})
    while len(set(colours.values())) < len(colours):
        shared = min(colour for colour, times in Counter(colours.values()).items() if times > 1)
        one = min(node for node, colour in colours.items() if colour == shared)
        colours = _refined(part, {**colours, one: _digest([shared])})
    return colours


def _refined(part: list[Triple], colours: Colours) -> Colours:
    """Return colours that tell nodes apart by their neighbours, and by the neighbours of those, while that tells more apart."""
    while True:
        said: dict[BNode, list[str]] = {node: [] for node in colours}
        for subject, predicate, value in part:
            line = _line((subject, predicate, value), colours)
            if isinstance(subject, BNode):
                said[subject].append(f"> {line}")
            if isinstance(value, BNode):
                said[value].append(f"< {line}")
        finer = {node: _digest([colours[node], *sorted(lines)]) for node, lines in said.items()}
        if len(set(finer.values())) == len(set(colours.values())):
            return finer
        colours = finer


def _line(triple: Triple, colours: Colours) -> str:
    return " ".join(f"_:{colours[term]}" if isinstance(term, BNode) else term.n3() for term in triple)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
