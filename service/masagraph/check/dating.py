"""Which day a version is judged at, and under which edition of the guidance."""

from dataclasses import dataclass
from datetime import date

from rdflib import Graph
from rdflib.term import Node

from masagraph.dataset.days import in_words
from masagraph.rules import catalogue
from masagraph.rules.model import Edition
from masagraph.vocab import MASA


@dataclass(frozen=True)
class StatedDate:
    """A date as a document gives it; a bound is None where the words give none."""

    earliest: date | None
    latest: date | None
    as_published: str | None


@dataclass(frozen=True)
class Basis:
    """The day and edition of a judgement, and why these."""

    day: date
    why_day: str
    edition: Edition
    why_edition: str


def stated_date(graph: Graph, subject: Node, property_: Node) -> StatedDate | None:
    """Return a stated date of a version, or None where there is none."""
    node = graph.value(subject, property_)
    if node is None:
        return None
    earliest, latest = graph.value(node, MASA.earliestDay), graph.value(node, MASA.latestDay)
    words = graph.value(node, MASA.asPublished)
    return StatedDate(
        earliest=None if earliest is None else date.fromisoformat(str(earliest)),
        latest=None if latest is None else date.fromisoformat(str(latest)),
        as_published=None if words is None else str(words),
    )


def edition_on(day: date) -> Edition:
    """Return the edition in force on a day; before the first of them, the first."""
    editions = catalogue.editions()
    return next((e for e in reversed(editions) if e.applies_from <= day), editions[0])


def _why_followed(graph: Graph, version: Node) -> str:
    """Say whether a document names the edition, or whoever recorded it drew that from the rest of what was read."""
    said = [s for s in graph.objects(version, MASA.statedBy) if (s, MASA.onProperty, MASA.followsEdition) in graph]
    if said and all(str(graph.value(s, MASA.isInferred)) == "true" for s in said):
        return "the edition it is taken to follow, from what was read; none is named"
    return "the edition it says it follows"


def basis(graph: Graph, version: Node, day: date | None, edition: str) -> Basis:
    """Work out the day and the edition by which a version is judged.

    The day is the one asked for, else the version's own: in force (planned included), else published, else dated,
    else the one assumed for its edition. Where a document gives a month, the last day that it can mean is taken.
    The edition is the one asked for, else the one that the version says it follows, else the one in force that day.

    Args:
        graph: The triples of the version.
        version: Its IRI.
        day: The day asked for, or None.
        edition: The id of an edition, or `auto`.

    Raises:
        KeyError: There is no edition of that id.
    """
    by_id = {e.id: e for e in catalogue.editions()}
    followed = next((e for e in catalogue.editions() if (version, MASA.followsEdition, e.iri) in graph), None)
    why_day = "as asked"
    if day is None:
        for property_, words in (
            (MASA.inForceFrom, "the day it is in force"),
            (MASA.published, "the day it was published"),
            (MASA.dated, "the date it carries"),
        ):
            stated = stated_date(graph, version, property_)
            found = (stated.latest or stated.earliest) if stated else None
            if stated and found:
                bound = "last" if stated.latest else "first"
                day, why_day = (
                    found,
                    words if stated.earliest == stated.latest else f"{words}, taken as the {bound} day it can mean",
                )
                break
    if day is None:
        day = (followed or catalogue.editions()[0]).assumed_in_force
        why_day = "assumed: nothing seen gives a date"
    if edition != "auto":
        return Basis(day, why_day, by_id[edition], "as asked")
    if followed:
        return Basis(day, why_day, followed, _why_followed(graph, version))
    return Basis(day, why_day, edition_on(day), f"the edition in force on {in_words(day)}; none is named")
