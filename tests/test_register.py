"""The register, chains and footprints say what the documents and the law say, and what is unknown is said as unknown."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from rdflib import Literal, URIRef

import asking
from masagraph.cli import main
from masagraph.dataset import holding
from masagraph.dataset.names import Names
from masagraph.draw import chain_svg, footprint_svg
from masagraph.oxigraph import Snapshot
from masagraph.questions import loader
from masagraph.questions.asking import ask
from masagraph.register import chains, entries, footprints, standing
from masagraph.register.chains import Chain, Chains
from masagraph.register.entries import Entry
from masagraph.register.footprints import Footprint
from masagraph.register.standing import KINDS
from masagraph.report import register_text
from masagraph.vocab import XSD

SPRING_2021, END_OF_2024 = date(2021, 5, 1), date(2024, 12, 31)
Run = Callable[..., tuple[int, str, str]]


@cache
def register(day: date) -> dict[tuple[str, str], Entry]:
    """Return the entries of the whole register on a day, by name of area and kind."""
    return {(e.area.name, e.kind): e for e in entries.entries(standing.on(holding.load(), day))}


def bodies(e: Entry) -> set[str]:
    return {body.name for body in e.bodies}


def leads(e: Entry) -> set[str]:
    return {lead.title for lead in e.leads}


def delegates(e: Entry) -> set[str]:
    return {delegate.title for delegate in e.delegates}


def version(e: Entry) -> str | None:
    return e.version.name if e.version else None


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(str(stop.code))
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


DIFFERENCES = [
    # area, kind, what is looked at, in spring 2021, at the end of 2024; written from the world, not from our output.
    ("Islington", "health", bodies, {"NHS North Central London CCG"}, {"NHS North Central London Integrated Care Board"}),
    ("Islington", "health", delegates, set(), {"(NCL) Director of Quality and Chief Nurse"}),
    ("Derby", "health", bodies, {"NHS Derby and Derbyshire CCG"}, {"NHS Derby and Derbyshire Integrated Care Board"}),
    ("Birmingham", "police", delegates, set(), {"Chief Superintendent"}),
    ("Birmingham", "local-authority", version, "Birmingham, 2019", "Birmingham, 2024"),
    ("Devon", "police", version, "Devon, 2018", "Devon, 2024"),
    ("Leeds", "police", version, "Leeds, 2019", "Leeds, 2024"),
    ("Blackpool", "local-authority", version, None, "Blackpool, 2023"),
    ("Shropshire", "police", delegates, set(), {"Local Commander Shropshire"}),
    ("Somerset", "local-authority", bodies, {"Somerset County Council"}, {"Somerset Council"}),
]


@pytest.mark.parametrize(("area", "kind", "look", "before", "after"), DIFFERENCES)
def test_the_register_differs_where_the_world_changed(
    area: str, kind: str, look: Callable[[Entry], object], before: object, after: object
) -> None:
    assert look(register(SPRING_2021)[area, kind]) == before
    assert look(register(END_OF_2024)[area, kind]) == after
    assert before != after


def test_areas_come_and_go_with_the_counties() -> None:
    """Cumbria gave way to two unitary areas on 1 April 2023; nothing bears both names on one day."""
    earlier, later = ({area for area, _ in register(day)} for day in (SPRING_2021, END_OF_2024))
    assert earlier - later == {"Cumbria"}
    assert later - earlier == {"Cumberland", "Westmorland and Furness"}
    assert len(earlier) == 152
    assert len(later) == 153


def test_every_pair_of_area_and_kind_has_a_row_with_a_body_on_any_day() -> None:
    for day, areas in ((date(2018, 4, 1), 152), (date(2019, 4, 1), 151), (SPRING_2021, 152), (END_OF_2024, 153)):
        found = register(day)
        assert len(found) == 3 * areas
        assert all(e.bodies for e in found.values())


def test_a_body_that_has_ended_leads_nothing() -> None:
    """Barking and Dagenham's plan of 2019 names a clinical commissioning group; by 2021 that had gone, and is not carried on."""
    before, after = register(date(2020, 1, 1)), register(SPRING_2021)
    assert before["Barking and Dagenham", "health"].partners
    assert not after["Barking and Dagenham", "health"].partners
    assert after["Barking and Dagenham", "police"].partners


def test_states_are_kept_apart() -> None:
    """Known, retained, not stated in a document read whole, and not seen."""
    at = register(END_OF_2024)
    assert at["Islington", "police"].lead_state == "known"
    assert at["Oxfordshire", "local-authority"].delegate_state == "retained"
    assert at["Barking and Dagenham", "police"].lead_state == "not stated"
    assert at["Wiltshire", "police"].lead_state == "not seen"
    assert at["Camden", "police"].lead_state == "not seen"
    assert (at["Wiltshire", "police"].evidence, at["Camden", "police"].evidence) == ("read in part", "no document")


def test_guidance_repeated_and_signatures_are_no_leads() -> None:
    """Leeds 2024 says who leads by the guidance; in Surrey chief officers signed a foreword."""
    assert register(END_OF_2024)["Leeds", "police"].lead_state == "not seen"
    assert register(SPRING_2021)["Surrey", "police"].lead_state == "not seen"


def test_a_council_s_delegate_is_not_its_neighbour_s() -> None:
    """In City and Hackney each force answers for its own area, though the arrangement is one."""
    at = register(SPRING_2021)
    assert {p.body_name for p in at["City of London", "police"].partners} == {"City of London Police"}
    assert {p.body_name for p in at["Hackney", "police"].partners} == {"Metropolitan Police Service"}


