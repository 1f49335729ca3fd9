"""For operators: SPARQL 1.1 Graph Store HTTP Protocol on any graph, without intake.

A graph is named by `?graph=` and its IRI, by `?default`, or by an address below /admin/graphs, which is its name then.
"""

from collections.abc import Callable
from typing import Concatenate
from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.urls import iri_to_uri

from masagraph.errors import TooBusyError
from masagraph.web.http import addresses, fields, graph_store
from masagraph.web.http.graph_store import GRAPH
from masagraph.web.service import service
from masagraph.web.views import admin
from masagraph.work import administering
from masagraph.work.administering import Seen
from masagraph.work.publishing import Piece
from masagraph.work.writing import WritingDesk

_TRIES = 5
"""How often a graph is looked up anew because it came or went in between."""
blueprint = Blueprint("admin_graphs", __name__)
blueprint.before_request(admin.let_in)


@blueprint.get("/admin/graphs", strict_slashes=False)
@blueprint.get("/admin/graphs/<path:own>")
def tell(own: str | None = None) -> Response:
    """Tell a graph as it is held."""
    return graph_store.tell(_name(own, "generation", "format"), administering.tell)


@blueprint.put("/admin/graphs", strict_slashes=False)
@blueprint.put("/admin/graphs/<path:own>")
def put(own: str | None = None) -> Response:
    """Put a graph in the place of what is held under its name."""
    return _written(_name(own), administering.replace, graph_store.documents())


@blueprint.post("/admin/graphs", strict_slashes=False)
@blueprint.post("/admin/graphs/<path:own>")
def post(own: str | None = None) -> Response:
    """Add to a graph; without a name, make a new one."""
    name = _name(uuid4().hex if own is None and not request.query_string else own)
    return _written(name, administering.extend, graph_store.documents())


@blueprint.delete("/admin/graphs", strict_slashes=False)
@blueprint.delete("/admin/graphs/<path:own>")
def delete(own: str | None = None) -> Response:
    """Remove a graph, or empty the default graph."""
    return _written(_name(own), administering.remove)


def _name(own: str | None, *others: str) -> str | None:
    """Return the name of the graph that a request is about; None is the default graph.

    Args:
        own: What the address has below /admin/graphs, if anything.
        others: The parameters that the address may have besides.
    """
    if own is not None:
        addresses.only(*others)
        return fields.absolute(iri_to_uri(f"{addresses.home()}/admin/graphs/{own}"), GRAPH)
    addresses.only(graph_store.GRAPH, graph_store.DEFAULT, *others)
    return graph_store.named()


def _written(
    name: str | None, job: Callable[Concatenate[WritingDesk, Seen, ...], int | None], *given: tuple[Piece, ...]
) -> Response:
    """Have the writer change a graph, if what the client expects of it is so then."""
    for _ in range(_TRIES):
        number = service().number()
        seen = Seen(name, number > 0 and service().read(administering.is_held, number, name))
        graph_store.expect(is_held=seen.is_held)
        made = service().write(job, seen, *given)
        if made is not None:
            return _told(seen, made)
    raise TooBusyError("Others made and removed this graph, again and again. Nothing was done. Send it again.")


def _told(seen: Seen, number: int) -> Response:
    response = graph_store.done(number, 204 if seen.is_held else 201)
    if not seen.is_held and seen.name is not None and seen.name.startswith(addresses.home()):
        response.headers["Location"] = seen.name
    return response
