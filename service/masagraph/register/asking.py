"""Ask the register, a footprint or the chains of an area by what people call things."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from masagraph.dataset.days import read_day
from masagraph.dataset.names import Named, Names
from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.register import chains, entries, footprints, standing
from masagraph.register.chains import Chains
from masagraph.register.entries import Entry
from masagraph.register.footprints import Footprint

PARAMETERS = ("date", "area", "kind", "region")
"""What the register can be asked with."""


@dataclass(frozen=True)
class Found:
    """Entries of the register on a day, and what was asked, in words."""

    day: date
    entries: list[Entry]
    settings: tuple[tuple[str, str], ...]


def register(snapshot: Snapshot, given: Mapping[str, str]) -> Found:
    """Return the entries of the register that are asked for.

    Args:
        snapshot: The data set to ask.
        given: What was typed, by one of `PARAMETERS`; without a date it is today.

    Raises:
        InputError: The day, area, kind or region cannot be read, or the area does not exist on the day or is not in the region.
    """
    day = read_day(given.get("date", "today"), "--date")
    names = Names(snapshot)
    area = names.area_on(given["area"], day, "--area") if "area" in given else None
    kind = names.kind(given["kind"], "--kind") if "kind" in given else None
    region = names.region(given["region"], "--region") if "region" in given else None
    if area and region:
        names.must_lie_in(area, region, "--region")
    found = entries.entries(
        standing.on(snapshot, day),
        area=_iri(area),
        kind=local(kind.thing) if kind else None,
        region=_iri(region),
    )
    asked = {"date": day.isoformat(), "area": area, "kind": kind, "region": region}
    return Found(day, found, tuple((name, str(value)) for name, value in asked.items() if value))


def footprint(snapshot: Snapshot, place: str, day: str, where: str) -> Footprint:
    """Return the footprint of an area or body.

    Args:
        snapshot: The data set to ask.
        place: What was typed for the area or body.
        day: What was typed for the day.
        where: What to call the place of the area or body in a complaint.

    Raises:
        InputError: The day or name cannot be read, or what is named does not exist on the day.
    """
    on = read_day(day, "--date")
    names = Names(snapshot)
    named, is_area = names.area_or_body(place, on, where)
    names.must_exist(named, on, where)
    if is_area:
        return footprints.of_area(snapshot, str(named.thing), on)
    return footprints.of_body(snapshot, str(named.thing), named.name, on)


def chains_of(snapshot: Snapshot, area: str, day: str, where: str) -> Chains:
    """Return the chains of delegation of an area.

    Args:
        snapshot: The data set to ask.
        area: What was typed for the area.
        day: What was typed for the day.
        where: What to call the place of the area in a complaint.

    Raises:
        InputError: The day or area cannot be read, or the area does not exist on the day.
    """
    on = read_day(day, "--date")
    named = Names(snapshot).area_on(area, on, where)
    return chains.of_area(snapshot, str(named.thing), on)


def _iri(named: Named | None) -> str | None:
    return str(named.thing) if named else None
