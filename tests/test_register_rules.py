"""The rules on the register: their words, their examples, the engine that asks them, and faults planted in all the data."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.query import ResultRow

import test_rules
from judging import Outcome, expected, outcome
from masagraph import assets, ontology, oxigraph, reference
from masagraph.check.checker import Report, shapes_graph
from masagraph.check.compiled_engine import CompiledEngine, compiled
from masagraph.check.engine import Finding
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.check.register_checker import RegisterChecker
from masagraph.cli import FOUND, OK, WRONG_INPUT, main
from masagraph.dataset import days, holding, on_day
from masagraph.errors import CheckerError
from masagraph.graphs import local, merged
from masagraph.oxigraph import Snapshot
from masagraph.rules import catalogue, examples, loader
from masagraph.rules.model import Example, Rule, Signal
from masagraph.vocab import BASE, MASA, RDF, SH, SHAPE, XSD
from mutation import mutants

RULES = {rule.id: rule for rule in loader.register_rules()}
EXAMPLES = examples.register_examples()
REGISTER = on_day.REGISTER
DAYS = (date(2021, 5, 1), date(2024, 12, 31), date(2026, 11, 21))
NUMBER_OF_EXAMPLES = 167

# Slips that change no verdict, and why.
SAME_VERDICT = {
    **dict.fromkeys(
        (
            ("CA04-16E-1-unseen", "signal absence -> undetermined"),
            ("WT-AREA-EVERY-area-unseen", "signal absence -> undetermined"),
            ("WT-AREA-EVERY-body-unseen", "signal absence -> undetermined"),
        ),
        "not seen and undetermined are both cannot tell, with the reason that the shape gives; nothing else is found beside it",
    ),
    **dict.fromkeys(
        (
            ("WOOD-38-CHANGE-now-unknown", "path masa:delegatedTo -> masa:hostBody (2)"),
            ("WOOD-38-CHANGE-now-unknown", "path masa:seniorityLevel -> masa:localTerm (2)"),
            ("WOOD-65-MULTI-rank-unknown", "path masa:delegatedTo -> masa:hostBody"),
            ("WOOD-65-MULTI-rank-unknown", "path masa:seniorityLevel -> masa:localTerm"),
        ),
        "a delegate whose seniority is known and too low would be found here as well, and there a breach decides",
    ),
}


def words(example: Example) -> str:
    return f"{example.rule}-{local(example.iri)}"


def rules_of(example: Example) -> list[Rule]:
    return [RULES[example.rule]]


@cache
def snapshot(example: Example) -> Snapshot:
    """Return the data set of an example."""
    return holding.of_graphs(example.graph, example.background)


def judged_at(example: Example) -> date:
    assert example.judged_as_at is not None, "an example of the register says its day"
    return example.judged_as_at


def judge(example: Example, rule: Rule | None = None) -> Report:
    checker = RegisterChecker([rule or RULES[example.rule]])
    return checker.check(snapshot(example), catalogue.profiles()["register"], judged_at(example))


def told(example: Example, rule: Rule | None = None) -> Outcome:
    return outcome(list(judge(example, rule).verdicts), example)


# --- The words of the rules


@pytest.mark.parametrize("path", loader.register_rule_files(), ids=lambda p: p.stem)
def test_rule_file(path: Path) -> None:
    """The contract of a rule on an arrangement holds, and more: one target class or two, one query, and nothing else."""
    test_rules.test_rule_file(path)
    graph = oxigraph.read([path])
    for shape in graph.subjects(MASA.signals):
        assert (shape, SH.sparql, None) in graph
        assert (shape, SH.targetClass, None) in graph


def test_the_rules_are_not_among_those_on_an_arrangement() -> None:
    assert len(loader.load()) == 75
    assert len(RULES) == 9
    assert not RULES.keys() & {rule.id for rule in loader.load()}
    assert not {example.rule for example in examples.examples()} & RULES.keys()


def test_a_requirement_says_of_itself_what_the_sheet_says(root: Path) -> None:
    with (root / "tests" / "register_requirements.csv").open(encoding="utf-8", newline="") as file:
        sheet = {row["id"]: row for row in csv.DictReader(file)}
    by_iri = {edition.iri: edition.id for edition in catalogue.editions()}
    for name, row in sheet.items():
        rule = RULES[name]
        assert row == {
            "id": rule.id,
            "layer": rule.layer,
            "editions": " ".join(sorted(by_iri[iri] for iri in rule.editions)),
            "force": rule.force,
            "severity": rule.severity.value,
            "severity_in_wood_profile": rule.wood_severity.value,
            "applies_from": rule.applies_from.isoformat() if rule.applies_from else "",
            "applies_to": rule.applies_to.isoformat() if rule.applies_to else "",
            "certainty_of_content": rule.content_certainty,
            "certainty_of_number": rule.number_certainty,
            "citation": rule.citation,
        }
    for rule in RULES.values():
        if rule.id not in sheet:
            assert rule.layer == "register"
            assert rule.citation.startswith("A rule of the register itself, which no provision makes")
            assert (rule.content_certainty, rule.number_certainty, rule.force) != ("V", "V", "must")
            assert rule.applies_from is None


def test_words_are_plain_and_not_said_twice() -> None:
    rules = [*loader.load(), *RULES.values()]
    for found in (
        [shape.message for rule in rules for shape in rule.shapes],
        *([getattr(rule, name) for rule in rules] for name in ("label", "when_met", "remedy", "looks_for", "restatement")),
    ):
        assert max(Counter(text.lower() for text in found).values()) == 1
    for rule in RULES.values():
        for text in (rule.when_met, rule.remedy, rule.looks_for, rule.restatement, *(s.message for s in rule.shapes)):
            assert text.endswith("."), text
            assert not re.search(r"http|masa:|focus node|\bproperty\b|\bnode\b|SHACL", text), text


def test_an_absence_says_what_it_means() -> None:
    for rule in RULES.values():
        for shape in rule.shapes:
            if shape.signal is Signal.ABSENCE:
                assert shape.reason in ("not-seen", "not-evidenced"), shape.iri


def test_an_absence_that_does_not_say_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "WT-AREA-EVERY.ttl"
    text = (assets.folder("shapes") / "register" / path.name).read_text(encoding="utf-8")
    path.write_text(text.replace("    masa:reason reason:not-seen ;\n", "", 1), encoding="utf-8")
    monkeypatch.setattr(loader, "register_rule_files", lambda: [path])
    with pytest.raises(CheckerError, match="does not say what it means"):
        loader.register_rules.__wrapped__()


# --- The examples


@pytest.mark.parametrize("example", EXAMPLES, ids=words)
def test_example_gives_what_was_written_for_it(example: Example) -> None:
    assert told(example) == expected(example)


def test_a_wrong_expectation_is_noticed() -> None:
    example = next(e for e in EXAMPLES if words(e) == "REG-SUCCESSION-a-day-missed")
    wrong = next(e for e in EXAMPLES if words(e) == "REG-SUCCESSION-no-gap")
    assert told(example) == expected(example)
    assert told(example) != expected(wrong)


def test_number_of_examples() -> None:
    assert {example.rule for example in EXAMPLES} == set(RULES)
    assert len(EXAMPLES) == len({example.iri for example in EXAMPLES}) == NUMBER_OF_EXAMPLES


def test_every_rule_shows_each_verdict_it_can_give() -> None:
    for rule in RULES.values():
        shown = {e.verdict for example in EXAMPLES if example.rule == rule.id for e in example.expected}
        means = {(shape.signal.value, shape.reason) for shape in rule.shapes}
        can = {"met"}
        if any(signal == "breach" or reason == "not-evidenced" for signal, reason in means):
            can.add("not-met")
        if any(signal == "undetermined" or reason == "not-seen" for signal, reason in means):
            can.add("cannot-tell")
        if rule.condition_query or rule.when_silent or (rule.applies_from and not rule.is_hindsight):
            can.add("not-applicable")
        assert can <= shown, f"{rule.id}: its examples show {sorted(shown)}, and it can give {sorted(can)}"


def test_every_shape_is_seen_to_decide() -> None:
    for rule in RULES.values():
        found = [f for x in EXAMPLES if x.rule == rule.id for e in x.expected for f in e.findings]
        for shape in rule.shapes:
            assert any(iri == shape.iri for _, iri, _ in found), f"{shape.iri} is never seen to find anything"


def test_what_hangs_on_documents_needs_one() -> None:
    """Met is never said on nothing: facts on nobody's word leave the question open. The reference data speak for themselves."""
    on_documents = set(RULES) - {"REG-SUCCESSION", "REG-NO-PERSON"}
    shown = {e.rule for e in EXAMPLES if local(e.iri) == "on-nobodys-word"}
    assert shown == on_documents
    for example in EXAMPLES:
        for v in judge(example).verdicts:
            assert v.verdict != "met" or v.rests_on, (example.iri, v.subject)


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ("REG-BODIES-EXIST-ended", "The body named ended on 30 June 2022, followed by: NHS Northern Integrated Care Board."),
        (
            "REG-BODIES-EXIST-ended-without-successor",
            "The body named ended on 30 June 2022, followed by: nobody that is recorded.",
        ),
        ("REG-BODIES-EXIST-begins-later", "The body named exists only from 1 July 2022."),
        (
            "REG-BODIES-EXIST-several-fit",
            "Which body is meant is not certain: NHS Northern CCG; NHS Northern Integrated Care Board.",
        ),
        ("REG-BODIES-EXIST-none-fits", "Which body is meant is not certain: none is recorded that it may be."),
        ("REG-SUCCESSION-a-day-missed", "A day comes from which nobody answers for the area: health body from 2022-07-01."),
        (
            "REG-REGISTER-stale",
            "The record of the area was last held against its sources on 1 March 2021, more than a year before this day.",
        ),
        (
            "WOOD-38-CHANGE-fell",
            "Whoever acts for the partner now is less senior than before the arrangement changed: Chief Superintendent.",
        ),
        ("CA04-16E-1-before-the-law", "Applies from 29 June 2018."),
        ("WOOD-65-MULTI-one-arrangement", "No force is seen to be a partner in more than one arrangement on this day."),
    ],
)
def test_messages_name_what_was_found(example: str, message: str) -> None:
    (found,) = [e for e in EXAMPLES if words(e) == example]
    assert message in {v.message for v in judge(found).verdicts}


