"""Count what is held, for whoever wants to know what is here."""

from dataclasses import dataclass

from rdflib import Literal, URIRef

from masagraph.answers import Dataset, Rows
from masagraph.store import layout
from masagraph.store.contract import Reader
from masagraph.vocab import DCTERMS, MASA, RDF
from masagraph.work import exporting
from masagraph.work.reading import Desk

_RULES = Dataset(default=(layout.RULES,))
# Of others, which documents only mention, no version is held.
_ARRANGEMENTS = f"SELECT (COUNT(DISTINCT ?thing) AS ?many) WHERE {{ ?thing <{MASA.hasVersion}> ?version }}"
_ALL = "?thing a ?kind"
_DATED = f"?thing a ?kind FILTER NOT EXISTS {{ ?thing <{MASA.validTo}> ?ended }}"


@dataclass(frozen=True)
class Overview:
    """How much is held: areas are those that are still there. `regions` are codes and names."""

    versions: int
    arrangements: int
    areas: int
    rules: int
    regions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Contents:
    """What the graphs hold: how many triples the default graph has, and each of the others; what licences are told; examples."""

    triples: int
    graphs: tuple[tuple[str, int], ...]
    licences: tuple[str, ...]
    examples: tuple[str, ...]


def graphs(desk: Desk, number: int) -> list[str]:
    """Return the names of the graphs of a generation, in order."""
    return desk.reader(number).names()


def overview(desk: Desk, number: int) -> Overview:
    """Return how much is held in a generation."""
    reader = desk.reader(number)
    return Overview(
        versions=_number(reader, MASA.ArrangementVersion, _ALL),
        arrangements=_whole(_rows(reader, _ARRANGEMENTS)[0][0]),
        areas=_number(reader, MASA.Area, _DATED),
        rules=_number(reader, MASA.Requirement, _ALL, _RULES),
        regions=tuple(exporting.regions(reader)),
    )


def contents(desk: Desk, number: int) -> Contents:
    """Return what the graphs of a generation hold."""
    reader = desk.reader(number)
    counted = _rows(reader, "SELECT ?name (COUNT(*) AS ?many) WHERE { GRAPH ?name { ?s ?p ?o } } GROUP BY ?name")
    sizes = {str(name): _whole(many) for name, many in counted}
    ((triples,),) = _rows(reader, "SELECT (COUNT(*) AS ?many) WHERE { ?s ?p ?o }")
    licences = _rows(reader, f"SELECT DISTINCT ?what WHERE {{ ?set <{DCTERMS.license}> ?what FILTER (isIRI(?what)) }}")
    examples = []
    for kind, dataset in (
        (MASA.ArrangementVersion, None),
        (MASA.Area, None),
        (MASA.Requirement, Dataset(default=(layout.RULES,))),
    ):
        examples += _rows(reader, f"SELECT ?s WHERE {{ ?s <{RDF.type}> <{kind}> }} ORDER BY ?s LIMIT 1", dataset)
    return Contents(
        triples=_whole(triples),
        graphs=tuple((name, sizes.get(name, 0)) for name in reader.names()),
        licences=tuple(sorted(str(what) for (what,) in licences)),
        examples=tuple(str(example) for (example,) in examples),
    )


def _number(reader: Reader, kind: URIRef, pattern: str, dataset: Dataset | None = None) -> int:
    where = pattern.replace("?kind", f"<{kind}>")
    ((many,),) = _rows(reader, f"SELECT (COUNT(DISTINCT ?thing) AS ?many) WHERE {{ {where} }}", dataset)
    return _whole(many)


def _rows(reader: Reader, query: str, dataset: Dataset | None = None) -> list[tuple[object, ...]]:
    answer = reader.query(query, dataset)
    if not isinstance(answer, Rows):
        raise TypeError("a SELECT query has rows")
    return list(answer.rows)


def _whole(number: object) -> int:
    return int(number) if isinstance(number, Literal) else 0
