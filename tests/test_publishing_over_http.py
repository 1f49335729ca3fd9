"""Publishing over HTTP: who may, what comes in, what is answered, and that nothing is stored of what is refused."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic

import serving
from masagraph import oxigraph
from masagraph.check.checker import Checker
from masagraph.rules import catalogue
from masagraph.store import layout
from masagraph.vocab import BASE, MASA, RDF, SKOS, XSD
from serving import Reply, Served

TURTLE = {"Content-Type": "text/turtle"}
FORMS = {
    "text/turtle": "turtle", "application/ld+json": "jsonld", "application/rdf+xml": "rdfxml",
    "application/n-triples": "ntriples", "application/trig": "trig", "application/n-quads": "nquads",
}  # fmt: skip
WRITTEN = {
    "application/ld+json": "json-ld", "application/rdf+xml": "xml", "application/n-triples": "nt", "application/trig": "trig",
}  # fmt: skip
TEMPLATE = """\
@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix version: <https://w3id.org/masagraph/id/version/> .
<https://w3id.org/masagraph/id/arrangement/{key}> a masa:Arrangement ;
    skos:prefLabel "{key}"@en ; masa:hasVersion version:{key}-2020 .
version:{key}-2020 a masa:ArrangementVersion ; skos:prefLabel "{key}, 2020"@en ;
    masa:partnershipName "Elmet Partnership" ;
    masa:hasDocument [ a masa:Document ; skos:prefLabel "The arrangement"@en ], [ a masa:Document ; skos:prefLabel "A page"@en ] .
"""
_numbers = count(1)


@pytest.fixture(scope="module")
def service(shipped_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a service with the shipped data, to which the tests here write."""
    data = tmp_path_factory.mktemp("publishing")
    serving.copy_store(shipped_data, data)
    with serving.serving(data, "--admin", "--workers", "2") as served:
        yield served


@pytest.fixture
def key() -> str:
    """Return the key of an arrangement that no other test publishes."""
    return f"elmet-{next(_numbers)}"


@pytest.fixture
def publisher(service: Served, key: str) -> str:
    """Return the token of who publishes that arrangement."""
    return service.token("publisher", key)


@pytest.fixture(scope="module")
def admin(service: Served) -> str:
    """Return the token of an admin."""
    return service.token("admin")


def path(key: str) -> str:
    """Return the path of the version of an arrangement made by the template."""
    return f"/graphs/{key}-2020"


def name(key: str) -> str:
    """Return its name."""
    return f"{layout.VERSIONS}{key}-2020"


def graph_of(reply: Reply) -> Graph:
    """Return the graph in an answer."""
    assert reply.status == 200, reply.text
    found = Graph()
    for subject, predicate, value, graph in oxigraph.parse(reply.body, FORMS[reply.media_type]):
        assert graph is None
        found.add((subject, predicate, value))
    return found


def turtle(text: str) -> Graph:
    """Return the graph in a Turtle text."""
    return Graph().parse(data=text, format="turtle")


def generation(service: Served) -> int:
    """Return the number of the generation that is served."""
    return service.ask("GET", f"/sparql?query={quote('ASK {}')}").generation


def held(service: Served) -> set[str]:
    """Return what the default graph holds, a line a triple."""
    return set(service.ask("GET", "/graphs?default&format=ntriples").text.splitlines())


def asked(service: Served, query: str) -> bool:
    """Ask whether something is so."""
    return bool(json.loads(service.ask("GET", f"/sparql?query={quote(query)}").body)["boolean"])


# Publishing


def test_a_version_is_published(service: Served, key: str, publisher: str) -> None:
    """What is answered is so: the graph is there, and questions are asked of it."""
    before = generation(service)
    reply = service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)
    assert reply.status == 201
    told = json.loads(reply.body)
    assert told == {
        "graph": name(key),
        "version": f"{key}-2020",
        "arrangement": key,
        "report": f"{service.address}/api/arrangements/{key}-2020/report",
        "generation": before + 1,
        "summary": told["summary"],
    }
    assert reply.generation == before + 1 == generation(service)
    assert reply.headers["Location"] == f"{service.address}{path(key)}"
    sent = turtle(TEMPLATE.format(key=key))
    assert any(isinstance(term, BNode) for triple in sent for term in triple)
    assert isomorphic(graph_of(service.ask("GET", path(key))), sent)
    assert isomorphic(graph_of(service.ask("GET", f"/graphs?graph={quote(name(key))}")), sent)
    assert asked(service, f'ASK {{ <{name(key)}> <{MASA.partnershipName}> "Elmet Partnership" }}')