def test_no_message_has_a_gap_in_it() -> None:
    for example in EXAMPLES:
        for v in judge(example).verdicts:
            assert "{" not in v.message
            assert not re.search(r": [.;]|\bNone\b|  ", v.message), v.message
            assert v.subject_label
            assert (v.fix is None) == (v.verdict in ("met", "not_applicable"))


# --- The engine


def keys(findings: list[Finding]) -> set[tuple[object, ...]]:
    return {(f.focus, f.shape, f.value, f.severity, f.component, f.path) for f in findings}


def on(data: Snapshot, day: date) -> Snapshot:
    return data.with_more(on_day.facts(data, day))


@pytest.mark.parametrize("example", EXAMPLES, ids=words)
def test_pyshacl_finds_the_same_on_each_example(example: Example) -> None:
    data, shapes = on(snapshot(example), judged_at(example)), shapes_graph(rules_of(example))
    assert keys(CompiledEngine().validate(data, shapes)) == keys(PyShaclEngine().validate(data.graph(), shapes))


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("day", DAYS[:2], ids=str)
def test_pyshacl_finds_the_same_in_all_the_data(day: date, rule: str) -> None:
    data, shapes = on(holding.load(), day), shapes_graph([RULES[rule]])
    assert keys(CompiledEngine().validate(data, shapes)) == keys(PyShaclEngine().validate(data.graph(), shapes))


