"""What stands on a day: areas, the bodies that the law makes partners, arrangements, and the partners that they name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.vocab import EVIDENCE, MASA, SKOS

KINDS = {"local-authority": "local authority", "health": "health body", "police": "police"}
"""The kinds of partner by the local names of their terms, in the order in which the Act names them."""

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n"
_AREAS = """
SELECT ?area ?name ?code ?region ?regionName ?first ?last WHERE {
  ?area a masa:Area ; skos:prefLabel ?name ; masa:areaCode ?code
  OPTIONAL { ?area masa:inRegion ?region . ?region skos:prefLabel ?regionName }
  OPTIONAL { ?area masa:validFrom ?first } OPTIONAL { ?area masa:validTo ?last }
}"""
_BODIES = """
SELECT ?area ?kind ?body ?name ?share ?head ?first ?last WHERE {
  ?j a masa:Jurisdiction ; masa:overArea ?area ; masa:jurisdictionKind ?kind ; masa:jurisdictionOf ?body .
  ?body skos:prefLabel ?name
  OPTIONAL { ?j masa:validFrom ?first } OPTIONAL { ?j masa:validTo ?last } OPTIONAL { ?j masa:shareOfArea ?share }
  OPTIONAL { ?body masa:headPost/masa:postTitle ?head }
}"""
_VERSIONS = """
SELECT ?version ?area ?name ?assumed ?earliest ?verified ?edition ?editionEnds ?first ?last WHERE {
  ?version a masa:ArrangementVersion ; skos:prefLabel ?name ; masa:coversArea ?area ; masa:countsFrom ?first
  OPTIONAL { ?version masa:countsTo ?last } OPTIONAL { ?version masa:countsFromIsAssumed ?assumed }
  OPTIONAL { ?version masa:countsFromIsEarliest ?earliest } OPTIONAL { ?version masa:verifiedOn ?verified }
  OPTIONAL { ?version masa:followsEdition ?follows . ?follows skos:prefLabel ?edition
             OPTIONAL { ?follows masa:appliesTo ?editionEnds } }
}"""
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
# What is said of a version or a partner, or of a lead or delegation of it, that forbids to take silence for silence.
_DOUBTS = f"""
SELECT DISTINCT ?thing ?property ?state WHERE {{
  VALUES ?state {{ <{EVIDENCE.conflicting}> <{EVIDENCE["section-listed"]}> <{EVIDENCE["not-seen"]}> }}
  ?statement masa:evidenceState ?state ; masa:onProperty ?property
  {{ ?thing masa:statedBy ?statement }} UNION {{ ?thing masa:hasLead|masa:hasDelegation ?part . ?part masa:statedBy ?statement }}
}}"""
_ROLES = """
SELECT ?role ?area ?version ?kind ?name ?state ?planned ?source ?body ?bodyName ?head ?first ?last WHERE {
  ?version masa:hasPartnerRole ?role . ?role masa:answersFor ?area ; masa:partnerKind ?kind ; masa:countsFrom ?first
  OPTIONAL { ?role masa:countsTo ?last } OPTIONAL { ?role masa:publishedName ?name }
  OPTIONAL { ?role masa:delegationState ?state } OPTIONAL { ?role masa:sourceText ?source }
  OPTIONAL { ?role masa:onlyPlanned ?planned FILTER (?planned = masa:delegationState) }
  OPTIONAL { ?role masa:heldBy ?body . ?body skos:prefLabel ?bodyName OPTIONAL { ?body masa:headPost/masa:postTitle ?head } }
}"""
_POSTS = """
SELECT ?post ?title ?kindName ?heads ?level ?of WHERE {
  { SELECT DISTINCT ?post WHERE { ?link masa:leadPost|masa:delegatedTo|masa:delegatedFrom ?post } }
  OPTIONAL { ?post masa:postTitle|masa:groupName ?title } OPTIONAL { ?post masa:seniorityLevel ?level }
  OPTIONAL { ?post masa:postKind ?kind . ?kind skos:prefLabel ?kindName OPTIONAL { ?kind masa:fillsPartnerKind ?heads } }
  OPTIONAL { ?post masa:postOf ?of }
}"""
_HELD = "SELECT ?role ?kind ?body WHERE { ?role masa:partnerKind ?kind OPTIONAL { ?role masa:heldBy ?body } }"
_LEADS = """
SELECT ?role ?lead ?post ?standing ?source ?first ?last WHERE {
  ?role masa:hasLead ?lead
  OPTIONAL { ?lead masa:leadPost ?post }
  OPTIONAL { ?lead masa:countsAs ?standing } OPTIONAL { ?lead masa:sourceText ?source }
  OPTIONAL { ?lead masa:validFrom ?first } OPTIONAL { ?lead masa:validTo ?last }
}"""
# A power or an accountability that is only planned is none yet.
_DELEGATIONS = """
SELECT ?role ?delegation ?to ?from ?keeps ?standing ?source ?first ?last WHERE {
  ?role masa:hasDelegation ?delegation
  OPTIONAL { ?delegation masa:delegatedTo ?to } OPTIONAL { ?delegation masa:delegatedFrom ?from }
  OPTIONAL { ?delegation masa:keepsAccountability ?keeps
             FILTER NOT EXISTS { ?delegation masa:onlyPlanned masa:keepsAccountability } }
  OPTIONAL { ?delegation masa:countsAs ?standing } OPTIONAL { ?delegation masa:sourceText ?source }
  OPTIONAL { ?delegation masa:validFrom ?first } OPTIONAL { ?delegation masa:validTo ?last }
}"""
_POWERS = """
SELECT ?delegation ?power WHERE {
  ?delegation masa:grantsPower ?power FILTER NOT EXISTS { ?delegation masa:onlyPlanned masa:grantsPower }
}"""
_TOPICS = {
    "lead": frozenset({"hasLead", "leadPost", "hasPartnerRole"}),
    "delegate": frozenset({"hasDelegation", "delegatedTo", "delegationState", "hasPartnerRole"}),
}
_DOUBT_WORDS = {"conflicting": "sources disagree", "section-listed": "section listed", "not-seen": "not seen"}
"""Words for doubts, the gravest first."""
_FIRM = frozenset({"in-place", "planned"})


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
class Doubts:
    """Why silence on the lead or on delegates is not known to be silence, in words; empty where nothing speaks against it."""

    lead: str = ""
    delegate: str = ""


@dataclass(frozen=True)
class Version:
    """An arrangement version that counts on the day. `since` is its first day, `since_is` why that is in doubt, if it is.

    `is_edition_named` says that a document names the edition, rather than that it was inferred; `is_dated` that the edition
    is no longer in force, so that the version may have been replaced unseen.
    """

    iri: str
    name: str
    since: str
    since_is: str
    read_whole: bool
    verified: str
    edition: str
    is_edition_named: bool
    is_dated: bool
    doubts: Doubts = Doubts()

    @property
    def since_words(self) -> str:
        """The first day, and in brackets whether it is assumed, or the earliest that it can be."""
        return f"{self.since} ({self.since_is})" if self.since_is else self.since


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
        return title if self.standing in ("in-place", "") else f"{title} ({self.standing})"

    @property
    def is_firm(self) -> bool:
        """Whether a post is named that is more than proposed."""
        return bool(self.title) and self.standing in _FIRM


@dataclass(frozen=True)
class Delegate(Holder):
    """A delegate: whose it is (posts and their titles), whether the lead stays accountable (None: not said), and its powers."""

    origins: tuple[tuple[str, str], ...] = ()
    keeps_accountability: bool | None = None
    powers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Partner:
    """A partner as an arrangement names it: the version, the name printed, the body if known, leads and delegates.

    `state` is what is said of delegation and is no mere plan.
    """

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
    doubts: Doubts = Doubts()

    @property
    def called(self) -> str:
        """The name printed, else that of the body."""
        return self.name or self.body_name or "partner not named"

    @property
    def is_silent_on_leads(self) -> bool:
        """Whether all that was published was read, and says nothing of a lead."""
        return self.version.read_whole and not self.leads and not self.doubts.lead

    @property
    def is_silent_on_delegates(self) -> bool:
        """Whether all that was published was read, and says nothing of delegation."""
        return self.version.read_whole and not (self.delegates or self.state or self.doubts.delegate)


_H = TypeVar("_H", bound=Holder)


@dataclass
class Day:
    """What stands on one day, by area and kind of partner; `ended` holds where a partner of a version that counts is no more."""

    day: date
    areas: list[Area] = field(default_factory=list)
    bodies: dict[tuple[str, str], list[Body]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, list[Version]] = field(default_factory=lambda: defaultdict(list))
    partners: dict[tuple[str, str], list[Partner]] = field(default_factory=lambda: defaultdict(list))
    ended: set[tuple[str, str]] = field(default_factory=set)

    def area(self, iri: str) -> Area:
        """Return an area by its IRI; of one that the reference data do not describe only the code is known."""
        return next((a for a in self.areas if a.iri == iri), Area(iri, local(iri), local(iri), "", ""))


@dataclass
class _Post:
    titles: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    levels: set[int] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        """The first title in the alphabet; without one, what kind of post it is."""
        return min(self.titles or self.kinds, default="")

    @property
    def level(self) -> int | None:
        """The band; if several are said, the least senior."""
        return max(self.levels, default=None)


@dataclass
class _Role:
    kinds: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)


def on(snapshot: Snapshot, day: date) -> Day:
    """Return what stands on a day.

    Args:
        snapshot: A data set.
        day: The day asked about.
    """
    found = Day(day)
    found.areas = _areas(snapshot, day)
    bodies: dict[tuple[str, str, str], Body] = {}
    for area, kind, body, name, share, head in _rows(snapshot, _BODIES, day):
        if (area, local(kind), body) not in bodies:
            bodies[area, local(kind), body] = Body(body, name, share, head)
    for (area, kind, _), one in sorted(bodies.items(), key=lambda item: (item[0][:2], item[1].name)):
        found.bodies[area, kind].append(one)
    doubts = _doubts(snapshot)
    _add_partners(snapshot, found, _add_versions(snapshot, found, doubts), doubts)
    return found


def _rows(snapshot: Snapshot, query: str, day: date) -> Iterator[tuple[str, ...]]:
    """Yield the rows of which the period, their last two cells, holds the day, in a settled order; the cells left out."""
    for *row, first, last in sorted(snapshot.texts(_PREFIXES + query)):
        if (not first or first <= day.isoformat()) and (not last or day.isoformat() <= last):
            yield tuple(row)


def _areas(snapshot: Snapshot, day: date) -> list[Area]:
    """Return the areas of the day by name; of several names, codes or regions of one the first."""
    found: dict[str, Area] = {}
    for row in _rows(snapshot, _AREAS, day):
        found.setdefault(row[0], Area(*row))
    return sorted(found.values(), key=lambda area: (area.name, area.iri))


def _add_versions(snapshot: Snapshot, found: Day, doubts: Mapping[str, Doubts]) -> dict[str, Version]:
    """Add the versions that count, by area, and return them by IRI."""
    extents: dict[str, set[str]] = defaultdict(set)
    for iri, extent in snapshot.texts(_PREFIXES + _EXTENTS):
        extents[iri].add(local(extent))
    named = {iri for (iri,) in snapshot.texts(_PREFIXES + _NAMED_EDITIONS)}
    versions: dict[str, Version] = {}
    begins = {iri: first for iri, _, *_, first, _ in snapshot.texts(_PREFIXES + _VERSIONS)}
    for iri, area, name, assumed, earliest, verified, edition, edition_ends in _rows(snapshot, _VERSIONS, found.day):
        since_is = "assumed" if assumed == "true" else "at the earliest" if earliest == "true" else ""
        version = Version(
            iri, name, begins[iri], since_is, extents[iri] == {"whole"}, verified, edition, iri in named,
            is_dated=bool(edition_ends) and edition_ends < found.day.isoformat(), doubts=doubts.get(iri, Doubts()),
        )  # fmt: skip
        # Another name or edition of one version makes another row, and no other version.
        if versions.setdefault(iri, version) not in found.versions[area]:
            found.versions[area].append(versions[iri])
    for held in found.versions.values():
        held.sort(key=lambda version: (version.since, version.name))
    return versions


def _doubts(snapshot: Snapshot) -> dict[str, Doubts]:
    """Return what forbids to take the silence of a version or partner for silence: the gravest doubt of each topic."""
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for thing, property_, state in snapshot.texts(_PREFIXES + _DOUBTS):
        said[thing] |= {(topic, local(state)) for topic, properties in _TOPICS.items() if local(property_) in properties}
    return {
        thing: Doubts(
            **{topic: next((words for state, words in _DOUBT_WORDS.items() if (topic, state) in told), "") for topic in _TOPICS}
        )
        for thing, told in said.items()
    }


def _add_partners(snapshot: Snapshot, found: Day, versions: Mapping[str, Version], doubts: Mapping[str, Doubts]) -> None:
    """Add the partners of the versions that count, and where one of them is no more."""
    roles, posts = _held(snapshot), _posts(snapshot)
    leads, delegates = _leads(snapshot, found.day, roles, posts), _delegates(snapshot, found.day, posts)
    seen = set()
    for role, area, version, kind, name, state, planned, source, body, body_name, head in _rows(snapshot, _ROLES, found.day):
        by_law = {one.iri for one in found.bodies.get((area, local(kind)), [])}
        # A name printed in two ways makes two rows of one partner. A body that no longer answers for the area is none there.
        if version in versions and (role, area) not in seen and (not body or not by_law or body in by_law):
            seen.add((role, area))
            own = doubts.get(role, Doubts())
            general = versions[version].doubts
            plan = "only planned" if planned and state else ""
            partner = Partner(
                iri=role, version=versions[version], kind=local(kind), name=name, body=body, body_name=body_name, head=head,
                state="" if planned or not state else local(state), source=source,
                leads=tuple(leads[role]), delegates=tuple(delegates[role]),
                doubts=Doubts(own.lead or general.lead, own.delegate or plan or general.delegate),
            )  # fmt: skip
            found.partners[area, local(kind)].append(partner)
    for role, area, version, kind, *_, first, _ in snapshot.texts(_PREFIXES + _ROLES):
        if version in versions and (role, area) not in seen and first <= found.day.isoformat():
            found.ended.add((area, local(kind)))


def _held(snapshot: Snapshot) -> dict[str, _Role]:
    found: dict[str, _Role] = defaultdict(_Role)
    for role, kind, body in snapshot.texts(_PREFIXES + _HELD):
        found[role].kinds.add(kind)
        found[role].bodies |= {body} - {""}
    return found


def _posts(snapshot: Snapshot) -> dict[str, _Post]:
    found: dict[str, _Post] = defaultdict(_Post)
    for iri, title, kind, heads, level, of in snapshot.texts(_PREFIXES + _POSTS):
        post = found[iri]
        post.titles |= {title} - {""}
        post.kinds |= {kind} - {""}
        post.heads |= {heads} - {""}
        post.bodies |= {of} - {""}
        post.levels |= {int(level)} if level else set()
    return found


def _leads(snapshot: Snapshot, day: date, roles: Mapping[str, _Role], posts: Mapping[str, _Post]) -> dict[str, list[Holder]]:
    found: dict[str, dict[tuple[str, str], Holder]] = defaultdict(dict)
    for role, lead, iri, standing, source in _rows(snapshot, _LEADS, day):
        post, held = posts[iri], roles[role]
        # The head of one body is not the head of another of its kind.
        is_head = bool(post.heads & held.kinds) and (not post.bodies or bool(post.bodies & held.bodies))
        found[role].setdefault((lead, iri), Holder(iri, post.title, post.level, local(standing), source, is_head))
    return _in_order(found)


def _delegates(snapshot: Snapshot, day: date, posts: Mapping[str, _Post]) -> dict[str, list[Delegate]]:
    powers: dict[str, set[str]] = defaultdict(set)
    for delegation, power in snapshot.texts(_PREFIXES + _POWERS):
        powers[delegation].add(local(power))
    found: dict[str, dict[tuple[str, str], Delegate]] = defaultdict(dict)
    for role, delegation, to, origin, keeps, firmness, source in _rows(snapshot, _DELEGATIONS, day):
        delegate = Delegate(
            post=to, title=posts[to].title, level=posts[to].level, standing=local(firmness), source=source,
            keeps_accountability=None if not keeps else keeps == "true", powers=frozenset(powers[delegation]),
        )  # fmt: skip
        known = found[role].setdefault((delegation, to), delegate)
        if origin:
            origins = tuple(sorted({*known.origins, (origin, posts[origin].title)}))
            found[role][delegation, to] = replace(known, origins=origins)
    return _in_order(found)


def _in_order(found: Mapping[str, Mapping[tuple[str, str], _H]]) -> dict[str, list[_H]]:
    """Return holders by role, each role's by title and then post."""
    ordered: dict[str, list[_H]] = defaultdict(list)
    for role, holders in found.items():
        ordered[role] = [holders[key] for key in sorted(holders, key=lambda k: (holders[k].title, k[::-1]))]
    return ordered