def test_coverage_counts_every_pair_once() -> None:
    found = list(register(END_OF_2024).values())
    lines = entries.coverage(found)
    assert f"{len(found)} pairs" in lines[0]
    whole, in_part = ([e for e in found if e.lead_state == "known" and bool(e.lead_part) is part] for part in (False, True))
    assert f"known {len(whole)} (" in lines[0]
    assert f"known in part {len(in_part)} (" in lines[0]
    read = sum(e.evidence == "read whole" for e in whole)
    assert f"of which {read} in documents read whole, {len(whole) - read} in part" in lines[0]
    for state in ("not stated", "not seen"):
        assert f"{state} {sum(e.lead_state == state for e in found)} (" in lines[0]
    assert "(0%)" not in " ".join(lines)
    assert "under 1%" in lines[0]


def test_register_of_a_country_without_arrangements_knows_nobody() -> None:
    fixture = asking.fixture("gaps/delegation-seniority")
    empty = holding.of_graphs(asking.turtle(""), fixture.background)
    found = entries.entries(standing.on(empty, SPRING_2021))
    assert len(found) == 9
    assert {(e.lead_state, e.delegate_state, e.evidence) for e in found} == {("not seen", "not seen", "no document")}


def chain(area: str, kind: str, day: date = END_OF_2024) -> Chain:
    (found,) = (c for c in of_area(area, day).chains if c.kind == kind)
    return found


def of_area(area: str, day: date) -> Chains:
    snapshot = holding.load()
    return chains.of_area(snapshot, str(Names(snapshot).area(area, day, "AREA").thing), day)


def test_chain_of_islington_s_police_ends_below_the_floor() -> None:
    police = chain("Islington", "police")
    assert [(s.part, s.title, s.level) for s in police.steps] == [
        ("head of agency", "Commissioner of Police of the Metropolis", 1),
        ("lead", "Central North BCU Commander", None),
        ("delegate", "Safeguarding Detective Superintendent", 5),
    ]
    assert "below the floor" in police.weakest
    assert "Central North BCU Commander is not known" in police.weakest
    assert any("not known to be the head" in words for words in police.breaks)
    assert police.steps[-1].keeps_accountability is True
    assert len(police.steps[-1].powers) == 6


def test_chain_without_breaks_has_none_and_a_kept_role_is_no_gap() -> None:
    council = chain("Islington", "local authority")
    assert council.breaks == ()
    assert council.steps[1].is_head
    kept = chain("Oxfordshire", "local authority")
    assert kept.steps[-1].words == "the lead keeps the role"
    assert not any("delegate" in words for words in kept.breaks)


def test_chain_of_an_unread_area_says_that_nothing_was_read() -> None:
    found = of_area("Camden", END_OF_2024)
    assert found.arrangements == ()
    assert [c.kind for c in found.chains] == ["local authority", "health body", "police"]
    assert all(c.breaks == ("no lead seen: no arrangement of the area was read",) for c in found.chains)
    assert all(c.weakest.startswith("cannot tell") for c in found.chains)


def footprint(area: str, day: date = SPRING_2021) -> Footprint:
    snapshot = holding.load()
    return footprints.of_area(snapshot, str(Names(snapshot).area(area, day, "AREA").thing), day)


def test_bhr_is_an_umbrella_over_three_arrangements_and_no_combined_area() -> None:
    snapshot = holding.load()
    linked = snapshot.texts(
        "PREFIX masa: <https://w3id.org/masagraph/def#> SELECT ?kind ?arrangement WHERE { "
        "<https://w3id.org/masagraph/id/umbrella/bhr> a ?kind ; masa:linksArrangement ?arrangement }"
    )
    assert {kind.rsplit("#", 1)[-1] for kind, _ in linked} == {"Umbrella"}
    assert {a.rsplit("/", 1)[-1] for _, a in linked} == {"barking-and-dagenham", "havering", "redbridge"}
    found = footprint("Barking and Dagenham")
    assert not [t for t in found.territories if t.purpose == "combined area"]
    (arrangement,) = (t for t in found.territories if t.purpose == "arrangement")
    assert arrangement.areas == ("Barking and Dagenham",)


def test_child_death_footprint_of_barking_and_dagenham_is_wider_than_its_arrangement() -> None:
    found = footprint("Barking and Dagenham")
    (deaths,) = (t for t in found.territories if t.purpose == "child death review")
    assert deaths.areas == ("Barking and Dagenham", "Havering", "Redbridge")
    assert any("Child deaths" in words for words in found.crossings)


def test_lancashire_s_health_bodies_and_its_combined_area() -> None:
    """Six groups reach into the county itself; the combined area of three authorities ended on 31 August 2023."""
    found = footprint("Lancashire")
    assert len([t for t in found.territories if t.purpose == "health body"]) == 6
    (combined,) = (t for t in found.territories if t.purpose == "combined area")
    assert combined.areas == ("Blackburn with Darwen", "Blackpool", "Lancashire")
    assert not [t for t in footprint("Lancashire", END_OF_2024).territories if t.purpose == "combined area"]


def test_a_force_serves_the_arrangements_of_its_areas() -> None:
    snapshot = holding.load()
    force = Names(snapshot).body("Thames Valley Police", SPRING_2021, "BODY")
    found = footprints.of_body(snapshot, str(force.thing), force.name, SPRING_2021)
    (own,) = (t for t in found.territories if t.purpose == "police")
    assert len(own.areas) == 9
    assert {"Oxfordshire, 2019", "Slough, 2019", "Berkshire West, 2019"} <= {t.name for t in found.territories}


Row = dict[str, str]
POLICE_OF_BEDFORDSHIRE = {"E06000032": "Luton", "E06000055": "Bedford", "E06000056": "Central Bedfordshire"}


def rows(found: Footprint) -> list[Row]:
    """Return the rows of a footprint as text, by column."""
    table = footprints.table(found)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in asking.plain(list(table.rows))]


def looked_at(found: list[Row], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in found]


