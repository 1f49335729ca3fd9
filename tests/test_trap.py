# ruff: noqa: S608 - queries here are attacks, put together on purpose
"""Nothing is ever fetched: a listener counts zero calls, whatever is asked of the service, and wherever.

A file with a mark in it stands for what lies on our own disk: the mark is in no answer. What is asked comes from what the service
tells of itself: every parameter and every body of every operation names the place. So an address that is new is tried too, and
one that needs what is not known here fails. The commands are in `test_trap_commands`.
"""

import io
import json
import re
import xml.sax
import xml.sax.handler
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import pyshacl
import pytest
from rdflib import Dataset, Graph

import serving
from masagraph.oxigraph import Disk
from masagraph.web.views import openapi
from serving import Reply, Served
from trap import (
    FIRST,
    FORM,
    HARMLESS,
    IMPORTS,
    MARK,
    MEDIA_TYPES,
    QUERY,
    UPDATE,
    VERSIONS,
    Trap,
    documents,
    files,
    forms,
    of_syntax,
    queries,
    updates,
    words,
    write_mark,
)


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """Run the listener."""
    with Trap.listening() as made:
        yield made


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that nobody may read by way of the service."""
    return write_mark(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def service(shipped_data: Path, tmp_path: Path) -> Iterator[Served]:
    """Run a service with everything switched on, whose data may be spoiled."""
    serving.copy_store(shipped_data, tmp_path / "trapped")
    with serving.serving(tmp_path / "trapped", "--admin", "--workers", "1", "--query-seconds", "30") as made:
        yield made


@pytest.fixture
def admin(service: Served) -> str:
    """Return the secret of a token that may do everything."""
    return service.token("admin")


# What is fetched where nobody takes care: the listener works, and each of these ways leads to it


def sparql_service(trap: Trap, disk: Disk) -> None:
    list(disk.query(f"SELECT * {{ SERVICE SILENT <{trap.address}> {{ ?s ?p ?o }} }}").rows)  # type: ignore[union-attr]  # a SELECT


def sparql_load(trap: Trap, disk: Disk) -> None:
    disk.update(f"LOAD SILENT <{trap.address}>")


def sparql_from(trap: Trap, _disk: Disk) -> None:
    list(Dataset().query(f"SELECT * FROM <{trap.address}> {{ ?s ?p ?o }}"))


def json_ld_context(trap: Trap, _disk: Disk) -> None:
    Graph().parse(data=json.dumps({"@context": trap.address, "@id": "urn:a"}), format="json-ld")


def owl_imports(trap: Trap, _disk: Disk) -> None:
    shapes = Graph().parse(data=f"<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; {IMPORTS} <{trap.address}> .")
    pyshacl.validate(Graph(), shacl_graph=shapes, do_owl_imports=True)


def xml_entity(trap: Trap, _disk: Disk) -> None:
    parser = xml.sax.make_parser()  # noqa: S317 - the danger is what is shown here
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.setContentHandler(xml.sax.handler.ContentHandler())
    parser.parse(io.StringIO(f'<!DOCTYPE a [<!ENTITY e SYSTEM "{trap.address}">]><a>&e;</a>'))


@pytest.mark.filterwarnings("ignore")  # those of libraries on what they fetched
@pytest.mark.parametrize("bypass", [sparql_service, sparql_load, sparql_from, json_ld_context, owl_imports, xml_entity])
def test_the_listener_is_called_where_nobody_takes_care(trap: Trap, tmp_path: Path, bypass: Callable[[Trap, Disk], None]) -> None:
    before = trap.calls
    disk = Disk(tmp_path / "disk")
    with suppress(Exception):  # It may not like what it fetched.
        bypass(trap, disk)
    disk.close()
    assert trap.calls > before


@pytest.mark.filterwarnings("ignore")
def test_the_mark_is_told_where_nobody_takes_care(on_disk: Path) -> None:
    assert MARK in str(list(Dataset().query(f"SELECT * FROM <{on_disk.as_uri()}> {{ ?s ?p ?o }}")))


BODIES: dict[str, Callable[[str], list[str]]] = {
    **{kind: partial(of_syntax, extension) for extension, kind in MEDIA_TYPES.items()},
    "multipart/form-data": lambda where: list(files(where)),
    FORM: lambda where: list(forms(where)),
    QUERY: queries,
    UPDATE: updates,
}
"""What is sent to an operation that takes a body of a type. A type that is not here fails."""
VALUES: dict[str, Callable[[str], list[str]]] = {"query": queries}
"""What stands in a parameter, where it is not `words`."""
BESIDE = {name: {"query": HARMLESS["query"]} for name in ("default-graph-uri", "named-graph-uri", "format")}
"""What a parameter of a query in the address needs beside it, so that there is a query to be answered."""
EXAMPLES = {"graph": f"{VERSIONS}{FIRST}", "key": FIRST, "rest": f"version/{FIRST}"}
"""What stands in a parameter while another one is tried, where the example in the description is not of what these tests hold."""
TARGETS = {
    "/api/check": ({}, {"profile": "wood", "format": "turtle"}),
    "/graphs": ({}, {"graph": f"{VERSIONS}{FIRST}"}),
    "/admin/graphs": ({}, {"graph": "urn:g"}, {"default": ""}),
}
"""What the address of an operation says when it is sent a body, where that is not nothing."""
ACCEPTS = ("*/*", "text/html", "application/n-triples")


@dataclass(frozen=True)
class Operation:
    """What the description says of one method of one address."""

    method: str
    path: str
    parameters: dict[str, dict[str, Any]]
    bodies: tuple[str, ...]
    statuses: frozenset[int]

    @property
    def reads(self) -> bool:
        """Whether its answer comes in several forms: it is asked for each."""
        return self.method == "GET" or self.path.endswith("/sparql")

    @property
    def pattern(self) -> str:
        """What its addresses look like; what else is asked is answered 404 or 405."""
        lasts = {"rest", "own", "filename"}
        return re.sub(r"\\\{(\w+)\\\}", lambda m: ".+" if m[1] in lasts else self._among(m[1]), re.escape(self.path))

    def _among(self, name: str) -> str:
        return f"(?:{'|'.join(self.choices(name))})" if self.choices(name) else "[^/]+"

    def choices(self, name: str) -> list[str]:
        """The values that the description names for a parameter."""
        return list(self.parameters[name]["schema"].get("enum", ()))


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def operations(described: dict[str, Any]) -> list[Operation]:
    """Return all that the service can be asked; what only reads first, as the rest spoils what is read, and operators' last."""
    shared, found = described["components"]["parameters"], []
    for path, item in described["paths"].items():
        for method in item.keys() - {"parameters"}:
            given = [*item.get("parameters", ()), *item[method].get("parameters", ())]
            known = [shared[one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one for one in given]
            bodies = tuple(item[method].get("requestBody", {}).get("content", ()))
            statuses = frozenset(int(status) for status in item[method]["responses"])
            found.append(Operation(method.upper(), path, {one["name"]: one for one in known}, bodies, statuses))
    return sorted(found, key=lambda one: (one.method != "GET", one.path.startswith("/admin"), one.path, one.method))


def example(operation: Operation, name: str) -> str:
    """Return a good value of a parameter; that of the description, mostly. One without any fails."""
    told = {"example": "".join(operation.choices(name)[:1]), **operation.parameters[name]} if operation.choices(name) else None
    return EXAMPLES.get(name) or str((told or operation.parameters[name])["example"])


def addressed(operation: Operation, said: Mapping[str, str], *, each: bool = False) -> Iterator[str]:
    """Yield addresses that say something, with all that they need besides; if told so, for each choice there is in the path."""
    in_path = [name for name, one in operation.parameters.items() if one["in"] == "path"]
    needed = {name: example(operation, name) for name, one in operation.parameters.items() if one.get("required")}
    asked = {name: value for name, value in {**needed, **said}.items() if name not in in_path}
    chosen = [operation.choices(name) if each and name not in said else [said.get(name, needed[name])] for name in in_path]
    chosen = [values or [needed[name]] for name, values in zip(in_path, chosen, strict=True)]
    for values in product(*chosen):
        path = operation.path
        for name, value in zip(in_path, values, strict=True):
            path = path.replace(f"{{{name}}}", quote(value, safe="/:."))
        yield f"{path}?{urlencode(asked)}" if asked else path


def attempts(operation: Operation, where: str) -> Iterator[Call]:
    """Yield requests that name a place in each parameter, in each body and in the headers of an operation."""
    headers = {"Link": f'<{where}>; rel="http://www.w3.org/ns/json-ld#context"', "Referer": where, "X-Forwarded-Host": where}
    yield from in_parameters(operation, where, headers)
    for kind, target in product(operation.bodies, TARGETS.get(operation.path, ({},))):
        boundary = "; boundary=b" if kind.startswith("multipart") else ""
        for body in BODIES[kind](where):
            for path, accept in product(addressed(operation, target), ACCEPTS if operation.reads else ACCEPTS[:1]):
                yield Call(operation.method, path, body, {**headers, "Content-Type": kind + boundary, "Accept": accept})
    plain, typed = harmless(operation, "")
    host = {"Host": urlsplit(where).netloc} if urlsplit(where).netloc else {}
    for path in addressed(operation, {"graph": EXAMPLES["graph"]} if "graph" in operation.parameters else {}):
        yield Call(operation.method, path, plain, {**headers, **typed, **host})


def harmless(operation: Operation, name: str) -> tuple[str | None, dict[str, str]]:
    """Return a body that names nothing, and its type, for a request that has something in its parameters."""
    if name.startswith("using-"):
        return HARMLESS["update"], {"Content-Type": UPDATE}
    if QUERY in operation.bodies:
        return HARMLESS["query"], {"Content-Type": QUERY}
    return ("<urn:a> <urn:b> <urn:c> .", {"Content-Type": operation.bodies[0]}) if operation.bodies else (None, {})


def in_parameters(operation: Operation, where: str, headers: Mapping[str, str]) -> Iterator[Call]:
    every = [(operation.method, accept) for accept in (ACCEPTS if operation.reads else ACCEPTS[:1])]
    every += [("HEAD", "*/*")] if operation.method == "GET" else []
    for name in operation.parameters:
        body, kind = harmless(operation, name)
        beside = BESIDE.get(name, {}) if "query" in operation.parameters else {}
        if "graph" in operation.parameters and name not in ("graph", "default"):
            beside = {"graph": EXAMPLES["graph"]}
        for number, value in enumerate(VALUES.get(name, words)(where)):
            paths = addressed(operation, {**beside, name: value}, each=number == 0)
            # The first, and every query, is asked in every way there is; the others in one.
            for path, (method, accept) in product(paths, every if number == 0 or name in VALUES else every[:1]):
                yield Call(method, path, body, {**headers, **kind, "Accept": accept})
        if "format" in operation.parameters and name not in ("format", "generation"):
            for form in operation.choices("format"):
                for path in addressed(operation, {**beside, name: where, "format": form}):
                    yield Call(operation.method, path, body, {**headers, **kind})


def questions(service: Served, where: str) -> Iterator[Call]:
    """Yield every question with the place in each parameter that it takes."""
    for question in json.loads(service.ask("GET", "/api/questions").body)["questions"]:
        for parameter in question["parameters"]:
            yield Call("GET", f"/api/questions/{question['name']}?{urlencode({parameter['name']: where})}")


def beside_the_description(where: str) -> Iterator[Call]:
    """Yield what no description leads to."""
    yield Call("GET", f"/{where}")
    if where.startswith("http:"):
        yield Call("GET", where)  # as a proxy is asked
    for update in updates(where):
        yield Call("GET", f"/sparql?{urlencode({'update': update})}")
        yield Call("POST", "/sparql", update, {"Content-Type": UPDATE})
        yield Call("GET", f"/admin/sparql?{urlencode({'update': update})}")
    for kind in ("application/json", "application/xml", "text/plain"):
        for path in ("/api/check", f"/graphs/{FIRST}", "/admin/graphs?graph=urn:g"):
            link = f'<{where}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
            yield Call("POST", path, '{"@id": "urn:a", "says": 1}', {"Content-Type": kind, "Link": link})


LIMITS = {504, 507}
"""A limit on time or on memory: the only failures that may be the answer, where they are told."""


def fault(reply: Reply, statuses: frozenset[int] = frozenset(range(200, 500)) | {504}) -> str:
    """Say what is wrong with an answer, or nothing."""
    if MARK.encode() in reply.body:
        return "it tells what lies on the disk"
    if reply.status not in statuses or (reply.status >= 500 and reply.status not in LIMITS):
        return f"{reply.status} is not told of, or a failure"
    return ""


def told(known: list[Operation], call: Call) -> frozenset[int]:
    """Return the statuses that the description tells of for a request."""
    path = unquote(call.path.partition("?")[0])
    fitting = {one.method: one.statuses for one in known if re.fullmatch(one.pattern, path)}
    if fitting:
        return fitting.get("GET" if call.method == "HEAD" else call.method, frozenset({405}))
    return frozenset({404, 405})


@pytest.mark.long
def test_nothing_is_fetched_by_the_service(trap: Trap, on_disk: Path, service: Served, admin: str) -> None:
    before, statuses = trap.calls, Counter[int]()
    known = operations(json.loads(service.ask("GET", "/api/openapi.json").body))

    def send(call: Call) -> None:
        reply = service.ask(call.method, call.path, call.body, call.headers, admin)
        assert not fault(reply, told(known, call)), (fault(reply, told(known, call)), call, reply)
        assert trap.calls == before, call
        statuses[reply.status] += 1

    places = (trap.address, trap.address.removeprefix("http:"), on_disk.as_uri(), f"file:{on_disk}")
    for where in places:
        for call in questions(service, where):
            send(call)
    for operation, where in product(known, places):
        for call in attempts(operation, where):
            send(call)
    for where in places:
        for call in beside_the_description(where):
            send(call)
    # They were understood: some were answered, some refused. And each address was one that the service has, by its own count.
    assert {200, 201, 204, 400, 404} <= statuses.keys()
    counted = set(re.findall(r'requests_total{endpoint="(.+?)",method="(\w+)"', service.ask("GET", "/metrics").text))
    reached = {(re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", path), method) for path, method in counted}
    assert {(one.path, one.method) for one in known} <= reached
    print(f"{statuses.total()} requests, 0 calls; statuses {sorted(statuses.items())}")  # noqa: T201 - the figure


def test_an_address_that_is_new_is_tried_or_fails() -> None:
    described = openapi.description()
    new = {"operationId": "new", "parameters": [{"name": "page", "in": "query", "schema": {"type": "string"}}], "responses": {}}
    described["paths"] |= {"/new": {"get": new, "put": {**new, "requestBody": {"content": {"text/unheard-of": {}}}}}}
    get, put = (one for one in operations(described) if one.path == "/new")
    assert f"/new?{urlencode({'page': 'urn:there'})}" in {call.path for call in attempts(get, "urn:there")}
    with pytest.raises(KeyError, match="unheard-of"):
        list(attempts(put, "urn:there"))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["http", "file"])
def test_what_is_held_leads_nowhere(trap: Trap, on_disk: Path, service: Served, admin: str, kind: str) -> None:
    """An import among a version, the rules and what belongs to none, put there without intake; and all that reads it."""
    before, where = trap.calls, trap.address if kind == "http" else on_disk.as_uri()
    known = operations(openapi.description())
    version, turtle = urlencode({"graph": f"{VERSIONS}{FIRST}"}), {"Content-Type": "text/turtle"}
    document = next(text for extension, text in documents(where) if extension == "ttl")
    assert service.ask("PUT", f"/admin/graphs?{version}", document, turtle, admin).status == 204
    for name in (urlencode({"graph": "https://w3id.org/masagraph/graph/rules"}), "default"):
        ours = f"<{VERSIONS}barnet-2019> {IMPORTS} <{where}> . <https://w3id.org/masagraph/graph/rules> {IMPORTS} <{where}> ."
        assert service.ask("POST", f"/admin/graphs?{name}", ours, turtle, admin).status == 204
    for status, method, path in (
        (200, "GET", f"/admin/graphs?{version}"),
        (200, "GET", f"/graphs/{FIRST}?format=jsonld"),
        (200, "GET", f"/graphs?{version}&format=rdfxml"),
        (200, "GET", f"/sparql?{urlencode({'query': HARMLESS['query'], 'default-graph-uri': f'{VERSIONS}{FIRST}'})}"),
        (200, "GET", f"/sparql?{urlencode({'query': f'DESCRIBE <{VERSIONS}{FIRST}> FROM <{VERSIONS}{FIRST}>'})}"),
        (200, "GET", f"/id/version/{FIRST}"),
        (200, "GET", f"/id/version/{FIRST}?format=html"),
        (303, "GET", f"/thing?{urlencode({'iri': f'{VERSIONS}{FIRST}'})}"),
        (200, "GET", f"/thing?{urlencode({'iri': where})}"),
        (400, "GET", f"/api/arrangements/{FIRST}/report?profile=wood"),  # It is told to leave the import out.
        (400, "GET", f"/api/arrangements/{FIRST}/badge.svg"),
        (200, "GET", "/api/arrangements/barnet-2019/report?profile=wood"),
        (200, "GET", "/api/arrangements/barnet-2019/badge.svg"),
        (200, "POST", "/api/check?profile=register"),
        (200, "GET", "/api/register?area=Barking+and+Dagenham"),
        (200, "GET", "/api/rules/WT-TRAINING"),
        (200, "GET", "/.well-known/void"),
        (200, "GET", "/download/all.nq"),
        (200, "GET", "/download/all.trig.gz"),
        (200, "GET", "/download/region/E12000007.ttl"),
        (200, "GET", "/"),
        (204, "DELETE", f"/graphs/{FIRST}"),
    ):
        reply = service.ask(method, path, None, None, admin)
        assert reply.status == status, (path, reply)
        assert not fault(reply, told(known, Call(method, path))), (path, reply)
        assert trap.calls == before, path
        if path.startswith(("/admin/graphs", "/download/all.nq", "/api/arrangements/barking")):
            assert where in reply.text, path  # It is held, and told of.


def test_nothing_is_fetched_by_queries_documents_and_data_sets(trap: Trap, on_disk: Path, served: Served) -> None:
    """The same on what is open to all, one request of each kind: quick enough for every run."""
    before = trap.calls
    for where in (trap.address, on_disk.as_uri()):
        for query in queries(where):
            reply = served.ask("POST", "/sparql", query, {"Content-Type": QUERY})
            assert not fault(reply), (query, reply)
            assert reply.status == (200 if "FROM" in query else 400), (query, reply)
            if "FROM" in query and reply.media_type == "application/sparql-results+json":
                assert json.loads(reply.body)["results"]["bindings"] == [], query
        for extension, document in documents(where):
            reply = served.ask("POST", "/api/check", document, {"Content-Type": MEDIA_TYPES[extension]})
            assert not fault(reply), (document, reply)
            assert reply.status in (200, 400)
    assert trap.calls == before
