"""Judge the register: the whole data set on one day, by rules that no single arrangement could answer.

The verdicts are those of an arrangement, drawn in the same order; what differs is what silence means. No reader went
through the register to its end, so each shape that signals an absence says for itself whether nothing was seen of a thing
(cannot tell) or the register is known not to hold it (not met).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from rdflib import Graph
from rdflib.term import Node

from masagraph import ontology
from masagraph.check import dating
from masagraph.check.case import Place
from masagraph.check.checker import DocumentRead, Report, belongs, conditions, in_force, shapes_graph
from masagraph.check.compiled_engine import CompiledEngine
from masagraph.check.dating import Basis
from masagraph.check.engine import Finding
from masagraph.check.labels import label
from masagraph.check.verdicts import (
    CANNOT_TELL,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Pair,
    Verdict,
    by_signal,
    sentences,
    when_it_applies,
)
from masagraph.dataset import on_day
from masagraph.oxigraph import Snapshot
from masagraph.rules import loader
from masagraph.rules.model import Profile, Rule, Signal
from masagraph.vocab import EXTENT, MASA, RDF

_REFERENCE = ontology.kinds_of(MASA.Area, MASA.Body, MASA.Jurisdiction)
_IN_REFERENCE, _IN_DATA = Place("the reference data", ""), Place("the data set itself", "")
_NAMED_BY = (MASA.heldBy, MASA.leadPost, MASA.delegatedTo, MASA.partnerKind, MASA.ofVersion)
_OUT_OF_PLAY = "Does not come into play on this day."
_UNBORNE = "It is recorded without saying where it was read, so nothing bears it out."
_SAY_WHERE = "Say in which document, and where, it stands."
_COUNTS = f"""PREFIX masa: <{MASA}>
SELECT (COUNT(DISTINCT ?version) AS ?versions) (COUNT(DISTINCT ?document) AS ?documents) (COUNT(DISTINCT ?whole) AS ?wholes)
WHERE {{
  ?version a masa:ArrangementVersion OPTIONAL {{ ?version masa:hasDocument ?document }}
  OPTIONAL {{ ?version masa:hasDocument ?whole . ?whole masa:extentRead <{EXTENT.whole}> }}
}}"""


class SnapshotEngine(Protocol):
    """An engine that judges a whole data set at once. It never changes what it is given."""

    name: str

    def validate(self, data: Snapshot, shapes: Graph) -> list[Finding]:
        """Return what the shapes find wrong in the data, in no particular order.

        Raises:
            CheckerError: The shapes use something that the engine does not understand.
        """
        ...


@dataclass(frozen=True)
class _Asked:
    """One rule asked of one subject: the things that bear it out, whether its condition holds, and what was found."""

    rule: Rule
    subject: Node
    nodes: tuple[Node, ...] = ()
    holds: bool = True
    findings: list[Finding] = field(default_factory=list)


class RegisterChecker:
    """Judges the register with one choice of rules."""

    def __init__(self, rules: Sequence[Rule] | None = None, engine: SnapshotEngine | None = None) -> None:
        """Take the rules to judge by, all on the register that ship with the package if none are given, and an engine."""
        self._rules = tuple(loader.register_rules() if rules is None else rules)
        self._engine = CompiledEngine() if engine is None else engine

    def check(
        self, snapshot: Snapshot, profile: Profile, day: date, why_day: str = "as asked", data_digest: str | None = None
    ) -> Report:
        """Return the report on the register on a day.

        Args:
            snapshot: A data set; it is not changed.
            profile: Which layers of rules to judge by.
            day: The day to judge at.
            why_day: Why this day, in words.
            data_digest: The digest of the data set, to be told in the report.

        Raises:
            CheckerError: A rule or the engine is at fault.
        """
        data = snapshot.with_more(on_day.facts(snapshot, day))
        basis = Basis(day, why_day, dating.edition_on(day), "the edition in force on that day")
        wanted = [rule for rule in self._rules if belongs(rule, profile, basis)]
        in_time = [rule for rule in wanted if in_force(rule, day)]
        asked = {rule.id: _asked(data, rule) for rule in in_time}
        self._look(data, in_time, asked)
        questions = [question for rule in in_time for question in asked[rule.id].values()]
        told = _Telling(data, questions)
        found = [
            told.inapplicable(_Asked(rule, on_day.REGISTER), when_it_applies(rule)) for rule in wanted if rule not in in_time
        ]
        found += [told.nobody(rule) for rule in in_time if not asked[rule.id]]
        found += [told.verdict(question) for question in questions]
        ((versions, documents, whole),) = data.texts(_COUNTS)
        held = f"the data set, with {versions} arrangement versions from {documents} documents, {whole} of them read whole"
        return Report(
            iri=on_day.REGISTER,
            label=told.label(on_day.REGISTER),
            basis=basis,
            profile=profile,
            documents=(DocumentRead(held, "whole" if whole == documents else "part"),),
            verdicts=tuple(sorted(found, key=lambda v: (*v.rule.order, v.subject_label, str(v.subject)))),
            engine=self._engine.name,
            data_digest=data_digest,
            is_of_register=True,
        )

    def _look(self, data: Snapshot, rules: list[Rule], asked: dict[str, dict[Node, _Asked]]) -> None:
        """Run the engine once for all rules, and give each finding to the subject that its focus node is."""
        owner = {shape.iri: rule.id for rule in rules for shape in rule.shapes}
        for finding in self._engine.validate(data, shapes_graph(rules)):
            # A finding on what is no subject of the rule, such as an area that has ended, concerns nobody.
            question = asked[owner[finding.shape]].get(finding.focus)
            if question is not None:
                question.findings.append(finding)


def _asked(data: Snapshot, rule: Rule) -> dict[Node, _Asked]:
    nodes: dict[Node, list[Node]] = {}
    for subject, node in data.select(rule.subject_query):
        if subject is not None:
            nodes.setdefault(subject, []).extend([] if node is None else [node])
    holds = conditions(data, rule)
    return {
        subject: _Asked(rule, subject, tuple(dict.fromkeys(among)), holds is None or holds.get(subject, False))
        for subject, among in nodes.items()
    }


class _Telling:
    """Puts verdicts into words: names things, and says where what is known of them was read."""

    def __init__(self, data: Snapshot, questions: Iterable[_Asked]) -> None:
        """Gather from the data set what the verdicts on questions have to name."""
        self._data = data
        self._known = Graph()
        self._seen = set[Node]()
        self._gather(on_day.REGISTER, 1)
        for question in questions:
            values = (finding.value for finding in question.findings if finding.value is not None)
            for node in (question.subject, *question.nodes, *values):
                self._gather(node, 3)

    def _gather(self, node: Node, depth: int) -> None:
        if node in self._seen or not depth:
            return
        self._seen.add(node)
        around = [*self._data.triples((node, None, None))]
        around += [t for link in (MASA.hasLead, MASA.hasDelegation) for t in self._data.triples((None, link, node))]
        for subject, predicate, value in around:
            self._known.add((subject, predicate, value))
            if predicate in _NAMED_BY:
                self._gather(value, depth - 1)
            self._gather(subject, depth - 1)

    def label(self, node: Node) -> str:
        """Name a thing: a partner with the arrangement that it is one of, an area that is no more with its code."""
        words, kinds = label(self._known, node), set(self._known.objects(node, RDF.type))
        if MASA.Area in kinds and (node, MASA.holdsOn, None) not in self._known:
            return f"{words} ({self._known.value(node, MASA.areaCode)})"
        if MASA.PartnerRole in kinds:
            versions = sorted(label(self._known, version) for version in self._known.objects(node, MASA.ofVersion))
            return ", ".join((*versions, words))
        return words

    def inapplicable(self, question: _Asked, words: str | None = None) -> Verdict:
        """Return the verdict on a subject for which a rule does not come into play."""
        return self._answer(question, NOT_APPLICABLE, words or question.rule.condition_text or _OUT_OF_PLAY)

    def nobody(self, rule: Rule) -> Verdict:
        """Return the verdict on a rule that finds no subject."""
        return self.inapplicable(_Asked(rule, on_day.REGISTER), rule.when_silent)

    def verdict(self, question: _Asked) -> Verdict:
        """Return the verdict on a subject.

        A breach decides, then what leaves the question open, then absence; met needs something that bears it.
        """
        if not question.holds:
            return self.inapplicable(question)
        of = by_signal(question.rule, self._known, question.findings)
        if breaches := of[Signal.BREACH]:
            return self._answer(question, NOT_MET, sentences(breaches), "breach", breaches)
        if open_ones := of[Signal.UNDETERMINED]:
            reason = next((shape.reason for shape, _ in open_ones if shape.reason), "undecidable").replace("-", "_")
            return self._answer(question, CANNOT_TELL, sentences(open_ones), reason, open_ones)
        if absences := of[Signal.ABSENCE]:
            # What the register is known not to hold outweighs what nobody may have seen yet.
            if missing := [pair for pair in absences if pair[0].reason == "not-evidenced"]:
                return self._answer(question, NOT_MET, sentences(missing), "not_evidenced", absences)
            return self._answer(question, CANNOT_TELL, sentences(absences), "not_seen", absences)
        if not self._is_borne_out(question):
            return self._answer(question, CANNOT_TELL, _UNBORNE, "undecidable")
        return self._answer(question, MET, question.rule.when_met)

    def _answer(
        self, question: _Asked, verdict: str, message: str, reason: str | None = None, pairs: Sequence[Pair] = ()
    ) -> Verdict:
        """Put a verdict together with what was found, what is well, and where it was read."""
        rule, subject = question.rule, question.subject
        findings = tuple(finding for _, finding in pairs if finding is not None)
        values = {f.value for f in findings} or {node for node in question.nodes if not self._is_reference(node)}
        weights = [f.severity for f in findings] or [rule.severity]
        remedy = _SAY_WHERE if message == _UNBORNE else rule.remedy
        return Verdict(
            rule=rule,
            verdict=verdict,
            reason=reason,
            severity=min(weights, key=lambda severity: severity.rank),
            subject=subject,
            subject_label=self.label(subject),
            message=message,
            fix=None if reason is None else remedy,
            found=tuple(sorted({self.label(value) for value in values - {subject} if value is not None})),
            rests_on=() if verdict == NOT_APPLICABLE else self._places(question),
            findings=findings,
        )

    def _is_borne_out(self, question: _Asked) -> bool:
        """Tell whether a verdict rests on something: on any version that was read, and on each part that is asked for."""
        is_read = {node: any(self._read_in(node)) for node in question.nodes}
        return any(is_read.values()) and all(
            is_read[node] for node in question.nodes if (node, RDF.type, MASA.ArrangementVersion) not in self._known
        )

    def _places(self, question: _Asked) -> tuple[Place, ...]:
        places = {place for node in question.nodes for place in self._read_in(node)}
        return tuple(sorted(places, key=lambda place: place.source))

    def _read_in(self, node: Node) -> Iterator[Place]:
        """Yield where something is known from; nothing, where an arrangement states it on nobody's word."""
        texts = [str(o) for p in (MASA.coverageSourceText, MASA.sourceText) for o in self._known.objects(node, p)]
        if node == on_day.REGISTER:
            yield _IN_DATA
        elif self._is_reference(node):
            yield _IN_REFERENCE
        elif texts:
            yield Place(texts[0], "")

    def _is_reference(self, node: Node) -> bool:
        return node == on_day.REGISTER or bool(set(self._known.objects(node, RDF.type)) & _REFERENCE)
