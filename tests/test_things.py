"""Each thing's IRI leads to what is held of it, as a page or as RDF."""

import json
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node

import serving
from masagraph import oxigraph
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from masagraph.vocab import BASE, MASA, RDF, RULE, SH, SHAPE, SKOS, XSD
from serving import Reply, Served

AREA = "http://statistics.data.gov.uk/id/statistical-geography/"
ISLINGTON = f"/thing?iri={AREA}E09000019"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORMS = {
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/n-triples": "ntriples",
}
RESOLVING = (
    "id/arrangement/islington",
    "id/version/islington-2019",
    "id/council/BEN",
    "id/health-body/QMJ",
    "id/police-force/E23000001",
    "id/umbrella/bhr",
    "id/post/E23000001-chief-officer",
    "id/change/2019-04-01-15M",
    "id/combined-area/berks-west",
    "id/jurisdiction/E09000019-ISL-2009-01-01",
    "rule/WOOD-55-LAHEALTH",
    "shape/WOOD-55-LAHEALTH-junior",
    "profile/wood",
    "guidance/wt2018",
    "graph/reference",
    "def",
    "vocab/topic",
)


SECTION = "http://www.legislation.gov.uk/ukpga/2004/31/section/16E"
KINDS = {
    "arrangement": ("/id/arrangement/islington", f"{BASE}id/arrangement/islington", "data/arrangements/*.ttl"),
    "version": ("/id/version/islington-2019", f"{BASE}id/version/islington-2019", "data/arrangements/*.ttl"),
    "body": ("/id/health-body/QMJ", f"{BASE}id/health-body/QMJ", "data/reference/*.ttl"),
    "area": (ISLINGTON, f"{AREA}E09000019", "data/reference/*.ttl"),
    "post": ("/id/post/E23000001-chief-officer", f"{BASE}id/post/E23000001-chief-officer", "data/reference/*.ttl"),
    "rule": ("/rule/WOOD-55-LAHEALTH", f"{BASE}rule/WOOD-55-LAHEALTH", "shapes/**/*.ttl"),
    "guidance": ("/guidance/wt2018", f"{BASE}guidance/wt2018", "shapes/**/*.ttl"),
    "provision of the Act": (f"/thing?iri={SECTION}", SECTION, "[so][hn]*/**/*.ttl"),  # shapes and ontology
    "term": ("/def", str(MASA.inRegion), "ontology/**/*.ttl"),
}
"""Of each kind of thing that is held: where it is asked for, what it is called, and the files that tell of it."""
RDFLIB = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/rdf+xml": "xml", "application/n-triples": "nt"}


def fetched(served: Served, path: str, accept: str = "text/turtle") -> Graph:
    """Return the graph at an address."""
    reply = served.ask("GET", path, headers={"Accept": accept})
    assert (reply.status, reply.media_type) == (200, accept), reply.text
    graph = Graph()
    for s, p, o, _ in oxigraph.parse(reply.body, FORMS[accept]):
        graph.add((s, p, o))
    return graph


@cache
def shipped(root: Path, pattern: str) -> Graph:
    """Return what the shipped files say."""
    return oxigraph.read(sorted(root.glob(pattern)))


