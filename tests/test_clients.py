"""Clients that people have, used as their manuals say on a running service: SPARQLWrapper, rdflib's stores, curl, LibreOffice."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from xml.dom.minidom import Document, Text

import openpyxl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rdflib.query import ResultRow
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

import serving
from masagraph.vocab import MASA, RDF, SKOS
from serving import Served

REQUIRED = "MASAGRAPH_SERVERS_REQUIRED"
VERSIONS = (
    f"SELECT ?version ?label WHERE {{ ?version a <{MASA.ArrangementVersion}> ; <{SKOS.prefLabel}> ?label }} ORDER BY ?label"
)
LEEDS = URIRef("https://w3id.org/masagraph/id/version/leeds-2024")
SECONDS = 120


def program(name: str) -> str:
    """Return where a program is; skip if it is missing, unless none may be."""
    found = shutil.which(name)
    if found is None and os.environ.get(REQUIRED) != "1":
        pytest.skip(f"{name} is not installed here")
    assert found is not None, f"{name} is not installed, and {REQUIRED} says that it has to be"
    return found


@pytest.fixture
def endpoint(served: Served) -> str:
    """Return the address for queries."""
    return f"{served.address}/sparql"


@pytest.fixture(scope="module")
def labels(arrangement_files: list[Path]) -> list[str]:
    """Return the labels of the versions that ship, read from their files by rdflib."""
    found = Graph()
    for file in arrangement_files:
        found.parse(file, format="turtle")
    return sorted(str(found.value(version, SKOS.prefLabel)) for version in found.subjects(RDF.type, MASA.ArrangementVersion))


@pytest.fixture(scope="module")
def arrangement_files(root: Path) -> list[Path]:
    """Return the files of the arrangements that ship."""
    return sorted((root / "data" / "arrangements").glob("*.ttl"))


@pytest.fixture
def asker(endpoint: str) -> SPARQLWrapper:
    """Return a client of SPARQLWrapper."""
    return SPARQLWrapper(endpoint)


# SPARQLWrapper


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_selects(asker: SPARQLWrapper, labels: list[str], method: str, way: str) -> None:
    """By GET, by a form and by the query itself."""
    asker.setMethod(method)
    asker.setRequestMethod(way)
    asker.setQuery(VERSIONS)
    asker.setReturnFormat(JSON)
    found = asker.queryAndConvert()
    assert isinstance(found, dict)
    assert [row["label"]["value"] for row in found["results"]["bindings"]] == labels


def test_sparqlwrapper_reads_xml_and_csv(asker: SPARQLWrapper, labels: list[str]) -> None:
    """The other forms that it converts say the same."""
    asker.setQuery(VERSIONS)
    asker.setReturnFormat(XML)
    document = asker.queryAndConvert()
    assert isinstance(document, Document)
    texts = [node.firstChild for node in document.getElementsByTagName("literal")]
    assert [text.data for text in texts if isinstance(text, Text)] == labels
    asker.setReturnFormat(CSV)
    text = asker.queryAndConvert()
    assert isinstance(text, bytes)
    head, *rows = csv.reader(text.decode().splitlines())
    assert (head, [label for _, label in rows]) == (["version", "label"], labels)


def test_sparqlwrapper_asks(asker: SPARQLWrapper) -> None:
    """A truth value is one."""
    asker.setQuery(f"ASK {{ <{LEEDS}> a <{MASA.ArrangementVersion}> }}")
    asker.setReturnFormat(JSON)
    found = asker.queryAndConvert()
    assert isinstance(found, dict)
    assert found["boolean"] is True


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # SPARQLWrapper still makes them
@pytest.mark.parametrize("form", [TURTLE, RDFXML, JSONLD, XML, N3, None])
def test_sparqlwrapper_constructs(asker: SPARQLWrapper, form: str | None) -> None:
    """It puts names of its own for the form into the address, and reads what comes; None is what it asks for by itself."""
    label = f"<{LEEDS}> <{SKOS.prefLabel}> ?label"
    asker.setQuery(f"CONSTRUCT {{ {label} }} WHERE {{ {label} }}")
    if form is not None:
        asker.setReturnFormat(form)
    found = asker.queryAndConvert()
    assert isinstance(found, (Graph, bytes))
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert set(graph) == {(LEEDS, SKOS.prefLabel, Literal("Leeds, 2024", lang="en"))}


def test_sparqlwrapper_tells_what_is_wrong(asker: SPARQLWrapper) -> None:
    """The error that a user of it sees has our line in it."""
    asker.setQuery("SELECT ?s WHERE { ?s ?p }")
    with pytest.raises(QueryBadFormed, match="it is no SPARQL query"):
        asker.query()
    asker.setMethod(POST)
    asker.setQuery("INSERT DATA { <urn:s> <urn:p> <urn:o> }")
    with pytest.raises(QueryBadFormed, match="nothing is changed here"):
        asker.query()


# rdflib


def test_rdflib_reads_a_store(endpoint: str, labels: list[str]) -> None:
    """As a graph and by queries; what it does not hold is not there."""
    graph = Graph(SPARQLStore(endpoint, returnFormat="json"))
    assert graph.value(LEEDS, SKOS.prefLabel) == Literal("Leeds, 2024", lang="en")
    assert (LEEDS, RDF.type, MASA.Arrangement) not in graph
    assert [str(row[1]) for row in graph.query(VERSIONS) if isinstance(row, ResultRow)] == labels
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True


def test_rdflib_does_not_write(endpoint: str) -> None:
    """Where nothing can be changed, it is told so."""
    graph = Graph(SPARQLUpdateStore(endpoint, endpoint), identifier=URIRef("urn:g"))
    with pytest.raises(HTTPError, match="400"):
        graph.add((URIRef("urn:s"), URIRef("urn:p"), URIRef("urn:o")))


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """Run a service that holds nothing, for operators, and give it with an admin's token."""
    data = tmp_path_factory.mktemp("operated")
    serving.load_nothing(data)
    with serving.serving(data, "--admin", "--workers", "1") as service:
        yield service, service.token("admin")


