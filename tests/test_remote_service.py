# ruff: noqa: S608 - queries here are attacks, put together on purpose
"""The whole service on the servers of others: it answers as it does on its own store, fetches nothing, and outlives them.

Each server is started once, and loaded by the first start of the service; the last test for it kills it. What a server does
otherwise is in one table, with its reason, and is tested to be still so.
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from urllib.parse import quote, urlencode

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD

import servers
import serving
from masagraph import oxigraph
from masagraph.cli import main
from masagraph.store.contract import Change, StoreError
from masagraph.store.embedded import Embedded
from masagraph.store.server import Server
from masagraph.vocab import MASA, SKOS
from serving import Reply, Served
from test_publishing_over_http import TEMPLATE, TURTLE
from trap import MARK, QUERY, UPDATE, Trap, queries, updates

pytestmark = pytest.mark.long
SECONDS = 5
"""What a query may take here."""
DAY = "2024-12-31"
KEY = "elmet-remote"
VERSION = f"https://w3id.org/masagraph/id/version/{KEY}-2020"
CROSS = {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (STR(?c) < STR(?f)) }"}
NOT_FETCHED = "what a query names in FROM is refused, not empty"
SLOW = f"What is held of a thing with parts may take it longer than {SECONDS} s to look up."
EXCEPTIONS = {
    ("virtuoso", "booleans"): "It answers queries with 1 for true.",
    ("virtuoso", "/id/version/barnet-2019"): SLOW,
    ("virtuoso", "/def"): SLOW,
    ("virtuoso", "document"): SLOW,
    ("virtuoso", NOT_FETCHED): "It follows FROM whatever it is told, so it is not asked of what is not held.",
}
"""What the service says otherwise on a server, and why; (server, case)."""


@dataclass(frozen=True)
class Running:
    """A server, the service on it, how long its first start took, and its address as options of a command."""

    name: str
    server: Server
    service: Served
    options: tuple[str, ...]


@pytest.fixture(scope="module", params=servers.START)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start a server without data, and a service on it, as docs/remote-stores.md says."""
    if why := servers.missing(request.param):
        assert os.environ.get("MASAGRAPH_SERVERS_REQUIRED") != "1", why
        pytest.skip(why)
    with (
        pytest.MonkeyPatch.context() as patient,
        servers.LIMITED[request.param](tmp_path_factory.mktemp(request.param)) as server,
    ):
        patient.setattr(serving, "_START_SECONDS", 400)  # A busy machine takes its time for a first load.
        options = ("--store", server.query, "--store-update", server.update, "--store-graphs", str(server.graphs))
        data = tmp_path_factory.mktemp("service")
        with serving.serving(data, *options, "--admin", "--workers", "1", "--query-seconds", str(SECONDS)) as service:
            yield Running(request.param, server, service, options)


@pytest.fixture
def case(request: pytest.FixtureRequest, running: Running) -> Callable[[str], None]:
    """Say that a server is known to do a case otherwise."""

    def known(told: str) -> None:
        if why := EXCEPTIONS.get((running.name, told)):
            # How long it takes depends on the machine; all else has to fail.
            request.applymarker(pytest.mark.xfail(strict=why != SLOW, reason=why, raises=AssertionError))

    return known


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """Run the listener."""
    with Trap.listening() as made:
        yield made


def asked(service: Served, query: str, accept: str = "application/sparql-results+json") -> Reply:
    """Send a query."""
    return service.ask("POST", "/sparql", query, {"Content-Type": QUERY, "Accept": accept})


def is_so(service: Served, query: str) -> bool:
    """Ask whether something is so."""
    reply = asked(service, query)
    assert reply.status == 200, reply.text
    return bool(json.loads(reply.body)["boolean"])


def problem(reply: Reply, status: int) -> str:
    """Return what a failure says."""
    assert reply.status == status, reply.text
    return str(json.loads(reply.body)["detail"])


