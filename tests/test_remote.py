"""What a remote store does when its server fails, is slow, is stolen upon or dies; on a stub, and on real servers."""

import base64
import json
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from rdflib import Literal, URIRef

import servers
from masagraph.answers import Dataset, Rows, Triples
from masagraph.oxigraph import Quad
from masagraph.store import json_results, server, statements
from masagraph.store.contract import Change, GenerationGoneError, NoGenerationError, StoreError
from masagraph.store.remote import Remote
from masagraph.store.server import RefusedError, Server

A, S, P = "urn:graph:a", URIRef("urn:s"), URIRef("urn:p")
JSON, TRIPLES = "application/sparql-results+json", "application/n-triples"
YES = b'{"head":{},"boolean":true}'
ASK = "ASK {}"


class Stub(ThreadingHTTPServer):
    """A server that answers as it is told, the last answer for ever, and notes what it is asked."""

    daemon_threads = False

    def __init__(self, *answers: "Told") -> None:
        """Say what it answers."""
        super().__init__((servers.HOST, 0), _Answers)
        self.answers, self.asked = list(answers), list[tuple[dict[str, list[str]], dict[str, str]]]()
        self.closing = threading.Event()

    def given(self, **more: object) -> Server:
        """Return its address, with what else is known of it."""
        address = f"http://{servers.HOST}:{self.server_port}/sparql"
        return Server(address, address, **{"seconds": 5.0, **more})  # type: ignore[arg-type]  # each test gives what it needs


Told = Callable[[BaseHTTPRequestHandler], None]


class _Answers(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append((body, dict(self.headers)))
        answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        answer(self)

    def log_message(self, *_: object) -> None:
        """Be still."""


def said(body: bytes, status: int = 200, kind: str = JSON, announced: int | None = None) -> Told:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) if announced is None else announced))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return answer


def dropped(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def hung(handler: _Answers) -> None:
    handler.server.closing.wait(20)
    handler.close_connection = True


def dripped(handler: _Answers) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        if handler.server.closing.wait(0.05):
            break
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    handler.close_connection = True


@contextmanager
def stub(*answers: Told) -> Iterator[Stub]:
    with Stub(*answers) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            running.closing.set()
            running.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_WAITS", (0.0, 0.0))


def test_an_answer_is_read() -> None:
    rows = b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"typed-literal","value":"1","datatype":"urn:d"}},{}]}}'
    with stub(said(YES), said(rows), said(b'<urn:s> <urn:p> "1" .\n', kind=TRIPLES)) as running:
        assert running.given().answer(ASK) is True
        found = running.given().answer("SELECT ?a {}")
        assert isinstance(found, Rows)
        assert (found.names, list(found.rows)) == (("a",), [(Literal("1", datatype=URIRef("urn:d")),), (None,)])
        built = running.given().answer("DESCRIBE <urn:s>")
        assert isinstance(built, Triples)
        assert list(built.triples) == [(S, P, Literal("1"))]


def test_a_blank_node_is_itself_within_an_answer_and_nothing_beyond() -> None:
    one, two = (b'{"type":"bnode","value":"nodeID://b%d"}' % n for n in (1, 2))
    rows = b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":' + b'},{"a":'.join((one, two, one)) + b"}]}}"
    first, second = (found.rows if isinstance(found := json_results.read(rows), Rows) else () for _ in range(2))
    named = [str(node) for (node,) in (*first, *second)]
    assert named[0] == named[2] != named[1]
    assert len(set(named)) == 4
    assert all(name.isalnum() for name in named)


def test_who_we_are_and_which_graphs_are_seen_is_sent_along() -> None:
    with stub(said(YES)) as running:
        running.given(user="us", password="secret").answer(ASK, Dataset(("urn:d", "urn:e"), ("urn:n",)))  # noqa: S106  # of no use elsewhere
        running.given(token="token").write("CLEAR DEFAULT")  # noqa: S106  # of no use elsewhere
        (asked, one), (written, two) = running.asked
    assert asked == {"query": [ASK], "default-graph-uri": ["urn:d", "urn:e"], "named-graph-uri": ["urn:n"]}
    assert one["Authorization"] == f"Basic {base64.b64encode(b'us:secret').decode()}"
    assert (one["Accept"], written) == (JSON, {"update": ["CLEAR DEFAULT"]})
    assert two["Authorization"] == "Bearer token"