def test_the_report_is_where_the_answer_says(service: Served, key: str, publisher: str) -> None:
    """The address can be asked for as it stands, and its summary is that of the answer."""
    told = json.loads(service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher).body)
    report = service.ask("GET", told["report"].removeprefix(service.address), headers={"Accept": "application/json"})
    assert report.status == 200
    assert [one["summary"] for one in json.loads(report.body)["arrangements"]] == [told["summary"]]


@pytest.mark.parametrize("form", FORMS)
def test_a_graph_is_told_in_every_form(service: Served, admin: str, form: str) -> None:
    """Whatever form a client asks for holds what was sent; a charset beside the type does no harm."""
    service.ask("PUT", path("elmet-forms"), TEMPLATE.format(key="elmet-forms"), TURTLE, admin)
    for accept in (form, f"{form}; charset=utf-8"):
        reply = service.ask("GET", path("elmet-forms"), headers={"Accept": accept})
        assert reply.media_type == form
        assert isomorphic(graph_of(reply), turtle(TEMPLATE.format(key="elmet-forms")))


@pytest.mark.parametrize("form", WRITTEN)
def test_a_version_is_taken_in_every_form(service: Served, key: str, publisher: str, form: str) -> None:
    """The media type tells which it is."""
    body = turtle(TEMPLATE.format(key=key)).serialize(format=WRITTEN[form])
    assert service.ask("PUT", path(key), body, {"Content-Type": form}, publisher).status == 201
    assert isomorphic(graph_of(service.ask("GET", path(key))), turtle(TEMPLATE.format(key=key)))


def test_the_same_document_again_changes_nothing(service: Served, key: str, publisher: str) -> None:
    """Nor does it in another form; a number may be one that the store spells otherwise."""
    text = TEMPLATE.format(key=key) + f"version:{key}-2020 skos:note 2.50 ."
    first = service.ask("PUT", path(key), text, TURTLE, publisher)
    again = turtle(text).serialize(format="xml")
    reply = service.ask("PUT", path(key), again, {"Content-Type": "application/rdf+xml"}, publisher)
    assert (first.status, reply.status) == (201, 200)
    assert json.loads(reply.body)["generation"] == reply.generation == first.generation == generation(service)


def test_another_document_takes_its_place(service: Served, key: str, publisher: str) -> None:
    """Nothing of the one before stays, in the graph or in what is settled from it."""
    first = service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)
    text = TEMPLATE.format(key=key).replace("Elmet Partnership", "Partnership of Elmet")
    reply = service.ask("PUT", path(key), text, TURTLE, publisher)
    assert (reply.status, reply.generation) == (200, first.generation + 1)
    assert isomorphic(graph_of(service.ask("GET", path(key))), turtle(text))
    assert not asked(service, f'ASK {{ <{name(key)}> <{MASA.partnershipName}> "Elmet Partnership" }}')
    old = service.ask("GET", f"{path(key)}?generation={first.generation}")
    assert old.generation == first.generation
    assert isomorphic(graph_of(old), turtle(TEMPLATE.format(key=key)))


def test_requirements_that_are_not_met_are_told(service: Served, admin: str, checker: Checker, root: Path) -> None:
    """They do not prevent it; the summary is the checker's own."""
    file = root / "data" / "arrangements" / "barking-and-dagenham-2019.ttl"
    reply = service.ask("PUT", "/graphs/barking-and-dagenham-2019", file.read_bytes(), TURTLE, admin)
    (report,) = checker.check(oxigraph.read([file]), catalogue.profiles()["statutory"])
    assert report.summary()["not_met"] > 0
    assert (reply.status, json.loads(reply.body)["summary"]) == (200, report.summary())


# Adding


def test_what_is_posted_is_added(service: Served, key: str, publisher: str) -> None:
    """The document held stays; both are one afterwards."""
    service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)
    more = f'<{name(key)}> a <{MASA.ArrangementVersion}> ; <{MASA.note}> "One more."@en .'
    reply = service.ask("POST", path(key), more, TURTLE, publisher)
    assert reply.status == 200
    assert isomorphic(graph_of(service.ask("GET", path(key))), turtle(TEMPLATE.format(key=key)) + turtle(more))


