"""Nothing that a query or update says makes a request: every text that the guard lets through is run beside a listener."""

import contextlib
import random
import string
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masagraph.answers import Dataset, Rows, Triples
from masagraph.errors import InputError
from masagraph.oxigraph import Disk
from masagraph.sparql import guard, updates, words

LATER = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Trap:
    """A listener on loopback that counts who comes, and a store to send there."""

    def __init__(self, disk: Disk) -> None:
        """Listen."""
        self.disk, self.hits = disk, 0
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.hits += 1
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - what the library calls it

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/trap"

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def runs(self, text: str) -> int:
        """Run a query, whatever comes of it, and return how many requests it made."""
        self.hits = 0
        with contextlib.suppress(SyntaxError, OSError, RuntimeError, ValueError, TypeError):
            answer = self.disk.query(text)
            if isinstance(answer, Rows):
                list(answer.rows)
            elif isinstance(answer, Triples):
                list(answer.triples)
        return self.hits

    def updates(self, text: str) -> int:
        """Run an update likewise."""
        self.hits = 0
        with contextlib.suppress(SyntaxError, OSError, RuntimeError, ValueError):
            self.disk.update(text)
        return self.hits


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    disk = Disk(tmp_path_factory.mktemp("trap") / "store")
    disk.update('INSERT DATA { <urn:s> <urn:p> 1, true, "text", <urn:o> . GRAPH <urn:g> { <urn:s> <urn:p> 2 } }')
    trap = Trap(disk)
    yield trap
    trap.close()
    disk.close()


def is_refused(text: str) -> bool:
    try:
        guard.refuse(text)
    except InputError:
        return True
    return False


# ADDRESS stands for the listener; each was seen to make Oxigraph send a request there.
HITTING = (
    "SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { service silent <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<ADDRESS>{?s ?p ?o} }",
    "ASK { { SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } } } }",
    "ASK { FILTER(EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } }) }",
    "ASK { ?s ?p ?o FILTER NOT EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "ASK { FILTER(NOTEXISTS{SERVICE <ADDRESS> {?s ?p ?o} }) }",
    "SELECT * { ?s ?p ?o OPTIONAL { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { { ?s ?p ?o } UNION { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o MINUS { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { GRAPH <urn:g> { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { BIND(IF(EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } }, 1, 2) AS ?x) }",
    "SELECT * { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } })",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } })",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "BASE <ADDRESS> SELECT * { SERVICE <other> { ?s ?p ?o } }",
    "PREFIX ex: <ADDRESS> SELECT * { SERVICE ex:a { ?s ?p ?o } }",
    "PREFIX : <ADDRESS> SELECT * { SERVICE:a { ?s ?p ?o } }",
    "PREFIX ex: <ADDRESS> SELECT * { SERVICEex:a { ?s ?p ?o } }",
    "PREFIX ex: <ADDRESS> SELECT * { SERVICEex:a # {\n{ ?s ?p ?o } }",
    "PREFIX ex: <ADDRESS> SELECT * { SERVICESILENTex:a { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o.SERVICE<ADDRESS>{ ?s ?p ?o } }",
    "SELECT * { LATERAL { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    # A carriage return ends a comment for Oxigraph, and does not for rdflib.
    "SELECT * { ?s ?p ?o # comment\rSERVICE <ADDRESS> { ?s ?p ?o }\n }",
    # What looks like an IRI, and a string after it, is less-than and a comment.
    "SELECT * { ?s ?p ?o FILTER(?o<?o#>'''\n||EXISTS{SERVICE <ADDRESS> {?s ?p ?o} } #'''\n) }",
    'SELECT * { ?s ?p ?o FILTER(1<?o#>"""\n||EXISTS{SERVICE <ADDRESS> {?s ?p ?o} } #"""\n) }',
)


@pytest.mark.parametrize("text", HITTING)
def test_service_is_hit_without_the_guard_and_refused_by_it(trap: Trap, text: str) -> None:
    whole = text.replace("ADDRESS", trap.address)
    assert trap.runs(whole) > 0
    assert is_refused(whole)


