"""Read the rules that ship with the package: requirements, shapes, editions, profiles and examples."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.errors import CheckerError
from masagraph.rules.model import Edition, Example, ExpectedVerdict, Profile, Rule, Severity, Shape, Signal, Silence
from masagraph.vocab import MASA, RDF, SH, SKOS

RULE_FOLDERS = ("statute", "wt2018", "wood2021")


def local(term: Node | None) -> str:
    """Return the part of an IRI after its last `#` or `/`."""
    return str(term).rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _one(graph: Graph, subject: Node, predicate: URIRef, where: str) -> Node:
    values = list(graph.objects(subject, predicate))
    if len(values) != 1:
        raise CheckerError(f"{where}: {local(subject)} needs exactly one {local(predicate)}, and has {len(values)}.")
    return values[0]


def _text(graph: Graph, subject: Node, predicate: URIRef, where: str) -> str:
    return " ".join(str(_one(graph, subject, predicate, where)).split())


def _maybe(graph: Graph, subject: Node, predicate: URIRef) -> str | None:
    value = graph.value(subject, predicate)
    return None if value is None else " ".join(str(value).split())


def _day(graph: Graph, subject: Node, predicate: URIRef) -> date | None:
    value = graph.value(subject, predicate)
    return None if value is None else date.fromisoformat(str(value))


def _iris(graph: Graph, subject: Node, predicate: URIRef) -> frozenset[URIRef]:
    return frozenset(o for o in graph.objects(subject, predicate) if isinstance(o, URIRef))


def steps(graph: Graph, path: Node, *, last: bool = False) -> frozenset[URIRef]:
    """Return the properties on a SHACL path whose facts a property shape turns on: every step but the way in.

    Args:
        graph: The graph that holds the path.
        path: The path.
        last: Whether to return only the properties in which the path can end.

    Raises:
        CheckerError: The path uses a form that no rule here needs.
    """
    if isinstance(path, URIRef):
        return frozenset({path})
    if (path, RDF.first, None) in graph:
        all_steps = list(Collection(graph, path))
        wanted = all_steps[-1:] if last else all_steps
        return frozenset[URIRef]().union(*(steps(graph, step, last=last) for step in wanted)) - {MASA.hasProvision}
    alternatives = graph.value(path, SH.alternativePath)
    if alternatives is not None:
        return frozenset[URIRef]().union(*(steps(graph, step, last=last) for step in Collection(graph, alternatives)))
    raise CheckerError("A shape has a path that is neither a property, a sequence nor an alternative.")


def _shape(graph: Graph, node: URIRef, where: str) -> Shape:
    path = graph.value(node, SH.path)
    looks_at = _iris(graph, node, MASA.looksAt)
    return Shape(
        iri=node,
        name=_text(graph, node, SH.name, where),
        message=_text(graph, node, SH.message, where),
        severity=Severity(local(_one(graph, node, SH.severity, where))),
        signal=Signal(local(_one(graph, node, MASA.signals, where))),
        looks_at=looks_at or (steps(graph, path) if path is not None else frozenset()),
        ends_in=looks_at or (steps(graph, path, last=True) if path is not None else frozenset()),
        reason=local(reason) if (reason := graph.value(node, MASA.reason)) is not None else None,
    )


def shapes_only(graph: Graph) -> Graph:
    """Return what of a rule's file a SHACL engine needs, without the words about the requirement."""
    wanted = Graph()
    for subject, predicate, value in graph:
        is_shacl = str(predicate).startswith(str(SH)) or predicate in (RDF.first, RDF.rest)
        if is_shacl or (predicate == RDF.type and str(value).startswith(str(SH))):
            wanted.add((subject, predicate, value))
    return wanted