def test_pyshacl_finds_something_at_all() -> None:
    """The comparison would hold of two engines that find nothing."""
    data, shapes = on(holding.load(), DAYS[0]), shapes_graph([RULES["WOOD-65-MULTI"]])
    assert keys(PyShaclEngine().validate(data.graph(), shapes))


@pytest.mark.parametrize("example", EXAMPLES, ids=words)
def test_subjects_and_conditions_are_the_same_in_rdflib(example: Example) -> None:
    data = on(snapshot(example), judged_at(example))
    graph = data.graph()
    for query in filter(None, (RULES[example.rule].subject_query, RULES[example.rule].condition_query)):
        by_rdflib = Counter(tuple(map(str, row)) for row in graph.query(query) if isinstance(row, ResultRow))
        assert by_rdflib == Counter(tuple(map(str, row)) for row in data.select(query))


def test_the_engine_changes_nothing() -> None:
    data, shapes = holding.load(), shapes_graph(RULES.values())
    before = len(data), set(shapes)
    RegisterChecker().check(data, catalogue.profiles()["register"], DAYS[0])
    assert (len(data), set(shapes)) == before
    assert (REGISTER, None, None) not in data.graph()


def a_shape(select: str, *more: tuple[URIRef, URIRef | Literal | BNode]) -> Graph:
    graph, constraint = Graph(), BNode()
    shape = SHAPE["ODD"]
    for triple in (
        (shape, RDF.type, SH.NodeShape),
        (shape, SH.targetClass, MASA.Area),
        (shape, SH.severity, SH.Info),
        (shape, SH.message, Literal("Odd.")),
        (shape, SH.sparql, constraint),
        (constraint, SH.select, Literal(select)),
        *((shape, predicate, value) for predicate, value in more),
    ):
        graph.add(triple)
    return graph


