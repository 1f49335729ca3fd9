# ruff: noqa: S608 - queries here are attacks, put together on purpose
"""A listener that counts whoever calls, a mark that nobody may read, and what would lead to either if it were let."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

from masagraph import assets

MARK = "a mark that no answer may hold"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
VERSIONS = "https://w3id.org/masagraph/id/version/"
FIRST = "barking-and-dagenham-2019"
IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"
MEDIA_TYPES = {
    "ttl": "text/turtle", "trig": "application/trig", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
    "nt": "application/n-triples", "nq": "application/n-quads",
}  # fmt: skip
HARMLESS = {
    "query": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 5",
    "update": "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o } ",
}


class Trap(ThreadingHTTPServer):
    """Counts whoever connects, and answers each with a triple."""

    def __init__(self) -> None:
        """Listen."""

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/turtle")
                self.end_headers()
                self.wfile.write(f'<urn:trap> <urn:says> "{MARK}" .'.encode())

            do_GET = do_POST = do_HEAD = answer  # noqa: N815 - the library calls them so

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = 0

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002 - the library calls it so
        """Count a connection."""
        self.calls += 1
        return True

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/data"

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[Self]:
        """Run it."""
        with cls() as made:
            thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            yield made
            made.shutdown()
            thread.join()


def write_mark(folder: Path) -> Path:
    """Write a file that nobody may read by way of us."""
    file = folder / "secret.ttl"
    file.write_text(f'<urn:trap> <urn:says> "{MARK}" .')
    return file


def queries(where: str) -> list[str]:
    return [
        f"SELECT * {{ SERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE SILENT <{where}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?x {{ <{where}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        f"PREFIX t: <{where}> ASK {{ OPTIONAL {{ {{ SELECT * {{ SeRvIcE t: {{ ?s ?p ?o }} }} }} }} }}",
        f"SELECT * {{ \\u0053ERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{where}> {{ ?s ?p ?o }} }} }}",
        f"SELECT * FROM <{where}> {{ ?s ?p ?o }} LIMIT 5",
        f"SELECT * FROM NAMED <{where}> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 5",
        f"SELECT * FROM NAMED <{where}> {{ GRAPH <{where}> {{ ?s ?p ?o }} }} LIMIT 5",
        f"BASE <{where}> SELECT * FROM <> {{ ?s ?p ?o }} LIMIT 5",
        f"DESCRIBE <{where}> FROM <{where}>",
    ]


def updates(where: str) -> list[str]:
    return [
        f"LOAD <{where}>",
        f"LOAD SILENT <{where}> INTO GRAPH <urn:g>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{where}> {{ ?s ?p ?o }} }}",
        f"INSERT {{ ?s ?p ?o }} USING <{where}> WHERE {{ ?s ?p ?o }}",
        f"INSERT {{ ?s ?p ?o }} USING NAMED <{where}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"COPY SILENT <{where}> TO <urn:g>",
    ]


def documents(where: str) -> list[tuple[str, str]]:
    """Return documents by extension that ask for something to be fetched."""
    turtle = (assets.folder("data") / "arrangements" / f"{FIRST}.ttl").read_text(encoding="utf-8")
    imports = f"<{VERSIONS}{FIRST}> {IMPORTS} <{where}> .\n<{where}> a <http://www.w3.org/2002/07/owl#Ontology> .\n"
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    thing = f'<rdf:Description rdf:about="{VERSIONS}x"><rdf:value>&e;</rdf:value></rdf:Description></rdf:RDF>'
    plain = {"@id": f"{VERSIONS}x", "urn:says": 1}
    contexts: list[object] = [
        where,
        [where],
        {"@import": where},
        {"@version": 1.1, "@import": where},
        {"says": {"@id": "urn:says", "@context": where}},
        {"Thing": {"@id": "urn:Thing", "@context": {"@import": where}}},
    ]
    return [
        *(("jsonld", json.dumps({"@context": context, "@type": "Thing", "says": {"x": 1}, **plain})) for context in contexts),
        ("jsonld", json.dumps([plain, {"@graph": [{"@context": where, **plain}]}])),
        ("rdf", f'<!DOCTYPE r [<!ENTITY e SYSTEM "{where}">]>{rdf}{thing}'),
        ("rdf", f'<?xml version="1.0"?><!DOCTYPE r SYSTEM "{where}">{rdf}{thing}'),
        ("rdf", f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{where}"> %p;]>{rdf}{thing}'),
        ("rdf", f'<?xml-stylesheet href="{where}"?>{rdf.replace("&e;", "")}</rdf:RDF>'),
        ("rdf", f'{rdf}<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{where}"/></rdf:RDF>'),
        ("ttl", turtle + imports),
        ("ttl", f"@base <{where}> .\n{turtle}<> {IMPORTS} <> ."),
        ("trig", f"GRAPH <{where}> {{ <{where}> {IMPORTS} <{where}> }}"),
        ("nt", f"<{VERSIONS}{FIRST}> {IMPORTS} <{where}> .\n"),
        ("nq", f"<{VERSIONS}{FIRST}> {IMPORTS} <{where}> <{where}> .\n"),
    ]


def of_syntax(extension: str, where: str) -> list[str]:
    return [document for found, document in documents(where) if found == extension]


def files(where: str) -> Iterator[str]:
    """Yield forms with files, as a browser sends them: one file of each syntax, and one form with all of them."""
    last = dict(documents(where))
    for chosen in (*([one] for one in last.items()), list(last.items())):
        parts = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="a.{extension}"\r\nContent-Type: '
            f"{MEDIA_TYPES[extension]}\r\n\r\n{document}\r\n"
            for extension, document in chosen
        )
        yield f"{''.join(parts)}--b--\r\n"


def forms(where: str) -> Iterator[str]:
    for query in queries(where):
        yield urlencode({"query": query})
    for update in updates(where):
        yield urlencode({"update": update})
    for name in ("default-graph-uri", "named-graph-uri"):
        yield urlencode({"query": HARMLESS["query"], name: where})
    for name in ("using-graph-uri", "using-named-graph-uri"):
        yield urlencode({"update": HARMLESS["update"], name: where})


def words(where: str) -> list[str]:
    """Return what stands in a parameter that is no query: the place, as itself and on the way out of a string or a folder."""
    path = "../" * 12 + urlsplit(where).path.strip("/")
    return [where, quote(where, safe=""), f'x"> }} SERVICE <{where}> {{ ?s ?p ?o }} #', path]
