"""Reference data: which bodies answer for which areas, and when."""

from functools import cache

from rdflib import Graph
from rdflib.term import Node

from masagraph import assets
from masagraph.oxigraph import Snapshot
from masagraph.vocab import MASA


@cache
def _held() -> Snapshot:
    """Read the reference data once in a process; a check asks for little of them, and rdflib would take its time over all."""
    return Snapshot.of_files(sorted((assets.folder("data") / "reference").rglob("*.ttl")))


@cache
def load() -> Graph:
    """Return all the reference data that ship with the package, for whoever needs the whole; once in a process."""
    return _held().graph()


@cache
def known() -> frozenset[Node]:
    """Return the things that the reference data describe: areas, bodies, posts and what links them. Once in a process."""
    return frozenset(thing for (thing,) in _held().select("SELECT DISTINCT ?thing WHERE { ?thing ?says ?what }") if thing)


def around(things: set[Node]) -> Graph:
    """Return what the reference data say of the areas and bodies given, and of the bodies that answer for the areas.

    Args:
        things: IRIs of areas and bodies; those not known here are passed over.
    """
    held, found = _held(), Graph()
    given = things & known()
    jurisdictions = {j for thing in given for j, _, _ in held.triples((None, MASA.overArea, thing))}
    bodies = {body for j in jurisdictions for _, _, body in held.triples((j, MASA.jurisdictionOf, None))}
    posts = {post for body in bodies | given for _, _, post in held.triples((body, MASA.headPost, None))}
    for node in given | jurisdictions | bodies | posts:
        for triple in held.triples((node, None, None)):
            found.add(triple)
    return found