def test_a_footprint_has_a_row_for_each_thing_and_each_of_its_areas() -> None:
    """Written from the lookups of 2021 (shares and codes), the lists of councils and forces, and the news of the arrangement."""
    found = rows(footprint("Derby"))
    derby, derbyshire = "E06000015", "E10000007"
    partnership = "Derby and Derbyshire Safeguarding Children Partnership"
    assert looked_at(found, "kind", "holderName", "holderCode", "areaCode", "share", "from", "until") == [
        ("local authority", "Derby City Council", "DER", derby, "100", "2009-01-01", ""),
        ("health body", "NHS Derby and Derbyshire CCG", "15M", derby, "100", "2019-04-01", "2022-06-30"),
        ("health body", "NHS Derby and Derbyshire CCG", "15M", derbyshire, "95.72", "2019-04-01", "2022-06-30"),
        ("police", "Derbyshire Constabulary", "E23000018", derby, "100", "2018-04-01", ""),
        ("police", "Derbyshire Constabulary", "E23000018", derbyshire, "100", "2018-04-01", ""),
        ("arrangement", "Derby and Derbyshire, 2019", "", derby, "", "2019-09-30", ""),
        ("arrangement", "Derby and Derbyshire, 2019", "", derbyshire, "", "2019-09-30", ""),
        ("combined area", partnership, "", derby, "", "2019-09-30", ""),
        ("combined area", partnership, "", derbyshire, "", "2019-09-30", ""),
    ]
    assert {row["arrangement"] for row in found} == {"Derby and Derbyshire, 2019"}
    sources = {row["kind"]: row["source"] for row in found}
    assert sources["arrangement"] == "Derby City Council news, September 2019, the part that was read"
    assert "ONS lookups of small areas to health bodies" in sources["health body"]
    assert "ONS lookups of districts to police force areas" in sources["police"]
    assert "Wood review 2021" in sources["combined area"]
    assert "https://www.derby.gov.uk/news/2019/september/" in sources["combined area"]
    assert all(sources.values())


def test_the_terms_of_a_footprint_keep_their_types() -> None:
    table = footprints.table(footprint("Derby"))
    names = [column.name for column in table.columns]
    row = dict(zip(names, table.rows[2], strict=True))
    assert row["holder"] == URIRef("https://w3id.org/masagraph/id/health-body/15M")
    assert row["area"] == URIRef("http://statistics.data.gov.uk/id/statistical-geography/E10000007")
    assert row["share"] == Literal("95.72", datatype=XSD.decimal)
    assert row["from"] == Literal("2019-04-01", datatype=XSD.date)
    assert row["note"] is None
    assert table.settings == (("date", "2021-05-01"), ("place", "Derby (E06000015)"))


def test_the_combined_area_of_lancashire_has_its_areas_and_its_days() -> None:
    found = [row for row in rows(footprint("Lancashire")) if row["kind"] == "combined area"]
    areas = {"E06000008": "Blackburn with Darwen", "E06000009": "Blackpool", "E10000017": "Lancashire"}
    assert {row["areaCode"]: row["areaName"] for row in found} == areas
    assert {(row["from"], row["until"], row["note"]) for row in found} == {("2019-09-29", "2023-08-31", "evidenced")}
    assert not [row for row in rows(footprint("Lancashire", END_OF_2024)) if row["kind"] == "combined area"]


def test_the_areas_that_a_force_serves_are_rows_with_no_arrangement_where_none_is_held() -> None:
    snapshot = holding.load()
    force = Names(snapshot).body("Bedfordshire Police", SPRING_2021, "BODY")
    found = footprints.of_body(snapshot, str(force.thing), force.name, SPRING_2021)
    assert {row["areaCode"]: row["areaName"] for row in rows(found)} == POLICE_OF_BEDFORDSHIRE
    assert set(looked_at(rows(found), "kind", "holderCode", "arrangement")) == {("police", "E23000026", "")}
    assert footprints.table(found).settings[1] == ("place", "Bedfordshire Police (E23000026)")


def test_a_new_share_is_no_new_beginning() -> None:
    """The lookup of 2024 gives this board another share of Essex than that of 2022; it has answered there since it was formed."""
    snapshot = holding.load()
    day = date(2025, 5, 1)
    body = Names(snapshot).body("QM7", day, "BODY")
    found = rows(footprints.of_body(snapshot, str(body.thing), body.name, day))
    (essex,) = (row for row in found if row["areaCode"] == "E10000012")
    assert (essex["share"], essex["from"], essex["until"]) == ("20.49", "2022-07-01", "2026-03-31")
    earlier = rows(footprints.of_body(snapshot, str(body.thing), body.name, date(2023, 5, 1)))
    assert [row["share"] for row in earlier if row["areaCode"] == "E10000012"] == ["20.41"]


def test_a_period_begins_anew_where_a_body_was_away() -> None:
    reference = """
    police-force:EAS a masa:PoliceForce ; skos:prefLabel "Eastshire Police"@en ; masa:forceAreaCode "EAS" .
    jurisdiction:A-1 a masa:Jurisdiction ; masa:overArea area:A ; masa:jurisdictionOf police-force:EAS ;
        masa:jurisdictionKind kind:police ; masa:validFrom "2018-04-01"^^xsd:date ; masa:validTo "2019-12-31"^^xsd:date .
    jurisdiction:A-2 a masa:Jurisdiction ; masa:overArea area:A ; masa:jurisdictionOf police-force:EAS ;
        masa:jurisdictionKind kind:police ; masa:validFrom "2020-02-01"^^xsd:date .
    """
    (row,) = (r for r in rows(of_ayton("", reference)) if r["holderName"] == "Eastshire Police")
    assert (row["from"], row["until"], row["share"]) == ("2020-02-01", "", "")


def of_ayton(text: str, reference: str = "") -> Footprint:
    area = "http://statistics.data.gov.uk/id/statistical-geography/A"
    return footprints.of_area(country(text, reference), area, SPRING_2021)


