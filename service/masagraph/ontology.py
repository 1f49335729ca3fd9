"""What the ontology says about its own terms: labels, kinds of value, and which names exist at all."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TypeGuard

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.vocab import MASA, OWL, RDF, RDFS, SKOS, VOCABULARIES

# Value lists that rules compare against, and so have to stand in the graph that is judged.
_COMPARED = ("band", "partner-kind", "police-rank", "post-kind", "relevant-agency")


def is_ours(term: Node) -> TypeGuard[URIRef]:
    """Tell whether a term is a name in one of our namespaces, declared or not."""
    # str() first: rdflib's own startswith knows no tuples and says no to any.
    return isinstance(term, URIRef) and str(term).startswith((str(MASA), VOCABULARIES))


@dataclass(frozen=True)
class Ontology:
    """The ontology and its value lists, with what the program asks of them worked out once."""

    graph: Graph
    terms: frozenset[URIRef]
    functional: frozenset[URIRef]
    datatypes: dict[URIRef, URIRef]
    object_properties: frozenset[URIRef]
    value_lists: dict[URIRef, str]
    background: Graph
    topics: tuple[str, ...]
    domains: dict[Node, frozenset[Node]]
    ranges: dict[Node, frozenset[Node]]
    worked_out: frozenset[URIRef]

    def kinds_above(self, kind: Node) -> set[Node]:
        """Return the classes of which a class is a kind, itself left out."""
        above = set(self.graph.transitive_objects(kind, RDFS.subClassOf))
        return {k for k in above if k is not None and k != kind}

    def label(self, term: Node) -> str | None:
        """Return the preferred label of a term or concept, or None where it has none."""
        label = self.graph.value(term, SKOS.prefLabel)
        return None if label is None else str(label)

    def knows(self, term: URIRef) -> bool:
        """Tell whether a name in one of our namespaces is declared; names elsewhere are not ours to judge."""
        return not is_ours(term) or term in self.terms

    def nearest(self, term: URIRef) -> str | None:
        """Return the declared name in the same namespace that is most like an unknown one, or None."""
        stem = str(term)[: str(term).rfind("#") + 1]
        names = [name for name in self.terms if name.startswith(stem)]
        folded = {name.lower(): name for name in names}
        found = get_close_matches(term.lower(), folded, n=1, cutoff=0.6)
        return str(folded[found[0]])[len(stem) :] if found else None


def _kinds(graph: Graph, end: URIRef) -> dict[Node, frozenset[Node]]:
    """Return for each property the classes of ours that may stand at one end of it: the one declared, and its kinds."""
    return {
        p: frozenset(k for k in graph.transitive_subjects(RDFS.subClassOf, kind) if k is not None)
        for p, kind in graph.subject_objects(end)
        if str(kind).startswith(str(MASA))
    }


def kinds_of(*classes: URIRef) -> frozenset[Node]:
    """Return the classes given and all that are kinds of them."""
    graph = load().graph
    found = (kind for top in classes for kind in graph.transitive_subjects(RDFS.subClassOf, top))
    return frozenset(kind for kind in found if kind is not None)


def properties_of(*classes: URIRef) -> frozenset[URIRef]:
    """Return the properties whose domain is one of the classes given."""
    graph = load().graph
    return frozenset(p for kind in classes for p in graph.subjects(RDFS.domain, kind) if isinstance(p, URIRef))


@cache
def load() -> Ontology:
    """Read the ontology that ships with the package, once in a process."""
    root = assets.folder("ontology")
    graph = oxigraph.read(sorted(root.rglob("*.ttl")))
    terms = {s for s in graph.subjects() if is_ours(s)}
    datatypes = {
        s: o
        for s, o in graph.subject_objects(RDFS.range)
        if isinstance(s, URIRef) and isinstance(o, URIRef) and (s, RDF.type, OWL.DatatypeProperty) in graph
    }
    value_lists = {
        s: str(o) + "#" for s, o in graph.subject_objects(MASA.valuesFrom) if isinstance(s, URIRef) and not isinstance(o, Literal)
    }
    background = Graph()
    for name in _COMPARED:
        for concept in graph.subjects(SKOS.inScheme, URIRef(VOCABULARIES + name)):
            for predicate, value in graph.predicate_objects(concept):
                background.add((concept, predicate, value))
    return Ontology(
        graph=graph,
        terms=frozenset(terms),
        functional=frozenset(s for s in graph.subjects(RDF.type, OWL.FunctionalProperty) if isinstance(s, URIRef)),
        datatypes=datatypes,
        object_properties=frozenset(s for s in graph.subjects(RDF.type, OWL.ObjectProperty) if isinstance(s, URIRef)),
        value_lists=value_lists,
        background=background,
        domains=_kinds(graph, RDFS.domain),
        ranges=_kinds(graph, RDFS.range),
        worked_out=frozenset(s for s in graph.subjects(MASA.isWorkedOut) if isinstance(s, URIRef)),
        topics=tuple(str(topic).rsplit("#", 1)[-1] for topic in Collection(graph, next(graph.objects(None, SKOS.memberList)))),
    )
