"""The register, footprints and chains of delegation, as on a day: what the commands of these names tell."""

from flask import Blueprint, Response

from masagraph.register.asking import PARAMETERS
from masagraph.web.http import answering, asking, parameters
from masagraph.web.views.questions import TABLES
from masagraph.work import telling

_PICTURES = {"json": "application/json", "text": "text/plain", "svg": "image/svg+xml"}
_FOOTPRINTS = {**_PICTURES, **TABLES}
blueprint = Blueprint("register", __name__)


@blueprint.get("/api/register")
def register() -> Response:
    """Tell who the partners, leads and delegates are."""
    given = parameters.read(*PARAMETERS)
    typed = {name: value for name, value in given.items() if name in PARAMETERS}
    form = answering.chosen(TABLES, "json")
    return asking.answer(TABLES[form], answering.generation(), telling.register, typed, form)


@blueprint.get("/api/footprint")
def footprint() -> Response:
    """Tell what overlaps what in an area, or what a body serves."""
    given = parameters.read("place", "date")
    place = parameters.needed(given, "place", "Name an area, council, health body or force, or give its code")
    form = answering.chosen(_FOOTPRINTS, "json")
    return asking.answer(_FOOTPRINTS[form], answering.generation(), telling.footprint, place, given.get("date", "today"), form)


@blueprint.get("/api/chain")
def chain() -> Response:
    """Tell the chain of delegation of each partner of an area."""
    given = parameters.read("area", "date")
    area = parameters.needed(given, "area", "Name an area, or give its code")
    form = answering.chosen(_PICTURES, "json")
    return asking.answer(_PICTURES[form], answering.generation(), telling.chain, area, given.get("date", "today"), form)
