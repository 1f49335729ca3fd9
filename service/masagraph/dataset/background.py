"""What is known of bodies and areas, and what follows from that on its own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from rdflib import Literal, URIRef

from masagraph.answers import Triple
from masagraph.dataset.links import reached
from masagraph.vocab import MASA, XSD

Period = tuple[date | None, date | None]
"""A first and a last day; None where it is open."""
ONE_DAY = timedelta(days=1)
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


class Source(Protocol):
    """Where the reference data and the meaning of terms can be asked for."""

    def texts(self, query: str) -> list[tuple[str, ...]]:
        """Run a SELECT query and return the bare text of its terms, with nothing where a variable is unbound."""


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
    def of(cls, source: Source) -> "Background":
        """Read it from a data set that holds the reference data."""
        reaches: dict[str, list[tuple[str, Period]]] = defaultdict(list)
        for body, area, first, last in source.texts(_JURISDICTIONS):
            reaches[body].append((area, _period(first, last)))
        other_codes: dict[str, set[str]] = defaultdict(set)
        for area, code in source.texts(_RECODED):
            other_codes[area].add(code)
            other_codes[code].add(area)
        successors: dict[str, list[str]] = defaultdict(list)
        for body, follower in source.texts(_SUCCESSIONS):
            successors[body].append(follower)
        lives = {body: _period(first, last) for body, first, last in source.texts(_LIVES)}
        levels = tuple((URIRef(post), MASA.seniorityLevel, Literal(int(level))) for post, level in source.texts(_LEVELS))
        days_after = tuple(
            (URIRef(thing), MASA.firstDayAfter, literal(date.fromisoformat(last) + ONE_DAY))
            for thing, last in source.texts(_ENDS)
        )
        return cls(lives, successors, reaches, other_codes, levels, days_after)

    @property
    def facts(self) -> tuple[Triple, ...]:
        """What follows from the reference data for questions, whatever is published."""
        return (*self.seniority, *self.days_after)

    def followers(self, body: str) -> set[str]:
        """Return a body and all that followed it, however late."""
        return reached([body], self.successors)

    def under_any_code(self, areas: Iterable[str]) -> set[str]:
        """Return areas with all codes that the same areas had before or after."""
        return reached(areas, self.other_codes)


def literal(day: date) -> Literal:
    """Return a day as a term."""
    return Literal(day.isoformat(), datatype=XSD.date)


def _period(first: str, last: str) -> Period:
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)
