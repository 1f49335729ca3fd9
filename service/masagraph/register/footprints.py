"""Footprints: what overlaps what in an area, and which areas and arrangements a body serves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rdflib import Literal, URIRef

from masagraph import oxigraph
from masagraph.answers import Row
from masagraph.dataset.days import in_words
from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.register import standing
from masagraph.register.standing import KINDS
from masagraph.tables import Column, Table
from masagraph.vocab import DCTERMS, MASA, SKOS, XSD

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\nPREFIX dcterms: <{DCTERMS}>\n"
# A footprint hangs on a version or on a part of one, such as a unit or the child death review; an umbrella's on no version.
_FOOTPRINTS = """
SELECT DISTINCT ?footprint ?purpose ?holder ?version ?versionName ?area ?areaName ?note ?umbrella ?thing ?firmness ?source WHERE {
  ?thing masa:hasFootprint ?footprint . ?footprint masa:includesArea ?area
  OPTIONAL { ?footprint masa:ofVersion ?version . ?version skos:prefLabel ?versionName }
  OPTIONAL { ?footprint masa:footprintPurpose/skos:prefLabel ?purpose }
  OPTIONAL { ?thing skos:prefLabel ?holder } OPTIONAL { ?area skos:prefLabel ?areaName }
  OPTIONAL { ?footprint masa:note ?note } OPTIONAL { ?thing a ?umbrella FILTER (?umbrella = masa:Umbrella) }
  OPTIONAL { ?footprint masa:countsAs/skos:prefLabel ?firmness }
  OPTIONAL { { ?footprint masa:sourceText ?source } UNION { ?thing a masa:Umbrella ; dcterms:source ?source } }
}"""
_COMBINED = """
SELECT ?combined ?name ?level ?area ?from ?fromLast ?toFirst ?to ?note ?source WHERE {
  ?combined a masa:CombinedArea ; skos:prefLabel ?name ; masa:evidenceLevel/skos:prefLabel ?level ; masa:includesArea ?area
  OPTIONAL { ?combined masa:combinedFrom/masa:earliestDay ?from } OPTIONAL { ?combined masa:combinedTo/masa:latestDay ?to }
  OPTIONAL { ?combined masa:combinedFrom/masa:latestDay ?fromLast }
  OPTIONAL { ?combined masa:combinedTo/masa:earliestDay ?toFirst }
  OPTIONAL { ?combined masa:note ?note } OPTIONAL { ?combined dcterms:source ?source }
}"""
_PERIODS = """
SELECT ?area ?kind ?body ?first ?last ?after WHERE {
  ?j a masa:Jurisdiction ; masa:overArea ?area ; masa:jurisdictionKind ?kind ; masa:jurisdictionOf ?body
  OPTIONAL { ?j masa:validFrom ?first } OPTIONAL { ?j masa:validTo ?last ; masa:firstDayAfter ?after }
}"""
_CODES = "SELECT ?body ?code WHERE { ?body masa:authorityCode|masa:odsCode|masa:forceAreaCode ?code }"
_VERSIONS = """
SELECT ?version ?last ?source WHERE {
  ?version a masa:ArrangementVersion
  OPTIONAL { ?version masa:countsTo ?last } OPTIONAL { ?version masa:coverageSourceText ?source }
}"""
_LOOKUPS = "SELECT ?set ?source WHERE { ?set a <http://www.w3.org/ns/dcat#Dataset> ; dcterms:source ?source }"
_LOOKUP_OF = {"local-authority": "council-jurisdictions", "health": "health-jurisdictions", "police": "police-jurisdictions"}
"""The local names of the sets of reference data that tell which body of a kind answers for which area."""
_NEVER = "9999-12-31"
_COLUMNS = (
    Column(
        "kind",
        "what takes in areas: a kind of body (local authority, health body, police), an arrangement or a combined area; of any "
        "other footprint what it is for, such as child death review",
    ),
    Column("holder", "what takes them in: a body, a version of an arrangement or a part of one, a combined area, an umbrella"),
    Column("holderName", "its name; of a part without a name, of which version it is one"),
    Column("holderCode", "of a council the letters of its code, of a health body its ODS code, of a force the code of its area"),
    Column("area", "an area that it takes in; one row for each, the area that was asked about among them"),
    Column("areaName", "its name"),
    Column("areaCode", "its statistical code"),
    Column("share", "of a body, how much of that area it reaches: per cent of the small areas that statistics are made for"),
    Column(
        "from",
        "the first day on which a body is known to answer for that area (nothing before 2018-04-01 is held of health bodies and "
        "forces), or on which the version counts, (at the earliest) or (assumed) where no document gives a whole date; of a "
        "combined area the day or days on which it can have begun; nothing where no day is held",
    ),
    Column("until", "the last day, likewise; nothing where none is held"),
    Column("arrangement", "the versions of arrangements held here that count for that area"),
    Column(
        "note",
        "what else must be known to read it rightly, such as that it is only planned, how far a combined area is evidenced, or "
        "that its date is not known",
    ),
    Column("source", "where it was read; of a body, the lookups that tell who answers for which area"),
)


@dataclass(frozen=True)
class Reach:
    """An area that a territory takes in: its IRI, name and code, and how much of it, in per cent of its small areas.

    `first` and `last` are the days between which it does: as 2019-09-29, with words beside or another day where no document
    gives a whole date, empty where nothing is known. `arrangements` names the versions that count for the area on the day.
    """

    area: str
    name: str
    code: str
    share: str = ""
    first: str = ""
    last: str = ""
    arrangements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Territory:
    """Something that covers areas for a purpose: what it is, its name, the areas that it takes in by name, and its IRI.

    `share` says in words how much of the area asked about it reaches, `serves` names the arrangements that it serves, `note` says
    what else must be known to read it rightly, `source` where all this was read. Only a body has a code.
    """

    purpose: str
    name: str
    reaches: tuple[Reach, ...]
    iri: str
    share: str = ""
    serves: tuple[str, ...] = ()
    note: str = ""
    code: str = ""
    source: str = ""

    @property
    def areas(self) -> tuple[str, ...]:
        """The names of its areas."""
        return tuple(reach.name for reach in self.reaches)


@dataclass(frozen=True)
class Footprint:
    """What overlaps in an area or under a body on a day; `crossings` says in words which lines do not fall together."""

    place: str
    code: str
    day: date
    territories: tuple[Territory, ...]
    crossings: tuple[str, ...]

    @property
    def title(self) -> str:
        """What is told, and of which day."""
        return f"Footprint of {self.place} on {in_words(self.day)}"


@dataclass
class _Found:
    """A footprint being gathered: its areas by IRI, and its notes and sources in the order in which they were met."""

    purpose: str
    name: str
    iri: str
    first: str = ""
    last: str = ""
    areas: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)


class _Held:
    """What is held of bodies and versions beside what stands on the day."""

    def __init__(self, snapshot: Snapshot, day: date) -> None:
        self.world = standing.on(snapshot, day)
        self.codes = {row[0]: row[1] for row in sorted(snapshot.texts(_PREFIXES + _CODES))}
        self.versions = {version: (last, source) for version, last, source in sorted(snapshot.texts(_PREFIXES + _VERSIONS))}
        sets = {local(name): source for name, source in snapshot.texts(_PREFIXES + _LOOKUPS)}
        self.lookups = {kind: sets.get(name, "") for kind, name in _LOOKUP_OF.items()}
        spans: dict[tuple[str, str, str], list[tuple[str, str, str]]] = defaultdict(list)
        for area, kind, body, first, last, after in snapshot.texts(_PREFIXES + _PERIODS):
            spans[area, local(kind), body].append((first, last, after))
        self._spans = spans

    def period(self, area: str, kind: str, body: str) -> tuple[str, str]:
        """Return from when till when a body answers for an area about the day, for whatever share of it.

        Where the share changes, the reference data begin a period anew; the body has answered for the area all along.
        """
        joined: list[tuple[str, str, str]] = []
        for span in sorted(self._spans[area, kind, body]):
            if joined and span[0] <= (joined[-1][2] or _NEVER):
                before = joined.pop()
                joined.append((before[0], *max(before[1:], span[1:], key=lambda end: end[0] or _NEVER)))
            else:
                joined.append(span)
        day = self.world.day.isoformat()
        return next(((first, last) for first, last, _ in joined if first <= day <= (last or _NEVER)), ("", ""))

    def reach(self, area: str, name: str = "", share: str = "", period: tuple[str, str] = ("", "")) -> Reach:
        """Return how an area is reached, with what is held of it on the day."""
        place = self.world.area(area)
        arrangements = tuple(version.name for version in self.world.versions.get(area, []))
        return Reach(area, name or place.name, place.code, share, *period, arrangements)


def of_area(snapshot: Snapshot, area: str, day: date) -> Footprint:
    """Return what overlaps in an area on a day: bodies with their whole reach, arrangements, child death review, umbrellas.

    Args:
        snapshot: A data set.
        area: The IRI of an area that exists on the day.
        day: The day asked about.
    """
    held = _Held(snapshot, day)
    place = held.world.area(area)
    found: list[Territory] = []
    for kind in KINDS:
        for body in held.world.bodies.get((area, kind), []):
            found.append(_of_body(held, kind, body.iri, _share(body.share, place.name)))
    found.extend(_arrangements(held, {v.iri for v in held.world.versions.get(area, [])}))
    found.extend(_others(snapshot, held, {area}))
    return Footprint(place.name, place.code, day, tuple(found), _crossings(found, place.name))


def of_body(snapshot: Snapshot, body: str, name: str, day: date) -> Footprint:
    """Return the areas and arrangements that a body serves on a day.

    Args:
        snapshot: A data set.
        body: The IRI of a council, health body or force.
        name: What to call it.
        day: The day asked about.
    """
    held = _Held(snapshot, day)
    world = held.world
    kinds = {kind for (_, kind), bodies in world.bodies.items() for b in bodies if b.iri == body}
    found = [_of_body(held, kind, body, "") for kind in KINDS if kind in kinds]
    areas = {area for (area, _), bodies in world.bodies.items() for b in bodies if b.iri == body}
    found.extend(_arrangements(held, {v.iri for area in areas for v in world.versions.get(area, [])}))
    served = sorted({t.name for t in found if t.purpose == "arrangement"})
    crossings = (f"{name} serves {len(served)} arrangements held here: {'; '.join(served)}.",) if len(served) > 1 else ()
    return Footprint(name, held.codes.get(body, ""), day, tuple(found), crossings)


def table(found: Footprint) -> Table:
    """Return a footprint as a table: one row for each thing that covers areas and each area that it takes in."""
    rows = tuple(row for territory in found.territories for row in _rows(territory))
    place = f"{found.place} ({found.code})" if found.code else found.place
    return Table(found.title, _COLUMNS, rows, found.crossings, (("date", found.day.isoformat()), ("place", place)))


def _rows(t: Territory) -> Iterator[Row]:
    for reach in t.reaches:
        yield (
            Literal(t.purpose), _iri(t.iri), _text(t.name), _text(t.code), _iri(reach.area), _text(reach.name), _text(reach.code),
            Literal(reach.share, datatype=XSD.decimal) if reach.share else None, _day(reach.first), _day(reach.last),
            _text("; ".join(reach.arrangements)), _text(t.note), _text(t.source),
        )  # fmt: skip


def _iri(name: str) -> URIRef | None:
    """Return a name as a term; a blank node has none that is worth anything elsewhere."""
    return URIRef(name) if oxigraph.is_iri(name) else None


def _text(words: str) -> Literal | None:
    return Literal(words) if words else None


def _day(words: str) -> Literal | None:
    """Return a day as such, and what is no certain day as words."""
    try:
        return Literal(words, datatype=XSD.date) if date.fromisoformat(words) else None
    except ValueError:
        return _text(words)


def _share(share: str, area: str) -> str:
    """Say how much of an area a body reaches: shares count the small areas that statistics are made for, not people or land."""
    return f"{float(share):.4g}% of the small areas of {area}" if share else f"part of {area}"


def _of_body(held: _Held, kind: str, body: str, share: str) -> Territory:
    world = held.world
    reach = [(area, b) for (area, k), bodies in world.bodies.items() if k == kind for b in bodies if b.iri == body]
    serves = {v.name for area, _ in reach for v in world.versions.get(area, [])}
    return Territory(
        KINDS[kind],
        reach[0][1].name if reach else "",
        _in_order(held.reach(area, share=b.share, period=held.period(area, kind, body)) for area, b in reach),
        body,
        share=share,
        serves=tuple(sorted(serves)),
        code=held.codes.get(body, ""),
        source=held.lookups[kind],
    )


def _in_order(reaches: Iterable[Reach]) -> tuple[Reach, ...]:
    return tuple(sorted(reaches, key=lambda reach: (reach.name, reach.area)))


def _arrangements(held: _Held, versions: set[str]) -> list[Territory]:
    there = {area.iri for area in held.world.areas}
    covered: dict[str, set[str]] = defaultdict(set)
    known = {}
    for area, counting in held.world.versions.items():
        for version in counting:
            if version.iri in versions and area in there:
                covered[version.iri].add(area)
                known[version.iri] = version
    found = []
    for iri, version in sorted(known.items(), key=lambda item: (item[1].name, item[0])):
        last, source = held.versions.get(iri, ("", ""))
        reaches = (held.reach(area, period=(version.since_words, last)) for area in covered[iri])
        found.append(Territory("arrangement", version.name, _in_order(reaches), iri, source=source))
    return found


def _others(snapshot: Snapshot, held: _Held, areas: set[str]) -> list[Territory]:
    """Return footprints for other purposes that take in one of the areas, and the combined areas that do."""
    day = held.world.day.isoformat()
    counted = {v.iri: v for versions in held.world.versions.values() for v in versions}
    gathered: dict[str, _Found] = {}
    for footprint, purpose, holder, version, version_name, area, area_name, note, umbrella, thing, firmness, source in sorted(
        snapshot.texts(_PREFIXES + _FOOTPRINTS)
    ):
        if not version or version in counted:
            since = counted[version].since_words if version else ""
            last, _ = held.versions.get(version, ("", ""))
            name = holder or f"of {version_name}"
            one = gathered.setdefault(footprint, _Found(purpose or "footprint", name, thing, since, last))
            one.areas.setdefault(area, area_name or local(area))
            # What is only planned or proposed is not told as if it were there.
            one.notes |= {firmness: None} if firmness not in ("", "in place") else {}
            one.notes |= {note.rstrip("."): None} if note else {}
            # No day is held of an umbrella: it is shown on any, and that is said.
            one.notes |= {"date not known": None} if umbrella else {}
            one.sources |= {source: None} if source else {}
    combined = sorted(snapshot.texts(_PREFIXES + _COMBINED))
    for iri, name, level, area, first, first_at_latest, last_at_earliest, last, note, source in combined:
        if (not first or first <= day) and (not last or day <= last):
            begun, ended = _between(first, first_at_latest), _between(last_at_earliest, last)
            one = gathered.setdefault(iri, _Found("combined area", name, iri, begun, ended))
            one.areas.setdefault(area, held.world.area(area).name)
            one.notes |= {level: None} | ({note.rstrip("."): None} if note else {})
            one.sources |= {source: None} if source else {}
    found = [
        Territory(
            one.purpose,
            one.name,
            _in_order(held.reach(area, name, period=(one.first, one.last)) for area, name in one.areas.items()),
            one.iri,
            note="; ".join(one.notes),
            source="; ".join(one.sources),
        )
        for one in gathered.values()
        if areas & set(one.areas)
    ]
    return sorted(found, key=lambda t: (t.purpose, t.name))


def _between(first: str, last: str) -> str:
    """Say on which day something can have been, of which only the first or the last may be known."""
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"since {first}" if first else f"until {last}" if last else ""


def _crossings(found: list[Territory], area: str) -> tuple[str, ...]:
    """Say which lines do not fall together: several bodies of one kind, and what reaches beyond the area or the arrangement."""
    told = []
    for kind in KINDS.values():
        bodies = [t for t in found if t.purpose == kind]
        if len(bodies) > 1:
            told.append(f"{area} has {len(bodies)} partners of one kind ({kind}): {'; '.join(t.name for t in bodies)}.")
        several = [t for t in bodies if len(t.serves) > 1]
        told.extend(f"{t.name} serves {len(t.serves)} arrangements held here: {'; '.join(t.serves)}." for t in several)
    arrangements = [set(t.areas) for t in found if t.purpose == "arrangement"]
    for t in found:
        if t.purpose == "child death review" and arrangements and set(t.areas) not in arrangements:
            told.append(f"Child deaths are reviewed for {', '.join(t.areas)}: not the area of the arrangement.")
    return tuple(dict.fromkeys(told))
