"""What the statements of an arrangement bear out: which facts stand, how firmly, and on whose word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology, reference
from masagraph.vocab import EVIDENCE, MASA, MODALITY, RDF

Fact = tuple[Node, URIRef, Node]

# What is said about documents, statements and the judging itself: no facts about the arrangement, and so on nobody's word.
_BOOKKEEPING = frozenset({RDF.type, MASA.statedBy, MASA.hasDocument, MASA.judgedOn}) | ontology.properties_of(
    MASA.Statement, MASA.Document
)
# Kinds of thing that outlive any one arrangement: their dates say when they existed, not when they play a part.
_LASTING = ontology.kinds_of(MASA.Area, MASA.Body, MASA.Unit, MASA.Jurisdiction)


class Standing(IntEnum):
    """How firmly a fact stands on what is said of it; the higher, the firmer."""

    NOT_EVIDENCE = 0
    SECTION_LISTED = 1
    PROPOSED = 2
    PLANNED = 3
    IN_PLACE = 4
    CONFLICTING = 9


_BY_MODALITY = {
    MODALITY["in-place"]: Standing.IN_PLACE,
    MODALITY.decided: Standing.PLANNED,
    MODALITY.planned: Standing.PLANNED,
    MODALITY.proposed: Standing.PROPOSED,
    MODALITY["restated-guidance"]: Standing.NOT_EVIDENCE,
    MODALITY.historical: Standing.NOT_EVIDENCE,
}
SILENCES = frozenset({EVIDENCE["not-stated"], EVIDENCE["not-seen"]})
_BY_STATE = {
    EVIDENCE["section-listed"]: Standing.SECTION_LISTED,
    EVIDENCE.conflicting: Standing.CONFLICTING,
    **dict.fromkeys(SILENCES, Standing.NOT_EVIDENCE),
}


@dataclass(frozen=True)
class Statement:
    """What one document says at one place. `properties` and `values` narrow it; empty means that it is not narrowed."""

    node: Node
    document: Node | None
    locator: str
    standing: Standing
    state: Node | None
    properties: frozenset[Node]
    values: frozenset[Node]
    says: str | None


@dataclass(frozen=True)
class Withheld:
    """A fact that was recorded and may not count, and why. `value` is None where only the property is known."""

    node: Node
    property: URIRef
    value: Node | None
    standing: Standing
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Settled:
    """The facts that count, and those that do not."""

    graph: Graph
    withheld: tuple[Withheld, ...]


def reach(graph: Graph, start: Iterable[Node], stop: Iterable[Node] = ()) -> set[Node]:
    """Return the nodes described in a graph that hang on the nodes given.

    Args:
        graph: Where to look.
        start: The nodes to begin at; they are part of the answer.
        stop: Nodes not to go into.
    """
    seen, barred, todo = set[Node](), set(stop), list(start)
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for value in graph.objects(node):
            if not isinstance(value, Literal) and value not in barred and (value, None, None) in graph:
                todo.append(value)
    return seen


def versions(graph: Graph) -> list[Node]:
    """Return the arrangement versions that a graph describes, in a settled order."""
    return sorted(graph.subjects(RDF.type, MASA.ArrangementVersion), key=str)


def own_nodes(graph: Graph, version: Node) -> set[Node]:
    """Return the nodes that belong to a version: what hangs on it, short of other versions."""
    return reach(graph, [version], [other for other in versions(graph) if other != version])


# Which bodies are statutory partners is for the reference data to say: one that they do not know is not known to be one.
_STATUTORY = ontology.kinds_of(MASA.LocalAuthority, MASA.HealthBody, MASA.PoliceForce)


def own_facts(graph: Graph, version: Node) -> Graph:
    """Return the triples of a version's own nodes. What the reference data know is theirs to say, not the sender's."""
    own, known = Graph(), reference.known()
    for node in own_nodes(graph, version):
        if node not in known:
            for predicate, value in graph.predicate_objects(node):
                if not (predicate == RDF.type and value in _STATUTORY):
                    own.add((node, predicate, value))
    return own


@dataclass
class Evidence:
    """The statements about one version, and what they bear out.

    `graph` holds the triples of the version's own nodes and nothing else.
    """

    graph: Graph
    version: Node

    @cached_property
    def statements(self) -> dict[Node, list[Statement]]:
        """The statements by the node that they are about: only those that say in which of the version's documents, and where."""
        documents = set(self.graph.objects(self.version, MASA.hasDocument))
        found: dict[Node, list[Statement]] = {}
        read: dict[Node, Statement] = {}
        for about, node in self.graph.subject_objects(MASA.statedBy):
            if node not in read:
                read[node] = self._read(node)
            if read[node].document in documents and read[node].locator.strip():
                found.setdefault(about, []).append(read[node])
        return found

    def _read(self, node: Node) -> Statement:
        document = self.graph.value(node, MASA.inDocument)
        modality = self.graph.value(node, MASA.modality)
        if modality is None and document is not None:
            modality = self.graph.value(document, MASA.defaultModality)
        state = self.graph.value(node, MASA.evidenceState)
        standing = _BY_STATE.get(state) if isinstance(state, URIRef) else None
        if standing is None:
            standing = _BY_MODALITY[modality] if isinstance(modality, URIRef) else Standing.IN_PLACE
        says = self.graph.value(node, MASA.says)
        return Statement(
            node=node,
            document=document,
            locator="; ".join(sorted(str(o) for o in self.graph.objects(node, MASA.locator))),
            standing=standing,
            state=state,
            properties=frozenset(self.graph.objects(node, MASA.onProperty)),
            values=frozenset(self.graph.objects(node, MASA.statedValue)),
            says=None if says is None else str(says),
        )

    def general(self, node: Node) -> tuple[Statement, ...]:
        """Return the statements about a node as a whole, but those of silence, which bear nothing out."""
        return tuple(s for s in self.statements.get(node, ()) if not s.properties and s.state not in SILENCES)

    @cached_property
    def _support(self) -> dict[Node, tuple[Statement, ...]]:
        """The statements about each node, or else about whatever it hangs on: a part needs no word of its own.

        Worked out level by level from the version down, so that neither a ring nor a long chain can stop it.
        """
        support: dict[Node, tuple[Statement, ...]] = {self.version: self.general(self.version)}
        level: list[Node] = [self.version]
        while level:
            found: dict[Node, dict[Statement, None]] = {}  # Each once, in order: many ways may lead to one node.
            for parent in level:
                for predicate, value in self.graph.predicate_objects(parent):
                    if predicate not in _BOOKKEEPING and value not in support and (value, None, None) in self.graph:
                        by_link = self._narrowed(parent, predicate, value)
                        found.setdefault(value, {}).update(dict.fromkeys(support[parent] if by_link is None else by_link))
            for node, inherited in found.items():
                speaks_for_itself = any(not s.properties for s in self.statements.get(node, ())) or self._is_unsourced(node)
                support[node] = self.general(node) if speaks_for_itself else tuple(inherited)
            level = list(found)
        return support

    def _is_unsourced(self, node: Node) -> bool:
        """Tell whether a node names statements of which none can be taken at its word."""
        return (node, MASA.statedBy, None) in self.graph and node not in self.statements

    def governing(self, fact: Fact) -> tuple[Statement, ...]:
        """Return the statements that decide whether a fact stands: the narrowest that there are."""
        subject, predicate, value = fact
        narrowed = self._narrowed(subject, predicate, value)
        if narrowed is not None:
            return narrowed
        return self._about(value, self._support.get(subject, ()))

    def _narrowed(self, subject: Node, predicate: Node, value: Node) -> tuple[Statement, ...] | None:
        """Return what is said of just this value of a property, else of the property; None if nobody speaks of the property.

        Where somebody does, nothing broader counts. A conflict over words or a single answer touches whatever is asserted.
        """
        narrowed = [s for s in self.statements.get(subject, ()) if predicate in s.properties]
        if not narrowed:
            return None
        known = ontology.load()
        one_answer = predicate in known.functional or predicate not in known.object_properties
        exact = [s for s in narrowed if value in s.values]
        chosen = exact or [s for s in narrowed if not s.values]
        disputed = [s for s in narrowed if s.standing is Standing.CONFLICTING and (one_answer or not s.values)]
        if not chosen and not disputed:
            return None  # Somebody speaks of another value alone, and of this one nobody in particular.
        return tuple(dict.fromkeys(s for s in (*chosen, *disputed) if s.state not in SILENCES))

    def _about(self, value: Node, inherited: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Return what decides whether a link to a thing stands: what is said of it, or else anything said of a part of it."""
        general = self.general(value)
        if any(s.standing is Standing.CONFLICTING for s in general):
            return general
        said = tuple(
            s for s in self.statements.get(value, ()) if s.standing is not Standing.CONFLICTING and s.state not in SILENCES
        )
        return said if general else (*said, *inherited)

    def standing(self, fact: Fact) -> Standing:
        """Return how firmly a fact stands. Unmarked is in place; one voice of conflict is enough to withhold it."""
        return max((s.standing for s in self.governing(fact)), default=Standing.IN_PLACE)

    def settle(self, accept: frozenset[Standing], day: Literal) -> Settled:
        """Return the facts that count on a day.

        Args:
            accept: How firmly a fact must stand.
            day: An `xsd:date`; a part that ended before it or begins after it does not count.
        """
        withheld: list[Withheld] = []
        kept = Graph()
        rivals = self._rivals
        for subject, predicate, value in self.graph:
            fact = (subject, URIRef(str(predicate)), value)
            if predicate in _BOOKKEEPING or not str(predicate).startswith(str(MASA)):
                kept.add(fact)
                continue
            standing = Standing.CONFLICTING if (subject, predicate) in rivals else self.standing(fact)
            if standing in accept and not self._is_blank(value) and not self._is_out_of_date(value, day):
                kept.add(fact)
            elif standing not in accept:
                withheld.append(Withheld(*fact, standing, self.governing(fact)))
        withheld.extend(self._unasserted())
        settled = Graph()
        for node in reach(kept, [self.version]):
            for predicate, value in kept.predicate_objects(node):
                settled.add((node, predicate, value))
        settled.add((self.version, MASA.judgedOn, day))
        return Settled(settled, tuple(withheld))

    def borne_out(self, accept: frozenset[Standing]) -> Iterator[tuple[Fact, Standing]]:
        """Yield the facts that stand firmly enough, whatever the day, each with how firmly; what is no fact stands as it is."""
        rivals = self._rivals
        for subject, predicate, value in self.graph:
            fact = (subject, URIRef(str(predicate)), value)
            if predicate in _BOOKKEEPING or not str(predicate).startswith(str(MASA)):
                yield fact, Standing.IN_PLACE
            elif (subject, predicate) not in rivals and not self._is_blank(value) and (standing := self.standing(fact)) in accept:
                yield fact, standing

    def outline(self, accept: frozenset[Standing]) -> Graph:
        """Return what the version says directly of itself, dates and edition among it, so far as that stands firmly enough."""
        graph = Graph()
        for predicate, value in self.graph.predicate_objects(self.version):
            fact = (self.version, URIRef(str(predicate)), value)
            if (self.version, predicate) not in self._rivals and self.standing(fact) in accept:
                graph.add(fact)
                for inner, bound in self.graph.predicate_objects(value):
                    if (value, inner) not in self._rivals:
                        graph.add((value, inner, bound))
        return graph

    @cached_property
    def _rivals(self) -> set[tuple[Node, Node]]:
        """Return the pairs of node and property that can have one value and have several: sources disagree."""
        seen: dict[tuple[Node, Node], Node] = {}
        rivals = set()
        functional = ontology.load().functional
        for subject, predicate, value in self.graph:
            if predicate in functional and seen.setdefault((subject, predicate), value) != value:
                rivals.add((subject, predicate))
        return rivals

    @staticmethod
    def _is_blank(value: Node) -> bool:
        return isinstance(value, Literal) and not any(character.isalnum() for character in str(value))

    def _is_out_of_date(self, node: Node, day: Literal) -> bool:
        if isinstance(node, Literal) or any(kind in _LASTING for kind in self.graph.objects(node, RDF.type)):
            return False
        begins, ends = self.graph.value(node, MASA.validFrom), self.graph.value(node, MASA.validTo)
        return (begins is not None and str(begins) > str(day)) or (ends is not None and str(ends) < str(day))

    def _unasserted(self) -> Iterator[Withheld]:
        """Yield what statements say of a property without any fact being asserted: conflicts, and sections only listed."""
        for node, statements in self.statements.items():
            for statement in statements:
                if statement.standing in (Standing.CONFLICTING, Standing.SECTION_LISTED, Standing.PROPOSED, Standing.PLANNED):
                    for name in statement.properties:
                        for value in statement.values or (None,):
                            if (node, name, value) not in self.graph:
                                yield Withheld(node, URIRef(str(name)), value, statement.standing, (statement,))
