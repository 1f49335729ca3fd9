"""What both graph stores have in common: how a request names a graph, asks for it, and sends one (SPARQL 1.1 GSP)."""

from collections.abc import Callable

from flask import Response, request
from rdflib import URIRef
from werkzeug.exceptions import NotAcceptable, PreconditionFailed, UnsupportedMediaType

from masagraph import oxigraph
from masagraph.errors import InputError
from masagraph.sparql import formats
from masagraph.web import answering, fields, uploads
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
    return fit(fields.only(said, GRAPH))


def fit(name: str) -> str:
    """Return the name of a graph if it can be one.

    Raises:
        InputError: It is no absolute IRI.
    """
    try:
        found = [subject for subject, _, _, _ in oxigraph.parse(f"<{name}> <a:is> <a:graph> .".encode(), "ntriples")]
    except SyntaxError:
        found = []
    if found != [URIRef(name)]:
        raise InputError(GRAPH, f"'{name[:100]}' is no absolute IRI", "Write it whole, such as https://example.org/graph")
    return name


def tell(name: str | None, job: Callable[..., bytes]) -> Response:
    """Tell a graph in the form that the client wants most.

    Args:
        name: The name of the graph; None is the default graph.
        job: Returns it: `job(desk, number, name, form)`.

    Raises:
        NotHeldError: It is not held.
        NotAcceptable: The client takes none of the forms.
    """
    number, form = answering.generation(), _form()
    is_known = answering.unchanged(number)
    if is_known:
        return is_known
    seconds = service().settings.check_seconds  # Writing down a large graph takes longer than most queries may.
    return answering.told(service().read(job, number, name, form, seconds=seconds), formats.FORMS[form].media_type, number)


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


def _form() -> str:
    """Return the form of a graph that the client wants most.

    Raises:
        InputError: The parameter `format` names none.
        NotAcceptable: The client takes none.
    """
    offered = {form.key: form for form in formats.of_kind("graph")}
    asked = request.args.get("format")
    if asked is not None:
        if asked not in offered:
            raise InputError("format", f"'{asked[:40]}' is no form of a graph", f"Take one of {', '.join(offered)}")
        return asked
    # Some clients ask with a charset, and what they are sent is in that.
    names = {
        name: form.key
        for form in reversed(offered.values())
        for name in (form.media_type, f"{form.media_type}; charset=utf-8", *form.aliases)
    }
    best = answering.best_of(names, offered[formats.DEFAULTS["graph"]].media_type)
    if best is None:
        raise NotAcceptable(f"Offered here: {', '.join(form.media_type for form in offered.values())}.")
    return names[best]
