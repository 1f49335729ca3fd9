"""The tables as typed rows: what a row says, with the row it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from masagraph.importing import tables
from masagraph.importing.periods import CCG, ICB, POLICE, Series
from masagraph.importing.tables import Form, Row

_COUNCIL = Form(r"[A-Z]{3}", "BDG")
_DFE_NUMBER = Form(r"\d{3}", "301")
_ORG_ID = Form(r"GB-LAE-[A-Z]{3}", "GB-LAE-BDG")
_WIKIDATA = Form(r"Q\d+", "Q4861056")
_OPEN_DATA = Form(r"http://opendatacommunities\.org/id/[a-z0-9/-]+", "http://opendatacommunities.org/id/county-council/kent")
_POLICE_AREA = Form(r"E23\d{6}", "E23000001")
_MONTH = Form(r"(19|20)\d\d-(0[1-9]|1[0-2])", "2026-04")
_KEY = Form(r"[a-z]+(-[a-z]+)*", "berks-west")
_NUMBER = Form(r"[1-9]\d?", "14")
_RELATIONS = ("merged into", "merged/renamed into", "split into", "part transferred to", "continues")
_LEAST_LATITUDE, _MOST_LATITUDE, _LEAST_LONGITUDE, _MOST_LONGITUDE = 49, 56, -7, 2
"""England lies within."""


@dataclass(frozen=True)
class Authority:
    """A local authority area under one statistical code, and the council of it."""

    row: Row
    area: str
    name: str
    region: str
    region_name: str
    first: date
    last: date | None
    successors: tuple[str, ...]
    council: str
    council_name: str
    dfe_number: str
    identifier: str | None
    wikidata: str | None
    open_data: str | None

    def is_there_on(self, moment: date) -> bool:
        """Tell whether the area is known by this code on a day."""
        return self.first <= moment and (self.last is None or moment <= self.last)


@dataclass(frozen=True)
class Point:
    """The middle of an area, in degrees."""

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True)
class Force:
    """A police force, known by the code of its area, and the title of its chief officer."""

    code: str
    name: str
    post: str


@dataclass(frozen=True)
class Held:
    """What a lookup says: on its day a body answers for an area, with the share of each in the other in per cent."""

    row: Row
    day: date
    area: str
    body: str
    share: Decimal
    share_of_body: Decimal | None


@dataclass(frozen=True)
class HealthName:
    """The name and statistical code that a health body has on the day of a lookup."""

    row: Row
    series: Series
    day: date
    body: str
    coverage: str
    name: str


@dataclass(frozen=True)
class Succession:
    """What a body handed on to another on a day, in per cent of the one that gave."""

    row: Row
    day: date
    giver: str
    taker: str
    share: Decimal


@dataclass(frozen=True)
class Member:
    """An area of a combined area, with what is said of the whole."""

    row: Row
    key: str
    name: str
    area: str
    first: str | None
    last: str | None
    level: str


@dataclass(frozen=True)
class NotCombined:
    """What was found of areas that are often taken to be combined."""

    row: Row
    areas: str
    finding: str


@dataclass(frozen=True)
class EarlyAdopter:
    """An area of an early adopter project."""

    row: Row
    number: int
    name: str
    area: str


@dataclass(frozen=True)
class Records:
    """All that the tables say."""

    authorities: Mapping[str, Authority]
    points: Mapping[str, Point]
    forces: Mapping[str, Force]
    policed: tuple[Held, ...]
    groups: tuple[Held, ...]
    boards: tuple[Held, ...]
    health_names: tuple[HealthName, ...]
    successions: tuple[Succession, ...]
    members: tuple[Member, ...]
    not_combined: tuple[NotCombined, ...]
    early_adopters: tuple[EarlyAdopter, ...]

    def known_area(self, row: Row, column: str, code: str) -> str:
        """Return the code of an area if the list of authorities has it.

        Raises:
            InputError: It has not.
        """
        if code not in self.authorities:
            raise row.fault(column, f"{code} is no area of {_AUTHORITIES}", "Correct the code, or add the area there")
        return code


_AUTHORITIES = "la_upper_tier.csv"
_AUTHORITY_COLUMNS = (
    "gss_code", "name", "official_name", "region_code", "region_name", "gss_code_from", "gss_code_to", "successor_gss",
    "dfe_la_number", "la_code3", "org_id", "wikidata_qid", "opendatacommunities_uri",
)  # fmt: skip


def _authorities(source: Path) -> dict[str, Authority]:
    found: dict[str, Authority] = {}
    for row in tables.read(source, _AUTHORITIES, _AUTHORITY_COLUMNS):
        area = row.code("gss_code", tables.AREA)
        if area in found:
            what = f"{area} has two councils, {found[area].council} and {row.text('la_code3')}"
            raise row.fault("gss_code", what, "Keep the row that is right")
        first, last = row.day("gss_code_from"), row.maybe_day("gss_code_to")
        if last and last < first:
            raise row.fault("gss_code_to", f"it ends on {last} before it begins", "Correct the day")
        found[area] = Authority(
            row=row,
            area=area,
            name=row.text("name"),
            region=row.code("region_code", tables.AREA),
            region_name=row.text("region_name"),
            first=first,
            last=last,
            successors=tuple(sorted(code for code in row.cells["successor_gss"].split("|") if code)),
            council=row.code("la_code3", _COUNCIL),
            council_name=row.text("official_name"),
            dfe_number=row.code("dfe_la_number", _DFE_NUMBER),
            identifier=row.maybe_code("org_id", _ORG_ID),
            wikidata=row.maybe_code("wikidata_qid", _WIKIDATA),
            open_data=row.maybe_code("opendatacommunities_uri", _OPEN_DATA),
        )
    return found


def _points(source: Path) -> dict[str, Point]:
    found = {}
    for row in tables.read(source, "la_centroids.csv", ("gss_code", "centroid_lat", "centroid_long")):
        point = Point(row.number_in("centroid_lat"), row.number_in("centroid_long"))
        if not _LEAST_LATITUDE < point.latitude < _MOST_LATITUDE:
            raise row.fault("centroid_lat", f"{point.latitude} is not in England", "Write degrees north, such as 54.6696")
        if not _LEAST_LONGITUDE < point.longitude < _MOST_LONGITUDE:
            raise row.fault("centroid_long", f"{point.longitude} is not in England", "Write degrees east, such as -1.2592")
        found[row.code("gss_code", tables.AREA)] = point
    return found


def _forces(source: Path) -> dict[str, Force]:
    rows = tables.read(source, "police_force_areas_england.csv", ("pfa_gss", "force_name", "chief_officer_post"))
    codes = [row.code("pfa_gss", _POLICE_AREA) for row in rows]
    return {
        code: Force(code, row.text("force_name"), row.text("chief_officer_post")) for code, row in zip(codes, rows, strict=True)
    }


def _policed(source: Path) -> tuple[Held, ...]:
    rows = tables.read(source, POLICE.file, ("year", "utla_gss", POLICE.column))
    return tuple(
        Held(
            row=row,
            day=POLICE.day_of(row),
            area=row.code("utla_gss", tables.AREA),
            body=row.code(POLICE.column, _POLICE_AREA),
            share=Decimal("100.0"),
            share_of_body=None,
        )
        for row in rows
    )


def _health(source: Path, series: Series) -> tuple[Held, ...]:
    columns = ("year", "utla_gss", series.column, "pct_of_la", "pct_of_health_body")
    return tuple(
        Held(
            row=row,
            day=series.day_of(row),
            area=row.code("utla_gss", tables.AREA),
            body=row.code(series.column, tables.HEALTH_BODY),
            share=row.share("pct_of_la"),
            share_of_body=row.share("pct_of_health_body"),
        )
        for row in tables.read(source, series.file, columns)
    )


def _health_names(source: Path, series: Series) -> tuple[HealthName, ...]:
    columns = ("year", f"{series.key}_gss", series.column, f"{series.key}_name")
    return tuple(
        HealthName(
            row=row,
            series=series,
            day=series.day_of(row),
            body=row.code(series.column, tables.HEALTH_BODY),
            coverage=row.code(columns[1], tables.AREA),
            name=row.text(columns[3]),
        )
        for row in tables.read(source, f"{series.key}_names_by_year.csv", columns)
    )


def _successions(source: Path) -> tuple[Succession, ...]:
    """Return who handed on to whom. Places within boards are no bodies, and a body under a new code is the same body."""
    columns = ("to_date", "from_ods", "to_ods", "pct_of_from", "relation")
    found = []
    for row in tables.read(source, "health_body_succession.csv", columns):
        giver, taker = row.code("from_ods", tables.HEALTH_BODY), row.code("to_ods", tables.HEALTH_BODY)
        if not row.text("relation").startswith(_RELATIONS):
            raise row.fault("relation", f"'{row.text('relation')}' is not known", f"Write one of: {', '.join(_RELATIONS)}")
        if row.text("to_date").endswith("-subicb") or giver == taker:
            continue
        day = date.fromisoformat(f"{row.code('to_date', _MONTH)}-01")
        found.append(Succession(row, day, giver, taker, row.share("pct_of_from")))
    return tuple(found)


def _members(source: Path) -> tuple[Member, ...]:
    columns = ("area_id", "partnership_name", "la_gss", "valid_from", "valid_to", "evidence_level", "evidence")
    return tuple(
        Member(
            row=row,
            key=row.code("area_id", _KEY),
            name=row.text("partnership_name"),
            area=row.code("la_gss", tables.AREA),
            first=row.maybe("valid_from"),
            last=row.maybe("valid_to"),
            level=row.text("evidence_level"),
        )
        for row in tables.read(source, "lscp_combined_areas.csv", columns)
    )


def _not_combined(source: Path) -> tuple[NotCombined, ...]:
    rows = tables.read(source, "lscp_not_combined_notes.csv", ("las", "finding", "evidence"))
    return tuple(NotCombined(row, row.text("las"), row.text("finding")) for row in rows)


def _early_adopters(source: Path) -> tuple[EarlyAdopter, ...]:
    return tuple(
        EarlyAdopter(
            row=row,
            number=int(row.code("ea_no", _NUMBER)),
            name=row.text("early_adopter"),
            area=row.code("la_gss", tables.AREA),
        )
        for row in tables.read(source, "early_adopters_2018.csv", ("ea_no", "early_adopter", "la_gss"))
    )


def read(source: Path) -> Records:
    """Read all tables that are imported.

    Args:
        source: The folder of the tables.

    Raises:
        InputError: A table is missing, or a cell of it is wrong.
    """
    return Records(
        authorities=_authorities(source),
        points=_points(source),
        forces=_forces(source),
        policed=_policed(source),
        groups=_health(source, CCG),
        boards=_health(source, ICB),
        health_names=(*_health_names(source, CCG), *_health_names(source, ICB)),
        successions=_successions(source),
        members=_members(source),
        not_combined=_not_combined(source),
        early_adopters=_early_adopters(source),
    )
