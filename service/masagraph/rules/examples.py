"""Read the examples of the rules, and the ready-made arrangements to which they add."""

from collections.abc import Iterable, Iterator
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

Bases = dict[Node, Graph]


def _examples_in(path: Path, ready_made: Bases) -> Iterator[Example]:
    default, named = _split(path)
    for iri in sorted(default.subjects(RDF.type, MASA.Example), key=str):
        own = named.get(iri, Graph())
        setting = set(default.objects(iri, MASA.setIn))
        own_setting = merged(*(named[name] for name in setting if name in named))
        whole = merged(*(ready_made[name] for name in default.objects(iri, MASA.extends)))
        background = merged(*(ready_made[name] for name in setting if name not in named))
        for left_out in default.objects(iri, MASA.omits):
            for graph in (whole, background):
                graph.remove((left_out, None, None))
                graph.remove((None, None, left_out))
        yield Example(
            iri=URIRef(str(iri)),
            label=text(default, iri, SKOS.prefLabel, path.name),
            rule=local(one(default, iri, MASA.exampleOf, path.name)),
            judged_as_at=day_or_none(default, iri, MASA.judgedAsAt),
            own=merged(own, own_setting),
            graph=merged(whole, own),
            background=merged(background, own_setting),
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


def _split(path: Path) -> tuple[Graph, Bases]:
    default, named = Graph(), Bases()
    for s, p, o, name in oxigraph.parse(path.read_bytes(), "trig"):
        (default if name is None else named.setdefault(URIRef(name), Graph())).add((s, p, o))
    return default, named


@cache
def bases() -> Bases:
    """Return the ready-made arrangements to which examples add, by name."""
    return _ready_made(assets.folder("shapes") / "examples.trig")


@cache
def register_bases() -> Bases:
    """Return the ready-made country and its arrangements to which examples of rules on the register add, by name."""
    return _ready_made(assets.folder("shapes") / "register" / "examples.trig")


def _ready_made(path: Path) -> Bases:
    default, named = _split(path)

    def whole(name: Node) -> Graph:
        return merged(named.get(name, Graph()), *(whole(other) for other in default.objects(name, MASA.extends)))

    return {name: whole(name) for name in {*named, *default.subjects(MASA.extends)}}


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples of all rules on an arrangement: each rule has a file of them beside its own.

    Raises:
        CheckerError: An example is not as it should be.
    """
    return _of(loader.rule_files(), bases())


@cache
def register_examples() -> tuple[Example, ...]:
    """Return the examples of all rules on the register.

    Raises:
        CheckerError: An example is not as it should be.
    """
    return _of(loader.register_rule_files(), register_bases())


def _of(rule_files: Iterable[Path], ready_made: Bases) -> tuple[Example, ...]:
    paths = [path.with_suffix(".trig") for path in rule_files]
    return tuple(example for path in paths for example in _examples_in(path, ready_made))
