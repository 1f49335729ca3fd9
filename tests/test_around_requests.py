"""What stands round every request: errors, tokens, limits, the log, metrics and health, on an app of the tests' own."""

import ast
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask, Response, abort, redirect, request
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug import exceptions
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.test import TestResponse

from masagraph import web
from masagraph.errors import (
    CheckerError,
    InputError,
    MasagraphError,
    MemoryLimitError,
    NotHeldError,
    RefusedError,
    TimeLimitError,
    TooBusyError,
)
from masagraph.settings import Settings
from masagraph.store.contract import GenerationGoneError, StoreError
from masagraph.tokens import Tokens
from masagraph.web.around import access, errors, health, limits, logs, metrics
from masagraph.web.around.limits import Allowance
from masagraph.work.pool import Counts

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
T = TypeVar("T")
HUSH = "hush-hush"
"""What nobody may be told and no log may hold, wherever a test puts it."""


class House:
    """A small app with everything round it."""

    def __init__(self, folder: Path, **chosen: int) -> None:
        """Make the app."""
        self.log, self.tokens = folder / "log", Tokens(folder / "data")
        self.missing: str | MasagraphError | None = None
        self.generation: int | MasagraphError = 7
        self.app = Flask("small", template_folder=str(Path(web.__file__).parent / "templates"))
        logs.init_app(self.app, str(self.log))
        errors.init_app(self.app)
        metrics.init_app(self.app, counts=lambda: Counts(killed=2, replaced=3), generation=lambda: _told(self.generation))
        limits.init_app(self.app, Settings(**chosen))  # type: ignore[arg-type]  # only numbers are chosen
        access.init_app(self.app, self.tokens)
        health.init_app(self.app, lambda: _told(self.missing))
        self.client: FlaskClient = self.app.test_client()
        self.view("/", lambda: "here")
        self.view("/sent", lambda: str(len(request.get_data())))
        self.view("/graphs", lambda: "stored")

    def view(self, path: str, view: Callable[..., object]) -> None:
        """Add a view."""
        self.app.add_url_rule(path, path, view, methods=["GET", "POST", "PUT"])  # type: ignore[arg-type]

    def fail(self, error: Exception) -> None:
        """Add a view at /fails that raises."""

        def fails() -> None:
            raise error

        self.view("/fails", fails)

    def ask(self, path: str, method: str = "GET", **more: Any) -> TestResponse:
        """Ask, and take the whole answer as a client does."""
        return take(self.client.open(path, method=method, **more))

    def lines(self) -> list[dict[str, object]]:
        """Return what the log holds."""
        return [json.loads(line) for line in self.log.read_text(encoding="ascii").splitlines()]


def _told(value: T | MasagraphError) -> T:
    if isinstance(value, MasagraphError):
        raise value
    return value


