"""What is worked out for questions and the register: which facts are borne out, how firmly, when, and for which areas."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from rdflib.term import Node

import asking
from masagraph.dataset import holding
from masagraph.dataset.links import reached, rings
from masagraph.dataset.periods import Chains
from masagraph.oxigraph import Snapshot
from masagraph.rules import catalogue
from masagraph.rules.model import Edition
from masagraph.vocab import MASA

PREFIXES = "PREFIX masa: <https://w3id.org/masagraph/def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
DOCUMENT = """
:plan a masa:Document ; skos:prefLabel "Plan"@en ; masa:documentKind document-kind:published-arrangement ;
    masa:extentRead extent-read:part .
"""
FIRST = f"""{DOCUMENT}
version:first a masa:ArrangementVersion ; skos:prefLabel "First"@en ; masa:coversArea area:A ; masa:hasDocument :plan ;
    masa:hasPartnerRole :police ; masa:inForceFrom [ a masa:StatedDate ; masa:earliestDay "2019-09-01"^^xsd:date ;
    masa:latestDay "2019-09-30"^^xsd:date ] .
:police a masa:PartnerRole ; masa:partnerKind kind:police ; masa:publishedName "Police" ; masa:heldBy police-force:NOR ;
    masa:statedBy :s1 .
:s1 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 1" .
"""


def held(text: str, reference: str = "") -> Snapshot:
    country = asking.FOLDER / "reference.ttl"
    return holding.of_graphs(asking.turtle(text), asking.turtle(country.read_text(encoding="utf-8") + reference))


def ask(snapshot: Snapshot, pattern: str, *names: str) -> set[tuple[str, ...]]:
    """Return the last parts of what a pattern binds."""
    rows = snapshot.texts(f"{PREFIXES}SELECT {' '.join(f'?{name}' for name in names)} WHERE {{ {pattern} }}")
    return {tuple(cell.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for cell in row) for row in rows}


def periods(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    pattern = "?v a masa:ArrangementVersion ; masa:countsFrom ?from OPTIONAL { ?v masa:countsTo ?to }"
    return {version: (first, last) for version, first, last in ask(snapshot, pattern, "v", "from", "to")}


def test_a_month_counts_from_its_first_day_and_says_so() -> None:
    snapshot = held(FIRST)
    assert periods(snapshot) == {"first": ("2019-09-01", "")}
    assert ask(snapshot, "?v masa:countsFromIsEarliest ?e", "e") == {("true",)}
    exact = FIRST.replace('masa:latestDay "2019-09-30"', 'masa:latestDay "2019-09-01"')
    assert ask(held(exact), "?v masa:countsFromIsEarliest ?e", "e") == {("false",)}


SECOND = """
version:second a masa:ArrangementVersion ; skos:prefLabel "Second"@en ; masa:coversArea area:A ; masa:hasDocument :plan ;
    masa:supersedes version:first ; masa:followsEdition guidance:wt2018 .
"""


def test_an_assumed_day_ends_nothing_before_it_began() -> None:
    """The edition of 2018 would have the second begin on 29 September 2019; the first begins only in 2020."""
    later = FIRST.replace("2019-09-01", "2020-03-01").replace("2019-09-30", "2020-03-01")
    found = periods(held(later + SECOND))
    assert found["first"] == ("2020-03-01", "2020-03-01")
    assert found["second"] == ("2020-03-02", "")


def test_two_versions_that_replace_each_other_do_no_harm() -> None:
    found = periods(held(FIRST + SECOND + "version:first masa:supersedes version:second ."))
    assert set(found) == {"first", "second"}


def undated(name: str, supersedes: str, edition: str = "wt2018") -> str:
    return f"""version:{name} a masa:ArrangementVersion ; skos:prefLabel "{name}"@en ; masa:coversArea area:A ;
        masa:hasDocument :plan ; masa:supersedes {supersedes} ; masa:followsEdition guidance:{edition} ."""


def test_undated_versions_that_replace_each_other_begin_on_one_day_and_end_nothing_but_what_was_before_them_all() -> None:
    later = FIRST.replace("2019-09-01", "2020-03-01").replace("2019-09-30", "2020-03-01")
    ring = undated("second", "version:third") + undated("third", "version:second, version:first")
    after = undated("fourth", "version:second")
    assert periods(held(later + ring + after)) == {
        "first": ("2020-03-01", "2020-03-01"),
        "second": ("2020-03-02", "2020-03-02"),
        "third": ("2020-03-02", ""),
        "fourth": ("2020-03-03", ""),
    }
    newer = undated("second", "version:third", "wt2023")
    found = periods(held(later + newer + undated("third", "version:second, version:first")))
    assert found["second"] == found["third"] == ("2023-12-15", "")
    assert found["first"] == ("2020-03-01", "2023-12-14")


def test_thirty_undated_versions_that_all_replace_one_another_are_soon_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may come from somebody who may publish. Followed path by path, they would keep the service busy for ever."""
    names = [f"v{number}" for number in range(30)]
    asked: list[Node] = []
    real = Chains.earlier

    def counted(chains: Chains, version: Node) -> set[Node]:
        asked.append(version)
        assert len(asked) < 10 * len(names)
        return real(chains, version)

    monkeypatch.setattr(Chains, "earlier", counted)
    web = "".join(undated(one, ", ".join(f"version:{other}" for other in names if other != one)) for one in names)
    assert periods(held(DOCUMENT + web)) == dict.fromkeys(names, ("2019-09-29", ""))
    assert asked


