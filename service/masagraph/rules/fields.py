"""Read single fields of what is written down in `shapes/`."""

from datetime import date

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.errors import CheckerError
from masagraph.graphs import local


def one(graph: Graph, subject: Node, predicate: URIRef, where: str) -> Node:
    """Return the only value; `where` names the file in a complaint.

    Raises:
        CheckerError: There is none, or more than one.
    """
    values = list(graph.objects(subject, predicate))
    if len(values) != 1:
        raise CheckerError(f"{where}: {local(subject)} needs exactly one {local(predicate)}, and has {len(values)}.")
    return values[0]


def text(graph: Graph, subject: Node, predicate: URIRef, where: str) -> str:
    """Return the only value as text, its white space folded.

    Raises:
        CheckerError: There is none, or more than one.
    """
    return " ".join(str(one(graph, subject, predicate, where)).split())


def text_or_none(graph: Graph, subject: Node, predicate: URIRef) -> str | None:
    """Return a value as text, its white space folded, or None."""
    value = graph.value(subject, predicate)
    return None if value is None else " ".join(str(value).split())


def day_or_none(graph: Graph, subject: Node, predicate: URIRef) -> date | None:
    """Return a value as a day, or None."""
    value = graph.value(subject, predicate)
    return None if value is None else date.fromisoformat(str(value))


def iris(graph: Graph, subject: Node, predicate: URIRef) -> frozenset[URIRef]:
    """Return the values that are IRIs."""
    return frozenset(o for o in graph.objects(subject, predicate) if isinstance(o, URIRef))
