"""Which graph holds what.

The default graph holds what questions are asked of: the reference data, the meaning of terms, and whatever the arrangements bear
out, with what follows from it. What a document says stands apart, in a graph that has the name of the version it describes; and
what is settled from it in another, so that it can be taken out of the default graph again.
"""

from masagraph.vocab import BASE

REFERENCE = f"{BASE}graph/reference"
"""Areas, bodies, who answers for what and since when, combined areas, umbrellas."""
MEANING = f"{BASE}graph/meaning"
"""The ontology, its value lists and the editions of the guidance."""
RULES = f"{BASE}graph/rules"
"""The rules, as shapes."""
CATALOGUE = f"{BASE}graph/catalogue"
"""What the store says of itself: what was shipped into it, and with which digest."""
SHIPPED = (REFERENCE, MEANING, RULES, CATALOGUE)
VERSIONS = f"{BASE}id/version/"
"""The names of arrangement versions, and so of the graphs with what documents say of them, begin like this."""
_SETTLED = f"{BASE}graph/settled/"


def settled(version: str) -> str:
    """Return the name of the graph with what is settled from a version."""
    return _SETTLED + version.removeprefix(VERSIONS)
