"""Put the W3C's suites for SPARQL services to a running service, and tell how it did in EARL (Evaluation and Report Language).

`python tests/conformance.py FILE` writes what it found. MASAGRAPH_W3C_SUITES says where the suites are.
"""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import descriptions
import protocols
import serving
from protocols import PROTOCOL, Runner, UnexpectedError
from serving import Served
from suites import VARIABLE, entries

ADMIN, ADMIN_GRAPHS, PUBLIC = "/admin/sparql", "/admin/graphs", "/sparql"
_ROLES = {
    ADMIN: "SPARQL queries and updates, for operators",
    ADMIN_GRAPHS: "graph store, for operators",
    PUBLIC: "SPARQL queries, for everybody",
}
_DESCRIBES = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/service-description/manifest#"
_RESULTS = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/csv-tsv-res/manifest#"
_BY_VALUE = "The embedded store keeps numbers by their values: 1.0E6 comes back as 1000000, a negativeInteger as an integer."
EXCEPTIONS = {f"{_RESULTS}csv03": _BY_VALUE, f"{_RESULTS}tsv03": _BY_VALUE}
"""The tests that fail, each with the reason."""
_HEAD = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix earl: <http://www.w3.org/ns/earl#> .

# How masagraph does in the W3C's suites for SPARQL services. Written by 'make earl'; conformance.md explains it.

<#masagraph> a doap:Project, earl:Software, earl:Assertor ;
    doap:name "masagraph" .
"""
_SUBJECT = """\
<#{name}> a earl:TestSubject ;
    dcterms:isPartOf <#masagraph> ;
    dcterms:title "{path}: {role}"@en .
"""
_ASSERTION = """\
[] a earl:Assertion ;
    earl:assertedBy <#masagraph> ;
    earl:mode earl:automatic ;
    earl:subject <#{name}> ;
    earl:test <{test}> ;
    earl:result [ a earl:TestResult ; earl:outcome {told} ] .
"""
_UPDATES = "update_"
"""The tests whose names begin so need updates, which nobody may send to /sparql."""


@dataclass(frozen=True)
class Outcome:
    """How a test went: the suite, its IRI and name, the path that it was put to, and what is not as expected, if anything."""

    suite: str
    test: str
    name: str
    path: str
    fault: str | None


@contextmanager
def service() -> Iterator[tuple[Served, str]]:
    """Run a service that holds nothing, with the admin addresses, and give it with an admin's token."""
    with tempfile.TemporaryDirectory() as folder:
        serving.load_nothing(Path(folder))
        with serving.serving(Path(folder), "--admin", "--workers", "2") as served:
            yield served, served.token("admin")


def outcomes(address: str, token: str) -> list[Outcome]:
    """Run every test that the service is meant to pass.

    Args:
        address: Where the service is.
        token: An admin's.
    """
    runner, public = Runner(address, token), Runner(address, token, {PROTOCOL: PUBLIC})
    protocol = entries(protocols.manifest("protocol"))
    found = [Outcome("protocol", e.iri, e.name, ADMIN, runner.run(e)) for e in protocol]
    asked = [e for e in protocol if not e.name.startswith(_UPDATES)]
    found += [Outcome("protocol", e.iri, e.name, PUBLIC, public.run(e)) for e in asked]
    stored = entries(protocols.manifest("graph-store-protocol"))
    found += [Outcome("graph-store-protocol", e.iri, e.name, ADMIN_GRAPHS, runner.run(e)) for e in stored]
    for suite in ("json-res", "csv-tsv-res"):
        found += [Outcome(suite, e.iri, e.name, PUBLIC, runner.run(e)) for e in entries(protocols.manifest(suite))]
    for entry in entries(protocols.manifest("service-description")):
        found.append(Outcome("service-description", entry.iri, entry.name, PUBLIC, described(address, entry.iri)))
    return found


def described(address: str, test: str) -> str | None:
    """Run one of the tests of service descriptions, which the suite only names, and return what is not as expected.

    Raises:
        ValueError: There is no such test.
    """
    try:
        graph = protocols.parsed(serving.ask(address, "GET", PUBLIC))
    except UnexpectedError as error:
        return str(error)
    name = test.removeprefix(_DESCRIBES)
    if name == "returns-rdf":
        return None if len(graph) else "the description is empty"
    if name == "has-endpoint-triple":
        return None if descriptions.has_endpoint(graph, address + PUBLIC) else "the description is of another endpoint"
    if name == "conforms-to-schema":
        return "; ".join(descriptions.faults(graph)) or None
    raise ValueError(f"{test}: no test is known by that name")


def earl(found: Iterable[Outcome]) -> str:
    """Return outcomes in EARL, as Turtle, without anything that changes from one run to the next."""
    parts = [_HEAD]
    parts += [_SUBJECT.format(name=_fragment(path), path=path, role=role) for path, role in _ROLES.items()]
    for one in found:
        why = EXCEPTIONS.get(one.test, one.fault)
        told = "earl:passed" if one.fault is None else f'earl:failed ; dcterms:description "{why}"@en'
        parts.append(_ASSERTION.format(name=_fragment(one.path), test=one.test, told=told))
    return "\n".join(parts)


def _fragment(path: str) -> str:
    return path.strip("/").replace("/", "-")


if __name__ == "__main__":
    if not os.environ.get(VARIABLE):
        sys.exit(f"{VARIABLE} does not say where the W3C's test suites are.")
    with service() as (running, secret):
        Path(sys.argv[1]).write_text(earl(outcomes(running.address, secret)), encoding="utf-8")