def _rule(path: Path, queries: dict[Node, str]) -> Rule:
    graph, where = oxigraph.read([path]), path.name
    iri = _one_subject(graph, MASA.Requirement, where)
    subjects = _one(graph, iri, MASA.subjectsFrom, where)
    if subjects not in queries:
        raise CheckerError(f"{where}: there is no subject query called {local(subjects)}.")
    signalling = sorted((s for s in graph.subjects(MASA.signals) if isinstance(s, URIRef)), key=str)
    return Rule(
        id=_text(graph, iri, SKOS.notation, where),
        iri=iri,
        label=_text(graph, iri, SKOS.prefLabel, where),
        topic=local(_one(graph, iri, MASA.topic, where)),
        layer=local(_one(graph, iri, MASA.layer, where)),
        editions=_iris(graph, iri, MASA.sharedByEdition),
        force=local(_one(graph, iri, MASA.force, where)),
        severity=Severity(local(_one(graph, iri, MASA.severity, where))),
        wood_severity=Severity(local(_one(graph, iri, MASA.woodSeverity, where))),
        bearer=_text(graph, iri, MASA.bearer, where),
        restatement=_text(graph, iri, MASA.restatement, where),
        citation=_text(graph, iri, MASA.citation, where),
        content_certainty=local(_one(graph, iri, MASA.contentCertainty, where)),
        number_certainty=local(_one(graph, iri, MASA.numberCertainty, where)),
        certainty_note=_maybe(graph, iri, MASA.certaintyNote),
        applies_from=_day(graph, iri, MASA.appliesFrom),
        applies_to=_day(graph, iri, MASA.appliesTo),
        is_hindsight=_maybe(graph, iri, MASA.isHindsight) == "true",
        subjects=URIRef(str(subjects)),
        subject_query=queries[subjects],
        condition_query=None if (query := graph.value(iri, MASA.conditionQuery)) is None else prefixes() + str(query),
        condition_text=_maybe(graph, iri, MASA.conditionText),
        silence=Silence(local(_one(graph, iri, MASA.silenceMeans, where))),
        plan_is_enough=_text(graph, iri, MASA.planIsEnough, where) == "true",
        sought_in=_iris(graph, iri, MASA.soughtIn),
        rests_on_also=_iris(graph, iri, MASA.restsOn),
        looks_for=_text(graph, iri, MASA.looksFor, where),
        when_met=_text(graph, iri, MASA.whenMet, where),
        when_silent=_maybe(graph, iri, MASA.whenSilent),
        remedy=_text(graph, iri, MASA.remedy, where),
        shapes=tuple(_shape(graph, node, where) for node in signalling),
        shapes_graph=shapes_only(graph),
    )


def _one_subject(graph: Graph, kind: URIRef, where: str) -> URIRef:
    found = [s for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)]
    if len(found) != 1:
        raise CheckerError(f"{where}: one file holds one {local(kind)}, and this one holds {len(found)}.")
    return found[0]


@cache
def prefix_graph() -> Graph:
    """Return the declaration of the prefixes that rule queries use."""
    return oxigraph.read([assets.folder("shapes") / "prefixes.ttl"])


@cache
def prefixes() -> str:
    """Return the same prefixes as the head of a SPARQL query."""
    graph = prefix_graph()
    pairs = sorted((str(graph.value(d, SH.prefix)), str(graph.value(d, SH.namespace))) for d in graph.objects(None, SH.declare))
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in pairs)


@cache
def subject_queries() -> dict[Node, str]:
    """Return the text of each subject query by its IRI."""
    graph = oxigraph.read([assets.folder("shapes") / "subjects.ttl"])
    return {s: prefixes() + str(o) for s, o in graph.subject_objects(SH.select)}


def rule_files() -> list[Path]:
    """Return the files of all rules, in a settled order."""
    root = assets.folder("shapes")
    return [path for name in RULE_FOLDERS for path in sorted((root / name).glob("*.ttl"))]


@cache
def load() -> tuple[Rule, ...]:
    """Read all rules, once in a process.

    Raises:
        CheckerError: A rule file is not as it should be.
    """
    rules = tuple(_rule(path, subject_queries()) for path in rule_files())
    return tuple(sorted(rules, key=lambda rule: rule.order))


@cache
def editions() -> tuple[Edition, ...]:
    """Return the editions of the guidance, earliest first."""
    where = "editions.ttl"
    graph = oxigraph.read([assets.folder("shapes") / where])
    found = []
    for iri in graph.subjects(RDF.type, MASA.Edition):
        start = date.fromisoformat(_text(graph, iri, MASA.appliesFrom, where))
        found.append(
            Edition(
                iri=URIRef(str(iri)),
                id=_text(graph, iri, SKOS.notation, where),
                label=_text(graph, iri, SKOS.prefLabel, where),
                is_encoded=_text(graph, iri, MASA.isEncoded, where) == "true",
                applies_from=start,
                applies_to=_day(graph, iri, MASA.appliesTo),
                assumed_in_force=_day(graph, iri, MASA.assumedInForce) or start,
            )
        )
    return tuple(sorted(found, key=lambda edition: edition.applies_from))


