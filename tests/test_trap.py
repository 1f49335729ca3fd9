# ruff: noqa: S608 - queries here are attacks, put together on purpose
"""Nothing is ever fetched: a listener counts zero calls, whatever is asked of the service and the command, and wherever.

A file with a mark in it stands for what lies on our own disk: the mark is in no answer.
"""

import io
import json
import shutil
import xml.sax
import xml.sax.handler
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlencode

import pyshacl
import pytest
from rdflib import Dataset, Graph

import serving
from masagraph import assets
from masagraph.cli import main
from masagraph.oxigraph import Disk
from serving import Reply, Served

MARK = "a mark that no answer may hold"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
VERSIONS = "https://w3id.org/masagraph/id/version/"
Call = tuple[str, str, str | None, dict[str, str]]
"""A request: method, address, body, headers."""
FIRST = "barking-and-dagenham-2019"
MEDIA_TYPES = {"ttl": "text/turtle", "trig": "application/trig", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}


class Trap(ThreadingHTTPServer):
    """Counts whoever connects, and answers each with a triple."""

    def __init__(self) -> None:
        """Listen."""

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/turtle")
                self.end_headers()
                self.wfile.write(f'<urn:trap> <urn:says> "{MARK}" .'.encode())

            do_GET = do_POST = do_HEAD = answer  # noqa: N815 - the library calls them so

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = 0

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002 - the library calls it so
        """Count a connection."""
        self.calls += 1
        return True

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/data"


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """Run the listener."""
    with Trap() as made:
        thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that nobody may read by way of the service."""
    file = tmp_path_factory.mktemp("disk") / "secret.ttl"
    file.write_text(f'<urn:trap> <urn:says> "{MARK}" .')
    return file


@pytest.fixture(scope="module")
def service(shipped_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a service with everything switched on."""
    data = tmp_path_factory.mktemp("trapped")
    serving.copy_store(shipped_data, data)
    with serving.serving(data, "--admin", "--workers", "1", "--query-seconds", "30") as made:
        yield made


@pytest.fixture(scope="module")
def admin(service: Served) -> str:
    """Return the secret of a token that may do everything."""
    return service.token("admin")


def generation(service: Served) -> int:
    return service.ask("GET", "/sparql").generation


# What is fetched where nobody takes care: the listener works, and each of these ways leads to it


def sparql_service(trap: Trap, disk: Disk) -> None:
    list(disk.query(f"SELECT * {{ SERVICE SILENT <{trap.address}> {{ ?s ?p ?o }} }}").rows)  # type: ignore[union-attr]  # a SELECT


def sparql_load(trap: Trap, disk: Disk) -> None:
    disk.update(f"LOAD SILENT <{trap.address}>")


def sparql_from(trap: Trap, _disk: Disk) -> None:
    list(Dataset().query(f"SELECT * FROM <{trap.address}> {{ ?s ?p ?o }}"))


def json_ld_context(trap: Trap, _disk: Disk) -> None:
    Graph().parse(data=json.dumps({"@context": trap.address, "@id": "urn:a"}), format="json-ld")


def owl_imports(trap: Trap, _disk: Disk) -> None:
    shapes = Graph().parse(data=f"<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; {IMPORTS} <{trap.address}> .")
    pyshacl.validate(Graph(), shacl_graph=shapes, do_owl_imports=True)


def xml_entity(trap: Trap, _disk: Disk) -> None:
    parser = xml.sax.make_parser()  # noqa: S317 - the danger is what is shown here
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.setContentHandler(xml.sax.handler.ContentHandler())
    parser.parse(io.StringIO(f'<!DOCTYPE a [<!ENTITY e SYSTEM "{trap.address}">]><a>&e;</a>'))


IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"


@pytest.mark.filterwarnings("ignore")  # those of libraries on what they fetched
@pytest.mark.parametrize("bypass", [sparql_service, sparql_load, sparql_from, json_ld_context, owl_imports, xml_entity])
def test_the_listener_is_called_where_nobody_takes_care(trap: Trap, tmp_path: Path, bypass: Callable[[Trap, Disk], None]) -> None:
    before = trap.calls
    disk = Disk(tmp_path / "disk")
    with suppress(Exception):  # It may not like what it fetched.
        bypass(trap, disk)
    disk.close()
    assert trap.calls > before


