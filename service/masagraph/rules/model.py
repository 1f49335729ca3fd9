"""What a rule is."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph import ontology


class Severity(Enum):
    """How weighty a finding is; the values are the local names of the SHACL severities."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def rank(self) -> int:
        """Return 0 for the weightiest."""
        return list(Severity).index(self)


class Signal(Enum):
    """The one thing that a shape says when it is not satisfied."""

    ABSENCE = "absence"
    BREACH = "breach"
    UNDETERMINED = "undetermined"


class Silence(Enum):
    """What it means that nothing is stated about the condition or the subject of a rule."""

    ABSENCE = "absence"
    NOT_APPLICABLE = "not-applicable"
    NOT_APPLICABLE_IF_READ_WHOLE = "not-applicable-if-read-whole"


@dataclass(frozen=True)
class Shape:
    """A shape that signals one thing.

    `looks_at` holds the properties whose facts the shape turns on, and `ends_in` those among them that carry what is
    asked for rather than lead to it; `reason` overrides the usual reason of the signal.
    """

    iri: URIRef
    name: str
    message: str
    severity: Severity
    signal: Signal
    looks_at: frozenset[URIRef]
    ends_in: frozenset[URIRef]
    reason: str | None


@dataclass(frozen=True)
class Rule:
    """A requirement with everything that is needed to judge it and to speak of it."""

    id: str
    iri: URIRef
    label: str
    topic: str
    layer: str
    editions: frozenset[URIRef]
    force: str
    severity: Severity
    wood_severity: Severity
    bearer: str
    restatement: str
    citation: str
    content_certainty: str
    number_certainty: str
    certainty_note: str | None
    applies_from: date | None
    applies_to: date | None
    is_hindsight: bool
    subjects: URIRef
    subject_query: str
    condition_query: str | None
    condition_text: str | None
    silence: Silence
    plan_is_enough: bool
    sought_in: frozenset[URIRef]
    rests_on_also: frozenset[URIRef]
    note: str | None
    looks_for: str
    when_met: str
    when_silent: str | None
    remedy: str
    shapes: tuple[Shape, ...]
    shapes_graph: Graph

    @cached_property
    def rests_on(self) -> frozenset[URIRef]:
        """The properties whose facts decide the rule."""
        return self.rests_on_also.union(*(shape.looks_at for shape in self.shapes))

    @cached_property
    def order(self) -> tuple[int, str]:
        """Sort by topic, in the order of a report, then by id."""
        return ontology.load().topics.index(self.topic), self.id


@dataclass(frozen=True)
class Edition:
    """An edition of the guidance.

    `assumed_in_force` is the day taken for a version that gives no date; `citations_checked` says that the certainties of
    citations speak of this edition.
    """

    iri: URIRef
    id: str
    label: str
    is_encoded: bool
    applies_from: date
    applies_to: date | None
    assumed_in_force: date
    citations_checked: bool


@dataclass(frozen=True)
class Profile:
    """A choice of layers; `raises_severity` says that the severities of the Wood profile are used."""

    id: str
    label: str
    layers: frozenset[str]
    raises_severity: bool


@dataclass(frozen=True)
class ExpectedVerdict:
    """What an example must give for one subject. A finding is a focus node, a shape and a value or None."""

    subject: Node
    verdict: str
    reason: str | None
    findings: frozenset[tuple[Node, Node, Node | None]]


@dataclass(frozen=True)
class Example:
    """A small invented arrangement and what is expected of it. `own` is what it adds to what it extends.

    `background` holds the areas and bodies among which an example of a rule on the register is set.
    """

    iri: URIRef
    label: str
    rule: str
    judged_as_at: date | None
    own: Graph
    graph: Graph
    background: Graph
    expected: tuple[ExpectedVerdict, ...]
