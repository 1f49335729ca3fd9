"""One SPARQL 1.1 server over HTTP: what is sent, how its answers are read, and what goes wrong. The one door to SPARQLWrapper."""

import ast
import http.client
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from masagraph.answers import Answer, Dataset, Triple, Triples
from masagraph.oxigraph import parse
from masagraph.sparql import words
from masagraph.store import json_results
from masagraph.store.contract import StoreError

# Virtuoso answers with a header for each graph that it was told of; the library gives up at a hundred.
http.client._MAXHEADERS = 100_000  # type: ignore[attr-defined]  # noqa: SLF001  # it has no other way

_WAITS = (0.2, 0.8)
"""Seconds before a read is sent again, once for each."""
_PASSING = (502, 503, 504)
"""Statuses of a server, or of what stands before it, that may be well again in a moment."""
_NOT_FOUND = 404
_LINE = 200
_AT_ONCE = 1 << 16
_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_ACCEPTS = {"SELECT": _ROWS, "ASK": _ROWS, "CONSTRUCT": _TRIPLES, "DESCRIBE": _TRIPLES}
_MEND = {
    400: "Mend what was asked.",
    401: "See that the user and password, or the token, are right.",
    403: "See that this user may do it.",
    404: "See that the address is right.",
}


class RefusedError(StoreError):
    """The server understood and said no; nothing was done, or as much as it does of a request that fails."""

    def __init__(self, text: str, status: int) -> None:
        """Keep the status beside the line to be shown."""
        super().__init__(text)
        self.status = status

    def __reduce__(self) -> tuple[type["RefusedError"], tuple[str, int]]:
        """Say how to make it again, for another process."""
        return type(self), (str(self), self.status)


class _PassingError(StoreError):
    """It may be well in a moment."""


