"""What the service promises to programs, held by the running service: who may read, how much, what is logged, what is new."""

import base64
import hashlib
import json
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from flask import Flask
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDFS, VOID

import serving
from masagraph import oxigraph
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from masagraph.vocab import BASE, MASA, RDF, SKOS
from masagraph.web.around import logs
from masagraph.web.http import answering
from serving import Reply, Served

ORIGIN = "https://a.example"
TURTLE = {"Content-Type": "text/turtle"}
ROWS = {"json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
        "tsv": "text/tab-separated-values"}  # fmt: skip
GRAPHS = {
    "turtle": "text/turtle", "trig": "application/trig", "ntriples": "application/n-triples", "nquads": "application/n-quads",
    "jsonld": "application/ld+json", "rdfxml": "application/rdf+xml",
}  # fmt: skip
NEW = """@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/masagraph/id/arrangement/invented> a masa:Arrangement ; skos:prefLabel "Invented"@en ;
    masa:hasVersion <https://w3id.org/masagraph/id/version/invented-2024> .
<https://w3id.org/masagraph/id/version/invented-2024> a masa:ArrangementVersion ; skos:prefLabel "Invented, 2024"@en ;
    masa:coversArea <http://statistics.data.gov.uk/id/statistical-geography/E06000001> .
"""
NEW_AT = "/graphs/invented-2024"


# Who may read answers (CORS, as the Fetch standard has it).


@pytest.fixture(scope="module", params=["*", ORIGIN, ""])
def for_pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """Return whose pages may read answers, and a service that is set so."""
    data = tmp_path_factory.mktemp("cors")
    serving.load_nothing(data)
    with serving.serving(data, "--workers", "1", "--cors", request.param) as service:
        yield request.param, service


def listed(reply: Reply, header: str) -> set[str]:
    """Return what a header lists, in lower case."""
    return {each.strip().lower() for each in reply.headers.get(header, "").split(",")} - {""}