def said(graph: Graph, thing: Node) -> set[tuple[Node, Node]]:
    """Return what a graph says of a thing."""
    return set(graph.predicate_objects(thing))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a service with three generations, of which the first is pruned; what is said of a thing changes in the last."""
    data = tmp_path_factory.mktemp("small")
    thing = URIRef(f"{BASE}id/council/AAA")
    writer = Embedded(data / "store", keep=2).writer()
    writer.apply(Change(created=("https://example.org/empty",)))
    writer.apply(Change(added=((thing, SKOS.prefLabel, Literal("Before"), None), (thing, RDF.type, SKOS.Concept, None))))
    after = (thing, SKOS.prefLabel, Literal('After <script>"&'), None)
    writer.apply(Change(removed=((thing, SKOS.prefLabel, Literal("Before"), None),), added=(after,)))
    writer.close()
    with serving.serving(data, "--workers", "1", "--keep-generations", "2", "--base", "https://safe.example/held") as service:
        yield service


@pytest.mark.parametrize("path", RESOLVING)
def test_an_iri_resolves_at_its_own_path(served: Served, path: str) -> None:
    assert said(fetched(served, f"/{path}"), URIRef(BASE + path))
    page = served.ask("GET", f"/{path}", headers=HTML)
    assert (page.status, page.media_type) == (200, "text/html")
    assert BASE + path in page.text


def known(graph: Graph, thing: URIRef) -> set[tuple[Node, Node, object]]:
    """Return what is said of a thing, and what points to it, without what has no name; numbers by their value.

    Stores write 100.0 as 100.
    """
    triples = (*graph.triples((thing, None, None)), *graph.triples((None, None, thing)))
    return {
        (s, p, o.toPython() if isinstance(o, Literal) and o.datatype == XSD.decimal else o)
        for s, p, o in triples
        if not isinstance(s, BNode) and not isinstance(o, BNode)
    }


@pytest.fixture(scope="module")
def by_rdflib(served: Served) -> Callable[[str, str], Graph]:
    """Return what asks for a thing in a form and has rdflib read it."""

    @cache
    def read(path: str, accept: str) -> Graph:
        reply = served.ask("GET", path, headers={"Accept": accept})
        assert (reply.status, reply.media_type) == (200, accept), reply.text
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its reader of JSON-LD calls what rdflib has deprecated
            return Graph().parse(data=reply.body, format=RDFLIB[accept])

    return read


@pytest.mark.parametrize("accept", RDFLIB)
@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_of_each_kind_is_told_alike_in_each_form(
    by_rdflib: Callable[[str, str], Graph], root: Path, kind: str, accept: str
) -> None:
    """All that the files say of it is there, as another reader has it, and each form holds the same triples."""
    path, iri, files = KINDS[kind]
    found = by_rdflib(path, accept)
    expected = known(shipped(root, files), URIRef(iri))
    assert expected, "this test needs a thing that the files tell of"
    about = {(s, p, o) for s, p, o in expected if s == URIRef(iri)}
    assert about <= known(found, URIRef(iri))
    if not about:  # Nothing is said of a section of an Act. What cites it is told.
        assert known(found, URIRef(iri)) >= expected
    assert isomorphic(found, by_rdflib(path, "application/n-triples"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_of_each_kind_has_a_page(served: Served, root: Path, kind: str) -> None:
    """It tells in words all that the files say of the thing; a date of day and month too is told as it stands."""
    path, iri, files = KINDS[kind]
    reply = served.ask("GET", path, headers=HTML)
    assert (reply.status, reply.media_type) == (200, "text/html")
    text, document = " ".join(unescape(reply.text).split()), iri.partition("#")[0]
    assert f"<code>{document}</code>" in text
    for link in ("turtle", "jsonld", "rdfxml", "ntriples"):
        assert f"format={link}" in text, "and where the other forms are"
    values = [o for o in shipped(root, files).objects(URIRef(iri)) if isinstance(o, Literal)]
    for value in values:
        if value.datatype not in (XSD.boolean, XSD.decimal):
            assert " ".join(str(value).split()) in text, value
    if not values:
        assert "What points to it" in text


def test_a_term_is_found_at_its_place_on_the_page(served: Served) -> None:
    """A browser that follows the IRI of a term asks for the document and looks for what stands behind the #."""
    page = served.ask("GET", "/def", headers=HTML).text
    start = page.index('id="inRegion"')
    assert page.count('id="inRegion"') == 1
    assert "in region" in page[start : page.index("</section>", start)].lower()


@pytest.mark.parametrize("accept", FORMS)
def test_all_that_is_said_of_a_thing_is_there_in_each_form(served: Served, root: Path, accept: str) -> None:
    thing = URIRef(f"{BASE}id/health-body/00C")
    expected = said(shipped(root, "data/reference/*.ttl"), thing)
    assert len(expected) == 7
    assert expected <= said(fetched(served, "/id/health-body/00C", accept), thing)


def test_nothing_else_is_said_of_it_than_follows(served: Served, root: Path) -> None:
    thing = URIRef(f"{BASE}id/health-body/00C")
    more = said(fetched(served, "/id/health-body/00C"), thing) - said(shipped(root, "data/reference/*.ttl"), thing)
    assert {predicate for predicate, _ in more} == {MASA.firstDayAfter}


def test_an_area_is_found_by_its_own_iri(served: Served) -> None:
    graph = fetched(served, ISLINGTON)
    area = URIRef(f"{AREA}E09000019")
    assert (area, MASA.areaCode, Literal("E09000019")) in graph
    region = graph.value(area, MASA.inRegion)
    assert str(graph.value(region, SKOS.prefLabel)) == "London", "what it points to has its name"
    version = URIRef(f"{BASE}id/version/islington-2019")
    assert (version, MASA.coversArea, area) in graph, "what points to it is there"
    assert str(graph.value(version, SKOS.prefLabel)) == "Islington, 2019"


