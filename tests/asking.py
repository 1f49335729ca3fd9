"""What tests of the questions share: fixtures, and one query asked of two engines."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rdflib import Graph

from masagraph import oxigraph
from masagraph.answers import Row
from masagraph.dataset import holding
from masagraph.dataset.names import Names
from masagraph.oxigraph import Snapshot
from masagraph.questions import binding, loader, values

FOLDER = Path(__file__).parent / "questions"
_BASE = "https://w3id.org/masagraph/"
_IDS = ("arrangement", "council", "health-body", "jurisdiction", "police-force", "post", "umbrella", "version", "combined-area")
_LISTS = {
    "body-scope": "body-scope", "chair-kind": "chair-kind", "document-kind": "document-kind", "evidence": "evidence-state",
    "extent-read": "extent-read", "footprint-purpose": "footprint-purpose", "force-kind": "force-kind", "kind": "partner-kind",
    "modality": "modality", "partnership-kind": "partnership-kind", "police-rank": "police-rank", "post-kind": "post-kind",
    "power": "power", "scrutiny-kind": "scrutiny-kind", "scrutiny-model": "scrutiny-model", "set-by": "set-by",
    "setting-kind": "setting-kind", "share-basis": "share-basis", "state": "delegation-state", "topic": "topic",
    "budget-purpose": "budget-purpose", "contribution-mode": "contribution-mode", "evidence-level": "evidence-level",
}  # fmt: skip
PREFIXES = "\n".join(
    [
        f"@prefix {prefix}: <{iri}> ."
        for prefix, iri in {
            "area": "http://statistics.data.gov.uk/id/statistical-geography/",
            "guidance": f"{_BASE}guidance/",
            "masa": f"{_BASE}def#",
            "org": "http://www.w3.org/ns/org#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "dcterms": "http://purl.org/dc/terms/",
            "": f"{_BASE}id/version/fixture#",
            **{name: f"{_BASE}id/{name}/" for name in _IDS},
            **{name: f"{_BASE}vocab/{scheme}#" for name, scheme in _LISTS.items()},
        }.items()
    ]
)


@dataclass(frozen=True)
class Fixture:
    """A data set for one question, and what must be answered: cases with what is asked, rows, and rows that must not be."""

    name: str
    arrangements: Graph
    background: Graph
    cases: list[dict[str, Any]]

    @property
    def snapshot(self) -> Snapshot:
        """The data set."""
        return holding.of_graphs(self.arrangements, self.background)


def turtle(text: str) -> Graph:
    """Read Turtle that needs no prefixes of its own."""
    graph = Graph()
    for subject, predicate, value, _ in oxigraph.parse(f"{PREFIXES}\n{text}".encode(), "turtle"):
        graph.add((subject, predicate, value))
    return graph


@cache
def fixture(name: str) -> Fixture:
    """Read the fixture of a question."""
    given = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    country = (FOLDER / "reference.ttl").read_text(encoding="utf-8") if given.get("country", True) else ""
    return Fixture(name, turtle(given["arrangements"]), turtle(country + given.get("reference", "")), given["cases"])


def bound(name: str, given: Mapping[str, str], snapshot: Snapshot) -> str:
    """Return the query of a question with its parameters bound."""
    question = loader.load()[name]
    return binding.bind(question.text, values.read(question, given, Names(snapshot)))


def by_rdflib(query: str, graph: Graph) -> tuple[list[str], list[Row]]:
    """Answer a query with rdflib, in the form in which a snapshot answers it."""
    result = graph.query(query)
    names = [str(name) for name in result.vars or ()]
    return names, [tuple(row) for row in result]  # type: ignore[arg-type]  # SELECT yields rows of terms


def plain(rows: list[Row]) -> list[list[str]]:
    """Return rows as text, with nothing for a cell that is empty."""
    return [["" if cell is None else str(cell) for cell in row] for row in rows]
