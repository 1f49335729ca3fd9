"""The port behind which SHACL engines stand."""

from dataclasses import dataclass
from typing import Protocol

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.rules.model import Severity


@dataclass(frozen=True)
class Finding:
    """One thing that a shape found wrong. `value` is None where the shape names none."""

    focus: Node
    shape: URIRef
    value: Node | None
    path: Node | None
    component: URIRef
    severity: Severity
    message: str


class Engine(Protocol):
    """A SHACL engine. It never changes the graphs that it is given."""

    name: str

    def validate(self, data: Graph, shapes: Graph) -> list[Finding]:
        """Return what the shapes find wrong in the data, in no particular order.

        Raises:
            CheckerError: The shapes use something that the engine does not understand.
        """
        ...
