"""Read the rules that ship with the package: requirements and their shapes."""

from functools import cache
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.errors import CheckerError
from masagraph.graphs import local
from masagraph.rules.fields import day_or_none, iris, one, text, text_or_none
from masagraph.rules.model import Rule, Severity, Shape, Signal, Silence
from masagraph.vocab import MASA, RDF, SH, SKOS

_REGISTER = "register"


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
    looks_at = iris(graph, node, MASA.looksAt)
    return Shape(
        iri=node,
        name=text(graph, node, SH.name, where),
        message=text(graph, node, SH.message, where),
        severity=Severity(local(one(graph, node, SH.severity, where))),
        signal=Signal(local(one(graph, node, MASA.signals, where))),
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
    subjects = one(graph, iri, MASA.subjectsFrom, where)
    if subjects not in queries:
        raise CheckerError(f"{where}: there is no subject query called {local(subjects)}.")
    signalling = sorted((s for s in graph.subjects(MASA.signals) if isinstance(s, URIRef)), key=str)
    return Rule(
        id=text(graph, iri, SKOS.notation, where),
        iri=iri,
        label=text(graph, iri, SKOS.prefLabel, where),
        topic=local(one(graph, iri, MASA.topic, where)),
        layer=local(one(graph, iri, MASA.layer, where)),
        editions=iris(graph, iri, MASA.sharedByEdition),
        force=local(one(graph, iri, MASA.force, where)),
        severity=Severity(local(one(graph, iri, MASA.severity, where))),
        wood_severity=Severity(local(one(graph, iri, MASA.woodSeverity, where))),
        bearer=text(graph, iri, MASA.bearer, where),
        restatement=text(graph, iri, MASA.restatement, where),
        citation=text(graph, iri, MASA.citation, where),
        content_certainty=local(one(graph, iri, MASA.contentCertainty, where)),
        number_certainty=local(one(graph, iri, MASA.numberCertainty, where)),
        certainty_note=text_or_none(graph, iri, MASA.certaintyNote),
        applies_from=day_or_none(graph, iri, MASA.appliesFrom),
        applies_to=day_or_none(graph, iri, MASA.appliesTo),
        is_hindsight=text_or_none(graph, iri, MASA.isHindsight) == "true",
        subjects=URIRef(str(subjects)),
        subject_query=queries[subjects],
        condition_query=None if (query := graph.value(iri, MASA.conditionQuery)) is None else prefixes() + str(query),
        condition_text=text_or_none(graph, iri, MASA.conditionText),
        silence=Silence(local(one(graph, iri, MASA.silenceMeans, where))),
        plan_is_enough=text(graph, iri, MASA.planIsEnough, where) == "true",
        sought_in=iris(graph, iri, MASA.soughtIn),
        rests_on_also=iris(graph, iri, MASA.restsOn),
        note=text_or_none(graph, iri, MASA.note),
        looks_for=text(graph, iri, MASA.looksFor, where),
        when_met=text(graph, iri, MASA.whenMet, where),
        when_silent=text_or_none(graph, iri, MASA.whenSilent),
        remedy=text(graph, iri, MASA.remedy, where),
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
    """Return the text of each query for what rules on an arrangement are judged on, by its IRI."""
    return _queries("subjects.ttl")


@cache
def register_subject_queries() -> dict[Node, str]:
    """Return the text of each query for what rules on the register are judged on, by its IRI."""
    return _queries("register-subjects.ttl")


def _queries(name: str) -> dict[Node, str]:
    graph = oxigraph.read([assets.folder("shapes") / name])
    return {s: prefixes() + str(o) for s, o in graph.subject_objects(SH.select)}


def rule_files() -> list[Path]:
    """Return the files of all rules on an arrangement, in a settled order: those in any folder of `shapes/` but two."""
    return [path for path in sorted(assets.folder("shapes").glob("*/*.ttl")) if path.parent.name not in ("profiles", _REGISTER)]


def register_rule_files() -> list[Path]:
    """Return the files of all rules on the register, in a settled order."""
    return sorted((assets.folder("shapes") / _REGISTER).glob("*.ttl"))


@cache
def load() -> tuple[Rule, ...]:
    """Read all rules on an arrangement, once in a process.

    Raises:
        CheckerError: A rule file is not as it should be.
    """
    rules = tuple(_rule(path, subject_queries()) for path in rule_files())
    return tuple(sorted(rules, key=lambda rule: rule.order))


@cache
def register_rules() -> tuple[Rule, ...]:
    """Read all rules on the register as a whole, once in a process.

    Raises:
        CheckerError: A rule file is not as it should be.
    """
    rules = tuple(_rule(path, register_subject_queries()) for path in register_rule_files())
    for rule in rules:
        for shape in rule.shapes:
            # No reader went through the register to its end: what silence means is for the shape to say.
            if shape.signal is Signal.ABSENCE and shape.reason not in ("not-seen", "not-evidenced"):
                raise CheckerError(f"{rule.id}: {shape.name} is an absence, and does not say what it means.")
    return tuple(sorted(rules, key=lambda rule: rule.order))
