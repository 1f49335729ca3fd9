"""How much the service bears beside the Oxigraph server and rdflib-endpoint: `python -m benchmarks.load`."""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from rdflib import Graph, URIRef
from rdflib.term import Node

from benchmarks import servers, wrk
from benchmarks.engines import DifferentWorkError
from benchmarks.wrk import Request, Run
from masagraph import assets
from masagraph.publishing import documents, shipped
from masagraph.store import layout, nquads
from masagraph.store.embedded import Embedded
from masagraph.tokens import Tokens
from masagraph.vocab import BASE, SKOS

ROUNDS, SECONDS, CONNECTIONS = 5, 5, 8
CHECK_SECONDS = 20
ARRANGEMENTS, PUBLISH_SECONDS, PUBLISHERS = 1320, 1200, 2
CHECKED = ("barking-and-dagenham-2019", "barnet-2019")
THINGS = 300
_ARRANGEMENTS = f"{BASE}id/arrangement/"
QUERIES = (
    "SELECT ?says ?what WHERE {{ <{0}> ?says ?what }}",
    f"SELECT ?label WHERE {{{{ <{{0}}> <{SKOS.prefLabel}> ?label }}}}",
    "ASK {{ ?thing ?says <{0}> }}",
    "SELECT DISTINCT ?says ?type WHERE {{ ?thing ?says <{0}> ; a ?type }} ORDER BY ?says ?type",
    "SELECT ?thing ?type WHERE {{ ?thing ?says <{0}> ; a ?type }} ORDER BY ?thing ?type LIMIT 10",
)

NOTES = f"""\
On the loopback, {CONNECTIONS} connections, one thread of wrk, which sends {THINGS * len(QUERIES)} different queries in turns, of
{len(QUERIES)} kinds. {ROUNDS} rounds of {SECONDS} s for each server, in turns; medians of the rounds. All hold the same triples:
what is the default graph of the service. All were first proved to answer alike. The service answers each query in a process that
can be killed; `nothing` only answers, and shows what the load client can do at most."""


@dataclass(frozen=True)
class Server:
    """A server that is asked, and what it came to in each round."""

    name: str
    address: str
    runs: list[Run]

    def __str__(self) -> str:
        """Return the line of the table."""
        a_second, middle, slow = (median(run[n] for run in map(_parts, self.runs)) for n in range(3))
        spread = f"{min(run.a_second for run in self.runs):.4g}-{max(run.a_second for run in self.runs):.4g}"
        return f"{self.name:<18} {a_second:>10.4g} {spread:>13} {middle:>10.2f} {slow:>10.2f}"

    @property
    def a_second(self) -> float:
        """Requests a second, the median of all rounds."""
        return median(run.a_second for run in self.runs)


HEADING = f"{'':<18} {'a second':>10} {'from-to':>13} {'median ms':>10} {'99 % ms':>10}"


def _parts(run: Run) -> tuple[float, float, float]:
    return run.a_second, run.median, run.slow


def queries(graph: Graph) -> list[str]:
    """Return small queries on things that the data describe, the same ones each time."""
    things = sorted({str(subject) for subject in graph.subjects() if isinstance(subject, URIRef)})
    chosen = random.Random(4).sample(things, THINGS)  # noqa: S311 - no secret
    return [query.format(thing) for thing in chosen for query in QUERIES]


def answer(address: str, query: str) -> list[str]:
    """Ask a server, and return its answer in a form that can be compared."""
    call = HttpRequest(f"{address}?{urlencode({'query': query})}", headers={"Accept": "application/sparql-results+json"})  # noqa: S310 - ours
    with urlopen(call, timeout=60) as reply:  # noqa: S310 - ours
        told = json.load(reply)
    if "boolean" in told:
        return [str(told["boolean"])]
    # Each has names of its own for blank nodes.
    return sorted(
        json.dumps({name: "_:" if cell["type"] == "bnode" else cell["value"] for name, cell in row.items()}, sort_keys=True)
        for row in told["results"]["bindings"]
    )


def require_same(asked: Sequence[str], all_servers: Sequence[Server]) -> None:
    """See that all servers answer alike, and that this would be noticed if they did not.

    Raises:
        DifferentWorkError: They do not, or it would not.
    """
    if answer(all_servers[0].address, asked[0]) == answer(all_servers[1].address, asked[len(QUERIES)]):
        raise DifferentWorkError("The comparison of answers does not see that two are different.")
    for query in asked:
        if "LIMIT" not in query:
            found = {json.dumps(answer(server.address, query)) for server in all_servers}
            if len(found) != 1:
                raise DifferentWorkError(f"The servers do not answer alike: {query}")


