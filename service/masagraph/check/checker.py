"""Judge the versions in a graph: one report a version."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology, reference
from masagraph.check import dating, verdicts
from masagraph.check.case import Case, Question, Subject, by_subject, subjects
from masagraph.check.dating import Basis
from masagraph.check.engine import Engine, Finding
from masagraph.check.labels import label
from masagraph.check.verdicts import Verdict
from masagraph.errors import CheckerError
from masagraph.evidence import Evidence, Standing, own_facts, own_nodes, reach, versions
from masagraph.graphs import local, merged
from masagraph.oxigraph import Snapshot
from masagraph.rules import loader
from masagraph.rules.model import Profile, Rule
from masagraph.vocab import EXTENT, MASA, RDF, XSD

_IN_PLACE_ONLY = frozenset({Standing.IN_PLACE})
_PLANS_TOO = frozenset({Standing.IN_PLACE, Standing.PLANNED})
_ANYTHING_SAID = frozenset({Standing.IN_PLACE, Standing.PLANNED, Standing.PROPOSED})


@dataclass(frozen=True)
class DocumentRead:
    """A document and how much of it was read: `whole` or `part`."""

    label: str
    read: str


@dataclass(frozen=True)
class Report:
    """Every verdict on one version, or on the register as a whole, and what it was judged by."""

    iri: Node
    label: str
    basis: Basis
    profile: Profile
    documents: tuple[DocumentRead, ...]
    verdicts: tuple[Verdict, ...]
    engine: str
    data_digest: str | None
    is_of_register: bool = False

    def worst(self) -> dict[str, str]:
        """Return the worst verdict of each rule, by rule id."""
        found: dict[str, str] = {}
        for v in self.verdicts:
            before = found.setdefault(v.rule.id, v.verdict)
            found[v.rule.id] = min(before, v.verdict, key=verdicts.WORST_FIRST.index)
        return found

    def summary(self) -> dict[str, int]:
        """Return how many rules have each verdict as their worst."""
        worst = list(self.worst().values())
        return {name: worst.count(name) for name in ("met", "not_met", "cannot_tell", "not_applicable")}


def unjudged(graph: Graph) -> list[Node]:
    """Return the described nodes that hang on no version and that no check will look at."""
    held = set().union(*(own_nodes(graph, v) for v in versions(graph)))
    apart = {
        s for s in graph.subjects() if s not in held and not set(graph.objects(s, RDF.type)) & {MASA.Arrangement, MASA.Umbrella}
    }
    known = reference.known()
    linked = {o for s in apart for o in graph.objects(s)}
    return sorted((n for n in apart - known if not (isinstance(n, BNode) and n in linked)), key=str)


class Checker:
    """Judges arrangements with one engine and one choice of rules."""

    def __init__(self, engine: Engine, rules: Sequence[Rule] | None = None) -> None:
        """Take an engine and the rules to judge by: all that ship with the package, if none are given."""
        self._engine = engine
        self._rules = tuple(loader.load() if rules is None else rules)
        self._shapes: dict[tuple[str, ...], Graph] = {}

    def check(
        self, graph: Graph, profile: Profile, day: date | None = None, edition: str = "auto", data_digest: str | None = None
    ) -> list[Report]:
        """Return a report for each arrangement version in a graph.

        Args:
            graph: The arrangement as it came in; it is not changed.
            profile: Which layers of rules to judge by.
            day: The day to judge at, or None for each version's own.
            edition: The id of an edition of the guidance, or `auto`.
            data_digest: The digest of the document as it came in, to be told in the report.

        Raises:
            CheckerError: A rule or the engine is at fault.
        """
        return [self._report(graph, version, profile, day, edition, data_digest) for version in versions(graph)]

    def _report(
        self, graph: Graph, version: Node, profile: Profile, day: date | None, edition: str, data_digest: str | None
    ) -> Report:
        evidence = Evidence(own_facts(graph, version), version)
        basis = dating.basis(evidence.outline(_ANYTHING_SAID), version, day, edition)
        wanted = [rule for rule in self._rules if belongs(rule, profile, basis)]
        found: list[Verdict] = []
        for accept, rules in (
            (_PLANS_TOO, [rule for rule in wanted if rule.plan_is_enough]),
            (_IN_PLACE_ONLY, [rule for rule in wanted if not rule.plan_is_enough]),
        ):
            if rules:
                found.extend(self._verdicts(evidence, version, accept, rules, profile, basis))
        graph = evidence.graph
        documents = sorted(
            (label(graph, d), "whole" if graph.value(d, MASA.extentRead) == EXTENT.whole else "part")
            for d in graph.objects(version, MASA.hasDocument)
        )
        return Report(
            iri=version,
            label=label(graph, version),
            basis=basis,
            profile=profile,
            documents=tuple(DocumentRead(*document) for document in documents),
            verdicts=tuple(sorted(found, key=lambda v: (*v.rule.order, v.subject_label))),
            engine=self._engine.name,
            data_digest=data_digest,
        )

    def _verdicts(
        self, evidence: Evidence, version: Node, accept: frozenset[Standing], rules: list[Rule], profile: Profile, basis: Basis
    ) -> Iterator[Verdict]:
        settled = evidence.settle(accept, Literal(basis.day.isoformat(), datatype=XSD.date))
        data = with_background(settled.graph)
        case = Case(evidence, settled, data, version, profile.raises_severity)
        snapshot = Snapshot(data)
        everything = Subject(version, frozenset(reach(evidence.graph, [version])))
        in_time = [rule for rule in rules if in_force(rule, basis.day)]
        yield from (verdicts.out_of_time(Question(case, rule, everything)) for rule in rules if rule not in in_time)
        queries = {rule.subjects: rule.subject_query for rule in in_time}
        found = {name: subjects(case, snapshot.select(query)) for name, query in queries.items()}
        asked = [Asked(rule, found[rule.subjects], conditions(snapshot, rule)) for rule in in_time]
        # A rule that nobody is asked is not put to the engine: reading its queries costs more than judging all the rest.
        findings = self._find(data, [a.rule for a in asked if a.is_put], set(settled.graph.subjects()))
        for a in asked:
            yield from a.verdicts(case, everything, findings.get(a.rule.id, []))

    def _find(self, data: Graph, rules: list[Rule], own: set[Node]) -> dict[str, list[Finding]]:
        """Run the engine once for all rules, and return what it found on the arrangement's own nodes, by rule."""
        key = tuple(rule.id for rule in rules)
        if key not in self._shapes:
            self._shapes[key] = shapes_graph(rules)
        owner = {shape.iri: rule.id for rule in rules for shape in rule.shapes}
        found: dict[str, list[Finding]] = {}
        for finding in self._engine.validate(data, self._shapes[key]):
            if finding.shape not in owner:
                raise CheckerError(f"The shape {local(finding.shape)} found something and signals nothing.")
            if finding.focus in own:
                found.setdefault(owner[finding.shape], []).append(finding)
        return found


