"""SPARQL 1.1 Graph Store HTTP Protocol at /graphs: any graph can be read, and versions of arrangements are published here.

A version is published under its own name: as `?graph=` and its IRI, or at /graphs/ and its key. What comes in goes through intake
and is checked before anything is stored. Requirements that are not met do not prevent it: the answer tells how many are.
"""

import json

from flask import Blueprint, Response, request
from werkzeug.exceptions import Conflict

from masagraph.errors import NotHeldError, RefusedError, TooBusyError
from masagraph.store import layout
from masagraph.tokens import ROLES
from masagraph.vocab import BASE
from masagraph.web.around import access
from masagraph.web.http import addresses, answering, fields, graph_store
from masagraph.web.http.graph_store import DEFAULT, GRAPH
from masagraph.web.service import service
from masagraph.work import publishing
from masagraph.work.publishing import Examined, Sent, Standing

_TRIES = 5
"""How often a document is examined anew because something else was published in between."""
_OURS = f"{BASE}graph/"
blueprint = Blueprint("graphs", __name__)


@blueprint.get("/graphs", strict_slashes=False)
def tell_named() -> Response:
    """Tell the graph that the address names in `graph` or `default`."""
    addresses.only(GRAPH, DEFAULT, "generation", "format")
    return graph_store.tell(graph_store.named(), publishing.tell)


@blueprint.get("/graphs/<key>")
def tell_version(key: str) -> Response:
    """Tell a version."""
    addresses.only("generation", "format")
    return graph_store.tell(_of_key(key), publishing.tell)


@blueprint.put("/graphs", strict_slashes=False)
def put_named() -> Response:
    """Publish a version in place of what was published of it before."""
    addresses.only(GRAPH, DEFAULT)
    return _publish(_version(graph_store.named()), adds=False)


@blueprint.put("/graphs/<key>")
def put_version(key: str) -> Response:
    """Publish a version in place of what was published of it before."""
    addresses.only()
    return _publish(_of_key(key), adds=False)


@blueprint.post("/graphs", strict_slashes=False)
def post() -> Response:
    """Add to what is published of a version; without a name, publish one that is new."""
    addresses.only(GRAPH, DEFAULT)
    if not request.query_string:
        return _publish(None, adds=False)
    return _publish(_version(graph_store.named()), adds=True)


@blueprint.post("/graphs/<key>")
def post_version(key: str) -> Response:
    """Add to what is published of a version."""
    addresses.only()
    return _publish(_of_key(key), adds=True)


@blueprint.delete("/graphs", strict_slashes=False)
def delete_named() -> Response:
    """Take a version out."""
    addresses.only(GRAPH, DEFAULT)
    return _withdraw(_version(graph_store.named()))


@blueprint.delete("/graphs/<key>")
def delete_version(key: str) -> Response:
    """Take a version out."""
    addresses.only()
    return _withdraw(_of_key(key))


def _of_key(key: str) -> str:
    return fields.absolute(layout.VERSIONS + key, GRAPH)


def _version(name: str | None) -> str:
    """Return the name of a graph that may be a version's.

    Raises:
        RefusedError: It is one that is not for publishers.
    """
    if name is None or name.startswith(_OURS):
        told = "The default graph" if name is None else f"<{name}>"
        raise RefusedError(f"{told} is made by the service alone. Publish a version of an arrangement under its own name.")
    return name


def _publish(version: str | None, *, adds: bool) -> Response:
    access.require(*ROLES)
    sent = Sent(graph_store.documents(), version, adds)
    for _ in range(_TRIES):
        number = service().number()
        examined = service().read(publishing.examine, number, sent, seconds=service().settings.check_seconds)
        standing = examined.standing
        _may_change(standing)
        if version is None and standing.held is not None:
            what = f"<{standing.version}> is published already"
            raise Conflict(f"{what}. PUT at {_address(standing)} replaces it, POST there adds to it.")
        graph_store.expect(is_held=standing.held is not None)
        made = number if examined.is_same else service().write(publishing.publish, examined)
        if made is not None:
            return _published(examined, made)
    raise _overtaken()


def _withdraw(version: str) -> Response:
    access.require(*ROLES)
    for _ in range(_TRIES):
        try:
            standing = service().read(publishing.examine_removal, service().number(), version)
        except NotHeldError:
            graph_store.expect(is_held=False)
            raise
        _may_change(standing)
        graph_store.expect(is_held=True)
        made = service().write(publishing.withdraw, standing)
        if made is not None:
            return graph_store.done(made)
    raise _overtaken()


def _may_change(standing: Standing) -> None:
    token = access.require_publisher(standing.key)
    for other in sorted(standing.touched):
        if other.area and not token.may_publish(other.key):
            what = f"For {other.area} the arrangement '{other.key}' is held as well, which this token may not publish"
            raise RefusedError(f"{what}. Ask a facilitator to do this, or whoever runs this service to widen its scope.")
        access.require_publisher(other.key)


def _published(examined: Examined, number: int) -> Response:
    standing = examined.standing
    told = {
        "graph": standing.version,
        "version": _key(standing),
        "arrangement": standing.key,
        "report": f"{addresses.home()}/api/arrangements/{_key(standing)}/report",
        "generation": number,
        "summary": dict(examined.summary),
    }
    status = 200 if standing.held is not None else 201
    response = Response(json.dumps(told, indent=1) + "\n", status, content_type="application/json")
    response.headers["Location"] = _address(standing)
    response.headers[answering.GENERATION] = str(number)
    return response


def _address(standing: Standing) -> str:
    return f"{addresses.home()}/graphs/{_key(standing)}"


def _key(standing: Standing) -> str:
    return standing.version.removeprefix(layout.VERSIONS)


def _overtaken() -> TooBusyError:
    return TooBusyError("Others published what this rests on, again and again. Nothing was stored. Send it again.")
