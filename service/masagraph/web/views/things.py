"""Each thing's IRI, looked up: its path leads here to what is held of it, as a page or as RDF."""

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from masagraph.sparql import formats
from masagraph.store import layout
from masagraph.vocab import BASE
from masagraph.web.http import addresses, answering, fields, links
from masagraph.web.service import service
from masagraph.work import describing, thing_page

_NAMES = {"turtle": "Turtle", "jsonld": "JSON-LD", "rdfxml": "RDF/XML", "ntriples": "N-Triples"}
FORMS = {key: formats.FORMS[key].media_type for key in _NAMES}
_PAGE = "html"
blueprint = Blueprint("things", __name__)


@blueprint.get(f"/<any({', '.join(links.KINDS)}):kind>")
@blueprint.get(f"/<any({', '.join(links.KINDS)}):kind>/<path:rest>")
def ours(kind: str, rest: str = "") -> Response:
    """Tell what is held of a thing of ours, whose IRI ends like the address."""
    addresses.only("format", "generation")
    return _described(f"{BASE}{kind}/{rest}" if rest else f"{BASE}{kind}")


@blueprint.get("/thing")
def any_other() -> AnyResponse:
    """Tell what is held of a thing that is called by others, such as an area."""
    addresses.only("format", "generation", "iri")
    iri = fields.absolute(fields.only(fields.in_address(), "iri"), "iri")
    if links.is_ours(iri):
        return redirect(links.thing(iri, **links.kept("format", "generation")), 303)
    return _described(iri.partition("#")[0])


def _described(iri: str) -> Response:
    number = answering.generation()
    key = answering.chosen({**FORMS, _PAGE: "text/html"}, "turtle")
    had = answering.unchanged(number)
    if had is not None:
        return had
    if key != _PAGE:
        body = service().read(describing.written, number, iri, key)
        return answering.told(body, FORMS[key], number)
    told = service().read(thing_page.page, number, iri)
    return answering.told(_page(iri, told, number), "text/html", number)


def _page(iri: str, told: thing_page.Page, number: int) -> str:
    kept = links.kept("generation")
    return render_template(
        "thing.html",
        iri=iri,
        told=told,
        number=number,
        forms=[(name, links.again(format=key)) for key, name in _NAMES.items()],
        cited=links.again(generation=str(number)),
        types=list(FORMS.values()),
        most=describing.MOST_POINTING,
        key=iri.removeprefix(layout.VERSIONS) if iri.startswith(layout.VERSIONS) else None,
        to=lambda address: links.thing(address, **kept),
    )
