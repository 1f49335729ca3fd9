"""The pages: what is here, and a place to ask in SPARQL; and that the protocol at the same address is as it was."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

import serving
from masagraph import oxigraph
from masagraph.vocab import MASA, RDF
from masagraph.web.views.example_queries import EXAMPLES
from serving import Reply, Served

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ALL = "SELECT * WHERE { ?s ?p ?o }"
VOID_ELEMENTS = {"input", "link", "meta"}


class _Checker(HTMLParser):
    """Notes what a page is made of, and that each element is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" or any(name.startswith("on") or name == "style" for name in given):
            self.faults.append(f"<{tag}> holds script or style")
        if tag in ("link", "img", "iframe") and given.get("rel") != "alternate":
            self.loads.append(given.get("href") or given.get("src") or "")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "th" and "scope" not in given:
            self.faults.append("a heading of a table has no scope")
        if tag not in VOID_ELEMENTS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def page(served: Served, path: str, status: int = 200) -> str:
    """Return a page, looked over."""
    reply = served.ask("GET", path, headers=HTML)
    assert (reply.status, reply.media_type) == (status, "text/html"), reply.text
    checker = _Checker()
    checker.feed(reply.text)
    assert (checker.faults, checker.open) == ([], [])
    assert len(checker.ids) == len(set(checker.ids)), "each id is there once"
    assert checker.levels[0] == 1
    assert checker.levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(checker.levels, checker.levels[1:], strict=False))
    assert checker.loads == ["/static/style.css", "/static/icon.svg"]
    assert '<html lang="en-GB">' in reply.text
    return reply.text


def asked(query: str, *more: str) -> str:
    """Return the address of a query."""
    return "&".join((f"/sparql?query={quote(query)}", *more))


