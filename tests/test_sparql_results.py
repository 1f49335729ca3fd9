"""Answers in the W3C's forms: the W3C's own suites, and whatever is odd, read back by somebody else's readers."""

import csv
import io
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Node

import suites
from masagraph.answers import Answer, Row, Rows, Triple, Triples
from masagraph.errors import InputError
from masagraph.oxigraph import Disk, parse
from masagraph.sparql import formats, graph_forms, results
from masagraph.sparql.results import TRUNCATED

# Counted by hand in the two manifests: jsonres01 to 04; csv01 to 03 and tsv01 to 03.
JSON_TESTS, CSV_TSV_TESTS = 4, 6
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
ROWS = ("json", "xml", "csv", "tsv")
GRAPHS = ("turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml")
_Term = tuple[str, ...]


def as_rows(names: tuple[str, ...], *rows: Row) -> Rows:
    return Rows(names, iter(rows))


def as_triples(*triples: Triple) -> Triples:
    return Triples(iter(triples))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "store")
    yield disk
    disk.close()


def wanted(term: Node | None) -> _Term | None:
    """Return what a term must be read as."""
    if term is None:
        return None
    if isinstance(term, Literal):
        return ("literal", str(term), term.language or "", "" if term.language else str(term.datatype or XSD.string))
    return ("bnode",) if isinstance(term, BNode) else ("uri", str(term))


def read(term: object) -> _Term | None:
    """Return what pyoxigraph has read, likewise."""
    if isinstance(term, ox.Literal):
        return ("literal", term.value, term.language or "", "" if term.language else term.datatype.value)
    if isinstance(term, ox.NamedNode):
        return ("uri", term.value)
    return None if term is None else ("bnode",)


def read_rows(body: bytes, form: str) -> list[tuple[_Term | None, ...]]:
    syntax = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}[form]
    found = ox.parse_query_results(body, format=syntax)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(read(term) for term in row) for row in found]


# The W3C's suites


def cases(folder: str, count: int) -> list[tuple[str, Path, Path, Path]]:
    """Return the tests of a suite: what each is called by, its query, its data, its expected result."""
    found = suites.entries(suites.folder() / "sparql" / "sparql11" / folder / "manifest.ttl")
    assert len(found) == count
    told = []
    for entry in found:
        (action,) = entry.graph.objects(entry.node, suites.MF.action)
        (result,) = entry.graph.objects(entry.node, suites.MF.result)
        (query,), (data,) = (entry.graph.objects(action, URIRef(f"{QT}{part}")) for part in ("query", "data"))
        asked, held, expected = (Path(str(node).removeprefix("file://")) for node in (query, data, result))
        told.append((entry.name, asked, held, expected))
    return told


def answered(disk: Disk, query: Path, data: Path) -> Answer:
    for name in (None, *disk.names()):
        disk.drop(name)
    disk.add(parse(data.read_bytes(), "turtle"))
    return disk.query(query.read_text(encoding="utf-8"))


def by_name(body: str, form: str) -> list[dict[str, str]]:
    """Return rows by column, comparable: a SELECT * says nothing of the order of columns, nor the suite of blank nodes' names.

    Doubles are told by their value: the suite's data has 1.0e6 where it expects 1.0E6, and Oxigraph holds no more than the value.
    """
    if form == "csv":
        header, *rows = csv.reader(io.StringIO(body, newline=""))
        cells = [[str(float(cell)) if "E" in cell or cell == "1000000" else cell for cell in row] for row in rows]
    else:
        header = [name.lstrip("?") for name in body.splitlines()[0].split("\t")]
        cells = [[_comparable(term) for term in row] for row in read_rows(body.encode(), form)]
    names: dict[str, str] = {}
    named = [[names.setdefault(cell, f"_:{len(names)}") if cell.startswith("_:") else cell for cell in row] for row in cells]
    return [dict(zip(header, row, strict=True)) for row in named]


def _comparable(term: _Term | None) -> str:
    if term is not None and term[-1] == str(XSD.double):
        return str(float(term[1]))
    if term is not None and term[-1] == str(XSD.negativeInteger):
        return _comparable((*term[:3], str(XSD.integer)))  # The one exception, in tsv03: Oxigraph holds it as an integer.
    return "_:" if term == ("bnode",) else str(term)


def test_w3c_json_results(disk: Disk) -> None:
    for name, query, data, expected in cases("json-res", JSON_TESTS):
        ours = json.loads(results.render(answered(disk, query, data), "json", 1000).body)
        theirs = json.loads(expected.read_text(encoding="utf-8"))
        for told in (ours, theirs):
            told["head"].get("vars", []).sort()
            names: dict[str, str] = {}
            for binding in told.get("results", {}).get("bindings", []):
                for term in binding.values():
                    if term["type"] == "bnode":
                        term["value"] = names.setdefault(term["value"], str(len(names)))
        assert ours == theirs, name


