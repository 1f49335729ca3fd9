"""Hold everything that ships with the package in one store, with what follows from it worked out once."""

from functools import cache
from pathlib import Path

from rdflib import Graph

from masagraph import assets, oxigraph
from masagraph.dataset import derived
from masagraph.dataset.background import Background
from masagraph.oxigraph import Snapshot


@cache
def load() -> Snapshot:
    """Return the data set that ships with the package, read once in a process."""
    data = assets.folder("data")
    kept_as_they_stand = [*sorted((data / "reference").glob("*.ttl")), *sorted((data / "umbrellas").glob("*.ttl"))]
    snapshot = Snapshot.of_files([*_meaning(), *kept_as_they_stand])
    arrangements = oxigraph.read(sorted((data / "arrangements").glob("*.ttl")))
    snapshot.add(derived.facts(arrangements, Background.of(snapshot)))
    return snapshot


def of_graphs(arrangements: Graph, background: Graph) -> Snapshot:
    """Return a data set of one's own.

    Args:
        arrangements: Arrangement versions, of which what is borne out is held.
        background: Areas, bodies and who answers for what, in place of the reference data that ship.
    """
    snapshot = Snapshot.of_files(_meaning())
    snapshot.add(background)
    snapshot.add(derived.facts(arrangements, Background.of(snapshot)))
    return snapshot


def _meaning() -> list[Path]:
    return [*sorted(assets.folder("ontology").rglob("*.ttl")), assets.folder("shapes") / "editions.ttl"]
