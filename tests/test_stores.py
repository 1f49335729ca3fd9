"""Every store does what the contract says: the embedded one, and the same on the servers of others.

What a store does otherwise is in one table, with its reason, and is tested to be still so.
"""

import os
import pickle
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD
from rdflib.term import Node

import servers
from masagraph.answers import Answer, Dataset, Rows, Triples
from masagraph.oxigraph import Quad
from masagraph.store import embedded, statements
from masagraph.store.contract import Change, GenerationGoneError, NoGenerationError, Place, Reader, StoreError
from masagraph.store.embedded import Embedded
from masagraph.store.remote import Remote
from masagraph.store.server import Server

A, B, C, NONE = "urn:graph:a", "urn:graph:b", "urn:graph:c", "urn:graph:none"
S, P = URIRef("urn:s"), URIRef("urn:p")
REMOTE = ("oxigraph", "fuseki", "virtuoso")
LITERALS = {
    "plain": Literal("plain"),
    "empty": Literal(""),
    "marks": Literal('"quoted" \'so\' \\n \\" \\'),
    "lines": Literal('one\ntwo\r\n\tthree"'),
    "emoji": Literal("née 😀 \u2028 漢"),
    "language": Literal("colour", lang="en-gb"),
    "long": Literal("so long " * 5000),
    "odd datatype": Literal("x", datatype=URIRef("urn:datatype")),
    "leading nought": Literal("01", datatype=XSD.integer, normalize=False),
    "trailing nought": Literal("1.50", datatype=XSD.decimal, normalize=False),
    "exponent": Literal("1.50E0", datatype=XSD.double, normalize=False),
    "true": Literal("true", datatype=XSD.boolean, normalize=False),
    "one for true": Literal("1", datatype=XSD.boolean, normalize=False),
    "false boolean": Literal("tRue", datatype=XSD.boolean, normalize=False),
    "day": Literal("2019-09-29", datatype=XSD.date, normalize=False),
    "short day": Literal("2019-9-29", datatype=XSD.date, normalize=False),
    "month": Literal("2019-09", datatype=XSD.gYearMonth, normalize=False),
    "year": Literal("2019", datatype=XSD.gYear, normalize=False),
    "moment": Literal("2019-09-29T12:00:00+01:00", datatype=XSD.dateTime, normalize=False),
    "length": Literal("P1Y", datatype=XSD.duration, normalize=False),
    "address": Literal("https://example.org/?a=b&c", datatype=XSD.anyURI, normalize=False),
}
OTHER_CASES = {
    "empty graph",
    "FROM beside parameters",
    "FROM of what is not held",
    "only our graphs",
    "undone",
}
"""What else some store does otherwise, beside the literals: each is said in a test below."""
_BY_VALUE = "It keeps numbers and truth values by what they mean, not by how they are written."
_NO_EMPTY = "Most servers keep no empty graphs, so no remote store is said to."
EXCEPTIONS = {
    **{
        (name, told): _BY_VALUE
        for name in ("embedded", "oxigraph", "fuseki", "virtuoso")
        for told in ("leading nought", "trailing nought", "exponent", "one for true")
    },
    **{(name, "empty graph"): _NO_EMPTY for name in ("oxigraph", "fuseki", "virtuoso")},
    ("virtuoso", "true"): "It answers queries with 1 for true.",
    ("virtuoso", "false boolean"): "It refuses what is no truth value.",
    ("virtuoso", "length"): "It has no durations.",
    ("virtuoso", "only our graphs"): "It has graphs of its own, and shows them.",
    ("virtuoso", "FROM beside parameters"): "It takes both together, so it is not asked.",
    ("virtuoso", "FROM of what is not held"): "It follows FROM whatever it is told, so it is not asked.",
    ("virtuoso", "undone"): "It does not undo what went before an operation that fails; the data version goes up.",
}
"""What a store does otherwise, and why; (store, case)."""


def quads(where: str | None, *values: str) -> tuple[Quad, ...]:
    return tuple((S, P, Literal(value), where) for value in values)