def take(response: TestResponse) -> TestResponse:
    """Read an answer to its end, as a server does."""
    try:
        response.get_data()
    finally:
        response.close()
    return response


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Make an app at its default settings."""
    return House(tmp_path)


# What a failure looks like.


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InputError("file", "it is wrong", "Mend it"), 400, "wrong-input"),
        (RefusedError("You may not."), 403, "refused"),
        (NotHeldError("There is no such thing."), 404, "not-held"),
        (GenerationGoneError("It is pruned."), 410, "generation-gone"),
        (CheckerError("It failed."), 500, "checker-failed"),
        (MasagraphError("It failed."), 500, "failed"),
        (StoreError("It is full."), 503, "store-failed"),
        (TooBusyError("Ask later."), 503, "too-busy"),
        (TimeLimitError("It took too long."), 504, "time-limit"),
        (MemoryLimitError("It took too much."), 507, "memory-limit"),
    ],
)
def test_our_errors_are_told_as_they_are(house: House, error: MasagraphError, status: int, code: str) -> None:
    house.fail(error)
    answer = house.ask("/fails")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    told = answer.get_json()
    assert set(told) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (told["status"], told["code"], told["detail"]) == (status, code, str(error))
    assert told["type"].endswith(f"/problem#{code}")
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_every_error_of_the_family_has_its_answer() -> None:
    def family(kind: type[Exception]) -> Iterator[type[Exception]]:
        yield kind
        for below in kind.__subclasses__():
            yield from family(below)

    codes = [kind.code for kind in errors.KINDS.values()]
    assert len(codes) == len(set(codes))
    assert {InputError, RefusedError, NotHeldError, TooBusyError, StoreError} <= set(family(MasagraphError)) & set(errors.KINDS)
    # Whoever adds an error to the family decides on its answer: directly below the root, the root's own will not do.
    ours = {kind for kind in MasagraphError.__subclasses__() if kind.__module__.startswith("masagraph")}
    assert ours <= set(errors.KINDS)


def test_an_unforeseen_error_tells_nobody_what_it_says(house: House) -> None:
    house.fail(ValueError(HUSH))
    for headers in ({}, BROWSER):
        answer = house.ask("/fails", headers=headers)
        assert answer.status_code == 500
        assert HUSH not in answer.get_data(as_text=True)
        assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert HUSH not in house.log.read_text(encoding="ascii")
    assert re.match(r"ValueError at test_around_requests\.py:\d+ fails < ", str(house.lines()[0]["failure"]))


def test_a_browser_gets_a_page_with_nothing_of_the_sender_s_in_it(house: House) -> None:
    house.fail(InputError("<script>x</script>", "it is wrong", "Mend it"))
    answer = house.ask("/fails", headers=BROWSER)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "Accept" in answer.vary
    assert "&lt;script&gt;x&lt;/script&gt;: it is wrong. Mend it." in page
    assert "<script" not in page
    # No outside asset, and nothing that a strict content security policy would stop.
    assert not re.search(r"\b(src|style|on\w+)=|<style|https?:", page)
    for accept in ("*/*", "application/json", "text/turtle", "application/problem+json, text/html;q=0.5", ""):
        assert house.ask("/fails", headers={"Accept": accept}).mimetype == "application/problem+json"


def test_a_head_request_has_no_body(house: House) -> None:
    house.fail(NotHeldError("There is no such thing."))
    answer = house.ask("/fails", "HEAD")
    assert (answer.status_code, answer.get_data()) == (404, b"")
    assert house.lines()[0]["bytes"] == 0


def test_what_the_web_library_refuses_is_told_alike(house: House) -> None:
    house.view("/gone", lambda: abort(410))
    house.view("/words", lambda: abort(406, "Ask for Turtle."))
    house.view("/whole", lambda: abort(Response("as it is", 418)))
    house.view("/on", lambda: redirect("/", 303))
    house.view("/folder/", lambda: "")
    assert house.ask("/none").get_json()["code"] == "no-such-page"
    assert "spelling" not in house.ask("/none").get_json()["detail"]
    wrong = house.ask("/", "DELETE")
    assert (wrong.status_code, wrong.get_json()["code"]) == (405, "no-such-method")
    assert {"GET", "POST"} <= {method.strip() for method in wrong.headers["Allow"].split(",")}
    assert house.ask("/gone").get_json()["code"] == "gone"
    assert house.ask("/words").get_json()["detail"] == "Ask for Turtle."
    assert house.ask("/whole").get_data() == b"as it is"
    assert house.ask("/on").headers["Location"] == "/"
    assert (house.ask("/folder").status_code, house.ask("/folder").headers["Location"]) == (308, "http://localhost/folder/")


def test_every_refusal_of_the_web_library_has_one_of_our_answers(house: House) -> None:
    def refuse(number: int) -> None:
        abort(number)

    house.view("/status/<int:number>", refuse)
    for number in range(400, 512):
        try:
            abort(number)
        except HTTPException:
            told = house.ask(f"/status/{number}")
            assert (told.status_code, told.mimetype) == (number, "application/problem+json")
            assert re.fullmatch("[a-z-]+", told.get_json()["code"])
            assert told.get_json()["detail"].endswith(".")
        except LookupError:
            continue


def refused_with(room: Path) -> set[int]:
    """Return the statuses of the errors of the web library that the modules of a room name."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in room.rglob("*.py")]
    found = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named = [getattr(exceptions, name.name) for node in found if node.module == "werkzeug.exceptions" for name in node.names]
    return {kind.code for kind in named if isinstance(kind, type) and issubclass(kind, HTTPException) and kind.code}


