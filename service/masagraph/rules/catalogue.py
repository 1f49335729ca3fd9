"""Read what rules belong to: editions of the guidance, and profiles."""

from datetime import date
from functools import cache

from rdflib import URIRef

from masagraph import assets, oxigraph
from masagraph.graphs import local
from masagraph.rules.fields import day_or_none, text, text_or_none
from masagraph.rules.model import Edition, Profile
from masagraph.vocab import MASA, RDF, SKOS


@cache
def editions() -> tuple[Edition, ...]:
    """Return the editions of the guidance, earliest first.

    Raises:
        CheckerError: An edition is not as it should be.
    """
    where = "editions.ttl"
    graph = oxigraph.read([assets.folder("shapes") / where])
    found = []
    for iri in graph.subjects(RDF.type, MASA.Edition):
        start = date.fromisoformat(text(graph, iri, MASA.appliesFrom, where))
        found.append(
            Edition(
                iri=URIRef(str(iri)),
                id=text(graph, iri, SKOS.notation, where),
                label=text(graph, iri, SKOS.prefLabel, where),
                is_encoded=text(graph, iri, MASA.isEncoded, where) == "true",
                applies_from=start,
                applies_to=day_or_none(graph, iri, MASA.appliesTo),
                assumed_in_force=day_or_none(graph, iri, MASA.assumedInForce) or start,
                citations_checked=text_or_none(graph, iri, MASA.citationsChecked) == "true",
            )
        )
    return tuple(sorted(found, key=lambda edition: edition.applies_from))


@cache
def profiles() -> dict[str, Profile]:
    """Return the profiles by id.

    Raises:
        CheckerError: A profile is not as it should be.
    """
    graph = oxigraph.read(sorted((assets.folder("shapes") / "profiles").glob("*.ttl")))
    found = {}
    for iri in graph.subjects(RDF.type, MASA.Profile):
        name = text(graph, iri, SKOS.notation, "profiles")
        found[name] = Profile(
            id=name,
            label=text(graph, iri, SKOS.prefLabel, "profiles"),
            layers=frozenset(local(layer) for layer in graph.objects(iri, MASA.includesLayer)),
            raises_severity=text_or_none(graph, iri, MASA.raisesSeverity) == "true",
        )
    return found
