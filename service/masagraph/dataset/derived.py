"""Work out what every question needs and no document says: which facts are borne out, how firmly, and when they count."""

from collections.abc import Iterator, Mapping

from rdflib import Graph, URIRef

from masagraph.answers import Triple
from masagraph.dataset import firmness, periods
from masagraph.dataset.background import Background
from masagraph.dataset.periods import Chains
from masagraph.evidence import versions


def facts(arrangements: Graph, background: Background) -> Iterator[Triple]:
    """Yield what questions are asked of: the facts that are borne out, and what follows from them.

    Args:
        arrangements: The arrangements as published, all in one.
        background: What is known of bodies and areas.
    """
    described = versions(arrangements)
    chains = Chains({version: firmness.borne_out(arrangements, version) for version in described})
    for version, graph in chains.facts.items():
        yield from graph
        yield from periods.following(chains, version, background)
    yield from firmness.on_arrangements(arrangements, described)
    yield from background.facts


def settled(documents: Mapping[str, Graph], background: Background) -> dict[str, Graph]:
    """Return what is settled from each version: what its own document bears out, and what follows.

    Args:
        documents: The document of each version; with each all that its chains lead to, up and down.
        background: What is known of bodies and areas.
    """
    chains = Chains({URIRef(version): firmness.borne_out(graph, URIRef(version)) for version, graph in documents.items()})
    found = {}
    for name, document in documents.items():
        version = URIRef(name)
        found[name] = Graph()
        for triple in chains.of(version):
            found[name].add(triple)
        for triple in periods.following(chains, version, background):
            found[name].add(triple)
        for triple in firmness.on_arrangements(document, [version]):
            found[name].add(triple)
    return found
