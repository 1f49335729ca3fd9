"""Work out what every question needs and no document says: which facts are borne out, how firmly, and when they count.

A version counts from the first day on which it can be in force (else published, else dated, else the day assumed for the
edition that it follows) until the day before the version that supersedes it, or the day on which it is said to end. A role
counts while its version does, within its own dates, and only while a body that it can mean exists: one that has ended
leads nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology
from masagraph.evidence import Evidence, Fact, Standing, Statement, own_facts, versions
from masagraph.oxigraph import Snapshot
from masagraph.rules import catalogue
from masagraph.rules.model import Edition
from masagraph.vocab import MASA, RDF, SKOS, STANDING, XSD

Triple = tuple[Node, Node, Node]
Period = tuple[date | None, date | None]
"""A first and a last day; None where it is open."""

_PREFIX = f"PREFIX masa: <{MASA}>\n"
_JURISDICTIONS = f"""{_PREFIX}
SELECT ?body ?area ?first ?last WHERE {{
  ?jurisdiction masa:jurisdictionOf ?body ; masa:overArea ?area
  OPTIONAL {{ ?jurisdiction masa:validFrom ?first }} OPTIONAL {{ ?jurisdiction masa:validTo ?last }}
}}"""
_LIVES = f"""{_PREFIX}
SELECT ?body ?first ?last WHERE {{
  ?body masa:authorityCode|masa:odsCode|masa:forceAreaCode ?code
  OPTIONAL {{ ?body masa:validFrom ?first }} OPTIONAL {{ ?body masa:validTo ?last }}
}}"""
_RECODED = f"{_PREFIX}SELECT ?area ?code WHERE {{ ?area masa:recodedAs ?code }}"
_SUCCESSIONS = f"{_PREFIX}SELECT ?body ?next WHERE {{ ?body masa:succeededBy ?next }}"
_ENDS = f"""{_PREFIX}
SELECT ?thing ?last WHERE {{
  ?thing masa:overArea|masa:authorityCode|masa:odsCode|masa:forceAreaCode ?is ; masa:validTo ?last
}}"""
_LEVELS = f"{_PREFIX}SELECT ?post ?level WHERE {{ ?post masa:postKind/masa:band/masa:bandLevel ?level }}"
_SAID = frozenset({Standing.IN_PLACE, Standing.PLANNED, Standing.PROPOSED})
_NAMES = {Standing.IN_PLACE: "in-place", Standing.PLANNED: "planned", Standing.PROPOSED: "proposed"}
# What hangs on a thing without being a part of it.
_BESIDE_THE_FACTS = frozenset({MASA.statedBy, MASA.hasDocument, MASA.inDocument, MASA.supersedes})
_PUTS_INTO_FORCE = frozenset({MASA.supersedes, MASA.inForceFrom, MASA.inForceTo, MASA.coversArea})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Background:
    """What is known of bodies and areas, and what follows from that on its own.

    How long bodies exist and who follows them, where they answer and when, which areas got new codes.
    """

    lives: dict[str, Period]
    successors: dict[str, list[str]]
    reaches: dict[str, list[tuple[str, Period]]]
    other_codes: dict[str, set[str]]
    seniority: tuple[Triple, ...]
    days_after: tuple[Triple, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Background":
        """Read it from a data set that holds the reference data."""
        reaches: dict[str, list[tuple[str, Period]]] = defaultdict(list)
        for body, area, first, last in snapshot.texts(_JURISDICTIONS):
            reaches[body].append((area, _period(first, last)))
        other_codes: dict[str, set[str]] = defaultdict(set)
        for area, code in snapshot.texts(_RECODED):
            other_codes[area].add(code)
            other_codes[code].add(area)
        successors: dict[str, list[str]] = defaultdict(list)
        for body, follower in snapshot.texts(_SUCCESSIONS):
            successors[body].append(follower)
        lives = {body: _period(first, last) for body, first, last in snapshot.texts(_LIVES)}
        levels = tuple((URIRef(post), MASA.seniorityLevel, Literal(int(level))) for post, level in snapshot.texts(_LEVELS))
        days_after = tuple(
            (URIRef(thing), MASA.firstDayAfter, _literal(date.fromisoformat(last) + _ONE_DAY))
            for thing, last in snapshot.texts(_ENDS)
        )
        return cls(lives, successors, reaches, other_codes, levels, days_after)

    def followers(self, body: str) -> set[str]:
        """Return a body and all that followed it, however late."""
        return _reached([body], self.successors)

    def under_any_code(self, areas: Iterable[str]) -> set[str]:
        """Return areas with all codes that the same areas had before or after."""
        return _reached(areas, self.other_codes)


def facts(arrangements: Graph, background: Background) -> Iterator[Triple]:
    """Yield what questions are asked of: the facts that are borne out, and what follows from them.

    A fact that sources dispute, that only repeats guidance or that is past is left out; its statements stay.

    Args:
        arrangements: The arrangements as published.
        background: What is known of bodies and areas.
    """
    found = Graph()
    for version in versions(arrangements):
        for triple in _borne_out(Evidence(own_facts(arrangements, version), version)):
            found.add(triple)
    for node in arrangements.subjects(RDF.type, MASA.Arrangement):
        for predicate, value in arrangements.predicate_objects(node):
            found.add((node, predicate, value))
    yield from found
    for version in versions(arrangements):
        yield from _of_version(found, background, version)
    yield from background.seniority
    yield from background.days_after
    for post in found.subjects(RDF.type, MASA.Post):
        yield from _seniority(found, post)


def _of_version(graph: Graph, background: Background, version: Node) -> Iterator[Triple]:
    period, doubt = _version_period(graph, version)
    yield from _dated(version, period)
    for why in (MASA.countsFromIsAssumed, MASA.countsFromIsEarliest):
        yield version, why, Literal(why == doubt)
    edition = _edition(graph, version, period[0])
    if edition.applies_to is not None:
        yield version, MASA.editionEnds, _literal(edition.applies_to)
    # Another code for the same area is no other area: what covers the one covers the other.
    written = {str(area) for area in graph.objects(version, MASA.coversArea)}
    covered = background.under_any_code(written)
    yield from ((version, MASA.coversArea, URIRef(code)) for code in covered - written)
    for role in graph.objects(version, MASA.hasPartnerRole):
        bodies = [str(body) for link in (MASA.heldBy, MASA.mayBe) for body in graph.objects(role, link)]
        lasts = _role_period(graph, role, period, [background.lives[body] for body in bodies if body in background.lives])
        yield from _dated(role, lasts)
        reaches = [reach for body in bodies for reach in background.reaches.get(body, ())]
        # Where nothing is known of the reach of any body of a role, it is taken to answer for all that is covered.
        reached = {area for area, span in reaches if _overlap(span, lasts)} & covered if reaches else covered
        yield from ((role, MASA.answersFor, URIRef(area)) for area in reached)
        yield from ((role, MASA.roleBefore, earlier) for earlier in _roles_before(graph, background, version, role))


def _roles_before(graph: Graph, background: Background, version: Node, role: Node) -> Iterator[Node]:
    kinds, bodies = set(graph.objects(role, MASA.partnerKind)), {str(body) for body in graph.objects(role, MASA.heldBy)}
    for replaced in graph.objects(version, MASA.supersedes):
        for earlier in graph.objects(replaced, MASA.hasPartnerRole):
            held = {str(body) for body in graph.objects(earlier, MASA.heldBy)}
            is_same = not held or not bodies or any(background.followers(body) & bodies for body in held)
            if is_same and kinds & set(graph.objects(earlier, MASA.partnerKind)):
                yield earlier


def _reached(start: Iterable[str], links: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what can be reached along links, the start included."""
    seen, todo = set[str](), list(start)
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(links.get(one, ()))
    return seen


