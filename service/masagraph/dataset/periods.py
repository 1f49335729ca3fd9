"""When versions and roles count, for which areas, and what went before: what follows from facts that are borne out.

A version counts from the first day on which it can be in force (else published, else dated, else the day assumed for the
edition that it follows) until the day before the version that supersedes it, or the day on which it is said to end. A role
counts while its version does, within its own dates, and only while a body that it can mean exists: one that has ended
leads nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph.answers import Triple
from masagraph.dataset.background import ONE_DAY, Background, Period, literal
from masagraph.dataset.links import rings
from masagraph.rules import catalogue
from masagraph.rules.model import Edition
from masagraph.vocab import MASA

_NOTHING = Graph()
_Beginning = tuple[date, URIRef | None]
"""A first day, and the property that says why it is in doubt: only the earliest possible, or assumed."""


@dataclass(frozen=True)
class Chains:
    """Versions with the facts that each one's own document bears out, and the links by which one supersedes another."""

    facts: Mapping[Node, Graph]

    def of(self, version: Node) -> Graph:
        """Return the facts on a version; none if it is not held."""
        return self.facts.get(version, _NOTHING)

    def earlier(self, version: Node) -> set[Node]:
        """Return what a version supersedes, held or not."""
        return set(self.of(version).objects(version, MASA.supersedes))

    def later(self, version: Node) -> list[Node]:
        """Return what supersedes a version."""
        return self._later.get(version, [])

    @cached_property
    def _later(self) -> dict[Node, list[Node]]:
        found: dict[Node, list[Node]] = defaultdict(list)
        for version in self.facts:
            for earlier in self.earlier(version):
                found[earlier].append(version)
        return found

    @cached_property
    def beginnings(self) -> dict[Node, _Beginning]:
        """When each held version begins, and each thing not held that an undated one supersedes.

        An assumed day is never before the day after the first of what the version supersedes. Versions without days that
        supersede one another contradict each other: nothing says which came first. So they all begin on one day, after
        whatever else any of them supersedes, and none ends another. (The longest path through a ring would cost too much
        to find.)
        """
        found = {version: said for version, graph in self.facts.items() if (said := _stated(graph, version))}
        undated = {version: self.earlier(version) - found.keys() for version in self.facts if version not in found}
        for ring in rings(undated):
            days = [_edition(self.of(version), version, None).assumed_in_force for version in ring]
            # What is found is dated or lies before the ring; the ring itself is not found yet.
            days += [found[other][0] + ONE_DAY for version in ring for other in self.earlier(version) if other in found]
            found |= dict.fromkeys(ring, (max(days), MASA.countsFromIsAssumed))
        return found


def following(chains: Chains, version: Node, background: Background) -> Iterator[Triple]:
    """Yield what follows from the facts on a version, on what it supersedes and on what supersedes it.

    Args:
        chains: The version and all that its chains lead to, up and down.
        version: The version.
        background: What is known of bodies and areas.
    """
    graph = chains.of(version)
    period, doubt = _version_period(chains, version)
    yield from _dated(version, period)
    for why in (MASA.countsFromIsAssumed, MASA.countsFromIsEarliest):
        yield version, why, Literal(why == doubt)
    edition = _edition(graph, version, period[0])
    if edition.applies_to is not None:
        yield version, MASA.editionEnds, literal(edition.applies_to)
    # Another code for the same area is no other area: what covers the one covers the other.
    written = {str(area) for area in graph.objects(version, MASA.coversArea)}
    covered = background.under_any_code(written)
    yield from ((version, MASA.coversArea, URIRef(code)) for code in covered - written)
    for role in graph.objects(version, MASA.hasPartnerRole):
        if (role, None, None) not in graph:
            continue  # A role that its document does not describe may be a thing that others do.
        bodies = [str(body) for link in (MASA.heldBy, MASA.mayBe) for body in graph.objects(role, link)]
        lasts = _role_period(graph, role, period, [background.lives[body] for body in bodies if body in background.lives])
        yield from _dated(role, lasts)
        reaches = [reach for body in bodies for reach in background.reaches.get(body, ())]
        # Where nothing is known of the reach of any body of a role, it is taken to answer for all that is covered.
        reached = {area for area, span in reaches if _overlap(span, lasts)} & covered if reaches else covered
        yield from ((role, MASA.answersFor, URIRef(area)) for area in reached)
        yield from ((role, MASA.roleBefore, earlier) for earlier in _roles_before(chains, background, version, role))


def _roles_before(chains: Chains, background: Background, version: Node, role: Node) -> Iterator[Node]:
    graph = chains.of(version)
    kinds, bodies = set(graph.objects(role, MASA.partnerKind)), {str(body) for body in graph.objects(role, MASA.heldBy)}
    for replaced in chains.earlier(version):
        before = chains.of(replaced)
        for earlier in before.objects(replaced, MASA.hasPartnerRole):
            held = {str(body) for body in before.objects(earlier, MASA.heldBy)}
            is_same = not held or not bodies or any(background.followers(body) & bodies for body in held)
            if is_same and kinds & set(before.objects(earlier, MASA.partnerKind)):
                yield earlier


def _overlap(one: Period, other: Period) -> bool:
    return all(not (first and last and first > last) for first, last in ((one[0], other[1]), (other[0], one[1])))


def _dated(node: Node, period: Period) -> Iterator[Triple]:
    for predicate, day in zip((MASA.countsFrom, MASA.countsTo), period, strict=True):
        if day is not None:
            yield node, predicate, literal(day)


def _version_period(chains: Chains, version: Node) -> tuple[Period, URIRef | None]:
    """Return when a version counts, and how sure its first day is."""
    graph = chains.of(version)
    begins, doubt = chains.beginnings[version]
    ends = [day for day in (_day(graph, node, MASA.latestDay) for node in graph.objects(version, MASA.inForceTo)) if day]
    ends += [chains.beginnings[other][0] - ONE_DAY for other in chains.later(version)]
    return (begins, min((day for day in ends if day >= begins), default=None)), doubt


def _stated(graph: Graph, version: Node) -> _Beginning | None:
    """Return the first day that a version can be in force, else was published, else is dated; None if no day is stated."""
    for predicate in (MASA.inForceFrom, MASA.published, MASA.dated):
        days = []
        for node in graph.objects(version, predicate):
            earliest, latest = _day(graph, node, MASA.earliestDay), _day(graph, node, MASA.latestDay)
            day = earliest or latest
            if day:
                days.append((day, earliest != latest))
        if days:
            day, is_earliest = min(days)
            return day, MASA.countsFromIsEarliest if is_earliest else None
    return None


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


def _day(graph: Graph, node: Node, predicate: URIRef) -> date | None:
    found = sorted(str(value) for value in graph.objects(node, predicate))
    return date.fromisoformat(found[0]) if found else None