@pytest.mark.parametrize("text", ["PREFIX insert: <urn:> ASK {}", "PREFIX x: <urn:> # insert\nASK {}", "ASK { ?s ?p 'DROP' }"])
def test_a_query_is_never_sent_as_an_update(text: str) -> None:
    with stub(said(YES)) as running:
        assert running.given().answer(text) is True
        assert [list(body) for body, _ in running.asked] == [["query"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome!</html>",
        b"[]",
        b"{}",
        b'{"head":{},"boolean":"true"}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"1"}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[The SPARQL operation has been cancelled',
        b'{"head":{"vars":["a"]},"results":{"bindings":[]}} and more',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"b":{"type":"literal","value":"1"}}]}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"triple","value":"1"}}]}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":1}}]}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"1","xml:lang":"<"}}]}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":"none"}}',
        b'{"head":{"vars":["\xff"]},"results":{"bindings":[]}}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_not_whole_is_none(body: bytes) -> None:
    with stub(said(body)) as running, pytest.raises(StoreError, match="cannot be read") as caught:
        running.given().answer("SELECT ?a {}")
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"."):
        json_results.read(body)


@pytest.mark.parametrize("body", [b"The SPARQL operation has been cancelled", b"<urn:s> <urn:p> <urn", b"<html/>"])
def test_triples_that_are_not_whole_are_none(body: bytes) -> None:
    with stub(said(body, kind=TRIPLES)) as running, pytest.raises(StoreError, match="cannot be read"):
        running.given().answer("CONSTRUCT WHERE {}")


@pytest.mark.parametrize("told", [hung, dripped])
def test_a_server_that_is_too_slow_is_left(told: Told) -> None:
    with stub(told) as running:
        for ask in (lambda: running.given(seconds=0.3).answer(ASK), lambda: running.given(seconds=0.3).write("CLEAR ALL")):
            with pytest.raises(StoreError, match=rf"^{servers.HOST}:\d+/sparql: no answer within 0.3 seconds\."):
                ask()
        assert len(running.asked) == 2, "waiting again would take as long again"


@pytest.mark.parametrize("told", [dropped, said(b"", 502), said(b"", 503), said(b"", 504), said(YES, announced=len(YES) + 1)])
def test_a_query_is_sent_again_but_an_update_never(told: Told) -> None:
    with stub(told, told, said(YES)) as running:
        assert running.given().answer(ASK) is True
        assert len(running.asked) == 3
    with stub(told) as running:
        with pytest.raises(StoreError, match=r"not reached, or cut off|answered 50"):
            running.given().answer(ASK)
        assert len(running.asked) == 3
    with stub(told) as running:
        with pytest.raises(StoreError, match=r"not reached, or cut off|answered 50"):
            running.given().write("CLEAR ALL")
        assert len(running.asked) == 1


def test_a_server_that_is_not_there_is_named() -> None:
    port = servers.free_port()
    address = f"http://{servers.HOST}:{port}/sparql"
    with pytest.raises(StoreError, match=rf"^{servers.HOST}:{port}/sparql: not reached"):
        Remote(Server(address, address)).current()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 414, 418, 500])
def test_what_a_server_refuses_is_told_in_one_line_without_secrets(status: int) -> None:
    body = b"\n  No: hunter2 and t0ken may not.\nmore\n" + b"x" * 1000
    with stub(said(body, status, "text/plain")) as running:
        for known in ({"user": "us", "password": "hunter2"}, {"token": "t0ken"}):
            with pytest.raises(RefusedError, match=rf"^{servers.HOST}:\d+/sparql: answered {status}: No: ") as caught:
                running.given(**known).answer(ASK)
            (secret,) = set(known.values()) - {"us"}
            assert secret not in str(caught.value)
            assert "***" in str(caught.value)
            assert "more\n" not in str(caught.value)
            again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own
            assert (str(again), again.status) == (str(caught.value), status)
        assert len(running.asked) == 2


def test_a_long_refusal_is_cut() -> None:
    with stub(said(b"x" * 5000, 500)) as running, pytest.raises(StoreError) as caught:
        running.given().answer(ASK)
    assert str(caught.value).count("x") == 200


def test_secrets_are_not_shown() -> None:
    assert "hunter2" not in repr(Server("http://h/q", "http://h/u", user="us", password="hunter2"))  # noqa: S106  # of no use elsewhere
    assert "t0ken" not in repr(Server("http://h/q", "http://h/u", token="t0ken"))  # noqa: S106  # of no use elsewhere