def told(service: Served, reply: Reply) -> str:
    """Return the body of an answer without what differs between two services: address, data version, and when that was made."""
    assert reply.status == 200, reply.text
    text = reply.text.replace(service.address, "http://here").replace(service.address.removeprefix("http://"), "here")
    text = re.sub(r"<time [^>]*>[^<]*</time>", "<time/>", text)
    return re.sub(r'(generation=|[Gg]eneration(?:</\w+>|")?:?(?: |\s*<\w+>))\d+', r"\1N", text)


def both(running: Running, embedded: Served, path: str, accept: str) -> tuple[str, str]:
    """Ask both services for the same."""
    first, second = (told(each, each.ask("GET", path, headers={"Accept": accept})) for each in (running.service, embedded))
    return first, second


def test_each_exception_is_of_a_server_and_they_are_counted() -> None:
    assert Counter(name for name, _ in EXCEPTIONS) == {"virtuoso": 5}


# The same as on its own store


def test_the_first_start_loads_what_ships_and_is_ready(running: Running, embedded_files: int) -> None:
    assert running.service.ask("GET", "/ready").status == 200
    found = json.loads(running.service.ask("GET", "/api/arrangements").body)
    assert len({version["key"] for version in found["arrangements"]}) == embedded_files


@pytest.fixture(scope="session")
def embedded_files(root: Path) -> int:
    """Return how many versions the files that ship describe."""
    found = [(file, Graph().parse(file)) for file in (root / "data" / "arrangements").glob("*.ttl")]
    return sum(len(set(graph.subjects(None, MASA.ArrangementVersion))) for _, graph in found)


SELECTS = {
    "labels": f"SELECT ?s ?label WHERE {{ ?s a <{MASA.ArrangementVersion}> ; <{SKOS.prefLabel}> ?label }} ORDER BY ?s ?label",
    "sizes": "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } FILTER (CONTAINS(STR(?g), '/id/version/')) } "
    "GROUP BY ?g ORDER BY ?g",
    "whole": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "kinds": "SELECT ?k (COUNT(*) AS ?n) WHERE { ?s a ?k FILTER (!isBlank(?s)) } GROUP BY ?k ORDER BY ?k",
    "optional": f"SELECT ?s ?n WHERE {{ ?s a <{MASA.ArrangementVersion}> OPTIONAL {{ ?s <{MASA.partnershipName}> ?n }} }} "
    "ORDER BY ?s ?n",
    "one graph": "SELECT ?label FROM <https://w3id.org/masagraph/id/version/barnet-2019> "
    f"WHERE {{ ?s <{SKOS.prefLabel}> ?label }} ORDER BY ?label",
    "booleans": "SELECT ?o (COUNT(*) AS ?n) "
    f"WHERE {{ ?s ?p ?o FILTER (datatype(?o) = <{XSD.boolean}>) }} GROUP BY ?o ORDER BY ?o",
}


@pytest.mark.parametrize("name", SELECTS)
def test_a_select_has_the_same_rows(name: str, running: Running, served: Served, case: Callable[[str], None]) -> None:
    case(name)
    found, expected = (json.loads(asked(each, SELECTS[name]).body) for each in (running.service, served))
    assert expected["results"]["bindings"]
    # A plain literal may be told with its datatype or without.
    assert plain(found) == plain(expected)


