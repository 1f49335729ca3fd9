"""Write triples down, each term exactly as it is held.

Oxigraph writes them: rdflib would change the text of numbers and truth values. What Oxigraph would write as malformed RDF/XML is
refused before it comes to that.
"""

import re
from collections.abc import Iterable, Iterator

from rdflib import BNode, Literal, Namespace, URIRef

from masagraph import oxigraph
from masagraph.answers import Triple
from masagraph.errors import InputError
from masagraph.sparql.terms import Labels
from masagraph.vocab import DCTERMS, EARL, MASA, OWL, RDF, RDFS, RULE, SH, SHAPE, SKOS, XSD

_PREFIXES = {
    "dcterms": DCTERMS, "earl": EARL, "masa": MASA, "org": Namespace("http://www.w3.org/ns/org#"), "owl": OWL,
    "prov": Namespace("http://www.w3.org/ns/prov#"), "rdf": RDF, "rdfs": RDFS, "rule": RULE,
    "sd": Namespace("http://www.w3.org/ns/sparql-service-description#"), "sh": SH, "shape": SHAPE, "skos": SKOS,
    "spdx": Namespace("http://spdx.org/rdf/terms#"), "xsd": XSD,
}  # fmt: skip
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# These mean something else where XML has the name of a property (RDF/XML, 5.1).
_NO_PROPERTIES = frozenset({
    f"{RDF}{name}"
    for name in [
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li", "bagID", "aboutEach",
        "aboutEachPrefix",
    ]
})  # fmt: skip
# What XML has no place for, and the carriage return, which Oxigraph would leave out.
_LOST_IN_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(triples: Iterable[Triple], form: str) -> bytes:
    """Return triples as a document, in the order given.

    Args:
        triples: What to write.
        form: The key of a form for graphs.

    Raises:
        InputError: The form cannot hold them.
    """
    labels = Labels()
    renamed = [_renamed(triple, labels) for triple in triples]
    if form == "rdfxml":
        for triple in renamed:
            _see_that_xml_holds(triple)
    named = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for triple in renamed for iri in _iris(triple)}
    return oxigraph.write(renamed, form, {prefix: str(of) for prefix, of in _PREFIXES.items() if str(of) in named})


def _renamed(triple: Triple, labels: Labels) -> Triple:
    """Return a triple whose blank nodes have names that count from nought, so that equal documents are written alike."""
    subject, name, value = (BNode(labels.of(term)) if isinstance(term, BNode) else term for term in triple)
    return subject, name, value


def _iris(triple: Triple) -> Iterator[str]:
    for term in triple:
        if isinstance(term, URIRef):
            yield str(term)
        elif isinstance(term, Literal) and term.datatype is not None:
            yield str(term.datatype)


def _see_that_xml_holds(triple: Triple) -> None:
    subject, name, value = triple
    local = _XML_NAME.search(str(name))
    if local is None or local.start() == 0 or str(name) in _NO_PROPERTIES:
        raise InputError("format", f"RDF/XML has no way to write the property <{name}>", "Ask for Turtle or another form")
    for term in (subject, value):
        lost = _LOST_IN_XML.search(str(term)) if isinstance(term, (Literal, URIRef)) else None
        if lost is not None:
            what = f"RDF/XML has no way to write the character U+{ord(lost[0]):04X}"
            raise InputError("format", what, "Ask for Turtle or another form")
