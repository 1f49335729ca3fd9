"""What is here, for programs: the data set, its graphs, where to ask and what to fetch (VoID, DCAT), at /.well-known/void."""

from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Blueprint, Response
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, FOAF, VOID

from masagraph.sparql import formats, results
from masagraph.vocab import BASE, DCTERMS, MASA, RDF, RDFS, SKOS, XSD
from masagraph.web.http import addresses, answering
from masagraph.web.service import service
from masagraph.web.views import downloads
from masagraph.web.views.description import SD, TITLE
from masagraph.work import counting, exporting
from masagraph.work.counting import Contents

ABOUT = (
    "Who is accountable for what in each safeguarding arrangement, where, under which paragraph, on which date, and how we know: "
    "areas, bodies, posts, delegations and provisions, with the rules of statute and guidance."
)
RIGHTS = (
    "The facts come from the sources that each set names, and keep their terms. Areas, codes and overlaps: Office for National "
    "Statistics and NHS England, Open Government Licence v3.0; contains National Statistics data and NHS data; contains OS data "
    "© Crown copyright and database right. Names and three-letter codes of councils: mySociety, Creative Commons Attribution "
    "4.0. Names of police forces: Department for Education and police.uk, Open Government Licence v3.0. Facts of published "
    "arrangements: the councils and partnerships named in each document; restated, not copied."
)
"""As NOTICE has it."""
SPDX = Namespace("http://spdx.org/rdf/terms#")
DIGESTS = (
    "Each file has its SHA-256 here and in Repr-Digest (RFC 9530). A graph alone is written in the form that a client asks for, "
    "and tells the SHA-256 of that in Repr-Digest."
)
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
_VERSION = URIRef(f"{DCAT}version")
"""Of DCAT 3, which rdflib does not know yet."""
_PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")
blueprint = Blueprint("dataset_description", __name__)


@blueprint.get("/.well-known/void")
def describe() -> Response:
    """Describe the data set in a form of RDF that the client takes."""
    addresses.only("format", "generation")
    number = answering.generation()
    form = answering.form_of_graph()
    had = answering.unchanged(number)
    if had is not None:
        return had
    files = downloads.made(number, *exporting.WHOLE)
    described = _description(number, service().read(counting.contents, number), files)
    return answering.told(results.write(described, form), formats.FORMS[form].media_type, number)


def _description(number: int, held: Contents, files: tuple[exporting.File, ...]) -> Graph:
    home = addresses.home()
    graph = Graph()
    document = URIRef(f"{home}/.well-known/void")
    dataset = document + "#dataset"
    modified = Literal(service().since(number).isoformat(timespec="seconds"), datatype=XSD.dateTime)
    graph.add((document, RDF.type, VOID.DatasetDescription))
    graph.add((document, FOAF.primaryTopic, dataset))
    graph.add((document, RDFS.comment, Literal(DIGESTS, lang="en")))
    for kind in (VOID.Dataset, DCAT.Dataset):
        graph.add((dataset, RDF.type, kind))
    for says, words in ((DCTERMS.title, TITLE), (DCTERMS.description, ABOUT)):
        graph.add((dataset, says, Literal(words, lang="en")))
    for says, what in (
        (DCTERMS.modified, modified),
        (_VERSION, Literal(str(number))),
        (DCAT.landingPage, URIRef(f"{home}/")),
        (VOID.sparqlEndpoint, URIRef(f"{home}/sparql")),
        (VOID.uriLookupEndpoint, URIRef(f"{home}/thing?iri=")),
        (VOID.uriSpace, Literal(BASE)),
        (VOID.triples, Literal(held.triples)),
        *((VOID.exampleResource, URIRef(example)) for example in held.examples),
        *((VOID.vocabulary, URIRef(name)) for name in (str(MASA), str(DCTERMS), str(SKOS), "http://www.w3.org/ns/org#")),
        *((VOID.feature, _FORMATS[name]) for name in ("Turtle", "RDF_XML", "N-Triples", "JSON-LD")),
    ):
        graph.add((dataset, says, what))
    _add_terms(graph, dataset, held)
    _add_graphs(graph, dataset, held, number)
    for file in files:
        _add_file(graph, dataset, file, number)
    _add_service(graph, dataset, f"{home}/sparql", f"{home}/sparql?format=turtle", "SPARQL", _PROTOCOL)
    _add_service(graph, dataset, f"{home}/api", f"{home}/api/openapi.json", "Checking, questions and the register")
    return graph


def _add_terms(graph: Graph, dataset: URIRef, held: Contents) -> None:
    rights = dataset + "-rights"
    graph.add((dataset, DCTERMS.rights, rights))
    graph.add((rights, RDF.type, DCTERMS.RightsStatement))
    graph.add((rights, RDFS.label, Literal(RIGHTS, lang="en")))
    for licence in held.licences:
        graph.add((dataset, DCTERMS.license, URIRef(licence)))


def _add_graphs(graph: Graph, dataset: URIRef, held: Contents, number: int) -> None:
    for name, triples in held.graphs:
        part = URIRef(f"{addresses.home()}/graphs?{urlencode({'graph': name, 'generation': number})}")
        graph.add((dataset, VOID.subset, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, SD.name, URIRef(name)))
        graph.add((part, VOID.triples, Literal(triples)))
        graph.add((part, VOID.dataDump, part))


def _add_file(graph: Graph, dataset: URIRef, file: exporting.File, number: int) -> None:
    address = URIRef(f"{addresses.home()}/download/{quote(file.path.name)}?generation={number}")
    stem = f"{dataset}-{file.path.name}"
    distribution, checksum = URIRef(stem), URIRef(f"{stem}-checksum")
    is_packed = file.path.suffix == ".gz"
    inner = downloads.media_type(Path(file.path.stem) if is_packed else file.path)
    graph.add((dataset, VOID.dataDump, address))
    graph.add((dataset, DCAT.distribution, distribution))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCTERMS.title, Literal(file.path.name)))
    graph.add((distribution, DCAT.accessURL, address))
    graph.add((distribution, DCAT.downloadURL, address))
    graph.add((distribution, DCAT.mediaType, _MEDIA_TYPES[inner]))
    if is_packed:
        graph.add((distribution, DCAT.compressFormat, _MEDIA_TYPES[downloads.GZIP]))
    graph.add((distribution, DCAT.byteSize, Literal(str(file.size), datatype=XSD.nonNegativeInteger)))
    graph.add((distribution, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)))


def _add_service(graph: Graph, dataset: URIRef, address: str, told: str, title: str, standard: URIRef | None = None) -> None:
    about = URIRef(f"{address}#service")
    graph.add((about, RDF.type, DCAT.DataService))
    graph.add((about, DCTERMS.title, Literal(title, lang="en")))
    graph.add((about, DCAT.endpointURL, URIRef(address)))
    graph.add((about, DCAT.endpointDescription, URIRef(told)))
    graph.add((about, DCAT.servesDataset, dataset))
    if standard is not None:
        graph.add((about, DCTERMS.conformsTo, standard))
