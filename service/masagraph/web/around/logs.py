"""One line of JSON for every request: what was asked and how it went, never what was sent."""

import json
import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request

from masagraph.errors import InputError
from masagraph.tokens import Token

_ID = "masagraph.request_id"
_TOLD = "masagraph.told"
_ASKED = "masagraph.asked"
_LONGEST_PATH, _LONGEST_METHOD = 1000, 20
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def init_app(app: Flask, log: str) -> None:
    """Give each request an id, and tell of each when it has ended. It comes first of all.

    Args:
        app: The app.
        log: The file to write, or `-` for standard error.

    Raises:
        InputError: The file cannot be written. Once the service runs, a log that cannot be written fails no request.
    """
    if log != "-":
        try:
            with Path(log).open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise InputError(
                f"log {log}", f"it cannot be written ({error.strerror})", "Name another file, or - for standard error"
            ) from None
    app.wsgi_app = _Watched(app.wsgi_app, log)  # type: ignore[method-assign]
    app.after_request(_note)


def request_id() -> str:
    """Return the id of the request: the client's own if it is a sane one."""
    known: str = request.environ.setdefault(_ID, _new_id(request.environ))
    return known


def asked_at() -> datetime:
    """Return when the request came, before anything was looked up for it."""
    known: datetime = request.environ.setdefault(_ASKED, datetime.now(UTC))
    return known


def _new_id(environ: WSGIEnvironment) -> str:
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


def _note(response: Response) -> Response:
    """Leave for the end of the request what is known only while it lasts."""
    token: Token | None = g.get("token")
    request.environ[_TOLD] = {"token": token and token.id} | ({"failure": g.failure} if "failure" in g else {})
    return response


class _Watched:
    """An app, and the line that is written when the last byte of an answer has gone, however long that takes."""

    def __init__(self, app: WSGIApplication, log: str) -> None:
        self._app, self._log = app, log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        environ[_ID] = name = _new_id(environ)
        line = _Line(environ, self._log)

        def start(
            status: str,
            headers: list[tuple[str, str]],
            trouble: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
            /,
        ) -> Callable[[bytes], object]:
            line.status = int(status[:3])
            return start_response(status, [*headers, ("X-Request-Id", name)], trouble)

        try:
            return _Counted(self._app(environ, start), line)
        except BaseException as error:
            line.write(type(error).__name__)
            raise


class _Line:
    """What is told of one request."""

    def __init__(self, environ: WSGIEnvironment, log: str) -> None:
        self._environ, self._log = environ, log
        self._at, self._started, self._is_written = datetime.now(UTC), time.perf_counter(), False
        environ[_ASKED] = self._at
        self.status, self.bytes = 0, 0

    def write(self, failure: str | None = None) -> None:
        """Write the line, once."""
        if self._is_written:
            return
        self._is_written = True
        path = self._environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        told: dict[str, object] = {
            "time": self._at.isoformat(timespec="milliseconds"),
            "request_id": self._environ[_ID],
            "method": str(self._environ["REQUEST_METHOD"])[:_LONGEST_METHOD],
            "path": path[:_LONGEST_PATH],
            "status": self.status,
            "bytes": self.bytes,
            "milliseconds": round((time.perf_counter() - self._started) * 1000, 1),
            "token": None,
            "address": self._environ.get("REMOTE_ADDR"),
            **self._environ.get(_TOLD, {}),
        }
        if failure:
            told["failure"] = failure
        _append(self._log, json.dumps(told) + "\n")


class _Counted:
    """The body of an answer, counted as it goes."""

    def __init__(self, body: Iterable[bytes], line: _Line) -> None:
        self._body, self._parts, self._line = body, iter(body), line

    def __iter__(self) -> Iterator[bytes]:
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the next part."""
        try:
            part = next(self._parts)
        except StopIteration:
            raise
        except BaseException as error:
            self._line.write(type(error).__name__)
            raise
        self._line.bytes += len(part)
        return part

    def close(self) -> None:
        """Tell of the request: the whole answer has gone, or the client has."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._line.write()


def _append(log: str, line: str) -> None:
    """Write a line at the end of the log, opened each time so that it can be moved away while the service runs.

    A full disk fails no request: what cannot be told is lost.
    """
    with suppress(OSError, ValueError):
        if log == "-":
            sys.stderr.write(line)
            sys.stderr.flush()
        else:
            file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                os.write(file, line.encode())  # In one write, which several processes' lines do not get into.
            finally:
                os.close(file)
