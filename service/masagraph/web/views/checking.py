"""Check arrangements without publishing them, or the register as a whole: what `masagraph check` does."""

from urllib.parse import quote

from flask import Blueprint, Response

from masagraph.errors import InputError
from masagraph.intake import reader
from masagraph.report import check_report
from masagraph.rules import catalogue
from masagraph.web.http import answering, asking, parameters, uploads
from masagraph.web.service import service
from masagraph.work import checking
from masagraph.work.checking import REGISTER, Asked, Told

FAILS, REMARK = "Masagraph-Fails", "Masagraph-Remark"
FORMS = {"json": "application/json", "text": "text/plain", "turtle": "text/turtle", "csv": "text/csv"}
_LONGEST_REMARK = 1000
blueprint = Blueprint("checking", __name__)


@blueprint.post("/api/check")
def check() -> Response:
    """Check what is sent; with `profile=register`, check what is held."""
    given = parameters.read("profile", "edition", "date", "input_format", "fail_on")
    how, form = asked(given, (*PROFILES, REGISTER)), answering.chosen(FORMS, "json")
    syntax = given.get("input_format")
    if syntax is not None:
        parameters.choice(given, "input_format", tuple(reader.NAMES), "")
    pieces = uploads.documents(syntax)
    how = Asked(how.profile, how.edition, how.day, form, how.fail_on)
    seconds = service().settings.check_seconds
    number = answering.generation()
    with asking.by_address():
        if how.profile == REGISTER:
            _refuse_for_register(given, has_documents=bool(pieces))
            told = service().read(checking.check_register, number, how, seconds=seconds)
        else:
            if not pieces:
                raise InputError("body", "it is empty", f"Send an arrangement as RDF; only profile={REGISTER} takes none")
            if "generation" in given:
                what = "a document is judged by what this release knows, whatever is held here"
                raise InputError("generation", what, f"Leave it out, or ask for profile={REGISTER}")
            told = service().read(checking.check, number, pieces, how, service().settings.check_triples, seconds=seconds)
    return answer(told, FORMS[form], number)


PROFILES = ("statutory", "wood")
"""The profiles by which a document is judged."""


def asked(given: dict[str, str], profiles: tuple[str, ...] = PROFILES) -> Asked:
    """Return how to check, from the parameters of a request; the form is JSON until somebody chooses.

    Raises:
        InputError: A value is wrong.
    """
    editions = ("auto", *(edition.id for edition in catalogue.editions() if edition.is_encoded))
    return Asked(
        profile=parameters.choice(given, "profile", profiles, PROFILES[0]),
        edition=parameters.choice(given, "edition", editions, "auto"),
        day=parameters.day(given, "date"),
        form="json",
        fail_on=parameters.choice(given, "fail_on", tuple(check_report.FAIL_ON), "must"),
    )


def answer(told: Told, media_type: str, number: int) -> Response:
    """Return the answer that a report is, with what the command line tells by its exit code and beside the report."""
    response = answering.told(told.body, media_type, number)
    response.headers[FAILS] = "true" if told.fails else "false"
    for remark in told.remarks:
        # A header can hold hardly more than ASCII, and a remark names what somebody sent.
        response.headers.add(REMARK, quote(remark[:_LONGEST_REMARK], safe=" !#$&'()*+,-./:;<=>?@[]^_`{|}~"))
    return response


def _refuse_for_register(given: dict[str, str], *, has_documents: bool) -> None:
    for is_given, name in ((has_documents, "body"), (given.get("edition", "auto") != "auto", "edition")):
        if is_given:
            what = f"profile={REGISTER} takes none: it judges all data held here, by the edition in force on the day"
            raise InputError(name, what, "Leave it out")
    if "input_format" in given:
        raise InputError("input_format", f"profile={REGISTER} reads no document", "Leave it out")