def test_what_is_added_is_examined_as_a_whole(service: Served, key: str, publisher: str) -> None:
    """What may come in alone, but not beside what is held, does not."""
    dated = f'<{name(key)}> a <{MASA.ArrangementVersion}> ; <{MASA.validFrom}> "2020-01-0%d"^^<{XSD.date}> .'
    service.ask("PUT", path(key), TEMPLATE.format(key=key) + dated % 1, TURTLE, publisher)
    before = generation(service)
    reply = service.ask("POST", path(key), dated % 2, TURTLE, publisher)
    assert (reply.status, generation(service)) == (400, before)
    assert isomorphic(graph_of(service.ask("GET", path(key))), turtle(TEMPLATE.format(key=key) + dated % 1))


def test_a_version_is_posted_without_a_name(service: Served, key: str, publisher: str) -> None:
    """Its name is that of the version that it describes; one that is published already is left as it is."""
    reply = service.ask("POST", "/graphs", TEMPLATE.format(key=key), TURTLE, publisher)
    assert (reply.status, reply.headers["Location"]) == (201, f"{service.address}{path(key)}")
    again = service.ask("POST", "/graphs", TEMPLATE.format(key=key).replace("Elmet P", "P"), TURTLE, publisher)
    assert (again.status, generation(service)) == (409, reply.generation)
    assert path(key) in again.text


def test_several_files_are_one_document(service: Served, key: str, publisher: str) -> None:
    """Each part of a form is a document of its own kind (Graph Store Protocol, 5.5)."""
    more = f'<{name(key)}> <{RDF.type}> <{MASA.ArrangementVersion}> .\n<{name(key)}> <{MASA.note}> "One more."@en .\n'
    parts = [("a.ttl", "text/turtle", TEMPLATE.format(key=key)), ("b.nt", "application/n-triples", more)]
    body = "".join(
        f'--xxx\r\nContent-Disposition: form-data; name="{file}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
        for file, kind, text in parts
    )
    headers = {"Content-Type": "multipart/form-data; boundary=xxx"}
    reply = service.ask("POST", path(key), f"{body}--xxx--\r\n", headers, publisher)
    assert reply.status == 201, reply.text
    assert isomorphic(graph_of(service.ask("GET", path(key))), turtle(TEMPLATE.format(key=key)) + turtle(more))


def test_nothing_is_lost_when_several_add_at_once(service: Served, key: str, publisher: str) -> None:
    """Whatever was acknowledged is there: each adds to what the others added, not to what it saw first."""
    service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)

    def add(number: int) -> tuple[int, str]:
        words = f"Note {number}"
        more = f'<{name(key)}> a <{MASA.ArrangementVersion}> ; <{MASA.note}> "{words}"@en .'
        return service.ask("POST", path(key), more, TURTLE, publisher).status, words

    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(add, range(3)))
    notes = {str(note) for note in graph_of(service.ask("GET", path(key))).objects(URIRef(name(key)), MASA.note)}
    assert notes == {words for status, words in told if status == 200}
    assert notes


# What may not come in

GOOD = TEMPLATE.format(key="bad")
BAD: dict[str, str | bytes] = {
    "empty": "",
    "not Turtle": "this is no Turtle",
    "not UTF-8": GOOD.replace("Elmet Partnership", "Élmet").encode("latin-1"),
    "no version": f"<{BASE}id/arrangement/bad> a <{MASA.Arrangement}> .",
    "another version": GOOD.replace("bad-2020", "bad-2021"),
    "two versions": f"{GOOD} version:bad-2021 a masa:ArrangementVersion .",
    "no arrangement": GOOD.replace("masa:hasVersion", "skos:related"),
    "an unknown term": GOOD.replace("masa:partnershipName", "masa:partnershipNmae"),
    "an address of a person": GOOD.replace("Elmet Partnership", "a.person@example.org"),
    "a name that only the service gives": f"{GOOD} version:bad-2020 skos:related <urn:x#genid-1> .",
    "what is another version's": f"{GOOD} version:leeds-2024 skos:note 'x' .",
    "an import": f"{GOOD} <urn:x> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/> .",
    "a DOCTYPE": '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r/>',
    "a context elsewhere": '{"@context": "http://127.0.0.1:9/", "@id": "urn:x"}',
}
KINDS = {"a DOCTYPE": "application/rdf+xml", "a context elsewhere": "application/ld+json"}
"""What is not Turtle."""


@pytest.mark.parametrize("kind", BAD)
def test_what_fails_intake_is_not_stored(service: Served, admin: str, kind: str) -> None:
    """It is refused in one line, whatever the way it comes."""
    before = generation(service)
    for method, where in (("PUT", path("bad")), ("POST", path("bad")), ("PUT", f"/graphs?graph={quote(name('bad'))}")):
        reply = service.ask(method, where, BAD[kind], {"Content-Type": KINDS.get(kind, "text/turtle")}, admin)
        assert reply.status == 400, reply.text
        assert json.loads(reply.body)["code"] == "wrong-input"
        assert "\n" not in json.loads(reply.body)["detail"]
    assert generation(service) == before
    assert service.ask("GET", path("bad")).status == 404


