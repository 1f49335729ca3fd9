"""SPARQL 1.1 Graph Store HTTP Protocol at /graphs: any graph can be read, and versions of arrangements are published here.

A version is published under its own name: as `?graph=` and its IRI, or at /graphs/ and its key. What comes in goes through intake
and is checked before anything is stored. Requirements that are not met do not prevent it: the answer tells how many are.
"""

import json
from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import Conflict, PreconditionFailed

from masagraph.errors import InputError, NotHeldError, RefusedError, TooBusyError
from masagraph.sparql import formats
from masagraph.store import layout
from masagraph.tokens import ROLES
from masagraph.web import access, addresses, answering, bodies, fields
from masagraph.web.service import service
from masagraph.work import publishing
from masagraph.work.publishing import Examined, Sent, Standing

_GRAPH, _DEFAULT = "graph", "default"
_TRIES = 5
"""How often a document is examined anew because something else was published in between."""
_ANYBODYS = f"{layout.VERSIONS.removesuffix('id/version/')}graph/"
blueprint = Blueprint("graphs", __name__)


@blueprint.get("/graphs", strict_slashes=False)
def tell_named() -> Response:
    """Tell the graph that the address names in `graph` or `default`."""
    addresses.only(_GRAPH, _DEFAULT, "generation", "format")
    return tell(named(), publishing.tell)


@blueprint.get("/graphs/<key>")
def tell_version(key: str) -> Response:
    """Tell a version."""
    addresses.only("generation", "format")
    return tell(layout.VERSIONS + key, publishing.tell)


@blueprint.put("/graphs", strict_slashes=False)
def put_named() -> Response:
    """Publish a version in place of what was published of it before."""
    addresses.only(_GRAPH, _DEFAULT)
    return _publish(_version(named()), adds=False)


@blueprint.put("/graphs/<key>")
def put_version(key: str) -> Response:
    """Publish a version in place of what was published of it before."""
    addresses.only()
    return _publish(layout.VERSIONS + key, adds=False)


@blueprint.post("/graphs", strict_slashes=False)
def post() -> Response:
    """Add to what is published of a version; without a name, publish one that is new."""
    addresses.only(_GRAPH, _DEFAULT)
    if not request.query_string:
        return _publish(None, adds=False)
    return _publish(_version(named()), adds=True)


@blueprint.post("/graphs/<key>")
def post_version(key: str) -> Response:
    """Add to what is published of a version."""
    addresses.only()
    return _publish(layout.VERSIONS + key, adds=True)


@blueprint.delete("/graphs", strict_slashes=False)
def delete_named() -> Response:
    """Take a version out."""
    addresses.only(_GRAPH, _DEFAULT)
    return _withdraw(_version(named()))


@blueprint.delete("/graphs/<key>")
def delete_version(key: str) -> Response:
    """Take a version out."""
    addresses.only()
    return _withdraw(layout.VERSIONS + key)


def named() -> str | None:
    """Return the name of the graph in the address of a request; None is the default graph.

    Raises:
        InputError: It names none, or more than one.
    """
    said = fields.in_address()
    if fields.values(said, _DEFAULT):
        if fields.values(said, _GRAPH):
            raise InputError(_DEFAULT, "a graph is named as well", "Leave one of the two out")
        if fields.only(said, _DEFAULT):
            raise InputError(_DEFAULT, "it has a value", "Write it as ?default")
        return None
    return fields.absolute(fields.only(said, _GRAPH), _GRAPH)


def tell(name: str | None, job: Callable[..., bytes]) -> Response:
    """Tell a graph in the form that the client wants most.

    Args:
        name: The name of the graph; None is the default graph.
        job: Returns it: `job(desk, number, name, form)`.

    Raises:
        NotHeldError: It is not held.
        NotAcceptable: The client takes none of the forms.
    """
    number = answering.generation()
    forms = {form.key: form.media_type for form in formats.of_kind("graph")}
    form = answering.chosen(forms, formats.DEFAULTS["graph"])
    return answering.unchanged(number) or answering.told(service().read(job, number, name, form), forms[form], number)


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


def _version(name: str | None) -> str:
    """Return the name of a graph that may be a version's.

    Raises:
        RefusedError: It is one that is not for publishers.
    """
    if name is None or name.startswith(_ANYBODYS):
        told = "The default graph" if name is None else f"<{name}>"
        raise RefusedError(f"{told} is made by the service alone. Publish a version of an arrangement under its own name.")
    return name


def _publish(version: str | None, *, adds: bool) -> Response:
    access.require(*ROLES)
    sent = Sent(bodies.pieces(), version, adds)
    for _ in range(_TRIES):
        number = service().number()
        examined = service().read(publishing.examine, number, sent, seconds=service().settings.check_seconds)
        standing = examined.standing
        _may_change(standing)
        if version is None and standing.held is not None:
            what = f"<{standing.version}> is published already"
            raise Conflict(f"{what}. PUT at {_address(standing)} replaces it, POST there adds to it.")
        expect(is_held=standing.held is not None)
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
            expect(is_held=False)
            raise
        _may_change(standing)
        expect(is_held=True)
        made = service().write(publishing.withdraw, standing)
        if made is not None:
            return Response(status=204, headers={answering.GENERATION: str(made)})
    raise _overtaken()


def _may_change(standing: Standing) -> None:
    for key in (standing.key, *sorted(standing.touched)):
        access.require_publisher(key)


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
