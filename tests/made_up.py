"""What schemathesis sends where a description says no more than text: queries, updates and documents, good ones and bad ones.

It is not imported by any test: schemathesis reads it by itself, told by its variable SCHEMATHESIS_HOOKS.
"""

import schemathesis
from hypothesis import strategies as st

_QUERIES = (
    "ASK { ?s ?p ?o }",
    "SELECT ?s (COUNT(?o) AS ?many) WHERE { ?s ?p ?o } GROUP BY ?s ORDER BY ?s LIMIT 5",
    "SELECT * WHERE { GRAPH ?g { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } } LIMIT 5",
    "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 5",
    "DESCRIBE <https://w3id.org/masagraph/id/version/barnet-2019>",
    "SELECT * FROM <https://example.org/none> WHERE { ?s ?p ?o }",
    "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT (1/0 AS ?none) WHERE {}",
    "SELECT * WHERE { ?s ?p",
)
_UPDATES = (
    "INSERT DATA { GRAPH <https://example.org/notes> { <https://example.org/a> <https://example.org/b> 'é' } }",
    "DELETE WHERE { GRAPH <https://example.org/notes> { ?s ?p ?o } }",
    "CLEAR GRAPH <https://example.org/notes>",
    "LOAD <http://127.0.0.1:9/>",
    "INSERT { GRAPH <https://example.org/notes> { ?s a ?o } } USING <https://example.org/none> WHERE { ?s a ?o }",
    "DROP",
)
_DOCUMENT = """@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/masagraph/id/arrangement/{key}> a masa:Arrangement ; skos:prefLabel "Invented"@en ;
    masa:hasVersion <https://w3id.org/masagraph/id/version/{key}-2024> .
<https://w3id.org/masagraph/id/version/{key}-2024> a masa:ArrangementVersion ; skos:prefLabel "Invented, 2024"@en ;
    masa:coversArea <http://statistics.data.gov.uk/id/statistical-geography/E09000003> ;
    masa:hasPartnerRole [ a masa:PartnerRole ; masa:publishedName "{name}" ] .
"""
_TURTLE = (
    _DOCUMENT.format(key="example", name="The council"),
    _DOCUMENT.format(key="example", name="The police"),
    _DOCUMENT.format(key="other", name="The council"),
    _DOCUMENT.format(key="barnet", name=""),
    "<https://example.org/a> <https://example.org/b> _:c .",
    "<https://example.org/a> a <https://w3id.org/masagraph/def#ArrangementVersion> .",
    "@prefix masa:",
    "",
)
_LINES = ("<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n", "<a> <b>", "")
_QUADS = ("<https://example.org/a> <https://example.org/b> _:c <https://example.org/g> .\n", "_:a", "")


def _some(*texts: str) -> st.SearchStrategy[bytes]:
    return st.one_of(st.sampled_from(texts), st.text(max_size=40)).map(str.encode)


_SENT = {
    "application/sparql-query": _QUERIES,
    "application/sparql-update": _UPDATES,
    "text/turtle": _TURTLE,
    "application/trig": _TURTLE,
    "application/n-triples": _LINES,
    "application/n-quads": _QUADS,
}


@schemathesis.serializer(*_SENT)
def as_bytes(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """Return what is sent for a value: itself, if it is one of ours, else what the description gives."""
    return value if isinstance(value, bytes) else str(value).encode()


for _media_type, _texts in _SENT.items():
    schemathesis.openapi.media_type(_media_type, _some(*_texts))
