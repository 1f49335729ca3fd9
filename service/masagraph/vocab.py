"""Names of the vocabularies used, as rdflib namespaces."""

from rdflib import Namespace
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD

BASE = "https://w3id.org/masagraph/"
MASA = Namespace(f"{BASE}def#")
RULE = Namespace(f"{BASE}rule/")
SHAPE = Namespace(f"{BASE}shape/")
EXAMPLE = Namespace(f"{BASE}example/")
VOCABULARIES = f"{BASE}vocab/"


def scheme(name: str) -> Namespace:
    """Return the namespace of the concepts of a value list, such as `modality`."""
    return Namespace(f"{VOCABULARIES}{name}#")


CERTAINTY = scheme("certainty")
EVIDENCE = scheme("evidence-state")
EXTENT = scheme("extent-read")
MODALITY = scheme("modality")
REASON = scheme("reason")
STANDING = scheme("standing")
TOPIC = scheme("topic")
VERDICT = scheme("verdict")

EARL = Namespace("http://www.w3.org/ns/earl#")

__all__ = [
    "BASE", "CERTAINTY", "DCTERMS", "EARL", "EVIDENCE", "EXAMPLE", "EXTENT", "MASA",
    "MODALITY", "OWL", "RDF", "RDFS", "REASON", "RULE", "SH", "SHAPE", "SKOS", "STANDING",
    "TOPIC", "VERDICT", "VOCABULARIES", "XSD", "scheme",
]  # fmt: skip
