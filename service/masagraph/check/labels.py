"""Name things in words that a reader knows; never an IRI or a blank node."""

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology
from masagraph.graphs import local
from masagraph.vocab import MASA, RDF, SKOS, XSD

_NAMES = (
    SKOS.prefLabel, MASA.publishedName, MASA.postTitle, MASA.groupName, MASA.agencyName, MASA.asPublished,
    MASA.scrutineerName, MASA.memberDescription, MASA.chairDescription,
)  # fmt: skip
_PARTS = (MASA.leadPost, MASA.delegatedTo, MASA.contributedBy, MASA.heldBy, MASA.earliestDay, MASA.latestDay)

_MOST_PARTS = 5
"""So many parts of a thing are named, each of which may be named by as many parts of its own."""


def label(graph: Graph, node: Node, depth: int = 3) -> str:
    """Return words for a node.

    Args:
        graph: The facts and background among which the node stands.
        node: A literal, an IRI or a blank node.
        depth: How many steps away a name may be looked for.
    """
    if isinstance(node, Literal):
        return " ".join(str(node).split())
    name = next((" ".join(str(value).split()) for p in _NAMES if (value := graph.value(node, p)) is not None), None)
    role = graph.value(None, MASA.hasDelegation, node) or graph.value(None, MASA.hasLead, node)
    if role is not None:
        return f"{_kind(graph, role)}: {_part(graph, node, depth)}"
    if (node, RDF.type, MASA.PartnerRole) in graph:
        return f"{_kind(graph, node)}: {name or _part(graph, node, depth)}"
    if name:
        code = graph.value(node, MASA.odsCode)
        return f"{name} ({code})" if code is not None else name
    known = ontology.load().label(node)
    if known:
        return known
    if isinstance(node, URIRef) and not list(graph.predicate_objects(node)):
        return local(node)
    return _part(graph, node, depth)


def tell(graph: Graph, fact: tuple[Node, Node, Node]) -> str:
    """Return words for what a fact says: its value, after the name of its property where the value alone says nothing."""
    _, property_, value = fact
    if not isinstance(value, Literal) or value.datatype in (None, XSD.string):
        return label(graph, value)
    words = {"true": "yes", "false": "no"}.get(str(value), str(value))
    return f"{ontology.load().label(property_)}: {words}"


def has_name(graph: Graph, node: Node) -> bool:
    """Tell whether a node has a name of its own rather than words put together for it."""
    return any((node, name, None) in graph for name in _NAMES)


def _kind(graph: Graph, role: Node) -> str:
    kind = graph.value(role, MASA.partnerKind)
    return (kind is not None and ontology.load().label(kind)) or "partner of a kind not stated"


def _part(graph: Graph, node: Node, depth: int) -> str:
    for predicate in _PARTS if depth else ():
        values = sorted(graph.objects(node, predicate), key=str)
        if values:
            more = [f"{len(values) - _MOST_PARTS} more"] if len(values) > _MOST_PARTS else []
            return " and ".join([*(label(graph, value, depth - 1) for value in values[:_MOST_PARTS]), *more])
    kind = graph.value(node, RDF.type)
    words = (kind is not None and ontology.load().label(kind)) or "thing"
    texts = sorted(
        (str(o) for p, o in graph.predicate_objects(node) if isinstance(o, Literal) and p in ontology.load().terms), key=len
    )
    return texts[-1] if texts else f"{words} not named"
