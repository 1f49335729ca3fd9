"""Verdicts follow from signals, and statements decide what counts."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import oxigraph
from masagraph.check import dating
from masagraph.check.checker import Checker, Report
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.evidence import Evidence, Standing
from masagraph.rules import catalogue, examples, loader
from masagraph.vocab import MASA, MODALITY, RDF

RULES = {rule.id: rule for rule in loader.load()}
BASE = "https://w3id.org/masagraph/example/base#"
VERSION = URIRef(f"{BASE}version")
HEAD = """
@prefix : <https://w3id.org/masagraph/example/base#> .
@prefix area: <http://statistics.data.gov.uk/id/statistical-geography/> .
@prefix evidence: <https://w3id.org/masagraph/vocab/evidence-state#> .
@prefix guidance: <https://w3id.org/masagraph/guidance/> .
@prefix kind: <https://w3id.org/masagraph/vocab/partner-kind#> .
@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix modality: <https://w3id.org/masagraph/vocab/modality#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def added(text: str, base: str = "whole") -> Graph:
    """Return a ready-made arrangement with something added."""
    graph = Graph()
    for triple in examples.bases()[URIRef(BASE + base)]:
        graph.add(triple)
    for s, p, o, _ in oxigraph.parse((HEAD + text).encode(), "turtle"):
        graph.add((s, p, o))
    return graph


def judged(graph: Graph, rule: str, day: date | None = None) -> Report:
    (report,) = Checker(PyShaclEngine(), [RULES[rule]]).check(graph, catalogue.profiles()["wood"], day)
    return report


TRAINING = """
:version masa:hasProvision :training .
:training a masa:TrainingProvision ;
    masa:trainingCommissioning "c" ; masa:trainingDelivery "d" ; masa:trainingImpactMonitoring "m" ; masa:statedBy :s .
:s a masa:Statement ; masa:inDocument :plan ; masa:locator "line 9" %s .
"""


@pytest.mark.parametrize(
    ("modality", "verdict", "reason"),
    [
        ("in-place", "met", None),
        ("decided", "met", None),
        ("planned", "met", None),
        ("proposed", "cannot_tell", "planned_only"),
        ("restated-guidance", "not_met", "not_evidenced"),
        ("historical", "not_met", "not_evidenced"),
    ],
)
def test_modality_where_a_plan_is_enough(modality: str, verdict: str, reason: str | None) -> None:
    (v,) = judged(added(TRAINING % f"; masa:modality modality:{modality}"), "WT-TRAINING").verdicts
    assert (v.verdict, v.reason) == (verdict, reason)


def test_unmarked_is_in_place_unless_the_document_says_otherwise() -> None:
    published = (
        ':version masa:publishedAt "page" ; masa:statedBy :s .\n:s a masa:Statement ; masa:inDocument :plan ; masa:locator "1" .'
    )
    (v,) = judged(added(published), "CA04-16G-2").verdicts
    assert v.verdict == "met"
    (v,) = judged(added(published + ":plan masa:defaultModality modality:planned ."), "CA04-16G-2").verdicts
    assert (v.verdict, v.reason) == ("cannot_tell", "planned_only")


def test_a_fact_without_a_statement_is_never_met() -> None:
    untraced = TRAINING.replace("; masa:statedBy :s", "") % ""
    (v,) = judged(added(untraced), "WT-TRAINING").verdicts
    assert (v.verdict, v.reason) == ("cannot_tell", "undecidable")


def test_blank_words_say_nothing() -> None:
    (v,) = judged(added((TRAINING % "").replace('"m"', '"  "')), "WT-TRAINING").verdicts
    assert v.verdict == "not_met"


def test_a_section_that_is_only_listed_cannot_be_told() -> None:
    listed = """:version masa:statedBy :s . :s a masa:Statement ; masa:inDocument :plan ; masa:locator "contents" ;
        masa:evidenceState evidence:section-listed ; masa:onProperty masa:auditApproach ."""
    (v,) = judged(added(listed, "part"), "WT-AUDIT").verdicts
    assert (v.verdict, v.reason) == ("cannot_tell", "section_listed")


