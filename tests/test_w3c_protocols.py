"""The W3C's suites for SPARQL services, put to a running service. Their folder is named by MASAGRAPH_W3C_SUITES."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rdflib import Graph, URIRef

import conformance
import descriptions
import protocols
import suites
from conformance import ADMIN, ADMIN_GRAPHS, PUBLIC, Outcome
from protocols import Runner

COUNTS = {
    ("protocol", ADMIN): 34,
    ("protocol", PUBLIC): 27,
    ("graph-store-protocol", ADMIN_GRAPHS): 14,
    ("json-res", PUBLIC): 4,
    ("csv-tsv-res", PUBLIC): 6,
    ("service-description", PUBLIC): 3,
}
"""How many tests there are, counted in the manifests by hand: 7 of the 34 are updates, which are not put to /sparql."""
REFUSED = {
    "bad_update_get", "bad_multiple_updates", "bad_update_wrong_media_type", "bad_update_missing_form_type",
    "bad_update_non_utf8", "bad_update_syntax", "bad_update_dataset_conflict",
}  # fmt: skip
CAPABILITIES = {"DirectGraphIdentification", "IndirectGraphIdentification", "POSTGraphCreation"}


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Run all suites."""
    suites.folder()
    with conformance.service() as (served, token):
        return conformance.outcomes(served.address, token)


def test_every_test_passes_but_the_exceptions(outcomes: list[Outcome]) -> None:
    """Each exception is named with its reason, and still is one."""
    assert {one.test: one.fault for one in outcomes if one.fault and one.test not in conformance.EXCEPTIONS} == {}
    assert {one.test for one in outcomes if one.fault} == set(conformance.EXCEPTIONS)


def test_as_many_tests_run_as_there_are(outcomes: list[Outcome]) -> None:
    """None is missed, and none put to one address twice."""
    assert Counter((one.suite, one.path) for one in outcomes) == COUNTS
    assert len({(one.test, one.path) for one in outcomes}) == sum(COUNTS.values())


def test_bad_updates_are_refused_at_the_public_address(outcomes: list[Outcome]) -> None:
    """The seven are among the tests that pass there."""
    passed = {one.name for one in outcomes if one.path == PUBLIC and one.fault is None}
    assert passed >= REFUSED


def test_updates_are_refused_at_the_public_address() -> None:
    """The seven good updates are no better there than the bad."""
    with conformance.service() as (served, token):
        public = Runner(served.address, token, {protocols.PROTOCOL: PUBLIC})
        updates = [e for e in suites.entries(protocols.manifest("protocol")) if e.name.startswith("update_")]
        assert {e.name: public.run(e) for e in updates} == {e.name: "request 1: the status is 400" for e in updates}
        assert len(updates) == 7


def test_no_capability_is_opted_out() -> None:
    """The suite lets a store leave some out, and names them; every test that needs one is run."""
    stored = suites.entries(protocols.manifest("graph-store-protocol"))
    assert frozenset[str]().union(*(entry.requires for entry in stored)) == CAPABILITIES


def test_what_is_published_is_what_the_run_found(outcomes: list[Outcome], root: Path) -> None:
    """docs/earl.ttl is written by `make earl`."""
    written = (root / "docs" / "earl.ttl").read_text(encoding="utf-8")
    assert written == conformance.earl(outcomes)
    found = Graph().parse(data=written, format="turtle")
    earl = "http://www.w3.org/ns/earl#"
    told = Counter(str(outcome).removeprefix(earl) for outcome in found.objects(None, URIRef(f"{earl}outcome")))
    assert told == {"passed": sum(COUNTS.values()) - len(conformance.EXCEPTIONS), "failed": len(conformance.EXCEPTIONS)}


def test_the_counts_are_told(outcomes: list[Outcome], root: Path) -> None:
    """docs/conformance.md has one row for each suite and address, with how many pass of how many, and names each exception."""
    text = (root / "docs" / "conformance.md").read_text(encoding="utf-8")
    rows = [tuple(cell.strip(" `") for cell in line.split("|")[1:-1]) for line in text.splitlines() if line.startswith("| `")]
    passed = Counter((one.suite, one.path) for one in outcomes if one.fault is None)
    assert {(row[0], row[1]): row[-1] for row in rows} == {key: f"{passed[key]} of {count}" for key, count in COUNTS.items()}
    for exception in conformance.EXCEPTIONS:
        assert f"`{exception.rsplit('#', 1)[-1]}`" in text


