"""Look up what is held of things by their names, a few hundred at a time, whatever the store."""

from collections.abc import Iterable, Iterator

from rdflib import URIRef
from rdflib.term import Node

from masagraph import oxigraph
from masagraph.answers import Dataset, Rows, Triple
from masagraph.store.contract import Reader

_AT_ONCE = 500
"""So many things are named in one query at most."""


def facts(reader: Reader, subjects: Iterable[Node], dataset: Dataset | None = None) -> Iterator[Triple]:
    """Yield what is said of things.

    Args:
        reader: What is held.
        subjects: Their IRIs.
        dataset: The graphs to look in; the default graph if not given.
    """
    return found(reader, "VALUES ?s {{ {} }} ?s ?p ?o", subjects, dataset)


def found(
    reader: Reader, pattern: str, values: Iterable[Node], dataset: Dataset | None = None, limit: int | None = None
) -> Iterator[Triple]:
    """Yield the triples that fit a pattern.

    Args:
        reader: What is held.
        pattern: A pattern of ?s, ?p and ?o, with a place for the values.
        values: IRIs; only absolute ones are asked for.
        dataset: The graphs to look in; the default graph if not given.
        limit: The most triples for so many values as are asked for at once; which ones is the same in every store.
    """
    cut = "" if limit is None else f" ORDER BY ?s ?p ?o LIMIT {limit}"
    ordered = sorted({f"<{value}>" for value in values if isinstance(value, URIRef) and oxigraph.is_iri(value)})
    for start in range(0, len(ordered), _AT_ONCE):
        where = pattern.format(" ".join(ordered[start : start + _AT_ONCE]))
        answer = reader.query(f"SELECT ?s ?p ?o WHERE {{ {where} }}{cut}", dataset)
        if not isinstance(answer, Rows):
            raise TypeError("a SELECT query has rows")
        for s, p, o in answer.rows:
            if s is not None and p is not None and o is not None:
                yield s, p, o
