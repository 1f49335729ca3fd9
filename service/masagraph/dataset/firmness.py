"""What the own document of a version bears out: which facts stand, how firmly, on whose word, and how senior its posts are.

Nothing here depends on any other version, nor on the reference data but for what they know and a document may not tell.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rdflib import Graph, Literal
from rdflib.term import Node

from masagraph import ontology, reference
from masagraph.answers import Triple
from masagraph.dataset.heard import heard
from masagraph.dataset.links import reached
from masagraph.evidence import Evidence, Fact, Standing, Statement, own_facts
from masagraph.vocab import MASA, RDF, SKOS, STANDING

_SAID = frozenset({Standing.IN_PLACE, Standing.PLANNED, Standing.PROPOSED})
_NAMES = {Standing.IN_PLACE: "in-place", Standing.PLANNED: "planned", Standing.PROPOSED: "proposed"}
# What hangs on a thing without being a part of it.
_BESIDE_THE_FACTS = frozenset({MASA.statedBy, MASA.hasDocument, MASA.inDocument, MASA.supersedes})
_PUTS_INTO_FORCE = frozenset({MASA.supersedes, MASA.inForceFrom, MASA.inForceTo, MASA.coversArea})


def borne_out(document: Graph, version: Node) -> Graph:
    """Return the facts on a version that its document bears out, with how firmly each part stands and on whose word.

    A fact that sources dispute, that only repeats guidance or that is past is left out; its statements stay.

    Args:
        document: What describes the version; what it says of others is passed over.
        version: The version.
    """
    found = Graph()
    for triple in _borne_out(Evidence(own_facts(heard(document), version), version)):
        if triple[1] != MASA.hasVersion:  # See `on_arrangements`.
            found.add(triple)
    for post in list(found.subjects(RDF.type, MASA.Post)):
        for triple in _seniority(found, post):
            found.add(triple)
    return found


def on_arrangements(document: Graph, described: Iterable[Node]) -> Iterator[Triple]:
    """Yield what a document says of arrangements. Which versions they have is for each version's own document to say.

    Args:
        document: What describes them.
        described: The versions that it is heard on.
    """
    of, worked_out, said = set(described), ontology.load().worked_out, heard(document)
    for node in set(said.subjects(RDF.type, MASA.Arrangement)) - reference.known():
        for predicate, value in said.predicate_objects(node):
            if predicate not in worked_out and (predicate != MASA.hasVersion or value in of):
                yield node, predicate, value


def _borne_out(evidence: Evidence) -> Iterator[Triple]:
    """Yield the facts that stand, and for each part of the version how firmly it stands and on whose word."""
    graph, version = evidence.graph, evidence.version
    worked_out = ontology.load().worked_out  # Nobody may state what is worked out here.
    standings = [
        (fact, standing)
        for fact, standing in evidence.borne_out(_SAID)
        if fact[1] not in worked_out and not _is_mere_proposal(version, fact, standing)
    ]
    links: dict[str, list[str]] = defaultdict(list)
    firmness: dict[Node, Standing] = {version: Standing.IN_PLACE}
    words: dict[Node, set[Statement]] = defaultdict(set, {version: set(evidence.general(version))})
    for fact, standing in standings:
        subject, predicate, value = fact
        if not isinstance(value, Literal) and (value, None, None) in graph and predicate not in _BESIDE_THE_FACTS:
            links[str(subject)].append(str(value))
            firmness[value] = max(standing, firmness.get(value, Standing.NOT_EVIDENCE))
            words[value] |= {*evidence.governing(fact), *evidence.general(value)}
    yield from _with_doubts(standings, firmness)
    # A part that only a disputed or past fact leads to is none.
    parts = reached([str(version)], links)
    for node in (node for node in firmness if str(node) in parts):
        if node != version:
            yield node, MASA.ofVersion, version
            yield node, MASA.countsAs, STANDING[_NAMES[firmness[node]]]
        bearing = {statement for statement in words[node] if statement.standing in _SAID}
        if bearing:
            yield node, MASA.sourceText, Literal(_sources(graph, bearing))
    yield from _coverage(evidence)
    yield from _default_modalities(graph)


def _default_modalities(graph: Graph) -> Iterator[Triple]:
    """Yield for each statement that carries no modality of its own the one that its document gives to all such."""
    for statement, document in graph.subject_objects(MASA.inDocument):
        if graph.value(statement, MASA.modality) is None:
            yield from ((statement, MASA.modality, default) for default in graph.objects(document, MASA.defaultModality))


def _is_mere_proposal(version: Node, fact: Fact, standing: Standing) -> bool:
    """Tell whether a fact would put a version into force that is only proposed."""
    return fact[0] == version and fact[1] in _PUTS_INTO_FORCE and standing is Standing.PROPOSED


def _with_doubts(standings: Iterable[tuple[Fact, Standing]], firmness: Mapping[Node, Standing]) -> Iterator[Triple]:
    """Yield facts. Where what is said of one property stands less firmly than its thing, that is said beside it."""
    firm = {fact[:2] for fact, standing in standings if standing >= firmness.get(fact[0], standing)}
    for (subject, predicate, value), standing in standings:
        is_weaker = value not in firmness and standing < firmness.get(subject, standing)
        if is_weaker and predicate == MASA.grantsPower and (subject, predicate) in firm:
            continue  # Of several powers the one that is only planned may not pass for one that is in place.
        yield subject, predicate, value
        if is_weaker and (subject, predicate) not in firm:
            yield subject, MASA.onlyPlanned, predicate


def _coverage(evidence: Evidence) -> Iterator[Triple]:
    """Yield where it was read which areas a version covers."""
    facts_on_areas = (
        (evidence.version, MASA.coversArea, area) for area in evidence.graph.objects(evidence.version, MASA.coversArea)
    )
    bearing = {s for fact in facts_on_areas for s in evidence.governing(fact) if s.standing in _SAID}
    if bearing:
        yield evidence.version, MASA.coverageSourceText, Literal(_sources(evidence.graph, bearing))


def _sources(graph: Graph, statements: set[Statement]) -> str:
    places: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        names = [] if statement.document is None else [str(name) for name in graph.objects(statement.document, SKOS.prefLabel)]
        places[min(names, default="document not named")].add(statement.locator)
    return "; ".join(f"{name}, {' and '.join(sorted(places[name]))}" for name in sorted(places))


def _seniority(graph: Graph, post: Node) -> Iterator[Triple]:
    meaning = ontology.load().graph
    bands = set(graph.objects(post, MASA.band))
    for predicate in (MASA.rank, MASA.postKind):
        for value in graph.objects(post, predicate):
            bands |= set(meaning.objects(value, MASA.band))
    levels = {level for band in bands for level in meaning.objects(band, MASA.bandLevel)}
    if len(levels) == 1:
        yield post, MASA.seniorityLevel, levels.pop()