def stored(place: Place, *changes: Change) -> int:
    """Make changes, and return the number of the last data version."""
    writer = place.writer()
    try:
        return [writer.apply(change) for change in changes][-1]
    finally:
        writer.close()


@contextmanager
def reading(place: Place, number: int | None = None) -> Iterator[Reader]:
    reader = place.reader(number)
    try:
        yield reader
    finally:
        reader.close()


def values(graph: Graph | None) -> set[str] | None:
    return None if graph is None else {str(value) for value in graph.objects()}


def held(place: Place) -> dict[str | None, set[str] | None]:
    """Return the values in each graph that one of our tests has made."""
    with reading(place) as reader:
        names: list[str | None] = [None, *(name for name in reader.names() if name.startswith("urn:graph:"))]
        return {name: values(reader.graph(name)) for name in names}


def column(answer: Answer) -> list[str]:
    """Return the first values of the rows of an answer, in order of the alphabet."""
    assert isinstance(answer, Rows)
    return sorted(str(row[0]) for row in answer.rows)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """Start servers when they are first needed."""
    running: dict[str, Server] = {}
    with ExitStack() as stack:

        def start(name: str) -> Server:
            if name not in running:
                running[name] = stack.enter_context(servers.START[name](tmp_path_factory.mktemp(name)))
            return running[name]

        yield start


def emptied(server: Server) -> Remote:
    """Take everything out of a server that is ours."""
    answer = server.answer(statements.NAMES)
    assert isinstance(answer, Rows)
    ours = [str(name) for (name,) in answer.rows if str(name).startswith(("urn:", "https://w3id.org/"))]
    # Virtuoso has no default graph to clear.
    clear = [] if server.query == server.update else ["CLEAR SILENT DEFAULT"]
    server.write(" ;\n".join([*clear, *(f"DROP SILENT GRAPH <{name}>" for name in ours), "DROP SILENT GRAPH <urn:none>"]))
    return Remote(server)


