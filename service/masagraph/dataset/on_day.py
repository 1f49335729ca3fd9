"""What is true of one day: the register as it is judged then, and whatever exists or counts on it."""

from collections.abc import Iterator
from datetime import date, timedelta

from rdflib import Literal, URIRef

from masagraph.answers import Triple
from masagraph.oxigraph import Snapshot
from masagraph.vocab import BASE, MASA, RDF, SKOS, STANDING, XSD

REGISTER = URIRef(f"{BASE}id/register")
FRESH_FOR = timedelta(days=366)
"""How long a check against the sources is good for."""

# Areas, bodies and jurisdictions exist between their own days; so do versions and roles, whose days are worked out.
_LASTING = """
SELECT ?thing ?first ?last WHERE {
  ?thing masa:areaCode|masa:authorityCode|masa:odsCode|masa:forceAreaCode|masa:overArea ?is
  OPTIONAL { ?thing masa:validFrom ?first } OPTIONAL { ?thing masa:validTo ?last }
}"""
_COUNTED = """
SELECT ?thing ?first ?last WHERE {
  ?thing masa:countsFrom ?first OPTIONAL { ?thing masa:countsTo ?last }
}"""
# A lead or a delegation counts while its role does, within its own days, and not while it is only proposed.
_HELD = f"""
SELECT ?thing ?first ?last ?from ?to WHERE {{
  ?role masa:hasLead|masa:hasDelegation ?thing ; masa:countsFrom ?first OPTIONAL {{ ?role masa:countsTo ?last }}
  OPTIONAL {{ ?thing masa:validFrom ?from }} OPTIONAL {{ ?thing masa:validTo ?to }}
  FILTER NOT EXISTS {{ ?thing masa:countsAs <{STANDING.proposed}> }}
}}"""


def facts(snapshot: Snapshot, day: date) -> Iterator[Triple]:
    """Yield what judging the register on a day needs beside the data set; none of it is ever stored.

    Args:
        snapshot: A data set.
        day: The day that the register is judged on.
    """
    when = Literal(day.isoformat(), datatype=XSD.date)
    yield REGISTER, RDF.type, MASA.Register
    yield REGISTER, SKOS.prefLabel, Literal("National register of safeguarding partners", lang="en")
    yield REGISTER, MASA.judgedOn, when
    yield REGISTER, MASA.staleBefore, Literal((day - FRESH_FOR).isoformat(), datatype=XSD.date)
    for query in (_LASTING, _COUNTED, _HELD):
        for thing, *bounds in snapshot.select(f"PREFIX masa: <{MASA}>{query}"):
            if thing is not None and _holds(day.isoformat(), [None if bound is None else str(bound) for bound in bounds]):
                yield thing, MASA.holdsOn, when


def _holds(day: str, bounds: list[str | None]) -> bool:
    """Tell whether a day lies within periods, each given by its first and last day."""
    firsts, lasts = bounds[::2], bounds[1::2]
    return all(first is None or first <= day for first in firsts) and all(last is None or day <= last for last in lasts)