@dataclass(frozen=True)
class Server:
    """The addresses of a server, who we are there, and how many seconds a request may take.

    Without `graphs`, the address of its graph store, graphs are read by queries. A `token` goes before `user` and `password`,
    which are sent as basic authentication.
    """

    query: str
    update: str
    graphs: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    seconds: float = 30.0

    def __post_init__(self) -> None:
        """See that what is given can be used.

        Raises:
            StoreError: An address is none, or the time is up before it begins.
        """
        for address in (self.query, self.update, *filter(None, (self.graphs,))):
            asked = urlsplit(address)
            if asked.scheme not in ("http", "https") or not asked.hostname or asked.username is not None:
                told = "begins with http:// or https:// and has no user in it"
                raise StoreError(
                    f"This is no address of a SPARQL server: one {told}. Give each address, user and password apart."
                )
        if self.seconds <= 0:
            raise StoreError(f"A SPARQL server cannot answer within {self.seconds} seconds: give it more than none.")

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return _name(self.query)

    def answer(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Run a query and read the whole answer; it is sent again if the server is away for a moment.

        Args:
            text: The query.
            dataset: Sent as parameters of the protocol, which go before what the query says.

        Raises:
            RefusedError: The server says that it cannot be run.
            StoreError: The server does not answer in time, or answers what cannot be read.
        """
        accepted = next(filter(None, map(_ACCEPTS.get, words.bare(words.plain(text)))), f"{_ROWS}, {_TRIPLES}")
        body, kind = self._read(self.query, self._request(self.query, text, accepted, dataset))
        if accepted == _TRIPLES or kind.startswith(_TRIPLES):
            return Triples(iter(self._triples(self.query, body)))
        try:
            return json_results.read(body)
        except ValueError as error:
            raise self._unreadable(self.query, error) from None

    def graph(self, name: str | None) -> list[Triple]:
        """Read a graph from the graph store; None is the default graph. One that is not held is empty.

        Raises:
            StoreError: The server does not answer in time, or answers what cannot be read.
        """
        asked = "default" if name is None else urlencode({"graph": name})
        address = f"{self.graphs}{'&' if urlsplit(self.graphs).query else '?'}{asked}"
        request = Request(address, headers={"Accept": _TRIPLES, **self._introduction()})  # noqa: S310  # seen above
        try:
            body, _ = self._read(str(self.graphs), lambda: urlopen(request, timeout=self.seconds))  # noqa: S310  # the same
        except RefusedError as error:
            if error.status == _NOT_FOUND:
                return []
            raise
        return self._triples(str(self.graphs), body)

    def write(self, text: str) -> None:
        """Run an update; it is sent once.

        Raises:
            RefusedError: The server says that it cannot be run.
            StoreError: The server does not answer in time: it may have been run, or may still be.
        """
        self._send(self.update, self._request(self.update, text, "*/*", form="INSERT"))

    def _request(
        self, address: str, text: str, accepted: str, dataset: Dataset | None = None, form: str = "SELECT"
    ) -> Callable[[], HTTPResponse]:
        request = SPARQLWrapper(address)
        # The wrapper would guess from the text whether it is an update, and takes whole seconds only: so it is told.
        request.queryString, request.queryType = text, form
        request.timeout = self.seconds  # type: ignore[assignment]  # as said
        request.setMethod(POST)
        request.setOnlyConneg(True)
        for key, value in {"Accept": accepted, **self._introduction()}.items():
            request.addCustomHttpHeader(key, value)
        for key, names in (("default-graph-uri", dataset.default), ("named-graph-uri", dataset.named)) if dataset else ():
            for name in names:
                request.addParameter(key, name)
        return lambda: request.query().response

    def _introduction(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        if self.user is None:
            return {}
        return {"Authorization": f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode('ascii')}"}

    def _read(self, address: str, request: Callable[[], HTTPResponse]) -> tuple[bytes, str]:
        for wait in _WAITS:
            try:
                return self._send(address, request)
            except _PassingError:
                time.sleep(wait)
        return self._send(address, request)

    def _send(self, address: str, request: Callable[[], HTTPResponse]) -> tuple[bytes, str]:
        until = time.monotonic() + self.seconds
        try:
            with closing(request()) as response:
                return _body(response, until), str(response.headers.get("Content-Type", ""))
        except SPARQLWrapperException as error:
            # It keeps the body as text, and what the server answered only as what it was raised from.
            answered, body = error.__context__, ast.literal_eval(str(error).partition("Response:\n")[2] or "b''")
            if not isinstance(answered, HTTPError):
                raise
            answered.close()
            raise self._refusal(address, answered.code, body) from None
        except HTTPError as error:
            raise self._refusal(address, error.code, _told(error)) from None
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, TimeoutError):
                what = f"no answer within {self.seconds:g} seconds. Ask for less, or let the store take longer."
                raise StoreError(self._line(address, what)) from None
            what = f"not reached, or cut off ({reason or type(reason).__name__}). See that a SPARQL server runs there."
            raise _PassingError(self._line(address, what)) from None

    def _refusal(self, address: str, status: int, body: bytes) -> StoreError:
        told = next((line.strip() for line in body.decode(errors="replace").splitlines() if line.strip()), "and nothing else")
        text = self._line(address, f"answered {status}: {told[:_LINE]}. {_MEND.get(status, 'Its own log may say more.')}")
        return _PassingError(text) if status in _PASSING else RefusedError(text, status)

    def _triples(self, address: str, body: bytes) -> list[Triple]:
        try:
            return [(subject, predicate, value) for subject, predicate, value, _ in parse(body, "ntriples")]
        except (SyntaxError, ValueError) as error:
            raise self._unreadable(address, error) from None

    def _unreadable(self, address: str, why: Exception) -> StoreError:
        what = f"answered what cannot be read ({str(why)[:_LINE]}). It may have run out of time: ask for less."
        return StoreError(self._line(address, what))

    def _line(self, address: str, what: str) -> str:
        """Return one line that says which server it is, without what is secret."""
        line = f"{_name(address)}: {what}"
        for secret in filter(None, (self.password, self.token)):
            line = line.replace(secret, "***")
        return " ".join(line.split())


def _name(address: str) -> str:
    asked = urlsplit(address)
    return f"{asked.hostname}{f':{asked.port}' if asked.port else ''}{asked.path}"


def _told(error: HTTPError) -> bytes:
    with closing(error), suppress(OSError, HTTPException):
        return error.read()
    return b""


def _body(response: HTTPResponse, until: float) -> bytes:
    """Read an answer to its end, however slowly it drips.

    Raises:
        TimeoutError: The time is up.
        HTTPException: It is shorter than announced.
    """
    pieces = []
    while piece := response.read1(_AT_ONCE):
        pieces.append(piece)
        if time.monotonic() > until:
            raise TimeoutError
    body, announced = b"".join(pieces), response.headers.get("Content-Length")
    if announced is not None and len(body) < int(announced):
        raise HTTPException("its answer ends too soon")
    return body