def area_of(text: str) -> str:
    """Return what stands in the area for the query."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def rows_of(text: str) -> list[str]:
    """Return the rows of the table of a page, without its heading."""
    return re.findall(r"<tr>(?:(?!</tr>).)*</tr>", text.partition("<tbody>")[2], re.DOTALL)


def test_the_checker_finds_faults() -> None:
    for fault in ("<p><b></p></b>", "<p style='x'></p>", "<script></script>", "<th></th>"):
        checker = _Checker()
        checker.feed(fault)
        assert checker.faults, fault


def test_what_is_here_is_counted(served: Served, root: Path) -> None:
    text = page(served, "/")
    counts = {words: int(n) for words, n in re.findall(r"<dt>([^<]*)</dt><dd>([0-9,]+)</dd>", text)}
    arrangements = oxigraph.read(sorted((root / "data").rglob("*.ttl")))
    rules = oxigraph.read(sorted((root / "shapes").rglob("*.ttl")))
    areas = set(arrangements.subjects(RDF.type, MASA.Area)) - set(arrangements.subjects(MASA.validTo))
    assert counts == {
        "arrangements": len(set(arrangements.subjects(MASA.hasVersion))),
        "versions of them": len(set(arrangements.subjects(RDF.type, MASA.ArrangementVersion))),
        "areas of councils": len(areas),
        "rules to check by": len(set(rules.subjects(RDF.type, MASA.Requirement))),
    }
    assert min(counts.values()) > 30
    assert "generation 1 of the data" in text
    assert "Contains National Statistics data" in text or "contains National Statistics data" in text


def test_each_link_of_the_pages_leads_somewhere(served: Served) -> None:
    links = set()
    for path in ("/", "/sparql", asked(EXAMPLES[0][1])):
        links |= {unescape(link).partition("#")[0] for link in re.findall(r'href="([^"]*)"', page(served, path))}
    assert {"/sparql", "/api/openapi.json", "/.well-known/void", "/download/all.nq.gz", "/download/region/E12000007.ttl"} <= links
    for link in sorted(links - {""}):
        assert link.startswith("/"), link
        assert served.ask("HEAD", link, headers=HTML).status == 200, link


def test_the_home_page_takes_no_wrong_parameter(served: Served) -> None:
    assert served.ask("GET", "/?generatoin=1").status == 400
    assert served.ask("GET", "/?generation=1").generation == 1


def test_who_has_a_page_already_is_told_so(served: Served) -> None:
    for path in ("/", asked("ASK {}")):
        first = served.ask("GET", path, headers=HTML)
        again = served.ask("GET", path, headers={**HTML, "If-None-Match": first.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        (asked("ASK {}"), None, "application/sparql-results+json"),
        (asked("ASK {}"), "*/*", "application/sparql-results+json"),
        (asked("ASK {}"), "application/sparql-results+xml,*/*;q=0.1", "application/sparql-results+xml"),
        (asked("ASK {}"), "text/csv;q=0.9,text/html;q=0.2", "text/csv"),
        (asked("ASK {}", "format=csv"), HTML["Accept"], "text/csv"),
        (asked("ASK {}"), HTML["Accept"], "text/html"),
        ("/sparql", None, "text/turtle"),
        ("/sparql", "application/rdf+xml", "application/rdf+xml"),
        ("/sparql", HTML["Accept"], "text/html"),
        ("/sparql?format=turtle", HTML["Accept"], "text/turtle"),
    ],
)
def test_only_who_would_rather_have_a_page_gets_one(served: Served, path: str, accept: str | None, media_type: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for method in ("GET", "HEAD"):
        reply = served.ask(method, path, headers=headers)
        assert (reply.status, reply.media_type) == (200, media_type)
        assert "Accept" in reply.headers["Vary"]


@pytest.mark.parametrize(("words", "query"), EXAMPLES)
def test_an_example_has_an_answer(served: Served, words: str, query: str) -> None:
    link = f'<a href="/sparql?{urlencode({"query": query})}">{words}</a>'
    assert link in page(served, "/sparql")
    text = page(served, asked(query))
    assert area_of(text) == query
    assert 'id="answer"' in text
    told = served.ask("GET", asked(query))
    if told.media_type == "text/turtle":
        assert len(list(oxigraph.parse(told.body, "turtle"))) > 5
        assert "<pre tabindex" in text
    elif b"boolean" in told.body:
        assert json.loads(told.body)["boolean"] is True
        assert "The answer is <strong>yes</strong>" in text
    else:
        bindings = json.loads(told.body)["results"]["bindings"]
        assert bindings
        assert len(rows_of(text)) == len(bindings)


def test_a_table_shows_what_was_found(served: Served) -> None:
    query = """PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    SELECT ?name ?thing ?area ?none ?odd ?tongue WHERE { VALUES (?name ?thing ?area ?odd ?tongue) {
      ("a <b> & 'c'" <https://w3id.org/masagraph/id/council/BEN>
       <http://statistics.data.gov.uk/id/statistical-geography/E09000019> "P1Y"^^xsd:duration "oui"@fr) } }"""
    text = page(served, asked(query))
    assert re.findall(r'<th scope="col">([^<]*)</th>', text) == ["name", "thing", "area", "none", "odd", "tongue"]
    (row,) = rows_of(text)
    area = "/thing?iri=http%3A%2F%2Fstatistics.data.gov.uk%2Fid%2Fstatistical-geography%2FE09000019"
    assert re.findall(r"<td>(.*?)</td>", row) == [
        "a &lt;b&gt; &amp; &#39;c&#39;",
        '<a href="/id/council/BEN">council/BEN</a>',
        f'<a href="{area}">area/E09000019</a>',
        "",
        'P1Y <span class="note">duration</span>',
        'oui <span class="note">fr</span>',
    ]


def test_what_is_cut_says_so(served: Served) -> None:
    text = page(served, asked(ALL))
    assert "<strong>This is truncated.</strong> The first 200 rows are shown" in text
    assert len(rows_of(text)) == 200
    whole = page(served, asked("SELECT * WHERE { ?s ?p ?o } LIMIT 200"))
    assert "truncated" not in whole
    assert "200 rows." in whole
    graph = page(served, asked("CONSTRUCT WHERE { ?s ?p ?o }"))
    assert "<strong>This is truncated.</strong> The first 200 triples are shown" in graph


def test_an_empty_answer_says_so(served: Served) -> None:
    nothing = "WHERE { ?s <https://example.org/nothing> ?o }"
    assert "There are no rows" in page(served, asked(f"SELECT ?s {nothing}"))
    assert "The graph is empty." in page(served, asked(f"CONSTRUCT {{ ?s ?s ?o }} {nothing}"))
    assert "The answer is <strong>no</strong>." in page(served, asked(f"ASK {nothing}"))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?x WHERE { ?x", "it is no SPARQL query"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("DROP ALL", "DROP"),
        ('"><script>alert(1)</script></textarea>', "query: it begins with"),
    ],
)
def test_what_is_wrong_stands_beside_the_query(served: Served, query: str, told: str) -> None:
    text = page(served, asked(query), 400)
    assert area_of(text) == query
    failure = re.search(r'<div class="wrong" role="alert">(.*?)</div>', text, re.DOTALL)
    assert failure is not None
    assert told in unescape(failure[1])
    assert 'aria-invalid="true"' in text
    assert 'id="answer"' not in text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/sparql?update=DROP+ALL", 400, "nothing is changed here"),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400, "given more than once"),
        (asked("ASK {}", "generation=x"), 400, "no number of a generation"),
        (asked("ASK {}", "generation=1&generation=1"), 400, "generation: it is given more than once"),
        (asked("ASK {}", "default-graph-uri=x"), 400, "default-graph-uri: 'x' is no absolute IRI"),
        (asked("ASK {}", "default-graph-uri=urn:g", "named-graph-uri=x"), 400, "named-graph-uri: 'x' is no absolute IRI"),
    ],
)
def test_a_wrong_parameter_is_told_on_the_page(served: Served, path: str, status: int, told: str) -> None:
    assert told in unescape(page(served, path, status))


