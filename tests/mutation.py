"""Make rules with one fault each: what a slip of the pen in a rule file would come to."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from masagraph import ontology
from masagraph.graphs import local
from masagraph.rules import loader
from masagraph.rules.model import Rule, Severity, Shape, Signal
from masagraph.vocab import MASA, RDF, SH, SKOS, VOCABULARIES

# A property of each kind that no rule looks at, so that a path with it leads nowhere.
_ASTRAY_OBJECT, _ASTRAY_DATATYPE = MASA.hostBody, MASA.localTerm
_SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "=", "&&": "||", "||": "&&"}
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"(?:\^\^[\w:]+)?) | (?P<iri><https?://[^>]*>) | [?$]\w+ | (?P<name>[A-Za-z][\w-]*:[\w-]+)
    | (?P<exists>(?:NOT\s+)?EXISTS\b) | (?P<truth>\b(?:true|false)\b) | [A-Za-z]\w* | (?P<number>\d+)
    | (?P<compares><=|>=|!=|&&|\|\||[<>=]) | (?P<unless>!)""",
    re.VERBOSE,
)
# Each limit that a shape can set, the kind of slip, and by how much one can slip.
_LIMITS: dict[Node, tuple[str, tuple[int, ...]]] = {
    **dict.fromkeys((SH.minCount, SH.qualifiedMinCount), ("count", (-1, 1))),
    **dict.fromkeys((SH.maxCount, SH.qualifiedMaxCount), ("count", (1,))),
    **dict.fromkeys((SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive), ("value", (-1, 1))),
}


@dataclass(frozen=True)
class Mutant:
    """A rule with one fault in one shape. `kind` is what was touched, `mutation` how, in words that stay the same."""

    shape: str
    kind: str
    mutation: str
    rule: Rule


def mutants(rule: Rule) -> list[Mutant]:
    """Return every mutant of a rule; the rule and its graph are left as they are."""
    made = sorted(_made(rule), key=lambda mutant: mutant.shape)
    seen: Counter[tuple[str, str]] = Counter()
    told = []
    for mutant in made:
        # The same slip can be made at several places of one query: the places are counted as they are read.
        key = mutant.shape, mutant.mutation
        seen[key] += 1
        told.append(mutant if seen[key] == 1 else replace(mutant, mutation=f"{mutant.mutation} ({seen[key]})"))
    return told


def short(term: Node) -> str:
    """Return a term as a rule file would write it."""
    if isinstance(term, URIRef):
        for start, prefix in ((str(MASA), "masa:"), (str(SH), "sh:"), (str(SKOS), "skos:")):
            if str(term).startswith(start):
                return prefix + str(term).removeprefix(start)
        if str(term).startswith(VOCABULARIES):
            return str(term).removeprefix(VOCABULARIES).replace("#", ":")
    return str(term)


def _made(rule: Rule) -> Iterator[Mutant]:
    graph = rule.shapes_graph
    for iri in sorted({s for s in graph.subjects(RDF.type) if isinstance(s, URIRef)}):
        name = local(iri)
        for node in _own(graph, iri):
            for kind, mutation, old, new in _core_slips(graph, node, rule):
                yield Mutant(name, kind, mutation, _with(rule, old, new))
            for text in graph.objects(node, SH.select):
                for kind, mutation, slipped in _query_slips(str(text)):
                    yield Mutant(name, kind, mutation, _with(rule, (node, SH.select, text), (node, SH.select, Literal(slipped))))
    for shape in rule.shapes:
        name = local(shape.iri)
        for severity in set(Severity) - {shape.severity}:
            old, new = ((shape.iri, SH.severity, SH[s.value]) for s in (shape.severity, severity))
            faulty = _with_shape(_with(rule, old, new), replace(shape, severity=severity))
            yield Mutant(name, "severity", f"severity {shape.severity.value} -> {severity.value}", faulty)
        for signal in set(Signal) - {shape.signal}:
            faulty = _with_shape(rule, replace(shape, signal=signal))
            yield Mutant(name, "signal", f"signal {shape.signal.value} -> {signal.value}", faulty)