def test_every_code_is_told_at_its_address(house: House) -> None:
    def refuse(number: int) -> None:
        abort(number)

    house.view("/status/<int:number>", refuse)
    house.missing = "There are no data."
    told = re.findall(r'<tr id="([^"]+)"', house.ask("/problem").get_data(as_text=True))
    assert len(told) == len(set(told))
    ours = refused_with(Path(web.__file__).parent)
    assert {401, 404, 409, 412, 413, 415, 429} <= ours
    by_itself = {400, 404, 405, 416}  # Wrong forms, addresses, methods, and parts of files.
    codes = {str(house.ask(f"/status/{status}").get_json()["code"]) for status in ours | by_itself}
    codes |= {kind.code for kind in errors.KINDS.values()} | {house.ask("/ready").get_json()["code"]}
    assert codes <= set(told)
    assert {"conflict", "precondition-failed", "not-ready", "wrong-input"} <= codes
    assert house.ask("/status/418").get_json()["code"] not in told  # Nothing here answers so.


# Who asks, and what they may do.


def test_a_wrong_token_is_refused_wherever_it_goes(house: House) -> None:
    token, secret = house.tokens.create("admin", "operations")
    assert house.ask("/").status_code == 200
    assert house.ask("/", headers=bearer(secret)).status_code == 200
    assert house.ask("/", headers={"Authorization": f"bearer  {secret} "}).status_code == 200
    for wrong in (f"Bearer {secret}x", f"Basic {secret}", secret, "Bearer", "", "Bearer masa_\xe9"):
        answer = house.ask("/", headers={"Authorization": wrong})
        assert answer.status_code == 401, wrong
        assert answer.headers.getlist("WWW-Authenticate") == ['Bearer realm="masagraph", error="invalid_token"']
    # Another process revokes it while this one runs.
    Tokens(house.log.parent / "data").revoke(token.id)
    assert house.ask("/", headers=bearer(secret)).status_code == 401


def test_role_and_scope_decide(house: House) -> None:
    views = {
        "/any": lambda: access.require("facilitator").id,
        "/admin-only": lambda: access.require_admin().id,
        "/barnet": lambda: access.require_publisher("barnet").id,
        "/brent": lambda: access.require_publisher("brent").id,
    }
    for path, view in views.items():
        house.view(path, view)
    for path in views:
        answer = house.ask(path)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="masagraph"')
    made = {
        "publisher": house.tokens.create("publisher", "a unit", ("barnet",)),
        "facilitator": house.tokens.create("facilitator", "a facilitation service"),
        "admin": house.tokens.create("admin", "operations"),
    }
    allowed = {"publisher": ["/barnet"], "facilitator": ["/any", "/barnet", "/brent"], "admin": list(views)}
    for role, (token, secret) in made.items():
        for path in views:
            answer = house.ask(path, headers=bearer(secret))
            assert answer.status_code == (200 if path in allowed[role] else 403), (role, path)
            assert path not in allowed[role] or answer.get_data(as_text=True) == token.id


def test_nobody_is_let_in_when_tokens_cannot_be_read(house: House) -> None:
    _, secret = house.tokens.create("admin", "operations")
    file = house.log.parent / "data" / "tokens.json"
    file.write_text("[", encoding="ascii")
    answer = house.ask("/", headers=bearer(secret))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "store-failed")
    assert str(file.parent) not in answer.get_data(as_text=True)
    assert house.ask("/").status_code == 200


# How much one may ask and send.


