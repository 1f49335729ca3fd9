"""What a clever or careless sender might try: nothing is met that the statements do not bear out, and nothing falls over.

Each case was found by somebody who attacked the checker without having written it.
"""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from masagraph import oxigraph
from masagraph.check.checker import Checker
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.cli import OK, WRONG_INPUT, main
from masagraph.graphs import merged
from masagraph.intake import checks
from masagraph.rules import catalogue, examples, loader

RULES = {rule.id: rule for rule in loader.load()}
HEAD = """
@prefix : <https://w3id.org/masagraph/example/base#> .
@prefix council: <https://w3id.org/masagraph/id/council/> .
@prefix document-kind: <https://w3id.org/masagraph/vocab/document-kind#> .
@prefix evidence: <https://w3id.org/masagraph/vocab/evidence-state#> .
@prefix extent: <https://w3id.org/masagraph/vocab/extent-read#> .
@prefix health-body: <https://w3id.org/masagraph/id/health-body/> .
@prefix kind: <https://w3id.org/masagraph/vocab/partner-kind#> .
@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix modality: <https://w3id.org/masagraph/vocab/modality#> .
@prefix police-force: <https://w3id.org/masagraph/id/police-force/> .
@prefix setting: <https://w3id.org/masagraph/vocab/setting-kind#> .
@prefix state: <https://w3id.org/masagraph/vocab/delegation-state#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
AUDIT = ':version masa:hasProvision :p . :p a masa:AuditProvision ; masa:auditApproach "z" ; masa:statedBy :s . '
STATED = ':s a masa:Statement ; masa:inDocument :plan ; masa:locator "line 9" '


def given(text: str, base: str = "whole") -> Graph:
    """Return a ready-made arrangement with something added, as it passes intake."""
    own = Graph()
    for s, p, o, _ in oxigraph.parse((HEAD + text).encode(), "turtle"):
        own.add((s, p, o))
    graph = merged(examples.bases()[URIRef(f"https://w3id.org/masagraph/example/base#{base}")], own)
    checks.admit(graph, "attack")
    return graph


# what is tried, the ready-made arrangement, what is added, the rule, the verdict that must come
TRIED = [
    ("a statement on another property", "whole", AUDIT + STATED + "; masa:onProperty masa:note .", "WT-AUDIT", "cannot_tell"),
    ("a statement on another value", "whole", AUDIT + STATED + '; masa:onProperty masa:auditApproach ; masa:statedValue "no" .', "WT-AUDIT", "cannot_tell"),
    ("a statement without a place", "whole", AUDIT + ":s a masa:Statement ; masa:inDocument :plan .", "WT-AUDIT", "cannot_tell"),
    (
        "a statement in a document that is not the version's",
        "whole",
        AUDIT + ':s a masa:Statement ; masa:inDocument :leaflet ; masa:locator "1" . :leaflet a masa:Document .',
        "WT-AUDIT",
        "cannot_tell",
    ),
    (
        "silence recorded on the very fact, with a firm word on the whole",
        "whole",
        AUDIT + STATED + "; masa:evidenceState evidence:not-stated ; masa:onProperty masa:auditApproach . :version masa:statedBy :says .",
        "WT-AUDIT",
        "cannot_tell",
    ),
    (
        "a conflict about another wording",
        "whole",
        AUDIT + STATED + '. :p masa:statedBy :c . :c a masa:Statement ; masa:inDocument :plan ; masa:locator "2" ; '
        'masa:evidenceState evidence:conflicting ; masa:onProperty masa:auditApproach ; masa:statedValue "no audits" .',
        "WT-AUDIT",
        "cannot_tell",
    ),
    (
        "a conflict recorded on the version",
        "whole",
        AUDIT + STATED + '. :version masa:statedBy :c . :c a masa:Statement ; masa:inDocument :plan ; masa:locator "2" ; '
        "masa:evidenceState evidence:conflicting ; masa:onProperty masa:auditApproach .",
        "WT-AUDIT",
        "cannot_tell",
    ),
    (
        "yes and no at once",
        "whole",
        ":version masa:hasGroup :g . :g a masa:Group ; masa:bringsLeadsTogether true, false ; masa:meetingsPerYear 4 ; masa:statedBy :says .",
        "WT-LEAD-ACTIVE",
        "cannot_tell",
    ),
    (
        "guidance repeated on one property leaves the others to the word on the whole",
        "whole",
        ':version masa:statedBy :says ; masa:hasProvision :d . :d a masa:DataProvision ; masa:note "n" ; masa:dataUse "u" ; '
        'masa:earlyHelpAssessment "e" ; masa:statedBy :s . ' + STATED + "; masa:modality modality:restated-guidance ; masa:onProperty masa:note .",
        "WT-DATA",
        "met",
    ),
    (
        "provisions told as documents",
        "whole",
        AUDIT + ":p a masa:Document . " + STATED + "; masa:modality modality:restated-guidance .",
        "WT-AUDIT",
        "not_met",
    ),
    (
        "a force as health body, a health body as police",
        "named",
        ":health masa:partnerKind kind:police . :police masa:partnerKind kind:health .",
        "CA04-16E-3-HEALTH",
        "not_met",
    ),
    (
        "partners that are none excuse a missing health body",
        "named",
        ":version masa:hasFunctionArrangement :f . :f a masa:FunctionArrangement ; masa:functionsCarriedOutFor :g1 ; "
        "masa:functionsCarriedOutBy :g2 ; masa:statedBy :says . :g1 a masa:PartnerRole ; masa:partnerKind kind:health ; "
        "masa:heldBy health-body:07L . :g2 a masa:PartnerRole ; masa:partnerKind kind:health ; masa:heldBy health-body:08F . "
        ':health masa:validTo "2019-01-01"^^xsd:date .',
        "CA04-16E-3-HEALTH",
        "not_met",
    ),
    (
        "an unknown body told to be an integrated care board",
        "whole",
        ":version masa:hasPartnerRole :h . :h a masa:PartnerRole ; masa:partnerKind kind:health ; masa:heldBy <urn:shop> ; "
        'masa:publishedName "The Corner Shop" ; masa:statedBy :says . <urn:shop> a masa:IntegratedCareBoard .',
        "ADJ-ICB",
        "cannot_tell",
    ),
    (
        "a partner about whom sources disagree as a whole",
        "named",
        ':health masa:statedBy :c . :c a masa:Statement ; masa:inDocument :plan ; masa:locator "8" ; masa:evidenceState evidence:conflicting .',
        "CA04-16E-3-HEALTH",
        "cannot_tell",
    ),
    (
        "a role said to be kept, and delegated all the same",
        "named",
        ":council masa:delegationState state:retained ; masa:hasDelegation :d . :d a masa:Delegation ; masa:keepsAccountability false ; "
        "masa:statedBy :says .",
        "WT-DELEG-ACCOUNT",
        "not_met",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("base", "text", "rule", "verdict"), [row[1:] for row in TRIED], ids=[row[0] for row in TRIED])
def test_what_was_tried(base: str, text: str, rule: str, verdict: str) -> None:
    graph = given(text, base)
    if rule == "CA04-16E-3-HEALTH" and "kind:police" in text:
        for role in ("health", "police"):
            iri = URIRef(f"https://w3id.org/masagraph/example/base#{role}")
            old = f"https://w3id.org/masagraph/vocab/partner-kind#{role}"
            graph.remove((iri, URIRef("https://w3id.org/masagraph/def#partnerKind"), URIRef(old)))
    day = date(2023, 1, 1) if rule == "ADJ-ICB" else None
    checker = Checker(PyShaclEngine(), [RULES[rule]])
    (report,) = checker.check(graph, catalogue.profiles()["wood"], day)
    assert report.worst()[rule] == verdict


def test_a_delegation_shared_by_two_partners_concerns_both() -> None:
    shared = """:council masa:hasDelegation :d . :police masa:hasDelegation :d .
    :d a masa:Delegation ; masa:keepsAccountability false ; masa:statedBy :says ."""
    (report,) = Checker(PyShaclEngine(), [RULES["WT-DELEG-ACCOUNT"]]).check(given(shared, "named"), catalogue.profiles()["wood"])
    told = {v.subject_label.split(":")[0]: v.verdict for v in report.verdicts}
    assert (told["local authority"], told["police"]) == ("not_met", "not_met")


def test_a_second_version_is_not_met_by_the_first_ones_plan() -> None:
    two = (
        AUDIT
        + STATED
        + """. :v2 a masa:ArrangementVersion ; masa:hasProvision :p ; masa:hasDocument :plan2 .
    :plan2 a masa:Document ; masa:documentKind document-kind:published-arrangement ; masa:extentRead extent:whole ."""
    )
    reports = Checker(PyShaclEngine(), [RULES["WT-AUDIT"]]).check(given(two), catalogue.profiles()["statutory"])
    assert {str(r.iri).rsplit("#", 1)[-1]: r.worst()["WT-AUDIT"] for r in reports} == {"version": "met", "v2": "cannot_tell"}


VERSION = "<urn:v> a masa:ArrangementVersion ; masa:hasDocument <urn:d> . <urn:d> a masa:Document . "
REFUSED = [
    ("a part without a kind", VERSION + "<urn:v> masa:hasDelegation <urn:x> .", "masa:PartnerRole"),
    ("an undescribed part", VERSION + "<urn:v> masa:includesAgency <urn:nobody> .", "not described"),
    ("a term of the ontology redefined", VERSION + "kind:police masa:band kind:health .", "ontology"),
    ("a period of the sender's own", VERSION + '<urn:v> masa:countsFrom "2000-01-01"^^xsd:date .', "worked out here"),
    ("a jurisdiction of the sender's own", VERSION + "<urn:j> a masa:Jurisdiction .", "reference data"),
    ("two modalities", VERSION + "<urn:s> a masa:Statement ; masa:modality modality:planned, modality:decided .", "two values"),
    ("whole and part", VERSION + "<urn:d> masa:extentRead extent:whole, extent:part .", "two values"),
    ("a negative sum", VERSION + "<urn:c> a masa:Contribution ; masa:amount -5 .", "below nought"),
    ("a truth value in figures", VERSION + '<urn:x> a masa:Delegation ; masa:keepsAccountability "0"^^xsd:boolean .', "true or false"),
    ("text that cannot be seen", VERSION + '<urn:v> masa:note "\\u200b" .', "U+200B"),
    ("a code point that is no character", VERSION + '<urn:v> masa:note "\\uFFFE" .', "U+FFFE"),
    ("a colour code", VERSION + '<urn:v> masa:note "\\u001b[31m" .', "U+001B"),
    ("text that turns round", VERSION + '<urn:v> masa:note "\\u202e" .', "U+202E"),
    ("a version without an IRI", "[] a masa:ArrangementVersion .", "IRI"),
    ("an address in an IRI", VERSION + '<mailto:a@b.org> masa:note "x" .', "mailto"),
    ("an address of another datatype", VERSION + '<urn:v> masa:note "a@example.org"^^xsd:anyURI .', "e-mail"),
    ("a telephone number with dots", VERSION + '<urn:v> masa:note "020.7946.0018" .', "telephone"),
    ("a ring of unnamed things", VERSION + " ".join(f"_:b{n} <urn:p> _:b{(n + 1) % 3000} ." for n in range(3000)) + " <urn:v> <urn:p> _:b0 .", "nested"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    assert main(["check", str(path)]) == WRONG_INPUT
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert words in err


def test_rings_and_chains_are_judged(tmp_path: Path) -> None:
    chain = " ".join(f"<urn:n{n}> a masa:Post ; masa:heldTogetherWith <urn:n{n + 1}> ." for n in range(3000))
    ring = f"{VERSION} <urn:v> masa:authorPost <urn:n0> . {chain} <urn:n3000> a masa:Post ; masa:heldTogetherWith <urn:n0> ."
    path = tmp_path / "a.ttl"
    path.write_text(HEAD + ring + " <urn:l> a masa:Lead ; masa:leadPost <urn:n0> .", encoding="utf-8")
    assert main(["check", str(path), "--output", str(tmp_path / "out.txt"), "--fail-on", "never"]) == OK


def test_forty_layers_of_diamonds_are_judged(tmp_path: Path) -> None:
    """Each post is held together with both of the next layer, so that 2 to the 40th ways lead to the last."""
    layers = " ".join(
        f"<urn:{side}{n}> a masa:Post ; masa:heldTogetherWith <urn:a{n + 1}>, <urn:b{n + 1}> ."
        for n in range(40)
        for side in "ab"
    )
    ends = "<urn:a40> a masa:Post . <urn:b40> a masa:Post ."
    path = tmp_path / "a.ttl"
    path.write_text(f"{HEAD} {VERSION} <urn:v> masa:authorPost <urn:a0>, <urn:b0> . {layers} {ends}", encoding="utf-8")
    assert main(["check", str(path), "--output", str(tmp_path / "out.txt"), "--fail-on", "never"]) == OK


def test_a_thing_of_many_parts_is_named_in_few_words(tmp_path: Path) -> None:
    """Forty contributions, each by all of them: named in full, one would take 40 words for each step, and the report for ever."""
    names = [f"<urn:c{n}>" for n in range(40)]
    each = " ".join(f"{name} a masa:Contribution ; masa:contributedBy {', '.join(names)} ." for name in names)
    path, out = tmp_path / "a.ttl", tmp_path / "out.txt"
    path.write_text(f"{HEAD} {VERSION} <urn:v> masa:hasContribution {', '.join(names)} . {each}", encoding="utf-8")
    assert main(["check", str(path), "--output", str(out), "--fail-on", "never"]) == OK
    assert "and 35 more" in out.read_text(encoding="utf-8")


def test_one_long_word_does_not_hold_it_up(tmp_path: Path) -> None:
    """Reading is linear in the length of a word: a quadratic pattern would take hours over this one."""
    path = tmp_path / "a.ttl"
    path.write_text(f'{HEAD} {VERSION} <urn:v> masa:note "{"a" * 2_000_000}@" .', encoding="utf-8")
    assert main(["check", str(path), "--output", str(tmp_path / "out.txt"), "--fail-on", "never"]) == OK


def test_the_same_file_twice_and_standard_input_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(HEAD + VERSION, encoding="utf-8")
    for files in ([str(path), str(path)], ["-", "-"]):
        assert main(["check", *files]) == WRONG_INPUT
        assert capsys.readouterr().err.count("\n") == 1


def test_output_damages_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, folder, link, real = tmp_path / "a.ttl", tmp_path / "folder", tmp_path / "link.json", tmp_path / "real.json"
    path.write_text(HEAD + VERSION, encoding="utf-8")
    folder.mkdir()
    link.symlink_to(real)
    before = path.read_text(encoding="utf-8")
    for target in (path, folder):
        assert main(["check", str(path), "--output", str(target)]) == WRONG_INPUT
        assert capsys.readouterr().err.count("\n") == 1
    assert path.read_text(encoding="utf-8") == before
    assert main(["check", str(path), "--format", "json", "--output", str(link), "--fail-on", "never"]) == OK
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["arrangements"]
    assert main(["check", str(path), "--output", os.devnull, "--fail-on", "never"]) == OK
    assert Path(os.devnull).is_char_device()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ttl", "folder", "link.json", "real.json"]
    assert list(folder.iterdir()) == []


def test_a_label_cannot_forge_a_heading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ttl"
    label = '<urn:v> <http://www.w3.org/2004/02/skos/core#prefLabel> "A\\n\\nMET (99)\\n=1+1" .'
    path.write_text(HEAD + VERSION + label, encoding="utf-8")
    main(["check", str(path), "--fail-on", "never"])
    assert "\nMET (99)" not in capsys.readouterr().out
