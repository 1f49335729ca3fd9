"""The pages: what is here, in plain words, and a place to ask in SPARQL. They need no script, and nothing from elsewhere."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, render_template

from masagraph.errors import MasagraphError
from masagraph.settings import Settings
from masagraph.sparql import formats
from masagraph.vocab import BASE
from masagraph.web.around import errors
from masagraph.web.http import addresses, answering, fields, links
from masagraph.web.service import service
from masagraph.web.views import dataset_description, example_queries
from masagraph.work import counting, exporting, querying
from masagraph.work.querying import Most, Query

MOST_ROWS = 200
"""So many rows, or triples, are shown on a page."""
_MOST_BYTES = 2_000_000
"""So much of an answer goes into a page, which is put together where no limit of memory holds."""
_HTML = "text/html"
_TYPES = [media_type for form in formats.FORMS.values() for media_type in (form.media_type, *form.aliases)]
_AREAS = exporting.AREAS
_ROWS = ("csv", "tsv", "json", "xml")
_GRAPH = ("turtle", "jsonld", "rdfxml", "ntriples")
_FORM_NAMES = {
    "csv": "CSV",
    "tsv": "TSV",
    "json": "JSON",
    "xml": "XML",
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF/XML",
    "ntriples": "N-Triples",
}
_PLAIN = ("boolean", "date", "decimal", "en", "integer", "string")
"""Languages and types of values that a reader sees for himself."""
_OTHERS = ("generation", "default-graph-uri", "named-graph-uri")
"""Parameters of a query that its page keeps, unseen."""
blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True)
class _Cell:
    """What stands in a cell of a result: words, a link, and the language or type of a value."""

    text: str
    link: str | None = None
    note: str = ""


def init_app(app: Flask, settings: Settings) -> None:
    """Let every page link to the others below the public address, if that has a path."""
    app.jinja_env.globals["root"] = links.root(settings)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


@blueprint.get("/")
def home() -> Response:
    """Tell what is here."""
    addresses.only("generation")
    number = answering.generation()
    had = answering.unchanged(number)
    if had is not None:
        return had
    page = render_template(
        "home.html",
        held=service().read(counting.overview, number),
        number=number,
        since=service().since(number),
        files=exporting.WHOLE,
        home=addresses.home(),
        rights=dataset_description.RIGHTS,
    )
    return answering.told(page, _HTML, number)


def wants_page() -> bool:
    """Tell whether a client would rather have a page than any other form of an answer."""
    return not fields.values(fields.in_address(), "format") and answering.best_of([*_TYPES[1:], _HTML], _TYPES[0]) == _HTML


def sparql_page(read: Callable[[], Query]) -> Response:
    """Answer a query on a page, with the query to be changed and asked again; without one, show where to write it.

    Whatever is wrong is told beside the query.

    Args:
        read: Reads the query of the request.
    """
    said = fields.in_address()
    text = "\n".join(fields.values(said, "query"))
    shown: dict[str, object] = {}
    status, number = HTTPStatus.OK, service().number()
    try:
        number = answering.generation()
        had = answering.unchanged(number)
        if had is not None:
            return had
        if text.strip() or fields.values(said, "update"):
            shown = _answered(read(), number)
    except MasagraphError as error:
        kind = errors.kind_of(error)
        if kind.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        status, shown = HTTPStatus(kind.status), {"failure": str(error), "title": kind.title}
    page = render_template(
        "sparql.html",
        text=text,
        number=number,
        kept=[(name, value) for name, value in said if name in _OTHERS],
        examples=[(words, f"?{urlencode({'query': query})}") for words, query in example_queries.EXAMPLES],
        cited=links.again(generation=str(number)),
        **shown,
    )
    if status == HTTPStatus.OK:
        return answering.told(page, _HTML, number)
    response = Response(page, status, content_type=answering.typed(_HTML))
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _answered(asked: Query, number: int) -> dict[str, object]:
    """Ask a query and return what the page shows of the answer."""
    most = Most(MOST_ROWS, min(_MOST_BYTES, service().settings.answer_bytes))
    written = service().read(querying.query, number, asked, {"rows": "json", "graph": "turtle"}, most)
    keys = _ROWS if written.form == "json" else _GRAPH
    shown: dict[str, object] = {
        "forms": [(_FORM_NAMES[key], links.again(format=key, generation=str(number))) for key in keys],
        "truncated": written.truncated,
        "rows": written.rows,
    }
    if written.form != "json":
        return {**shown, "graph": written.body.decode()}
    told = json.loads(written.body)
    if "boolean" in told:
        return {**shown, "truth": "yes" if told["boolean"] else "no"}
    names = told["head"]["vars"]
    table = [[_cell(row.get(name)) for name in names] for row in told["results"]["bindings"]]
    return {**shown, "names": names, "table": table}


def _cell(term: dict[str, str] | None) -> _Cell:
    if term is None:
        return _Cell("")
    if term["type"] == "uri":
        return _Cell(_short(term["value"]), links.thing(term["value"], **links.kept("generation")))
    if term["type"] == "bnode":
        return _Cell(f"_:{term['value']}")
    note = term.get("xml:lang") or term.get("datatype", "").rpartition("#")[2]
    return _Cell(term["value"], note="" if note in _PLAIN else note)


def _short(iri: str) -> str:
    """Return an IRI of ours, or of an area, as short as a reader can still tell it by."""
    for start, prefix in ((f"{BASE}def#", "masa:"), (f"{BASE}id/", ""), (f"{BASE}vocab/", ""), (BASE, ""), (_AREAS, "area/")):
        if iri.startswith(start) and iri != start:
            return prefix + iri.removeprefix(start)
    return iri
