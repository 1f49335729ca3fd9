"""What a graph must and must not hold before it is judged."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology, reference
from masagraph.errors import InputError
from masagraph.graphs import local
from masagraph.vocab import MASA, OWL, RDF, SKOS, XSD

MAX_NESTING = 64
_LONG = 100
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
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_TELEPHONE = re.compile(r"(?<![\w./-])(?:\+44\s?\(?0?\)?\s?|\(?0)\d(?:[\s().-]{0,2}\d){8,9}(?![\w/-])")


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
    _refuse_hidden_characters(graph, name)
    _refuse_personal_data(graph, name)
    _refuse_unknown_terms(graph, name)
    _refuse_what_is_ours(graph, name)
    _refuse_wrong_values(graph, name)
    _refuse_two_answers(graph, name)
    _refuse_backward_periods(graph, name)
    _refuse_wrong_kinds(graph, name)
    versions = set(graph.subjects(RDF.type, MASA.ArrangementVersion))
    if not versions:
        raise InputError(name, "there is no arrangement in it", "Describe at least one masa:ArrangementVersion")
    if any(isinstance(version, BNode) for version in versions):
        raise InputError(
            name, "an arrangement version in it has no IRI", "Give it one, so that verdicts on it can be found again"
        )


def one_home_each(graphs: Iterable[tuple[str, Graph]]) -> None:
    """See that no arrangement is described in two documents.

    Raises:
        InputError: Two documents describe the same arrangement or version.
    """
    home: dict[Node, tuple[int, str]] = {}
    for number, (name, graph) in enumerate(graphs):
        for kind in (MASA.Arrangement, MASA.ArrangementVersion):
            for thing in graph.subjects(RDF.type, kind):
                first, where = home.setdefault(thing, (number, name))
                if first != number:
                    raise InputError(name, f"{_named(graph, thing)} is described in {where} too", "Keep one of the two")


def _named(graph: Graph, node: Node) -> str:
    """Name a node in a complaint: its label, else its IRI, which is what a sender can search for."""
    label = graph.value(node, SKOS.prefLabel)
    if label is not None:
        words = " ".join(str(label).split())
        return f"'{words if len(words) <= _LONG else words[:_LONG] + '...'}'"
    if isinstance(node, BNode):
        kind = graph.value(node, RDF.type)
        return f"an unnamed {ontology.load().label(kind) or 'thing'}" if kind is not None else "an unnamed thing"
    return _short(node)


def _refuse_imports(graph: Graph, name: str) -> None:
    for _, wanted in graph.subject_objects(OWL.imports):
        raise InputError(name, f"it asks to import {wanted}", "Take owl:imports out: nothing is fetched")


def _refuse_nesting(graph: Graph, name: str) -> None:
    level: set[Node] = {o for s, _, o in graph if isinstance(o, BNode) and not isinstance(s, BNode)}
    level |= {s for s in graph.subjects() if isinstance(s, BNode) and (None, None, s) not in graph}
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
        for term in (subject, predicate, value):
            if isinstance(term, URIRef) and is_personal(term):
                raise InputError(name, f"{_named(graph, subject)} uses {_short(term)}, a term for personal data", mend)
            if isinstance(term, URIRef) and str(term).lower().startswith(("mailto:", "tel:")):
                raise InputError(name, f"there is a way to reach a person in it ({term.split(':')[0]}:)", mend)
            if isinstance(term, BNode) or (isinstance(term, Literal) and term.datatype in _VALID):
                continue
            if "@" in str(term) and _EMAIL.search(str(term)):
                raise InputError(name, f"{_named(graph, subject)} holds an e-mail address, under {_short(predicate)}", mend)
            if isinstance(term, Literal) and _TELEPHONE.search(str(term)):
                raise InputError(name, f"{_named(graph, subject)} holds a telephone number, under {_short(predicate)}", mend)


def is_personal(term: URIRef) -> bool:
    """Tell whether a term is for personal data."""
    text = str(term)  # rdflib's own startswith knows no tuples.
    return text.startswith(_PERSONAL_NAMESPACES) or (text.startswith(_SCHEMA) and local(term) in _PERSONAL_SCHEMA_TERMS)


def _short(term: Node) -> str:
    text = str(term)
    return f"masa:{local(term)}" if text.startswith(str(MASA)) else f"<{text if len(text) <= _LONG else text[:_LONG] + '...'}>"


def _refuse_hidden_characters(graph: Graph, name: str) -> None:
    """Refuse characters that change how text looks without being seen: they can forge a report."""
    for triple in graph:
        for term in triple:
            for character in set(str(term)) if not isinstance(term, BNode) else ():
                if _is_hidden(character):
                    where = f"a character that cannot be seen (U+{ord(character):04X}) stands in {_named(graph, triple[0])!a}"
                    raise InputError(name, where, "Take it out")


def _is_hidden(character: str) -> bool:
    """Tell whether a character is not seen, or is none at all (Unicode, 23.7), which spreadsheets and pictures cannot hold."""
    is_none = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # noqa: PLR2004 - Unicode's own bounds
    return is_none or (unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in "\t\n\r\u200c\u200d")


def _refuse_what_is_ours(graph: Graph, name: str) -> None:
    for subject in set(graph.subjects()):
        if ontology.is_ours(subject):
            raise InputError(
                name, f"it says something of {_short(subject)}, a term of the ontology", "Take that out: terms mean one thing"
            )
    worked_out = ontology.load().worked_out
    for subject, predicate, _ in graph:
        if predicate in worked_out:
            what = f"{_named(graph, subject)} states {_short(predicate)}, which is worked out here"
            raise InputError(name, what, "Take it out: it follows from what documents and reference data say")
    for subject in graph.subjects(RDF.type, MASA.Jurisdiction):
        raise InputError(
            name, f"{_named(graph, subject)} says who answers for an area", "Take it out: the reference data say that"
        )


_SINGLE = frozenset(
    {MASA.inDocument, MASA.extentRead, MASA.defaultModality, MASA.modality, MASA.evidenceState}
    | {MASA.validFrom, MASA.validTo, MASA.earliestDay, MASA.latestDay}
)


def _refuse_two_answers(graph: Graph, name: str) -> None:
    """Refuse two values where one decides what counts. Two answers about the arrangement itself are a conflict, and come in."""
    for predicate in _SINGLE:
        seen: set[Node] = set()
        for subject in graph.subjects(predicate):
            if subject in seen:
                raise InputError(
                    name, f"{_named(graph, subject)} has two values for {_short(predicate)}", "Keep the one that is right"
                )
            seen.add(subject)


# Areas and bodies of which the reference data may yet learn, and arrangements that another document describes.
_MAY_STAND_ELSEWHERE = {MASA.Area, MASA.Body, MASA.Arrangement, MASA.ArrangementVersion}


def _refuse_wrong_kinds(graph: Graph, name: str) -> None:
    """Refuse a thing that is not said to be of the kind that a property asks for: shapes would pass it over."""
    known = ontology.load()
    for subject, predicate, value in graph:
        for thing, kinds in ((subject, known.domains.get(predicate)), (value, known.ranges.get(predicate))):
            if kinds is None or isinstance(thing, Literal) or thing in reference.known():
                continue
            described = (thing, None, None) in graph
            if not described and kinds & _MAY_STAND_ELSEWHERE:
                continue
            if not set(graph.objects(thing, RDF.type)) & kinds:
                kind = min(kinds, key=lambda k: len(known.kinds_above(k)))
                what = f"{_named(graph, thing)} is used with {_short(predicate)}"
                missing = f"is not said to be a {_short(kind)}" if described else "is not described"
                raise InputError(name, f"{what} and {missing}", f"Describe it, with rdf:type {_short(kind)}")


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


_YEARS = range(1800, 3000)
"""The years that a document may speak of. Python's first and last days would have no day before or after them."""
_EXAMPLES = {
    XSD.date: f"a date from {_YEARS[0]} to {_YEARS[-1]}, such as 2019-09-29",
    XSD.boolean: "true or false",
    XSD.integer: "a whole number, not below nought",
    XSD.decimal: "a number, not below nought",
}


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text).year in _YEARS


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,18}(\.\d{1,18})?", text))


_VALID: dict[URIRef, Callable[[str], bool]] = {
    XSD.date: _is_date,
    XSD.boolean: lambda text: text in ("true", "false"),
    XSD.integer: lambda text: bool(re.fullmatch(r"\d{1,18}", text)),
    XSD.decimal: _is_number,
}


def _is_valid(text: str, datatype: URIRef) -> bool:
    try:
        return _VALID[datatype](text)
    except ValueError:
        return False


def _refuse_wrong_values(graph: Graph, name: str) -> None:
    known = ontology.load()
    for subject, predicate, value in graph:
        where = f"{_named(graph, subject)} has '{str(value)[:_LONG]}' for {_short(predicate)}"
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
