"""A rule with a fault in it gives a wrong answer on one of its own examples, or the examples have a hole."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.compare import isomorphic

from judging import alone, expected, judged, outcome
from masagraph.check.verdicts import Verdict
from masagraph.errors import CheckerError
from masagraph.graphs import local
from masagraph.rules import examples, loader
from masagraph.rules.model import Example, Rule, Severity
from masagraph.vocab import EXAMPLE, SHAPE
from mutation import Mutant, mutants

RULES = {rule.id: rule for rule in loader.load()}
KINDS = {"target", "path", "count", "value", "severity", "signal", "comparison", "negation", "class"}
# From the sheet of requirements: a number that no entry of the Schedule has is a contradiction, not an omission.
# Every other shape weighs what its rule weighs.
OWN_SEVERITY = {SHAPE["CA04-16E-3-RA-low"]: Severity.VIOLATION, SHAPE["CA04-16E-3-RA-high"]: Severity.VIOLATION}

# What a finding calls the thing that it found: its printed name or date, or else words that say there is none.
SAID = {
    "CA04-16E-3-HEALTH#nameless": "no name is given",
    "CA04-16E-3-HEALTH#unmatched": "the partner agency",
    "CA04-16E-3-LA#nameless": "no name is given",
    "CA04-16E-3-LA#unmatched": "the partner agency",
    "CA04-16E-3-POLICE#nameless": "no name is given",
    "CA04-16E-3-POLICE#unmatched": "the partner agency",
    "CA04-16G-3#employed": "Independent Scrutineer",
    "CA04-16G-3#employed-not-described": "somebody who is not described",
    "CA04-16G-3#lead": "Director of Quality",
    "CA04-16G-3#not-described": "somebody who is not described",
    "CA04-16G-3#not-said": "Independent Scrutineer",
    "CA04-16G-3#post-elsewhere": "Professor of Social Work",
    "SI497-8#day-after": "2 September 2019",
    "SI497-8#last-day-over": "30 September 2020",
    "WT-LEAD-ACTIVE#every-other-year": "Leads Meeting",
    "WT-LEAD-ACTIVE#how-often-not-said-no-name": "a group without a name",
    "WT-LEAD-ACTIVE#nearly-once": "a group without a name",
    "WT-LEAD-ACTIVE#others-meet-not-said": "Leads Meeting",
    "WT-PUB-REVIEW#due-month-begun": "September 2020",
    "WT-PUB-REVIEW#due-not-printed": "2020-09-30",
    "WT-PUB-REVIEW#due-nothing-given": "no day given",
    "WT-PUB-REVIEW#overdue": "September 2020",
    "WT-PUB-REVIEW#overdue-not-printed": "2020-09-30",
    "WT-RA-HOW#some-only": "The youth choir",
    "WT-RA-HOW#unnamed": "an agency without a name",
    "WT-RA-WHY#some-only": "The youth choir",
    "WT-RA-WHY#unnamed": "an agency without a name",
}


def listed() -> list[tuple[str, str, str, str]]:
    """Return the mutants that change no possible answer: rule, shape, mutation and why."""
    path = Path(__file__).with_name("equivalent_mutants.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["rule"], row["shape"], row["mutation"], row["reason"]) for row in csv.DictReader(file)]


def weighed_rightly(verdicts: Iterable[Verdict], rule: Rule) -> bool:
    """Tell whether findings and verdicts are as weighty as the requirement makes them."""

    def written(shape: URIRef) -> Severity:
        return OWN_SEVERITY.get(shape, rule.severity)

    def raised(severity: Severity) -> Severity:
        return rule.wood_severity if severity is rule.severity else severity

    return all(
        all(f.severity is written(f.shape) for f in v.findings)
        and v.severity is min((raised(written(f.shape)) for f in v.findings), key=lambda s: s.rank, default=rule.wood_severity)
        for v in verdicts
    )


def is_said(verdicts: Iterable[Verdict], example: Example) -> bool:
    """Tell whether the words stand in an answer by which a reader knows what was found."""
    words = SAID.get(str(example.iri).removeprefix(str(EXAMPLE)), "")
    return any(words in v.message for v in verdicts)


def mine(rule: Rule, shape: str) -> list[Example]:
    """Return the examples of a rule, those first in which a shape finds something: they tell most faults soonest."""

    def fires(example: Example) -> bool:
        return any(local(f[1]) == shape for e in example.expected for f in e.findings)

    return sorted((x for x in examples.examples() if x.rule == rule.id), key=lambda x: not fires(x))


def is_noticed(faulty: Rule, rule: Rule, examples: Iterable[Example]) -> bool:
    """Tell whether a faulty rule gives an answer that is not expected, or is refused, on one of the examples."""
    checker = alone(faulty)
    for example in examples:
        try:
            verdicts = judged(example, checker)
        except CheckerError:
            return True
        as_expected = outcome(verdicts, example) == expected(example)
        if not (as_expected and weighed_rightly(verdicts, rule) and is_said(verdicts, example)):
            return True
    return False


def survivors(rule: Rule, made: Iterable[Mutant], left_out: str = "") -> set[tuple[str, str]]:
    """Return the shape and the words of each mutant that no example notices, leaving one example out if asked."""
    return {
        (mutant.shape, mutant.mutation)
        for mutant in made
        if not is_noticed(mutant.rule, rule, (x for x in mine(rule, mutant.shape) if local(x.iri) != left_out))
    }


def test_a_hole_is_reported() -> None:
    """Without the example of the last entry of the Schedule, nothing tells 38 from 37."""
    rule = RULES["CA04-16E-3-RA"]
    made = [m for m in mutants(rule) if m.shape == "CA04-16E-3-RA-high" and m.kind in ("value", "severity")]
    assert not survivors(rule, made)
    assert survivors(rule, made, left_out="last-entry") == {
        ("CA04-16E-3-RA-high", "maxInclusive on masa:scheduleNumber: 38 -> 37")
    }


def test_a_rule_without_fault_is_not_noticed() -> None:
    rule = RULES["CA04-16E-3-RA"]
    assert survivors(rule, [Mutant("none", "none", "none", replace(rule))]) == {("none", "none")}


def test_mutants_are_faults_of_every_kind_and_leave_the_rules_alone() -> None:
    before = {rule.id: len(rule.shapes_graph) for rule in RULES.values()}
    kinds = set()
    for rule in RULES.values():
        made = mutants(rule)
        assert len({(m.shape, m.mutation) for m in made}) == len(made)
        assert {m.shape for m in made} >= {local(shape.iri) for shape in rule.shapes}
        kinds |= {m.kind for m in made}
    assert kinds == KINDS
    assert before == {rule.id: len(rule.shapes_graph) for rule in RULES.values()}
    sample = mutants(RULES["WT-TRAINING"])[0]
    assert not isomorphic(sample.rule.shapes_graph, RULES["WT-TRAINING"].shapes_graph)


def test_words_are_expected_of_examples_that_exist() -> None:
    assert set(SAID) <= {str(example.iri).removeprefix(str(EXAMPLE)) for example in examples.examples()}


def test_equivalent_mutants_are_listed_once_each_with_a_reason() -> None:
    rows = listed()
    assert len(rows) == 26
    assert len({row[:3] for row in rows}) == len(rows)
    assert {rule for rule, _, _, _ in rows} <= set(RULES)
    assert all(reason.endswith(".") for _, _, _, reason in rows)


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_fault_is_noticed(rule: Rule) -> None:
    """A mutant that is killed must not be listed; one that survives must be, because it changes no possible answer."""
    assert not is_noticed(rule, rule, mine(rule, "")), "the rule is at odds with its examples before any fault is made"
    assert survivors(rule, mutants(rule)) == {(shape, mutation) for id_, shape, mutation, _ in listed() if id_ == rule.id}
