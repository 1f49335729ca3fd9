"""Nothing is changed at /sparql: every verb of an update is refused, whichever way it is sent, and the data version stays."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

import serving
from serving import Served
from trap import FORM, QUERY, UPDATE

VERBS = {
    "INSERT": ["INSERT DATA { <urn:a> <urn:b> <urn:c> }", "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"],
    "DELETE": ["DELETE DATA { <urn:a> <urn:b> <urn:c> }", "DELETE WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"],
    "LOAD": ["LOAD <urn:g>", "LOAD SILENT <file:///etc/hostname> INTO GRAPH <urn:g>"],
    "CLEAR": ["CLEAR ALL", "CLEAR SILENT DEFAULT", "CLEAR GRAPH <urn:g>"],
    "CREATE": ["CREATE GRAPH <urn:g>", "CREATE SILENT GRAPH <urn:g>"],
    "DROP": ["DROP ALL", "DROP NAMED", "DROP SILENT GRAPH <urn:g>"],
    "COPY": ["COPY DEFAULT TO <urn:g>"],
    "MOVE": ["MOVE DEFAULT TO <urn:g>"],
    "ADD": ["ADD DEFAULT TO <urn:g>"],
    "WITH": ["WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"],
}


def generation(service: Served) -> int:
    return service.ask("GET", "/sparql").generation


@pytest.mark.parametrize("verb", VERBS)
def test_no_update_passes_as_a_query(served: Served, verb: str) -> None:
    before = generation(served)
    for text in VERBS[verb]:
        for update in (text, text.lower().replace("data", "DATA"), f"# a comment\nPREFIX urn: <urn:>\n{text}", f"{text} ;"):
            ways = [
                ("GET", f"/sparql?{urlencode({'query': update})}", None, {}),
                ("POST", "/sparql", urlencode({"query": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", update, {"Content-Type": QUERY}),
            ]
            for method, path, body, headers in ways:
                reply = served.ask(method, path, body, headers)
                assert reply.status == 400, (method, path, body, reply)
                assert verb in json.loads(reply.body)["detail"], reply
            ways = [
                ("GET", f"/sparql?{urlencode({'update': update})}", None, {}),
                ("POST", "/sparql", urlencode({"update": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", urlencode({"query": "ASK {}", "update": update}), {"Content-Type": FORM}),
                ("POST", "/sparql", update, {"Content-Type": UPDATE}),
            ]
            for method, path, body, headers in ways:
                reply = served.ask(method, path, body, headers)
                assert reply.status == 400, (method, path, body, reply)
                assert "update" in json.loads(reply.body)["detail"], reply
    assert generation(served) == before


def test_two_queries_in_one_are_refused_and_an_update_behind_a_query_too(served: Served) -> None:
    before = generation(served)
    for text in (
        "ASK {} ; INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "ASK {} INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "ASK {} ASK {}",
    ):
        assert served.ask("POST", "/sparql", text, {"Content-Type": QUERY}).status == 400
    assert generation(served) == before


def test_the_data_version_does_go_up_where_an_update_is_run(shipped_data: Path, tmp_path: Path) -> None:
    """The numbers above would show it if an update had passed."""
    serving.copy_store(shipped_data, tmp_path / "changed")
    with serving.serving(tmp_path / "changed", "--admin", "--workers", "1") as service:
        before = generation(service)
        update, admin = VERBS["INSERT"][0], service.token("admin")
        assert service.ask("POST", "/admin/sparql", update, {"Content-Type": UPDATE}, admin).status == 204
        assert generation(service) == before + 1
