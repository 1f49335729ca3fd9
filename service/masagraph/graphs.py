"""What is done with graphs and names in many rooms."""

from rdflib import Graph
from rdflib.term import Node


def local(term: Node | str | None) -> str:
    """Return the part of an IRI after its last `#` or `/`."""
    return str(term).rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def merged(*graphs: Graph) -> Graph:
    """Return a new graph with the triples of all graphs given."""
    whole = Graph()
    for graph in graphs:
        for triple in graph:
            whole.add(triple)
    return whole