def compare(data: Path, graph: Graph, folder: Path) -> None:
    """Compare how many small queries a second the servers answer, and print the table."""
    triples = folder / "default.nt"
    triples.write_text("".join(nquads.lines((*triple, None) for triple in graph)), encoding="utf-8")
    asked = queries(graph)
    with ExitStack() as stack:
        service = stack.enter_context(servers.ours(data, "--workers", "2"))
        others = [
            Server("oxigraph", stack.enter_context(servers.oxigraph(triples, folder / "oxigraph")), []),
            Server("rdflib-endpoint", stack.enter_context(servers.rdflib_endpoint(triples)), []),
        ]
        mine = Server("masagraph", f"{service}/sparql", [])
        nothing = Server("nothing", stack.enter_context(servers.static()), [])
        require_same(asked[: 20 * len(QUERIES)], [mine, *others])
        for _ in range(ROUNDS):
            for server in (mine, *others, nothing):
                path = urlsplit(server.address).path
                sent = [Request(f"{path}?{urlencode({'query': query})}") for query in asked]
                server.runs.append(wrk.run(server.address, sent, SECONDS, CONNECTIONS))
        print(f"Small queries\n{HEADING}")
        print(*(mine, *others, nothing), sep="\n")
        for other, aim in zip(others, (0.1, 2.0), strict=True):
            ratio = mine.a_second / other.a_second
            print(f"masagraph / {other.name}: {ratio:.2f} (aim: at least {aim:g}: {'met' if ratio >= aim else 'missed'})")
        print()
        for key in CHECKED:
            text = (assets.folder("data") / "arrangements" / f"{key}.ttl").read_text(encoding="utf-8")
            checks = Server("check", service, [])
            sent = [Request("/api/check", text, "text/turtle")]
            wrk.run(service, sent, CHECK_SECONDS, 2)  # Rules are read once.
            checks.runs.append(wrk.run(service, sent, CHECK_SECONDS, 2))
            print(f"POST /api/check of {key}, {len(text.splitlines())} lines, two at once\n{HEADING}\n{checks}\n")


def copies() -> Iterator[tuple[str, str, int]]:
    """Yield the documents that ship under other keys, over and over: the key of the version, N-Triples, number of triples."""
    whole = {name: documents.document(graph, name) for name, graph in shipped.shipped_documents().items()}
    for copy in range(1, ARRANGEMENTS // len(whole) + 1):
        for name, graph in whole.items():
            renamed = Graph()
            for triple in graph:
                renamed.add(tuple(_renamed(term, f"-copy-{copy}") for term in triple))  # type: ignore[arg-type]  # still three terms
            key = f"{name.removeprefix(layout.VERSIONS)}-copy-{copy}"
            yield key, "".join(nquads.lines((*triple, None) for triple in renamed)), len(renamed)


def _renamed(term: Node, more: str) -> Node:
    if not isinstance(term, URIRef) or not str(term).startswith((layout.VERSIONS, _ARRANGEMENTS)):
        return term
    name, mark, inside = term.partition("#")
    return URIRef(f"{name}{more}{mark}{inside}")


def publish(data: Path) -> None:
    """Publish many arrangements, and print how fast that goes."""
    secret = Tokens(data).create("facilitator", "a benchmark")[1]
    lock, waiting = threading.Lock(), copies()
    took: list[float] = []
    sizes: list[int] = []

    def work(address: str, until: float) -> None:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=300)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/n-triples"}
        while time.perf_counter() < until:
            with lock:
                key, text, triples = next(waiting, ("", "", 0))
            if not key:
                break
            start = time.perf_counter()
            connection.request("PUT", f"/graphs/{key}", text.encode(), headers)
            reply = connection.getresponse()
            told = reply.read()
            if reply.status != 201:  # noqa: PLR2004 - created
                raise DifferentWorkError(f"{key} is not published: {told[:300]!r}")
            with lock:
                took.append(time.perf_counter() - start)
                sizes.append(triples)
        connection.close()

    with servers.ours(data, "--workers", "2", "--keep-generations", "2") as address:
        start = time.perf_counter()
        clients = [threading.Thread(target=work, args=(address, start + PUBLISH_SECONDS)) for _ in range(PUBLISHERS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        whole = time.perf_counter() - start
    if not took:
        raise DifferentWorkError("Nothing was published.")
    of = f"{len(took)} of {ARRANGEMENTS}" + ("" if len(took) == ARRANGEMENTS else f" (a sample: what {PUBLISH_SECONDS} s allow)")
    print(f"PUT /graphs of {of} versions, {PUBLISHERS} at once: {sum(sizes)} triples in {whole:.0f} s")
    print(f"{sum(sizes) / whole:.0f} triples a second; {len(took) / whole:.1f} versions a second")
    tenth = max(len(took) // 10, 2)
    for name, some in (("all", took), ("the first tenth", took[:tenth]), ("the last tenth", took[-tenth:])):
        print(f"{name:<18} median {median(some) * 1000:>6.0f} ms, 99 % {quantiles(some, n=100)[98] * 1000:>6.0f} ms")


def main() -> None:
    """Measure, and print the tables."""
    told = (f"{name} {version(name)}" for name in ("masagraph", "oxigraph", "rdflib-endpoint", "rdflib", "waitress"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        writer = Embedded(data / "store").writer()
        shipped.first_load(writer, lambda _done, _all: None)
        writer.close()
        reader = Embedded(data / "store").reader()
        graph = reader.graph(None) or Graph()
        reader.close()
        cores = len(os.sched_getaffinity(0))
        print(f"{', '.join(told)}, Python {sys.version.split()[0]}; {cores} cores; {len(graph)} triples in the default graph")
        print(f"{NOTES}\n")
        compare(data, graph, folder)
        publish(data)


if __name__ == "__main__":
    try:
        main()
    except (DifferentWorkError, servers.MissingError) as error:
        raise SystemExit(f"benchmarks.load: {error}") from None