def plain(answer: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> list[dict[str, tuple[str, ...]]]:
    """Return the rows of an answer."""
    return [
        {
            name: (cell["type"], cell["value"], cell.get("xml:lang", "").lower(), cell.get("datatype", ""))
            for name, cell in row.items()
        }
        for row in answer["results"]["bindings"]
    ]


@pytest.mark.parametrize(
    "query",
    [
        f"CONSTRUCT {{ ?s <{SKOS.prefLabel}> ?o }} WHERE {{ ?s a <{MASA.Arrangement}> ; <{SKOS.prefLabel}> ?o }}",
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <https://w3id.org/masagraph/id/version/barnet-2019> { ?s ?p ?o } }",
        "DESCRIBE <https://w3id.org/masagraph/id/arrangement/barnet>",
    ],
)
def test_a_construct_has_the_same_triples(query: str, running: Running, served: Served) -> None:
    found, expected = (
        Graph().parse(data=asked(each, query, "application/n-triples").body, format="nt") for each in (running.service, served)
    )
    if query.startswith("DESCRIBE"):
        # What a description holds is up to the server; what it says of the thing itself is all there.
        thing = URIRef(query.partition("<")[2].rstrip(">"))
        assert set(expected.triples((thing, None, None))) <= set(found)
        return
    assert len(expected) > 0
    assert isomorphic(found, expected)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", "text/html"),
        ("/sparql", "text/html"),
        (f"/api/questions/partners/leads?date={DAY}&area=Islington", "application/json"),
        (f"/api/questions/partners/leads?date={DAY}&format=csv", "text/csv"),
        (f"/api/questions/gaps/delegation-seniority?date={DAY}", "application/json"),
        (f"/api/register?date={DAY}&area=Islington", "application/json"),
        (f"/api/register?date={DAY}&format=csv", "text/csv"),
        (f"/api/chain?date={DAY}&area=Islington", "application/json"),
        ("/api/arrangements", "application/json"),
        ("/api/arrangements/barking-and-dagenham-2019/report", "application/json"),
        ("/api/arrangements/barnet-2019/report?profile=wood", "application/json"),
        ("/id/version/barnet-2019", "text/html"),
        ("/id/arrangement/barnet", "text/html"),
        ("/def", "text/html"),
        ("/api/rules/WT-TRAINING", "application/json"),
    ],
)
def test_a_page_or_table_is_the_same(
    path: str, accept: str, running: Running, served: Served, case: Callable[[str], None]
) -> None:
    case(path)
    found, expected = both(running, served, path, accept)
    assert found == expected


def test_the_document_of_a_thing_is_the_same(running: Running, served: Served, case: Callable[[str], None]) -> None:
    case("document")
    for path in ("/id/version/barnet-2019", "/id/arrangement/barnet", "/rule/WT-TRAINING"):
        replies = [each.ask("GET", path, headers={"Accept": "application/n-triples"}) for each in (running.service, served)]
        assert [reply.status for reply in replies] == [200, 200], path
        found, expected = (Graph().parse(data=reply.body, format="nt") for reply in replies)
        assert len(expected) > 3, path
        assert isomorphic(by_meaning(found), by_meaning(expected)), path


def by_meaning(graph: Graph) -> Graph:
    """Return a graph with 1 for true: it is the same value, and Virtuoso tells it so."""
    same = {
        Literal(value, datatype=XSD.boolean, normalize=False): Literal(value in ("1", "true"))
        for value in ("0", "1", "false", "true")
    }
    found = Graph()
    for s, p, o in graph:
        found.add((s, p, same.get(o, o) if isinstance(o, Literal) else o))
    return found


# Data versions


@pytest.fixture
def publisher(running: Running) -> str:
    """Return the token of who publishes a made-up arrangement."""
    return running.service.token("publisher", KEY)


def generation(service: Served) -> int:
    return asked(service, "ASK {}").generation


