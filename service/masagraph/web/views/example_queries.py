"""Queries to begin with, which the page at /sparql offers."""

from masagraph.store import layout
from masagraph.vocab import MASA, SKOS

_PREFIXES = f"PREFIX masa: <{MASA}>\nPREFIX skos: <{SKOS}>\n\n"

EXAMPLES = (
    (
        "Which arrangements are held, and from when each version counts",
        _PREFIXES
        + """SELECT ?arrangement ?version ?from ?to
WHERE {
  ?arrangement masa:hasVersion ?version .
  ?version masa:countsFrom ?from .
  OPTIONAL { ?version masa:countsTo ?to }
}
ORDER BY ?arrangement ?from ?version
""",
    ),
    (
        "Which bodies answer for Islington today, and for how much of it",
        _PREFIXES
        + """SELECT ?body ?name ?since ?share
WHERE {
  ?area a masa:Area ; skos:prefLabel "Islington"@en .
  ?jurisdiction masa:overArea ?area ; masa:jurisdictionOf ?body ; masa:validFrom ?since .
  ?body skos:prefLabel ?name .
  OPTIONAL { ?jurisdiction masa:shareOfArea ?share }
  FILTER NOT EXISTS { ?jurisdiction masa:validTo ?ended }
}
ORDER BY ?name ?body
""",
    ),
    (
        "Does any arrangement cover areas of two police forces?",
        _PREFIXES
        + """ASK {
  ?version masa:coversArea ?one, ?other .
  ?first masa:overArea ?one ; masa:jurisdictionOf ?force .
  ?second masa:overArea ?other ; masa:jurisdictionOf ?neighbour .
  ?force a masa:PoliceForce .
  ?neighbour a masa:PoliceForce .
  FILTER (?force != ?neighbour)
}
""",
    ),
    (
        "Which rules are there on scrutiny, and what does each look for",
        _PREFIXES
        + f"""SELECT ?rule ?name ?looksFor ?citation
WHERE {{
  GRAPH <{layout.RULES}> {{
    ?rule a masa:Requirement ;
      skos:prefLabel ?name ;
      masa:looksFor ?looksFor ;
      masa:citation ?citation ;
      masa:topic <https://w3id.org/masagraph/vocab/topic#scrutiny> .
  }}
}}
ORDER BY ?rule
""",
    ),
    (
        "The posts that lead in Slough, as a graph",
        _PREFIXES
        + """CONSTRUCT { ?role masa:hasLead ?lead . ?lead masa:leadPost ?post . ?post masa:postTitle ?title }
WHERE {
  ?version masa:coversArea ?area ; masa:hasPartnerRole ?role .
  ?area skos:prefLabel "Slough"@en .
  ?role masa:hasLead ?lead .
  ?lead masa:leadPost ?post .
  ?post masa:postTitle ?title .
}
""",
    ),
)
"""What each asks, and the query."""