def test_w3c_csv_and_tsv_results(disk: Disk) -> None:
    for name, query, data, expected in cases("csv-tsv-res", CSV_TSV_TESTS):
        form = expected.suffix[1:]
        ours = results.render(answered(disk, query, data), form, 1000).body
        assert by_name(ours.decode(), form) == by_name(expected.read_bytes().decode(), form), name


# The forms themselves

S, P = URIRef("http://example.org/s"), URIRef("http://example.org/p#p")


def test_json_as_the_recommendation_has_it() -> None:
    row = (
        S,
        BNode("nodeID://b10001"),
        Literal("a", lang="en"),
        Literal("1", datatype=XSD.integer),
        Literal("b", datatype=XSD.string),
        None,
    )
    told = json.loads(results.render(as_rows(tuple("uvwxyz"), row), "json", 9).body)
    assert told == {
        "head": {"vars": ["u", "v", "w", "x", "y", "z"]},
        "results": {
            "bindings": [
                {
                    "u": {"type": "uri", "value": "http://example.org/s"},
                    "v": {"type": "bnode", "value": "b0"},
                    "w": {"type": "literal", "value": "a", "xml:lang": "en"},
                    "x": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
                    "y": {"type": "literal", "value": "b"},
                }
            ]
        },
    }


def test_csv_has_bare_values_and_the_line_ends_of_rfc_4180() -> None:
    rows = as_rows(
        ("x", "y"),
        (Literal('say "x", y', lang="en"), None),
        (Literal("-1", datatype=XSD.integer), BNode("n")),
        (S, Literal("a\nb")),
    )
    body = results.render(rows, "csv", 9).body
    assert body == b'x,y\r\n"say ""x"", y",\r\n-1,_:b0\r\nhttp://example.org/s,"a\nb"\r\n'


def test_tsv_has_terms_as_turtle_does() -> None:
    numbers = [
        ("1", XSD.integer),
        ("-.5", XSD.decimal),
        ("1.0E6", XSD.double),
        ("1.", XSD.decimal),
        ("1", XSD.double),
        ("x", XSD.integer),
    ]
    row = tuple(Literal(text, datatype=kind, normalize=False) for text, kind in numbers)
    told = results.render(as_rows(tuple("abcdef"), row), "tsv", 9).body.decode()
    assert told == (
        '?a\t?b\t?c\t?d\t?e\t?f\n1\t-.5\t1.0E6\t"1."^^<http://www.w3.org/2001/XMLSchema#decimal>\t'
        '"1"^^<http://www.w3.org/2001/XMLSchema#double>\t"x"^^<http://www.w3.org/2001/XMLSchema#integer>\n'
    )
    odd = results.render(as_rows(("a", "b", "c"), (Literal('\t\n\r"\\\x00\u2028'), None, BNode("n n"))), "tsv", 9).body.decode()
    assert odd == '?a\t?b\t?c\n"\\t\\n\\r\\"\\\\\\u0000\\u2028"\t\t_:b0\n'


@pytest.mark.parametrize("value", [True, False])
def test_truth_in_each_form(value: bool) -> None:
    bodies = {form: results.render(value, form, 0).body for form in ROWS}
    word = "true" if value else "false"
    assert json.loads(bodies["json"]) == {"head": {}, "boolean": value}
    assert bodies["csv"] == bodies["tsv"] == word.encode()
    for syntax, form in ((ox.QueryResultsFormat.XML, "xml"), (ox.QueryResultsFormat.JSON, "json")):
        found = ox.parse_query_results(bodies[form], format=syntax)
        assert isinstance(found, ox.QueryBoolean)
        assert bool(found) is value


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("there", [0, 2, 3, 4])
def test_rows_are_cut_at_the_limit_and_it_is_said(form: str, there: int) -> None:
    rendered = results.render(as_rows(("x",), *[(Literal(number),) for number in range(there)]), form, 3)
    assert (rendered.rows, rendered.truncated) == (min(there, 3), there > 3)
    body = rendered.body.decode()
    assert ("<literal" if form == "xml" else '"literal"' if form == "json" else "\n") in body or there == 0
    if form == "json":
        assert json.loads(body)["head"].get("link") == ([TRUNCATED] if there > 3 else None)
        assert len(json.loads(body)["results"]["bindings"]) == min(there, 3)
    elif form == "xml":
        links = ET.fromstring(body).iterfind("./*/{http://www.w3.org/2005/sparql-results#}link")  # noqa: S314 - it is our own
        assert [link.get("href") for link in links] == ([TRUNCATED] if there > 3 else [])
        assert body.count("<result>") == min(there, 3)
    else:
        assert len(body.splitlines()) == min(there, 3) + 1