# The runner itself: it fails what is to fail.


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    """Run a server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names are the server's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def passed() -> Callable[[str], set[str]]:
    """Return which tests of the protocol suites a server passes."""

    def of(address: str) -> set[str]:
        runner = Runner(address, "none")
        tests = [e for suite in ("protocol", "graph-store-protocol") for e in suites.entries(protocols.manifest(suite))]
        return {e.name for e in tests if runner.run(e) is None}

    return of


def test_a_server_that_says_yes_to_all_fails(passed: Callable[[str], set[str]]) -> None:
    """It passes only what expects nothing but that a request is taken."""
    with answering(200, {}, b"") as address:
        assert passed(address) == {"update_post_form", "update_post_direct"}


def test_a_server_that_always_answers_true_fails(passed: Callable[[str], set[str]]) -> None:
    """It passes what expects a truth value, no matter of what: no graph, no table, and nothing refused."""
    told = b'{"head": {}, "boolean": true}'
    with answering(200, {"Content-Type": "application/sparql-results+json"}, told) as address:
        found = passed(address)
    assert found == {name for name in found if name.startswith(("query_", "update_"))}
    assert found.isdisjoint({"query_content_type_select", "query_content_type_describe", "query_content_type_construct"})
    with answering(200, {"Content-Type": "application/sparql-results+json"}, told.replace(b"true", b"false")) as address:
        assert passed(address) == {"query_content_type_ask", "update_post_form", "update_post_direct"}


def test_a_server_that_refuses_all_fails() -> None:
    """Not even the bad requests count where the store cannot be made ready."""
    with answering(400, {}, b"") as address:
        entry = next(e for e in suites.entries(protocols.manifest("protocol")) if e.name == "bad_query_syntax")
        assert Runner(address, "none").run(entry) == "the data of the test cannot be put in: 400"


def test_an_unknown_type_of_test_is_an_error() -> None:
    """A test that nobody knows how to run is not passed over."""
    entry = suites.entries(protocols.manifest("protocol"))[0]
    with pytest.raises(ValueError, match="no test is known of type"):
        Runner("http://127.0.0.1:1", "none").run(replace(entry, kind="http://example.org/NewTest"))
    with pytest.raises(ValueError, match="no test is known by that name"), conformance.service() as (served, _):
        conformance.described(served.address, "http://example.org/new-test")


def test_an_unknown_status_is_an_error() -> None:
    """A status that nobody knows is not taken for any."""
    entry = suites.entries(protocols.manifest("protocol"))[0]
    text = entry.graph.serialize(format="turtle").replace("hts:StatusCode2xx", "hts:Teapot")
    changed = Graph().parse(data=text, format="turtle")
    with pytest.raises(ValueError, match="no status is known as"):
        suites.requests(replace(entry, graph=changed))


ROWS = """{"head": {"vars": ["s", "n", "l"]}, "results": {"bindings": [{
  "s": {"type": "uri", "value": "http://example.org/s2"},
  "n": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
  "l": {"type": "literal", "value": "one", "xml:lang": "en"}}]}}"""


@pytest.mark.parametrize(
    ("results", "old", "new"),
    [
        ('{"head": {}, "boolean": true}', "true", "false"),
        (ROWS, "/s2", "/s3"),
        (ROWS, "#integer", "#int"),
        (ROWS, '"en"', '"fr"'),
        (ROWS, '"uri"', '"bnode"'),
        (ROWS, '["s", "n", "l"]', '["s", "n"]'),
        (ROWS, "}]}}", "}, {}]}}"),
    ],
)
def test_results_that_differ_are_seen(results: str, old: str, new: str) -> None:
    """What results say is compared, not how they are written."""
    assert old in results
    media_type = "application/sparql-results+json"
    said = protocols.said(results.encode(), media_type)
    assert said == protocols.said(results.replace(", ", ",\n  ").encode(), media_type)
    assert said != protocols.said(results.replace(old, new).encode(), media_type)


# The judge of descriptions, likewise.

SOUND = """
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
<#it> a sd:Service ; sd:endpoint <http://127.0.0.1/sparql> ; sd:supportedLanguage sd:SPARQL11Query ;
  sd:resultFormat <http://www.w3.org/ns/formats/Turtle> ; sd:feature sd:EmptyGraphs ;
  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ;
    sd:namedGraph [ a sd:NamedGraph ; sd:name <http://example.org/g> ; sd:graph [ a sd:Graph ] ] ] .
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a sd:Service ;", ""),
        ("a sd:Service ;", "a sd:Servise ;"),
        ("sd:endpoint", "sd:url"),
        ("sd:endpoint <http://127.0.0.1/sparql>", 'sd:endpoint "http://127.0.0.1/sparql"'),
        ("sd:endpoint <http://127.0.0.1/sparql> ;", ""),
        ("sd:SPARQL11Query", "sd:SPARQL12Query"),
        ("sd:EmptyGraphs", "sd:FullGraphs"),
        ("sd:resultFormat <http://www.w3.org/ns/formats/Turtle>", 'sd:resultFormat "text/turtle"'),
        ("a sd:Dataset ;", ""),
        ("sd:defaultGraph [ a sd:Graph ]", "sd:defaultGraph [ ]"),
        ("a sd:NamedGraph ;", "a sd:Graph ;"),
        ("sd:name <http://example.org/g> ;", ""),
        ("sd:name <http://example.org/g> ;", 'sd:name "g" ;'),
        ("sd:defaultDataset [", "sd:availableGraphs [ a sd:Graph ] ; sd:defaultDataset ["),
    ],
)
def test_a_fault_in_a_description_is_seen(old: str, new: str) -> None:
    """The sound one has none, and each that differs has one."""
    assert old in SOUND
    base = "http://127.0.0.1/"
    assert descriptions.faults(Graph().parse(data=SOUND, format="turtle", publicID=base)) == []
    assert descriptions.faults(Graph().parse(data=SOUND.replace(old, new, 1), format="turtle", publicID=base)) != []


def test_a_description_of_another_endpoint_is_seen() -> None:
    """The endpoint has to be the one that was asked."""
    graph = Graph().parse(data=SOUND, format="turtle", publicID="http://127.0.0.1/")
    assert descriptions.has_endpoint(graph, "http://127.0.0.1/sparql")
    assert not descriptions.has_endpoint(graph, "http://127.0.0.1/other")