def test_the_template_itself_may_come_in(service: Served, admin: str) -> None:
    """What is refused above is refused for its fault."""
    assert service.ask("PUT", path("bad"), GOOD, TURTLE, admin).status == 201
    assert service.ask("DELETE", path("bad"), token=admin).status == 204


@pytest.mark.parametrize("media_type", ["application/zip", "text/html", "application/x-www-form-urlencoded", None])
def test_other_media_types_are_refused(service: Served, key: str, publisher: str, media_type: str | None) -> None:
    """Nothing is guessed."""
    headers = {} if media_type is None else {"Content-Type": media_type}
    assert service.ask("PUT", path(key), TEMPLATE.format(key=key), headers, publisher).status == 415


def test_other_charsets_are_refused(service: Served, key: str, publisher: str) -> None:
    """RDF is UTF-8 here."""
    headers = {"Content-Type": "text/turtle; charset=utf-16"}
    assert service.ask("PUT", path(key), TEMPLATE.format(key=key), headers, publisher).status == 400


@pytest.mark.parametrize("where", ["?default", *(f"?graph={quote(n)}" for n in (*layout.SHIPPED, layout.settled(name("x"))))])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_what_the_service_makes_is_not_written(service: Served, admin: str, method: str, where: str) -> None:
    """Not even by an admin, who has other ways."""
    before = generation(service)
    assert service.ask(method, f"/graphs{where}", TEMPLATE.format(key="x"), TURTLE, admin).status == 403
    assert generation(service) == before


def test_graphs_of_other_names_are_not_written(service: Served, admin: str) -> None:
    """Here are versions, each under its own name."""
    for graph in ("https://example.org/graph", f"{BASE}id/arrangement/elmet", f"{layout.VERSIONS}Elmet", f"{layout.VERSIONS}a/b"):
        assert service.ask("PUT", f"/graphs?graph={quote(graph)}", TEMPLATE.format(key="x"), TURTLE, admin).status == 400


# Who may


def test_nobody_publishes_without_a_token(service: Served, key: str) -> None:
    """Nor takes out; what would be wrong with the document is not even looked at."""
    for method in ("PUT", "POST", "DELETE"):
        reply = service.ask(method, path(key), "no Turtle", TURTLE)
        assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="masagraph"')
        assert service.ask(method, path(key), "no Turtle", TURTLE, "masa_wrong").status == 401


def test_a_publisher_publishes_what_is_in_its_scope(service: Served, key: str, publisher: str) -> None:
    """What is another's it neither publishes, nor takes out, nor takes over."""
    other = service.token("publisher", f"{key}-other")
    assert service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, other).status == 403
    assert service.ask("GET", path(key)).status == 404
    assert service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher).status == 201
    before = generation(service)
    assert service.ask("DELETE", path(key), token=other).status == 403
    assert service.ask("POST", path(key), TEMPLATE.format(key=key), TURTLE, other).status == 403
    taken = TEMPLATE.format(key=key).replace(f"arrangement/{key}>", f"arrangement/{key}-other>")
    assert service.ask("PUT", path(key), taken, TURTLE, other).status == 403
    assert generation(service) == before


def test_a_facilitator_publishes_any(service: Served, key: str) -> None:
    """And takes it out."""
    facilitator = service.token("facilitator")
    assert service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, facilitator).status == 201
    assert service.ask("DELETE", path(key), token=facilitator).status == 204


def test_nobody_ends_a_version_of_others(service: Served, key: str, publisher: str) -> None:
    """A document that says it supersedes a version of another arrangement needs a token for that one as well."""
    text = TEMPLATE.format(key=key) + f"version:{key}-2020 masa:supersedes version:leeds-2024 ."
    before = held(service)
    assert service.ask("PUT", path(key), text, TURTLE, publisher).status == 403
    assert held(service) == before
    assert service.ask("PUT", path(key), text, TURTLE, service.token("publisher", key, "leeds")).status == 201
    assert service.ask("DELETE", path(key), token=publisher).status == 403
    assert service.ask("DELETE", path(key), token=service.token("facilitator")).status == 204
    assert held(service) == before


def covering(key: str, *areas: str) -> str:
    """Return what an arrangement of the template says of the areas that it is for."""
    said = ", ".join(f"<http://statistics.data.gov.uk/id/statistical-geography/{area}>" for area in areas)
    return f"{TEMPLATE.format(key=key)}version:{key}-2020 masa:coversArea {said} ."


