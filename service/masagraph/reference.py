"""Reference data: which bodies answer for which areas, and when."""

from functools import cache

from rdflib import Graph
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.vocab import MASA


@cache
def load() -> Graph:
    """Read the reference data that ship with the package, once in a process."""
    return oxigraph.read(sorted((assets.folder("data") / "reference").rglob("*.ttl")))


@cache
def known() -> frozenset[Node]:
    """Return the areas, bodies and posts that the reference data describe, once in a process."""
    return frozenset(load().subjects())


def around(things: set[Node]) -> Graph:
    """Return what the reference data say of the areas and bodies given, and of the bodies that answer for the areas.

    Args:
        things: IRIs of areas and bodies; those not known here are passed over.
    """
    reference, found = load(), Graph()
    jurisdictions = {j for thing in things for j in reference.subjects(MASA.overArea, thing)}
    bodies = {body for j in jurisdictions for body in reference.objects(j, MASA.jurisdictionOf)}
    posts = {post for body in bodies | things for post in reference.objects(body, MASA.chiefOfficerPost)}
    for node in things | jurisdictions | bodies | posts:
        for predicate, value in reference.predicate_objects(node):
            found.add((node, predicate, value))
    return found