def in_cors(reply: Reply) -> list[str]:
    """Return the headers of an answer that open it to pages of others."""
    return [name for name in reply.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/api/rules", "/api/questions/no/such"])
def test_pages_of_an_origin_may_read_answers(for_pages: tuple[str, Served], path: str) -> None:
    """Failures too, or a page could not tell what went wrong. No cookies are taken, so that none need be allowed."""
    origin, service = for_pages
    reply = service.ask("GET", path, headers={"Origin": ORIGIN})
    assert reply.status == (404 if "/no/" in path else 200)
    if not origin:
        assert in_cors(reply) == []
        return
    assert reply.headers.get_all("Access-Control-Allow-Origin") == [origin]
    assert "Access-Control-Allow-Credentials" not in reply.headers
    told = {
        "etag",
        "link",
        "masagraph-generation",
        "masagraph-truncated",
        "ratelimit",
        "repr-digest",
        "retry-after",
        "x-request-id",
    }
    assert told <= listed(reply, "Access-Control-Expose-Headers")
    # Else a cache might hand the answer for one page to another (Fetch, 3.2.6).
    assert ("origin" in listed(reply, "Vary")) == (origin != "*")


@pytest.mark.parametrize(("path", "method"), [("/sparql", "POST"), ("/sparql", "GET"), ("/api/check", "POST"), (NEW_AT, "PUT")])
def test_a_browser_may_ask_before_it_sends(for_pages: tuple[str, Served], path: str, method: str) -> None:
    """It does so for a media type or a header that a form cannot send, without any token."""
    origin, service = for_pages
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    reply = service.ask("OPTIONS", path, headers=asked)
    assert reply.status in (200, 204)
    assert method.lower() in listed(reply, "Allow")
    if not origin:
        assert in_cors(reply) == []
        return
    assert reply.headers.get_all("Access-Control-Allow-Origin") == [origin]
    assert method.lower() in listed(reply, "Access-Control-Allow-Methods")
    wanted = {"accept", "authorization", "content-type", "if-match", "if-modified-since", "if-none-match", "x-request-id"}
    assert wanted <= listed(reply, "Access-Control-Allow-Headers")
    assert int(reply.headers["Access-Control-Max-Age"]) > 0


def test_only_a_question_of_a_browser_is_answered_as_one(for_pages: tuple[str, Served]) -> None:
    reply = for_pages[1].ask("OPTIONS", "/sparql", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Methods" not in reply.headers


# How much of an answer is told.


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a service that tells five rows or triples, and holds seven things in a graph."""
    data = tmp_path_factory.mktemp("five")
    writer = Embedded(data / "store").writer()
    things = [URIRef(f"https://example.org/thing/{n}") for n in range(7)]
    writer.apply(Change(added=tuple((thing, RDF.type, SKOS.Concept, URIRef("https://example.org/g")) for thing in things)))
    writer.close()
    with serving.serving(data, "--workers", "1", "--query-rows", "5") as service:
        yield service


def asked(served: Served, query: str, form: str) -> Reply:
    """Return the answer to a query in a form."""
    reply = served.ask("GET", f"/sparql?format={form}&query={quote(query)}")
    assert reply.status == 200, reply.text
    return reply


def rows_in(reply: Reply, form: str) -> int:
    """Count rows, each of which holds one thing, with no reader of ours."""
    if form == "json":
        return len(json.loads(reply.body)["results"]["bindings"])
    return reply.text.count("https://example.org/thing/")


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize(("limit", "told", "is_cut"), [(7, 5, True), (6, 5, True), (5, 5, False), (4, 4, False)])
def test_rows_beyond_the_limit_are_left_out_and_it_is_said(five: Served, form: str, limit: int, told: int, is_cut: bool) -> None:
    reply = asked(five, f"SELECT ?s WHERE {{ GRAPH ?g {{ ?s a ?o }} }} ORDER BY ?s LIMIT {limit}", form)
    assert reply.media_type == ROWS[form]
    assert rows_in(reply, form) == told
    assert reply.headers.get("Masagraph-Truncated") == ("5" if is_cut else None)
    link = f"{BASE}problem#truncated"
    if form == "json":  # SPARQL 1.1 Query Results JSON Format, 3.1.2, and XML Format, 2.3.1
        assert json.loads(reply.body)["head"].get("link", []) == ([link] if is_cut else [])
    elif form == "xml":
        assert reply.text.partition("</head>")[0].count(f'<link href="{link}"/>') == is_cut
    else:
        assert "truncated" not in reply.text, "these forms have no place for it"


@pytest.mark.parametrize("form", GRAPHS)
@pytest.mark.parametrize(("limit", "told", "is_cut"), [(7, 5, True), (6, 5, True), (5, 5, False)])
def test_triples_beyond_the_limit_are_left_out_and_it_is_said(
    five: Served, form: str, limit: int, told: int, is_cut: bool
) -> None:
    reply = asked(five, f"CONSTRUCT {{ ?s a ?o }} WHERE {{ GRAPH ?g {{ ?s a ?o }} }} LIMIT {limit}", form)
    assert reply.media_type == GRAPHS[form]
    assert len(by_rdflib(reply)) == told
    assert reply.headers.get("Masagraph-Truncated") == ("5" if is_cut else None)
    has_comment = form not in ("jsonld", "rdfxml")
    said = [line for line in reply.text.splitlines() if "truncated" in line]
    assert len(said) == (is_cut and has_comment)
    assert all(line.startswith("#") and "5" in line for line in said)


def by_rdflib(reply: Reply) -> Graph:
    """Return the triples of an answer, as rdflib reads them."""
    syntaxes = {**{media_type: form for form, media_type in GRAPHS.items()}, "application/ld+json": "json-ld"}
    syntax = {"rdfxml": "xml", "ntriples": "nt"}.get(syntaxes[reply.media_type], syntaxes[reply.media_type])
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's readers call what rdflib has deprecated
        if syntax not in ("trig", "nquads"):
            return graph.parse(data=reply.body, format=syntax)
        dataset = Dataset()
        dataset.parse(data=reply.body, format=syntax)
        for s, p, o, _name in dataset.quads():
            graph.add((s, p, o))
    return graph


def test_what_a_query_makes_is_told_in_trig(served: Served, root: Path) -> None:
    """And the same in all forms, all of it in the default graph: a CONSTRUCT makes no others."""
    files = oxigraph.read(sorted((root / "data" / "reference").glob("*.ttl")))
    expected = {(s, SKOS.prefLabel, o) for s in files.subjects(RDF.type, MASA.Region) for o in files.objects(s, SKOS.prefLabel)}
    assert len(expected) == 9, "regions of England"
    query = f"CONSTRUCT {{ ?s <{SKOS.prefLabel}> ?o }} WHERE {{ ?s a <{MASA.Region}> ; <{SKOS.prefLabel}> ?o }}"
    trig = served.ask("POST", "/sparql", query, {"Content-Type": "application/sparql-query", "Accept": "application/trig"})
    assert (trig.status, trig.media_type) == (200, "application/trig")
    assert {name for *_, name in oxigraph.parse(trig.body, "trig")} == {None}
    assert set(by_rdflib(trig)) == expected
    for form, media_type in GRAPHS.items():
        reply = asked(served, query, form)
        assert (reply.media_type, set(by_rdflib(reply))) == (media_type, expected), form


# What stands round every request.


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    """Return a service that takes three requests a minute, and its log."""
    serving.load_nothing(tmp_path)
    log = tmp_path / "told.jsonl"
    with serving.serving(tmp_path, "--workers", "1", "--rate-per-minute", "3", "--log", str(log)) as service:
        yield service, log


def lines(log: Path, count: int) -> list[dict[str, object]]:
    """Return so many lines of a log; each is written when its answer has gone, which a client may be ahead of."""
    until = time.monotonic() + 10
    while time.monotonic() < until and log.read_text(encoding="utf-8").count("\n") < count:
        time.sleep(0.02)
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_the_fourth_request_of_a_minute_is_refused(strict: tuple[Served, Path]) -> None:
    """As the settings say, with how long to wait (RFC 6585, 4) and what is left (draft-ietf-httpapi-ratelimit-headers)."""
    service, log = strict
    replies = [service.ask("GET", "/sparql?query=ASK%7B%7D") for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert [reply.headers["RateLimit"].split(";")[1] for reply in replies] == ["r=2", "r=1", "r=0", "r=0"]
    assert {reply.headers["RateLimit-Policy"] for reply in replies} == {'"requests";q=3;w=60'}
    assert 0 < int(replies[3].headers["Retry-After"]) <= 20, "one of three comes back after a third of a minute"
    assert json.loads(replies[3].body)["code"] == "too-many-requests"
    assert service.ask("GET", "/health").status == 200, "whoever watches the process is not counted"
    assert service.ask("GET", "/api/rules").status == 429, "one allowance for all addresses"
    token = service.token("publisher", "islington")
    assert service.ask("GET", "/api/rules", token=token).status == 200, "a token has its own"
    written = sorted(str(line["status"]) for line in lines(log, 7))
    assert written == 5 * ["200"] + 2 * ["429"], "in whatever order"


def test_a_request_is_found_in_the_log_by_its_id_and_nothing_that_it_sent(strict: tuple[Served, Path]) -> None:
    service, log = strict
    secret = service.token("publisher", "islington")
    own = {"X-Request-Id": "mine-1"}
    first = service.ask("GET", "/sparql?query=ASK%7B%7D&marked=in-the-query-string", headers=own, token=secret)
    assert (first.status, first.headers.get_all("X-Request-Id")) == (200, ["mine-1"])
    body = "<https://example.org/marked-in-the-body> a <https://example.org/b> ."
    second = service.ask("PUT", f"{NEW_AT}?marked=in-the-query-string", body, TURTLE | {"X-Request-Id": "mine-2"}, secret)
    assert second.status == 400
    assert json.loads(second.body)["request_id"] == second.headers["X-Request-Id"] == "mine-2"
    third = service.ask("POST", "/api/check", body, TURTLE | {"X-Request-Id": "mine 3"}, secret)
    assert third.headers["X-Request-Id"] not in ("mine 3", "", None), "what is no sane id is replaced"
    wrong = service.ask("GET", "/api/rules", token="marked-as-a-wrong-token")  # noqa: S106  # it is none
    assert wrong.status == 401
    told = {line["request_id"]: line for line in lines(log, 4)}  # in whatever order they were written
    assert told.keys() == {"mine-1", "mine-2", third.headers["X-Request-Id"], wrong.headers["X-Request-Id"]}
    assert [(told[one]["method"], told[one]["path"], told[one]["status"]) for one in ("mine-1", "mine-2")] == [
        ("GET", "/sparql", 200),
        ("PUT", NEW_AT, 400),
    ]
    assert told["mine-1"]["token"], "whose it was can be found, by what `masagraph token list` calls it"
    for words in (log.read_text(encoding="utf-8"), (service.data / "stderr.txt").read_text(encoding="utf-8")):
        assert "marked" not in words
        assert secret not in words
        assert "ASK" not in words


# What is new, by its tag; of which moment, by its date.

ADDRESSES = ("/graphs/islington-2019", "/id/council/BEN", "/.well-known/void", "/api/rules", "/sparql?query=ASK%7B%7D", "/")


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_answer_is_dated_by_its_generation_and_not_sent_to_who_has_it(served: Served, path: str) -> None:
    """RFC 9110, 13.1.3: a date is not looked at if there is a tag. Alone it is answered in full, since it tells too little."""
    first = served.ask("GET", path)
    made = Embedded(served.data / "store").since(1).replace(microsecond=0)
    assert (first.status, first.generation) == (200, 1)
    assert parsedate_to_datetime(first.headers["Last-Modified"]) == made
    date, tag = {"If-Modified-Since": first.headers["Last-Modified"]}, {"If-None-Match": first.headers["ETag"]}
    for method in ("GET", "HEAD"):
        same = served.ask(method, path, headers=date | tag)
        assert (same.status, same.body, same.generation, same.headers["ETag"]) == (304, b"", 1, first.headers["ETag"])
        assert served.ask(method, path, headers=date | {"If-None-Match": '"another"'}).status == 200
        assert served.ask(method, path, headers=date).status == 200


def test_an_answer_that_midnight_overtakes_has_the_tag_of_the_day_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun before it may tell of yesterday, and would else be taken for today's the whole day."""
    there = SimpleNamespace(settings=SimpleNamespace(query_rows=1, base=""), since=lambda _: datetime(2026, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(answering, "service", lambda: there)
    monkeypatch.setattr(logs, "asked_at", lambda: datetime(2026, 1, 1, 23, 59, tzinfo=UTC))
    with Flask("midnight").test_request_context("/"):
        assert "2026-01-01" in answering.tag(1)


# One graph as a download.


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        *(("/graphs/islington-2019", media_type) for media_type in GRAPHS.values()),
        (f"/graphs?graph={BASE}id/version/islington-2019", "text/turtle"),
        (f"/graphs?graph={BASE}graph/catalogue", "application/n-triples"),
        ("/graphs?default", "application/n-triples"),
    ],
)
def test_a_graph_comes_with_its_digest(served: Served, path: str, accept: str) -> None:
    """RFC 9530: of what GET would send in that form, also when HEAD asks."""
    get, head = (served.ask(method, path, headers={"Accept": accept}) for method in ("GET", "HEAD"))
    assert (get.status, get.media_type, head.status, head.body) == (200, accept, 200, b"")
    digest = base64.b64encode(hashlib.sha256(get.body).digest()).decode()
    assert get.headers.get_all("Repr-Digest") == head.headers.get_all("Repr-Digest") == [f"sha-256=:{digest}:"]
    again = served.ask("GET", path, headers={"Accept": accept, "If-None-Match": get.headers["ETag"]})
    assert (again.status, "Repr-Digest" in again.headers) == (304, False)


def test_each_dump_of_a_graph_that_is_described_can_be_checked(served: Served) -> None:
    described = Graph().parse(data=served.ask("GET", "/.well-known/void").body, format="turtle")
    dumps = [str(dump) for part in described.objects(None, VOID.subset) for dump in described.objects(part, VOID.dataDump)]
    assert len(dumps) > 40, "one for each arrangement, and those that are the service's own"
    for dump in sorted(dumps)[::20]:
        reply = served.ask("GET", dump.removeprefix(served.address))
        digest = base64.b64encode(hashlib.sha256(reply.body).digest()).decode()
        assert (reply.status, reply.headers["Repr-Digest"]) == (200, f"sha-256=:{digest}:")
    assert any(
        "Repr-Digest" in str(words) for words in described.objects(URIRef(f"{served.address}/.well-known/void"), RDFS.comment)
    )


def test_what_is_not_held_has_no_digest(served: Served) -> None:
    reply = served.ask("GET", "/graphs/none")
    assert (reply.status, "Repr-Digest" in reply.headers) == (404, False)