def require_refused(reply: Reply, arrangement: str, area: str) -> None:
    """See that an answer says of which arrangement and which area it is, and whom to ask, in one line."""
    assert reply.status == 403, reply.text
    told = json.loads(reply.body)["detail"]
    for words in (f"'{arrangement}'", area, "facilitator"):
        assert words in told
    assert "\n" not in told


BARNET, BRENT, HARTLEPOOL = "E09000003", "E09000005", "E06000001"
"""Areas for which something ships, and one for which nothing does."""


def test_nobody_speaks_for_the_area_of_others(service: Served, key: str, publisher: str) -> None:
    """A document on an area for which another arrangement is held needs a token for that one as well."""
    text, before, number = covering(key, BARNET), held(service), generation(service)
    for method, where in (("PUT", path(key)), ("POST", path(key)), ("POST", "/graphs")):
        require_refused(service.ask(method, where, text, TURTLE, publisher), "barnet", "Barnet (E09000003)")
    assert service.ask("GET", path(key)).status == 404
    assert (held(service), generation(service)) == (before, number)
    both, facilitator = service.token("publisher", key, "barnet"), service.token("facilitator")
    for secret in (both, facilitator, service.token("admin")):
        assert service.ask("PUT", path(key), text, TURTLE, secret).status == 201
        shared, number = held(service), generation(service)
        # Who shares it may not change on its own what is told of it, nor leave it.
        for body in (text.replace("Elmet P", "P"), TEMPLATE.format(key=key)):
            require_refused(service.ask("PUT", path(key), body, TURTLE, publisher), "barnet", "Barnet (E09000003)")
        require_refused(service.ask("DELETE", path(key), token=publisher), "barnet", "Barnet (E09000003)")
        assert (held(service), generation(service)) == (shared, number)
        assert service.ask("DELETE", path(key), token=secret).status == 204
        assert held(service) == before


def test_the_first_for_an_area_takes_no_more_than_its_own_token(service: Served, key: str, publisher: str) -> None:
    """Nor does what it says of that later; from then on it is for others to ask."""
    other = f"{key}-other"
    rival = service.token("publisher", other)

    def rival_s() -> Reply:
        return service.ask("PUT", path(other), covering(other, HARTLEPOOL), TURTLE, rival)

    assert service.ask("PUT", path(key), covering(key, HARTLEPOOL), TURTLE, publisher).status == 201
    require_refused(rival_s(), key, "Hartlepool (E06000001)")
    again = covering(key, HARTLEPOOL).replace("Elmet Partnership", "Partnership of Elmet")
    assert service.ask("PUT", path(key), again, TURTLE, publisher).status == 200
    later = covering(key, HARTLEPOOL).replace(f"{key}-2020", f"{key}-2024")
    assert service.ask("PUT", f"/graphs/{key}-2024", later, TURTLE, publisher).status == 201
    for gone in (path(key), f"/graphs/{key}-2024"):
        require_refused(rival_s(), key, "Hartlepool (E06000001)")
        assert service.ask("DELETE", gone, token=publisher).status == 204
    assert rival_s().status == 201
    assert service.ask("DELETE", path(other), token=rival).status == 204


def test_a_version_does_not_move_to_the_area_of_others(service: Served, key: str, publisher: str) -> None:
    """Neither in place of its own area nor beside it."""
    assert service.ask("PUT", path(key), covering(key, HARTLEPOOL), TURTLE, publisher).status == 201
    before = held(service)
    require_refused(service.ask("PUT", path(key), covering(key, BARNET), TURTLE, publisher), "barnet", "Barnet (E09000003)")
    require_refused(service.ask("POST", path(key), covering(key, BARNET), TURTLE, publisher), "barnet", "Barnet (E09000003)")
    assert held(service) == before
    assert service.ask("DELETE", path(key), token=publisher).status == 204


def test_an_arrangement_for_several_areas_takes_the_tokens_of_all(service: Served, key: str) -> None:
    """It is told which is missing."""
    text = covering(key, BARNET, BRENT, HARTLEPOOL)
    for held_one, missing, area in (("barnet", "brent", "Brent (E09000005)"), ("brent", "barnet", "Barnet (E09000003)")):
        one_of_them = service.token("publisher", key, held_one)
        require_refused(service.ask("PUT", path(key), text, TURTLE, one_of_them), missing, area)
    all_of_them = service.token("publisher", key, "barnet", "brent")
    assert service.ask("PUT", path(key), text, TURTLE, all_of_them).status == 201
    assert service.ask("DELETE", path(key), token=all_of_them).status == 204


