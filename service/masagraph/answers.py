"""What a SPARQL query answers, before anybody decides how to write it down."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib.term import Node

Row = tuple[Node | None, ...]
Triple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Rows:
    """The answer to a SELECT: the names of its variables, and rows as long as those are many, each read when asked for."""

    names: tuple[str, ...]
    rows: Iterator[Row]


@dataclass(frozen=True)
class Triples:
    """The answer to a CONSTRUCT or DESCRIBE, each triple read when asked for."""

    triples: Iterator[Triple]


Answer = bool | Rows | Triples
"""A bare truth value is the answer to an ASK."""


@dataclass(frozen=True)
class Dataset:
    """The graphs that a query or update sees, by name: merged as its default graph, and each under its name.

    What is not held is empty. It goes before what a query says itself (SPARQL 1.1 Protocol, 2.1.4).
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any graph is named."""
        return bool(self.default or self.named)
