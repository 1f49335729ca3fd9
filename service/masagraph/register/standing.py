"""What stands on a day: areas, the bodies that the law makes partners, arrangements, and the partners that they name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.vocab import MASA, SKOS

KINDS = {"local-authority": "local authority", "health": "health body", "police": "police"}
"""The kinds of partner by the local names of their terms, in the order in which the Act names them."""

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n"
_AREAS = """
SELECT ?area ?name ?code ?region ?regionName ?first ?last WHERE {
  ?area a masa:Area ; skos:prefLabel ?name ; masa:areaCode ?code ; masa:inRegion ?region . ?region skos:prefLabel ?regionName
  OPTIONAL { ?area masa:validFrom ?first } OPTIONAL { ?area masa:validTo ?last }
} ORDER BY ?name ?area"""
_BODIES = """
SELECT ?area ?kind ?body ?name ?share ?head ?first ?last WHERE {
  ?j a masa:Jurisdiction ; masa:overArea ?area ; masa:jurisdictionKind ?kind ; masa:jurisdictionOf ?body .
  ?body skos:prefLabel ?name
  OPTIONAL { ?j masa:validFrom ?first } OPTIONAL { ?j masa:validTo ?last } OPTIONAL { ?j masa:shareOfArea ?share }
  OPTIONAL { ?body masa:headPost/masa:postTitle ?head }
} ORDER BY ?area ?kind ?name"""
_VERSIONS = """
SELECT ?version ?name ?area ?first ?last ?assumed ?verified ?edition ?editionEnds WHERE {
  ?version a masa:ArrangementVersion ; skos:prefLabel ?name ; masa:coversArea ?area ; masa:countsFrom ?first
  OPTIONAL { ?version masa:countsTo ?last } OPTIONAL { ?version masa:countsFromIsAssumed ?assumed }
  OPTIONAL { ?version masa:verifiedOn ?verified }
  OPTIONAL { ?version masa:followsEdition ?follows . ?follows skos:prefLabel ?edition
             OPTIONAL { ?follows masa:appliesTo ?editionEnds } }
} ORDER BY ?version ?area"""
_NAMED_EDITIONS = """
SELECT DISTINCT ?version WHERE {
  ?version a masa:ArrangementVersion ; masa:statedBy ?statement . ?statement masa:onProperty masa:followsEdition
  FILTER NOT EXISTS { ?statement masa:isInferred true }
}"""
_EXTENTS = """
SELECT ?version ?extent WHERE {
  ?version masa:hasDocument ?document .
  ?document masa:documentKind <https://w3id.org/masagraph/vocab/document-kind#published-arrangement> ; masa:extentRead ?extent
}"""
_ROLES = """
SELECT ?role ?version ?area ?kind ?name ?state ?source ?body ?bodyName ?head ?first ?last WHERE {
  ?version masa:hasPartnerRole ?role . ?role masa:answersFor ?area ; masa:partnerKind ?kind ; masa:countsFrom ?first
  OPTIONAL { ?role masa:countsTo ?last } OPTIONAL { ?role masa:publishedName ?name }
  OPTIONAL { ?role masa:delegationState ?state } OPTIONAL { ?role masa:sourceText ?source }
  OPTIONAL { ?role masa:heldBy ?body . ?body skos:prefLabel ?bodyName OPTIONAL { ?body masa:headPost/masa:postTitle ?head } }
} ORDER BY ?role ?area ?name ?state"""
_LEADS = """
SELECT ?role ?lead ?post ?title ?level ?standing ?source ?heads WHERE {
  ?role masa:hasLead ?lead . ?lead masa:leadPost ?post
  OPTIONAL { ?post masa:postTitle ?title } OPTIONAL { ?post masa:seniorityLevel ?level }
  OPTIONAL { ?post masa:postKind/masa:fillsPartnerKind ?heads }
  OPTIONAL { ?lead masa:countsAs ?standing } OPTIONAL { ?lead masa:sourceText ?source }
} ORDER BY ?role ?title ?post"""
_DELEGATIONS = """
SELECT ?role ?delegation ?to ?title ?level ?from ?fromTitle ?keeps ?standing ?source WHERE {
  ?role masa:hasDelegation ?delegation
  OPTIONAL { ?delegation masa:delegatedTo ?to
             OPTIONAL { ?to masa:postTitle|masa:groupName ?title } OPTIONAL { ?to masa:seniorityLevel ?level } }
  OPTIONAL { ?delegation masa:delegatedFrom ?from OPTIONAL { ?from masa:postTitle ?fromTitle } }
  OPTIONAL { ?delegation masa:keepsAccountability ?keeps
             FILTER NOT EXISTS { ?delegation masa:onlyPlanned masa:keepsAccountability } }
  OPTIONAL { ?delegation masa:countsAs ?standing } OPTIONAL { ?delegation masa:sourceText ?source }
} ORDER BY ?role ?title ?delegation"""
_KINDS_OF_ROLES = "SELECT ?role ?kind WHERE { ?role masa:partnerKind ?kind }"
# A power or an accountability that is only planned is none yet.
_POWERS = """
SELECT ?delegation ?power WHERE {
  ?delegation a masa:Delegation ; masa:grantsPower ?power
  FILTER NOT EXISTS { ?delegation masa:onlyPlanned masa:grantsPower }
}"""


@dataclass(frozen=True)
class Area:
    """A local authority area, with its statistical code and region."""

    iri: str
    name: str
    code: str
    region: str
    region_name: str


@dataclass(frozen=True)
class Body:
    """A body that the law makes a partner in an area: its name, the share of the area in per cent, and the post of its head."""

    iri: str
    name: str
    share: str
    head: str


@dataclass(frozen=True)
class Version:
    """An arrangement version that counts on the day. `since` is its first day, which may be assumed.

    `is_edition_named` says that a document names the edition, rather than that it was inferred; `is_dated` that the edition
    is no longer in force, so that the version may have been replaced unseen.
    """

    iri: str
    name: str
    since: str
    is_assumed: bool
    read_whole: bool
    verified: str
    edition: str
    is_edition_named: bool
    is_dated: bool


@dataclass(frozen=True)
class Holder:
    """A lead or delegate: the title, the band if known, how firmly it stands, and where that was read."""

    post: str
    title: str
    level: int | None
    standing: str
    source: str
    is_head: bool = False

    @property
    def words(self) -> str:
        """The title; what is not yet in place says so."""
        title = self.title or "post not named"
        return title if self.standing == "in-place" else f"{title} ({self.standing})"


@dataclass(frozen=True)
class Delegate(Holder):
    """A delegate: who delegates, whether the lead stays accountable (None: not said), and which powers are stated."""

    from_post: str = ""
    from_title: str = ""
    keeps_accountability: bool | None = None
    powers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Partner:
    """A partner as an arrangement names it: the version, the name printed, the body if known, leads and delegates."""

    iri: str
    version: Version
    kind: str
    name: str
    body: str
    body_name: str
    head: str
    state: str
    source: str
    leads: tuple[Holder, ...]
    delegates: tuple[Delegate, ...]


@dataclass
class Day:
    """What stands on one day, by area and kind of partner."""

    day: date
    areas: list[Area] = field(default_factory=list)
    bodies: dict[tuple[str, str], list[Body]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, list[Version]] = field(default_factory=lambda: defaultdict(list))
    partners: dict[tuple[str, str], list[Partner]] = field(default_factory=lambda: defaultdict(list))


def on(snapshot: Snapshot, day: date) -> Day:
    """Return what stands on a day.

    Args:
        snapshot: A data set.
        day: The day asked about.
    """
    found = Day(day)

    def rows(query: str) -> Iterable[tuple[str, ...]]:
        """Yield the rows of which the period, their last two cells, holds the day; the cells themselves left out."""
        for *row, first, last in snapshot.texts(_PREFIXES + query):
            if (not first or first <= day.isoformat()) and (not last or day.isoformat() <= last):
                yield tuple(row)

    found.areas = [Area(*row) for row in rows(_AREAS)]
    for area, kind, body, name, share, head in rows(_BODIES):
        found.bodies[area, local(kind)].append(Body(body, name, share, head))
    versions = _versions(snapshot, found)
    leads, delegates = _leads(snapshot), _delegates(snapshot)
    seen = set()
    for role, version, area, kind, name, state, source, body, body_name, head in rows(_ROLES):
        # A name printed in two ways makes two rows of one role.
        if version in versions and (role, area) not in seen:
            seen.add((role, area))
            partner = Partner(
                iri=role, version=versions[version], kind=local(kind), name=name, body=body, body_name=body_name, head=head,
                state=local(state) if state else "", source=source, leads=tuple(leads[role]), delegates=tuple(delegates[role]),
            )  # fmt: skip
            found.partners[area, local(kind)].append(partner)
    return found


def _versions(snapshot: Snapshot, found: Day) -> dict[str, Version]:
    extents: dict[str, set[str]] = defaultdict(set)
    for iri, extent in snapshot.texts(_PREFIXES + _EXTENTS):
        extents[iri].add(local(extent))
    named = {iri for (iri,) in snapshot.texts(_PREFIXES + _NAMED_EDITIONS)}
    versions: dict[str, Version] = {}
    day = found.day.isoformat()
    for iri, name, area, first, last, assumed, verified, edition, edition_ends in snapshot.texts(_PREFIXES + _VERSIONS):
        if first <= day and (not last or day <= last):
            is_dated = bool(edition_ends) and edition_ends < day
            whole = extents[iri] == {"whole"}
            version = Version(iri, name, first, assumed == "true", whole, verified, edition, iri in named, is_dated)
            found.versions[area].append(versions.setdefault(iri, version))
    return versions


def _level(text: str) -> int | None:
    return int(text) if text else None


def _leads(snapshot: Snapshot) -> dict[str, list[Holder]]:
    found: dict[str, list[Holder]] = defaultdict(list)
    kinds = {role: kind for role, kind in snapshot.texts(_PREFIXES + _KINDS_OF_ROLES)}  # noqa: C416 - the rows are of any length
    for role, _, post, title, level, standing, source, heads in snapshot.texts(_PREFIXES + _LEADS):
        found[role].append(Holder(post, title, _level(level), local(standing), source, bool(heads) and heads == kinds.get(role)))
    return found


def _delegates(snapshot: Snapshot) -> dict[str, list[Delegate]]:
    powers: dict[str, set[str]] = defaultdict(set)
    for delegation, power in snapshot.texts(_PREFIXES + _POWERS):
        powers[delegation].add(local(power))
    found: dict[str, list[Delegate]] = defaultdict(list)
    for row in snapshot.texts(_PREFIXES + _DELEGATIONS):
        role, delegation, to, title, level, from_post, from_title, keeps, firmness, source = row
        delegate = Delegate(
            post=to, title=title, level=_level(level), standing=local(firmness), source=source, from_post=from_post,
            from_title=from_title, keeps_accountability=None if not keeps else keeps == "true",
            powers=frozenset(powers[delegation]),
        )  # fmt: skip
        found[role].append(delegate)
    return found