# Taking out


def test_a_version_is_taken_out(service: Served, key: str, publisher: str) -> None:
    """Nothing of it stays, and as of the generation before it is there still."""
    before = held(service)
    first = service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)
    reply = service.ask("DELETE", path(key), token=publisher)
    assert (reply.status, reply.generation, reply.body) == (204, first.generation + 1, b"")
    assert service.ask("GET", path(key)).status == 404
    assert service.ask("GET", f"/graphs?graph={quote(layout.settled(name(key)))}").status == 404
    assert held(service) == before
    assert service.ask("GET", f"{path(key)}?generation={first.generation}").status == 200
    assert service.ask("DELETE", path(key), token=publisher).status == 404


def test_a_shipped_version_goes_and_comes_back(service: Served, admin: str) -> None:
    """What follows for the version that it supersedes goes and comes back with it."""
    before, document = held(service), service.ask("GET", "/graphs/leeds-2024").body
    assert service.ask("DELETE", "/graphs/leeds-2024", token=admin).status == 204
    without = held(service)
    assert any(f"<{layout.VERSIONS}leeds-2019>" in line for line in before ^ without)
    assert service.ask("PUT", "/graphs/leeds-2024", document, TURTLE, admin).status == 201
    assert held(service) == before


# Reading


def test_any_graph_is_told(service: Served) -> None:
    """The default graph and the shipped ones like any; what is not held is not."""
    assert len(graph_of(service.ask("GET", "/graphs?default&format=ntriples"))) > 10_000
    for graph in layout.SHIPPED:
        assert len(graph_of(service.ask("GET", f"/graphs?graph={quote(graph)}", headers={"Accept": "application/n-triples"})))
    assert service.ask("GET", "/graphs?graph=https://example.org/none").status == 404


def test_head_is_get_without_a_body(service: Served) -> None:
    """The headers are the same."""
    get, head = (service.ask(method, "/graphs/leeds-2024") for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    for header in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Masagraph-Generation", "Vary"):
        assert get.headers[header] == head.headers[header]
    assert service.ask("HEAD", "/graphs/none").status == 404


def test_what_has_not_changed_is_not_sent_again(service: Served) -> None:
    """A client that has this generation is told so."""
    tag = service.ask("GET", "/graphs/leeds-2024").headers["ETag"]
    reply = service.ask("GET", "/graphs/leeds-2024", headers={"If-None-Match": tag})
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.parametrize("where", ["/graphs?default", "/graphs/leeds-2024"])
def test_options_tells_the_methods(service: Served, where: str) -> None:
    """Nobody needs a token to ask which there are."""
    allowed = service.ask("OPTIONS", where).headers["Allow"]
    assert {method.strip() for method in allowed.split(",")} == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE"}


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/graphs", "graph: it is missing"),
        ("/graphs?grpah=x", "Did you mean graph?"),
        ("/graphs?default&graph=https://example.org/", "a graph is named as well"),
        ("/graphs?default=x", "it has a value"),
        ("/graphs?graph=https://example.org/&graph=https://example.org/", "more than once"),
        ("/graphs?graph=elmet", "no absolute IRI"),
        ("/graphs?graph=http://%5B", "no absolute IRI"),
        ("/graphs/a%20b", "no absolute IRI"),
        ("/graphs/a%3E%20.%20%3Cb", "no absolute IRI"),
        ("/graphs/leeds-2024?graph=https://example.org/", "graph: there is no such parameter"),
        ("/graphs/leeds-2024?format=csv", "'csv' is no form of this"),
        ("/graphs/leeds-2024?generation=x", "no number"),
    ],
)
def test_wrong_parameters_are_named(service: Served, where: str, words: str) -> None:
    """In one line that says what to do."""
    reply = service.ask("GET", where)
    assert reply.status == 400
    assert words in json.loads(reply.body)["detail"]


def test_a_form_that_is_not_offered(service: Served) -> None:
    """Rows are no form of a graph."""
    assert service.ask("GET", "/graphs/leeds-2024", headers={"Accept": "text/csv"}).status == 406


# What a client expects