# Oxigraph's server comes with the test dependencies; the others are installed apart, and take longer.
@pytest.fixture(
    params=["embedded", *(pytest.param(name, marks=() if name == "oxigraph" else pytest.mark.long) for name in REMOTE)]
)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of each store."""
    if request.param != "embedded" and (why := servers.missing(request.param)):
        pytest.skip(why)
    return str(request.param)


@pytest.fixture
def place(name: str, started: Callable[[str], Server], tmp_path: Path) -> Place:
    """Return each store, empty."""
    return Embedded(tmp_path / "store", keep=1) if name == "embedded" else emptied(started(name))


@pytest.fixture
def case(request: pytest.FixtureRequest, name: str) -> Callable[[str], None]:
    """Say that a store is known to do a case otherwise: the test must then fail."""

    def known(told: str) -> None:
        if why := EXCEPTIONS.get((name, told)):
            request.applymarker(pytest.mark.xfail(strict=True, reason=why, raises=(AssertionError, StoreError)))

    return known


def test_no_server_is_missing_where_all_are_required() -> None:
    if os.environ.get("MASAGRAPH_SERVERS_REQUIRED") != "1":
        pytest.skip("MASAGRAPH_SERVERS_REQUIRED is not 1: servers may be missing here")
    assert [why for name in REMOTE if (why := servers.missing(name))] == []


def test_each_exception_is_of_a_store_and_a_case_and_they_are_counted() -> None:
    assert {told for _, told in EXCEPTIONS} <= OTHER_CASES | set(LITERALS)
    assert Counter(name for name, _ in EXCEPTIONS) == {"embedded": 4, "oxigraph": 5, "fuseki": 5, "virtuoso": 12}


@pytest.mark.parametrize("told", LITERALS)
def test_a_literal_comes_back_as_it_went(told: str, place: Place, case: Callable[[str], None]) -> None:
    case(told)
    went = LITERALS[told]
    stored(place, Change(added=((S, P, went, A),)))
    with reading(place) as reader:
        answer = reader.query(f"SELECT ?o WHERE {{ GRAPH <{A}> {{ ?s ?p ?o }} }}")
        assert isinstance(answer, Rows)
        (came,), (kept,) = [row[0] for row in answer.rows], list((reader.graph(A) or Graph()).objects())
    for back in (came, kept):
        assert isinstance(back, Literal)
        # The case of a language tag tells nothing.
        assert (str(back), (back.language or "").lower(), back.datatype) == (str(went), went.language or "", went.datatype)


def test_nothing_is_there_before_the_first_change(place: Place) -> None:
    assert place.current() == 0
    place.writer().close()
    assert place.current() == 0
    for number in (None, 0, 1):
        with pytest.raises(NoGenerationError, match="no generation"):
            place.reader(number)


def test_a_change_drops_removes_and_adds_in_this_order(place: Place) -> None:
    assert stored(place, Change(added=quads(A, "1", "2") + quads(B, "3", "4") + quads(None, "5", "6"))) == 1
    assert held(place) == {None: {"5", "6"}, A: {"1", "2"}, B: {"3", "4"}}
    change = Change((A,), quads(B, "3", "not there") + quads(None, "5"), quads(A, "7") + quads(B, "3") + quads(C, "8"))
    assert stored(place, change) == 2
    assert held(place) == {None: {"6"}, A: {"7"}, B: {"3", "4"}, C: {"8"}}
    assert stored(place, Change((B, None, NONE))) == 3
    assert held(place) == {None: set(), A: {"7"}, C: {"8"}}


def test_a_data_version_goes_up_by_one_and_the_old_one_is_gone(place: Place) -> None:
    assert stored(place, Change(added=quads(A, "1")), Change(added=quads(A, "2")), Change()) == 3
    assert place.current() == 3
    with reading(place, 3) as reader:
        assert reader.number == 3
        assert place.since(3).tzinfo is not None
    for number in (1, 2):
        with pytest.raises(GenerationGoneError):
            place.reader(number)
        with pytest.raises(GenerationGoneError):
            place.since(number)
    for ask in (place.reader, place.since):
        with pytest.raises(NoGenerationError, match="no generation 4"):
            ask(4)


def test_an_empty_graph_that_was_created_is_there(place: Place, case: Callable[[str], None]) -> None:
    case("empty graph")
    stored(place, Change(created=(A,)))
    assert held(place) == {None: set(), A: set()}


def test_a_graph_that_was_dropped_is_not_there(place: Place) -> None:
    stored(place, Change(added=quads(A, "1")), Change((A,)))
    assert held(place) == {None: set()}
    with reading(place) as reader:
        assert reader.graph(A) is None


def test_only_our_graphs_are_there(place: Place, case: Callable[[str], None]) -> None:
    case("only our graphs")
    stored(place, Change(added=quads(A, "1") + quads(None, "2")))
    with reading(place) as reader:
        assert reader.names() == [A]
        assert sorted(map(str, reader.quads())) == sorted(map(str, quads(None, "2") + quads(A, "1")))


def test_blank_nodes_keep_what_hangs_together(place: Place) -> None:
    one, two = BNode(), BNode("two")
    went: list[tuple[Node, Node, Node]] = [(S, P, one), (one, P, two), (two, P, one), (two, P, Literal("end"))]
    stored(place, Change(added=(*((*triple, A) for triple in went), (BNode(), P, S, B))))
    expected, built = Graph(), Graph()
    for triple in went:
        expected.add(triple)
    with reading(place) as reader:
        assert isomorphic(reader.graph(A) or Graph(), expected)
        found = reader.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{A}> {{ ?s ?p ?o }} }}")
        assert isinstance(found, Triples)
        for triple in found.triples:
            built.add(triple)
    assert isomorphic(built, expected)


def test_a_blank_node_of_two_graphs_is_one(place: Place) -> None:
    one = BNode()
    stored(place, Change(added=((S, P, one, A), (one, P, S, B))))
    with reading(place) as reader:
        assert reader.query(f"ASK {{ GRAPH <{A}> {{ <{S}> <{P}> ?one }} GRAPH <{B}> {{ ?one <{P}> <{S}> }} }}") is True


ALL = "SELECT ?o WHERE { ?s ?p ?o }"
OURS = "FILTER(STRSTARTS(STR(?g), 'urn:graph:'))"
ANY = f"SELECT ?o WHERE {{ GRAPH ?g {{ ?s ?p ?o }} {OURS} }}"
IN_A = f"SELECT ?o WHERE {{ GRAPH <{A}> {{ ?s ?p ?o }} }}"


@pytest.mark.parametrize(
    ("text", "dataset", "expected"),
    [
        (ALL, None, "d"),
        (ANY, None, "aab"),
        (IN_A, None, "aa"),
        (f"SELECT ?o WHERE {{ ?s ?p ?d . GRAPH ?g {{ ?s ?p ?o }} FILTER(?d = 'd1') {OURS} }}", None, "aab"),
        (ALL, Dataset((A,)), "aa"),
        (ALL, Dataset((A, B)), "aab"),
        (ANY, Dataset((A,)), ""),
        (IN_A, Dataset((A,)), ""),
        (ALL, Dataset((), (A,)), ""),
        (ANY, Dataset((), (A,)), "aa"),
        (ANY, Dataset((B,), (A,)), "aa"),
        (IN_A, Dataset((B,), (B,)), ""),
        (ALL, Dataset((NONE,)), ""),
        (ALL, Dataset((NONE, B)), "b"),
        (ANY, Dataset((NONE,), (NONE,)), ""),
        (ALL.replace("WHERE", f"FROM <{A}> WHERE"), None, "aa"),
        (ALL.replace("WHERE", f"FROM <{A}> FROM <{NONE}> FROM <{B}> WHERE"), None, "aab"),
        (ALL.replace("WHERE", f"FROM NAMED <{A}> WHERE"), None, ""),
        (ANY.replace("WHERE", f"FROM NAMED <{A}> WHERE"), None, "aa"),
        (ANY.replace("WHERE", f"FROM <{A}> WHERE"), None, ""),
        (ALL.replace("WHERE", f"FROM <{A}> WHERE"), Dataset((B,)), "b"),
        (ANY.replace("WHERE", f"FROM NAMED <{A}> WHERE"), Dataset((), (B,)), "b"),
        (ALL.replace("WHERE", f"FROM <{NONE}> WHERE"), None, ""),
    ],
)
def test_a_query_sees_the_graphs_that_it_should(
    text: str, dataset: Dataset | None, expected: str, place: Place, case: Callable[[str], None]
) -> None:
    if "FROM" in text:
        case("FROM beside parameters" if dataset else "FROM of what is not held" if NONE in text else "FROM")
    stored(place, Change(added=quads(A, "a1", "a2") + quads(B, "b1") + quads(None, "d1")))
    with reading(place) as reader:
        assert "".join(value[0] for value in column(reader.query(text, dataset))) == expected


@contextmanager
def trapped() -> Iterator[tuple[str, list[str]]]:
    """Listen on this machine, and note what is asked for."""
    hits: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be still."""

    with ThreadingHTTPServer((servers.HOST, 0), Trap) as server:
        server.daemon_threads = False  # so that none outlives us
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{servers.HOST}:{server.server_port}/data.ttl", hits
        finally:
            server.shutdown()
            thread.join()


