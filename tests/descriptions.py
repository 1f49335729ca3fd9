"""Judge the description of a SPARQL service by the vocabulary for it (SPARQL 1.1 Service Description, W3C, 2013)."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.term import Node

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_LANGUAGES = {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
_FEATURES = {SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs, SD.BasicFederatedQuery}
_CLASSES = {
    SD.Service, SD.Language, SD.Function, SD.Aggregate, SD.EntailmentRegime, SD.EntailmentProfile, SD.GraphCollection,
    SD.Dataset, SD.Graph, SD.NamedGraph, SD.Feature,
}  # fmt: skip
_WIDER = {SD.Dataset: SD.GraphCollection}
"""What is of the one class is of the other too."""


@dataclass(frozen=True)
class _Property:
    """Of which class its subjects are, and of which its values; None where the vocabulary does not say, or says an IRI."""

    domain: URIRef
    range: URIRef | None = None
    among: frozenset[URIRef] = frozenset()
    """Its values, where the vocabulary names them all and does not let others be described in passing."""


_PROPERTIES = {
    SD.endpoint: _Property(SD.Service),
    SD.supportedLanguage: _Property(SD.Service, among=frozenset(_LANGUAGES)),
    SD.feature: _Property(SD.Service, among=frozenset(_FEATURES)),
    SD.languageExtension: _Property(SD.Service),
    SD.propertyFeature: _Property(SD.Service),
    SD.extensionFunction: _Property(SD.Service),
    SD.extensionAggregate: _Property(SD.Service),
    SD.defaultEntailmentRegime: _Property(SD.Service),
    SD.defaultSupportedEntailmentProfile: _Property(SD.Service),
    SD.resultFormat: _Property(SD.Service),
    SD.inputFormat: _Property(SD.Service),
    SD.defaultDataset: _Property(SD.Service, SD.Dataset),
    SD.availableGraphs: _Property(SD.Service, SD.GraphCollection),
    SD.defaultGraph: _Property(SD.Dataset, SD.Graph),
    SD.namedGraph: _Property(SD.GraphCollection, SD.NamedGraph),
    SD.name: _Property(SD.NamedGraph),
    SD.graph: _Property(SD.NamedGraph, SD.Graph),
    SD.entailmentRegime: _Property(SD.NamedGraph),
    SD.supportedEntailmentProfile: _Property(SD.NamedGraph),
}
_PARTS = {SD.Dataset, SD.GraphCollection, SD.Graph, SD.NamedGraph}
"""What need not have an IRI."""


def has_endpoint(graph: Graph, address: str) -> bool:
    """Tell whether a description is of the endpoint at an address."""
    return (None, SD.endpoint, URIRef(address)) in graph


def faults(graph: Graph) -> list[str]:
    """Return what in a description is not as the vocabulary has it."""
    found = [] if (None, RDF.type, SD.Service) in graph else ["there is no service"]
    kinds = set(graph.objects(None, RDF.type))
    found += [f"unknown class: {kind}" for kind in kinds if _is_of(kind) and kind not in _CLASSES]
    for subject, predicate, value in graph:
        known = _PROPERTIES.get(URIRef(str(predicate)))
        if known is not None:
            found += [f"{predicate}: {fault}" for fault in _faults(graph, subject, known, value)]
        elif _is_of(predicate):
            found.append(f"unknown property: {predicate}")
    for kind, once in ((SD.NamedGraph, SD.name), (SD.Service, SD.endpoint)):
        found += [
            f"{node}: not one {once}" for node in graph.subjects(RDF.type, kind) if len(list(graph.objects(node, once))) != 1
        ]
    return found


def _faults(graph: Graph, subject: Node, known: _Property, value: Node) -> Iterator[str]:
    """Yield what is wrong with a statement."""
    if not _is_a(graph, subject, known.domain):
        yield f"its subject is no {known.domain}"
    if known.range is not None and not _is_a(graph, value, known.range):
        yield f"its value is no {known.range}"
    if known.among and value not in known.among:
        yield f"{value} is none of those that there are"
    if not isinstance(value, URIRef) and not (isinstance(value, BNode) and known.range in _PARTS):
        yield "its value is no IRI"


def _is_of(term: Node) -> bool:
    return str(term).startswith(str(SD))


def _is_a(graph: Graph, node: Node, kind: URIRef) -> bool:
    return any(of == kind or _WIDER.get(URIRef(str(of))) == kind for of in graph.objects(node, RDF.type))