PLAIN = "SELECT $this WHERE { $this <urn:p> ?x }"


def test_a_plain_shape_is_compiled() -> None:
    (select,) = compiled(a_shape(PLAIN))
    assert select.text.endswith(f"<{MASA.Area}> . $this <urn:p> ?x }}")
    text = 'SELECT DISTINCT $this (?x AS ?value) WHERE { $this <urn:p> ?x . OPTIONAL { ?x a <urn:UNION> FILTER(?x != "MINUS") } }'
    assert len(list(compiled(a_shape(text)))) == 1


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { { $this <urn:p> ?x } UNION { $this <urn:q> ?x } }",
        "SELECT $this WHERE { $this <urn:p> ?x . { ?x <urn:q> ?y } }",
        "SELECT $this WHERE { $this <urn:p> ?x MINUS { $this <urn:q> ?x } }",
        "SELECT $this WHERE { VALUES ?x { 1 } $this <urn:p> ?x }",
        "SELECT $this WHERE { $this <urn:p> ?x } VALUES ?x { 1 }",
        "SELECT $this WHERE { { SELECT $this WHERE { $this <urn:p> ?x } } }",
        "SELECT $this WHERE { FILTER EXISTS { SELECT $this WHERE { $this <urn:p> ?x } } }",
        "SELECT $this WHERE { SERVICE <urn:s> { $this <urn:p> ?x } }",
        "SELECT $this WHERE { GRAPH ?g { $this <urn:p> ?x } }",
        "SELECT $this FROM <urn:g> WHERE { $this <urn:p> ?x }",
        "SELECT $this (COUNT(?x) AS ?value) WHERE { $this <urn:p> ?x } GROUP BY $this",
        "SELECT $this WHERE { $this <urn:p> ?x } LIMIT 1",
        "SELECT $this WHERE { $this <urn:p> ?x } ORDER BY ?x",
        "SELECT $this WHERE { $this <urn:p> ?x FILTER(RAND() < 0.5) }",
        "SELECT $this WHERE { OPTIONAL { BIND($this AS ?x) } }",
        "SELECT ?x WHERE { ?x <urn:p> $this }",
        "SELECT * WHERE { $this <urn:p> ?x }",
        "SELECT $this { $this <urn:p> ?x }",
        "ASK { $this <urn:p> ?x }",
    ],
)
def test_what_is_not_compiled_is_refused(select: str) -> None:
    with pytest.raises(CheckerError, match="compiled"):
        CompiledEngine().validate(Snapshot(), a_shape(select))


@pytest.mark.parametrize(
    "more",
    [
        (SH.path, MASA.note),
        (SH.minCount, Literal(1)),
        (SH.target, BNode()),
        (SH.targetNode, MASA.Area),
        (SH.property, BNode()),
        (SH.deactivated, Literal(True)),
        (SH["not"], BNode()),
        (RDF.type, SH.PropertyShape),
    ],
    ids=lambda more: local(more[0]),
)
def test_other_terms_of_shacl_are_refused(more: tuple[URIRef, URIRef | Literal | BNode]) -> None:
    with pytest.raises(CheckerError, match="compiled"):
        CompiledEngine().validate(Snapshot(), a_shape(PLAIN, more))