def test_what_is_not_known_of_a_footprint_stays_unknown() -> None:
    """No day is held of an umbrella; of Leicestershire's combined area only the year; of Hertfordshire's arrangement none."""
    umbrella = [row for row in rows(footprint("Barking and Dagenham")) if row["holder"].endswith("/umbrella/bhr")]
    assert {row["areaName"] for row in umbrella} == {"Barking and Dagenham", "Havering", "Redbridge"}
    assert {(row["from"], row["until"], row["share"], row["note"]) for row in umbrella} == {("", "", "", "date not known")}
    combined = [row for row in rows(footprint("Leicestershire")) if row["kind"] == "combined area"]
    assert {(row["from"], row["until"]) for row in combined} == {("2019-01-01 to 2019-12-31", "")}
    (version,) = (row for row in rows(footprint("Hertfordshire")) if row["kind"] == "arrangement")
    assert version["from"].endswith(" (assumed)")


def test_what_hangs_on_a_version_has_its_days_and_its_own_source() -> None:
    found = [row for row in rows(footprint("Barking and Dagenham", date(2020, 1, 1))) if row["kind"] == "child death review"]
    assert {row["areaCode"] for row in found} == {"E09000002", "E09000016", "E09000026"}
    assert {row["source"] for row in found} == {"Barking and Dagenham plan, May 2019, lines 176, 211 and 294"}
    assert {row["holderName"] for row in found} == {"of Barking and Dagenham, 2019"}


UNIT = """
version:north masa:hasProvision [
    a masa:ChildDeathReview ; masa:statedBy :s1 ; masa:hasFootprint [
        a masa:Footprint ; masa:footprintPurpose footprint-purpose:child-death-review ; masa:includesArea area:A ;
        masa:statedBy :s1 ] ] .
"""


def test_a_part_without_a_name_has_no_address_and_what_is_planned_says_so() -> None:
    in_place, planned = (
        [row for row in rows(of_ayton(WHOLE + UNIT + words)) if row["kind"] == "child death review"]
        for words in ("", ":s1 masa:modality modality:planned .")
    )
    assert looked_at(in_place, "holder", "holderName", "from", "note", "source") == [
        ("", "of North, 2019", "2019-09-01", "", "North plan, page 1")
    ]
    assert [row["note"] for row in planned] == ["planned"]