def test_a_version_is_published_seen_at_once_and_taken_out(running: Running, publisher: str) -> None:
    service, path = running.service, f"/graphs/{KEY}-2020"
    seen = f'ASK {{ <{VERSION}> <{MASA.partnershipName}> "Elmet Partnership" }}'
    before = generation(service)
    assert is_so(service, seen) is False
    reply = service.ask("PUT", path, TEMPLATE.format(key=KEY), TURTLE, publisher)
    assert (reply.status, reply.generation) == (201, before + 1), reply.text
    assert is_so(service, seen) is True
    sent, came = Graph().parse(data=TEMPLATE.format(key=KEY), format="turtle"), service.ask("GET", path)
    assert isomorphic(Graph().parse(data=came.body, format=came.media_type), sent)
    assert problem(service.ask("PUT", f"/graphs/{KEY}-2021", "<urn:a> <urn:b> 1 .", TURTLE, publisher), 400)
    assert generation(service) == before + 1
    reply = service.ask("DELETE", path, token=publisher)
    assert (reply.status // 100, reply.generation) == (2, before + 2), reply.text
    assert is_so(service, seen) is False
    assert service.ask("GET", path).status == 404


def test_a_data_version_that_is_gone_says_how_to_rebuild_it(running: Running, publisher: str) -> None:
    service = running.service
    if generation(service) == 1:
        service.ask("PUT", f"/graphs/{KEY}-2020", TEMPLATE.format(key=KEY), TURTLE, publisher)
        service.ask("DELETE", f"/graphs/{KEY}-2020", token=publisher)
    newest = generation(service)
    for path in (f"/sparql?query={quote('ASK {}')}&", "/api/register?area=Islington&", "/id/version/barnet-2019?", "/?"):
        detail = problem(service.ask("GET", f"{path}generation=1"), 410)
        assert f"a remote store keeps the newest only, which is {newest}." in detail, path
        assert says_how_to_rebuild(detail)
        assert f"the newest is {newest}" in problem(service.ask("GET", f"{path}generation={newest + 1}"), 404)


def says_how_to_rebuild(detail: str) -> bool:
    """Tell whether the commands are named that make it again."""
    restore, load = "masagraph store restore --data FOLDER --from FILE.tar.gz", "masagraph store load --data FOLDER FILE..."
    return f"'{restore}'" in detail and f"'{load}'" in detail and "'masagraph serve --data FOLDER'" in detail


def test_what_an_embedded_store_says_of_one_that_is_gone_does_rebuild_it(tmp_path: Path, root: Path) -> None:
    """Its words are done as they stand: with a backup of it, and with its files."""
    data, backup = tmp_path / "data", tmp_path / "backup.tar.gz"
    writer = Embedded(data / "store", keep=1).writer()
    writer.apply(Change(added=((URIRef("urn:s"), URIRef("urn:p"), Literal("1"), "urn:graph:a"),)))
    assert main(["store", "backup", "--data", str(data), "--to", str(backup)]) == 0
    writer.apply(Change(dropped=("urn:graph:a",), created=("urn:graph:b",)))
    writer.close()
    with serving.serving(data, "--workers", "1") as service:
        detail = problem(service.ask("GET", f"/sparql?query={quote('ASK {}')}&generation=1"), 410)
    assert says_how_to_rebuild(detail)
    files = {"restore": backup, "load": root / "data" / "arrangements" / "barnet-2019.ttl"}
    for verb, file in files.items():
        folder = tmp_path / verb
        (words,) = re.findall(rf"'masagraph (store {verb} [^']*)'", detail)
        call = words.replace("FOLDER", str(folder)).replace("FILE.tar.gz", str(file)).replace("FILE...", str(file))
        assert main(call.split()) == 0, call
    with reading(tmp_path / "restore") as held:
        assert held == {("urn:graph:a", "1")}
    with reading(tmp_path / "load") as held:
        assert any(name == "https://w3id.org/masagraph/id/version/barnet-2019" for name, _ in held)


@contextmanager
def reading(data: Path) -> Iterator[set[tuple[str | None, str]]]:
    """Give the graphs and values that an embedded store holds."""
    reader = Embedded(data / "store").reader()
    try:
        yield {(name, str(value)) for _, _, value, name in reader.quads()}
    finally:
        reader.close()


# Nothing is fetched


def test_nothing_is_fetched_by_the_service_nor_by_the_server(running: Running, trap: Trap) -> None:
    service, admin, before, statuses = running.service, running.service.token("admin"), trap.calls, set[int]()
    where = trap.address
    more = [
        # What Virtuoso alone understands: its pragmas, its options of FROM, and its functions.
        f'DEFINE get:soft "soft" SELECT * FROM <{where}> {{ ?s ?p ?o }}',
        f'PREFIX a: <urn:a> DEFINE get:soft "replace" SELECT * FROM NAMED <{where}> {{ GRAPH ?g {{ ?s ?p ?o }} }}',
        f'DEFINE input:grab-all "yes" SELECT * {{ <{where}> ?p ?o }}',
        f"SELECT * FROM <{where}> OPTION (get:soft 'soft') {{ ?s ?p ?o }}",
        f"SELECT (bif:http_get('{where}') AS ?x) {{}}",
        f"SELECT (<bif:http_get>('{where}') AS ?x) {{}}",
        f"SELECT (sql:HTTP_GET('{where}') AS ?x) {{}}",
        f"PREFIX b: <bif:> SELECT (b:http_get('{where}') AS ?x) {{}}",
        f"PREFIX b: <bi> SELECT (b:f:http_get # (\n ('{where}') AS ?x) {{}}",
        f"BASE <bif:x> SELECT (<http_get>('{where}') AS ?x) {{}}",
        f"SELECT (\\u0062if:http_get('{where}') AS ?x) {{}}",
        f"SELECT * {{ ?s ?p ?o FILTER (bif:http_get ('{where}') = 1) }} LIMIT 1",
    ]
    fetching = f"INSERT {{ GRAPH <urn:g> {{ <urn:a> <urn:b> ?x }} }} WHERE {{ BIND (bif:http_get('{where}') AS ?x) }}"
    for path in ("/sparql", "/admin/sparql"):
        calls = [(path, query, QUERY) for query in (*queries(where), *more)]
        calls += [(path, update, UPDATE) for update in (*updates(where), fetching)]
        calls += [(f"{path}?{urlencode({name: where})}", "SELECT * { ?s ?p ?o } LIMIT 5", QUERY) for name in GRAPHS]
        for address, text, kind in calls:
            reply = service.ask("POST", address, text, {"Content-Type": kind}, admin)
            assert MARK.encode() not in reply.body, (text, reply)
            # Too slow is no call, and neither is what the server refuses or is not even asked, as long as that is said.
            is_refusal = reply.status == 503 and running.server.name in reply.text
            assert reply.status < 500 or reply.status == 504 or is_refusal, (text, reply.text)
            statuses.add(reply.status)
    assert trap.calls == before
    assert {200, 400} <= statuses
    # The listener would have told: the server does call it when asked past us.
    with suppress(StoreError):
        running.server.write(f"LOAD SILENT <{where}> INTO GRAPH <urn:graph:trapped>")
    with suppress(StoreError):
        running.server.write("DROP SILENT GRAPH <urn:graph:trapped>")
    assert trap.calls > before


GRAPHS = ("default-graph-uri", "named-graph-uri")


def test_a_graph_that_is_not_held_is_empty(running: Running, trap: Trap, case: Callable[[str], None]) -> None:
    before = trap.calls
    reply = asked(running.service, f"SELECT * FROM <{trap.address}> {{ ?s ?p ?o }}")
    assert trap.calls == before
    case(NOT_FETCHED)
    assert reply.status == 200
    assert json.loads(reply.body)["results"]["bindings"] == []


# The store command


def test_the_store_is_looked_after_where_it_is(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["store", *words])
        return code, capsys.readouterr().out

    number, count = generation(running.service), triples(running.service)
    code, out = run("check", *running.options)
    assert (code, out.splitlines()[-1]) == (0, "The store is sound."), out
    assert out.startswith(f"Generation {number}: {count} triples")
    for form in ("nq", "trig"):
        file = tmp_path / f"all.{form}"
        assert run("export", "--to", str(file), "--format", form, *running.options)[0] == 0
        assert sum(1 for _ in oxigraph.parse(file.read_bytes(), {"nq": "nquads"}.get(form, form))) == count
    backup = tmp_path / "backup.tar.gz"
    code, out = run("backup", "--to", str(backup), *running.options)
    assert (code, out) == (0, f"Generation {number} is written to {backup}: {count} triples.\n")
    assert run("restore", "--from", str(backup), "--data", str(tmp_path / "restored"))[0] == 0
    code, out = run("check", "--data", str(tmp_path / "restored"))
    assert (code, out.splitlines()[0].split(",")[0]) == (0, f"Generation 1: {count} triples")
    code, _ = run("restore", "--from", str(backup), *running.options)
    assert code == 2, "the store holds data, and nobody said --replace"
    assert run("export", "--to", str(tmp_path / "none"), "--generation", str(number + 1), *running.options)[0] == 3
    assert not (tmp_path / "none").exists()


def triples(service: Served) -> int:
    """Return how many triples a service holds, in all graphs together; not what a server keeps for itself."""
    held = json.loads(asked(service, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").body)["results"]["bindings"]
    named = json.loads(asked(service, "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g").body)
    state = "https://w3id.org/masagraph/graph/state"
    rows = [row for row in named["results"]["bindings"] if row["g"]["value"] != state]
    return sum(int(row["n"]["value"]) for row in (*held, *rows))


# A server that is slow, held up, or gone


def test_a_cross_product_is_stopped_and_the_next_query_is_answered(running: Running) -> None:
    """The server may go on with it: docs/remote-stores.md."""
    begin = time.monotonic()
    detail = problem(running.service.ask("GET", f"/sparql?{urlencode(CROSS)}"), 504)
    assert SECONDS <= time.monotonic() - begin < SECONDS + 3
    assert f"{SECONDS} s" in detail
    begin = time.monotonic()
    assert is_so(running.service, f"ASK {{ ?s a <{MASA.ArrangementVersion}> }}") is True
    assert time.monotonic() - begin < SECONDS


def names_the_server(running: Running, reply: Reply) -> None:
    detail = problem(reply, 503)
    assert any(address.removeprefix("http://") in detail for address in (running.server.query, running.server.update)), detail


def test_a_server_that_is_held_up_is_named_and_nothing_hangs(running: Running) -> None:
    """It takes connections, and says nothing: the wait ends at the limit for a query, or for the store (30 s)."""
    process = servers.process(running.server)
    process.send_signal(SIGSTOP)
    try:
        time.sleep(1.1)  # Until the number of the data version is asked for again.
        begin = time.monotonic()
        with ThreadPoolExecutor(3) as pool:
            replies = list(pool.map(lambda _: asked(running.service, "ASK {}"), range(3)))
        assert time.monotonic() - begin < 45
        assert {reply.status for reply in replies} <= {503, 504}, [reply.text for reply in replies]
        assert 503 in {reply.status for reply in replies}
        for reply in replies:
            if reply.status == 503 and "Everybody" not in reply.text:
                names_the_server(running, reply)
        assert running.service.ask("GET", "/health").status == 200
    finally:
        process.send_signal(SIGCONT)
    time.sleep(1.1)
    assert is_so(running.service, f"ASK {{ ?s a <{MASA.ArrangementVersion}> }}") is True


def test_a_server_that_is_gone_is_named_and_nothing_hangs(
    running: Running, publisher: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last test on a server: it is killed."""
    service = running.service
    process = servers.process(running.server)
    process.kill()
    process.wait()
    accept = {"Accept": "application/json"}
    for method, path, body, headers in (
        ("GET", f"/sparql?query={quote('ASK {}')}", None, {}),
        ("GET", "/", None, accept),
        ("GET", "/ready", None, accept),
        ("GET", f"/api/register?area=Islington&date={DAY}", None, accept),
        ("GET", "/api/arrangements/barnet-2019/report", None, accept),
        ("GET", "/id/version/barnet-2019", None, accept),
        ("PUT", f"/graphs/{KEY}-2020", TEMPLATE.format(key=KEY), TURTLE),
        ("POST", "/admin/sparql", "CLEAR GRAPH <urn:none>", {"Content-Type": UPDATE}),
    ):
        time.sleep(1.1)  # So long a number of the data version counts as known.
        token = service.token("admin") if "admin" in path else publisher if method == "PUT" else None
        begin = time.monotonic()
        names_the_server(running, service.ask(method, path, body, headers, token))
        assert time.monotonic() - begin < SECONDS + 3, path
    assert service.ask("GET", "/health").status == 200
    for words in (["check"], ["backup", "--to", str(tmp_path / "b")], ["export", "--to", str(tmp_path / "e")]):
        capsys.readouterr()
        assert main(["store", *words, *running.options]) == 3, words
        assert running.server.query.removeprefix("http://") in capsys.readouterr().err, words
    assert list(tmp_path.iterdir()) == []