@pytest.mark.parametrize(
    "text",
    [
        # Servers that resolve escapes first would see the keyword.
        "SELECT * { \\u0053ERVICE <urn:x> { ?s ?p ?o } }",
        "SELECT * { SERV\\U00000049CE <urn:x> { ?s ?p ?o } }",
        "SELECT * { ?s ?p '\\u0027 SERVICE <urn:x> { ?s ?p ?o } #' }",
        "SELECT * { ?s ?p ?o # \\u000A SERVICE <urn:x> {}\n }",
        "SELECT * { ?s ?p 'service \\ud800' }",
        # Nothing folds to the keyword but the keyword; in doubt, no.
        "SELECT * { \u017fERVICE <urn:x> { ?s ?p ?o } }",
        "\ufeffSELECT * { SERVICE <urn:x> { ?s ?p ?o } }",
        "SELECT * { SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE",
        # rdflib cannot read these, so nobody vouches for the word in them.
        "SELECT * { ?service ?p ?o LATERAL { ?s ?p ?o } }",
        "SELECT * { ?service ?p << ?a ?b ?c >> }",
        "SELECT * { ?service ?p 'open }",
    ],
)
def test_what_might_be_service_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="SERVICE"):
        guard.refuse(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?p ?o }",
        "SELECT $service ?x { $service ?p ?x }",
        "PREFIX ex: <urn:> SELECT * { ?s ex:service ?o { ?a ?b ?c } }",
        "PREFIX ex: <urn:> SELECT * { ?s ex:my-service.x ?o ; ex:se\\-service 1 }",
        "PREFIX service: <urn:> SELECT * { ?s service:a service:service }",
        "SELECT * { ?s <http://example.org/service/desk#service> ?o }",
        "# SERVICE <urn:x> { ?s ?p ?o }\nSELECT * { ?s ?p ?o } # service",
        "# SERVICE <urn:x> {\r\nSELECT * { ?s ?p ?o }\r\n",
        "SELECT * { ?s ?p 'SERVICE <urn:x> { ?s ?p ?o }' }",
        'SELECT * { ?s ?p """A "service" desk:\n \\" SERVICE <urn:x> {}""" , \'it\\\'s a service\' }',
        "SELECT * { ?s ?p 'caf\\u00e9 service', 'x'@service }",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && CONTAINS(STR(?o), 'services')) }",
        # No word, no doubt: what only Oxigraph reads may pass.
        "SELECT * { ?s ?p ?o LATERAL { ?s ?p ?o } }",
        "SELECT ('\\u0022' AS ?quote) {}",
        'PREFIX add: <urn:> SELECT * { ?with add:load \'DELETE\', """INSERT""" } # DROP\n',
    ],
)
def test_the_word_may_stand_where_it_asks_nothing(trap: Trap, text: str) -> None:
    guard.refuse(text)
    trap.disk.query(text)


@pytest.mark.parametrize("verb", ["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])
@pytest.mark.parametrize("before", ["", "PREFIX add: <urn:with> # LOAD\nBASE <urn:drop>", "SELECT * {} ; ", "clear all;\r\n"])
def test_each_verb_of_an_update_is_named(verb: str, before: str) -> None:
    text = f"{before} {verb.lower()} <urn:a> {{ ?s ?p ?o }}"
    why = guard.why_no_query(text)
    named = "CLEAR" if before.startswith("clear") else verb
    assert why is not None
    assert f"({named})" in why
    with pytest.raises(InputError, match=named):
        guard.refuse(text)


@pytest.mark.parametrize("text", ["ASK {}", "SELECT ?load { ?load ?p 'insert' } # drop", "nonsense", ""])
def test_what_is_no_update_is_not_called_one(text: str) -> None:
    assert guard.why_no_query(text) is None


def test_a_query_begins_as_one() -> None:
    with pytest.raises(InputError, match="DEFINE"):
        guard.refuse('DEFINE get:soft "soft" SELECT * { ?s ?p ?o }')


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ ?s ?p 'service' {'FILTER(EXISTS{' * 500}{'})' * 500} }}",
        f"SELECT * {{ ?s ?p 'service' {'{' * 20_000}{'}' * 20_000} }}",
        f"SELECT * {{ {'SERVICE <urn:x> {' * 5_000}{'}' * 5_000} }}",
    ],
)
def test_deep_nesting_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        guard.refuse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["service" * 100_000, "a." * 100_000, "'''a" * 50_000, "<a" * 100_000, "service:" * 50_000, "?service{ " * 30_000]
)
def test_a_huge_text_is_read_in_time(text: str) -> None:
    is_refused(text)  # It ends: no reading of it goes back and forth.