# What is asked


def queries(where: str) -> list[str]:
    return [
        f"SELECT * {{ SERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE SILENT <{where}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?x {{ <{where}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        f"PREFIX t: <{where}> ASK {{ OPTIONAL {{ {{ SELECT * {{ SeRvIcE t: {{ ?s ?p ?o }} }} }} }} }}",
        f"SELECT * {{ \\u0053ERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{where}> {{ ?s ?p ?o }} }} }}",
        f"SELECT * FROM <{where}> {{ ?s ?p ?o }} LIMIT 5",
        f"SELECT * FROM NAMED <{where}> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 5",
        f"SELECT * FROM NAMED <{where}> {{ GRAPH <{where}> {{ ?s ?p ?o }} }} LIMIT 5",
        f"BASE <{where}> SELECT * FROM <> {{ ?s ?p ?o }} LIMIT 5",
        f"DESCRIBE <{where}> FROM <{where}>",
    ]


def updates(where: str) -> list[str]:
    return [
        f"LOAD <{where}>",
        f"LOAD SILENT <{where}> INTO GRAPH <urn:g>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"INSERT {{ ?s ?p ?o }} USING <{where}> WHERE {{ ?s ?p ?o }}",
        f"INSERT {{ ?s ?p ?o }} USING NAMED <{where}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"COPY SILENT <{where}> TO <urn:g>",
    ]


def documents(where: str) -> list[tuple[str, str]]:
    """Return documents by extension that ask for something to be fetched."""
    turtle = (assets.folder("data") / "arrangements" / f"{FIRST}.ttl").read_text(encoding="utf-8")
    imports = f"<{VERSIONS}{FIRST}> {IMPORTS} <{where}> .\n<{where}> a <http://www.w3.org/2002/07/owl#Ontology> .\n"
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    thing = f'<rdf:Description rdf:about="{VERSIONS}x"><rdf:value>&e;</rdf:value></rdf:Description></rdf:RDF>'
    plain = {"@id": f"{VERSIONS}x", "urn:says": 1}
    contexts: list[object] = [
        where,
        [where],
        {"@import": where},
        {"@version": 1.1, "@import": where},
        {"says": {"@id": "urn:says", "@context": where}},
        {"Thing": {"@id": "urn:Thing", "@context": {"@import": where}}},
    ]
    return [
        *(("jsonld", json.dumps({"@context": context, "@type": "Thing", "says": {"x": 1}, **plain})) for context in contexts),
        ("jsonld", json.dumps([plain, {"@graph": [{"@context": where, **plain}]}])),
        ("rdf", f'<!DOCTYPE r [<!ENTITY e SYSTEM "{where}">]>{rdf}{thing}'),
        ("rdf", f'<?xml version="1.0"?><!DOCTYPE r SYSTEM "{where}">{rdf}{thing}'),
        ("rdf", f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{where}"> %p;]>{rdf}{thing}'),
        ("rdf", f'<?xml-stylesheet href="{where}"?>{rdf.replace("&e;", "")}</rdf:RDF>'),
        ("rdf", f'{rdf}<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{where}"/></rdf:RDF>'),
        ("ttl", turtle + imports),
        ("ttl", f"@base <{where}> .\n{turtle}<> {IMPORTS} <> ."),
        ("trig", f"GRAPH <{where}> {{ <{where}> {IMPORTS} <{where}> }}"),
    ]


def calls(where: str) -> Iterator[Call]:
    """Yield requests that name a place to fetch something from."""
    graphs = [urlencode({name: where}) for name in ("default-graph-uri", "named-graph-uri")]
    plain = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 5"
    for path in ("/sparql", "/admin/sparql"):
        for query in queries(where):
            yield "GET", f"{path}?{urlencode({'query': query})}", None, {}
            yield "POST", path, urlencode({"query": query}), {"Content-Type": FORM}
            yield "POST", path, query, {"Content-Type": QUERY}
        for graph in graphs:
            yield "GET", f"{path}?{urlencode({'query': plain})}&{graph}", None, {}
            yield "POST", path, f"{urlencode({'query': plain})}&{graph}", {"Content-Type": FORM}
            yield "POST", f"{path}?{graph}", plain, {"Content-Type": QUERY}
        for update in updates(where):
            yield "GET", f"{path}?{urlencode({'update': update})}", None, {}
            yield "POST", path, urlencode({"update": update}), {"Content-Type": FORM}
            yield "POST", path, update, {"Content-Type": UPDATE}
        for name in ("using-graph-uri", "using-named-graph-uri"):
            update = "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o } "
            yield "POST", f"{path}?{urlencode({name: where})}", update, {"Content-Type": UPDATE}
            yield "POST", path, urlencode({"update": update, name: where}), {"Content-Type": FORM}
    yield from calls_with_documents(where)
    yield from calls_by_name(where)


def calls_with_documents(where: str) -> Iterator[Call]:
    for extension, document in documents(where):
        headers = {"Content-Type": MEDIA_TYPES[extension]}
        version = urlencode({"graph": f"{VERSIONS}{FIRST}"})
        for method, path in (
            ("POST", "/api/check"),
            ("POST", "/api/check?profile=wood&format=turtle"),
            ("PUT", f"/graphs/{FIRST}"),
            ("POST", f"/graphs/{FIRST}"),
            ("PUT", f"/graphs?{version}"),
            ("POST", "/graphs"),
            ("PUT", "/admin/graphs?graph=urn:g"),
            ("POST", "/admin/graphs?graph=urn:g"),
            ("PUT", "/admin/graphs?default"),
        ):
            if path == "/admin/graphs?default" and extension == "ttl":
                continue  # It would put it in the place of what the other requests are asked of.
            yield method, path, document, headers
        mixed = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="a.{extension}"\r\nContent-Type: '
            f"{MEDIA_TYPES[extension]}\r\n\r\n{document}\r\n--b--\r\n"
        )
        for path in ("/api/check", "/graphs", f"/graphs/{FIRST}"):
            yield "POST", path, mixed, {"Content-Type": "multipart/form-data; boundary=b"}


