"""Write triples down, each term exactly as it is held.

The libraries at hand do not: rdflib's writers change the text of numbers and truth values, write NaN into JSON and names with a
prefix that they do not declare; Oxigraph's writes malformed XML for properties that XML cannot name, and drops carriage returns.
"""

import json
import re
from collections.abc import Callable, Iterable

from rdflib import BNode, Literal, Namespace
from rdflib.term import Node

from masagraph.answers import Triple
from masagraph.errors import InputError
from masagraph.sparql import xml_text
from masagraph.sparql.terms import Terms, datatype
from masagraph.vocab import DCTERMS, EARL, MASA, OWL, RDF, RDFS, RULE, SH, SHAPE, SKOS, XSD

_NAMED = {
    "dcterms": DCTERMS, "earl": EARL, "masa": MASA, "org": Namespace("http://www.w3.org/ns/org#"), "owl": OWL,
    "prov": Namespace("http://www.w3.org/ns/prov#"), "rdf": RDF, "rdfs": RDFS, "rule": RULE, "sh": SH, "shape": SHAPE,
    "skos": SKOS, "xsd": XSD,
}  # fmt: skip
_NAMESPACES = {prefix: str(namespace) for prefix, namespace in _NAMED.items()}
_PREFIXES = {namespace: prefix for prefix, namespace in _NAMESPACES.items()}
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# These mean something else where XML has the name of a property (RDF/XML, 5.1).
_NO_PROPERTIES = frozenset({
    f"{RDF}{name}"
    for name in [
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li", "bagID", "aboutEach",
        "aboutEachPrefix",
    ]
})  # fmt: skip
_Grouped = dict[Node, dict[Node, list[Node]]]


def write(triples: Iterable[Triple], form: str) -> bytes:
    """Return triples as a document; those of one subject come together, in the order of the first.

    Args:
        triples: What to write.
        form: The key of a form for graphs.

    Raises:
        InputError: The form cannot hold them.
    """
    return _WRITERS[form](triples).encode()


def _lines(triples: Iterable[Triple]) -> str:
    terms = Terms()
    return "".join(f"{' '.join(map(terms.long, triple))} .\n" for triple in triples)


def _turtle(triples: Iterable[Triple]) -> str:
    terms = Terms(_PREFIXES)
    blocks = []
    for subject, properties in _grouped(triples).items():
        told = [
            f"{'a' if name == RDF.type else terms.long(name)} {', '.join(map(terms.short, values))}"
            for name, values in properties.items()
        ]
        said = " ;\n    ".join(told)
        blocks.append(f"\n{terms.long(subject)}\n    {said} .\n")
    return "".join([*(f"@prefix {prefix}: <{_NAMESPACES[prefix]}> .\n" for prefix in sorted(terms.used)), *blocks])


def _jsonld(triples: Iterable[Triple]) -> str:
    terms = Terms()
    nodes = []
    for subject, properties in _grouped(triples).items():
        node: dict[str, object] = {"@id": _id(subject, terms)}
        for name, values in properties.items():
            if name == RDF.type and not any(isinstance(value, Literal) for value in values):
                node["@type"] = [_id(value, terms) for value in values]
            else:
                node[str(name)] = [_value(value, terms) for value in values]
        nodes.append(node)
    return json.dumps(nodes, ensure_ascii=False, indent=1) + "\n"


def _id(node: Node, terms: Terms) -> str:
    return f"_:{terms.label(node)}" if isinstance(node, BNode) else str(node)


def _value(value: Node, terms: Terms) -> dict[str, str]:
    if not isinstance(value, Literal):
        return {"@id": _id(value, terms)}
    named = datatype(value)
    kind = {"@language": value.language} if value.language else {} if named is None else {"@type": named}
    return {"@value": str(value), **kind}


def _rdfxml(triples: Iterable[Triple]) -> str:
    terms = Terms()
    prefixes = {str(RDF): "rdf"}
    blocks = []
    for subject, properties in _grouped(triples).items():
        told = [_property(name, value, prefixes, terms) for name, values in properties.items() for value in values]
        about = xml_text.attributes(_pointer(subject, "rdf:about", terms))
        blocks.append(f"  <rdf:Description{about}>\n{''.join(told)}  </rdf:Description>\n")
    spaces = xml_text.attributes({f"xmlns:{prefix}": namespace for namespace, prefix in prefixes.items()})
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n{"".join(blocks)}</rdf:RDF>\n'
    xml_text.fit(body)
    return body


def _property(name: Node, value: Node, prefixes: dict[str, str], terms: Terms) -> str:
    local = _XML_NAME.search(str(name))
    if local is None or local.start() == 0 or str(name) in _NO_PROPERTIES:
        raise InputError("format", f"RDF/XML has no way to write the property <{name}>", "Ask for Turtle or another form")
    namespace = str(name)[: local.start()]
    element = f"{prefixes.setdefault(namespace, _PREFIXES.get(namespace, f'ns{len(prefixes)}'))}:{local[0]}"
    if not isinstance(value, Literal):
        return f"    <{element}{xml_text.attributes(_pointer(value, 'rdf:resource', terms))}/>\n"
    named = datatype(value)
    kind = {"xml:lang": value.language} if value.language else {} if named is None else {"rdf:datatype": named}
    return f"    <{element}{xml_text.attributes(kind)}>{xml_text.escaped(str(value))}</{element}>\n"


def _pointer(node: Node, name: str, terms: Terms) -> dict[str, str]:
    return {"rdf:nodeID": terms.label(node)} if isinstance(node, BNode) else {name: str(node)}


def _grouped(triples: Iterable[Triple]) -> _Grouped:
    grouped: _Grouped = {}
    for subject, name, value in triples:
        grouped.setdefault(subject, {}).setdefault(name, []).append(value)
    return grouped


# A graph without a name is written alike in the forms that could hold others beside it.
_WRITERS: dict[str, Callable[[Iterable[Triple]], str]] = {
    "turtle": _turtle, "trig": _turtle, "ntriples": _lines, "nquads": _lines, "jsonld": _jsonld, "rdfxml": _rdfxml,
}  # fmt: skip