def test_what_a_client_expects_is_seen_to(service: Served, key: str, publisher: str) -> None:
    """Nobody overwrites what it did not know of, or changes what is not there any more (RFC 9110, 13.1)."""

    def put(**headers: str) -> int:
        sent = {**TURTLE, **{header.replace("_", "-"): value for header, value in headers.items()}}
        return service.ask("PUT", path(key), TEMPLATE.format(key=key), sent, publisher).status

    assert put(If_Match="*") == 412
    assert service.ask("GET", path(key)).status == 404
    assert put(If_None_Match="*") == 201
    assert put(If_None_Match="*") == 412
    assert put(If_Match="*") == 200
    assert put(If_Match=service.ask("GET", path(key)).headers["ETag"]) == 412
    assert service.ask("DELETE", path(key), headers={"If-Match": '"x"'}, token=publisher).status == 412
    assert service.ask("DELETE", path(key), headers={"If-Match": "*"}, token=publisher).status == 204
    assert service.ask("DELETE", path(key), headers={"If-Match": "*"}, token=publisher).status == 412


# For operators


def test_admin_addresses_are_off_unless_set(served: Served) -> None:
    """There is nothing there, whoever asks."""
    token = served.token("admin")
    for where in ("/admin/sparql?query=ASK%7B%7D", "/admin/graphs?default"):
        assert served.ask("GET", where, token=token).status == 404


@pytest.mark.parametrize("where", ["/admin/sparql?query=ASK%7B%7D", "/admin/graphs?default", "/admin/graphs/x"])
def test_admin_addresses_are_for_admins(service: Served, where: str) -> None:
    """To read and to write."""
    for method in ("GET", "POST"):
        sent = "CLEAR ALL", {"Content-Type": "application/sparql-update"}
        assert service.ask(method, where, *sent).status == 401
        for role in ("publisher", "facilitator"):
            assert service.ask(method, where, *sent, service.token(role, *["x"] * (role == "publisher"))).status == 403
    assert service.ask("OPTIONS", where).status == 200


def test_an_operator_is_told_what_can_be_asked(service: Served, admin: str) -> None:
    for more, media_type in (("", "text/turtle"), ("?format=turtle", "text/turtle"), ("?format=rdfxml", "application/rdf+xml")):
        for method in ("GET", "HEAD"):
            reply = service.ask(method, f"/admin/sparql{more}", token=admin)
            assert (reply.status, reply.media_type) == (200, media_type)
        assert b"SPARQL11Update" in service.ask("GET", f"/admin/sparql{more}", token=admin).body
    assert service.ask("GET", "/admin/sparql?update=DROP+ALL", token=admin).status == 400


def test_an_operator_updates(service: Served, admin: str) -> None:
    """Each update is a generation, served at once; a query is answered at the same address."""
    before = generation(service)
    update = "INSERT DATA { GRAPH <https://example.org/g> { <https://example.org/s> <https://example.org/p> <o> } }"
    reply = service.ask("POST", "/admin/sparql", update, {"Content-Type": "application/sparql-update"}, admin)
    assert (reply.status, reply.generation, reply.body) == (204, before + 1, b"")
    assert "Content-Type" not in reply.headers
    ask = quote(f"ASK {{ GRAPH <https://example.org/g> {{ ?s ?p <{service.address}/admin/o> }} }}")
    assert json.loads(service.ask("GET", f"/admin/sparql?query={ask}", token=admin).body)["boolean"] is True
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    dropped = service.ask("POST", "/admin/sparql", f"update={quote('DROP GRAPH <https://example.org/g>')}", form, admin)
    assert (dropped.status, dropped.generation) == (204, before + 2)
    assert service.ask("GET", "/graphs?graph=https://example.org/g").status == 404


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://127.0.0.1:9/>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "INSERT DATA { <urn:s> <urn:p> ",
        "SELECT * { ?s ?p ?o }",
    ],
)
def test_an_update_that_is_refused_changes_nothing(service: Served, admin: str, update: str) -> None:
    """What would fetch is refused here too."""
    before = generation(service)
    reply = service.ask("POST", "/admin/sparql", update, {"Content-Type": "application/sparql-update"}, admin)
    assert (reply.status, generation(service)) == (400, before)


