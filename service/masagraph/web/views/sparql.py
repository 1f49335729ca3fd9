"""SPARQL 1.1 Protocol at /sparql: queries alone. Whatever would change something is refused, and nothing is ever fetched."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from masagraph.errors import InputError
from masagraph.sparql import formats
from masagraph.web.http import answering, fields
from masagraph.web.service import service
from masagraph.web.views import description, pages
from masagraph.work.querying import Most, Query, query

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_IS_UPDATE = "it is an update, and nothing is changed here"
_MEND = "Send a query; arrangements are published at /graphs"
blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def ask() -> Response:
    """Answer a query; without one, say what is asked here and how (SPARQL 1.1 Service Description). A browser gets a page."""
    is_get = request.method != "POST"  # HEAD asks for what GET would tell.
    if is_get and pages.wants_page():
        return pages.sparql_page(read)
    if asks_nothing():
        return description.describe()
    asked = read()
    number = answering.generation()
    return (answering.unchanged(number) if is_get else None) or answer(asked, number)


def asks_nothing() -> bool:
    """Tell whether a request wants to know what can be asked: it is no POST, and has neither query nor update."""
    return request.method != "POST" and not {"query", "update"} & {name for name, _ in fields.in_address()}


def answer(asked: Query, number: int) -> Response:
    """Have a query answered in the form that the client wants most."""
    settings = service().settings
    most = Most(settings.query_rows, settings.answer_bytes)
    written = service().read(query, number, asked, answering.forms(), most)
    response = answering.told(written.body, formats.FORMS[written.form].media_type, number)
    if written.truncated:
        response.headers[answering.TRUNCATED] = str(written.rows)
    return response


def read() -> Query:
    """Read the query of a request, in any of the three ways of the protocol (SPARQL 1.1 Protocol, 2.1).

    Parameters that are unknown are not refused, as they are elsewhere: clients of the protocol send some of their own.

    Raises:
        InputError: There is none or more than one, or it is an update.
        UnsupportedMediaType: The body is of another kind.
    """
    said = fields.in_address()
    if request.method != "POST":
        text = _only_query(said)
    elif request.mimetype == QUERY:
        text = fields.body()
    elif request.mimetype == fields.FORM:
        form = fields.in_form()
        text = _only_query(form)
        said += form  # Older clients put the graphs into the address, others into the form.
    elif request.mimetype == UPDATE:
        raise InputError("body", _IS_UPDATE, _MEND)
    else:
        raise UnsupportedMediaType(f"Send {QUERY} or {fields.FORM}.")
    return Query(text, fields.graphs(said, "default-graph-uri", "named-graph-uri"), request.base_url)


def _only_query(said: fields.Fields) -> str:
    if fields.values(said, "update"):
        raise InputError("update", _IS_UPDATE, _MEND)
    return fields.only(said, "query")
