"""Read the examples of the rules, and the ready-made arrangements to which they add."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.graphs import local, merged
from masagraph.rules import loader
from masagraph.rules.fields import day_or_none, one, text
from masagraph.rules.model import Example, ExpectedVerdict
from masagraph.vocab import MASA, RDF, SH, SKOS


def _examples_in(path: Path) -> Iterator[Example]:
    default, named = _split(path)
    for iri in sorted(default.subjects(RDF.type, MASA.Example), key=str):
        own = named.get(iri, Graph())
        whole = merged(*(bases()[name] for name in default.objects(iri, MASA.extends)))
        for left_out in default.objects(iri, MASA.omits):
            whole.remove((left_out, None, None))
            whole.remove((None, None, left_out))
        yield Example(
            iri=URIRef(str(iri)),
            label=text(default, iri, SKOS.prefLabel, path.name),
            rule=local(one(default, iri, MASA.exampleOf, path.name)),
            judged_as_at=day_or_none(default, iri, MASA.judgedAsAt),
            own=own,
            graph=merged(whole, own),
            expected=tuple(_expected(default, node, path.name) for node in default.objects(iri, MASA.hasExpectation)),
        )


def _expected(graph: Graph, node: Node, where: str) -> ExpectedVerdict:
    reason = graph.value(node, MASA.expectsReason)
    return ExpectedVerdict(
        subject=one(graph, node, MASA.onSubject, where),
        verdict=local(one(graph, node, MASA.expectsVerdict, where)),
        reason=None if reason is None else local(reason),
        findings=frozenset(
            (one(graph, f, SH.focusNode, where), one(graph, f, SH.sourceShape, where), graph.value(f, SH.value))
            for f in graph.objects(node, MASA.expectsFinding)
        ),
    )


def _split(path: Path) -> tuple[Graph, dict[Node, Graph]]:
    default, named = Graph(), dict[Node, Graph]()
    for s, p, o, name in oxigraph.parse(path.read_bytes(), "trig"):
        (default if name is None else named.setdefault(name, Graph())).add((s, p, o))
    return default, named


@cache
def bases() -> dict[Node, Graph]:
    """Return the ready-made arrangements to which examples add, by name."""
    default, named = _split(assets.folder("shapes") / "examples.trig")

    def whole(name: Node) -> Graph:
        return merged(named.get(name, Graph()), *(whole(other) for other in default.objects(name, MASA.extends)))

    return {name: whole(name) for name in {*named, *default.subjects(MASA.extends)}}


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples of all rules: each rule has a file of them beside its own.

    Raises:
        CheckerError: An example is not as it should be.
    """
    paths = [path.with_suffix(".trig") for path in loader.rule_files()]
    return tuple(example for path in paths for example in _examples_in(path))
