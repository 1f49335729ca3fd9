"""The arrangements that are held: a list of their versions, the report on each, and a badge that tells it in one line."""

from dataclasses import replace

from flask import Blueprint, Response

from masagraph.web.http import addresses, answering, asking, parameters
from masagraph.web.service import service
from masagraph.web.views import checking
from masagraph.work import telling
from masagraph.work.checking import BADGE, check_held

_LIST = {"json": "application/json", "csv": "text/csv"}
_SVG = "image/svg+xml"
blueprint = Blueprint("arrangements", __name__)


@blueprint.get("/api/arrangements")
def held() -> Response:
    """Tell which versions are held."""
    parameters.read()
    form = answering.chosen(_LIST, "json")
    return asking.answer(_LIST[form], answering.generation(), telling.arrangements, addresses.home(), form)


@blueprint.get("/api/arrangements/<key>/report")
def report(key: str) -> Response:
    """Tell what a check says of a version, as its document was sent."""
    how = checking.asked(parameters.read("profile", "edition", "date", "fail_on"))
    form, number = answering.chosen(checking.FORMS, "json"), answering.generation()
    if unchanged := answering.unchanged(number):
        return unchanged
    told = service().read(check_held, number, key, replace(how, form=form), seconds=service().settings.check_seconds)
    return checking.answer(told, checking.FORMS[form], number)


@blueprint.get("/api/arrangements/<key>/badge.svg")
def badge(key: str) -> Response:
    """Tell the same in a picture of one line."""
    how = checking.asked(parameters.given_once("profile", "edition", "date", "generation"))
    answering.chosen({"svg": _SVG}, "svg")
    number = answering.generation()
    if unchanged := answering.unchanged(number):
        return unchanged
    told = service().read(check_held, number, key, replace(how, form=BADGE), seconds=service().settings.check_seconds)
    return answering.told(told.body, _SVG, number)
