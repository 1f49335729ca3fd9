"""The forms in which answers are written: rows and truth values, and graphs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """A form: its name for `?format=`, its media type, the extension of its files, the kind of answer that it holds.

    The kind is `rows` or `graph`. `w3c_name` stands in the W3C's namespace of formats; `aliases` are what else clients call it.
    """

    key: str
    media_type: str
    extension: str
    kind: str
    w3c_name: str | None
    aliases: tuple[str, ...] = ()


_ALL = (
    Form("json", "application/sparql-results+json", "srj", "rows", "SPARQL_Results_JSON", ("application/json",)),
    Form("xml", "application/sparql-results+xml", "srx", "rows", "SPARQL_Results_XML", ("application/xml", "text/xml")),
    Form("csv", "text/csv", "csv", "rows", "SPARQL_Results_CSV"),
    Form("tsv", "text/tab-separated-values", "tsv", "rows", "SPARQL_Results_TSV"),
    Form("turtle", "text/turtle", "ttl", "graph", "Turtle", ("application/x-turtle",)),
    Form("jsonld", "application/ld+json", "jsonld", "graph", "JSON-LD", ("application/json",)),
    Form("rdfxml", "application/rdf+xml", "rdf", "graph", "RDF_XML", ("application/xml", "text/xml")),
    Form("ntriples", "application/n-triples", "nt", "graph", "N-Triples", ("text/plain",)),
    Form("trig", "application/trig", "trig", "graph", "TriG"),
    Form("nquads", "application/n-quads", "nq", "graph", "N-Quads"),
)
FORMS = {form.key: form for form in _ALL}
DEFAULTS = {"rows": "json", "graph": "turtle"}
"""The form for a client that takes any, by kind of answer."""
NICKNAMES = {
    "json": ("json", "jsonld"), "json-ld": ("jsonld",), "xml": ("xml", "rdfxml"), "rdf": ("rdfxml",), "rdf+xml": ("rdfxml",),
    "n3": ("turtle",),
}  # fmt: skip
"""What well-known clients call forms in `format=`, for an answer of either kind."""


def of_kind(kind: str) -> tuple[Form, ...]:
    """Return the forms that hold a kind of answer, the default first."""
    return tuple(sorted((form for form in _ALL if form.kind == kind), key=lambda form: form.key != DEFAULTS[kind]))