def test_what_is_not_held_is_not_fetched(place: Place) -> None:
    stored(place, Change(added=quads(A, "a1")))
    with trapped() as (address, hits), reading(place) as reader:
        for clause in ("FROM", "FROM NAMED"):
            text = f"SELECT ?o {clause} <{address}> WHERE {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
            with suppress(StoreError):  # Virtuoso is not even asked.
                assert column(reader.query(text)) == []
            if isinstance(place, Remote):
                # Nor does the server do it that is asked past us.
                assert column(place.server.answer(text.replace("?g", f"<{address}>"))) == []
        assert column(reader.query(ALL, Dataset((address,), (address,)))) == []
        assert hits == []
        with pytest.raises(HTTPError) as caught:
            urlopen(address)  # noqa: S310  # our own: the trap does count
        caught.value.close()
        assert hits == ["/data.ttl"]


def test_asking_gives_a_truth_value(place: Place) -> None:
    stored(place, Change(added=quads(None, "1")))
    with reading(place) as reader:
        assert reader.query("ASK { ?s ?p '1' }") is True
        assert reader.query("ask { ?s ?p '2' }") is False


def test_rows_have_their_names_and_gaps(place: Place) -> None:
    stored(place, Change(added=quads(None, "1")))
    with reading(place) as reader:
        answer = reader.query("SELECT ?o ?none ?s WHERE { ?s ?p ?o OPTIONAL { ?s <urn:none> ?none } }")
        assert isinstance(answer, Rows)
        assert answer.names == ("o", "none", "s")
        assert list(answer.rows) == [(Literal("1"), None, S)]