def test_two_values_where_there_can_be_one_are_a_conflict() -> None:
    """Sources that disagree are seen even if nobody marked them."""
    two = """:version masa:published :one, :two ; masa:statedBy :s .
    :s a masa:Statement ; masa:inDocument :plan ; masa:locator "1" .
    :one a masa:StatedDate ; masa:earliestDay "2019-06-01"^^xsd:date ; masa:latestDay "2019-06-01"^^xsd:date .
    :two a masa:StatedDate ; masa:earliestDay "2019-07-05"^^xsd:date ; masa:latestDay "2019-07-05"^^xsd:date ."""
    (v,) = judged(added(two), "SI497-5").verdicts
    assert (v.verdict, v.reason) == ("cannot_tell", "conflicting")


def test_breach_outweighs_what_is_open_and_what_is_open_outweighs_absence() -> None:
    late = """:version masa:published :d ; masa:statedBy :s . :s a masa:Statement ; masa:inDocument :plan ; masa:locator "1" .
    :d a masa:StatedDate ; masa:earliestDay "2019-08-01"^^xsd:date ."""
    (v,) = judged(added(late), "SI497-5").verdicts
    assert (v.verdict, v.reason) == ("not_met", "breach")


def test_parts_that_have_ended_do_not_count() -> None:
    role = """:version masa:coversArea area:E09000002 ; masa:hasPartnerRole :r .
    :r a masa:PartnerRole ; masa:partnerKind kind:local-authority ; masa:heldBy <https://w3id.org/masagraph/id/council/BDG> ;
       masa:publishedName "council" ; masa:validTo "2020-03-31"^^xsd:date ;
       masa:statedBy [ a masa:Statement ; masa:inDocument :plan ; masa:locator "3" ] ."""
    assert judged(added(role), "CA04-16E-3-LA", day=date(2020, 3, 31)).worst() == {"CA04-16E-3-LA": "met"}
    assert judged(added(role), "CA04-16E-3-LA", day=date(2020, 4, 1)).worst() == {"CA04-16E-3-LA": "not_met"}


def test_what_a_sender_says_of_a_body_that_is_known_does_not_count() -> None:
    """Background data are never the sender's: a council cannot be declared a health body to be met."""
    claim = """:version masa:coversArea area:E09000002 ; masa:hasPartnerRole :r .
    :r a masa:PartnerRole ; masa:partnerKind kind:health ; masa:heldBy <https://w3id.org/masagraph/id/council/BDG> ;
       masa:publishedName "council" ; masa:statedBy [ a masa:Statement ; masa:inDocument :plan ; masa:locator "3" ] .
    <https://w3id.org/masagraph/id/council/BDG> a masa:IntegratedCareBoard ."""
    (v,) = judged(added(claim), "ADJ-ICB", day=date(2023, 1, 1)).verdicts
    assert v.verdict == "cannot_tell"


@pytest.mark.parametrize(
    ("text", "day", "why"),
    [
        (
            ':version masa:inForceFrom :a . :a a masa:StatedDate ; masa:latestDay "2019-09-29"^^xsd:date .',
            "2019-09-29",
            "in force",
        ),
        (
            ':version masa:published :a . :a masa:earliestDay "2019-05-01"^^xsd:date ; masa:latestDay "2019-05-31"^^xsd:date .',
            "2019-05-31",
            "published",
        ),
        (':version masa:dated :a . :a a masa:StatedDate ; masa:earliestDay "2019-03-02"^^xsd:date .', "2019-03-02", "carries"),
        ("", "2019-09-29", "assumed"),
    ],
)
def test_the_day_that_decides(text: str, day: str, why: str) -> None:
    graph = Graph()
    graph.add((VERSION, MASA.followsEdition, catalogue.editions()[0].iri))
    for s, p, o, _ in oxigraph.parse((HEAD + text).encode(), "turtle"):
        graph.add((s, p, o))
    found = dating.basis(graph, VERSION, None, "auto")
    assert found.day == date.fromisoformat(day)
    assert why in found.why_day


