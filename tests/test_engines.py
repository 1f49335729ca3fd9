"""Every SPARQL text of the rules gives the same rows in rdflib and in pyoxigraph; the engine leaves what it is given alone."""

from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import ResultRow
from rdflib.term import Node

from masagraph import oxigraph
from masagraph.check import dating, pyshacl_engine
from masagraph.check.checker import shapes_graph, with_background
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.errors import CheckerError
from masagraph.evidence import Evidence, Standing, versions
from masagraph.rules import examples, loader
from masagraph.rules.model import Example
from masagraph.vocab import RDF, SH, XSD

ACCEPT = frozenset({Standing.IN_PLACE, Standing.PLANNED})
Rows = Counter[tuple[str, ...]]
Bound = dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


def texts() -> Iterator[tuple[str, str, list[Node]]]:
    """Yield the rule, the text and the target classes of every query of the rules; a query without targets stands alone."""
    for query in sorted(set(loader.subject_queries().values())):
        yield "", query, []
    for rule in loader.load():
        if rule.condition_query:
            yield rule.id, rule.condition_query, []
        for shape in rule.shapes_graph.subjects(SH.sparql):
            (select,) = rule.shapes_graph.objects(rule.shapes_graph.value(shape, SH.sparql), SH.select)
            yield rule.id, loader.prefixes() + str(select), list(rule.shapes_graph.objects(shape, SH.targetClass))


TEXTS = list(texts())
PREPARED = {text: prepareQuery(text) for _, text, _ in TEXTS}


def data_of(example: Example) -> Graph:
    """Return what an engine is given of an example."""
    (version,) = versions(example.graph)
    evidence = Evidence(example.graph, version)
    day = dating.basis(example.graph, version, example.judged_as_at, "auto").day
    return with_background(evidence.settle(ACCEPT, Literal(day.isoformat(), datatype=XSD.date)).graph)


def canonical(term: Node | None) -> str:
    """Write a term so that both engines write it alike: decimals and booleans by value."""
    if isinstance(term, Literal) and term.datatype in (XSD.boolean, XSD.integer, XSD.decimal):
        return f"{term.value!s}"
    return "" if term is None else f"{type(term).__name__} {term} {getattr(term, 'language', '')}"


def rows_of_rdflib(graph: Graph, text: str, this: URIRef | None) -> Rows:
    bound = {} if this is None else {"this": this}
    rows = graph.query(PREPARED[text], initBindings=bound)
    return Counter(tuple(map(canonical, row)) for row in rows if isinstance(row, ResultRow))


def rows_of_oxigraph(store: ox.Store, text: str, this: URIRef | None) -> Rows:
    bound: Bound = {} if this is None else {ox.Variable("this"): ox.NamedNode(this)}
    solutions = store.query(text, substitutions=bound)
    assert isinstance(solutions, ox.QuerySolutions)
    return Counter(tuple(canonical(None if t is None else oxigraph._to_rdflib(t)) for t in row) for row in solutions)


def differences(example: Example, wanted: list[tuple[str, str, list[Node]]]) -> list[str]:
    """Return the queries on which the two engines part, on one example."""
    graph = data_of(example)
    store = ox.Store()
    store.bulk_extend(map(oxigraph._quad, graph))
    found = []
    for rule, text, targets in wanted:
        focus: list[URIRef | None] = [n for t in targets for n in graph.subjects(RDF.type, t) if isinstance(n, URIRef)]
        for this in focus if targets else [None]:
            if rows_of_rdflib(graph, text, this) != rows_of_oxigraph(store, text, this):
                found.append(f"{rule} on {this}: {text[-300:]}")
    return found


@pytest.mark.parametrize("example", examples.examples(), ids=lambda e: f"{e.rule}-{str(e.iri).rsplit('#', 1)[-1]}")
def test_own_queries_agree_on_each_example(example: Example) -> None:
    assert differences(example, [t for t in TEXTS if t[0] in ("", example.rule)]) == []


@pytest.mark.long
@pytest.mark.parametrize("rule", [rule.id for rule in loader.load()])
def test_all_queries_agree_on_all_examples(rule: str) -> None:
    for example in examples.examples():
        if example.rule == rule:
            assert differences(example, TEXTS) == []


def test_the_comparison_notices_a_difference() -> None:
    """A row dropped by one engine would be seen: proved with two different texts in place of two engines."""
    example = next(e for e in examples.examples() if e.rule == "CA04-16J-1")
    graph = data_of(example)
    store = ox.Store()
    store.bulk_extend(map(oxigraph._quad, graph))
    first, second = TEXTS[0][1], TEXTS[1][1]
    assert rows_of_rdflib(graph, first, None) != rows_of_oxigraph(store, second, None)


def test_the_engine_changes_neither_data_nor_shapes() -> None:
    rules = loader.load()
    shapes = shapes_graph(rules)
    data = data_of(examples.examples()[0])
    before = set(data), set(shapes)
    PyShaclEngine().validate(data, shapes)
    assert (set(data), set(shapes)) == before
    assert isomorphic(data, data_of(examples.examples()[0]))


def test_each_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[str] = Counter()

    def counting(text: str, *, initNs: dict[str, str]) -> object:  # noqa: N803 - rdflib names it so
        parsed[text] += 1
        return prepareQuery(text, initNs=initNs)

    pyshacl_engine._prepared.cache_clear()
    monkeypatch.setattr(pyshacl_engine, "prepareQuery", counting)
    engine = PyShaclEngine()
    shapes = shapes_graph(loader.load())
    for example in examples.examples()[:3]:
        engine.validate(data_of(example), shapes)
    assert parsed
    assert set(parsed.values()) == {1}
    pyshacl_engine._prepared.cache_clear()


def test_shapes_that_cannot_be_understood_are_the_checkers_fault() -> None:
    faulty = Graph()
    shape, query = URIRef("urn:shape"), BNode()
    for triple in (
        (shape, RDF.type, SH.NodeShape),
        (shape, SH.targetNode, URIRef("urn:x")),
        (shape, SH.sparql, query),
        (query, SH.select, Literal("SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 1 } }")),
    ):
        faulty.add(triple)
    with pytest.raises(CheckerError):
        PyShaclEngine().validate(Graph(), faulty)