@pytest.mark.parametrize("picture", ["chain", "footprint"])
def test_pictures_can_be_read_aloud(picture: str) -> None:
    """Title and description say all that is drawn; every box has words; no meaning lies in a colour alone."""
    if picture == "chain":
        text = chain_svg.render(of_area("Islington", END_OF_2024))
        needed = [
            "Central North BCU Commander",
            "Safeguarding Detective Superintendent",
            "Weakest link",
            "not known to be the head",
        ]
    else:
        text = footprint_svg.render(footprint("Barking and Dagenham"))
        needed = ["Metropolitan Police Service", "Havering", "Child deaths are reviewed"]
    root = ET.fromstring(text)  # noqa: S314 - our own picture
    names = {"svg": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    title, description = root.find("svg:title", names), root.find("svg:desc", names)
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    for words in needed:
        assert words in (description.text or ""), words
    assert "<script" not in text
    assert "href" not in text


def test_register_command_tells_text_and_data_alike(run: Run) -> None:
    code, text, _ = run("register", "--date", "2024-12-31", "--region", "London")
    assert code == 0
    assert "Safeguarding Detective Superintendent, band 5" in text
    assert "Coverage: 99 pairs" in text
    _, data, _ = run("register", "--date", "2024-12-31", "--region", "London", "--format", "json")
    rows = json.loads(data)["rows"]
    assert len(rows) == 99
    (row,) = (r for r in rows if r["areaName"] == "Islington" and r["kind"] == "police")
    assert (row["delegate"], row["delegateBand"], row["keepsAccountability"]) == (
        "Safeguarding Detective Superintendent",
        "5",
        "yes",
    )
    assert (row["speaks"], row["commits"], row["holdsToAccount"]) == ("yes", "yes", "yes")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("register", "--area", "Islingtn"), "--area: 'Islingtn' is no area known here. Did you mean 'Islington'?"),
        (("register", "--date", "2021-02-30"), "--date: '2021-02-30' is no day. Write it as 2021-05-01."),
        (("register", "--date", "1999-01-01"), "--date: 1999-01-01 lies outside the register. Give a day from 2018-04-01 on."),
        (("register", "--kind", "polce"), "--kind: 'polce' is no kind of partner known here. Did you mean 'police'?"),
        (("register", "--region", "Lundon"), "--region: 'Lundon' is no region known here. Did you mean 'London'?"),
        (("chain", "Cumbri"), "AREA: 'Cumbri' is no area known here. Did you mean 'Cumbria'?"),
        (("chain", "Cumbria", "--date", "2024-01-01"), "AREA: Cumbria (E10000006) does not exist on 2024-01-01."),
        (("footprint", "Thames Vally Police"), "AREA_OR_BODY: 'Thames Vally Police' is no area or body known here."),
        (("ask", "gaps/delegation-senority"), "there is no question of that name. Did you mean gaps/delegation-seniority?"),
        (("ask", "delegation-seniority", "--dat", "2021-05-01"), "--dat: gaps/delegation-seniority takes no such parameter."),
        (("ask", "delegation-seniority", "--date", "tomorrow"), "--date: 'tomorrow' is no day."),
        (("ask", "delegation-seniority", "--date"), "--date: it has no value."),
        (("ask", "delegation-seniority", "London"), "London: it belongs to no parameter."),
        (
            ("ask", "footprints/partner-changes", "--from", "2024-01-01", "--to", "2020-01-01"),
            "--to: 2020-01-01 lies before --from, 2024-01-01. Give the earlier day as --from.",
        ),
        (("ask", "--area", "Leeds"), "Leeds: there is no question of that name."),
    ],
)
def test_bad_parameters_get_one_line_and_exit_2(run: Run, words: tuple[str, ...], told: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("masagraph: ")
    assert told in err
    assert err.count("\n") == 1


PLAN = """
version:north a masa:ArrangementVersion ;
    skos:prefLabel "North, 2019"@en ;
    masa:coversArea area:A ; masa:followsEdition guidance:wt2018 ; masa:hasDocument :plan ; masa:hasPartnerRole :police ;
    masa:inForceFrom [ a masa:StatedDate ; masa:earliestDay "2019-09-01"^^xsd:date ] .
:plan a masa:Document ;
    skos:prefLabel "North plan"@en ; masa:documentKind document-kind:published-arrangement ; masa:extentRead extent-read:part .
:police a masa:PartnerRole ;
    masa:partnerKind kind:police ; masa:publishedName "Northshire Police" ; masa:heldBy police-force:NOR ;
    masa:hasDelegation :delegation ; masa:statedBy :s1 .
:delegation a masa:Delegation ;
    masa:delegatedTo :officer ; masa:keepsAccountability true ; masa:grantsPower power:speak-with-authority ;
    masa:statedBy :s1, :s2 .
:officer a masa:Post ;
    masa:postTitle "Assistant Chief Constable" ; masa:rank police-rank:territorial-assistant-chief-constable .
:s1 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 1" .
"""
IN_PLACE = ':s2 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 2" ; masa:onProperty masa:grantsPower .'


@pytest.mark.parametrize(
    ("words", "speaks", "keeps"),
    [
        (IN_PLACE, "yes", "yes"),
        (IN_PLACE.replace(" .", " ; masa:modality modality:planned ."), "not seen", "yes"),
        (IN_PLACE.replace(" .", " ; masa:modality modality:restated-guidance ."), "not seen", "yes"),
        (IN_PLACE.replace("grantsPower .", "keepsAccountability ; masa:modality modality:proposed ."), "yes", "not seen"),
    ],
)
def test_a_power_that_is_only_planned_is_none_yet(words: str, speaks: str, keeps: str) -> None:
    snapshot = holding.of_graphs(asking.turtle(PLAN + words), asking.fixture("gaps/delegation-seniority").background)
    table = entries.table(entries.entries(standing.on(snapshot, SPRING_2021), kind="police"), SPRING_2021)
    names = [column.name for column in table.columns]
    row = dict(zip(names, asking.plain(list(table.rows))[0], strict=True))
    assert (row["delegate"], row["delegateBand"]) == ("Assistant Chief Constable", "3")
    assert (row["speaks"], row["keepsAccountability"]) == (speaks, keeps)


def country(text: str, reference: str = "") -> Snapshot:
    """Return the small country of the fixtures with arrangements of one's own."""
    background = asking.turtle((asking.FOLDER / "reference.ttl").read_text(encoding="utf-8") + reference)
    return holding.of_graphs(asking.turtle(text), background)


def entry(text: str, day: date = SPRING_2021, kind: str = "police", reference: str = "", area: str = "Ayton") -> Entry:
    found = entries.entries(standing.on(country(text, reference), day), kind=kind)
    (one,) = (e for e in found if e.area.name == area)
    return one


def cells(e: Entry) -> dict[str, str]:
    table = entries.table([e], SPRING_2021)
    return dict(zip([column.name for column in table.columns], asking.plain(list(table.rows))[0], strict=True))


def told(e: Entry) -> str:
    return register_text.render("Register", [e], 200)


def chain_of(text: str, kind: str = "police") -> Chain:
    area = "http://statistics.data.gov.uk/id/statistical-geography/A"
    (found,) = (c for c in chains.of_area(country(text), area, SPRING_2021).chains if c.kind == kind)
    return found


# An arrangement read whole, with a role for the police to which each test adds.
WHOLE = """
version:north a masa:ArrangementVersion ;
    skos:prefLabel "North, 2019"@en ;
    masa:coversArea area:A ; masa:followsEdition guidance:wt2018 ; masa:hasDocument :plan ; masa:hasPartnerRole :police ;
    masa:inForceFrom [
        a masa:StatedDate ; masa:earliestDay "2019-09-01"^^xsd:date ; masa:latestDay "2019-09-01"^^xsd:date ] .
:plan a masa:Document ;
    skos:prefLabel "North plan"@en ; masa:documentKind document-kind:published-arrangement ; masa:extentRead extent-read:whole .
:police a masa:PartnerRole ;
    masa:partnerKind kind:police ; masa:publishedName "Northshire Police" ; masa:heldBy police-force:NOR ; masa:statedBy :s1 .
:s1 a masa:Statement ; masa:inDocument :plan ; masa:locator "page 1" .
:proposed a masa:Statement ; masa:inDocument :plan ; masa:locator "page 2" ; masa:modality modality:proposed .
"""
LED = """
:police masa:hasLead :lead .
:lead a masa:Lead ; masa:leadPost :chief ; masa:statedBy :s1 .
:chief a masa:Post ; masa:postTitle "Chief Constable" ; masa:postKind post-kind:chief-officer-of-police .
"""
DELEGATED = """
:police masa:hasDelegation :delegation .
:delegation a masa:Delegation ; masa:delegatedTo :officer ; masa:statedBy :s1 .
:officer a masa:Post ; masa:postTitle "Officer" .
"""


def test_a_lead_or_delegation_counts_on_its_own_days() -> None:
    first, last = 'masa:validFrom "2020-01-01"^^xsd:date', 'masa:validTo "2022-01-01"^^xsd:date'
    text = f"{WHOLE}{LED}{DELEGATED} :lead {last} . :delegation {first} ."
    assert leads(entry(text, date(2022, 1, 1))) == {"Chief Constable"}
    assert leads(entry(text, date(2022, 1, 2))) == set()
    assert delegates(entry(text, date(2020, 1, 1))) == {"Officer"}
    assert delegates(entry(text, date(2019, 12, 31))) == set()


def about(thing: str, property_: str, state: str) -> str:
    return (
        f"{thing} masa:statedBy :doubt . :doubt a masa:Statement ; masa:inDocument :plan ; "
        f'masa:locator "page 3" ; masa:onProperty masa:{property_} ; masa:evidenceState evidence:{state} .'
    )


@pytest.mark.parametrize(
    ("doubt", "lead", "delegate", "words"),
    [
        ("", "not stated", "not stated", ""),
        (about(":police", "hasLead", "conflicting"), "not seen", "not stated", "not seen (sources disagree)"),
        (about("version:north", "leadPost", "section-listed"), "not seen", "not stated", "not seen (section listed)"),
        (about(":police", "hasDelegation", "not-seen"), "not stated", "not seen", "not seen"),
        (about(":police", "delegationState", "conflicting"), "not stated", "not seen", "not seen (sources disagree)"),
        (about(":police", "hasLead", "not-stated"), "not stated", "not stated", ""),
        (":police masa:hasLead :lead . :lead a masa:Lead ; masa:statedBy :s1 .", "not seen", "not stated", "post not named"),
        (LED.replace(":s1", ":proposed"), "not seen", "not stated", "Chief Constable (proposed)"),
        (':police masa:validTo "2021-04-30"^^xsd:date .', "not seen", "not seen", "not named by the arrangement on this day"),
    ],
)
def test_silence_tells_something_only_where_a_whole_document_is_silent(doubt: str, lead: str, delegate: str, words: str) -> None:
    found = entry(WHOLE + doubt)
    assert (found.lead_state, found.delegate_state) == (lead, delegate)
    assert words in told(found)


def test_a_partner_that_no_longer_answers_for_an_area_is_none_there() -> None:
    """The force reaches into Ayton until April 2021 and goes on elsewhere; another follows it there."""
    reference = """
    police-force:EAS a masa:PoliceForce ; skos:prefLabel "Eastshire Police"@en ; masa:forceAreaCode "EAS" .
    jurisdiction:A-EAS a masa:Jurisdiction ; masa:overArea area:A ; masa:jurisdictionOf police-force:EAS ;
        masa:jurisdictionKind kind:police ; masa:validTo "2021-04-30"^^xsd:date .
    """
    text = (WHOLE + LED).replace("police-force:NOR", "police-force:EAS")
    assert leads(entry(text, date(2021, 4, 30), reference=reference)) == {"Chief Constable"}
    gone = entry(text, reference=reference)
    assert (gone.partners, gone.lead_state) == ((), "not seen")


TWO_GROUPS = """
health-body:SEC a masa:ClinicalCommissioningGroup ; skos:prefLabel "NHS Second CCG"@en ; masa:odsCode "SEC" .
jurisdiction:A-SEC a masa:Jurisdiction ; masa:overArea area:A ; masa:jurisdictionOf health-body:SEC ;
    masa:jurisdictionKind kind:health ; masa:validFrom "2018-04-01"^^xsd:date ; masa:shareOfArea 20.0 .
"""
HEALTH = """
version:north masa:hasPartnerRole :first, :second .
:first a masa:PartnerRole ; masa:partnerKind kind:health ; masa:publishedName "First CCG" ; masa:heldBy health-body:GRP ;
    masa:hasLead :first-lead ; masa:hasDelegation :first-delegation ; masa:statedBy :s1 .
:second a masa:PartnerRole ; masa:partnerKind kind:health ; masa:publishedName "Second CCG" ; masa:heldBy health-body:SEC ;
    masa:statedBy :s1 .
:first-lead a masa:Lead ; masa:leadPost :accountable ; masa:statedBy :s1 .
:first-delegation a masa:Delegation ; masa:delegatedTo :nurse ; masa:statedBy :s1 .
:accountable a masa:Post ; masa:postTitle "Accountable Officer" .
:nurse a masa:Post ; masa:postTitle "Nurse" .
"""


def test_one_body_of_several_does_not_make_all_known() -> None:
    found = entry(WHOLE + HEALTH, kind="health", reference=TWO_GROUPS)
    row = cells(found)
    assert (row["lead"], row["leadState"]) == ("First CCG: Accountable Officer", "known for 1 of 2 bodies")
    assert (row["delegate"], row["delegateState"]) == ("First CCG: Nurse", "known for 1 of 2 bodies")
    assert "Lead: known in part 1 (100%)" in entries.coverage([found])[0]
    assert "First CCG: Accountable Officer, band not known (for 1 of 2 bodies)" in told(found)
    both = f"{HEALTH} :second masa:hasLead :last . :last a masa:Lead ; masa:leadPost :accountable ; masa:statedBy :s1 ."
    row = cells(entry(WHOLE + both, kind="health", reference=TWO_GROUPS))
    assert (row["lead"], row["leadBand"]) == ("First CCG: Accountable Officer; Second CCG: Accountable Officer", "?; ?")
    assert row["leadState"] == "known"


def test_a_proposed_delegate_speaks_for_nobody() -> None:
    text = WHOLE + LED + DELEGATED.replace(":s1", ":proposed")
    found = entry(f"{text} :delegation masa:grantsPower power:speak-with-authority ; masa:keepsAccountability true .")
    row = cells(found)
    assert (row["delegate"], row["delegateState"]) == ("Officer (proposed)", "not seen")
    assert (row["speaks"], row["keepsAccountability"]) == ("not seen", "not seen")


def test_a_role_that_is_only_planned_to_be_kept_is_not_kept() -> None:
    planned = ':planned a masa:Statement ; masa:inDocument :plan ; masa:locator "page 4" ; masa:modality modality:planned'
    text = f"{WHOLE} :police masa:delegationState state:retained ; masa:statedBy :planned . "
    assert entry(f"{text} {planned} ; masa:onProperty masa:hasLead .").delegate_state == "retained"
    assert entry(f"{text} {planned} ; masa:onProperty masa:delegationState .").delegate_state == "not seen"


STEPS = """
:delegation masa:delegatedFrom :zone .
:zone a masa:Post ; masa:postTitle "Zone Commander" .
:police masa:hasDelegation :upper .
:upper a masa:Delegation ; masa:delegatedTo :zone ; masa:delegatedFrom :chief ; masa:statedBy :s1 .
"""


def test_a_chain_may_have_several_steps() -> None:
    found = chain_of(WHOLE + LED + DELEGATED + STEPS)
    assert [(s.title, s.above, s.depth, s.is_linked) for s in found.steps[1:]] == [
        ("Chief Constable", 0, 1, True),
        ("Zone Commander", 1, 2, True),
        ("Officer", 2, 3, True),
    ]
    assert "delegate of Zone Commander" in found.steps[-1].words
    assert not any("neither" in words for words in found.breaks)
    broken = chain_of(WHOLE + LED + DELEGATED + STEPS.replace(":upper", ":other", 1))
    assert "Officer is delegate of Zone Commander, which is neither the lead nor a delegate before it" in broken.breaks
    assert not broken.steps[-1].is_linked


def test_a_body_that_a_whole_document_does_not_name_has_no_lead_stated() -> None:
    assert chain_of(WHOLE, "health body").breaks[0].startswith("no lead stated: ")
    in_part = WHOLE.replace("extent-read:whole", "extent-read:part")
    assert chain_of(in_part, "health body").breaks[0].startswith("no lead seen: ")


def test_a_line_of_delegates_may_be_longer_than_python_recurses() -> None:
    many = sys.getrecursionlimit() + 200
    line = "".join(
        f"""
        :police masa:hasDelegation :hand{n} .
        :hand{n} a masa:Delegation ; masa:delegatedFrom :post{n} ; masa:delegatedTo :post{n + 1} ; masa:statedBy :s1 .
        :post{n + 1} a masa:Post ; masa:postTitle "Officer {n + 1:04}" ."""
        for n in range(many)
    )
    found = chain_of(WHOLE + LED.replace(":chief", ":post0") + line)
    assert [s.title for s in found.steps[2:]] == [f"Officer {n + 1:04}" for n in range(many)]
    assert found.steps[-1].depth == many + 1


def test_a_ring_of_delegates_ends() -> None:
    found = chain_of(WHOLE + LED + DELEGATED + STEPS.replace(":chief", ":officer"))
    assert {s.title for s in found.steps[2:]} == {"Officer", "Zone Commander"}
    assert any("neither" in words for words in found.breaks)


def test_lines_are_whole_only_where_a_link_is_known() -> None:
    def lines(text: str) -> list[bool]:
        """Return for each line from box to box whether it is dashed."""
        area = "http://statistics.data.gov.uk/id/statistical-geography/A"
        found = chains.of_area(country(text), area, SPRING_2021)
        (police,) = (c for c in found.chains if c.kind == "police")
        root = ET.fromstring(chain_svg.render(replace(found, chains=(police,))))  # noqa: S314 - our own picture
        return ["stroke-dasharray" in line.attrib for line in root.iter("{http://www.w3.org/2000/svg}line")][1:]

    assert lines(WHOLE + LED + DELEGATED) == [False, True]
    assert lines(WHOLE + LED + DELEGATED + STEPS) == [False, False, False]
    assert lines(WHOLE + DELEGATED) == [True, True]


def test_the_head_of_another_body_is_not_the_head() -> None:
    (own,) = entry(f"{WHOLE}{LED} :chief masa:postOf police-force:NOR .").leads
    (other,) = entry(f"{WHOLE}{LED} :chief masa:postOf police-force:SOU .").leads
    assert (own.is_head, other.is_head) == (True, False)


def test_a_post_without_a_title_is_named_by_its_kind() -> None:
    found = entry(WHOLE + LED.replace('masa:postTitle "Chief Constable" ;', ""))
    assert (leads(found), found.lead_state) == ({"chief officer of police"}, "known")


def test_bands_stand_beside_their_posts() -> None:
    """Two posts of one title and different bands are two; so are the cells."""
    more = """
    :police masa:hasDelegation :second, :third .
    :second a masa:Delegation ; masa:delegatedTo :senior ; masa:statedBy :s1 .
    :third a masa:Delegation ; masa:delegatedTo :again ; masa:statedBy :s1 .
    :senior a masa:Post ; masa:postTitle "Officer" ; masa:rank police-rank:territorial-assistant-chief-constable .
    :again a masa:Post ; masa:postTitle "Officer" .
    """
    row = cells(entry(WHOLE + DELEGATED + more))
    assert row["delegate"] == "Officer; Officer"
    assert sorted(row["delegateBand"].split("; ")) == ["3", "?"]


def test_several_titles_or_origins_multiply_nobody() -> None:
    more = """
    :officer masa:postTitle "A title before" . :chief masa:postTitle "Zealous Chief" .
    :delegation masa:delegatedFrom :chief, :other . :other a masa:Post ; masa:postTitle "Other", "Another" .
    """
    found = entry(WHOLE + LED + DELEGATED + more)
    assert [lead.title for lead in found.leads] == ["Chief Constable"]
    (delegate,) = found.delegates
    assert delegate.title == "A title before"
    assert {title for _, title in delegate.origins} == {"Chief Constable", "Another"}


def test_two_labels_or_no_region_make_no_second_row() -> None:
    reference = """
    area:A skos:prefLabel "Zayton"@en . police-force:NOR skos:prefLabel "Zorthshire"@en .
    area:D a masa:Area ; skos:prefLabel "Deeford"@en ; masa:areaCode "D" .
    """
    text = f'{WHOLE}{LED} version:north skos:prefLabel "Zorth"@en .'
    found = entry(text, reference=reference)
    assert [body.name for body in found.bodies] == ["Northshire Police"]
    assert [v.name for v in found.versions] == ["North, 2019"]
    areas = standing.on(country(text, reference), SPRING_2021).areas
    assert [area.name for area in areas] == ["Ayton", "Beeford", "Ceeham", "Deeford"]
    assert areas[-1].region == ""
    nowhere = chains.of_area(country(text), "http://statistics.data.gov.uk/id/statistical-geography/X", SPRING_2021)
    assert (nowhere.area.name, nowhere.chains) == ("X", ())


def test_a_partner_without_a_printed_name_is_called_by_its_body() -> None:
    assert "partner   Northshire Police" in told(entry(WHOLE.replace('masa:publishedName "Northshire Police" ;', "")))
    assert "not named by the arrangement on this day" in told(entry(WHOLE, kind="health"))


def test_two_versions_that_count_are_both_told() -> None:
    other = (
        WHOLE.replace("version:north", "version:more").replace("North", "More").replace("extent-read:whole", "extent-read:part")
    )
    for name in ("plan", "police", "s1", "proposed"):
        other = other.replace(f":{name} ", f":more-{name} ").replace("kind:more-", "kind:")
    found = entry(WHOLE + LED + other)
    assert [v.name for v in found.versions] == ["More, 2019", "North, 2019"]
    assert "From More, 2019, counted since 2019-09-01, read in part; and from North, 2019" in told(found)
    assert (cells(found)["arrangement"], found.source) == ("More, 2019; North, 2019", "North plan, page 1; More plan, page 1")
    assert "arrangements: 2." in entries.coverage([found])[1]


def test_a_first_day_that_is_only_the_earliest_says_so() -> None:
    month = WHOLE.replace('masa:latestDay "2019-09-01"', 'masa:latestDay "2019-09-30"')
    assert cells(entry(month))["since"] == "2019-09-01 (at the earliest)"
    assert cells(entry(WHOLE))["since"] == "2019-09-01"


def test_footprints_tell_their_notes_and_what_a_share_counts() -> None:
    found = {t.name: t.note for t in footprint("Islington").territories}
    assert any("serves a neighbouring borough too" in note for note in found.values())
    umbrellas = [t for t in footprint("Barking and Dagenham").territories if "date not known" in t.note]
    assert umbrellas
    assert any("% of the small areas of Lancashire" in t.share for t in footprint("Lancashire").territories)


def differences(snapshot: Snapshot, day: date) -> list[str]:
    """Return where the register and the questions about leads and delegates do not tell the same."""
    register_says = {(e.area.name, KINDS[e.kind]): e for e in entries.entries(standing.on(snapshot, day))}
    found = []
    for name, cell in (("partners/leads", "lead"), ("partners/delegates", "delegate")):
        table = ask(loader.load()[name], {"date": day.isoformat()}, snapshot)
        rows: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in asking.plain(list(table.rows)):
            one = dict(zip([column.name for column in table.columns], row, strict=True))
            rows.setdefault((one["areaName"], one["kind"]), []).append(one)
        for pair, answers in rows.items():
            e = register_says[pair]
            holders = e.leads if cell == "lead" else e.delegates
            ours = {holder.title for holder in holders} - {""}, e.lead_state if cell == "lead" else e.delegate_state
            theirs = {answer[cell] for answer in answers} - {""}, _state(answers, cell)
            found += [] if ours == theirs else [f"{day} {name} {pair}: register {ours}, question {theirs}"]
    return found


def _state(answers: list[dict[str, str]], cell: str) -> str:
    """Return what the rows of a question come to, in the words of the register."""
    states = [answer["state"] for answer in answers]
    if any(answer[cell] and answer["standing"] in ("in place", "planned") for answer in answers):
        return "known"
    if "kept by the lead" in states:
        return "retained"
    silent = {"lead not stated", "delegation not stated", "partner not stated"}
    return "not stated" if set(states) <= silent else "not seen"


FIXTURES = sorted(
    f"{path.parent.name}/{path.stem}"
    for path in asking.FOLDER.glob("*/*.yaml")
    if "masa:hasPartnerRole" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", FIXTURES)
def test_register_and_questions_agree_on_fixtures(name: str) -> None:
    snapshot = asking.fixture(name).snapshot
    assert [d for day in (date(2020, 1, 1), SPRING_2021, date(2024, 6, 1)) for d in differences(snapshot, day)] == []


@pytest.mark.parametrize("day", [SPRING_2021, END_OF_2024])
def test_register_and_questions_agree_on_the_world(day: date) -> None:
    assert differences(holding.load(), day) == []


def test_chain_command_tells_steps_breaks_and_the_weakest_link(run: Run) -> None:
    code, text, _ = run("chain", "Islington", "--date", "2024-12-31")
    told = " ".join(text.split())
    assert code == 0
    assert "From Islington, 2019" in told
    assert "head of agency Commissioner of Police of the Metropolis, band 1" in told
    assert "-> lead Central North BCU Commander, band not known" in told
    assert "-> delegate Safeguarding Detective Superintendent, band 5; may speak with authority" in told
    assert "the lead stays accountable" in told
    assert "break Central North BCU Commander is not known to be the head" in told
    assert "weakest link of those known, Safeguarding Detective Superintendent, band 5, below the floor" in told
    assert max(map(len, text.splitlines())) <= 80


def test_chain_of_an_unread_area_is_told_as_unread(run: Run) -> None:
    _, text, _ = run("chain", "Camden", "--date", "2024-12-31")
    assert "From no arrangement that was read" in text
    assert text.count("weakest link    cannot tell") == 3


def test_footprint_command_tells_reach_and_crossings(run: Run) -> None:
    code, text, _ = run("footprint", "Barking and Dagenham", "--date", "2021-05-01")
    told = " ".join(text.split())
    assert code == 0
    assert "Police Metropolitan Police Service (100%" in told
    assert "32 areas: Barking and Dagenham, Barnet," in told
    assert "Child death review" in told
    assert "3 areas: Barking and Dagenham, Havering, Redbridge" in told
    assert "Lines that do not fall together" in told
    assert max(map(len, text.splitlines())) <= 80


def test_footprint_of_a_body_names_the_arrangements_that_it_serves(run: Run) -> None:
    _, text, _ = run("footprint", "Thames Valley Police", "--date", "2021-05-01")
    told = " ".join(text.split())
    assert "9 areas: Bracknell Forest, Buckinghamshire, Milton Keynes" in told
    assert "Thames Valley Police serves 3 arrangements held here: Berkshire West, 2019; Oxfordshire, 2019; Slough, 2019" in told