def test_data_sets_are_told() -> None:
    text = "BASE <http://a.example/b/> PREFIX ex: <c#> BASE <http://d.example/> ASK FROM <x> FROM NAMED ex:y\\,z FROM <urn:w> {}"
    assert guard.dataset(text) == Dataset(("http://d.example/x", "urn:w"), ("http://a.example/b/c#y,z",))
    assert guard.dataset("ASK FROM <x> {}", "http://e.example/sparql") == Dataset(("http://e.example/x",))
    assert guard.dataset("SELECT ?from { ?from <urn:from> 'FROM <urn:x>' } # FROM <urn:x>") is None
    assert guard.dataset("PREFIX ex: <http://a.example/#> ASK FROM ex:x {}") == Dataset(("http://a.example/#x",))
    assert guard.dataset("SELECT*FROM<urn:x>{}") == Dataset(("urn:x",))


@pytest.mark.parametrize("text", ["ASK FROM <x> {}", "ASK FROM ex:x {}", "ASK FROM <urn:x> OPTION (get:soft 'soft') {}"])
def test_a_data_set_that_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="FROM"):
        guard.dataset(text)


KEYWORDS = st.sampled_from(["SERVICE", "service", "SeRvIcE"])
SPACE = st.sampled_from([" ", "\n", "\t", "\r", "\r\n", " # it's a \"\n", "#'''\r", "# > <\n"])
DECOYS = st.sampled_from([
    "", " ?s ?p '# SERVICE <urn:x> {' . ", ' ?s ?p "it\'s" . ', " ?s <urn:a#b> ?o . ", " FILTER(?o<?o#>'''\n) ",
    " FILTER(?o<1&&?o>2) ", " ?service ?p ?o . ", " ?s ?p '''a\n''b''' . ", ' ?s ?p """\\"""" . ', " BIND('service' AS ?b) ",
    " # service\n",
])  # fmt: skip
WRAPPERS = st.sampled_from([
    "{X}", "OPTIONAL {X}", "{X} UNION {}", "{} UNION {X}", "MINUS {X}", "GRAPH ?g {X}", "FILTER EXISTS {X}",
    "FILTER NOT EXISTS {X}", "FILTER(!EXISTS {X})", "FILTER(COALESCE(1, EXISTS {X}))", "{ SELECT * {X} }", "LATERAL {X}",
    "{ SELECT (EXISTS {X} AS ?n) {} }", "{ SELECT ?s {} HAVING (EXISTS {X}) }", "BIND(IF(1 < 2, EXISTS {X}, false) AS ?i)",
    "FILTER(?o IN (1, EXISTS {X}))", "FILTER(?o<?o#>'''\n||EXISTS{X}#'''\n)", "FILTER(<urn:f>(EXISTS{X}))",
    "{ SELECT (MAX(EXISTS {X}) AS ?m) {} }",
])  # fmt: skip
FORMS = st.sampled_from([
    "SELECT * {X}", "ASK {X}", "CONSTRUCT { ?s ?p ?o } WHERE {X}", "DESCRIBE ?s {X}", "SELECT * {} ORDER BY (EXISTS{X})",
])  # fmt: skip


@st.composite
def asking(draw: st.DrawFn) -> str:
    """Return a query with SERVICE hidden in it."""
    where = draw(st.sampled_from(["<ADDRESS>", "ex:a", "ex:"]))
    silent = draw(st.sampled_from(["", "SILENT", "silent"]))
    gaps = [draw(SPACE) for _ in range(3)]
    inner = f"{draw(KEYWORDS)}{gaps[0]}{silent}{gaps[1]}{where}{gaps[2]}{{ ?s ?p ?o }}"
    for _ in range(draw(st.integers(0, 4))):
        inner = draw(WRAPPERS).replace("X", f"{draw(DECOYS)}{inner}{draw(DECOYS)}")
    return "PREFIX ex: <ADDRESS> " + draw(FORMS).replace("X", inner)