def test_an_operator_holds_any_graph(service: Served, admin: str) -> None:
    """Without intake, as it comes; below the address, by name, and under a new name."""
    first, second = "<urn:s> <urn:p> 1 .", "<urn:s> <urn:p> 2 ."
    before = generation(service)
    made = service.ask("PUT", "/admin/graphs/a/b.ttl", first, TURTLE, admin)
    assert (made.status, made.headers["Location"]) == (201, f"{service.address}/admin/graphs/a/b.ttl")
    added = service.ask("POST", "/admin/graphs/a/b.ttl", second, TURTLE, admin)
    assert (added.status, added.generation) == (204, before + 2)
    by_name = f"/admin/graphs?graph={quote(f'{service.address}/admin/graphs/a/b.ttl', safe='')}"
    assert isomorphic(graph_of(service.ask("GET", by_name, token=admin)), turtle(first + second))
    assert service.ask("PUT", by_name, second, TURTLE, admin).status == 204
    assert isomorphic(graph_of(service.ask("GET", "/admin/graphs/a/b.ttl", token=admin)), turtle(second))
    assert service.ask("DELETE", by_name, token=admin).status == 204
    assert service.ask("DELETE", by_name, token=admin).status == 404
    new = service.ask("POST", "/admin/graphs", first, TURTLE, admin).headers["Location"]
    assert isomorphic(graph_of(service.ask("GET", new.removeprefix(service.address), token=admin)), turtle(first))
    empty = service.ask("PUT", new.removeprefix(service.address), "", TURTLE, admin)
    assert (empty.status, len(graph_of(service.ask("GET", new.removeprefix(service.address), token=admin)))) == (204, 0)
    assert service.ask("DELETE", new.removeprefix(service.address), token=admin).status == 204


def test_what_a_client_expects_of_any_graph_is_judged_when_it_is_written(service: Served, admin: str) -> None:
    """Of many who each make a graph only if there is none, one does; of many who remove it if there is, one does."""
    where = "/admin/graphs/contested"

    def put(number: int) -> int:
        body = f"<urn:s> <urn:p> {number} ."
        return service.ask("PUT", where, body, TURTLE | {"If-None-Match": "*"}, admin).status

    def delete(_: int) -> int:
        return service.ask("DELETE", where, headers={"If-Match": "*"}, token=admin).status

    for change, done in ((put, 201), (delete, 204)):
        before = generation(service)
        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(change, range(6))) == [done, *[412] * 5]
        assert generation(service) == before + 1


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("<urn:s> <urn:p> 1", "text/turtle", 400),
        ("<urn:g> { <urn:s> <urn:p> 1 }", "application/trig", 400),
        ('{"@context": "http://127.0.0.1:9/", "@id": "urn:x"}', "application/ld+json", 400),
        ("<urn:s> <urn:p> 1 .", "application/zip", 415),
        ("", None, 415),
    ],
)
def test_what_cannot_be_read_is_not_held(service: Served, admin: str, body: str, media_type: str | None, status: int) -> None:
    """Nor is anything fetched."""
    before = generation(service)
    headers = {} if media_type is None else {"Content-Type": media_type}
    assert service.ask("PUT", "/admin/graphs/bad", body, headers, admin).status == status
    assert generation(service) == before


def test_what_an_operator_put_there_is_not_published(service: Served, key: str, publisher: str, admin: str) -> None:
    """Publishing it settles it, the same document though it is; until then a publisher cannot take it out."""
    where = f"/admin/graphs?graph={quote(name(key))}"
    put = service.ask("PUT", where, TEMPLATE.format(key=key), TURTLE, admin)
    assert not asked(service, f"ASK {{ <{name(key)}> ?p ?o }}")
    assert service.ask("DELETE", path(key), token=publisher).status == 403
    reply = service.ask("PUT", path(key), TEMPLATE.format(key=key), TURTLE, publisher)
    assert (reply.status, reply.generation) == (200, put.generation + 1)
    assert asked(service, f"ASK {{ <{name(key)}> ?p ?o }}")
    assert service.ask("DELETE", path(key), token=publisher).status == 204


def test_what_is_known_of_bodies_is_read_anew(service: Served, admin: str) -> None:
    """What is settled at a publish rests on the reference data that are held then, not on those of the publish before.

    That Enfield's health partner ended, and with it what it had in this version, is for them to say.
    """
    reference = f"/admin/graphs?graph={quote(layout.REFERENCE)}"
    triples = {"Content-Type": "application/n-triples"}
    known = service.ask("GET", reference, headers={"Accept": "application/n-triples"}, token=admin).body
    document = service.ask("GET", "/graphs/enfield-2019?format=ntriples").text
    settled = f"/graphs?graph={quote(layout.settled(f'{layout.VERSIONS}enfield-2019'))}"
    note = f'<{layout.VERSIONS}enfield-2019> <{SKOS.note}> "x" .\n'
    found = []
    for method, body, text in (("PUT", known, document + note), ("DELETE", b"", document), ("PUT", known, document + note)):
        assert service.ask(method, reference, body, triples, admin).status in (201, 204)
        assert service.ask("PUT", "/graphs/enfield-2019", text, triples, admin).status == 200
        found.append(graph_of(service.ask("GET", settled)))
    assert [len(list(graph.subjects(MASA.countsTo))) for graph in found] == [1, 0, 1]