def test_a_shape_without_a_target_class_is_refused() -> None:
    graph = a_shape(PLAIN)
    graph.remove((None, SH.targetClass, None))
    with pytest.raises(CheckerError, match="target class"):
        CompiledEngine().validate(Snapshot(), graph)


def test_kinds_of_a_target_class_are_looked_at_too() -> None:
    """A clinical commissioning group is a body; the ontology says so, and it stands among the data."""
    example = next(e for e in EXAMPLES if words(e) == "REG-SUCCESSION-no-successor")
    (found,) = CompiledEngine().validate(on(snapshot(example), judged_at(example)), shapes_graph(rules_of(example)))
    assert local(found.focus) == "GRP"
    assert found.value == found.focus


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_fault_in_a_shape_is_noticed_by_some_example(rule: Rule) -> None:
    mine = [example for example in EXAMPLES if example.rule == rule.id]
    first = {example.iri: [v.message for v in judge(example).verdicts] for example in mine}
    unnoticed = set()
    for mutant in mutants(rule):
        try:
            if not any(is_noticed(example, mutant.rule, first[example.iri]) for example in mine):
                unnoticed.add((mutant.shape, mutant.mutation))
        except (CheckerError, SyntaxError):
            pass
    assert unnoticed == {key for key in SAME_VERDICT if key[0].startswith(rule.id)}


def is_noticed(example: Example, rule: Rule, messages: list[str]) -> bool:
    verdicts = list(judge(example, rule).verdicts)
    weights = {f.severity for v in verdicts for f in v.findings} - {rule.severity}
    return bool(weights) or outcome(verdicts, example) != expected(example) or [v.message for v in verdicts] != messages


# --- What is worked out


def test_what_the_rules_need_is_worked_out() -> None:
    data = holding.of_graphs(merged(examples.register_bases()[base("ayton-changed")]), examples.register_bases()[base("country")])
    graph = data.graph()
    assert graph.value(base("ayton-2019"), MASA.editionEnds) == Literal("2023-12-14", datatype=XSD.date)
    assert str(graph.value(base("ayton-2019"), MASA.coverageSourceText)) == "Ayton plan, line 2"
    assert set(graph.subject_objects(MASA.roleBefore)) == {(base("ayton-2021-police"), base("ayton-police"))}
    ends = {local(s): str(o) for s, o in graph.subject_objects(MASA.firstDayAfter)}
    assert ends == dict.fromkeys(("GRP", "A-GRP", "B-GRP"), "2022-07-01")
    assert {*graph.predicates()} <= {*ontology.load().terms, *(p for p in graph.predicates() if not ontology.is_ours(p))}


def base(name: str) -> URIRef:
    return URIRef(f"{BASE}example/register-base#{name}")


@pytest.mark.parametrize("day", [date(2022, 6, 30), date(2022, 7, 1)], ids=str)
def test_what_exists_on_a_day(day: date) -> None:
    data = holding.of_graphs(Graph(), examples.register_bases()[base("country")])
    holds = {local(s) for s, p, _ in on_day.facts(data, day) if p == MASA.holdsOn}
    assert ("GRP" in holds, "BRD" in holds) == ((True, False) if day.month == 6 else (False, True))
    assert {"A", "B", "AYT", "NOR", "A-NOR"} <= holds
    ((_, _, stale),) = [t for t in on_day.facts(data, day) if t[1] == MASA.staleBefore]
    assert date.fromisoformat(str(stale)) == day - timedelta(days=366)


def test_what_is_worked_out_may_not_be_stated() -> None:
    worked_out = ontology.load().worked_out
    terms = (MASA.holdsOn, MASA.staleBefore, MASA.firstDayAfter, MASA.roleBefore, MASA.editionEnds, MASA.coverageSourceText)
    assert set(terms) <= worked_out


# --- All the data, and faults planted in them