def calls_by_name(where: str) -> Iterator[Call]:
    named = quote(where, safe="")
    for path in (
        f"/graphs?graph={named}",
        f"/admin/graphs?graph={named}",
        f"/graphs/{named}",
        f"/{where}",
        f"/api/register?area={named}",
        f"/api/footprint?place={named}",
        f"/api/chain?area={named}",
        f"/api/questions/partners/lead-partners?area={named}",
        f"/api/arrangements/{named}/report",
        f"/api/check?profile=register&generation={named}",
    ):
        yield "GET", path, None, {}
    for path in (f"/graphs?graph={named}", f"/admin/graphs?graph={named}"):
        yield "DELETE", path, None, {}
        yield "PUT", path, "<urn:a> <urn:b> <urn:c> .", {"Content-Type": "text/turtle"}


def is_harmless(reply: Reply) -> bool:
    return MARK.encode() not in reply.body and (reply.status < 500 or reply.status == 504)


@pytest.mark.long
def test_nothing_is_fetched_by_the_service(trap: Trap, on_disk: Path, service: Served, admin: str) -> None:
    before, sent, statuses = trap.calls, 0, set[int]()
    for where in (trap.address, trap.address.removeprefix("http:"), on_disk.as_uri(), f"file:{on_disk}"):
        for method, path, body, headers in calls(where):
            for accept in ("*/*", "application/n-triples") if path.startswith(("/sparql", "/admin/sparql")) else ("*/*",):
                reply = service.ask(method, path, body, {**headers, "Accept": accept}, admin)
                assert is_harmless(reply), (method, path, body, reply)
                statuses.add(reply.status)
                sent += 1
    assert trap.calls == before
    # They were understood: some were answered, some refused.
    assert {200, 400, 404} <= statuses
    print(f"{sent} requests, 0 calls; statuses {sorted(statuses)}")  # noqa: T201 - the figure


def test_nothing_is_fetched_by_queries_documents_and_data_sets(trap: Trap, on_disk: Path, served: Served) -> None:
    """The same on what is open to all, one request of each kind: quick enough for every run."""
    before = trap.calls
    for where in (trap.address, on_disk.as_uri()):
        for query in queries(where):
            reply = served.ask("POST", "/sparql", query, {"Content-Type": QUERY})
            assert is_harmless(reply), (query, reply)
            assert reply.status == (200 if "FROM" in query else 400), (query, reply)
            if "FROM" in query and reply.media_type == "application/sparql-results+json":
                assert json.loads(reply.body)["results"]["bindings"] == [], query
        for extension, document in documents(where):
            reply = served.ask("POST", "/api/check", document, {"Content-Type": MEDIA_TYPES[extension]})
            assert is_harmless(reply), (document, reply)
            assert reply.status in (200, 400)
    assert trap.calls == before


