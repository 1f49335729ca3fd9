"""The reference engine: pySHACL, with each SPARQL text parsed once. The one door to pySHACL."""

import re
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import pyshacl
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from masagraph.check.engine import Finding
from masagraph.errors import CheckerError
from masagraph.graphs import merged
from masagraph.rules.model import Severity
from masagraph.vocab import SH

_PREFIX = re.compile(r"PREFIX (\S*): <([^<>]*)>\n")


@lru_cache(maxsize=1024)
def _prepared(text: str) -> Query:
    """Parse a query. The prefixes that pySHACL writes before it are taken off first, since rdflib is slow to read them."""
    prefixes = {}
    while line := _PREFIX.match(text):
        prefixes[line[1]] = line[2]
        text = text[line.end() :]
    return prepareQuery(text, initNs=prefixes)


class _ParsedOnceGraph(Graph):
    """A view of a graph that remembers parsed queries: pySHACL hands the same text over for every focus node."""

    def __init__(self, seen: Graph) -> None:
        """Look at the triples of a graph without copying them."""
        super().__init__(store=seen.store, identifier=seen.identifier)

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Result:
        if isinstance(query_object, str):
            query_object = _prepared(query_object)
        return super().query(query_object, *args, **kwargs)


class PyShaclEngine:
    """pySHACL behind the port."""

    name = f"pySHACL {version('pyshacl')}"

    def __init__(self) -> None:
        """Start with no shapes known."""
        self._copies: dict[int, tuple[Graph, Graph]] = {}

    def _own_copy(self, shapes: Graph) -> Graph:
        """Return a copy of a shapes graph for pySHACL to write into, made once for each graph."""
        key = id(shapes)
        if key not in self._copies or self._copies[key][0] is not shapes:
            self._copies[key] = (shapes, merged(shapes))
        return self._copies[key][1]

    def validate(self, data: Graph, shapes: Graph) -> list[Finding]:
        """Return what the shapes find wrong in the data; see `Engine.validate`."""
        try:
            # Without advanced features or inference pySHACL only reads the data; inplace=True is what keeps it from copying.
            _, report, text = pyshacl.validate(_ParsedOnceGraph(data), shacl_graph=self._own_copy(shapes), inplace=True)
        except (ReportableRuntimeError, ShapeLoadError, ValidationFailure) as error:
            raise CheckerError(f"pySHACL does not understand the shapes: {error}") from error
        if not isinstance(report, Graph):
            raise CheckerError(f"pySHACL gave no report: {text}")
        return [_finding(report, node) for node in report.subjects(RDF.type, SH.ValidationResult)]


def _finding(report: Graph, node: Any) -> Finding:
    focus, shape = report.value(node, SH.focusNode), report.value(node, SH.sourceShape)
    component = report.value(node, SH.sourceConstraintComponent)
    if focus is None or shape is None or component is None:
        raise CheckerError("pySHACL reported a result without focus node, shape or component.")
    severity = str(report.value(node, SH.resultSeverity)).removeprefix(str(SH))
    messages = sorted(str(message) for message in report.objects(node, SH.resultMessage))
    return Finding(
        focus=focus,
        shape=URIRef(shape),
        value=report.value(node, SH.value),
        path=report.value(node, SH.resultPath),
        component=URIRef(component),
        severity=Severity(severity),
        message=" ".join(messages),
    )