Verdicts = dict[tuple[str, str], tuple[str, str | None]]
Fault = Callable[[Graph, Graph], None]
VERSION, AREA = f"{BASE}id/version/", "http://statistics.data.gov.uk/id/statistical-geography/"
COUNCIL, HEALTH, FORCE = f"{BASE}id/council/", f"{BASE}id/health-body/", f"{BASE}id/police-force/"
LEEDS = f"{AREA}E08000035"
DAY = date(2021, 5, 1)


@cache
def arrangements() -> Graph:
    return oxigraph.read(sorted((assets.folder("data") / "arrangements").glob("*.ttl")))


def verdicts(one: Graph, other: Graph) -> Verdicts:
    report = RegisterChecker().check(holding.of_graphs(one, other), catalogue.profiles()["register"], DAY)
    return {(v.rule.id, str(v.subject)): (v.verdict, v.reason) for v in report.verdicts}


@cache
def sound() -> Verdicts:
    return verdicts(arrangements(), reference.load())


def add(graph: Graph, *triples: tuple[str, URIRef, str | Literal]) -> None:
    for subject, predicate, value in triples:
        graph.add((URIRef(subject), predicate, value if isinstance(value, Literal) else URIRef(value)))


def uncover_leeds(stated: Graph, _: Graph) -> None:
    stated.remove((URIRef(f"{VERSION}leeds-2019"), MASA.coversArea, None))


def cover_leeds_twice(stated: Graph, _: Graph) -> None:
    add(stated, (f"{VERSION}surrey-2021", MASA.coversArea, LEEDS))


def delegate_to_a_sergeant(stated: Graph, _: Graph) -> None:
    rank = f"{BASE}vocab/police-rank#territorial-sergeant"
    for place in ("birmingham-2019", "solihull-2019"):
        role = f"{VERSION}{place}#police"
        add(
            stated,
            (role, MASA.hasDelegation, f"{role}-planted"),
            (f"{role}-planted", RDF.type, str(MASA.Delegation)),
            (f"{role}-planted", MASA.delegatedTo, f"{role}-post"),
            (f"{role}-post", RDF.type, str(MASA.Post)),
            (f"{role}-post", MASA.rank, rank),
        )


def a_senior_delegate_before(stated: Graph, _: Graph) -> None:
    role = f"{VERSION}surrey-2019#police"
    add(
        stated,
        (role, MASA.hasDelegation, f"{role}-planted"),
        (f"{role}-planted", RDF.type, str(MASA.Delegation)),
        (f"{role}-planted", MASA.delegatedTo, f"{role}-post"),
        (f"{role}-post", RDF.type, str(MASA.Post)),
        (f"{role}-post", MASA.rank, f"{BASE}vocab/police-rank#territorial-deputy-chief-constable"),
    )


def let_a_check_grow_old(stated: Graph, _: Graph) -> None:
    version = URIRef(f"{VERSION}surrey-2021")
    stated.set((version, MASA.verifiedOn, Literal("2019-10-01", datatype=XSD.date)))


def end_a_council(_: Graph, known: Graph) -> None:
    add(known, (f"{COUNCIL}SRY", MASA.validTo, Literal("2021-04-01", datatype=XSD.date)))


def take_the_police_away(_: Graph, known: Graph) -> None:
    for jurisdiction in list(known.subjects(MASA.overArea, URIRef(LEEDS))):
        if local(known.value(jurisdiction, MASA.jurisdictionKind)) == "police":
            known.remove((jurisdiction, None, None))


def lose_a_day(_: Graph, known: Graph) -> None:
    """The health body of Leeds answers for it only until two days before."""
    for jurisdiction in list(known.subjects(MASA.overArea, URIRef(LEEDS))):
        if local(known.value(jurisdiction, MASA.jurisdictionKind)) == "health":
            ends = known.value(jurisdiction, MASA.validTo)
            if ends is not None:
                known.set((jurisdiction, MASA.validTo, Literal("2021-04-29", datatype=XSD.date)))


def forget_a_successor(_: Graph, known: Graph) -> None:
    known.remove((URIRef(f"{HEALTH}07L"), MASA.succeededBy, None))


def write_an_address(stated: Graph, _: Graph) -> None:
    add(stated, (f"{VERSION}leeds-2019", MASA.note, Literal("Ask front.desk@leeds.example.", lang="en")))