def test_rdflib_writes_for_an_operator(operated: tuple[Served, str]) -> None:
    """An update store adds and removes, with a token."""
    service, token = operated
    address = f"{service.address}/admin/sparql"
    store = SPARQLUpdateStore(address, address, headers={"Authorization": f"Bearer {token}"})
    graph = Graph(store, identifier=URIRef("urn:g"))
    triple = (URIRef("urn:s"), URIRef("urn:p"), Literal("höher", lang="de"))
    graph.add(triple)
    assert set(graph) == {triple}
    graph.remove(triple)
    assert set(graph) == set()


# curl


def curl(*words: str) -> str:
    """Run curl and return what it prints."""
    call = [program("curl"), "--silent", "--show-error", "--max-time", str(SECONDS), *words]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout


def test_curl_asks(endpoint: str, labels: list[str]) -> None:
    """As the manual of curl has it: parameters escaped by curl, a query from a file, a form chosen by a header."""
    found = csv.reader(curl("-G", endpoint, "--data-urlencode", f"query={VERSIONS}", "-H", "Accept: text/csv").splitlines())
    assert [row[1] for row in found][1:] == labels
    found_json = json.loads(curl(endpoint, "--data-urlencode", f"query={VERSIONS}"))
    assert [row["label"]["value"] for row in found_json["results"]["bindings"]] == labels


def test_curl_sends_a_file(endpoint: str, labels: list[str], tmp_path: Path) -> None:
    """A query file is sent as it is."""
    (tmp_path / "query.rq").write_text(VERSIONS, encoding="utf-8")
    told = ["-H", "Content-Type: application/sparql-query", "-H", "Accept: text/tab-separated-values"]
    lines = curl(endpoint, *told, "--data-binary", f"@{tmp_path / 'query.rq'}").splitlines()
    assert [line.split("\t")[1] for line in lines[1:]] == [f'"{label}"@en' for label in labels]


def test_curl_is_told_what_is_wrong(endpoint: str) -> None:
    """In a line that says where."""
    problem = json.loads(curl("-G", endpoint, "--data-urlencode", "query=SELECT"))
    assert problem["status"] == 400
    assert problem["detail"].startswith("query: it is no SPARQL query (error at 1:7")


def test_curl_publishes_and_downloads(operated: tuple[Served, str], tmp_path: Path) -> None:
    """A file goes up with --upload-file, and comes back as it was."""
    service, token = operated
    (tmp_path / "graph.ttl").write_text("<urn:s> <urn:p> 'o' .", encoding="utf-8")
    where, who = f"{service.address}/admin/graphs/by-curl", ["-H", f"Authorization: Bearer {token}"]
    status = ["-o", str(tmp_path / "answer"), "-w", "%{http_code}"]
    assert curl(where, *who, *status, "-H", "Content-Type: text/turtle", "--upload-file", str(tmp_path / "graph.ttl")) == "201"
    assert curl(where, *who, "-H", "Accept: application/n-triples") == '<urn:s> <urn:p> "o" .\n'
    assert curl(where, *who, *status, "-X", "DELETE") == "204"


# LibreOffice


def converted(file: Path, folder: Path) -> list[list[str]]:
    """Open a file in LibreOffice, save it as CSV, and return its cells."""
    call = [program("soffice"), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
    # Comma, double quotes, UTF-8: what LibreOffice is told of the CSV that it writes.
    call += ["csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(folder / "out"), str(file)]
    subprocess.run(call, check=True, capture_output=True, timeout=SECONDS)
    with (folder / "out" / f"{file.stem}.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


@pytest.mark.long
def test_libreoffice_opens_csv(endpoint: str, labels: list[str], tmp_path: Path) -> None:
    """Each cell of an answer is a cell there, accents and commas as they are."""
    file = tmp_path / "answer.csv"
    curl("-G", endpoint, "--data-urlencode", f"query={VERSIONS}", "-H", "Accept: text/csv", "-o", str(file))
    head, *rows = converted(file, tmp_path)
    assert (head, [row[1] for row in rows]) == (["version", "label"], labels)
    assert any("," in label for label in labels)


@pytest.mark.long
def test_libreoffice_opens_xlsx(served: Served, tmp_path: Path) -> None:
    """The answer to a question opens with its own heads and rows."""
    file = tmp_path / "answer.xlsx"
    curl("-o", str(file), f"{served.address}/api/questions/money/shares?date=2019-09-29&format=xlsx")
    sheet = openpyxl.load_workbook(file).worksheets[0]
    expected = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert len(expected) > 1
    assert converted(file, tmp_path) == expected