def _own(graph: Graph, iri: URIRef) -> list[Node]:
    """Return a shape and the unnamed nodes that hang on it, but no list."""
    found: list[Node] = [iri]
    for node in found:
        found.extend(sorted(o for o in graph.objects(node) if isinstance(o, BNode) and o not in found))
    return found


Triple = tuple[Node, Node, Node]


def _with(rule: Rule, old: Triple, new: Triple) -> Rule:
    """Return a rule with one triple of its shapes exchanged, in a graph of its own."""
    graph = Graph()
    for triple in rule.shapes_graph:
        graph.add(triple)
    graph.remove(old)
    graph.add(new)
    faulty = replace(rule, shapes_graph=graph)
    for shape in rule.shapes:
        before, after = rule.shapes_graph.value(shape.iri, SH.path), graph.value(shape.iri, SH.path)
        # What a property shape looks at follows from its path, unless the file says otherwise.
        if before is not None and after is not None and shape.looks_at == loader.steps(rule.shapes_graph, before):
            faulty = _with_shape(faulty, replace(shape, looks_at=loader.steps(graph, after)))
    return faulty


def _with_shape(rule: Rule, shape: Shape) -> Rule:
    return replace(rule, shapes=tuple(shape if s.iri == shape.iri else s for s in rule.shapes))


Slip = tuple[str, str, Triple, Triple]


def _core_slips(graph: Graph, node: Node, rule: Rule) -> Iterator[Slip]:
    """Yield the slips that can be made in the triples of one node of a shape: kind, words, triple before and after."""
    path = graph.value(node, SH.path)
    where = "" if path is None else f" on {_path_words(graph, path)}"
    for target in graph.objects(node, SH.targetClass):
        yield _exchanged("target", "target", (node, SH.targetClass, target), _other_class(target))
    places = [] if path is None else list(_places((node, SH.path, path), graph))
    for place in [*places, *graph.triples((node, SH.disjoint, None))]:
        for other in (_astray(place[2]), *_neighbour(rule, place[2])):
            yield _exchanged("path", f"path{where}:", place, other)
    for triple in graph.triples((node, None, None)):
        kind, shifts = _LIMITS.get(triple[1], ("", ()))
        for shift in shifts:
            yield _exchanged(kind, f"{local(triple[1])}{where}:", triple, _shifted(triple[2], shift))
    for triple in graph.triples((node, SH.hasValue, None)):
        yield _exchanged("value", f"hasValue{where}:", triple, _other_value(triple[2]))
    for head in graph.objects(node, SH["in"]):
        members = frozenset(Collection(graph, head))
        for triple in [t for cell in graph.transitive_objects(head, RDF.rest) for t in graph.triples((cell, RDF.first, None))]:
            yield _exchanged("value", f"in{where}:", triple, _other_value(triple[2], members))


def _exchanged(kind: str, what: str, triple: Triple, other: Node) -> Slip:
    return kind, f"{what} {short(triple[2])} -> {short(other)}", triple, (triple[0], triple[1], other)


def _shifted(limit: Node, shift: int) -> Literal:
    """Return a number or a day, one more or one less."""
    value = limit.toPython() if isinstance(limit, Literal) else None
    return Literal(value + timedelta(days=shift) if isinstance(value, date) else int(str(limit)) + shift)


def _places(triple: Triple, graph: Graph) -> Iterator[Triple]:
    """Yield the triples that put a property into a path, as the path is read."""
    node = triple[2]
    if isinstance(node, URIRef):
        if node != RDF.nil:
            yield triple
        return
    for link in (RDF.first, SH.alternativePath, RDF.rest):
        for value in graph.objects(node, link):
            yield from _places((node, link, value), graph)


