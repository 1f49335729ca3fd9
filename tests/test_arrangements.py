"""The arrangements that ship with the package: what must be so, from the issue and the sources, not from our output."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from conftest import Judge
from masagraph import assets, ontology, oxigraph, reference
from masagraph.check.checker import unjudged
from masagraph.check.verdicts import Verdict
from masagraph.evidence import versions
from masagraph.intake import checks, reader
from masagraph.vocab import BASE, EVIDENCE, MASA, RDF

FILES = sorted((assets.folder("data") / "arrangements").glob("*.ttl"))
STEMS = [path.stem for path in FILES]


@cache
def all_subjects() -> frozenset[Node]:
    """Return what any shipped arrangement describes: one version may point to another in a file of its own."""
    return frozenset(oxigraph.read(FILES).subjects())


def answers(judge: Judge, stem: str, rule: str, number: int = 0) -> list[Verdict]:
    """Return the verdicts of one rule on one version of a shipped arrangement."""
    return [v for v in judge(stem)[number].verdicts if v.rule.id == rule]


# Texts that tell two stages apart, and so hold two versions each.
IN_TWO_VERSIONS = {"birmingham-2019-2024", "north-lincolnshire-mars", "solihull-2019-2024", "surrey-2019-2021"}


def test_the_forty_arrangements_are_here_with_their_versions(arrangement: Callable[[str], Graph]) -> None:
    assert len(STEMS) == 40
    assert {stem for stem in STEMS if len(versions(arrangement(stem))) == 2} == IN_TWO_VERSIONS
    assert all(len(versions(arrangement(stem))) == 1 for stem in set(STEMS) - IN_TWO_VERSIONS)


def test_nothing_has_two_homes(arrangement: Callable[[str], Graph]) -> None:
    checks.one_home_each((stem, arrangement(stem)) for stem in STEMS)


@pytest.mark.parametrize("path", FILES, ids=STEMS)
def test_arrangement_is_let_in_and_nothing_dangles(path: Path) -> None:
    (source,) = reader.read_all([str(path)])
    graph = source.graph
    assert unjudged(graph) == []
    known = reference.known() | all_subjects()
    for value in graph.objects():
        if isinstance(value, URIRef) and str(value).startswith(f"{BASE}id/"):
            assert (value, None, None) in graph or value in known, value


@pytest.mark.parametrize("path", FILES, ids=STEMS)
def test_every_fact_can_be_traced_to_a_statement_with_a_place(path: Path) -> None:
    (source,) = reader.read_all([str(path)])
    graph = source.graph
    for statement in graph.subjects(RDF.type, MASA.Statement):
        assert graph.value(statement, MASA.inDocument) is not None, statement
        assert graph.value(statement, MASA.locator) is not None, statement
        assert (None, MASA.statedBy, statement) in graph, statement
    for document in graph.subjects(RDF.type, MASA.Document):
        for needed in (MASA.documentKind, MASA.extentRead, MASA.sourceReference):
            assert graph.value(document, needed) is not None, (document, needed)
    for role in graph.subjects(RDF.type, MASA.PartnerRole):
        assert graph.value(role, MASA.statedBy) is not None, role


@pytest.mark.parametrize("stem", STEMS)
def test_never_met_on_nothing(judge: Judge, stem: str) -> None:
    for report in judge(stem):
        for v in report.verdicts:
            assert v.verdict != "met" or v.rests_on, (v.rule.id, v.subject_label)
            assert not re.search(r"_:|\bN[0-9a-f]{32}\b|https?://w3id", f"{v.subject_label} {v.message} {' '.join(v.found)}")


@pytest.mark.parametrize("stem", [stem for stem in STEMS if stem != "barking-and-dagenham-2019"])
def test_a_document_read_in_part_is_never_blamed_for_silence(judge: Judge, stem: str) -> None:
    """Outside Barking and Dagenham nothing was read whole: whatever is not met is a stated breach."""
    for report in judge(stem):
        assert {v.reason for v in report.verdicts if v.verdict == "not_met"} <= {"breach"}


def test_islington_police_lead_is_recorded_as_published_and_raises_a_finding(judge: Judge) -> None:
    posts = {v.subject_label.split(":")[0]: v for v in answers(judge, "islington-2019", "WT18-LEAD-POSTS")}
    assert posts["police"].verdict == "not_met"
    assert "Central North BCU Commander" in posts["police"].message
    assert posts["local authority"].verdict == "met"


def test_islington_superintendent_is_below_the_floor(judge: Judge) -> None:
    (police,) = answers(judge, "islington-2019", "WOOD-56-POLICE")
    assert (police.verdict, police.reason) == ("not_met", "breach")
    assert "Safeguarding Detective Superintendent" in police.message


def test_a_command_post_is_never_taken_for_a_rank(arrangement: Callable[[str], Graph], judge: Judge) -> None:
    """'BCU Commander' and 'Local Commander' are posts; the rank of Commander is another thing."""
    seen = 0
    for stem in STEMS:
        graph = arrangement(stem)
        for post, title in graph.subject_objects(MASA.postTitle):
            # A rank that is printed beside the command, as in 'Chief Superintendent, District Commander', is a rank.
            if "Commander" in str(title) and "Superintendent" not in str(title):
                seen += 1
                assert (post, MASA.rank, None) not in graph
                assert (post, MASA.band, None) not in graph
    assert seen >= 3
    (local,) = answers(judge, "shropshire-2024", "WOOD-56-POLICE")
    assert (local.verdict, local.reason) == ("cannot_tell", "undecidable")


def test_oxfordshire_council_keeps_the_role_and_that_is_no_gap(judge: Judge) -> None:
    for rule in ("WT-DELEG-SENIOR", "WT-DELEG-ACCOUNT", "WT-DELEG-TASK-SPEAK", "WT-DELEG-TASK-DECIDE", "WT-DELEG-TASK-HOLD"):
        council = [v for v in answers(judge, "oxfordshire-2019", rule) if v.subject_label.startswith("local authority")]
        assert [v.verdict for v in council] == ["not_applicable"], rule


@pytest.mark.parametrize("stem", ["city-and-hackney-2019", "derby-derbyshire-2019"])
@pytest.mark.parametrize("rule", ["CA04-16E-3-LA", "CA04-16E-3-HEALTH", "CA04-16E-3-POLICE"])
def test_two_forces_and_two_councils_are_met_in_both_areas(judge: Judge, stem: str, rule: str) -> None:
    found = answers(judge, stem, rule)
    assert [v.verdict for v in found] == ["met", "met"]


def test_birmingham_leads_by_definition_of_the_guidance_are_no_evidence(judge: Judge) -> None:
    for number in (0, 1):
        named = answers(judge, "birmingham-2019-2024", "WT-LEAD-NAMED", number)
        assert len(named) == 3
        assert {v.verdict for v in named} == {"cannot_tell"}
        assert {v.verdict for v in answers(judge, "birmingham-2019-2024", "WT18-LEAD-POSTS", number)} <= {"cannot_tell"}


def test_an_edition_not_encoded_is_said_to_be_so(judge: Judge) -> None:
    (shropshire,) = judge("shropshire-2024")
    assert shropshire.basis.edition.id == "wt2023"
    assert not shropshire.basis.edition.is_encoded
    assert "WT18-LEAD-POSTS" not in shropshire.worst()
    editions = [report.basis.edition.id for report in judge("birmingham-2019-2024")]
    assert editions == ["wt2018", "wt2023"]


def test_several_bodies_of_one_kind_are_never_too_many() -> None:
    """Lancashire had eight clinical commissioning groups: nothing limits partners of a kind, anywhere."""
    limit = re.compile(r"sh:(qualifiedM|m)axCount")
    for path in assets.folder("shapes").rglob("*.ttl"):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            if limit.search(block):
                assert "hasPartnerRole" not in block, path.name
                assert "sh:maxCount 0" in block, f"{path.name}: what may be at all may be several times"
    graph = ontology.load().graph
    assert MASA.hasPartnerRole not in ontology.load().functional
    assert (MASA.hasPartnerRole, RDF.type, None) in graph


def test_wording_of_silence_names_what_was_read(arrangement: Callable[[str], Graph]) -> None:
    """A silence of a whole document is 'not stated'; of a part, 'not seen'."""
    for stem in STEMS:
        graph = arrangement(stem)
        states = set(graph.objects(None, MASA.evidenceState))
        whole = stem == "barking-and-dagenham-2019"
        assert (EVIDENCE["not-seen"] in states) is not whole
        assert whole or EVIDENCE["not-stated"] not in states
        assert all(isinstance(o, Literal) for o in graph.objects(None, MASA.locator))
