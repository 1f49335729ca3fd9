"""The versions of arrangements that are held: of which arrangement, for which areas, by which edition, and when they count."""

from collections.abc import Iterable
from dataclasses import dataclass

from masagraph.oxigraph import Snapshot
from masagraph.vocab import MASA, SKOS

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n"
_VERSIONS = """
SELECT ?version ?name ?arrangement ?arrangementName ?edition ?from ?earliest ?assumed ?to ?verified WHERE {
  ?arrangement masa:hasVersion ?version
  OPTIONAL { ?version skos:prefLabel ?name } OPTIONAL { ?arrangement skos:prefLabel ?arrangementName }
  OPTIONAL { ?version masa:followsEdition/skos:notation ?edition } OPTIONAL { ?version masa:verifiedOn ?verified }
  OPTIONAL { ?version masa:countsFrom ?from } OPTIONAL { ?version masa:countsTo ?to }
  OPTIONAL { ?version masa:countsFromIsEarliest ?earliest } OPTIONAL { ?version masa:countsFromIsAssumed ?assumed }
} ORDER BY ?version ?name ?arrangement"""
_AREAS = """
SELECT DISTINCT ?version ?area ?code ?name WHERE {
  ?version masa:coversArea ?area . ?area skos:prefLabel ?name ; masa:areaCode ?code
} ORDER BY ?version ?name ?code"""


@dataclass(frozen=True)
class CoveredArea:
    """An area that a version covers."""

    iri: str
    code: str
    name: str


@dataclass(frozen=True)
class HeldVersion:
    """A version that is held. What is empty is not borne out by what was read.

    `counts_from_is` says why the first day is in doubt, if it is; `edition` is an id, such as `wt2018`.
    """

    iri: str
    name: str = ""
    arrangement: str = ""
    arrangement_name: str = ""
    edition: str = ""
    counts_from: str = ""
    counts_from_is: str = ""
    counts_to: str = ""
    verified: str = ""
    areas: tuple[CoveredArea, ...] = ()


def held(snapshot: Snapshot, names: Iterable[str]) -> list[HeldVersion]:
    """Return the versions held, in order of their names.

    Args:
        snapshot: What is borne out by their documents.
        names: Their IRIs.
    """
    areas: dict[str, list[CoveredArea]] = {}
    for version, *area in snapshot.texts(_PREFIXES + _AREAS):
        areas.setdefault(version, []).append(CoveredArea(*area))
    told: dict[str, HeldVersion] = {}
    for version, name, arrangement, label, edition, first, earliest, assumed, last, verified in snapshot.texts(
        _PREFIXES + _VERSIONS
    ):
        doubt = "assumed" if assumed == "true" else "at the earliest" if earliest == "true" else ""
        covered = tuple(areas.get(version, ()))
        found = HeldVersion(version, name, arrangement, label, edition, first, doubt, last, verified, covered)
        told.setdefault(version, found)
    return [told.get(version, HeldVersion(version)) for version in sorted(names)]
