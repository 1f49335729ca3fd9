"""For operators: SPARQL 1.1 Graph Store HTTP Protocol on any graph, without intake.

A graph is named by `?graph=` and its IRI, by `?default`, or by an address below /admin/graphs, which is its name then.
"""

from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.urls import iri_to_uri

from masagraph.web.http import addresses, fields, graph_store
from masagraph.web.http.graph_store import GRAPH
from masagraph.web.service import service
from masagraph.web.views import admin
from masagraph.work import administering

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
    name = _name(own)
    is_held = _is_held(name)
    return _made(name, service().write(administering.replace, name, graph_store.documents()), is_new=not is_held)


@blueprint.post("/admin/graphs", strict_slashes=False)
@blueprint.post("/admin/graphs/<path:own>")
def post(own: str | None = None) -> Response:
    """Add to a graph; without a name, make a new one."""
    name = _name(uuid4().hex if own is None and not request.query_string else own)
    is_held = _is_held(name)
    return _made(name, service().write(administering.extend, name, graph_store.documents()), is_new=not is_held)


@blueprint.delete("/admin/graphs", strict_slashes=False)
@blueprint.delete("/admin/graphs/<path:own>")
def delete(own: str | None = None) -> Response:
    """Remove a graph, or empty the default graph."""
    name = _name(own)
    _is_held(name)
    return _made(name, service().write(administering.remove, name), is_new=False)


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


def _is_held(name: str | None) -> bool:
    """Tell whether a graph is held, and see that what the client expects of it is so."""
    number = service().number()
    is_held = number > 0 and service().read(administering.is_held, number, name)
    graph_store.expect(is_held=is_held)
    return is_held


def _made(name: str | None, number: int, *, is_new: bool) -> Response:
    response = graph_store.done(number, 201 if is_new else 204)
    if is_new and name is not None and name.startswith(addresses.home()):
        response.headers["Location"] = name
    return response
