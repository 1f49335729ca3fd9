"""What is said at /sparql to who asks nothing: what the endpoint can do (SPARQL 1.1 Service Description)."""

from collections.abc import Iterable

from flask import Response, request
from rdflib import BNode, Graph, Literal, Namespace, URIRef

from masagraph.sparql import formats, results
from masagraph.vocab import DCTERMS, RDF
from masagraph.web.http import answering
from masagraph.web.service import service
from masagraph.work import counting

TITLE = "Multi-agency safeguarding arrangements of England"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")


def describe(*languages: URIRef) -> Response:
    """Return the description of the endpoint in a form of RDF that the client takes.

    Args:
        languages: What it takes beside queries.

    Raises:
        NotAcceptable: It takes none.
    """
    number = answering.generation()
    form = answering.form_of_graph()
    graph = _description(request.base_url, service().read(counting.graphs, number), languages)
    return answering.told(results.write(graph, form), formats.FORMS[form].media_type, number)


def _description(address: str, held: Iterable[str], languages: Iterable[URIRef]) -> Graph:
    graph = Graph()
    graph.bind("sd", SD)
    endpoint, dataset, default = URIRef(f"{address}#service"), URIRef(f"{address}#dataset"), BNode()
    graph.add((endpoint, RDF.type, SD.Service))
    graph.add((endpoint, SD.endpoint, URIRef(address)))
    for language in (SD.SPARQL11Query, *languages):
        graph.add((endpoint, SD.supportedLanguage, language))
    for form in formats.FORMS.values():
        if form.w3c_name is not None:
            graph.add((endpoint, SD.resultFormat, _FORMATS[form.w3c_name]))
    graph.add((endpoint, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, DCTERMS.title, Literal(TITLE, lang="en")))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    for name in held:
        named = BNode()
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(name)))
        graph.add((named, SD.graph, inner := BNode()))
        graph.add((inner, RDF.type, SD.Graph))
    return graph