@pytest.mark.parametrize(
    "address", ["", "ftp://example.org/", "file:///etc/passwd", "http://", "example.org/sparql", "http://us:hunter2@h/"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(StoreError, match="no address of a SPARQL server") as caught:
        Server("http://h/q", address)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(StoreError, match="more than none"):
        Server("http://h/q", "http://h/u", seconds=0)


def state(number: int) -> bytes:
    """Return what a server says that holds a data version."""
    told = {"number": str(number), "made": "2026-01-01T00:00:00Z", "change": "x"}
    row = {name: {"type": "literal", "value": value} for name, value in told.items()}
    return json.dumps({"head": {"vars": ["number", "before", "made", "change"]}, "results": {"bindings": [row]}}).encode()


def test_a_data_version_that_never_was_is_told_from_one_that_is_gone() -> None:
    """The first is not held, so that the service answers 404; the second was, which is 410."""
    with stub(said(state(2))) as running:
        place = Remote(running.given())
        for ask in (place.since, place.reader):
            for number in (0, 3):
                with pytest.raises(NoGenerationError, match=f"no generation {number}: the newest is 2"):
                    ask(number)
            with pytest.raises(GenerationGoneError, match="Generation 1 is gone"):
                ask(1)
    nothing = b'{"head":{"vars":["number","before","made","change"]},"results":{"bindings":[]}}'
    with stub(said(nothing)) as running, pytest.raises(NoGenerationError, match="the newest is 0"):
        Remote(running.given()).reader()


@pytest.mark.parametrize("text", ["INSERT DATA { <urn:a> <urn:b> 1 }", "# only this", ""])
def test_nothing_but_a_query_reaches_the_address_for_queries(text: str) -> None:
    with stub(said(state(1)), said(YES)) as running:
        reader = Remote(running.given()).reader()
        before = len(running.asked)
        with pytest.raises(SyntaxError):
            reader.query(text)
        assert len(running.asked) == before


def quads(where: str | None, *values: str) -> tuple[Quad, ...]:
    return tuple((S, P, Literal(value), where) for value in values)


def values(place: Remote, name: str | None = A) -> set[str]:
    return {str(value) for _, _, value in place.reader().graph(name) or ()}


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of Oxigraph, and nothing but the protocol."""
    if why := servers.missing("oxigraph"):
        pytest.skip(why)
    with servers.oxigraph(tmp_path_factory.mktemp("oxigraph"), "--timeout-s", "2") as running:
        yield running


@pytest.fixture
def place(oxigraph: Server) -> Remote:
    oxigraph.write("DROP ALL")
    return Remote(oxigraph)


def test_what_is_read_after_a_change_is_refused(place: Remote) -> None:
    writer = place.writer()
    writer.apply(Change(added=quads(A, "1")))
    reader = place.reader()
    assert reader.names() == [A]
    writer.apply(Change(added=quads(A, "2")))
    for read in (lambda: reader.query(ASK), lambda: reader.graph(A), reader.settled, lambda: list(reader.quads())):
        with pytest.raises(GenerationGoneError, match="Generation 1 is gone"):
            read()


def test_what_a_dead_writer_left_is_dropped_and_what_it_may_have_done_is_counted(place: Remote) -> None:
    place.writer().apply(Change(added=quads(A, "1")))
    stage = f"{statements.CARRIED}dead/"
    for request in statements.carried(Change(added=quads(A, "2")), stage):
        place.server.write(request)
    assert values(place) == {"1"}
    assert place.reader().names() == [A]
    place.server.write(statements.marked(1, "dead"))
    assert place.current() == 1
    with pytest.raises(StoreError, match="being changed by an update"):
        place.reader().query(ASK)
    writer = place.writer()
    assert place.current() == 2
    assert values(place) == {"1"}
    assert place.server.answer(f"ASK {{ GRAPH <{stage}in0> {{ ?s ?p ?o }} }}") is False
    assert writer.apply(Change(added=quads(A, "3"))) == 3


def test_a_change_whose_quads_somebody_dropped_does_nothing(place: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = place.writer()
    writer.apply(Change(added=quads(A, "1")))
    sent, write = [], Server.write

    def stolen_upon(self: Server, text: str) -> None:
        sent.append(text)
        if len(sent) == 3:
            place.writer()
        write(self, text)

    monkeypatch.setattr(Server, "write", stolen_upon)
    with pytest.raises(StoreError, match="another process"):
        writer.apply(Change((A,), (), quads(A, *map(str, range(2500)))))
    monkeypatch.undo()
    assert values(place) == {"1"}
    assert place.current() == 1


def test_a_change_that_is_overtaken_on_its_way_does_nothing(place: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, other, write = place.writer(), place.writer(), Server.write

    def overtaken(self: Server, text: str) -> None:
        monkeypatch.setattr(Server, "write", write)
        other.apply(Change(added=quads(A, "1")))
        write(self, text)

    monkeypatch.setattr(Server, "write", overtaken)
    with pytest.raises(StoreError, match="another process changed data version 0"):
        writer.apply(Change((A,), (), quads(A, "2")))
    assert (place.current(), values(place)) == (1, {"1"})


@pytest.mark.parametrize("arrives", [True, False])
def test_a_lost_answer_to_a_change_is_looked_up(arrives: bool, place: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, write = place.writer(), Server.write

    def lost(self: Server, text: str) -> None:
        if arrives or "carried" not in text:
            write(self, text)
        raise StoreError("lost")

    monkeypatch.setattr(Server, "write", lost)
    if arrives:
        assert writer.apply(Change(added=quads(A, "1"))) == 1
    else:
        with pytest.raises(StoreError, match="lost"):
            writer.apply(Change(added=quads(A, "1")))
    monkeypatch.undo()
    assert place.current() == int(arrives)
    assert writer.apply(Change(added=quads(A, "2"))) == int(arrives) + 1


def test_an_update_that_takes_everything_away_is_a_data_version_too(place: Remote) -> None:
    writer = place.writer()
    writer.apply(Change(added=quads(A, "1") + quads(None, "2")))
    assert writer.update("DROP ALL") == 2
    assert (place.reader().names(), values(place, None)) == ([], set())
    assert writer.apply(Change(added=quads(A, "3"))) == 3


@pytest.mark.parametrize("form", ["SELECT ?a ?b", "CONSTRUCT { ?a <urn:q> ?b }"])
def test_what_oxigraph_cuts_off_when_its_time_is_up_is_no_answer(form: str, place: Remote) -> None:
    place.writer().apply(Change(added=quads(None, *map(str, range(600)))))
    text = form + " WHERE { ?a ?p ?x . ?b ?p ?y . ?c ?p ?z . ?d ?p ?w FILTER(STRLEN(CONCAT(?x, ?y, ?z, ?w)) = 5) }"
    with pytest.raises(StoreError, match=r"cannot be read|answered 5"):
        place.reader().query(text)


def test_a_default_graph_of_all_graphs_is_kept_apart(tmp_path: Path) -> None:
    if why := servers.missing("oxigraph"):
        pytest.skip(why)
    with servers.oxigraph(tmp_path, "--union-default-graph") as running:
        place = Remote(running)
        place.writer().apply(Change(added=quads(A, "1") + quads(None, "2")))
        assert values(place, None) == {"2"}
        assert place.reader().names() == [A]
        for text, expected in (("?s ?p ?o", "2"), ("GRAPH ?g { ?s ?p ?o }", "1")):
            found = place.reader().query(f"SELECT ?o WHERE {{ {text} }}")
            assert isinstance(found, Rows)
            assert [str(value) for (value,) in found.rows] == [expected]


def test_rows_that_virtuoso_leaves_out_are_missed(tmp_path: Path) -> None:
    if why := servers.missing("virtuoso"):
        pytest.skip(why)
    with servers.virtuoso(tmp_path, rows=100) as running:
        place = Remote(Server(running.query, running.update))
        place.writer().apply(Change(added=quads(A, *map(str, range(100)))))
        assert len(values(place)) == 100
        place.writer().apply(Change(added=quads(A, "one more")))
        with pytest.raises(StoreError, match="gave 100 of 101 triples of urn:graph:a"):
            place.reader().graph(A)
        assert len(values(Remote(running))) == 101, "its graph store leaves nothing out"


def test_fuseki_lets_in_by_password(tmp_path: Path) -> None:
    if why := servers.missing("fuseki"):
        pytest.skip(why)
    (tmp_path / "users").write_text("us: hunter2\n")
    with servers.fuseki(tmp_path, "--passwd", str(tmp_path / "users"), "--auth=basic") as running:
        known = Server(running.query, running.update, running.graphs, "us", "hunter2")
        assert Remote(known).writer().apply(Change(added=quads(A, "1"))) == 1
        assert values(Remote(known)) == {"1"}
        with pytest.raises(StoreError, match="answered 401"):
            Remote(running).current()