LINKS = st.dictionaries(st.integers(0, 7), st.frozensets(st.integers(0, 7), max_size=3))


@given(LINKS)
def test_rings_hold_each_thing_once_with_what_leads_to_it_and_back_after_all_else_that_they_lead_to(
    links: dict[int, frozenset[int]],
) -> None:
    found = list(rings(links))
    told = [one for ring in found for one in ring]
    assert sorted(told) == sorted({*links, *(other for others in links.values() for other in others)})
    by_name = {str(one): [str(other) for other in others] for one, others in links.items()}
    reach = {one: {int(other) for other in reached([str(one)], by_name)} for one in told}
    for number, ring in enumerate(found):
        before = {one for earlier in found[:number] for one in earlier}
        for one in ring:
            assert set(ring) == {other for other in reach[one] if one in reach[other]}
            assert reach[one] <= before | set(ring)


def test_neither_a_long_chain_nor_a_long_ring_is_too_deep() -> None:
    chain = {number: {number - 1} for number in range(1, 3000)}
    assert list(rings(chain)) == [[number] for number in range(3000)]
    ((*ring,),) = rings(chain | {0: {2999}})
    assert sorted(ring) == list(range(3000))


@given(LINKS, st.lists(st.sampled_from(catalogue.editions()), min_size=8, max_size=8))
def test_an_assumed_day_is_the_first_that_its_edition_and_all_before_it_leave(
    links: dict[int, frozenset[int]], editions: list[Edition]
) -> None:
    """Told for one version at a time from the days of the others, which is not how the days are worked out."""
    name = [URIRef(f"urn:v{number}") for number in range(8)]
    facts: dict[Node, Graph] = {}
    for one, others in links.items():
        facts[name[one]] = Graph().add((name[one], MASA.followsEdition, editions[one].iri))
        for other in others:
            facts[name[one]].add((name[one], MASA.supersedes, name[other]))
    days = {version: day for version, (day, _) in Chains(facts).beginnings.items()}
    ring_of = {name[one]: {name[other] for other in ring} for ring in rings(links) for one in ring}
    assert set(days) == set(ring_of)
    for ring in ring_of.values():
        assumed = [editions[name.index(one)].assumed_in_force if one in facts else date(2019, 9, 29) for one in ring]
        before = {other for one in ring if one in facts for other in facts[one].objects(one, MASA.supersedes)} - ring
        assert {days[one] for one in ring} == {max([*assumed, *(days[other] + timedelta(days=1) for other in before)])}


@pytest.mark.parametrize(("modality", "ends"), [("proposed", ""), ("planned", "2023-12-31"), ("in-place", "2023-12-31")])
def test_a_proposal_puts_nothing_into_force(modality: str, ends: str) -> None:
    dated = SECOND.replace(
        "masa:followsEdition guidance:wt2018",
        'masa:inForceFrom [ a masa:StatedDate ; masa:earliestDay "2024-01-01"^^xsd:date ] ; masa:statedBy :s2',
    )
    statement = f':s2 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 9" ; masa:modality modality:{modality} .'
    assert periods(held(FIRST + dated + statement))["first"] == ("2019-09-01", ends)