def test_a_rule_says_what_its_file_says(served: Served, root: Path) -> None:
    rule = RULE["WOOD-55-LAHEALTH"]
    expected = said(shipped(root, "shapes/**/*.ttl"), rule)
    assert len(expected) > 20
    found = fetched(served, "/rule/WOOD-55-LAHEALTH")
    assert said(found, rule) == expected
    assert set(found.subjects(None, rule)) == {SHAPE[f"WOOD-55-LAHEALTH-{end}"] for end in ("unknown", "junior", "untitled")}


def test_a_document_is_about_all_its_parts(served: Served, root: Path) -> None:
    files = shipped(root, "ontology/**/*.ttl")
    terms = {s for s in files.subjects() if str(s).startswith(str(MASA))}
    assert len(terms) > 300
    found = fetched(served, "/def")
    for term in terms:
        named = {(p, o) for p, o in said(files, term) if not isinstance(o, BNode)}
        assert named == {(p, o) for p, o in said(found, term) if not isinstance(o, BNode)}


def test_the_parts_of_a_version_are_those_settled_from_it(served: Served) -> None:
    start = f"{BASE}id/version/islington-2019#"
    query = f'SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER (STRSTARTS(STR(?s), "{start}")) }}'
    answer = served.ask("GET", f"/sparql?format=json&query={quote(query)}")
    expected = {row["s"]["value"] for row in json.loads(answer.body)["results"]["bindings"]}
    found = {str(s) for s in fetched(served, "/id/version/islington-2019").subjects(RDF.type) if str(s).startswith(start)}
    assert len(expected) > 20
    assert found == expected


def test_what_hangs_on_things_without_names_is_told_whole(served: Served, root: Path) -> None:
    shape, found = SHAPE["WT-DISPUTE-arbiter"], fetched(served, "/shape/WT-DISPUTE-arbiter")
    (path,) = found.objects(shape, SH.path)
    assert isinstance(path, BNode)
    assert list(Collection(found, path)) == [MASA.hasProvision, MASA.finalArbiter]
    assert isomorphic(shipped(root, "shapes/**/*.ttl").cbd(shape), found.cbd(shape))


def test_so_much_as_points_to_a_thing_is_bounded_and_said(served: Served) -> None:
    document = f"{BASE}guidance/wt2018"
    found = fetched(served, "/guidance/wt2018")
    pointing = [s for s in found.subjects(None, URIRef(document)) if str(s).partition("#")[0] != document]
    assert len(pointing) == 100
    page = served.ask("GET", "/guidance/wt2018", headers=HTML).text
    assert "This is truncated." in page
    assert "This is truncated." not in served.ask("GET", "/id/council/BEN", headers=HTML).text


def test_a_thing_that_is_only_pointed_to_is_told_as_that(served: Served, root: Path) -> None:
    thing = URIRef(f"{BASE}id/arrangement/havering")
    files = shipped(root, "data/**/*.ttl")
    assert not said(files, thing), "this test needs a thing of which nothing is said"
    assert set(fetched(served, "/id/arrangement/havering").subjects(None, thing)) == set(files.subjects(None, thing))
    assert "Nothing is said of it here" in served.ask("GET", "/id/arrangement/havering", headers=HTML).text


def test_a_page_has_names_and_links_that_stay_here(served: Served) -> None:
    page = served.ask("GET", ISLINGTON, headers=HTML).text
    assert "<h1>Islington</h1>" in page
    links = re.findall(r'href="([^"]*)"', page)
    assert f"/thing?iri={quote(AREA, safe='')}E12000007" in links
    assert "/def#inRegion" in links
    assert "/id/version/islington-2019" in links
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)


def test_the_links_of_a_page_lead_on(served: Served) -> None:
    page = served.ask("GET", "/id/version/islington-2019", headers=HTML).text
    anchors = set(re.findall(r'id="([^"]*)"', page))
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page)}
    own = {link.partition("#")[2] for link in links if link.startswith("/id/version/islington-2019#")}
    assert len(own) > 20
    assert own <= anchors
    for path in sorted({link.partition("#")[0] for link in links}):
        assert served.ask("HEAD", path, headers=HTML).status == 200, path


