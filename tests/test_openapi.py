"""The description of the service: valid, complete, and true of the running service."""

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

import serving
from masagraph.questions import loader
from masagraph.rules import catalogue
from masagraph.settings import Settings
from masagraph.store.embedded import Embedded
from masagraph.web import app
from masagraph.web.http import links
from masagraph.web.views import openapi
from serving import Served

_OF_THE_LIBRARY = {"HEAD", "OPTIONS"}
"""Methods that every address with GET, and every address, has by itself."""
_CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
)  # fmt: skip
_EXAMPLES = 12
"""Cases of one operation that are made up, beside those at the limits of what is told."""
_FEWEST = 1000
_SECONDS = 900


class _Idle:
    """Stands in for the service behind an app that nobody asks anything."""

    def __init__(self, *given: object) -> None:
        self.given = given

    counts = number = missing = None


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Flask:
    """Return the app, as the factory makes it, without workers."""
    monkeypatch.setattr(app, "Service", _Idle)
    return app.create_app(Settings(data=tmp_path), Embedded(tmp_path))[0]


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of every operation."""
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method.upper(), {**operation, "shared": item.get("parameters", [])}


def plain(rule: str) -> str:
    """Return the address of a rule of the web library as the description writes it."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule)


def parameters(described: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the parameters of an operation by name, where references lead."""
    given = [*operation["shared"], *operation.get("parameters", [])]
    known = described["components"]["parameters"]
    found = [known[p["$ref"].rsplit("/", 1)[-1]] if "$ref" in p else p for p in given]
    return {p["name"]: p for p in found}


@pytest.mark.parametrize("path", ["/api//rules", "/id//version/barnet-2019", "/static//style.css"])
def test_no_answer_leads_to_where_the_client_says_it_is(made: Flask, path: str) -> None:
    answer = made.test_client().get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
    # The web library leads from an address without a slash at its end to one with it, on whatever host the client names.
    assert [rule.rule for rule in made.url_map.iter_rules() if not rule.is_leaf] == ["/"]


def test_it_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(openapi.description()).iter_errors()) == []


def test_the_validator_sees_a_fault() -> None:
    described = {**openapi.description(), "paths": {"/health": {"get": {"responses": {"200": {}}}}}}
    assert list(OpenAPIV31SpecValidator(described).iter_errors())


def test_it_tells_every_address_and_no_other(made: Flask) -> None:
    has = {
        (plain(rule.rule), method) for rule in made.url_map.iter_rules() for method in (rule.methods or set()) - _OF_THE_LIBRARY
    }
    told = {(path, method) for path, method, _ in operations(openapi.description())}
    assert told == has


def test_every_part_of_a_path_is_told() -> None:
    described = openapi.description()
    for path, method, operation in operations(described):
        in_path = {name for name, p in parameters(described, operation).items() if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), (path, method)


def test_operations_have_names_of_their_own_and_words() -> None:
    told = [operation for _, _, operation in operations(openapi.description())]
    assert len({operation["operationId"] for operation in told}) == len(told)
    tags = {tag["name"] for tag in openapi.description()["tags"]}
    assert all(operation["summary"].endswith(".") and set(operation["tags"]) <= tags for operation in told)


def test_everything_shared_is_used() -> None:
    text = repr(openapi.description())
    for kind, parts in openapi.description()["components"].items():
        if kind != "securitySchemes":
            assert not [name for name in parts if f"#/components/{kind}/{name}'" not in text], kind


def test_choices_are_those_that_there_are() -> None:
    described = openapi.description()
    by_path = {(path, method): parameters(described, operation) for path, method, operation in operations(described)}
    editions = catalogue.editions()
    assert by_path["/api/rules", "GET"]["edition"]["schema"]["enum"] == [e.id for e in editions]
    encoded = ["auto", *(e.id for e in editions if e.is_encoded)]
    assert by_path["/api/check", "POST"]["edition"]["schema"]["enum"] == encoded
    assert set(by_path["/api/check", "POST"]["profile"]["schema"]["enum"]) == set(catalogue.profiles())
    assert by_path["/{kind}/{rest}", "GET"]["kind"]["schema"]["enum"] == list(links.KINDS)


def test_parameters_of_questions_are_those_that_questions_take() -> None:
    described = openapi.description()
    (asked,) = (operation for path, _, operation in operations(described) if path == "/api/questions/{family}/{name}")
    told = {name for name, p in parameters(described, asked).items() if p["in"] == "query"}
    assert told - {"format", "generation"} == {p.name for question in loader.load().values() for p in question.parameters}


def test_the_service_tells_it(served: Served) -> None:
    reply = served.ask("GET", "/api/openapi.json")
    assert (reply.status, reply.media_type) == (200, "application/json")
    assert reply.generation == 1
    jsonschema.validate(_json(reply.text), {"required": ["openapi", "info", "paths"]})
    told = _json(reply.text)
    assert told.pop("servers") == [{"url": served.address}]
    assert told == openapi.description()


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.long
def test_made_up_requests_find_no_fault_and_no_answer_that_is_not_told(shipped_data: Path, tmp_path: Path) -> None:
    """Every operation, writes and those of operators included, on a store that is thrown away."""
    serving.copy_store(shipped_data, tmp_path / "data")
    # Limits of time are no matter of this test, and a busy machine is no fault of the service.
    patient = ["--query-seconds", "90", "--queue-seconds", "90", "--check-seconds", "90"]
    with serving.serving(tmp_path / "data", "--workers", "2", "--admin", "--keep-generations", "3", *patient) as service:
        tried, report = _tried(service, tmp_path, service.token("admin"))
        counted = service.ask("GET", "/metrics").text
    assert tried.returncode == 0, report
    assert int(re.findall(r"(\d+) generated", report)[-1]) >= _FEWEST
    answered = {(plain(path), method) for path, method in re.findall(r'requests_total{endpoint="(.+?)",method="(\w+)"', counted)}
    assert {(path, method) for path, method, _ in operations(openapi.description())} <= answered


@pytest.mark.long
def test_made_up_requests_find_a_planted_fault(served: Served, tmp_path: Path) -> None:
    """An answer whose status is not told is found, and so is one that is not as told."""
    described = openapi.description()
    health = {**described["paths"]["/health"]["get"], "responses": {"204": {"description": "Nothing."}}}
    ready = copy.deepcopy(described["paths"]["/ready"]["get"])
    ready["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "array"}
    wrong = {**described, "paths": {"/health": {"get": health}, "/ready": {"get": ready}}}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    tried, report = _tried(served, tmp_path, None, str(tmp_path / "wrong.json"))
    assert tried.returncode == 1
    assert "Undocumented status code" in report
    assert "Response violates schema" in report


def _tried(
    service: Served, folder: Path, token: str | None, described: str | None = None
) -> "tuple[subprocess.CompletedProcess[str], str]":
    """Send requests made up from a description, by default the service's own, and return how that went."""
    told = described or f"{service.address}/api/openapi.json"
    call = [
        str(Path(sys.executable).with_name("schemathesis")), "run", told, "--url", service.address, "--seed", "1", "--no-color",
        "--phases", "coverage,fuzzing", "--checks", ",".join(_CHECKS), "--max-examples", str(_EXAMPLES),
        "--no-shrink", "--continue-on-failure", "--request-timeout", "100", "--warnings", "off",
        *(["--header", f"Authorization: Bearer {token}"] if token else []),
    ]  # fmt: skip
    ours = {**os.environ, "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("made_up.py"))}
    tried = subprocess.run(call, cwd=folder, env=ours, capture_output=True, text=True, check=False, timeout=_SECONDS)
    return tried, tried.stdout + tried.stderr
