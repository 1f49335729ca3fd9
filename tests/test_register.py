"""The register, chains and footprints say what the documents and the law say, and what is unknown is said as unknown."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from xml.etree import ElementTree as ET

import pytest

import asking
from masagraph.cli import main
from masagraph.dataset import holding
from masagraph.dataset.names import Names
from masagraph.draw import chain_svg, footprint_svg
from masagraph.register import chains, entries, footprints, standing
from masagraph.register.chains import Chain, Chains
from masagraph.register.entries import Entry
from masagraph.register.footprints import Footprint

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
    for state in ("known", "not stated", "not seen"):
        assert f"{state} {sum(e.lead_state == state for e in found)} (" in lines[0]


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
