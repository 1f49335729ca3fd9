"""Put tests of the W3C's protocol suites to a running service: send what they send, and say what is not as they expect."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import quote

from rdflib import BNode, Graph
from rdflib.compare import isomorphic
from rdflib.query import Result

import serving
import suites
from serving import Reply
from suites import Entry, Request

PROTOCOL, GRAPH_STORE = f"{suites.MF}ProtocolTest", f"{suites.MF}GraphStoreProtocolTest"
RESULTS = {f"{suites.MF}QueryEvaluationTest", f"{suites.MF}CSVResultFormatTest"}
_PREFIXES = {PROTOCOL: "/sparql/", GRAPH_STORE: "/gsp"}
"""What the paths in each suite begin with; a path of the service takes its place."""
_RDF = {
    "text/turtle": "turtle", "application/rdf+xml": "xml", "application/n-triples": "nt", "application/ld+json": "json-ld",
}  # fmt: skip
_RESULTS = {
    "application/sparql-results+json": "json", "application/sparql-results+xml": "xml",
    "text/csv": "csv", "text/tab-separated-values": "tsv",
}  # fmt: skip
_FILES = {
    ".srj": "application/sparql-results+json", ".csv": "text/csv", ".tsv": "text/tab-separated-values",
}  # fmt: skip
Said = bool | tuple[list[str], Counter[tuple[tuple[str, object], ...]]]
"""What results say, in whichever order: a truth value, or names and rows."""


class UnexpectedError(Exception):
    """An answer is not as a test expects it."""


@dataclass(frozen=True)
class Runner:
    """Runs tests on a service at `address`, with the token of an admin; by type of test, `paths` says where to send them."""

    address: str
    token: str
    paths: dict[str, str] = field(default_factory=lambda: {PROTOCOL: "/admin/sparql", GRAPH_STORE: "/admin/graphs"})

    def run(self, entry: Entry) -> str | None:
        """Run a test on a store with nothing in it but what it needs, and return what is not as expected; None if all is.

        Raises:
            ValueError: Nothing is known of tests of its type.
        """
        if entry.kind not in {*_PREFIXES, *RESULTS}:
            raise ValueError(f"{entry.iri}: no test is known of type {entry.kind}")
        try:
            self._put_ready("POST", "/admin/sparql", "application/sparql-update", b"DROP ALL")
            if entry.kind in RESULTS:
                self._evaluate(entry)
            else:
                self._converse(entry)
        except UnexpectedError as error:
            return str(error)
        return None

    def _converse(self, entry: Entry) -> None:
        """Send the requests of a test of a protocol, and judge the answers."""
        for name, file in suites.data(entry):
            path = f"/admin/graphs?graph={quote(name, safe='')}"
            self._put_ready("PUT", path, "application/n-triples", file.read_bytes())
        named: dict[str, str] = {}
        for number, request in enumerate(suites.requests(entry), start=1):
            try:
                _judge(request, self._sent(entry, request, named), named)
            except UnexpectedError as error:
                raise UnexpectedError(f"request {number}: {error}") from None

    def _evaluate(self, entry: Entry) -> None:
        """Ask the query of a test of a format of results, and compare the answer with the one expected, by what each says."""
        query, held, wanted = suites.evaluation(entry)
        self._put_ready("PUT", "/admin/graphs?default", "text/turtle", held.read_bytes())
        media_type = _FILES[wanted.suffix]
        reply = self._ask("GET", f"/sparql?query={quote(query, safe='')}", None, {"Accept": media_type})
        if (reply.status, reply.media_type) != (200, media_type):
            raise UnexpectedError(f"the status is {reply.status}, the type {reply.media_type}")
        if said(reply.body, media_type) != said(wanted.read_bytes(), media_type):
            raise UnexpectedError("the results are others")

    def _put_ready(self, method: str, path: str, media_type: str, body: bytes) -> None:
        reply = self._ask(method, path, body, {"Content-Type": media_type})
        if reply.status not in range(200, 300):
            raise UnexpectedError(f"the data of the test cannot be put in: {reply.status}")

    def _sent(self, entry: Entry, request: Request, named: dict[str, str]) -> Reply:
        path = request.path.replace(_PREFIXES[entry.kind], self.paths[entry.kind], 1)
        body = request.message.body
        for name, value in named.items():
            path = path.replace(name, value)
            body = None if body is None else body.replace(name.encode(), value.encode())
        return self._ask(request.method, path, body, dict(request.message.headers))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        return serving.ask(self.address, method, path, body, headers, self.token)


def parsed(reply: Reply) -> Graph:
    """Return the graph in an answer.

    Raises:
        UnexpectedError: It holds none.
    """
    if reply.media_type not in _RDF:
        raise UnexpectedError(f"{reply.media_type or 'no type'} is no format of RDF")
    try:
        return Graph().parse(data=reply.body, format=_RDF[reply.media_type])
    except Exception as error:  # whatever the parser raises
        raise UnexpectedError(f"the graph cannot be read: {error}") from error


def _judge(request: Request, reply: Reply, named: dict[str, str]) -> None:
    """See that an answer is as expected, and remember its Location if the next requests need it."""
    expected = request.expected
    if not any(reply.status in statuses for statuses in expected.statuses):
        raise UnexpectedError(f"the status is {reply.status}")
    if expected.kind is not None:
        _judge_kind(expected.kind, reply)
    if expected.boolean is not None and _result(reply).askAnswer != expected.boolean:
        raise UnexpectedError(f"the answer is not {expected.boolean}")
    wanted_type = expected.message.header("content-type")
    if wanted_type is not None and reply.media_type != wanted_type.partition(";")[0]:
        raise UnexpectedError(f"the type is {reply.media_type or 'not told'}")
    if expected.message.body is not None and wanted_type is not None:
        wanted = Graph().parse(data=expected.message.body, format=_RDF[wanted_type.partition(";")[0]])
        if not isomorphic(parsed(reply), wanted):
            raise UnexpectedError("the graph is another")
    if expected.location is not None:
        if "Location" not in reply.headers:
            raise UnexpectedError("there is no Location")
        named[expected.location] = reply.headers["Location"]


def _judge_kind(kind: str, reply: Reply) -> None:
    if kind == "RDF":
        parsed(reply)
    elif kind in ("boolean", "tabular"):
        found = _result(reply).type
        if found != {"boolean": "ASK", "tabular": "SELECT"}[kind]:
            raise UnexpectedError(f"the answer is of kind {found}")
    else:
        raise ValueError(f"no format is known as {kind}")


def _result(reply: Reply) -> Result:
    if reply.media_type not in _RESULTS:
        raise UnexpectedError(f"{reply.media_type or 'no type'} is no format of results")
    return _read(reply.body, reply.media_type)


def _read(body: bytes, media_type: str) -> Result:
    try:
        return Result.parse(BytesIO(body), format=_RESULTS[media_type])
    except Exception as error:  # whatever the parser raises
        raise UnexpectedError(f"the results cannot be read: {error}") from error


def said(body: bytes, media_type: str) -> Said:
    """Return what results say. In CSV cells are bare text: it does not say which terms they are."""
    if media_type == "text/csv":
        head, *lines = csv.reader(StringIO(body.decode(), newline=""))
        return sorted(head), _rows(zip(head, line, strict=True) for line in lines)
    found = _read(body, media_type)
    if found.askAnswer is not None:
        return found.askAnswer
    names = [str(name) for name in found.vars or ()]
    return sorted(names), _rows(((str(name), term) for name, term in row.items()) for row in found.bindings)


def _rows(rows: Iterable[Iterable[tuple[str, object]]]) -> Counter[tuple[tuple[str, object], ...]]:
    """Count rows, with blank nodes called by when they first come."""
    seen: dict[object, str] = {}
    counted: Counter[tuple[tuple[str, object], ...]] = Counter()
    for row in rows:
        named = [(name, seen.setdefault(term, f"blank {len(seen)}") if _is_blank(term) else term) for name, term in row]
        counted[tuple(sorted((name, term) for name, term in named if term != ""))] += 1
    return counted


def _is_blank(term: object) -> bool:
    return isinstance(term, BNode) or str(term).startswith("_:")


def manifest(suite: str) -> Path:
    """Return the manifest of a suite of SPARQL 1.1, or skip the test that asks."""
    return suites.folder() / "sparql" / "sparql11" / suite / "manifest.ttl"
