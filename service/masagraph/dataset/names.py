"""Find areas, regions, kinds of partner and bodies by what people call them."""

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from rdflib import URIRef

from masagraph.dataset.days import EARLIEST
from masagraph.errors import InputError
from masagraph.oxigraph import Snapshot
from masagraph.vocab import DCTERMS, MASA, SKOS

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\nPREFIX dcterms: <{DCTERMS}>\n"
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
# What an area became and what it was, however often it changed.
_KIN = """
SELECT DISTINCT ?thing ?kin WHERE {
  ?thing a masa:Area ; (masa:recodedAs|dcterms:isReplacedBy)+|(^masa:recodedAs|^dcterms:isReplacedBy)+ ?kin
}"""
_WITHIN = "SELECT ?area ?region WHERE { ?area a masa:Area ; masa:inRegion ?region }"
# Words that people leave out of the name of an area, and of a body. That of a body is never taken for its area.
_LEFT_OUT_OF_AREAS = re.compile(r"\b(the|county|city|borough|metropolitan|london|of|royal)\b")
_LEFT_OUT_OF_BODIES = re.compile(
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
        first = f"from {self.first_day}" if self.first_day > EARLIEST.isoformat() else ""  # none earlier can be asked about
        last = f"until {self.last_day}" if self.last_day else ""
        return f"Ask about a day {' '.join(part for part in (first, last) if part)}"

    def __str__(self) -> str:
        """Return the name, with the code where there is one."""
        return f"{self.name} ({self.code})" if self.code else self.name


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
        try:
            return _chosen(self._find(_AREAS), text, day, where, "area")
        except InputError:
            self._refuse_region(text, where)
            raise

    def area_on(self, text: str, day: date, where: str) -> Named:
        """Return an area by name or statistical code, if it exists on the day.

        Raises:
            InputError: No area is called that, or it does not exist on the day.
        """
        found = self.area(text, day, where)
        self.must_exist(found, day, where)
        return found

    def must_exist(self, named: Named, day: date, where: str) -> None:
        """Refuse what does not exist on a day.

        Raises:
            InputError: It does not exist; when it does is told, and which areas stand in its place on the day.
        """
        if named.exists_on(day):
            return
        kin = {end for start, end in self._snapshot.texts(_PREFIXES + _KIN) if start == str(named.thing)}
        there = [area for area in self._find(_AREAS) if str(area.thing) in kin and area.exists_on(day)]
        # A new code of the same area bears the same name, which alone would be no advice.
        instead = sorted({str(area) if area.name == named.name else area.name for area in there})
        mend = f"{named.lifetime}, or ask for {_joined(instead)}" if instead else named.lifetime
        raise InputError(where, f"{named} does not exist on {day.isoformat()}", mend)

    def must_lie_in(self, area: Named, region: Named, where: str) -> None:
        """Refuse an area and a region that have nothing in common.

        Raises:
            InputError: The area is not in the region; the region in which it is is told.
        """
        regions = [r for a, r in self._snapshot.texts(_PREFIXES + _WITHIN) if a == str(area.thing)]
        if str(region.thing) in regions:
            return
        names = sorted(r.name for r in self._find(_REGIONS) if str(r.thing) in regions)
        mend = f"It is in {_joined(names)}" if names else "Leave the region out"
        raise InputError(where, f"{area.name} is not in {region.name}", mend)

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
            self._refuse_region(text, where)
            raise InputError(where, error.what, _nearest([*areas, *bodies], text)) from None

    def kind(self, text: str, where: str) -> Named:
        """Return a kind of partner: local authority, health body or police.

        Raises:
            InputError: There is no such kind.
        """
        return _chosen(self._find(_KINDS), text, date.max, where, "kind of partner")

    def _refuse_region(self, text: str, where: str) -> None:
        """Say so, if what was taken for an area is the name of a region."""
        try:
            region = self.region(text, where)
        except InputError:
            return
        mend = f"Say --region {shlex.quote(region.name)}" if where == "--area" else "Name an area in it"
        raise InputError(where, f"'{text}' is a region, not an area", mend)

    def _find(self, query: str) -> list[Named]:
        return [Named(URIRef(thing), *rest) for thing, *rest in self._snapshot.texts(_PREFIXES + query)]


def _joined(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and ").replace("_", " ")).split())


def _short(text: str, left_out: re.Pattern[str]) -> str:
    return " ".join(left_out.sub(" ", _folded(text)).split())


def _tail(thing: URIRef) -> str:
    return re.split(r"[/#]", str(thing))[-1].casefold()


def _chosen(known: Iterable[Named], text: str, day: date, where: str, what: str) -> Named:
    among = list(known)
    if not text.strip():
        raise InputError(where, "it is empty", f"Name an {what}" if what[0] in "aeiou" else f"Name a {what}")
    left_out = _LEFT_OUT_OF_BODIES if "body" in what else _LEFT_OUT_OF_AREAS
    readings: tuple[Callable[[Named], bool], ...] = (
        lambda n: text.casefold() in (n.code.casefold(), str(n.thing).casefold(), _tail(n.thing)),
        lambda n: _folded(n.name) == _folded(text),
        lambda n: bool(_short(text, left_out)) and _short(n.name, left_out) == _short(text, left_out),
    )
    for fits in readings:
        found = sorted((n for n in among if fits(n)), key=lambda n: (not n.exists_on(day), n.last_day or "9999", n.first_day))
        alive = [n for n in found if n.exists_on(day)]
        things = {n.thing for n in alive}
        if len(things) > 1:
            several = ", ".join(sorted({str(n) for n in alive}))
            raise InputError(where, f"'{text}' is the name of several: {several}", "Give the code instead")
        if found:
            return alive[0] if alive else found[-1]
    raise InputError(where, f"'{text}' is no {what} known here", _nearest(among, text))


def _nearest(among: list[Named], text: str) -> str:
    names = {_folded(n.name): n.name for n in among}
    close = get_close_matches(_folded(text), names, n=1, cutoff=0.5)
    return f"Did you mean '{names[close[0]]}'?" if close else "Give its name in full, or its code"
