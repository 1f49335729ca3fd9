"""What both graph stores have in common: how a request names a graph, asks for it, and sends one (SPARQL 1.1 GSP)."""

import base64
import hashlib
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed, UnsupportedMediaType

from masagraph.errors import InputError
from masagraph.sparql import formats
from masagraph.web.http import answering, fields, uploads
from masagraph.web.service import service
from masagraph.work.publishing import Piece

GRAPH, DEFAULT = "graph", "default"


def named() -> str | None:
    """Return the name of the graph in the address of a request; None is the default graph.

    Raises:
        InputError: It names none, or more than one.
    """
    said = fields.in_address()
    if fields.values(said, DEFAULT):
        if fields.values(said, GRAPH):
            raise InputError(DEFAULT, "a graph is named as well", "Leave one of the two out")
        if fields.only(said, DEFAULT):
            raise InputError(DEFAULT, "it has a value", "Write it as ?default")
        return None
    return fields.absolute(fields.only(said, GRAPH), GRAPH)


def tell(name: str | None, job: Callable[..., bytes]) -> Response:
    """Tell a graph in the form that the client wants most, with its digest (RFC 9530), so that it serves as a download.

    Args:
        name: The name of the graph; None is the default graph.
        job: Returns it: `job(desk, number, name, form)`.

    Raises:
        NotHeldError: It is not held.
        NotAcceptable: The client takes none of the forms.
    """
    number, form = answering.generation(), answering.form_of_graph()
    is_known = answering.unchanged(number)
    if is_known:
        return is_known
    seconds = service().settings.check_seconds  # Writing down a large graph takes longer than most queries may.
    body = service().read(job, number, name, form, seconds=seconds)
    response = answering.told(body, formats.FORMS[form].media_type, number)
    if response.status_code == HTTPStatus.OK:
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    return response


def done(number: int, status: int = 204) -> Response:
    """Return the answer to a change of which there is no more to say."""
    response = Response(status=status, headers={answering.GENERATION: str(number)})
    del response.headers["Content-Type"]
    return response


def documents() -> tuple[Piece, ...]:
    """Return the documents that a request sends.

    Raises:
        InputError: One is not in UTF-8, or a form has no files.
        UnsupportedMediaType: Nothing says what one is, or it is of a kind that cannot be read.
    """
    found = uploads.documents(None)
    if not found:
        raise UnsupportedMediaType("The body is empty, and nothing says what it is. Send RDF, such as text/turtle.")
    return found


def expect(*, is_held: bool) -> None:
    """See that what a client expects of a graph is so (RFC 9110, 13.1).

    Raises:
        PreconditionFailed: It is not.
    """
    if request.if_none_match.star_tag and is_held:
        raise PreconditionFailed("The graph is held already, and you asked that it is not (If-None-Match).")
    if not request.if_match:
        return
    if not request.if_match.star_tag:
        raise PreconditionFailed("Tags here are weak, and none is sure enough to match. Send If-Match: * or nothing.")
    if not is_held:
        raise PreconditionFailed("The graph is not held, and you asked that it is (If-Match).")
