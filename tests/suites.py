"""Read the W3C's test suites, which lie outside the project: which tests they have, and what each sends and expects."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

VARIABLE = "MASAGRAPH_W3C_SUITES"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HTS = "http://www.w3.org/2011/http-statusCodes#"
_STATUSES = {
    f"{HTS}StatusCode2xx": range(200, 300),
    f"{HTS}StatusCode3xx": range(300, 400),
    f"{HTS}StatusCode4xx": range(400, 500),
    f"{HTS}OK": range(200, 201),
    f"{HTS}Created": range(201, 202),
    f"{HTS}NoContent": range(204, 205),
    f"{HTS}NotFound": range(404, 405),
}


@dataclass(frozen=True)
class Entry:
    """A test of a manifest: its IRI, its name, its type, the capabilities that it requires, and where it is told of."""

    iri: str
    name: str
    kind: str
    requires: frozenset[str]
    graph: Graph
    node: Node


@dataclass(frozen=True)
class Message:
    """The headers and the body of a request or an answer; the body is None where nothing is said of one."""

    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        """Return a header, or None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Expected:
    """What is expected of an answer: the ranges of its status, a truth value, the kind of its format, a name for its Location."""

    statuses: tuple[range, ...]
    boolean: bool | None
    kind: str | None
    location: str | None
    message: Message


@dataclass(frozen=True)
class Request:
    """A request of a test, and what is expected of the answer."""

    method: str
    path: str
    message: Message
    expected: Expected


def folder() -> Path:
    """Return where the suites are, or skip the test that asks."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} does not say where the W3C's test suites are")
    return Path(named)


def entries(manifest: Path) -> list[Entry]:
    """Return the tests of a manifest and of those that it includes, in their order.

    Tests that it describes and forgets to list come last: head_non_existing_direct of the Graph Store Protocol is one.
    """
    graph = Graph().parse(manifest, format="turtle")
    (about,) = graph.subjects(RDF.type, MF.Manifest)
    listed = [node for entries in graph.objects(about, MF.entries) for node in Collection(graph, entries)]
    unlisted = sorted(set(graph.subjects(MF.action)) - set(listed), key=str)
    found = [_entry(graph, node) for node in (*listed, *unlisted)]
    for listing in graph.objects(about, MF.include):
        for included in Collection(graph, listing):
            found.extend(entries(manifest.parent / str(included).rsplit("/", 1)[-1]))
    return found


def requests(entry: Entry) -> list[Request]:
    """Return the requests of a test, in order.

    Raises:
        ValueError: It expects what is not known here.
    """
    (action,) = entry.graph.objects(entry.node, MF.action)
    (listed,) = entry.graph.objects(action, HT.requests)
    return [_request(entry.graph, node) for node in Collection(entry.graph, listed)]


def data(entry: Entry) -> Iterator[tuple[str, Path]]:
    """Yield the graphs that a test needs: the name of each, and the file with what it holds."""
    for needed in entry.graph.objects(entry.node, UT.graphData):
        yield _text(entry.graph, needed, RDFS.label), _file(entry.graph, needed, UT.graph)


def evaluation(entry: Entry) -> tuple[str, Path, Path]:
    """Return the query of a test of results, the file with its data, and the file with the results expected."""
    (action,) = entry.graph.objects(entry.node, MF.action)
    query, held = (_file(entry.graph, action, name) for name in (QT.query, QT.data))
    return query.read_text(encoding="utf-8"), held, _file(entry.graph, entry.node, MF.result)


def _file(graph: Graph, node: Node, name: Node) -> Path:
    return Path(_text(graph, node, name).removeprefix("file://"))


def _entry(graph: Graph, node: Node) -> Entry:
    (kind,) = graph.objects(node, RDF.type)
    requires = frozenset(_local(flag) for flag in graph.objects(node, MF.requires))
    return Entry(str(node), _local(node), str(kind), requires, graph, node)


def _request(graph: Graph, node: Node) -> Request:
    (answer,) = graph.objects(node, HT.resp)
    boolean = graph.value(answer, MF.expectedBoolean)
    expected = Expected(
        statuses=tuple(_statuses(str(status)) for status in graph.objects(answer, MF.expectedStatus)),
        boolean=None if boolean is None else str(boolean) == "true",
        kind=_maybe(graph, answer, MF.expectedFormat),
        location=_maybe(graph, answer, MF.expectedLocation),
        message=_message(graph, answer),
    )
    return Request(_text(graph, node, HT.methodName), _text(graph, node, HT.absolutePath), _message(graph, node), expected)


def _statuses(status: str) -> range:
    if status not in _STATUSES:
        raise ValueError(f"no status is known as {status}")
    return _STATUSES[status]


def _message(graph: Graph, node: Node) -> Message:
    headers = graph.value(node, HT.headers)
    body = graph.value(node, HT.body)
    return Message(
        ()
        if headers is None
        else tuple((_text(graph, h, HT.fieldName), _text(graph, h, HT.fieldValue)) for h in Collection(graph, headers)),
        None if body is None else _text(graph, body, CNT.chars).encode(_text(graph, body, CNT.characterEncoding)),
    )


def _text(graph: Graph, node: Node, name: Node) -> str:
    (value,) = graph.objects(node, name)
    return str(value)


def _maybe(graph: Graph, node: Node, name: Node) -> str | None:
    value = graph.value(node, name)
    return None if value is None else str(value)


def _local(node: Node) -> str:
    return str(node).rsplit("#", 1)[-1]