@dataclass(frozen=True)
class Asked:
    """A rule with the subjects it is asked of, and for each whether its condition holds; None if it has none."""

    rule: Rule
    among: list[Subject]
    holds: dict[Node, bool] | None

    @property
    def is_put(self) -> bool:
        """Whether there is anything to be found: a subject, and one for which the condition may hold."""
        return bool(self.among) and (self.holds is None or any(self.holds.values()))

    def verdicts(self, case: Case, everything: Subject, findings: list[Finding]) -> Iterator[Verdict]:
        """Yield the verdict on each subject; a rule that finds none is judged once, on the version.

        Raises:
            CheckerError: A finding on the version is about none of the subjects.
        """
        given, nobodys = by_subject(findings, self.among)
        # A part that is no subject's, such as a delegation that is no partner's, concerns nobody; the version always does.
        if self.among and any(finding.focus == case.version for finding in nobodys):
            raise CheckerError(f"{self.rule.id}: a finding on the version is about none of the subjects of the rule.")
        if not self.among:
            known_false = self.holds is not None and self.holds.get(case.version) is False
            yield (verdicts.out_of_condition if known_false else verdicts.silent)(Question(case, self.rule, everything))
        for subject in self.among:
            question = Question(case, self.rule, subject)
            if self.holds is not None and subject.node not in self.holds:
                yield verdicts.silent(question)
            elif self.holds is not None and not self.holds[subject.node]:
                yield verdicts.out_of_condition(question)
            else:
                yield verdicts.judge(question, given[subject.node])


def shapes_graph(rules: Iterable[Rule]) -> Graph:
    """Return the shapes of several rules as one graph, with the prefixes that their queries use."""
    return merged(loader.prefix_graph(), *(rule.shapes_graph for rule in rules))


def with_background(own: Graph) -> Graph:
    """Return the facts of an arrangement together with what the reference data and value lists say around them."""
    things: set[Node] = {o for o in own.objects() if isinstance(o, URIRef)}
    return merged(own, reference.around(things), ontology.load().background)


def belongs(rule: Rule, profile: Profile, basis: Basis) -> bool:
    """Tell whether a rule is asked in a profile, under the edition of a judgement."""
    if rule.layer not in profile.layers:
        return False
    return rule.layer != "guidance" or basis.edition.is_encoded or basis.edition.iri in rule.editions


def in_force(rule: Rule, day: date) -> bool:
    """Tell whether a rule is in force on a day; what is judged with hindsight always is."""
    if rule.is_hindsight:
        return True
    return (rule.applies_from is None or rule.applies_from <= day) and (rule.applies_to is None or day <= rule.applies_to)


def conditions(snapshot: Snapshot, rule: Rule) -> dict[Node, bool] | None:
    """Return for each subject whether the condition of a rule holds in any way; one that is not there: nothing is stated."""
    if rule.condition_query is None:
        return None
    holds: dict[Node, bool] = {}
    for subject, answer in snapshot.select(rule.condition_query):
        if subject is not None:
            holds[subject] = holds.get(subject, False) or str(answer) in ("true", "1")
    return holds