def test_a_body_answers_only_where_it_reaches() -> None:
    assert ask(held(FIRST), "?r masa:answersFor ?a", "a") == {("A",)}
    # The force of the south has no part of Ayton.
    assert ask(held(FIRST.replace("NOR", "SOU")), "?r masa:answersFor ?a", "a") == set()
    # Of a body of which nothing is known it cannot be told, and so it stands for all that is covered.
    assert ask(held(FIRST.replace("masa:heldBy police-force:NOR ;", "")), "?r masa:answersFor ?a", "a") == {("A",)}


@pytest.mark.parametrize(("written", "other"), [("A", "Z"), ("Z", "A")])
def test_a_new_code_is_no_new_area(written: str, other: str) -> None:
    reference = 'area:A masa:recodedAs area:Z . area:Z a masa:Area ; skos:prefLabel "Ayton"@en ; masa:areaCode "Z" .'
    text = FIRST.replace("coversArea area:A", f"coversArea area:{written}")
    assert ask(held(text, reference), "?v masa:coversArea ?a", "a") == {(written,), (other,)}


def test_nobody_may_state_what_is_worked_out() -> None:
    forged = ':police masa:answersFor area:C ; masa:countsFrom "2018-04-01"^^xsd:date .'
    assert ask(held(FIRST + forged), "?r masa:answersFor ?a", "a") == {("A",)}
    assert ask(held(FIRST + forged), "?r a masa:PartnerRole ; masa:countsFrom ?d", "d") == {("2019-09-01",)}


def test_a_role_ends_with_the_last_body_that_it_may_mean() -> None:
    group = FIRST.replace("kind:police", "kind:health").replace("police-force:NOR", "health-body:GRP")
    assert ask(held(group), "?r a masa:PartnerRole ; masa:countsTo ?d", "d") == {("2022-06-30",)}
    either = group.replace("masa:heldBy health-body:GRP", "masa:mayBe health-body:GRP, health-body:BRD")
    assert ask(held(either), "?r a masa:PartnerRole ; masa:countsTo ?d", "d") == set()


def test_a_part_that_only_a_dispute_leads_to_belongs_to_nothing() -> None:
    disputed = """
    version:first masa:hasProvision :deaths ; masa:statedBy :s3 .
    :deaths a masa:ChildDeathReview ; masa:childDeathProcess "A panel."@en ; masa:statedBy :s1 .
    :s3 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 3" ; masa:onProperty masa:hasProvision ;
        masa:statedValue :deaths ; masa:evidenceState evidence:conflicting .
    """
    assert ask(held(FIRST + disputed), "?d a masa:ChildDeathReview ; masa:ofVersion ?v", "v") == set()
    agreed = disputed.replace("evidence:conflicting", "evidence:stated")
    assert ask(held(FIRST + agreed), "?d a masa:ChildDeathReview ; masa:ofVersion ?v", "v") == {("first",)}


def test_the_modality_of_a_document_is_that_of_its_statements() -> None:
    planned = FIRST.replace("masa:extentRead", "masa:defaultModality modality:planned ; masa:extentRead")
    assert ask(held(planned), "?s a masa:Statement ; masa:modality ?m", "m") == {("planned",)}
    assert ask(held(planned), "?r a masa:PartnerRole ; masa:countsAs ?f", "f") == {("planned",)}
    assert ask(held(FIRST), "?r a masa:PartnerRole ; masa:countsAs ?f", "f") == {("in-place",)}


def test_where_a_thing_was_read_leaves_out_what_only_repeats_guidance() -> None:
    guidance = """
    :police masa:statedBy :s4 .
    :s4 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 4" ; masa:modality modality:restated-guidance .
    """
    assert ask(held(FIRST + guidance), "?r a masa:PartnerRole ; masa:sourceText ?t", "t") == {("Plan, page 1",)}


def test_every_shipped_version_counts_from_some_day_and_ends_no_earlier() -> None:
    pattern = "?v a masa:ArrangementVersion ; masa:countsFrom ?from OPTIONAL { ?v masa:countsTo ?to }"
    rows = ask(holding.load(), pattern, "v", "from", "to")
    assert len(rows) == 44
    assert all(not last or date.fromisoformat(first) <= date.fromisoformat(last) for _, first, last in rows)