@pytest.mark.parametrize(
    "path",
    [
        "/id/council/QQQ",
        "/id/",
        "/id/council/%3Cx%3E",
        "/id/council/x%22%20%7D%20%7B",
        "/id/council/%5B",
        "/id/version/%5B",
        "/id/council/x%0Ay",
        "/id/council/%C3%A9%F0%9F%98%80",
        "/rule/NO-SUCH-RULE",
        "/thing?iri=https://example.org/nothing",
    ],
)
def test_what_is_not_held_is_not_found(served: Served, path: str) -> None:
    assert served.ask("GET", path).status == 404
    assert served.ask("GET", path, headers=HTML).status == 404


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/id/council/BEN?generatoin=1", "Did you mean generation?"),
        ("/thing?irl=http://a.example/", "Did you mean iri?"),
        ("/thing", "iri: it is missing"),
        ("/thing?iri=Islington", "no absolute IRI"),
        ("/thing?iri=http://%5B", "no absolute IRI"),
        ("/id/council/BEN?format=pdf", "Take one of html, jsonld"),
        ("/id/council/BEN?generation=x", "no number of a generation"),
    ],
)
def test_a_wrong_parameter_is_named(served: Served, path: str, told: str) -> None:
    reply = served.ask("GET", path)
    assert reply.status == 400
    assert told in json.loads(reply.body)["detail"]


def test_a_form_that_is_not_offered_is_refused(served: Served) -> None:
    assert served.ask("GET", "/id/council/BEN", headers={"Accept": "image/png"}).status == 406


@pytest.mark.parametrize("accept", [None, "*/*"])
def test_who_takes_anything_gets_turtle(served: Served, accept: str | None) -> None:
    reply = served.ask("GET", "/id/council/BEN", headers={} if accept is None else {"Accept": accept})
    assert (reply.status, reply.media_type) == (200, "text/turtle")


def test_a_thing_of_ours_is_looked_up_where_it_is(served: Served) -> None:
    reply = served.ask("GET", f"/thing?format=turtle&generation=1&iri={BASE}id/version/islington-2019%23council")
    assert reply.status == 303
    assert reply.headers["Location"] == "/id/version/islington-2019?format=turtle&generation=1#council"


def test_who_has_it_already_is_told_so(served: Served) -> None:
    first = served.ask("GET", "/id/council/BEN")
    assert first.generation == 1
    assert "Accept" in first.headers["Vary"]
    assert first.headers["Last-Modified"]
    again = served.ask("GET", "/id/council/BEN", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    same, other_form = {"If-None-Match": first.headers["ETag"]}, {"Accept": "application/ld+json"}
    other = served.ask("GET", "/id/council/BEN", headers={**same, **other_form})
    assert other.status == 200


def name_in(reply: Reply) -> str:
    """Return the name that the council of the small service has."""
    assert reply.status == 200, reply.text
    return str(Graph().parse(data=reply.body, format="turtle").value(URIRef(f"{BASE}id/council/AAA"), SKOS.prefLabel))


def test_a_thing_is_told_as_of_a_generation(small: Served) -> None:
    assert name_in(small.ask("GET", "/id/council/AAA?generation=2")) == "Before"
    now = small.ask("GET", "/id/council/AAA")
    assert name_in(now) == 'After <script>"&'
    assert now.generation == 3
    assert small.ask("GET", "/id/council/AAA?generation=1").status == 410


def test_what_is_held_is_never_markup(small: Served) -> None:
    page = small.ask("GET", "/id/council/AAA", headers=HTML).text
    assert "<script" not in page
    assert "After &lt;script&gt;&#34;&amp;" in page


def test_links_keep_the_generation_and_the_public_path(small: Served) -> None:
    page = small.ask("GET", "/id/council/AAA?generation=2", headers=HTML).text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', page)]
    assert "/held/id/council/AAA?generation=2&format=turtle" in links
    assert f"/held/thing?iri={quote(str(SKOS.Concept), safe='')}&generation=2" in links
    assert all(link.startswith(("/held/", "#")) for link in links)


def test_what_a_client_has_of_one_thing_is_no_answer_about_another(served: Served) -> None:
    """Nor about what is not held, which has no tag at all."""
    tag = served.ask("GET", "/id/council/BEN").headers["ETag"]
    assert served.ask("GET", "/id/council/BEN", headers={"If-None-Match": tag}).status == 304
    for path, status in (("/id/council/BNE", 200), ("/id/nonsense", 404), ("/graphs/nope", 404), ("/api/rules", 200)):
        assert served.ask("GET", path, headers={"If-None-Match": tag}).status == status, path


def test_what_cannot_be_worked_out_is_told_as_the_query_s_fault(served: Served) -> None:
    reply = served.ask("POST", "/sparql", "SELECT (<urn:f>(1) AS ?x) {}", {"Content-Type": "application/sparql-query"})
    assert (reply.status, "unknown here" in reply.text) == (400, True)


def test_a_very_long_wish_is_refused(served: Served) -> None:
    assert served.ask("GET", "/sparql", headers={"Accept": ",".join("0/b" for _ in range(10_000))}).status == 400