def _path_words(graph: Graph, path: Node) -> str:
    if isinstance(path, URIRef):
        return short(path)
    ways = graph.value(path, SH.alternativePath)
    steps = [_path_words(graph, step) for step in Collection(graph, path if ways is None else ways)]
    return "/".join(steps) if ways is None else f"({'|'.join(steps)})"


def _astray(property_: Node) -> URIRef:
    return _ASTRAY_OBJECT if property_ in ontology.load().object_properties else _ASTRAY_DATATYPE


def _neighbour(rule: Rule, property_: Node) -> list[URIRef]:
    """Return the next property at which another shape of the rule looks: a facet copied and not altered."""
    own, objects = sorted({p for shape in rule.shapes for p in shape.looks_at}), ontology.load().object_properties
    alike = [p for p in own if (p in objects) == (property_ in objects)]
    if property_ not in alike or len(alike) == 1:
        return []
    return [alike[(alike.index(URIRef(str(property_))) + 1) % len(alike)]]


def _other_class(class_: Node) -> URIRef:
    """Return another class that rules have as a target."""
    return MASA.PartnerRole if class_ == MASA.ArrangementVersion else MASA.ArrangementVersion


def _other_value(value: Node, taken: frozenset[Node] = frozenset()) -> Node:
    """Return another value of the same kind: one not taken yet, where there is one."""
    if isinstance(value, Literal):
        return Literal(not value.toPython())
    graph = ontology.load().graph
    listed = sorted(set(graph.subjects(SKOS.inScheme, graph.value(value, SKOS.inScheme))), key=str)
    start = listed.index(value)
    others = [*listed[start + 1 :], *listed[:start]]
    free = [other for other in others if other not in taken]
    return (free or others)[0]


def _query_slips(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the slips that can be made in a query: kind, words, and the text with the slip."""
    for token in _TOKEN.finditer(text):
        form, written = token.lastgroup, token.group()
        if form is None:
            continue
        for kind, instead in _instead(form, written):
            shown = short(URIRef(instead[1:-1])) if instead.startswith("<http") else instead
            yield kind, f"{kind} {' '.join(written.split())} -> {shown}", text[: token.start()] + instead + text[token.end() :]


def _instead(form: str, written: str) -> list[tuple[str, str]]:
    """Return what could stand by mistake in the place of a token, each with the kind of the slip."""
    match form:
        case "compares":
            found = [("comparison", _SWAPPED[written])]
        case "unless":
            found = [("negation", "")]
        case "exists":
            found = [("negation", "EXISTS" if written.startswith("NOT") else "NOT EXISTS")]
        case "truth":
            found = [("value", "false" if written == "true" else "true")]
        case "number":
            found = [("value", str(int(written) + shift)) for shift in (-1, 1)]
        case "text":
            found = [("value", other) for other in _other_texts(written)]
        case _:
            found = _other_term(written)
    return found


def _other_texts(written: str) -> list[str]:
    if not written.endswith("^^xsd:date"):
        return ['"something else"']
    return [f'"{date.fromisoformat(written[1:11]) + timedelta(days=shift)}"^^xsd:date' for shift in (-1, 1)]


def _other_term(written: str) -> list[tuple[str, str]]:
    term = URIRef(written[1:-1]) if written.startswith("<") else _expanded(written)
    if str(term).startswith(VOCABULARIES):
        return [("value", f"<{_other_value(term)}>")]
    if str(term).startswith(str(MASA)) and local(term)[0].isupper():
        return [("class", f"<{_other_class(term)}>")]
    # What is left in xsd: turns a text into a number; nothing is looked for by it.
    return [] if written.startswith("xsd:") else [("path", f"<{_astray(term)}>")]


def _expanded(name: str) -> URIRef:
    graph, (prefix, _, rest) = loader.prefix_graph(), name.partition(":")
    (declaration,) = (d for d in graph.subjects(SH.prefix) if str(graph.value(d, SH.prefix)) == prefix)
    return URIRef(f"{graph.value(declaration, SH.namespace)}{rest}")