def name_a_person(_: Graph, known: Graph) -> None:
    add(known, (f"{COUNCIL}LDS", URIRef("http://xmlns.com/foaf/0.1/name"), Literal("A name")))


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        (
            uncover_leeds,
            {
                ("CA04-16E-1", LEEDS): ("cannot_tell", "not_seen"),
                ("WT-AREA-EVERY", LEEDS): ("cannot_tell", "not_seen"),
                ("WT-AREA-EVERY", f"{HEALTH}15F"): ("cannot_tell", "not_seen"),
                ("REG-ONE-ARRANGEMENT", LEEDS): ("not_applicable", None),
            },
        ),
        (cover_leeds_twice, {("REG-ONE-ARRANGEMENT", LEEDS): ("not_met", "breach")}),
        (delegate_to_a_sergeant, {("WOOD-65-MULTI", f"{FORCE}E23000014"): ("not_met", "breach")}),
        (a_senior_delegate_before, {("WOOD-38-CHANGE", f"{VERSION}surrey-2021#police"): ("not_met", "breach")}),
        (let_a_check_grow_old, {("REG-REGISTER", f"{AREA}E10000030"): ("not_met", "breach")}),
        (
            end_a_council,
            {
                ("REG-BODIES-EXIST", f"{VERSION}surrey-2021#council"): ("not_met", "breach"),
                ("REG-SUCCESSION", f"{COUNCIL}SRY"): ("not_met", "not_evidenced"),
            },
        ),
        (take_the_police_away, {("REG-SUCCESSION", LEEDS): ("not_met", "not_evidenced")}),
        (lose_a_day, {("REG-SUCCESSION", LEEDS): ("not_met", "breach")}),
        (forget_a_successor, {("REG-SUCCESSION", f"{HEALTH}07L"): ("not_met", "not_evidenced")}),
        (write_an_address, {("REG-NO-PERSON", str(REGISTER)): ("not_met", "breach")}),
        (name_a_person, {("REG-NO-PERSON", str(REGISTER)): ("not_met", "breach")}),
    ],
    ids=lambda x: x.__name__ if callable(x) else "",
)
def test_a_fault_planted_in_all_the_data_is_found_where_it_is(fault: Fault, changes: Verdicts) -> None:
    stated, known = merged(arrangements()), merged(reference.load())
    fault(stated, known)
    found = verdicts(stated, known)
    differ = {key for key in found.keys() | sound().keys() if found.get(key) != sound().get(key)}
    # A role that is gone takes its own subject with it, and a register that holds less is found to hold less.
    assert changes.items() <= found.items()
    assert {key for key in differ if key[0] in {rule for rule, _ in changes}} == changes.keys()


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_register_as_it_stands(day: date) -> None:
    """What the register asks of itself it keeps; each area is judged; nothing is met on nothing."""
    report = RegisterChecker().check(holding.load(), catalogue.profiles()["register"], day)
    wrong = {v.rule.id for v in report.verdicts if v.verdict == "not_met"}
    assert not wrong & {"REG-ONE-ARRANGEMENT", "REG-SUCCESSION", "REG-NO-PERSON", "CA04-16E-1"}
    of = Counter(v.rule.id for v in report.verdicts)
    assert of["CA04-16E-1"] == of["REG-REGISTER"] == of["REG-ONE-ARRANGEMENT"] == (152 if day.year == 2021 else 153)
    assert of["REG-NO-PERSON"] == 1
    assert all(v.rests_on for v in report.verdicts if v.verdict == "met")
    assert all(v.subject_label and not v.subject_label.startswith("http") for v in report.verdicts)
    # Of the edition of 2026 nothing is known but that it is there.
    assert ("WT-AREA-EVERY" in of) == (day.year < 2026)


def test_no_text_of_a_replaced_edition_shows_what_is_in_force() -> None:
    report = RegisterChecker().check(holding.load(), catalogue.profiles()["register"], DAYS[2])
    assert {v.verdict for v in report.verdicts if v.rule.id == "CA04-16E-1"} == {"cannot_tell"}


# --- The command


def run(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = main(["check", "--profile", "register", *more])
    return code, capsys.readouterr().out


def test_the_default_day_is_today(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2021, 5, 1))
    code, out = run(capsys)
    assert code == OK
    assert "Judged at 1 May 2021 (today)." in out
    assert run(capsys, "--date", "2021-05-01")[1] == out.replace("(today)", "(as asked)")


