"""Each rule's examples give the verdicts, reasons and findings that were written for them from the requirement."""

from dataclasses import replace

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from judging import alone, expected, judged, outcome
from masagraph.graphs import merged
from masagraph.rules import examples, loader
from masagraph.rules.model import Example
from masagraph.vocab import EXTENT, MASA, scheme

RULES = {rule.id: rule for rule in loader.load()}
EXAMPLES = examples.examples()
DOCUMENT = scheme("document-kind")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.rule}-{str(e.iri).rsplit('#', 1)[-1]}")
def test_example_gives_what_was_written_for_it(example: Example) -> None:
    assert outcome(judged(example, alone(RULES[example.rule])), example) == expected(example)


def test_a_wrong_expectation_is_noticed() -> None:
    """The comparison is proved on planted faults before it is trusted."""
    example = next(e for e in EXAMPLES if e.rule == "WT-TRAINING" and str(e.iri).endswith("#no-impact"))
    found = outcome(judged(example, alone(RULES["WT-TRAINING"])), example)
    ((subject, verdict, reason, findings),) = expected(example)
    assert found == {(subject, verdict, reason, findings)}
    assert found != {(subject, "met", None, frozenset())}
    assert found != {(subject, verdict, "not-seen", findings)}
    assert found != {(subject, verdict, reason, frozenset())}


def test_every_rule_shows_each_verdict_it_can_give() -> None:
    """A rule that can signal absence or breach can be not met; one that is dated or conditional can be inapplicable."""
    for rule in RULES.values():
        shown = {e.verdict for example in EXAMPLES if example.rule == rule.id for e in example.expected}
        signals = {shape.signal.value for shape in rule.shapes}
        can = {"met"}
        if signals & {"absence", "breach"}:
            can.add("not-met")
        if signals & {"absence", "undetermined"} or rule.silence.value == "not-applicable-if-read-whole":
            can.add("cannot-tell")
        if rule.condition_query or not rule.is_hindsight or rule.silence.value != "absence":
            can.add("not-applicable")
        assert can <= shown, f"{rule.id}: its examples show {sorted(shown)}, and it can give {sorted(can)}"


def test_every_shape_is_seen_to_fire_and_every_breach_twice() -> None:
    """A stated breach is not met in a document read whole and in one read in part."""
    for rule in RULES.values():
        mine = [example for example in EXAMPLES if example.rule == rule.id]
        for shape in rule.shapes:
            fired = [x for x in mine for e in x.expected for _, iri, _ in e.findings if iri == shape.iri]
            assert fired, f"{shape.iri} is never seen to find anything"
        breaches = {s.iri for s in rule.shapes if s.signal.value == "breach"}
        if breaches:
            extents = {extent(x) for x in mine for e in x.expected if any(f[1] in breaches for f in e.findings)}
            assert extents == {"whole", "part"}, f"{rule.id}: a breach is shown only where read {extents}"
            verdicts = {e.verdict for x in mine for e in x.expected if any(f[1] in breaches for f in e.findings)}
            assert verdicts == {"not-met"}, f"{rule.id}: a breach gives {verdicts}"


def test_absence_depends_on_how_much_was_read() -> None:
    """The same omission is not met where the document was read whole, cannot tell where it was read in part."""
    for rule in RULES.values():
        absences = {s.iri for s in rule.shapes if s.signal.value == "absence"}
        if not absences:
            continue
        seen = {
            (extent(x), e.verdict, e.reason)
            for x in EXAMPLES
            if x.rule == rule.id
            for e in x.expected
            if e.findings and {f[1] for f in e.findings} <= absences and e.reason in ("not-evidenced", "not-seen", "conflicting")
        }
        assert ("whole", "not-met", "not-evidenced") in seen, rule.id
        # A plan read whole leaves open what only another kind of document could show.
        sought_in_plan = DOCUMENT["published-arrangement"] in rule.sought_in
        assert ("part" if sought_in_plan else "whole", "cannot-tell", "not-seen") in seen, rule.id
        assert any(reason == "conflicting" and verdict == "cannot-tell" for _, verdict, reason in seen), rule.id


def read_in_part(example: Example) -> Example:
    """Return the same example, of whose document only a part was read."""
    graph = merged(example.graph)
    for document in list(graph.subjects(MASA.extentRead, EXTENT.whole)):
        graph.remove((document, MASA.extentRead, EXTENT.whole))
        graph.add((document, MASA.extentRead, EXTENT.part))
    return replace(example, graph=graph)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_same_omission_in_a_document_read_in_part_cannot_be_told(rule: str) -> None:
    """What is not met for silence alone is open once only a part was read, and it is said what would settle it."""
    checker = alone(RULES[rule])
    for example in EXAMPLES:
        silent = {e.subject for e in example.expected if e.reason == "not-evidenced"}
        breached = {e.subject for e in example.expected if e.reason == "breach"}
        if example.rule != rule or not silent | breached:
            continue
        for v in judged(read_in_part(example), checker):
            if v.subject in silent:
                assert (v.verdict, v.reason) == ("cannot_tell", "not_seen"), example.iri
                assert v.fix is not None
                assert v.fix.startswith("Read the rest of "), example.iri
            if v.subject in breached:
                assert (v.verdict, v.reason) == ("not_met", "breach"), example.iri


def extent(example: Example) -> str:
    """Return how much of its document an example has read."""
    return next(
        str(o).rsplit("#", 1)[-1] for s, p, o in example.graph if str(p).endswith("#extentRead") and str(s).endswith("#plan")
    )


def test_examples_do_not_change_when_judged() -> None:
    example = EXAMPLES[0]
    before = Graph()
    for triple in example.graph:
        before.add(triple)
    judged(example, alone(RULES[example.rule]))
    assert isomorphic(before, example.graph)


def test_numbers_of_rules_and_examples() -> None:
    """The sheet of requirements has 76 rows on one arrangement; one of them no document could prove."""
    assert len(RULES) == 75
    assert {e.rule for e in EXAMPLES} == set(RULES)
    assert len(EXAMPLES) == len({e.iri for e in EXAMPLES}) == NUMBER_OF_EXAMPLES


NUMBER_OF_EXAMPLES = 952
