"""Footprints: what overlaps what in an area, and which areas and arrangements a body serves."""

from dataclasses import dataclass, field
from datetime import date

from masagraph.dataset.days import in_words
from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.register import standing
from masagraph.register.standing import KINDS, Day
from masagraph.vocab import MASA, SKOS

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n"
# A footprint hangs on a version or on a part of one, such as a unit or the child death review; an umbrella's on no version.
_FOOTPRINTS = """
SELECT DISTINCT ?footprint ?purpose ?holder ?version ?versionName ?area ?areaName ?note ?umbrella WHERE {
  ?thing masa:hasFootprint ?footprint . ?footprint masa:includesArea ?area
  OPTIONAL { ?footprint masa:ofVersion ?version . ?version skos:prefLabel ?versionName }
  OPTIONAL { ?footprint masa:footprintPurpose/skos:prefLabel ?purpose }
  OPTIONAL { ?thing skos:prefLabel ?holder } OPTIONAL { ?area skos:prefLabel ?areaName }
  OPTIONAL { ?footprint masa:note ?note } OPTIONAL { ?thing a ?umbrella FILTER (?umbrella = masa:Umbrella) }
}"""
_COMBINED = """
SELECT ?combined ?name ?level ?area ?from ?to ?note WHERE {
  ?combined a masa:CombinedArea ; skos:prefLabel ?name ; masa:evidenceLevel/skos:prefLabel ?level ; masa:includesArea ?area
  OPTIONAL { ?combined masa:combinedFrom/masa:earliestDay ?from } OPTIONAL { ?combined masa:combinedTo/masa:latestDay ?to }
  OPTIONAL { ?combined masa:note ?note }
}"""


@dataclass(frozen=True)
class Territory:
    """Something that covers areas for a purpose: what it is, its name, how it reaches (such as a share), and its areas by name.

    `serves` names the arrangements that it serves, `note` says what else must be known to read it rightly.
    """

    purpose: str
    name: str
    areas: tuple[str, ...]
    share: str = ""
    serves: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Footprint:
    """What overlaps in an area or under a body on a day; `crossings` says in words which lines do not fall together."""

    place: str
    day: date
    territories: tuple[Territory, ...]
    crossings: tuple[str, ...]

    @property
    def title(self) -> str:
        """What is told, and of which day."""
        return f"Footprint of {self.place} on {in_words(self.day)}"


@dataclass
class _Found:
    """A footprint being gathered: its areas by IRI, and its notes in the order in which they were met."""

    purpose: str
    name: str
    areas: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)


def of_area(snapshot: Snapshot, area: str, day: date) -> Footprint:
    """Return what overlaps in an area on a day: bodies with their whole reach, arrangements, child death review, umbrellas.

    Args:
        snapshot: A data set.
        area: The IRI of an area that exists on the day.
        day: The day asked about.
    """
    world = standing.on(snapshot, day)
    place = world.area(area)
    found: list[Territory] = []
    for kind, name in KINDS.items():
        for body in world.bodies.get((area, kind), []):
            found.append(_of_body(world, kind, body.iri, name, _share(body.share, place.name)))
    found.extend(_arrangements(world, {v.iri for v in world.versions.get(area, [])}))
    found.extend(_others(snapshot, world, {area}))
    return Footprint(place.name, day, tuple(found), _crossings(found, place.name))


def of_body(snapshot: Snapshot, body: str, name: str, day: date) -> Footprint:
    """Return the areas and arrangements that a body serves on a day.

    Args:
        snapshot: A data set.
        body: The IRI of a council, health body or force.
        name: What to call it.
        day: The day asked about.
    """
    world = standing.on(snapshot, day)
    kinds = {kind for (_, kind), bodies in world.bodies.items() for b in bodies if b.iri == body}
    found = [_of_body(world, kind, body, KINDS[kind], "") for kind in KINDS if kind in kinds]
    areas = {area for (area, _), bodies in world.bodies.items() for b in bodies if b.iri == body}
    found.extend(_arrangements(world, {v.iri for area in areas for v in world.versions.get(area, [])}))
    served = sorted({t.name for t in found if t.purpose == "arrangement"})
    crossings = (f"{name} serves {len(served)} arrangements held here: {'; '.join(served)}.",) if len(served) > 1 else ()
    return Footprint(name, day, tuple(found), crossings)


def _share(share: str, area: str) -> str:
    """Say how much of an area a body reaches: shares count the small areas that statistics are made for, not people or land."""
    return f"{float(share):.4g}% of the small areas of {area}" if share else f"part of {area}"


def _names(world: Day) -> dict[str, str]:
    return {a.iri: a.name for a in world.areas}


def _of_body(world: Day, kind: str, body: str, purpose: str, share: str) -> Territory:
    names = _names(world)
    reach = [(area, b) for (area, k), bodies in world.bodies.items() if k == kind for b in bodies if b.iri == body]
    serves = {v.name for area, _ in reach for v in world.versions.get(area, [])}
    label = reach[0][1].name if reach else ""
    return Territory(purpose, label, tuple(sorted(names[area] for area, _ in reach)), share, tuple(sorted(serves)))


def _arrangements(world: Day, versions: set[str]) -> list[Territory]:
    names = _names(world)
    covered: dict[str, set[str]] = {}
    labels = {}
    for area, held in world.versions.items():
        for version in held:
            if version.iri in versions and area in names:
                covered.setdefault(version.iri, set()).add(names[area])
                labels[version.iri] = version.name
    return [
        Territory("arrangement", labels[iri], tuple(sorted(covered[iri]))) for iri in sorted(covered, key=lambda i: labels[i])
    ]


def _others(snapshot: Snapshot, world: Day, areas: set[str]) -> list[Territory]:
    """Return footprints for other purposes that take in one of the areas, and the combined areas that do."""
    names, day = _names(world), world.day.isoformat()
    counted = {v.iri for held in world.versions.values() for v in held}
    held: dict[str, _Found] = {}
    for footprint, purpose, holder, version, version_name, area, area_name, note, umbrella in sorted(
        snapshot.texts(_PREFIXES + _FOOTPRINTS)
    ):
        if not version or version in counted:
            one = held.setdefault(footprint, _Found(purpose or "footprint", holder or f"of {version_name}"))
            one.areas.setdefault(area, area_name or local(area))
            # No day is held of an umbrella: it is shown on any, and that is said.
            one.notes |= {note.rstrip("."): None} if note else {}
            one.notes |= {"date not known": None} if umbrella else {}
    for iri, name, level, area, first, last, note in sorted(snapshot.texts(_PREFIXES + _COMBINED)):
        if (not first or first <= day) and (not last or day <= last):
            one = held.setdefault(iri, _Found("combined area", name))
            one.areas.setdefault(area, names.get(area, local(area)))
            one.notes |= {level: None} | ({note.rstrip("."): None} if note else {})
    found = [
        Territory(one.purpose, one.name, tuple(sorted(one.areas.values())), note="; ".join(one.notes))
        for one in held.values()
        if areas & set(one.areas)
    ]
    return sorted(found, key=lambda t: (t.purpose, t.name))


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