def test_no_more_is_read_than_tells_that_there_is_more() -> None:
    read_so_far = []

    def endless() -> Iterator[Row]:
        while True:
            read_so_far.append(1)
            yield (S,)

    assert results.render(Rows(("x",), endless()), "csv", 5).truncated
    assert len(read_so_far) == 6


@pytest.mark.parametrize("form", GRAPHS)
def test_graphs_are_cut_at_the_limit_and_it_is_said(form: str) -> None:
    triples = [(S, P, Literal(number)) for number in (0, 1, 1, 2, 3)]
    cut = results.render(as_triples(*triples), form, 3)
    assert (cut.rows, cut.truncated, len(read_graph(cut.body, form))) == (3, True, 3)
    has_comment = form in ("turtle", "trig", "ntriples", "nquads")
    assert cut.body.endswith(b"# truncated after 3 triples\n") is has_comment
    whole = results.render(as_triples(*triples), form, 4)
    assert (whole.rows, whole.truncated, b"truncated" in whole.body) == (4, False, False)


TEXTS = st.text() | st.sampled_from(
    ["\r\n", "\r", "\t", '"', "\\", "'''", "a\x00b", "\U0001f600", "\x85\u2028\u2029", "]]>", "<&>", "\ufeff", " "]
)
IN_XML = TEXTS.filter(
    lambda text: all(c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in text)
)
NUMBERS = st.sampled_from(
    [
        Literal(t, datatype=k, normalize=False)
        for k in (XSD.integer, XSD.decimal, XSD.double, XSD.boolean)
        for t in ("1", "01", "+1.0", "1e5", "TRUE", "NaN")
    ]
)