def test_the_edition_is_the_one_followed_else_the_one_in_force() -> None:
    graph = Graph()
    graph.add((VERSION, RDF.type, MASA.ArrangementVersion))
    assert dating.basis(graph, VERSION, date(2023, 12, 14), "auto").edition.id == "wt2018"
    assert dating.basis(graph, VERSION, date(2023, 12, 15), "auto").edition.id == "wt2023"
    assert dating.basis(graph, VERSION, date(2026, 3, 19), "auto").edition.id == "wt2026"
    graph.add((VERSION, MASA.followsEdition, catalogue.editions()[0].iri))
    assert dating.basis(graph, VERSION, date(2025, 1, 1), "auto").edition.id == "wt2018"
    assert dating.basis(graph, VERSION, None, "wt2018").why_edition == "as asked"


def test_a_later_edition_without_dates_is_taken_to_begin_with_it() -> None:
    graph = Graph()
    graph.add((VERSION, MASA.followsEdition, catalogue.editions()[1].iri))
    assert dating.basis(graph, VERSION, None, "auto").day == date(2023, 12, 15)


@given(st.lists(st.sampled_from(["in-place", "decided", "planned", "proposed", "restated-guidance", "historical"]), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_fact_stands_as_firmly_as_the_firmest_word_for_it(modalities: list[str]) -> None:
    strength = {"in-place": 4, "decided": 3, "planned": 3, "proposed": 2, "restated-guidance": 0, "historical": 0}
    graph, node = Graph(), URIRef("urn:n")
    fact: tuple[Node, URIRef, Node] = (node, MASA.auditApproach, Literal("x"))
    graph.add(fact)
    graph.add((node, MASA.hasDocument, URIRef("urn:d")))
    for number, modality in enumerate(modalities):
        statement = URIRef(f"urn:s{number}")
        graph.add((node, MASA.statedBy, statement))
        graph.add((statement, MASA.inDocument, URIRef("urn:d")))
        graph.add((statement, MASA.locator, Literal("line 1")))
        graph.add((statement, MASA.modality, MODALITY[modality]))
    expected = max((strength[m] for m in modalities), default=4)
    assert Evidence(graph, node).standing(fact) == Standing(expected)


def test_the_order_of_triples_changes_nothing() -> None:
    graph = added(TRAINING % "")
    triples = sorted(graph)
    seen = set()
    for seed in range(5):
        random.Random(seed).shuffle(triples)
        shuffled = Graph()
        for triple in triples:
            shuffled.add(triple)
        seen.add(tuple((v.verdict, v.message, v.rests_on) for v in judged(shuffled, "WT-TRAINING").verdicts))
    assert len(seen) == 1


def test_a_part_read_document_beside_a_whole_one_leaves_silence_open() -> None:
    second = """:version masa:hasDocument :annex . :annex a masa:Document ;
        masa:documentKind <https://w3id.org/masagraph/vocab/document-kind#published-arrangement> ;
        masa:extentRead <https://w3id.org/masagraph/vocab/extent-read#part> ."""
    (v,) = judged(added(second), "WT-AUDIT").verdicts
    assert (v.verdict, v.reason) == ("cannot_tell", "not_seen")


def test_a_part_that_is_no_partners_own_stops_nothing() -> None:
    """A delegation by the partnership to a group of its own is judged by no rule on the delegations of partners."""
    own = """:version masa:hasPartnershipDelegation :d . :d a masa:Delegation ; masa:delegatedTo :g ; masa:statedBy :says .
    :g a masa:Group ; masa:isPermanent true ."""
    (report,) = Checker(PyShaclEngine()).check(added(own, "named"), catalogue.profiles()["wood"])
    assert report.worst()["WOOD-57-EXPLICIT"] == "not_applicable"