def _overlap(one: Period, other: Period) -> bool:
    return all(not (first and last and first > last) for first, last in ((one[0], other[1]), (other[0], one[1])))


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
    parts = _reached([str(version)], links)
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
        name = None if statement.document is None else graph.value(statement.document, SKOS.prefLabel)
        places[str(name or "document not named")].add(statement.locator)
    return "; ".join(f"{name}, {' and '.join(sorted(places[name]))}" for name in sorted(places))


def _dated(node: Node, period: Period) -> Iterator[Triple]:
    for predicate, day in zip((MASA.countsFrom, MASA.countsTo), period, strict=True):
        if day is not None:
            yield node, predicate, _literal(day)


def _literal(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)


def _version_period(graph: Graph, version: Node) -> tuple[Period, URIRef | None]:
    """Return when a version counts, and how sure its first day is: see `_beginning`."""
    begins, doubt = _beginning(graph, version)
    ends = [day for day in (_day(graph, node, MASA.latestDay) for node in graph.objects(version, MASA.inForceTo)) if day]
    ends += [_beginning(graph, other)[0] - _ONE_DAY for other in graph.subjects(MASA.supersedes, version)]
    return (begins, min((day for day in ends if day >= begins), default=None)), doubt


def _beginning(graph: Graph, version: Node, later: frozenset[Node] = frozenset()) -> tuple[date, URIRef | None]:
    """Return the first day of a version, and the property that says why it is in doubt: only the earliest possible, or assumed.

    An assumed day is never before the day after the first of what the version supersedes; `later` are versions asked on the way.
    """
    for predicate in (MASA.inForceFrom, MASA.published, MASA.dated):
        for node in graph.objects(version, predicate):
            earliest, latest = _day(graph, node, MASA.earliestDay), _day(graph, node, MASA.latestDay)
            day = earliest or latest
            if day:
                return day, None if earliest == latest else MASA.countsFromIsEarliest
    assumed = _edition(graph, version, None).assumed_in_force
    replaced = (other for other in graph.objects(version, MASA.supersedes) if other not in later | {version})
    firsts = [_beginning(graph, other, later | {version})[0] + _ONE_DAY for other in replaced]
    return max([assumed, *firsts]), MASA.countsFromIsAssumed


