"""What a graph must and must not hold before it is judged."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology
from masagraph.errors import InputError
from masagraph.rules.loader import local
from masagraph.vocab import MASA, OWL, RDF, SKOS, XSD

MAX_NESTING = 64
_PERSONAL_NAMESPACES = ("http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#")
_PERSONAL_SCHEMA_TERMS = frozenset(
    {
        "Person",
        "Patient",
        "givenName",
        "familyName",
        "additionalName",
        "email",
        "telephone",
        "faxNumber",
        "birthDate",
        "birthPlace",
    }
    | {"deathDate", "gender", "spouse", "parent", "children", "sibling", "homeLocation", "address", "contactPoint"}
)
_SCHEMA = ("http://schema.org/", "https://schema.org/")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<![\w./-])(?:\+44\s?\(?0?\)?\s?|\(?0)\d(?:[\s()-]{0,2}\d){8,9}(?![\w/-])")


def admit(graph: Graph, name: str) -> None:
    """Let a graph in, or say why not.

    Args:
        graph: What was read.
        name: What to call the document in a complaint.

    Raises:
        InputError: The first thing found that may not come in.
    """
    _refuse_imports(graph, name)
    _refuse_nesting(graph, name)
    _refuse_personal_data(graph, name)
    _refuse_unknown_terms(graph, name)
    _refuse_wrong_values(graph, name)
    _refuse_backward_periods(graph, name)
    if (None, RDF.type, MASA.ArrangementVersion) not in graph:
        raise InputError(name, "there is no arrangement in it", "Describe at least one masa:ArrangementVersion")


def one_home_each(graphs: Mapping[str, Graph]) -> None:
    """See that no arrangement is described in two documents.

    Raises:
        InputError: Two documents describe the same arrangement or version.
    """
    home: dict[Node, str] = {}
    for name, graph in graphs.items():
        for kind in (MASA.Arrangement, MASA.ArrangementVersion):
            for thing in graph.subjects(RDF.type, kind):
                first = home.setdefault(thing, name)
                if first != name:
                    raise InputError(name, f"{_named(graph, thing)} is described in {first} too", "Keep one of the two")


def _named(graph: Graph, node: Node) -> str:
    """Name a node in a complaint: its label, else its IRI, which is what a sender can search for."""
    label = graph.value(node, SKOS.prefLabel)
    if label is not None:
        return f"'{label}'"
    if isinstance(node, BNode):
        kind = graph.value(node, RDF.type)
        return f"an unnamed {ontology.load().label(kind) or 'thing'}" if kind is not None else "an unnamed thing"
    return f"<{node}>"


def _refuse_imports(graph: Graph, name: str) -> None:
    for _, wanted in graph.subject_objects(OWL.imports):
        raise InputError(name, f"it asks to import {wanted}", "Take owl:imports out: nothing is fetched")


def _refuse_nesting(graph: Graph, name: str) -> None:
    nested = {o for s, _, o in graph if isinstance(o, BNode) and isinstance(s, BNode)}
    level: set[Node] = {s for s in graph.subjects() if isinstance(s, BNode) and s not in nested}
    seen = set(level)
    for _ in range(MAX_NESTING):
        level = {o for s in level for o in graph.objects(s) if isinstance(o, BNode) and o not in seen}
        seen |= level
        if not level:
            return
    raise InputError(name, f"unnamed things are nested more than {MAX_NESTING} deep", "Give the inner things names of their own")


def _refuse_personal_data(graph: Graph, name: str) -> None:
    mend = "Take it out: posts only, never a person"
    for subject, predicate, value in graph:
        for term in (predicate, value):
            if isinstance(term, URIRef) and _is_personal(term):
                raise InputError(name, f"{_named(graph, subject)} uses {_short(term)}, a term for personal data", mend)
        if isinstance(value, URIRef) and value.lower().startswith(("mailto:", "tel:")):
            raise InputError(name, f"{_named(graph, subject)} gives a way to reach a person ({value.split(':')[0]}:)", mend)
        if isinstance(value, Literal) and value.datatype in (None, XSD.string, RDF.langString):
            if _EMAIL.search(value):
                raise InputError(name, f"{_named(graph, subject)} holds an e-mail address, under {_short(predicate)}", mend)
            if _TELEPHONE.search(value):
                raise InputError(name, f"{_named(graph, subject)} holds a telephone number, under {_short(predicate)}", mend)


def _is_personal(term: URIRef) -> bool:
    text = str(term)  # rdflib's own startswith knows no tuples.
    return text.startswith(_PERSONAL_NAMESPACES) or (text.startswith(_SCHEMA) and local(term) in _PERSONAL_SCHEMA_TERMS)


def _short(term: Node) -> str:
    return f"masa:{local(term)}" if str(term).startswith(str(MASA)) else f"<{term}>"


def _refuse_unknown_terms(graph: Graph, name: str) -> None:
    known = ontology.load()
    for subject, predicate, value in graph:
        for term in (predicate, value):
            if isinstance(term, URIRef) and not known.knows(term):
                near = known.nearest(term)
                mend = f"Did you mean '{near}'?" if near else "Look the right name up in the ontology"
                raise InputError(
                    name,
                    f"{_named(graph, subject)} uses an unknown term, {_short(term)}",
                    mend.rstrip("?") + ("?" if near else ""),
                )


_EXAMPLES = {
    XSD.date: "a date such as 2019-09-29",
    XSD.boolean: "true or false",
    XSD.integer: "a whole number",
    XSD.decimal: "a number",
}


def _is_date(text: str) -> bool:
    date.fromisoformat(text)
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))


def _is_number(text: str) -> bool:
    return Decimal(text).is_finite() and "e" not in text.lower()


_VALID: dict[URIRef, Callable[[str], bool]] = {
    XSD.date: _is_date,
    XSD.boolean: lambda text: text in ("true", "false", "1", "0"),
    XSD.integer: lambda text: bool(re.fullmatch(r"[+-]?\d+", text)),
    XSD.decimal: _is_number,
}


def _is_valid(text: str, datatype: URIRef) -> bool:
    try:
        return _VALID[datatype](text)
    except (ValueError, InvalidOperation):
        return False


def _refuse_wrong_values(graph: Graph, name: str) -> None:
    known = ontology.load()
    for subject, predicate, value in graph:
        where = f"{_named(graph, subject)} has '{value}' for {_short(predicate)}"
        if predicate in known.datatypes and predicate in _needs_check(known):
            wanted = known.datatypes[URIRef(str(predicate))]
            given = value.datatype if isinstance(value, Literal) else None
            fits = given == wanted or (wanted == XSD.decimal and given == XSD.integer)
            if not fits or not _is_valid(str(value), wanted):
                raise InputError(name, where, f"Give {_EXAMPLES[wanted]}, typed as xsd:{local(wanted)}")
        elif isinstance(value, Literal):
            if predicate in known.object_properties:
                raise InputError(name, where, "Link to a thing there: words cannot stand for one")
            if value.datatype in _VALID and not _is_valid(str(value), value.datatype):
                raise InputError(name, where, f"Give {_EXAMPLES[value.datatype]}")
        elif predicate in known.value_lists and not str(value).startswith(known.value_lists[URIRef(str(predicate))]):
            scheme = known.value_lists[URIRef(str(predicate))].rstrip("#").rsplit("/", 1)[-1]
            raise InputError(name, where, f"Take a value from the list '{scheme}'")


def _needs_check(known: ontology.Ontology) -> frozenset[URIRef]:
    return frozenset(p for p, datatype in known.datatypes.items() if datatype in _VALID)


def _refuse_backward_periods(graph: Graph, name: str) -> None:
    for first, last in ((MASA.earliestDay, MASA.latestDay), (MASA.validFrom, MASA.validTo)):
        for subject, begins in graph.subject_objects(first):
            ends = graph.value(subject, last)
            if ends is not None and str(ends) < str(begins):
                raise InputError(
                    name, f"{_named(graph, subject)} ends ({ends}) before it begins ({begins})", "Mend one of the two days"
                )