def test_nothing_is_fetched_by_the_command(
    trap: Trap, on_disk: Path, shipped_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, codes = trap.calls, set[int]()
    data = shutil.copytree(shipped_data, tmp_path / "data")
    for where in (trap.address, on_disk.as_uri()):
        for number, (extension, document) in enumerate(documents(where)):
            file = tmp_path / f"{number}.{extension}"
            file.write_text(document, encoding="utf-8")
            codes.add(main(["check", str(file)]))
            codes.add(main(["store", "load", str(file), "--data", str(data)]))
            told = capsys.readouterr()
            assert MARK not in told.out + told.err
        for words in (
            ["check", where],
            ["store", "load", where, "--data", str(data)],
            ["footprint", where],
            ["register", "--area", where],
        ):
            codes.add(main(words))
            told = capsys.readouterr()
            assert MARK not in told.out + told.err
    assert trap.calls == before
    assert codes <= {0, 1, 2}


# Updates at /sparql

VERBS = {
    "INSERT": ["INSERT DATA { <urn:a> <urn:b> <urn:c> }", "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"],
    "DELETE": ["DELETE DATA { <urn:a> <urn:b> <urn:c> }", "DELETE WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"],
    "LOAD": ["LOAD <urn:g>", "LOAD SILENT <file:///etc/hostname> INTO GRAPH <urn:g>"],
    "CLEAR": ["CLEAR ALL", "CLEAR SILENT DEFAULT", "CLEAR GRAPH <urn:g>"],
    "CREATE": ["CREATE GRAPH <urn:g>", "CREATE SILENT GRAPH <urn:g>"],
    "DROP": ["DROP ALL", "DROP NAMED", "DROP SILENT GRAPH <urn:g>"],
    "COPY": ["COPY DEFAULT TO <urn:g>"],
    "MOVE": ["MOVE DEFAULT TO <urn:g>"],
    "ADD": ["ADD DEFAULT TO <urn:g>"],
    "WITH": ["WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_update_passes_as_a_query(served: Served, verb: str) -> None:
    before = generation(served)
    for text in VERBS[verb]:
        for update in (text, text.lower().replace("data", "DATA"), f"# a comment\nPREFIX urn: <urn:>\n{text}", f"{text} ;"):
            ways = [
                ("GET", f"/sparql?{urlencode({'query': update})}", None, {}),
                ("POST", "/sparql", urlencode({"query": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", update, {"Content-Type": QUERY}),
            ]
            for method, path, body, headers in ways:
                reply = served.ask(method, path, body, headers)
                assert reply.status == 400, (method, path, body, reply)
                assert verb in json.loads(reply.body)["detail"], reply
            ways = [
                ("GET", f"/sparql?{urlencode({'update': update})}", None, {}),
                ("POST", "/sparql", urlencode({"update": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", urlencode({"query": "ASK {}", "update": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", update, {"Content-Type": UPDATE}),
            ]
            for method, path, body, headers in ways:
                reply = served.ask(method, path, body, headers)
                assert reply.status == 400, (method, path, body, reply)
                assert "update" in json.loads(reply.body)["detail"], reply
    assert generation(served) == before


def test_two_queries_in_one_are_refused_and_an_update_behind_a_query_too(served: Served) -> None:
    before = generation(served)
    for text in (
        "ASK {} ; INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "ASK {} INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "ASK {} ASK {}",
    ):
        assert served.ask("POST", "/sparql", text, {"Content-Type": QUERY}).status == 400
    assert generation(served) == before


def test_the_data_version_does_go_up_where_an_update_is_run(service: Served, admin: str) -> None:
    """The numbers above would show it if an update had passed."""
    before = generation(service)
    assert service.ask("POST", "/admin/sparql", VERBS["INSERT"][0], {"Content-Type": UPDATE}, admin).status == 204
    assert generation(service) == before + 1