def test_exit_codes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, "--date", "2021-05-01", "--fail-on", "should")[0] == OK
    planted = merged(arrangements())
    cover_leeds_twice(planted, Graph())
    monkeypatch.setattr(holding, "load", lambda: holding.of_graphs(planted, reference.load()))
    assert run(capsys, "--date", "2021-05-01", "--fail-on", "should")[0] == FOUND
    assert run(capsys, "--date", "2021-05-01", "--fail-on", "never")[0] == OK


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["some.ttl", "--profile", "register"], "FILE"),
        (["--profile", "register", "--edition", "wt2018"], "--edition"),
        (["--profile", "register", "--input-format", "turtle"], "--input-format"),
        ([], "FILE"),
        (["--profile", "wood"], "FILE"),
    ],
)
def test_a_wrong_call_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], name: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", *arguments])
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (WRONG_INPUT, "")
    assert err.count("\n") == 1
    assert name in err


def test_a_day_outside_the_register_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--profile", "register", "--date", "1999-01-01"]) == WRONG_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_every_format_tells_every_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(check_schema().read_text(encoding="utf-8"))
    _, text = run(capsys, "--date", "2021-05-01", "--format", "json")
    told = json.loads(text)
    jsonschema.validate(told, schema)
    (register,) = told["arrangements"]
    assert (register["profile"], register["version"], register["judged_at"]) == ("register", "register", "2021-05-01")
    _, text = run(capsys, "--date", "2021-05-01", "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(register["verdicts"])
    _, text = run(capsys, "--date", "2021-05-01", "--format", "turtle")
    graph = Graph().parse(data=text, format="turtle")
    assert len(list(graph.subjects(RDF.type, URIRef("http://www.w3.org/ns/earl#Assertion")))) == len(register["verdicts"])


def check_schema() -> Path:
    return Path(ontology.__file__).parent / "report" / "check.schema.json"


def test_the_text_is_for_a_person_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Subjects with the same answer are told together: hundreds of verdicts in a few pages, none of them lost."""
    for day in DAYS:
        _, out = run(capsys, "--date", day.isoformat())
        lines = out.splitlines()
        assert max(map(len, lines)) <= 80
        assert len(lines) < 500
        report = RegisterChecker().check(holding.load(), catalogue.profiles()["register"], day)
        flat = " ".join(out.split())
        for rule in {v.rule.id for v in report.verdicts}:
            assert f"[{rule}, " in flat
        for v in report.verdicts:
            if v.verdict in ("not_met", "cannot_tell"):
                assert v.subject_label in flat, v.subject_label
                assert " ".join(v.message.split()) in flat
        for verdict, words_for_it in (("met", "Met for"), ("cannot_tell", "Cannot tell for"), ("not_met", "Not met for")):
            told = [int(n) for n in re.findall(rf"{words_for_it} (\d+):", flat)]
            alone = len(re.findall(rf"{words_for_it} (?!\d+:)", flat))
            assert sum(told) + alone == sum(v.verdict == verdict for v in report.verdicts)
        assert out.count("What to do:") < 25


def test_the_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == OK
    out = capsys.readouterr().out
    assert "The register as a whole" in out
    assert f"75 rules on an arrangement and {len(RULES)} on the register." in out
    assert main(["rules", "--format", "json"]) == OK
    listed = json.loads(capsys.readouterr().out)
    assert {rule["rule"] for rule in listed if rule["judged_on"] == "register"} == set(RULES)
    for rule in RULES:
        assert main(["explain", rule.lower()]) == OK
        out = capsys.readouterr().out
        for heading in ("What it asks", "Asked of", "Force", "Of whom", "How sure", "Looks for", "Settled by", "A good example"):
            assert heading in out, (rule, heading)
        assert "A bad example" in out or "An open example" in out


def test_the_report_says_how_much_of_the_documents_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all that is held one plan alone was read whole: the register may not look as if all had been."""
    assert main(["check", "--profile", "register", "--date", "2021-05-01"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "documents, 1 of them read whole (read in part)" in told