def terms(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    literals = st.builds(Literal, texts) | st.builds(lambda text: Literal(text, lang="en"), texts) | NUMBERS
    others = st.sampled_from([S, URIRef("urn:x:%20'()"), URIRef("http://example.org/\u00e9."), XSD.integer, BNode("odd one")])
    return literals | others


@given(st.lists(st.tuples(*[st.none() | terms(TEXTS)] * 2), max_size=4), st.sampled_from(["json", "tsv"]))
def test_rows_are_read_back_by_another_reader(rows: list[Row], form: str) -> None:
    body = results.render(as_rows(("a", "b"), *rows), form, 9).body
    assert read_rows(body, form) == [tuple(wanted(term) for term in row) for row in rows]


@given(st.lists(st.tuples(*[st.none() | terms(IN_XML)] * 2), max_size=4))
def test_xml_is_read_back_by_another_reader(rows: list[Row]) -> None:
    body = results.render(as_rows(("a", "b"), *rows), "xml", 9).body
    found = ET.fromstring(body).iter("{http://www.w3.org/2005/sparql-results#}result")  # noqa: S314 - it is our own
    told = []
    for result in found:
        cells = dict.fromkeys("ab")
        for binding in result:
            (element,) = binding
            kind, text = element.tag.rpartition("}")[2], element.text or ""
            language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
            plain = "" if language else str(XSD.string)
            cells[binding.attrib["name"]] = (kind, text, language, element.get("datatype", plain))[
                : {"literal": 4, "uri": 2, "bnode": 1}[kind]
            ]
        told.append(tuple(cells.values()))
    assert told == [tuple(wanted(term) for term in row) for row in rows]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_csv_is_read_back_by_another_reader(rows: list[tuple[str, str]]) -> None:
    body = results.render(as_rows(("a", "b"), *[(Literal(a), Literal(b)) for a, b in rows]), "csv", 9).body
    assert list(csv.reader(io.StringIO(body.decode(), newline=""))) == [["a", "b"], *[list(row) for row in rows]]


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_rdflib_reads_the_rows(form: str) -> None:
    row = (S, Literal('a\t"b"\\\n', lang="en"), Literal("7", datatype=XSD.integer), None)
    found = Result.parse(io.BytesIO(results.render(as_rows(tuple("abcd"), row), form, 9).body), format=form)
    assert [str(name) for name in found.vars or []] == list("abcd")
    assert [list(line) for line in found] == [list(row)]  # type: ignore[arg-type]  # a row of a SELECT


def read_graph(body: bytes, form: str) -> list[Triple]:
    found = list(parse(body, form))
    assert {name for *_, name in found} <= {None}
    return [quad[:3] for quad in found]


def exactly(triples: Iterable[Triple]) -> set[tuple[_Term | None, ...]]:
    return {tuple(wanted(term) for term in triple) for triple in triples}


NAMES = st.sampled_from(
    [P, RDF.type, XSD.string, URIRef("http://example.org/a-b.c"), URIRef("https://w3id.org/masagraph/def#topic")]
)


@given(st.lists(st.tuples(st.sampled_from([S, BNode("odd one")]), NAMES, terms(IN_XML)), max_size=6), st.sampled_from(GRAPHS))
def test_graphs_are_read_back_by_another_reader(triples: list[Triple], form: str) -> None:
    if form == "rdfxml" and any("\r" in str(value) for *_, value in triples):
        with pytest.raises(InputError, match=r"U\+000D"):
            results.render(as_triples(*triples), form, 99)
    else:
        assert exactly(read_graph(results.render(as_triples(*triples), form, 99).body, form)) == exactly(triples)


@given(st.lists(st.tuples(st.just(S), st.just(P), terms(TEXTS)), max_size=6), st.sampled_from(GRAPHS[:-1]))
def test_any_character_stands_in_all_forms_but_xml(triples: list[Triple], form: str) -> None:
    assert exactly(read_graph(results.render(as_triples(*triples), form, 99).body, form)) == exactly(triples)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's reader of JSON-LD calls what rdflib has deprecated
@pytest.mark.parametrize("form", GRAPHS)
def test_rdflib_reads_the_graphs(form: str) -> None:
    graph = Graph()
    one, two = BNode(), BNode()
    for triple in [
        (S, P, one),
        (one, P, two),
        (two, P, Literal("a\n<b>&\"'", lang="en")),
        (two, RDF.type, P),
        (S, RDF.type, one),
    ]:
        graph.add(triple)
    # A graph without a name is Turtle in TriG, and N-Triples in N-Quads.
    syntax = {"turtle": "turtle", "trig": "turtle", "ntriples": "nt", "nquads": "nt", "jsonld": "json-ld", "rdfxml": "xml"}[form]
    assert isomorphic(Graph().parse(data=results.write(graph, form), format=syntax), graph)


@pytest.mark.parametrize("form", GRAPHS)
def test_equal_graphs_are_written_alike(form: str) -> None:
    triples = [(URIRef(f"urn:s:{number % 7}"), URIRef(f"urn:p:n{number % 3}"), Literal(number)) for number in range(40)]
    bodies = set()
    for _ in range(3):
        random.shuffle(triples)
        graph = Graph()
        for triple in triples:
            graph.add(triple)
        bodies.add(results.write(graph, form))
    assert len(bodies) == 1


def test_turtle_is_fit_to_be_read() -> None:
    kind = URIRef("https://w3id.org/masagraph/def#Arrangement")
    body = graph_forms.write([(S, RDF.type, kind), (S, P, Literal(1)), (S, P, Literal("x"))], "turtle").decode()
    assert body.startswith("@prefix masa: <https://w3id.org/masagraph/def#> .\n")
    assert "a masa:Arrangement" in body
    assert body.count("<http://example.org/s>") == body.count("<http://example.org/p#p>") == 1


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\ufffe"])
def test_xml_says_what_it_has_no_place_for(text: str) -> None:
    with pytest.raises(InputError, match=r"U\+[0-9A-F]{4}.*JSON"):
        results.render(as_rows(("x",), (Literal(text),)), "xml", 9)
    with pytest.raises(InputError, match=r"U\+[0-9A-F]{4}.*Turtle"):
        results.render(as_triples((S, P, Literal(text))), "rdfxml", 9)


@pytest.mark.parametrize("name", ["http://example.org/p/", "http://example.org/12", "urn:isbn:1", f"{RDF}li", f"{RDF}about"])
def test_rdf_xml_says_which_property_it_cannot_write(name: str) -> None:
    with pytest.raises(InputError, match="property"):
        results.render(as_triples((S, URIRef(name), S)), "rdfxml", 9)


def test_every_form_has_a_writer() -> None:
    assert {form.key for form in formats.of_kind("rows")} == set(ROWS)
    assert {form.key for form in formats.of_kind("graph")} == set(GRAPHS)
    for kind, default in formats.DEFAULTS.items():
        assert formats.of_kind(kind)[0].key == default
    for form in ROWS:
        assert results.render(as_rows(()), form, 1).rows == 0
    for form in GRAPHS:
        assert read_graph(results.render(as_triples(), form, 1).body, form) == []
