"""The rules by which this program judges, whatever is held: a list, and all that there is to know of one."""

from flask import Blueprint, Response

from masagraph.rules import catalogue
from masagraph.web.http import answering, asking, parameters
from masagraph.web.service import service
from masagraph.work import telling

_LIST = {"json": "application/json", "csv": "text/csv", "text": "text/plain"}
_ONE = {"json": "application/json", "text": "text/plain"}
blueprint = Blueprint("rules", __name__)


@blueprint.get("/api/rules")
def rules() -> Response:
    """List the rules; with `edition`, those alone that apply under it."""
    given = parameters.given_once("edition", "format")
    if "edition" in given:
        parameters.choice(given, "edition", [edition.id for edition in catalogue.editions()], "")
    form = answering.chosen(_LIST, "json")
    return asking.answer(_LIST[form], service().number(), telling.rules, given.get("edition"), form)


@blueprint.get("/api/rules/<name>")
def rule(name: str) -> Response:
    """Explain a rule."""
    parameters.given_once("format")
    form = answering.chosen(_ONE, "json")
    seconds = service().settings.check_seconds  # A worker that is asked first reads the examples of all rules.
    return asking.answer(_ONE[form], service().number(), telling.rule, name, form, seconds=seconds)