def test_the_page_keeps_what_the_query_was_asked_with(served: Served) -> None:
    rules = "default-graph-uri=https://w3id.org/masagraph/graph/rules"
    text = page(served, asked(ALL, rules, "generation=1"))
    assert '<input type="hidden" name="default-graph-uri" value="https://w3id.org/masagraph/graph/rules">' in text
    assert '<input type="hidden" name="generation" value="1">' in text
    links = {unescape(link) for link in re.findall(r'href="([^"]*)"', text)}
    (csv,) = (link for link in links if "format=csv" in link)
    rows = served.ask("GET", csv)
    assert rows.media_type == "text/csv"
    assert rows.generation == 1
    assert b"https://w3id.org/masagraph/rule/" in rows.body


def test_a_page_repeats_from_its_own_address(served: Served) -> None:
    text = page(served, asked("ASK {}"))
    (cited,) = (unescape(link) for link in re.findall(r'href="([^"]*)">an address that repeats it', text))
    assert "generation=1" in cited
    assert "The answer is <strong>yes</strong>." in page(served, cited)


def test_a_query_that_takes_too_long_is_told_on_the_page(tmp_path: Path, shipped_data: Path) -> None:
    serving.copy_store(shipped_data, tmp_path)
    with serving.serving(tmp_path, "--workers", "1", "--query-seconds", "1") as service:
        query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        text = page(service, asked(query), 504)
        assert area_of(text) == query
        assert "took longer than 1 s" in text
        assert "The answer is <strong>yes</strong>." in page(service, asked("ASK {}"))


def test_pages_fit_below_a_public_path(tmp_path: Path) -> None:
    serving.load_nothing(tmp_path)
    with serving.serving(tmp_path, "--workers", "1", "--base", "https://safe.example/held") as service:
        replies: list[Reply] = [service.ask("GET", path, headers=HTML) for path in ("/", asked("ASK {}"), "/nothing")]
    assert [reply.status for reply in replies] == [200, 200, 404]
    for reply in replies:
        links = re.findall(r'(?:href|action)="([^"]*)"', reply.text)
        assert len(links) > 4
        assert all(link.startswith(("/held/", "#")) for link in links), links
    assert "https://safe.example/held/api/check" in replies[0].text


def test_no_page_may_load_anything_from_elsewhere(served: Served) -> None:
    for path in ("/", "/sparql", "/id/council/BEN", "/nothing"):
        policy = served.ask("GET", path, headers=HTML).headers["Content-Security-Policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == rules["img-src"] == "'self'"
        assert "script-src" not in rules
    sheet = served.ask("GET", "/static/style.css")
    assert (sheet.status, sheet.media_type) == (200, "text/css")
    assert "url(" not in sheet.text
    assert "@import" not in sheet.text


def test_an_error_is_a_page_like_the_others(served: Served) -> None:
    assert "There is nothing at this address." in page(served, "/nothing", 404)
    assert "Nothing is held of" in page(served, "/id/council/QQQ", 404)
