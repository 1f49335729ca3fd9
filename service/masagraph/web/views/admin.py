"""For operators: SPARQL 1.1 Protocol with updates, and what both admin addresses ask of who comes."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from masagraph.web.around import access
from masagraph.web.http import addresses, answering, fields, graph_store
from masagraph.web.service import service
from masagraph.web.views import description, sparql
from masagraph.work import administering

_READ = ("query", "default-graph-uri", "named-graph-uri", "generation", "format")
_WRITTEN = ("using-graph-uri", "using-named-graph-uri")
blueprint = Blueprint("admin", __name__)


@blueprint.before_request
def let_in() -> None:
    """Let in nobody but admins, and nobody at all unless the service is set so.

    Raises:
        NotFound: It is not.
        Unauthorized: There is no token.
        RefusedError: It is no admin's.
    """
    if not service().settings.admin:
        raise NotFound("There is no /admin here: whoever runs the service has it off.")
    if request.method != "OPTIONS":  # A browser asks without a token which methods there are.
        access.require_admin()


@blueprint.route("/admin/sparql", methods=["GET", "POST"], strict_slashes=False)
def ask() -> Response:
    """Answer a query or run an update; without either, say what is asked here and how (SPARQL 1.1 Service Description)."""
    if request.method == "POST" and (request.mimetype == sparql.UPDATE or _has_update()):
        return _update()
    addresses.only(*_READ)
    if sparql.asks_nothing():
        return description.describe(description.SD.SPARQL11Update)
    return sparql.answer(sparql.read(), answering.generation())


def _has_update() -> bool:
    return request.mimetype == fields.FORM and bool(fields.values(fields.in_form(), "update"))


def _update() -> Response:
    addresses.only(*_WRITTEN)
    said = fields.in_address()
    if request.mimetype == sparql.UPDATE:
        text = fields.body()
    else:
        form = fields.in_form()
        text = fields.only(form, "update")
        said += form
    dataset = fields.graphs(said, *_WRITTEN)
    number = service().write(administering.update, text, dataset, request.base_url)
    return graph_store.done(number)
