"""What a failure looks like to whoever asked: one table from the type of an error to its answer (RFC 9457)."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.wrappers import Response as AnyResponse

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
from masagraph.sparql.results import TRUNCATED
from masagraph.store.contract import GenerationGoneError, StoreError
from masagraph.vocab import BASE
from masagraph.web.around import logs

PROBLEM = "application/problem+json"
PROBLEMS = f"{BASE}problem"
_FRAMES = 12


@dataclass(frozen=True)
class Kind:
    """How errors of one type are answered: the status, a code that stays, a title, and seconds to wait before asking again."""

    status: int
    code: str
    title: str
    again: int | None = None


KINDS: dict[type[Exception], Kind] = {
    InputError: Kind(400, "wrong-input", "The request is wrong"),
    RefusedError: Kind(403, "refused", "That may not be done"),
    NotHeldError: Kind(404, "not-held", "That is not held here"),
    GenerationGoneError: Kind(410, "generation-gone", "That generation has been pruned"),
    CheckerError: Kind(500, "checker-failed", "The checker failed"),
    StoreError: Kind(503, "store-failed", "The store cannot do that now", again=30),
    TooBusyError: Kind(503, "too-busy", "Everybody is busy", again=5),
    TimeLimitError: Kind(504, "time-limit", "It took too long"),
    MemoryLimitError: Kind(507, "memory-limit", "It took too much memory"),
    MasagraphError: Kind(500, "failed", "The service failed"),
    Exception: Kind(500, "unforeseen", "The service failed on something unforeseen"),
}
"""The nearest type that an error is of decides."""
NOT_READY = Kind(503, "not-ready", "The service is not ready", again=5)
_OF_HTTP = {
    400: ("bad-request", "The request cannot be read. Look at how it is put together."),
    401: ("no-token", "This needs a token. Send one as 'Authorization: Bearer TOKEN'."),
    403: ("refused", "That may not be done."),
    404: ("no-such-page", "There is nothing at this address. Look it up from /."),
    405: ("no-such-method", "This address does not take that method. The header Allow names those that it takes."),
    406: ("no-such-form", "This cannot be told in any of the forms asked for. Ask for another in the header Accept."),
    409: ("conflict", "What is held stands against that. Look at what is held before you send this again."),
    411: ("no-length", "The request does not say how long it is. Send Content-Length."),
    412: ("precondition-failed", "What the request expects of what is held is not so (If-Match, If-None-Match)."),
    413: ("too-large", "The request is larger than may be. Send less at once."),
    414: ("address-too-long", "The address is too long. Send the query in a POST."),
    415: ("no-such-type", "A request of that media type or encoding cannot be read here."),
    416: ("requested-range-not-satisfiable", "There is no such part. Ask for one within the length, or for the whole."),
    429: ("too-many-requests", "There were too many requests. Wait as long as Retry-After says."),
}
"""What the web library refuses, by status: our codes, and our words where it has only its own."""


def init_app(app: Flask) -> None:
    """Answer every error of an app, and tell at /problem what each code means."""
    app.add_url_rule("/problem", "problem", _told_all)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_ours)


def kind_of(error: Exception) -> Kind:
    """Return how an error is answered."""
    return next(KINDS[each] for each in type(error).__mro__ if each in KINDS)


def problem(kind: Kind, detail: str) -> Response:
    """Return the answer that tells of a failure: a page for a browser, a problem document for anybody else."""
    if request.accept_mimetypes.best_match((PROBLEM, "application/json", "text/html"), PROBLEM) == "text/html":
        page = render_template("error.html", kind=kind, detail=detail, request_id=logs.request_id())
        response = Response(page, kind.status, mimetype="text/html")
    else:
        told = {
            "type": f"{PROBLEMS}#{kind.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": detail,
            "code": kind.code,
            "request_id": logs.request_id(),
        }
        response = Response(json.dumps(told, ensure_ascii=False) + "\n", kind.status, mimetype=PROBLEM)
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-store"
    if kind.again is not None:
        response.headers["Retry-After"] = str(kind.again)
    return response


def _told_all() -> str:
    ours = {(kind.code, kind.status, f"{kind.title}.") for kind in (*KINDS.values(), NOT_READY)}
    of_http = {(code, status, words) for status, (code, words) in _OF_HTTP.items()}
    return render_template("problem.html", kinds=sorted(ours | of_http), truncated=TRUNCATED.rpartition("#")[2])


def _of_ours(error: Exception) -> Response:
    kind = kind_of(error)
    if kind.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        g.failure = _whence(error)
    if isinstance(error, MasagraphError):
        return problem(kind, str(error))
    # What an unknown error says may hold anything, even what somebody sent. The log tells where it arose; its text stays.
    return problem(kind, f"Nothing is wrong with the request as far as is known. Report it with the id {logs.request_id()}.")


def _of_http(error: HTTPException) -> AnyResponse:
    if error.response is not None or error.code is None:
        return AnyResponse.force_type(error.get_response(request.environ))
    name = HTTPStatus(error.code).phrase if error.code in set(HTTPStatus) else error.name
    code, words = _OF_HTTP.get(error.code, (re.sub("[^a-z]+", "-", name.lower()), f"{name}."))
    is_our_word = error.description not in (None, default_exceptions[error.code].description)
    response = problem(Kind(error.code, code, name), str(error.description) if is_our_word else words)
    for header, value in error.get_headers(request.environ):
        if header.lower() != "content-type":
            response.headers.add(header, value)
    return response


def _whence(error: Exception) -> str:
    """Tell the type of an error and where it arose, without its text."""
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    return f"{type(error).__name__} at " + " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
