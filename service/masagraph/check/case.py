"""What a verdict is drawn from: a version with its facts, the subjects of a rule, and one rule asked of one subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.check.engine import Finding
from masagraph.check.labels import label
from masagraph.evidence import SILENCES, Evidence, Fact, Settled, Standing, Statement, Withheld, reach
from masagraph.rules.model import Rule, Severity
from masagraph.vocab import EXTENT, MASA, RDF


@dataclass(frozen=True)
class Place:
    """Where a statement stands: a document by its name, and a line, page or heading."""

    source: str
    locator: str


@dataclass(frozen=True)
class Case:
    """One version, settled one way. `data` is its facts and the background; `raises_severity` is that of the profile."""

    evidence: Evidence
    settled: Settled
    data: Graph
    version: Node
    raises_severity: bool

    @cached_property
    def facts(self) -> dict[URIRef, list[Fact]]:
        """The facts that count, by property."""
        found: dict[URIRef, list[Fact]] = {}
        for node, predicate, value in self.settled.graph:
            found.setdefault(URIRef(str(predicate)), []).append((node, URIRef(str(predicate)), value))
        return found

    def severity(self, rule: Rule, given: Severity) -> Severity:
        """Return the severity in the profile of the run. A shape weightier than its rule keeps its own weight."""
        if self.raises_severity and given is rule.severity:
            return rule.wood_severity
        return given

    def places(self, statements: Iterable[Statement]) -> tuple[Place, ...]:
        """Return where statements stand, in a settled order."""
        graph = self.evidence.graph
        found = {Place("no document named" if s.document is None else label(graph, s.document), s.locator) for s in statements}
        return tuple(sorted(found, key=lambda place: (place.source, place.locator)))


@dataclass(frozen=True)
class Subject:
    """What a rule is judged on, and the nodes that belong to it."""

    node: Node
    nodes: frozenset[Node]


def subjects(case: Case, rows: Iterable[tuple[Node | None, ...]]) -> list[Subject]:
    """Gather the rows of a subject query into subjects, with all that hangs on their nodes."""
    starts: dict[Node, set[Node]] = {}
    for subject, node in rows:
        if subject is not None and node is not None:
            starts.setdefault(subject, set()).add(node)
    barred = set(starts) | {case.version}
    return [
        Subject(subject, frozenset(reach(case.evidence.graph, nodes, barred) | nodes))
        for subject, nodes in sorted(starts.items(), key=lambda item: label(case.data, item[0]))
    ]


def by_subject(findings: Iterable[Finding], among: Iterable[Subject]) -> tuple[dict[Node, list[Finding]], list[Finding]]:
    """Give each finding to every subject that it is about, and return those that are about none beside them.

    A finding is about the subject that its focus node is, else that its value is, else about all to which either belongs.
    """
    given: dict[Node, list[Finding]] = {}
    owners: dict[Node, list[Node]] = {}
    for subject in among:
        given[subject.node] = []
        for node in subject.nodes:
            owners.setdefault(node, []).append(subject.node)
    nobodys = []
    for finding in findings:
        about = [node for node in (finding.focus, finding.value) if node in given][:1]
        about = about or owners.get(finding.focus, []) or (owners.get(finding.value, []) if finding.value is not None else [])
        for node in about:
            given[node].append(finding)
        if not about:
            nobodys.append(finding)
    return given, nobodys


@dataclass(frozen=True)
class Question:
    """One rule asked of one subject."""

    case: Case
    rule: Rule
    subject: Subject

    @cached_property
    def subject_label(self) -> str:
        """Name the subject; a kind of partner is a subject only where none of the kind is named."""
        words = label(self.case.data, self.subject.node)
        return f"{words} (none named)" if (self.subject.node, RDF.type, MASA.PartnerKind) in self.case.data else words

    @property
    def documents(self) -> list[Node]:
        """The documents at hand that should hold the facts of the rule."""
        graph = self.case.evidence.graph
        held = graph.objects(self.case.version, MASA.hasDocument)
        return [d for d in held if set(graph.objects(d, MASA.documentKind)) & self.rule.sought_in]

    @cached_property
    def read_whole(self) -> bool:
        """Whether every kind of document that should hold the facts is at hand, and every such document was read whole."""
        graph = self.case.evidence.graph
        kinds = {kind for d in self.documents for kind in graph.objects(d, MASA.documentKind)}
        return self.rule.sought_in <= kinds and all(graph.value(d, MASA.extentRead) == EXTENT.whole for d in self.documents)

    def bearing(self) -> list[Fact]:
        """Return the facts that count and on which the rule rests: any at all, if the subject is the version."""
        everything = self.case.version in self.subject.nodes
        facts = (f for p in self.rule.rests_on for f in self.case.facts.get(p, ()))
        return [f for f in facts if everything or f[0] in self.subject.nodes]

    def withheld(self, properties: frozenset[URIRef]) -> list[Withheld]:
        """Return what was recorded of the subject, or of the version as a whole, under some properties and may not count."""
        nodes = self.subject.nodes | {self.case.version}
        everything = self.case.version in self.subject.nodes
        return [w for w in self.case.settled.withheld if w.property in properties and (everything or w.node in nodes)]

    def plans(self, properties: frozenset[URIRef]) -> list[Withheld]:
        """Return what is only planned or proposed under some properties."""
        return [w for w in self.withheld(properties) if w.standing in (Standing.PLANNED, Standing.PROPOSED)]

    def disputed(self) -> list[Withheld]:
        """Return the facts on which the rule rests and sources disagree."""
        return [w for w in self.withheld(self.rule.rests_on) if w.standing is Standing.CONFLICTING]

    def silences(self) -> set[Statement]:
        """Return the statements of a reader that a document says nothing of what the rule rests on."""
        statements = self.case.evidence.statements
        about = (s for node in self.subject.nodes | {self.case.version} for s in statements.get(node, ()))
        return {s for s in about if s.state in SILENCES and s.properties & self.rule.rests_on}