TOKENS = st.sampled_from([
    "SERVICE", "service", "SILENT", "<ADDRESS>", "ex:", ":a", "{", "}", "(", ")", "<", ">", "#", "\n", "\r", " ", "'", "'''", '"',
    '"""', "\\", "\\u0053", ".", ";", ",", "?s ?p ?o", "?x", "1", "true", "a", "@en", "FILTER", "EXISTS", "OPTIONAL", "UNION",
    "SELECT * ", "_:b",
])  # fmt: skip


@given(asking())
@LATER
def test_a_hidden_service_never_passes(text: str) -> None:
    assert is_refused(text.replace("ADDRESS", "http://127.0.0.1:9/trap"))


@given(st.lists(TOKENS, max_size=14))
@settings(LATER, max_examples=400)
def test_whatever_passes_makes_no_request(trap: Trap, tokens: list[str]) -> None:
    text = f"PREFIX ex: <ADDRESS> PREFIX : <ADDRESS> SELECT * {{ {''.join(tokens)} }}".replace("ADDRESS", trap.address)
    if not is_refused(text):
        assert trap.runs(text) == 0


def test_hidden_services_do_reach_the_listener_without_the_guard(trap: Trap) -> None:
    """The two tests above would mean nothing if their texts were no queries."""
    seen: list[str] = []

    @given(asking())
    @settings(LATER, max_examples=100, derandomize=True, database=None)
    def collect(text: str) -> None:
        seen.append(text.replace("ADDRESS", trap.address))

    collect()
    assert sum(trap.runs(text) > 0 for text in seen) > len(seen) / 4


LOADING = (
    "LOAD <ADDRESS>",
    "LOAD<ADDRESS>",
    "LOADSILENT<ADDRESS>",
    "load silent <ADDRESS> INTO GRAPH <urn:g>",
    "CLEAR SILENT GRAPH <urn:none>;LOAD<ADDRESS>",
    "#\rLOAD<ADDRESS>",
    "PREFIX e: <ADDRESS>LOAD e:a",
    "PREFIX e: <ADDRESS>LOADe:a",
    "PREFIX : <ADDRESS>LOAD:a",
    "INSERT {} WHERE { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "DELETE {} WHERE { FILTER EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "WITH <urn:g> DELETE {} WHERE { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "INSERT DATA { <urn:load> <urn:p> 'LOAD' } ; LOAD <ADDRESS>",
    "INSERT DATA { <<:a#>'''\n<urn:b> <urn:c>>> <urn:d> <urn:e> } ; LOAD <ADDRESS> #'''".replace("<<:a#>", "<<<urn:a>#>"),
)


@pytest.mark.parametrize("text", LOADING)
def test_an_update_that_fetches_is_hit_without_the_guard_and_refused_by_it(trap: Trap, text: str) -> None:
    whole = text.replace("ADDRESS", trap.address)
    assert trap.updates(whole) > 0
    for dataset in (None, Dataset(("urn:g",))):
        with pytest.raises(InputError, match=r"LOAD|SERVICE"):
            updates.prepared(whole, dataset)


@given(st.text(alphabet=string.printable))
def test_reading_words_never_fails(text: str) -> None:
    words.bare(words.plain(text))
    words.disguised(text)


@given(st.randoms(use_true_random=False))
@LATER
def test_a_bare_word_is_found_between_any_tokens(chance: random.Random) -> None:
    others = [
        "'a'",
        '"b"',
        "'''c'd\n'''",
        "<urn:e>",
        "f:g",
        ":h",
        "?i",
        "$j",
        "# SERVICE\n",
        "1.5",
        "{}",
        ".",
        ";",
        "@en",
        "(",
        "\r",
    ]
    before, after = (" ".join(chance.choices(others, k=chance.randrange(8))) for _ in range(2))
    assert "SERVICE" in words.bare(f"{before} SERVICE {after}")
    assert "SERVICE" not in words.bare(f"{before} 'SERVICE' ?SERVICE {after}")


@pytest.mark.parametrize("bracket", ["{}", "()", "[]"])
def test_what_is_nested_too_deeply_is_refused_before_a_parser_sees_it(bracket: str) -> None:
    deep, shallow = (f"SELECT * {{ {bracket[0] * n}{bracket[1] * n} }}" for n in (5000, 400))
    with pytest.raises(InputError, match="nested deeper"):
        guard.refuse(deep)
    guard.refuse(shallow)
    guard.refuse("SELECT * { VALUES (?a ?b) { " + "(1 2) " * 5000 + "} }")
