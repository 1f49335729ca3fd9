"""Areas that made one arrangement together, umbrellas above several arrangements, and the early adopters of 2018.

The three are kept apart: an umbrella covers no area as an arrangement does, and one project is not one partnership. Names, dates
and addresses are taken over from the tables; sentences are not.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from masagraph.importing.records import EarlyAdopter, Member, NotCombined, Records
from masagraph.importing.tables import Row
from masagraph.importing.turtle import APACHE, Block, Dataset, block, day, english, maybe_day, name, part, plain

_Row = TypeVar("_Row", Member, EarlyAdopter)
_LEVELS = (
    ("assumed", "assumed"),
    ("evidenced start", "start-evidenced"),
    ("evidenced name", "name-evidenced"),
    ("evidenced", "evidenced"),
)
"""How a level begins in the table, and what it is; the first that fits."""


@dataclass(frozen=True)
class _Stated:
    earliest: date | None
    latest: date
    words: str | None = None


# Ends that no pattern can read: read once by us, and told in our own words.
_READ_BY_HAND: Mapping[str, _Stated] = MappingProxyType(
    {
        "2024 (separation agreed 2024-07-17; exact end not verified)": _Stated(
            date(2024, 7, 17), date(2024, 12, 31), "in 2024, after the partners agreed on 17 July to part"
        ),
        "before 2024-25 (Torbay SCP own annual report 2024/25; exact end not verified)": _Stated(
            None, date(2024, 3, 31), "before the year 2024 to 2025"
        ),
    }
)
_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "bi-borough-west": (
            "Taken to be what was left of the three-borough partnership when Hammersmith and Fulham left it; no source was found."
        ),
        "northants": "Taken to go on from the partnership of the former county; no source was found for the time since.",
    }
)
_DOCUMENTS = {
    "001": "NCB, Safeguarding Early Adopters: overview of multi-agency safeguarding learning themes (2018)",
    "002": "Greenwich, Lewisham and Bexley early adopters programme, interim update",
    "003": "Wood review 2021",
    "004": "Barking and Dagenham plan, May 2019",
}
_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?")
_DOCUMENT = re.compile(r"source (\d{3})(?: para (\d+)| lines ([\d, ]+))?")


@dataclass(frozen=True)
class _Link:
    """How a row of the notes is read as an umbrella: only if its finding says the words."""

    areas: str
    words: str
    key: str
    name: str
    purpose: str = "joint-working"
    force: str | None = None  # Its areas are all those of this force, where the row gives a number of them and no names.


_LINKS = (
    _Link(
        "Barking and Dagenham; Havering; Redbridge", "BHR Safeguarding Partners Group is an umbrella",
        "bhr", "Barking, Havering and Redbridge Safeguarding Partners Group",
    ),
    _Link(
        "Bexley; Greenwich; Lewisham", "shared tri-borough programme",
        "bexley-greenwich-lewisham", "Bexley, Greenwich and Lewisham shared programme",
    ),
    _Link(
        "Brighton and Hove; East Sussex; West Sussex", "shared pan-Sussex procedures",
        "pan-sussex", "Pan-Sussex safeguarding procedures", purpose="policies",
    ),
    _Link(
        "Cheshire East; Cheshire West and Chester; Halton; Warrington", "Pan-Cheshire Collaborative",
        "pan-cheshire", "Pan-Cheshire Collaborative",
    ),
    _Link(
        "Greater Manchester (10 LAs)", "GM Safeguarding Alliance",
        "greater-manchester", "Greater Manchester Safeguarding Alliance", force="E23000005",
    ),
    _Link(
        "Hampshire; Isle of Wight; Portsmouth; Southampton", "joint HIPS Executive Group",
        "hips", "Hampshire, Isle of Wight, Portsmouth and Southampton (HIPS) Executive Group",
    ),
    _Link(
        "North Tyneside; South Tyneside", "regional Northumbria forum of six LAs",
        "northumbria", "Northumbria forum", force="E23000007",
    ),
)  # fmt: skip


def datasets(records: Records) -> list[Dataset]:
    """Return three sets: combined areas, umbrellas, early adopters.

    Raises:
        InputError: An area is not there, the rows of one thing disagree, or a date, level or finding cannot be read.
    """
    return [
        Dataset(
            name="combined-areas",
            comment="Areas that made one safeguarding arrangement together, with how far that is evidenced. Not complete.",
            title="Areas combined in one safeguarding arrangement",
            source="Pages of councils and partnerships, named with each; gathered by hand, and not complete",
            licences=(APACHE,),
            modified=date(2026, 4, 13),
            blocks=tuple(b for rows in _together(records.members, "area_id", "key") for b in _combined(records, rows)),
        ),
        Dataset(
            name="umbrellas",
            comment="Standing links above several arrangements: none is an arrangement, and none has a footing in statute.",
            title="Umbrellas above several arrangements",
            source="Pages of councils and partnerships, named with each; gathered by hand, and not complete",
            licences=(APACHE,),
            modified=date(2026, 4, 13),
            blocks=tuple(b for link in _LINKS for b in _umbrella(records, link)),
        ),
        Dataset(
            name="early-adopters",
            comment="The projects that tried the new arrangements early, in 2018 and 2019. One project is not one partnership.",
            title="Early adopter projects of 2018",
            source=_DOCUMENTS["001"],
            licences=(APACHE,),
            modified=date(2018, 12, 31),
            blocks=tuple(_project(records, rows) for rows in _together(records.early_adopters, "ea_no", "number")),
        ),
    ]


def _together(rows: Iterable[_Row], column: str, attribute: str) -> list[list[_Row]]:
    """Return the rows of each thing, in order; two with the same area are refused."""
    found: dict[str | int, list[_Row]] = {}
    for row in rows:
        own = found.setdefault(getattr(row, attribute), [])
        if any(other.area == row.area for other in own):
            raise row.row.fault("la_gss", f"{row.area} stands twice for one {column}", "Keep one of the rows")
        own.append(row)
    return [found[key] for key in sorted(found)]


def _agreed(row: Row, first: Row, columns: Iterable[str]) -> None:
    for column in columns:
        if row.cells[column] != first.cells[column]:
            raise row.fault(column, f"it differs from row {first.number}, which is of the same", "Let them say the same")


def _combined(records: Records, rows: list[Member]) -> list[Block]:
    whole = rows[0]
    for member in rows:
        records.known_area(member.row, "la_gss", member.area)
        _agreed(member.row, whole.row, ("partnership_name", "valid_from", "valid_to", "evidence_level", "evidence"))
    first = _stated(whole.row, "valid_from", whole.first)
    last = _stated(whole.row, "valid_to", whole.last)
    begin, end = part("combined-area", whole.key, "from"), part("combined-area", whole.key, "to")
    level = next((level for words, level in _LEVELS if whole.level.lower().startswith(words)), None)
    if level is None:
        words = ", ".join(words for words, _ in _LEVELS)
        raise whole.row.fault("evidence_level", f"'{whole.level}' is not known", f"Begin it with one of: {words}")
    return [
        block(
            name("combined-area", whole.key),
            "masa:CombinedArea",
            ("skos:prefLabel", english(whole.name)),
            ("masa:footprintPurpose", "footprint-purpose:arrangement"),
            ("masa:includesArea", [name("area", code) for code in sorted(member.area for member in rows)]),
            ("masa:combinedFrom", begin if first else None),
            ("masa:combinedTo", end if last else None),
            ("masa:evidenceLevel", name("evidence-level", level)),
            ("dcterms:source", [plain(source) for source in _sources(whole.row)]),
            ("masa:note", english(_NOTES[whole.key]) if whole.key in _NOTES else None),
        ),
        *(_date(iri, stated) for iri, stated in ((begin, first), (end, last)) if stated),
    ]


def _stated(row: Row, column: str, text: str | None) -> _Stated | None:
    """Return the first and last day that a date can mean: a year and a month are all their days."""
    if text is None:
        return None
    if text in _READ_BY_HAND:
        return _READ_BY_HAND[text]
    if re.fullmatch(r"20\d\d", text):
        return _Stated(date(int(text), 1, 1), date(int(text), 12, 31), text)
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        year, month = map(int, text.split("-"))
        return _Stated(date(year, month, 1), date(year, month, monthrange(year, month)[1]), f"{date(year, month, 1):%B %Y}")
    exact = row.day(column)
    return _Stated(exact, exact)


def _date(iri: str, stated: _Stated) -> Block:
    return block(
        iri,
        "masa:StatedDate",
        ("masa:earliestDay", maybe_day(stated.earliest)),
        ("masa:latestDay", day(stated.latest)),
        ("masa:asPublished", plain(stated.words) if stated.words else None),
    )


def _sources(row: Row) -> list[str]:
    """Return the addresses and documents that evidence names: what else it says is not taken over."""
    found = []
    for told in re.split(r" ?; ", row.text("evidence")):
        document, place = _DOCUMENT.fullmatch(told), _ADDRESS.match(told)
        if document:
            number, paragraph, lines = document.groups()
            if number not in _DOCUMENTS:
                raise row.fault("evidence", f"no document has the number {number}", f"Name one of: {', '.join(_DOCUMENTS)}")
            where = f", paragraph {paragraph}" if paragraph else f", lines {lines}" if lines else ""
            found.append(_DOCUMENTS[number] + where)
        elif place:
            # An address that was shortened leads nowhere: the site remains.
            found.append(re.sub(r"(?<=[^/:])/[^/].*", "", place[0]) if "..." in place[0] else place[0])
    return found


def _umbrella(records: Records, link: _Link) -> list[Block]:
    row = next((row for row in records.not_combined if row.areas == link.areas), None)
    if row is None:
        raise records.not_combined[0].row.fault("las", f"no row is about '{link.areas}'", "Put the row back")
    if link.words not in row.finding:
        raise row.row.fault("finding", f"it does not say '{link.words}'", "Mend the row, or the importer")
    areas = _areas_of(records, row, link)
    footprint = part("umbrella", link.key, "footprint")
    return [
        block(
            name("umbrella", link.key),
            "masa:Umbrella",
            ("skos:prefLabel", english(link.name)),
            ("masa:linksArrangement", sorted(name("arrangement", _slug(records.authorities[code].name)) for code in areas)),
            ("masa:hasFootprint", footprint),
            ("dcterms:source", [plain(source) for source in _sources(row.row)]),
        ),
        block(
            footprint,
            "masa:Footprint",
            ("masa:footprintPurpose", name("footprint-purpose", link.purpose)),
            ("masa:includesArea", [name("area", code) for code in areas]),
        ),
    ]


def _areas_of(records: Records, row: NotCombined, link: _Link) -> list[str]:
    live = {a.name: a.area for a in records.authorities.values() if a.last is None}
    if link.force:
        return sorted({held.area for held in records.policed if held.body == link.force} & set(live.values()))
    names = row.areas.split("; ")
    for place in names:
        if place not in live:
            raise row.row.fault("las", f"no area has the name '{place}'", "Write the names as in the list of authorities")
    return sorted(live[place] for place in names)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z]+", "-", text.lower()).strip("-")


def _project(records: Records, rows: list[EarlyAdopter]) -> Block:
    for row in rows:
        records.known_area(row.row, "la_gss", row.area)
        _agreed(row.row, rows[0].row, ("early_adopter",))
    return block(
        name("early-adopter", str(rows[0].number)),
        "masa:EarlyAdopterProject",
        ("skos:prefLabel", english(rows[0].name)),
        ("masa:projectNumber", str(rows[0].number)),
        ("masa:involvesArea", [name("area", code) for code in sorted(row.area for row in rows)]),
    )
