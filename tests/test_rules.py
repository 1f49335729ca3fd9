"""The rule files obey their own contract."""

import csv
import re
from pathlib import Path

import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import SH as SHACL

from masagraph import assets, ontology, oxigraph
from masagraph.check.checker import with_background
from masagraph.errors import CheckerError
from masagraph.rules import catalogue, examples, loader
from masagraph.rules.model import Rule
from masagraph.vocab import DCTERMS, MASA, RDF, SH, SHAPE, SKOS

FILES = loader.rule_files()


def unknown_shacl_terms(graph: Graph) -> set[URIRef]:
    """Return what a graph takes for SHACL and SHACL does not have."""
    known = {str(SH) + name for name in (*SHACL.__annotations__, *SHACL._extras)}
    return {t for triple in graph for t in triple if isinstance(t, URIRef) and t.startswith(str(SH)) and str(t) not in known}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_rule_file(path: Path) -> None:
    graph = oxigraph.read([path])
    known = ontology.load()
    assert not unknown_shacl_terms(graph)
    assert not {t for triple in graph for t in triple if isinstance(t, URIRef) and not known.knows(t)}
    (requirement,) = graph.subjects(RDF.type, MASA.Requirement)
    assert str(graph.value(requirement, SKOS.notation)) == path.stem
    shapes = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in graph.subjects(RDF.type, kind)}
    for shape in shapes:
        assert isinstance(shape, URIRef)
        assert str(shape).startswith(f"{SHAPE}{path.stem}"), shape
        assert graph.value(shape, SH.name) is not None, shape
        assert graph.value(shape, DCTERMS.source) == requirement, shape
        targets = list(graph.objects(shape, SH.targetClass))
        assert (URIRef(shape), SH.target, None) not in graph, "SPARQL targets are not used"
        for target in targets:
            assert isinstance(target, URIRef)
            assert target in known.terms, target
    for shape in graph.subjects(MASA.signals):
        assert shape in shapes
        assert len(list(graph.objects(shape, MASA.signals))) == 1
        for needed in (SH.severity, SH.message):
            assert len(list(graph.objects(shape, needed))) == 1, (shape, needed)
    reporting = {s for s in shapes if set(graph.predicates(s)) & {SH.path, SH.sparql}}
    assert reporting == set(graph.subjects(MASA.signals)), "a shape that can report signals one thing"
    for text in graph.objects(None, SH.select):
        assert "$this" in str(text)
        assert not re.search(r"\b(VALUES|MINUS|SERVICE|shapesGraph)\b", str(text))


def test_the_check_for_shacl_terms_knows_a_typo() -> None:
    graph = Graph()
    graph.add((BNode(), SH.minCount, BNode()))
    assert not unknown_shacl_terms(graph)
    typo = URIRef(f"{SH}shape")
    graph.add((BNode(), typo, BNode()))
    assert unknown_shacl_terms(graph) == {typo}


@pytest.mark.parametrize("rule", loader.load(), ids=lambda r: r.id)
def test_every_target_matches_something_in_an_example_that_passes(rule: Rule) -> None:
    """A typo in a target class would make everything conform."""
    targets = set(rule.shapes_graph.objects(None, SH.targetClass))
    matched = set()
    for example in examples.examples():
        if example.rule == rule.id and any(e.verdict == "met" for e in example.expected):
            data = with_background(example.graph)
            matched |= {t for t in targets if (None, RDF.type, t) in data}
    assert matched == targets


def test_words_are_not_said_twice() -> None:
    """No two messages, labels, remedies or good news are so alike that a reader skips them."""
    rules = loader.load()
    for words in (
        [shape.message for rule in rules for shape in rule.shapes],
        [rule.label for rule in rules],
        [rule.when_met for rule in rules],
        [rule.remedy for rule in rules],
        [rule.looks_for for rule in rules],
        [rule.restatement for rule in rules],
    ):
        folded = [w.lower() for w in words]
        twice = {w for w in folded if folded.count(w) > 1}
        assert not twice


def test_words_are_plain() -> None:
    for rule in loader.load():
        for words in (rule.when_met, rule.remedy, rule.looks_for, rule.restatement, *(s.message for s in rule.shapes)):
            assert "http" not in words
            assert "masa:" not in words
            assert words.endswith((".", "?")), words
            assert not re.search(r"focus node|\bproperty\b|\bnode\b|SHACL", words), words


def test_a_requirement_says_of_itself_what_the_sheet_says(root: Path) -> None:
    """Force, severities, certainties, dates, editions and citation come from a sheet that was written before the rules."""
    with (root / "tests" / "requirements.csv").open(encoding="utf-8", newline="") as file:
        sheet = {row["id"]: row for row in csv.DictReader(file)}
    rules = {rule.id: rule for rule in loader.load()}
    by_iri = {edition.iri: edition.id for edition in catalogue.editions()}
    assert rules.keys() == sheet.keys()
    for name, row in sheet.items():
        rule = rules[name]
        told = {
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
        assert told == row


def test_a_faulty_rule_file_is_refused(tmp_path: Path) -> None:
    faulty = tmp_path / "WT-TRAINING.ttl"
    text = (assets.folder("shapes") / "wt2018" / "WT-TRAINING.ttl").read_text(encoding="utf-8")
    faulty.write_text(text.replace("masa:remedy", "masa:note"), encoding="utf-8")
    with pytest.raises(CheckerError, match="remedy"):
        loader._rule(faulty, loader.subject_queries())


def test_rules_that_are_not_encoded_are_listed_with_a_reason(root: Path) -> None:
    listed = re.findall(
        r"^\| `?([A-Z0-9-]+)`? \| (.+) \|$", (root / "docs" / "rules-not-encoded.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {rule for rule, _ in listed} == {"CA04-16G-4"}
    assert not {rule for rule, _ in listed} & {rule.id for rule in loader.load()}