@cache
def profiles() -> dict[str, Profile]:
    """Return the profiles by id."""
    graph = oxigraph.read(sorted((assets.folder("shapes") / "profiles").glob("*.ttl")))
    found = {}
    for iri in graph.subjects(RDF.type, MASA.Profile):
        name = _text(graph, iri, SKOS.notation, "profiles")
        found[name] = Profile(
            id=name,
            label=_text(graph, iri, SKOS.prefLabel, "profiles"),
            layers=frozenset(local(layer) for layer in graph.objects(iri, MASA.includesLayer)),
            raises_severity=_maybe(graph, iri, MASA.raisesSeverity) == "true",
        )
    return found


def digest(paths: Iterable[Path], root: Path) -> str:
    """Return a SHA-256 over names and contents, the same on every machine."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def rules_digest() -> str:
    """Return the digest of all that decides a verdict: rules, profiles, editions and the ontology."""
    shapes, ontology = assets.folder("shapes"), assets.folder("ontology")
    return digest([*shapes.rglob("*.ttl"), *ontology.rglob("*.ttl")], shapes.parent)


def reference_digest() -> str:
    """Return the digest of the reference data."""
    data = assets.folder("data")
    return digest((data / "reference").rglob("*.ttl"), data)


def _examples_in(path: Path, bases: dict[Node, Graph]) -> Iterator[Example]:
    default, named = _split(path)
    for iri in sorted(default.subjects(RDF.type, MASA.Example), key=str):
        own = named.get(iri, Graph())
        whole = Graph()
        extended = default.value(iri, MASA.extends)
        for triple in bases[extended] if extended is not None else ():
            whole.add(triple)
        for left_out in default.objects(iri, MASA.omits):
            whole.remove((left_out, None, None))
            whole.remove((None, None, left_out))
        for triple in own:
            whole.add(triple)
        yield Example(
            iri=URIRef(str(iri)),
            label=_text(default, iri, SKOS.prefLabel, path.name),
            rule=local(_one(default, iri, MASA.exampleOf, path.name)),
            judged_as_at=_day(default, iri, MASA.judgedAsAt),
            own=own,
            graph=whole,
            expected=tuple(_expected(default, node, path.name) for node in default.objects(iri, MASA.hasExpectation)),
        )


def _expected(graph: Graph, node: Node, where: str) -> ExpectedVerdict:
    reason = graph.value(node, MASA.expectsReason)
    return ExpectedVerdict(
        subject=_one(graph, node, MASA.onSubject, where),
        verdict=local(_one(graph, node, MASA.expectsVerdict, where)),
        reason=None if reason is None else local(reason),
        findings=frozenset(
            (_one(graph, f, SH.focusNode, where), _one(graph, f, SH.sourceShape, where), graph.value(f, SH.value))
            for f in graph.objects(node, MASA.expectsFinding)
        ),
    )


def _split(path: Path) -> tuple[Graph, dict[Node, Graph]]:
    default, named = Graph(), dict[Node, Graph]()
    for s, p, o, name in oxigraph.parse(path.read_bytes(), "trig"):
        (default if name is None else named.setdefault(name, Graph())).add((s, p, o))
    return default, named


@cache
def _bases() -> dict[Node, Graph]:
    default, named = _split(assets.folder("shapes") / "examples.trig")

    def whole(name: Node) -> Graph:
        graph = Graph()
        for part in (named.get(name, Graph()), *(whole(other) for other in default.objects(name, MASA.extends))):
            for triple in part:
                graph.add(triple)
        return graph

    return {name: whole(name) for name in {*named, *default.subjects(MASA.extends)}}


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples of all rules."""
    paths = [path.with_suffix(".trig") for path in rule_files()]
    return tuple(example for path in paths if path.exists() for example in _examples_in(path, _bases()))
