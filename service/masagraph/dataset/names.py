"""Find areas, regions, kinds of partner and bodies by what people call them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from rdflib import URIRef

from masagraph.errors import InputError
from masagraph.oxigraph import Snapshot
from masagraph.vocab import MASA, SKOS

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n"
_AREAS = """
SELECT ?thing ?name ?code ?from ?to WHERE {
  ?thing a masa:Area ; skos:prefLabel ?name ; masa:areaCode ?code
  OPTIONAL { ?thing masa:validFrom ?from } OPTIONAL { ?thing masa:validTo ?to }
}"""
_REGIONS = """
SELECT ?thing ?name ?code ("" AS ?from) ("" AS ?to) WHERE {
  ?thing a masa:Region ; skos:prefLabel ?name ; skos:notation ?code
}"""
_BODIES = """
SELECT ?thing ?name ?code ?from ?to WHERE {
  ?thing masa:authorityCode|masa:odsCode|masa:forceAreaCode ?code ; skos:prefLabel|skos:altLabel ?name
  OPTIONAL { ?thing masa:validFrom ?from } OPTIONAL { ?thing masa:validTo ?to }
}"""
_KINDS = """
SELECT ?thing ?name ("" AS ?code) ("" AS ?from) ("" AS ?to) WHERE {
  ?thing skos:inScheme <https://w3id.org/masagraph/vocab/partner-kind> ; skos:prefLabel ?name
}"""
# Words that tell bodies of one place apart from the place, and that people leave out.
_FILLERS = re.compile(
    r"\b(the|nhs|council|county|city|borough|metropolitan|london|of|royal|icb|ccg|integrated|care|board|police)\b"
)


@dataclass(frozen=True)
class Named:
    """A thing with a name, a code and the days between which it exists; empty where none is known."""

    thing: URIRef
    name: str
    code: str
    first_day: str
    last_day: str

    def exists_on(self, day: date) -> bool:
        """Tell whether the thing exists on a day."""
        return self.first_day <= day.isoformat() and (not self.last_day or day.isoformat() <= self.last_day)

    @property
    def lifetime(self) -> str:
        """When the thing exists, as advice to who asks about another day."""
        first = f"from {self.first_day}" if self.first_day else ""
        last = f"until {self.last_day}" if self.last_day else ""
        return f"Ask about a day {' '.join(part for part in (first, last) if part)}"


class Names:
    """Finds things of a data set by name or code."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Take the data set to look in."""
        self._snapshot = snapshot

    def area(self, text: str, day: date, where: str) -> Named:
        """Return an area by name or statistical code: of several with one name the one that exists on the day, else the last.

        Args:
            text: What somebody typed.
            day: The day that it is about.
            where: What to call the place of the fault in a complaint.

        Raises:
            InputError: No area is called that; the nearest name is told.
        """
        return _chosen(self._find(_AREAS), text, day, where, "area")

    def region(self, text: str, where: str) -> Named:
        """Return a region by name or statistical code.

        Raises:
            InputError: No region is called that.
        """
        return _chosen(self._find(_REGIONS), text, date.max, where, "region")

    def body(self, text: str, day: date, where: str) -> Named:
        """Return a council, health body or force by name or code.

        Raises:
            InputError: No body is called that.
        """
        return _chosen(self._find(_BODIES), text, day, where, "council, health body or force")

    def area_or_body(self, text: str, day: date, where: str) -> tuple[Named, bool]:
        """Return an area, or else a body, by name or code, and whether it is an area.

        Raises:
            InputError: Neither is called that.
        """
        areas, bodies = self._find(_AREAS), self._find(_BODIES)
        try:
            return _chosen(areas, text, day, where, "area"), True
        except InputError:
            pass
        try:
            return _chosen(bodies, text, day, where, "area or body"), False
        except InputError as error:
            raise InputError(where, error.what, _nearest([*areas, *bodies], text)) from None

    def kind(self, text: str, where: str) -> Named:
        """Return a kind of partner: local authority, health body or police.

        Raises:
            InputError: There is no such kind.
        """
        return _chosen(self._find(_KINDS), text, date.max, where, "kind of partner")

    def _find(self, query: str) -> list[Named]:
        return [Named(URIRef(thing), *rest) for thing, *rest in self._snapshot.texts(_PREFIXES + query)]


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and ").replace("_", " ")).split())


def _short(text: str) -> str:
    return " ".join(_FILLERS.sub(" ", _folded(text)).split())


def _tail(thing: URIRef) -> str:
    return re.split(r"[/#]", str(thing))[-1].casefold()


def _chosen(known: Iterable[Named], text: str, day: date, where: str, what: str) -> Named:
    among = list(known)
    readings: tuple[Callable[[Named], bool], ...] = (
        lambda n: text.casefold() in (n.code.casefold(), str(n.thing).casefold(), _tail(n.thing)),
        lambda n: _folded(n.name) == _folded(text),
        lambda n: bool(_short(text)) and _short(n.name) == _short(text),
    )
    for fits in readings:
        found = sorted((n for n in among if fits(n)), key=lambda n: (not n.exists_on(day), n.last_day or "9999", n.first_day))
        alive = [n for n in found if n.exists_on(day)]
        things = {n.thing for n in alive}
        if len(things) > 1:
            several = ", ".join(sorted({f"{n.name} ({n.code})" for n in alive}))
            raise InputError(where, f"'{text}' is the name of several: {several}", "Give the code instead")
        if found:
            return alive[0] if alive else found[-1]
    raise InputError(where, f"'{text}' is no {what} known here", _nearest(among, text))


def _nearest(among: list[Named], text: str) -> str:
    names = {_folded(n.name): n.name for n in among}
    close = get_close_matches(_folded(text), names, n=1, cutoff=0.5)
    return f"Did you mean '{names[close[0]]}'?" if close else "Give its name in full, or its code"