def test_a_construct_begins_where_its_prologue_ends(place: Place) -> None:
    stored(place, Change(added=quads(None, "1")))
    with reading(place) as reader:
        answer = reader.query("# SELECT\nPREFIX select: <urn:> # ASK {\n construct{?s select:q ?o}where{?s select:p ?o}")
        assert isinstance(answer, Triples)
        assert list(answer.triples) == [(S, URIRef("urn:q"), Literal("1"))]


def test_relative_names_are_told_by_the_base(place: Place) -> None:
    stored(place, Change(added=((URIRef("https://example.org/s"), P, Literal("1"), None),)))
    with reading(place) as reader:
        assert reader.query("ASK { <s> <urn:p> '1' }", base="https://example.org/x") is True
        assert reader.query("ASK { <s> <urn:p> '1' }", base="https://example.com/x") is False
        assert reader.query("ASK { <https://example.org/s> <urn:p> '1' }", base="https://example.com/") is True


def test_the_default_graph_can_be_taken_along(place: Place) -> None:
    stored(place, Change(added=quads(None, "1", "2") + quads(A, "3")))
    with reading(place) as reader:
        assert sorted(reader.settled().triples((None, None, None))) == [(S, P, Literal("1")), (S, P, Literal("2"))]


def test_what_is_no_query_is_told_apart(place: Place) -> None:
    stored(place, Change(added=quads(None, "1")))
    with reading(place) as reader:
        for text in ("SELECT ?o WHERE {", "", "SELECT ?o FROM <urn:graph:a> {", f"INSERT DATA {{ <{S}> <{P}> 1 }}"):
            with pytest.raises(SyntaxError):
                reader.query(text)


def test_an_update_is_a_data_version(place: Place) -> None:
    stored(place, Change(added=quads(A, "1")))
    writer = place.writer()
    try:
        moved = f"INSERT {{ GRAPH <{B}> {{ ?s ?p '2' }} }} WHERE {{ GRAPH <{A}> {{ ?s ?p '1' }} }} ; CLEAR GRAPH <{A}>"
        assert writer.update(moved) == 2
        assert writer.update(f"INSERT DATA {{ GRAPH <{C}> {{ <s> <p> 'c' }} }}", base="https://example.org/") == 3
    finally:
        writer.close()
    with reading(place, 3) as reader:
        assert values(reader.graph(B)) == {"2"}
        assert not values(reader.graph(A))
        assert list(reader.graph(C) or ()) == [(URIRef("https://example.org/s"), URIRef("https://example.org/p"), Literal("c"))]


def test_what_is_no_update_is_told_apart_and_changes_nothing(place: Place) -> None:
    stored(place, Change(added=quads(A, "1")))
    writer = place.writer()
    try:
        with pytest.raises(SyntaxError):
            writer.update(f"DROP GRAPH <{A}> ; INSERT DATA {{")
        writer.apply(Change(added=quads(A, "2")))
    finally:
        writer.close()
    assert held(place) == {None: set(), A: {"1", "2"}}