def _edition(graph: Graph, version: Node, begins: date | None) -> Edition:
    """Return the edition that a version follows, else the one in force on its first day; before the first edition, the first."""
    editions, followed = catalogue.editions(), set(graph.objects(version, MASA.followsEdition))
    in_force = [e for e in editions if begins is not None and e.applies_from <= begins]
    return next((e for e in editions if e.iri in followed), in_force[-1] if in_force else editions[0])


def _role_period(graph: Graph, role: Node, version: Period, lives: list[Period]) -> Period:
    """Return when a role counts; where several bodies may be meant, while any of them exists."""
    begins = [version[0], _day(graph, role, MASA.validFrom)]
    ends = [version[1], _day(graph, role, MASA.validTo)]
    if lives and all(born for born, _ in lives):
        begins.append(min(born for born, _ in lives if born))
    if lives and all(ended for _, ended in lives):
        ends.append(max(ended for _, ended in lives if ended))
    return max((day for day in begins if day), default=None), min((day for day in ends if day), default=None)


def _period(first: str, last: str) -> Period:
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def _day(graph: Graph, node: Node, predicate: URIRef) -> date | None:
    found = sorted(str(value) for value in graph.objects(node, predicate))
    return date.fromisoformat(found[0]) if found else None


def _seniority(graph: Graph, post: Node) -> Iterator[Triple]:
    meaning = ontology.load().graph
    bands = set(graph.objects(post, MASA.band))
    for predicate in (MASA.rank, MASA.postKind):
        for value in graph.objects(post, predicate):
            bands |= set(meaning.objects(value, MASA.band))
    levels = {level for band in bands for level in meaning.objects(band, MASA.bandLevel)}
    if len(levels) == 1:
        yield post, MASA.seniorityLevel, levels.pop()