def test_an_allowance_comes_back_after_its_share_of_a_minute() -> None:
    now = [0]
    allowance = Allowance("x", 3, lambda: now[0])
    assert [(t.left, t.wait) for t in (allowance.take("a") for _ in range(3))] == [(2, 0), (1, 0), (0, 0)]
    assert allowance.take("a").wait == 20 * 10**9
    assert allowance.take("b").left == 2
    now[0] = 20 * 10**9 - 1
    assert allowance.take("a").wait == 1
    now[0] += 1
    assert (allowance.take("a").wait, allowance.take("a").wait) == (0, 20 * 10**9)
    now[0] += 60 * 10**9
    assert [allowance.take("a").left for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("quota", [1, 7, 60, 600, 1_000_000])
def test_an_allowance_is_neither_more_nor_less_than_it_says(quota: int) -> None:
    allowance = Allowance("x", quota, lambda: 5)
    asked = min(quota, 2000)
    assert [allowance.take("a").left for _ in range(asked)] == list(range(quota - 1, quota - 1 - asked, -1))
    assert (allowance.take("a").wait > 0) == (asked == quota)


def test_no_number_of_clients_fills_the_memory() -> None:
    now = [0]
    allowance = Allowance("x", 2, lambda: now[0], most=10)
    for client in range(1000):
        now[0] += 1
        allowance.take(str(client))
        assert len(allowance._whole) <= 10
    # Whoever asked last is not forgotten: new clients do not give an old one its allowance back.
    allowance.take("999")
    allowance.take("new")
    assert allowance.take("999").wait > 0


def test_too_many_requests_of_one_client_are_refused_and_others_are_not(tmp_path: Path) -> None:
    house = House(tmp_path, rate_per_minute=3)
    _, secret = house.tokens.create("admin", "operations")
    for left in (2, 1, 0):
        answer = house.ask("/")
        assert (answer.status_code, answer.headers["RateLimit-Policy"]) == (200, '"requests";q=3;w=60')
        assert answer.headers["RateLimit"].startswith(f'"requests";r={left};t=')
    refused = house.ask("/")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit"].startswith('"requests";r=0;')
    assert house.ask("/", headers=bearer(secret)).status_code == 200
    assert house.ask("/", environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 200
    for path in ("/health", "/ready"):
        assert house.ask(path).status_code == 200
    # A network of IPv6 addresses is one client.
    told = [house.ask("/", environ_base={"REMOTE_ADDR": f"2001:db8::{n}"}).status_code for n in range(1, 5)]
    assert told == [200, 200, 200, 429]
    assert house.ask("/", environ_base={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 200


def test_wrong_tokens_count_as_requests_of_their_address(tmp_path: Path) -> None:
    house = House(tmp_path, rate_per_minute=2)
    told = [house.ask("/", headers=bearer(f"masa_{n}")).status_code for n in range(4)]
    assert told == [401, 401, 429, 429]


def test_what_writes_has_an_allowance_of_its_own(tmp_path: Path) -> None:
    house = House(tmp_path, writes_per_minute=1)
    answer = house.ask("/graphs", "PUT")
    assert answer.headers["RateLimit-Policy"] == '"requests";q=600;w=60, "writes";q=1;w=60'
    assert [house.ask("/graphs", method).status_code for method in ("PUT", "POST", "GET")] == [429, 429, 200]
    assert house.ask("/sent", "POST", data=b"a query").status_code == 200
    free = House(tmp_path, rate_per_minute=0, writes_per_minute=0)
    assert "RateLimit" not in free.ask("/graphs", "PUT").headers


class Unread(io.BytesIO):
    """A body that says whether anybody read of it."""

    touched = False

    def read(self, *size: int | None) -> bytes:
        """Read."""
        self.touched = True
        return super().read(*size)


def test_a_body_that_is_too_large_or_packed_is_refused_unread(tmp_path: Path) -> None:
    house = House(tmp_path, upload_megabytes=1)
    assert house.ask("/sent", "POST", data=b"x" * 1_000_000).get_data() == b"1000000"
    for more, status in (({"CONTENT_LENGTH": "1000001"}, 413), ({"HTTP_CONTENT_ENCODING": "gzip"}, 415)):
        body = Unread(b"x")
        # The view reads nothing either: whether it would is not what decides.
        answer = house.ask("/", "POST", input_stream=body, environ_overrides=more)
        assert (answer.status_code, body.touched) == (status, False)
    assert house.ask("/sent", "POST", data=b"x", headers={"Content-Encoding": "gzip, identity"}).status_code == 415
    packed = house.ask("/sent", "POST", data=b"x", headers={"Content-Encoding": "br"})
    assert (packed.headers["Accept-Encoding"], "compressed" in packed.get_json()["detail"]) == ("identity", True)
    assert house.ask("/sent", "POST", data=b"x", headers={"Content-Encoding": "Identity"}).status_code == 200


def test_a_body_of_unsaid_length_is_refused_and_never_cut_off(tmp_path: Path) -> None:
    house = House(tmp_path, upload_megabytes=1)
    streamed = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    for size in (1, 1_000_001):
        answer = house.ask("/sent", "POST", input_stream=io.BytesIO(b"x" * size), environ_overrides=streamed)
        assert (answer.status_code, answer.get_json()["code"]) == (411, "no-length")
    assert house.ask("/sent", "POST").get_data() == b"0"


def test_a_body_shorter_than_it_says_is_a_wrong_request(house: House) -> None:
    answer = house.ask("/sent", "POST", input_stream=io.BytesIO(b"x" * 5), environ_overrides={"CONTENT_LENGTH": "9"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-request")


# What is written down of a request.


def test_a_line_tells_what_was_asked_and_nothing_that_was_sent(house: House) -> None:
    token, secret = house.tokens.create("admin", "operations")
    before = datetime.now(UTC)
    headers = {**bearer(secret), "X-Thing": HUSH, "X-Request-Id": "client-1.a_B"}
    answer = house.ask(f"/sent?query={HUSH}", "POST", data=HUSH, headers=headers)
    assert answer.headers["X-Request-Id"] == "client-1.a_B"
    (line,) = house.lines()
    assert HUSH not in json.dumps(line)
    assert secret not in json.dumps(line)
    at = datetime.fromisoformat(str(line.pop("time")))
    assert at.utcoffset() is not None
    assert abs((at - before).total_seconds()) < 600
    assert float(str(line.pop("milliseconds"))) >= 0
    assert line == {
        "request_id": "client-1.a_B",
        "method": "POST",
        "path": "/sent",
        "status": 200,
        "bytes": len(str(len(HUSH))),
        "token": token.id,
        "address": "127.0.0.1",
    }


def test_a_wrong_token_is_not_written_down(house: House) -> None:
    house.ask("/", headers=bearer(f"masa_{HUSH}"))
    (line,) = house.lines()
    assert (line["status"], line["token"]) == (401, None)
    assert HUSH not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a\tb", '"}', "é", "a/b"])
def test_an_id_that_is_not_sane_is_replaced(house: House, given: str) -> None:
    answer = house.ask("/", headers={"X-Request-Id": given})
    made = answer.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert house.lines()[0]["request_id"] == made
    assert house.ask("/", headers={"X-Request-Id": given}).headers["X-Request-Id"] != made
    assert house.ask("/", headers={"X-Request-Id": "a" * 64}).headers["X-Request-Id"] == "a" * 64


def test_a_line_stays_one_line_whatever_the_path(house: House) -> None:
    house.ask("/a%0A%7B%22status%22:200%7D%E2%80%A8é")
    (line,) = house.lines()
    assert (line["path"], line["status"]) == ('/a\n{"status":200}\u2028é', 404)
    house.ask("/" + "x" * 5000)
    assert len(str(house.lines()[1]["path"])) == 1000


def test_an_answer_is_told_of_when_its_last_byte_has_gone(house: House) -> None:
    seen: list[int] = []

    def parts() -> Iterator[bytes]:
        for _ in range(3):
            seen.append(len(house.log.read_text(encoding="ascii")))
            yield b"four"

    def broken() -> Iterator[bytes]:
        yield b"four"
        raise ValueError(HUSH)

    house.view("/parts", lambda: Response(parts()))
    house.view("/broken", lambda: Response(broken()))
    house.ask("/parts")
    assert (seen, house.lines()[0]["bytes"]) == ([0, 0, 0], 12)
    with pytest.raises(ValueError, match=HUSH):
        house.ask("/broken")
    assert [(line["bytes"], line.get("failure")) for line in house.lines()] == [(12, None), (4, "ValueError")]
    # A client that goes away is told of as well.
    with house.client.open("/parts"):
        pass
    assert len(house.lines()) == 3


def test_a_log_that_cannot_be_written_fails_no_request(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.log.unlink()
    house.log.mkdir()
    assert house.ask("/").status_code == 200
    full = Path("/dev/full")
    if full.exists():
        app = Flask("full")
        logs.init_app(app, str(full))
        assert take(app.test_client().get("/")).status_code == 404
    with pytest.raises(InputError, match=r"log .*: it cannot be written"):
        logs.init_app(Flask("x"), str(tmp_path))


def test_a_log_can_be_moved_away_and_go_to_standard_error(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.ask("/")
    house.log.rename(house.log.with_suffix(".old"))
    house.ask("/none")
    assert [line["path"] for line in house.lines()] == ["/none"]
    app = Flask("x")
    logs.init_app(app, "-")
    take(app.test_client().get("/y"))
    assert json.loads(capsys.readouterr().err)["path"] == "/y"


# What is counted, and whether the service can be asked.


def counted(house: House) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample of the metrics, read by the reader of the library that others fetch them with."""
    answer = house.ask("/metrics")
    assert answer.mimetype == "text/plain"
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_metrics_count_by_rule_and_never_by_what_a_client_makes_up(house: House) -> None:
    house.view("/things/<name>", lambda name: name)
    house.fail(ValueError(HUSH))
    for path in ("/things/a", "/things/b", "/none/1", "/none/2"):
        house.ask(path)
    house.ask("/", "BREW")
    house.ask("/fails")
    told = counted(house)
    asked = {key[1]: value for key, value in told.items() if key[0] == "masagraph_requests_total"}
    named = {tuple(value for _, value in labels): count for labels, count in asked.items()}
    assert named == {
        ("/things/<name>", "GET", "200"): 2,
        ("none", "GET", "404"): 2,
        ("none", "other", "405"): 1,
        ("/fails", "GET", "500"): 1,
    }
    assert told["masagraph_request_seconds_count", (("endpoint", "/things/<name>"), ("method", "GET"))] == 2
    assert told["masagraph_queries_killed_total", ()] == 2
    assert told["masagraph_workers_replaced_total", ()] == 3
    assert told["masagraph_generation", ()] == 7
    assert counted(House(house.log.parent))[("masagraph_generation", ())] == 7


def test_metrics_are_told_without_a_store(house: House) -> None:
    house.generation = StoreError("It does not answer.")
    told = counted(house)
    assert ("masagraph_generation", ()) not in told
    assert told["masagraph_workers_replaced_total", ()] == 3


def test_health_is_of_the_process_and_readiness_of_what_it_needs(house: House) -> None:
    for missing, words in (("There are no data.", "There are no data."), (StoreError("It is away."), "It is away.")):
        house.missing = missing
        assert (house.ask("/health").status_code, house.ask("/health").get_json()) == (200, {"status": "alive"})
        answer = house.ask("/ready")
        assert (answer.status_code, answer.get_json()["code"], answer.get_json()["detail"]) == (503, "not-ready", words)
        assert answer.headers["Retry-After"]
    house.missing = None
    answer = house.ask("/ready")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_form_tells_no_more_than_that(house: House) -> None:
    def wrong() -> None:
        raise BadRequest

    house.view("/wrong", wrong)
    assert house.ask("/wrong").get_json()["detail"] == "The request cannot be read. Look at how it is put together."