def test_an_update_that_fails_changes_nothing(place: Place, case: Callable[[str], None]) -> None:
    case("undone")
    stored(place, Change(added=quads(A, "1")))
    writer = place.writer()
    nobody = f"http://{servers.HOST}:{servers.free_port()}/"
    try:
        with pytest.raises((StoreError, OSError)):
            writer.update(f"INSERT DATA {{ GRAPH <{B}> {{ <{S}> <{P}> '2' }} }} ; LOAD <{nobody}>")
    finally:
        writer.close()
    assert place.current() == 1
    assert held(place) == {None: set(), A: {"1"}}


@pytest.mark.parametrize("wrong", ["urn:no name", "urn:a> { <urn:s> <urn:p> 1 } } WHERE {} ; DROP ALL ; #"])
def test_a_change_that_cannot_be_changes_nothing(wrong: str, place: Place) -> None:
    stored(place, Change(added=quads(A, "1")))
    writer = place.writer()
    try:
        with pytest.raises((StoreError, ValueError)):
            writer.apply(Change((A,), (), quads(B, "2") + quads(wrong, "3")))
        assert place.current() == 1
        assert held(place) == {None: set(), A: {"1"}}
        assert writer.apply(Change(added=quads(B, "4"))) == 2
    finally:
        writer.close()


def test_text_that_would_be_run_is_only_text(place: Place) -> None:
    # rdflib's own n3() leaves the second and third one open.
    nasty = ['" } } ; DROP ALL ; #', '\n\\"', '\n\\" } } ; DROP ALL ; #', "\\", "'''", '"""\r']
    stored(place, Change(added=quads(A, *nasty)), Change(removed=quads(A, nasty[0])))
    assert held(place) == {None: set(), A: set(nasty[1:])}


def test_of_two_writers_one_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_PATIENCE", 0)
    first = place.writer()
    try:
        second = place.writer()
    except StoreError:
        first.close()
        return
    assert first.apply(Change(added=quads(A, "1"))) == 1
    with pytest.raises(StoreError, match="another process changed"):
        second.apply(Change(added=quads(A, "2")))
    assert held(place) == {None: set(), A: {"1"}}
    # It knows now, and what it does next is made for what is there.
    assert second.apply(Change(added=quads(A, "3"))) == 2
    with pytest.raises(StoreError, match="another process changed"):
        first.update(f"INSERT DATA {{ GRAPH <{A}> {{ <{S}> <{P}> '4' }} }}")
    assert held(place) == {None: set(), A: {"1", "3"}}


def test_a_place_can_be_told_to_another_process(place: Place) -> None:
    stored(place, Change(added=quads(A, "1")))
    assert held(pickle.loads(pickle.dumps(place))) == {None: set(), A: {"1"}}  # noqa: S301  # our own


def many(count: int) -> Iterable[Quad]:
    """Yield quads of seven graphs, one in twenty about a blank node, of which each has up to two."""
    for n in range(count):
        yield BNode(f"n{n // 40}") if n % 20 == 0 else URIRef(f"urn:s{n}"), P, Literal(f"value {n}"), f"urn:graph:{n // 40 % 7}"


def test_a_change_of_many_quads_is_one(place: Place) -> None:
    went = tuple(many(4500))
    assert stored(place, Change(added=went)) == 1
    with reading(place) as reader:
        assert sum(len(reader.graph(f"urn:graph:{n}") or ()) for n in range(7)) == 4500
        # 4500 - 225 named subjects, and 113 blank nodes: none has come apart.
        assert column(reader.query("SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { GRAPH ?g { ?s <urn:p> ?o } }")) == ["4388"]
    assert stored(place, Change(removed=tuple(quad for quad in went if not isinstance(quad[0], BNode)))) == 2
    with reading(place) as reader:
        assert sum(len(reader.graph(f"urn:graph:{n}") or ()) for n in range(7)) == 225
        assert [name for name in reader.names() if "carried" in name] == []
