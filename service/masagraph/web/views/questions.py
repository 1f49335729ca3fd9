"""The named questions: what can be asked, and the answers."""

import json
from difflib import get_close_matches

from flask import Blueprint, Response

from masagraph import __version__
from masagraph.errors import NotHeldError
from masagraph.questions import loader
from masagraph.questions.model import Question
from masagraph.web.http import addresses, answering, asking, parameters
from masagraph.web.service import service
from masagraph.work import telling

TABLES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "turtle": "text/turtle",
    "text": "text/plain",
}
"""The forms of a table."""
blueprint = Blueprint("questions", __name__)


@blueprint.get("/api/questions")
def questions() -> Response:
    """List the questions with what each takes and returns."""
    parameters.given_once("format")
    answering.chosen({"json": TABLES["json"]}, "json")
    number = service().number()
    if unchanged := answering.unchanged(number):
        return unchanged
    content = {
        "masagraph": {"version": __version__},
        "questions": [_as_dict(question, addresses.home()) for question in loader.load().values()],
    }
    return answering.told(json.dumps(content, indent=2, ensure_ascii=False) + "\n", TABLES["json"], number)


@blueprint.get("/api/questions/<family>/<name>")
def question(family: str, name: str) -> Response:
    """Answer a question."""
    known, asked = loader.load(), f"{family}/{name}"
    if asked not in known:
        near = get_close_matches(asked, known, n=1, cutoff=0.4)
        mend = f"Did you mean {near[0]}? " if near else ""
        raise NotHeldError(f"There is no question '{asked}'. {mend}/api/questions lists them all.")
    own = [parameter.name for parameter in known[asked].parameters]
    given = parameters.read(*own)
    typed = {key: value for key, value in given.items() if key in own}
    form = answering.chosen(TABLES, "json")
    return asking.answer(TABLES[form], answering.generation(), telling.question, asked, typed, form)


def _as_dict(question: Question, home: str) -> dict[str, object]:
    return {
        "name": question.name,
        "family": question.family,
        "summary": question.summary,
        "question": question.asks,
        "source": question.paragraphs,
        "parameters": [{"name": p.name, "type": p.type, "default": p.default, "about": p.about} for p in question.parameters],
        "columns": [{"name": column.name, "about": column.about} for column in question.columns],
        "address": f"{home}/api/questions/{question.name}",
    }
