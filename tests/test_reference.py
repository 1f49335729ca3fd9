"""The reference data say what is known of England; the numbers here come from the requirement, never from what was built."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import ontology, oxigraph, reference
from masagraph.graphs import local, merged
from masagraph.intake.checks import _refuse_personal_data
from masagraph.vocab import BASE, DCTERMS, MASA, RDF, SKOS, XSD, scheme

AREA = "http://statistics.data.gov.uk/id/statistical-geography/"
ORG = "http://www.w3.org/ns/org#"
SINCE = date(2018, 4, 1)
DAYS = (
    SINCE, date(2019, 4, 1), date(2020, 4, 1), date(2021, 4, 1), date(2022, 7, 1), date(2023, 4, 1), date(2024, 4, 1),
    date(2025, 6, 1), date(2026, 4, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A jurisdiction, by the last parts of its names."""

    area: str
    body: str
    kind: str
    first: date
    last: date | None

    def on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


def thing(path: str) -> URIRef:
    return URIRef(f"{BASE}id/{path}")


def to_day(value: Node | None) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return reference.load()


@pytest.fixture(scope="module")
def held(graph: Graph) -> list[Held]:
    found = []
    for j in graph.subjects(RDF.type, MASA.Jurisdiction):
        first = to_day(graph.value(j, MASA.validFrom))
        assert first is not None
        area, body, kind = (local(graph.value(j, p)) for p in (MASA.overArea, MASA.jurisdictionOf, MASA.jurisdictionKind))
        found.append(Held(area, body, kind, first, to_day(graph.value(j, MASA.validTo))))
    return found


def bodies(held: list[Held], kind: str, day: date, areas: set[str] | None = None) -> set[str]:
    """Return who answers for areas on a day: for all of them, if none are given."""
    return {h.body for h in held if h.kind == kind and h.on(day) and (areas is None or h.area in areas)}


def groups(graph: Graph, held: list[Held], day: date, areas: set[str] | None = None) -> set[str]:
    found = bodies(held, "health", day, areas)
    return {code for code in found if (thing(f"health-body/{code}"), RDF.type, MASA.ClinicalCommissioningGroup) in graph}


# How many there are -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "total", "unitary", "metropolitan", "london", "county"),
    [
        (date(2018, 4, 1), 152, 56, 36, 33, 27),
        (date(2019, 3, 31), 152, 56, 36, 33, 27),
        (date(2019, 4, 1), 151, 56, 36, 33, 26),
        (date(2020, 4, 1), 151, 57, 36, 33, 25),
        (date(2021, 4, 1), 152, 59, 36, 33, 24),
        (date(2022, 7, 1), 152, 59, 36, 33, 24),
        (date(2023, 4, 1), 153, 63, 36, 33, 21),
        (date(2025, 4, 30), 153, 63, 36, 33, 21),
        (date(2025, 6, 1), 153, 63, 36, 33, 21),
        (date(2026, 4, 1), 153, 63, 36, 33, 21),
    ],
)
def test_authorities(held: list[Held], day: date, total: int, unitary: int, metropolitan: int, london: int, county: int) -> None:
    assert len(bodies(held, "local-authority", day)) == total
    areas = Counter(h.area[:3] for h in held if h.kind == "local-authority" and h.on(day))
    assert areas == {"E06": unitary, "E08": metropolitan, "E09": london, "E10": county}


def test_a_new_code_is_no_new_authority(graph: Graph, held: list[Held]) -> None:
    """Barnsley and Sheffield were given new codes on 1 May 2025, and their councils went on."""
    for old, new, council in (("E08000016", "E08000038", "BNS"), ("E08000019", "E08000039", "SHF")):
        assert (URIRef(AREA + old), MASA.recodedAs, URIRef(AREA + new)) in graph
        assert (URIRef(AREA + old), DCTERMS.isReplacedBy, None) not in graph
        assert {h.area for h in held if h.body == council} == {old, new}
        assert (thing(f"council/{council}"), MASA.validTo, None) not in graph
        assert (thing(f"council/{council}"), MASA.succeededBy, None) not in graph
    assert len(set(graph.subjects(MASA.recodedAs))) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("E06000028", {"E06000058"}),
        ("E06000029", {"E06000058"}),
        ("E10000009", {"E06000058", "E06000059"}),
        ("E10000002", {"E06000060"}),
        ("E10000021", {"E06000061", "E06000062"}),
        ("E10000006", {"E06000063", "E06000064"}),
        ("E10000023", {"E06000065"}),
        ("E10000027", {"E06000066"}),
    ],
)
def test_areas_that_others_took_over(graph: Graph, held: list[Held], old: str, new: set[str]) -> None:
    assert {local(area) for area in graph.objects(URIRef(AREA + old), DCTERMS.isReplacedBy)} == new
    (council,) = {h.body for h in held if h.area == old and h.kind == "local-authority"}
    heirs = {h.body for h in held if h.area in new and h.kind == "local-authority"}
    assert {local(heir) for heir in graph.objects(thing(f"council/{council}"), MASA.succeededBy)} == heirs
    assert to_day(graph.value(thing(f"council/{council}"), MASA.validTo)) == to_day(graph.value(URIRef(AREA + old), MASA.validTo))
    assert council not in heirs


def test_a_council_begins_when_it_began_and_not_when_codes_did(graph: Graph) -> None:
    begun = {local(c): to_day(graph.value(c, MASA.validFrom)) for c in graph.subjects(RDF.type, MASA.LocalAuthority)}
    assert begun["BPC"] == date(2019, 4, 1)
    assert begun["SHR"] == date(2009, 4, 1)
    assert begun["BDG"] is None
    assert begun["GAT"] is begun["NBL"] is None  # Their border moved on 1 April 2013; both councils are older.
    assert min(first for first in begun.values() if first) == date(2009, 4, 1)


@pytest.mark.parametrize("day", DAYS)
def test_forces(graph: Graph, held: list[Held], day: date) -> None:
    assert len(bodies(held, "police", day)) == 39
    kinds = Counter(local(graph.value(f, MASA.forceKind)) for f in graph.subjects(RDF.type, MASA.PoliceForce))
    assert kinds == {"territorial": 37, "metropolitan": 1, "city-of-london": 1}


def test_the_largest_forces(held: list[Held]) -> None:
    now = Counter(h.body for h in held if h.kind == "police" and h.on(date(2026, 4, 1)))
    largest = {"E23000001": 32, "E23000005": 10, "E23000029": 9, "E23000014": 7, "E23000007": 6}
    assert dict(now.most_common(5)) == largest
    assert now["E23000010"] == max(count for force, count in now.items() if force not in largest) == 5


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2018, 4, 1), 195),
        (date(2019, 4, 1), 191),
        (date(2020, 4, 1), 135),
        (date(2021, 4, 1), 106),
        (date(2022, 6, 30), 106),
    ],
)
def test_clinical_commissioning_groups(graph: Graph, held: list[Held], day: date, count: int) -> None:
    assert len(groups(graph, held, day)) == len(bodies(held, "health", day)) == count
    alive = [g for g in graph.subjects(RDF.type, MASA.ClinicalCommissioningGroup) if lives(graph, g, day)]
    assert len(alive) == count


@pytest.mark.parametrize(
    ("day", "count"), [(date(2022, 7, 1), 42), (date(2024, 4, 1), 42), (date(2026, 3, 31), 42), (date(2026, 4, 1), 36)]
)
def test_integrated_care_boards(graph: Graph, held: list[Held], day: date, count: int) -> None:
    assert len(bodies(held, "health", day)) == count
    assert groups(graph, held, day) == set()
    assert len([b for b in graph.subjects(RDF.type, MASA.IntegratedCareBoard) if lives(graph, b, day)]) == count


def lives(graph: Graph, body: Node, day: date) -> bool:
    first, last = to_day(graph.value(body, MASA.validFrom)), to_day(graph.value(body, MASA.validTo))
    return (first is None or first <= day) and (last is None or day <= last)


def test_boards_of_april_2026(graph: Graph) -> None:
    boards = set(graph.subjects(RDF.type, MASA.IntegratedCareBoard))
    ended = {local(b) for b in boards if to_day(graph.value(b, MASA.validTo)) == date(2026, 3, 31)}
    begun = {local(b) for b in boards if to_day(graph.value(b, MASA.validFrom)) == date(2026, 4, 1)}
    assert ended == {"QHG", "QUE", "QM7", "QH8", "QJG", "QMM", "QNQ", "QXU", "QNX", "QU9", "QMJ", "QRV"}
    assert begun == {"S1Y5D", "D7T5G", "T6Y0W", "S9B9J", "S0E4D", "Z9B2Z"}
    heirs = {b: {local(o) for o in graph.objects(thing(f"health-body/{b}"), MASA.succeededBy)} for b in ended}
    assert heirs["QM7"] == {"S1Y5D", "D7T5G"}
    assert heirs["QJG"] == {"D7T5G", "T6Y0W"}
    assert heirs["QNQ"] == {"QRL", "S9B9J", "S0E4D"}


def test_a_body_goes_on_under_a_new_code_of_its_territory(graph: Graph) -> None:
    for body, codes in (("QXU", "E54000052 E54000063"), ("QNX", "E54000053 E54000064"), ("QRL", "E54000042 E54000067")):
        assert {str(c) for c in graph.objects(thing(f"health-body/{body}"), MASA.coverageCode)} == set(codes.split())
    assert (thing("health-body/QRL"), MASA.validTo, None) not in graph


# Who answers for which area -----------------------------------------------------------------------------------------------------


def faults_on(held: list[Held], areas: dict[str, tuple[date, date | None]], day: date) -> list[str]:
    """Return which areas lack one council, one force or a health body on a day, or have one before or after their time."""
    found = []
    for area, (first, last) in sorted(areas.items()):
        is_there = first <= day and (last is None or day <= last)
        for kind, least, most in (("local-authority", 1, 1), ("police", 1, 1), ("health", 1, 9)):
            count = sum(h.area == area and h.kind == kind and h.on(day) for h in held)
            if not (least <= count <= most if is_there else count == 0):
                found.append(f"{area} {kind} {count}")
    return found


def lifetimes(graph: Graph) -> dict[str, tuple[date, date | None]]:
    found = {}
    for area in graph.subjects(RDF.type, MASA.Area):
        first = to_day(graph.value(area, MASA.validFrom))
        assert first is not None
        found[local(area)] = (first, to_day(graph.value(area, MASA.validTo)))
    return found


def changes(held: list[Held]) -> Iterator[date]:
    """Yield the days on which anything can have changed, and today."""
    starts = {h.first for h in held} | {h.last + timedelta(days=1) for h in held if h.last}
    yield from sorted({*(day for day in starts if day >= SINCE), SINCE, *DAYS, date.today()})  # noqa: DTZ011 - a day is enough


def test_every_area_has_one_council_one_force_and_a_health_body_on_every_day(graph: Graph, held: list[Held]) -> None:
    areas = lifetimes(graph)
    assert len(areas) == 163
    for day in changes(held):
        assert faults_on(held, areas, day) == [], day


@pytest.mark.parametrize("kind", ["local-authority", "police", "health"])
def test_a_gap_a_doublet_and_an_overhang_would_be_seen(graph: Graph, held: list[Held], kind: str) -> None:
    areas, day = lifetimes(graph), date(2019, 6, 1)
    (one,) = [h for h in held if h.area == "E09000002" and h.kind == kind and h.on(day)]
    rest = [h for h in held if h != one]
    assert faults_on(rest, areas, day) == [f"E09000002 {kind} 0"]
    assert faults_on([*rest, replace(one, last=date(2019, 5, 31))], areas, day) == [f"E09000002 {kind} 0"]
    assert faults_on([*held, *[replace(one, body=f"X{n}") for n in range(9)]], areas, day) == [f"E09000002 {kind} 10"]
    assert faults_on([*held, replace(one, area="E06000066")], areas, day) == [f"E06000066 {kind} 1"]


def test_no_body_answers_before_it_begins_or_after_it_ends(graph: Graph, held: list[Held]) -> None:
    rooms = {"local-authority": "council", "police": "police-force", "health": "health-body"}
    for h in held:
        body = thing(f"{rooms[h.kind]}/{h.body}")
        assert (body, RDF.type, None) in graph, h
        assert lives(graph, body, h.first), h
        assert lives(graph, body, h.last or date(2100, 1, 1)), h


@pytest.mark.parametrize(
    ("day", "several", "pairs"),
    [
        (date(2018, 4, 1), 32, 233),
        (date(2019, 4, 1), 31, 228),
        (date(2020, 4, 1), 22, 195),
        (date(2021, 4, 1), 19, 187),
        (date(2022, 7, 1), 10, 164),
        (date(2024, 4, 1), 10, 166),
        (date(2026, 4, 1), 5, 160),
    ],
)
def test_areas_with_several_health_bodies(held: list[Held], day: date, several: int, pairs: int) -> None:
    count = Counter(h.area for h in held if h.kind == "health" and h.on(day))
    assert sum(count.values()) == pairs
    assert len([area for area, bodies in count.items() if bodies > 1]) == several


def test_which_areas_have_several_boards(graph: Graph, held: list[Held]) -> None:
    def named(day: date) -> set[str]:
        count = Counter(h.area for h in held if h.kind == "health" and h.on(day))
        return {str(graph.value(URIRef(AREA + area), SKOS.prefLabel)) for area, bodies in count.items() if bodies > 1}

    now = {"Buckinghamshire", "Cumberland", "Westmorland and Furness", "North Yorkshire", "Oxfordshire"}
    assert named(date(2026, 4, 1)) == now
    assert named(date(2024, 4, 1)) == now | {"Essex", "Hampshire", "Hertfordshire", "Suffolk", "Surrey"}


@pytest.mark.parametrize(
    ("combined", "groups_there", "authorities", "forces"),
    [("lancs-csap", 8, 3, 1), ("derby-derbyshire", 2, 2, 1)],
)
def test_combined_areas_in_2020(
    graph: Graph, held: list[Held], combined: str, groups_there: int, authorities: int, forces: int
) -> None:
    areas, day = {local(a) for a in graph.objects(thing(f"combined-area/{combined}"), MASA.includesArea)}, date(2020, 4, 1)
    assert len(groups(graph, held, day, areas)) == groups_there
    assert len(bodies(held, "local-authority", day, areas)) == len(areas) == authorities
    assert len(bodies(held, "police", day, areas)) == forces


def test_city_and_hackney_is_the_one_with_two_forces(graph: Graph, held: list[Held]) -> None:
    several = set()
    for combined in graph.subjects(RDF.type, MASA.CombinedArea):
        areas = {local(a) for a in graph.objects(combined, MASA.includesArea)}
        if len(bodies(held, "police", date(2024, 4, 1), areas)) > 1:
            several.add(local(combined))
    assert several == {"city-hackney"}


def test_the_tail_of_morecambe_bay(graph: Graph) -> None:
    """Morecambe Bay's group lay in Lancashire with 43 per cent of itself, and in North Yorkshire with less than one of it."""
    shares = {}
    for j in graph.subjects(MASA.jurisdictionOf, thing("health-body/01K")):
        if to_day(graph.value(j, MASA.validFrom)) == SINCE:
            share, of_body = (float(str(graph.value(j, p))) for p in (MASA.shareOfArea, MASA.shareOfBody))
            shares[local(graph.value(j, MASA.overArea))] = (share, of_body)
    assert round(shares["E10000017"][1]) == 43
    assert shares["E10000023"][0] < 1
    assert sum(of_body for _, of_body in shares.values()) == pytest.approx(100, abs=0.1)


# The slice that this replaces: body, first and last day of each jurisdiction, area by area.
OLD_SLICE = """
E06000015: 04R 2018-04-01 2019-03-31; 15M 2019-04-01 2022-06-30; DER 2009-01-01 now
E06000015: E23000018 2018-04-01 now; QJ2 2022-07-01 now
E06000020: 05X 2018-04-01 2021-03-31; E23000016 2018-04-01 now; M2L0M 2021-04-01 2022-06-30
E06000020: QOC 2022-07-01 now; TFW 2009-01-01 now
E06000051: 05N 2018-04-01 2021-03-31; E23000016 2018-04-01 now; M2L0M 2021-04-01 2022-06-30
E06000051: QOC 2022-07-01 now; SHR 2009-04-01 now
E08000025: 05L 2018-04-01 2021-03-31; 15E 2018-04-01 2022-06-30; BIR 2009-01-01 now; D2P2L 2021-04-01 2022-06-30
E08000025: E23000014 2018-04-01 now; QHL 2022-07-01 now
E09000001: 07T 2018-04-01 2021-03-31; A3A8R 2021-04-01 2022-06-30; E23000034 2018-04-01 now
E09000001: LND 2009-01-01 now; QMF 2022-07-01 now
E09000002: 07L 2018-04-01 2021-03-31; A3A8R 2021-04-01 2022-06-30; BDG 2009-01-01 now
E09000002: E23000001 2018-04-01 now; QMF 2022-07-01 now
E09000012: 07T 2018-04-01 2021-03-31; A3A8R 2021-04-01 2022-06-30; E23000001 2018-04-01 now
E09000012: HCK 2009-01-01 now; QMF 2022-07-01 now
E09000016: 08F 2018-04-01 2021-03-31; A3A8R 2021-04-01 2022-06-30; E23000001 2018-04-01 now
E09000016: HAV 2009-01-01 now; QMF 2022-07-01 now
E09000019: 08H 2018-04-01 2020-03-31; 93C 2020-04-01 2022-06-30; E23000001 2018-04-01 now; ISL 2009-01-01 now
E09000019: QMJ 2022-07-01 2026-03-31; Z9B2Z 2026-04-01 now
E09000026: 08N 2018-04-01 2021-03-31; A3A8R 2021-04-01 2022-06-30; E23000001 2018-04-01 now
E09000026: QMF 2022-07-01 now; RDB 2009-01-01 now
E10000007: 01Y 2018-04-01 2022-06-30; 03X 2018-04-01 2019-03-31; 03Y 2018-04-01 2019-03-31; 04J 2018-04-01 2019-03-31
E10000007: 04R 2018-04-01 2019-03-31; 15M 2019-04-01 2022-06-30; DBY 2009-01-01 now
E10000007: E23000018 2018-04-01 now; QJ2 2022-07-01 now
E10000025: 10Q 2018-04-01 2022-06-30; 12D 2018-04-01 2020-03-31; 14Y 2018-04-01 2022-06-30; 92G 2020-04-01 2022-06-30
E10000025: E23000029 2018-04-01 now; OXF 2009-01-01 now; QPM 2024-04-01 now; S0E4D 2026-04-01 now
"""
# Its share of Oxfordshire was another in 2022 than in 2024, which the slice passed over: one period has become two.
SINCE_SPLIT = "E10000025: QOX 2022-07-01 2024-03-31; QOX 2024-04-01 now; QU9 2022-07-01 2024-03-31; QU9 2024-04-01 2026-03-31"


def test_the_slice_that_this_replaces_still_holds(held: list[Held]) -> None:
    def told(text: str) -> set[str]:
        rows = (line.split(": ") for line in text.strip().splitlines())
        return {f"{area} {period}" for area, periods in rows for period in periods.split("; ")}

    old = told(OLD_SLICE)
    assert len(old) == 69
    ours = {f"{h.area} {h.body} {h.first} {h.last or 'now'}" for h in held if h.area in OLD_SLICE}
    assert ours == old | told(SINCE_SPLIT)


# What changed -------------------------------------------------------------------------------------------------------------------


def test_one_event_a_day_and_resulting_body(graph: Graph) -> None:
    events = list(graph.subjects(RDF.type, URIRef(f"{ORG}ChangeEvent")))
    keys = {(graph.value(e, MASA.changedOn), graph.value(e, URIRef(f"{ORG}resultingOrganization"))) for e in events}
    assert len(keys) == len(events)
    by_day = Counter(str(graph.value(e, MASA.changedOn)) for e in events)
    assert by_day == {
        "2019-04-01": 2 + 2,  # Two groups; Bournemouth, Christchurch and Poole, and Dorset.
        "2020-04-01": 18 + 1,
        "2021-04-01": 9 + 2,
        "2022-07-01": 42,
        "2023-04-01": 4,
        "2026-04-01": 7,  # Six boards formed, and one that gains territory.
    }


def test_what_was_handed_on_makes_a_whole(graph: Graph) -> None:
    given: Counter[Node] = Counter()
    for transfer in graph.subjects(RDF.type, MASA.Transfer):
        (event,) = graph.subjects(MASA.hasTransfer, transfer)
        giver, taker = graph.value(transfer, MASA.transferredFrom), graph.value(transfer, MASA.transferredTo)
        assert giver is not None
        assert (event, URIRef(f"{ORG}originalOrganization"), giver) in graph
        assert (event, URIRef(f"{ORG}resultingOrganization"), taker) in graph
        assert (giver, MASA.succeededBy, taker) in graph
        given[giver] += float(str(graph.value(transfer, MASA.shareTransferred)))  # type: ignore[assignment]
    assert {local(giver) for giver, share in given.items() if share != pytest.approx(100, abs=0.02)} == set()
    ended = {b for b in graph.subjects(MASA.odsCode) if (b, MASA.validTo, None) in graph}
    assert set(given) == ended


def test_groups_split_in_2022(graph: Graph) -> None:
    heirs = {
        local(g): {local(h) for h in graph.objects(g, MASA.succeededBy)}
        for g in graph.subjects(RDF.type, MASA.ClinicalCommissioningGroup)
        if to_day(graph.value(g, MASA.validTo)) == date(2022, 6, 30)
    }
    assert len(heirs) == 106
    assert {g: h for g, h in heirs.items() if len(h) > 1} == {
        "01Y": {"QOP", "QJ2"}, "D2P2L": {"QUA", "QHL"}, "06H": {"QUE", "QPM"},
    }  # fmt: skip


def test_a_board_that_goes_on_and_takes_in_territory(graph: Graph) -> None:
    event = thing("change/2026-04-01-QRL")
    label = (
        "NHS Hampshire and Isle of Wight Integrated Care Board took over part of NHS Frimley Integrated Care Board, 1 April 2026"
    )
    assert str(graph.value(event, SKOS.prefLabel)) == label
    label = "NHS Thames Valley Integrated Care Board formed, 1 April 2026"
    assert str(graph.value(thing("change/2026-04-01-S0E4D"), SKOS.prefLabel)) == label
    label = "Dorset Council formed, 1 April 2019"
    assert str(graph.value(thing("change/2019-04-01-DST"), SKOS.prefLabel)) == label


# Partnerships -------------------------------------------------------------------------------------------------------------------


def test_combined_areas_and_how_far_they_are_evidenced(graph: Graph) -> None:
    level = scheme("evidence-level")
    levels = {local(c): graph.value(c, MASA.evidenceLevel) for c in graph.subjects(RDF.type, MASA.CombinedArea)}
    assert len(levels) == 17
    assert {c for c, found in levels.items() if found == level.assumed} == {"bi-borough-west", "northants"}
    for assumed in ("bi-borough-west", "northants"):
        assert (thing(f"combined-area/{assumed}"), DCTERMS.source, None) not in graph
    assert all(
        (thing(f"combined-area/{c}"), DCTERMS.source, None) in graph for c, found in levels.items() if found != level.assumed
    )
    assert all(len(set(graph.objects(thing(f"combined-area/{c}"), MASA.includesArea))) in (2, 3) for c in levels)


@pytest.mark.parametrize(
    ("node", "earliest", "latest"),
    [
        ("lancs-csap#from", "2019-09-29", "2019-09-29"),
        ("lancs-csap#to", "2023-08-31", "2023-08-31"),
        ("south-tees#from", "2019-01-01", "2019-12-31"),
        ("staffs-stoke#to", "2021-10-01", "2021-10-31"),
        ("pan-dorset#to", "2024-07-17", "2024-12-31"),
        ("plymouth-torbay#to", None, "2024-03-31"),
    ],
)
def test_dates_span_what_they_can_mean(graph: Graph, node: str, earliest: str | None, latest: str) -> None:
    stated = thing(f"combined-area/{node}")
    assert graph.value(stated, MASA.earliestDay) == (Literal(earliest, datatype=XSD.date) if earliest else None)
    assert graph.value(stated, MASA.latestDay) == Literal(latest, datatype=XSD.date)


def test_a_blank_date_has_no_node(graph: Graph) -> None:
    assert (thing("combined-area/city-hackney"), MASA.combinedTo, None) not in graph
    ended = {local(c) for c in graph.subjects(MASA.combinedTo)}
    assert ended == {"lancs-csap", "pan-dorset", "tri-borough-west", "plymouth-torbay", "staffs-stoke", "cumbria"}


def test_an_umbrella_is_no_combined_area(graph: Graph) -> None:
    bhr = thing("umbrella/bhr")
    assert (bhr, RDF.type, MASA.Umbrella) in graph
    assert {local(a) for a in graph.objects(bhr, MASA.linksArrangement)} == {"barking-and-dagenham", "havering", "redbridge"}
    boroughs = {URIRef(AREA + code) for code in ("E09000002", "E09000016", "E09000026")}
    (footprint,) = graph.objects(bhr, MASA.hasFootprint)
    assert set(graph.objects(footprint, MASA.includesArea)) == boroughs
    combined = {a for c in graph.subjects(RDF.type, MASA.CombinedArea) for a in graph.objects(c, MASA.includesArea)}
    assert not boroughs & combined
    sizes = {local(u): len(set(graph.objects(u, MASA.linksArrangement))) for u in graph.subjects(RDF.type, MASA.Umbrella)}
    assert sizes == {
        "bhr": 3, "greater-manchester": 10, "hips": 4, "northumbria": 6, "pan-sussex": 3, "pan-cheshire": 4,
        "bexley-greenwich-lewisham": 3,
    }  # fmt: skip


def test_arrangements_are_linked_and_never_described(graph: Graph) -> None:
    assert not [s for s in set(graph.subjects()) if str(s).startswith(f"{BASE}id/arrangement/")]


def test_early_adopters(graph: Graph, held: list[Held]) -> None:
    """17 projects in 39 areas, with 12 forces and 40 groups; Stoke and Staffordshire had six."""
    projects = {
        int(str(graph.value(p, MASA.projectNumber))): {local(a) for a in graph.objects(p, MASA.involvesArea)}
        for p in graph.subjects(RDF.type, MASA.EarlyAdopterProject)
    }
    areas = set().union(*projects.values())
    assert sorted(projects) == list(range(1, 18))
    assert sum(map(len, projects.values())) == len(areas) == 39
    assert len(projects[14]) == 8
    assert len(bodies(held, "police", SINCE, areas)) == 12
    assert len(groups(graph, held, SINCE, areas)) == 40
    assert len(groups(graph, held, SINCE, projects[11])) == 6
    assert len(bodies(held, "local-authority", SINCE, areas)) == 39


def test_regions(graph: Graph) -> None:
    assert len(set(graph.subjects(RDF.type, MASA.Region))) == 9
    in_region = Counter(str(graph.value(r, SKOS.prefLabel)) for r in graph.objects(None, MASA.inRegion))
    assert sum(in_region.values()) == 163
    assert in_region["London"] == 33


def test_a_place_and_its_point(graph: Graph) -> None:
    """A public table put Lancashire in the East Midlands: its middle lies north of 53.5 degrees and west of Greenwich by 2."""
    geo = "http://www.opengis.net/ont/geosparql#"
    centroid = graph.value(URIRef(f"{AREA}E10000017"), URIRef(f"{geo}hasCentroid"))
    found = re.fullmatch(r"POINT\((-?[\d.]+) ([\d.]+)\)", str(graph.value(centroid, URIRef(f"{geo}asWKT"))))
    assert found is not None
    longitude, latitude = map(float, found.groups())
    assert -3.1 < longitude < -2
    assert 53.5 < latitude < 54.3
    assert len(list(graph.subject_objects(URIRef(f"{geo}hasCentroid")))) == 153


@pytest.mark.parametrize(("as_at", "areas"), [("2019-09-30", 134), ("2021-05-01", 135)])
def test_the_areas_of_partnerships_on_two_days_follow(root: Path, graph: Graph, as_at: str, areas: int) -> None:
    table = root.parent / "shared" / "reference" / "la_to_lscp_area_snapshots.csv"
    if not table.is_file():
        pytest.skip(f"the tables of reference facts are not at {table.parent}")
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["as_at"] == as_at]
    combined = {row["la_gss"]: row["area_id"] for row in rows if row["basis"].startswith("combined")}
    ours: dict[str, str] = {}
    for whole in graph.subjects(RDF.type, MASA.CombinedArea):
        begin, end = graph.value(whole, MASA.combinedFrom), graph.value(whole, MASA.combinedTo)
        begins, ends = graph.value(begin, MASA.earliestDay), graph.value(end, MASA.latestDay) if end else None
        if str(begins or "") <= as_at <= str(ends or "9"):
            ours |= {local(area): local(whole) for area in graph.objects(whole, MASA.includesArea)}
    assert ours == combined
    there = {area for area, (first, last) in lifetimes(graph).items() if str(first) <= as_at <= str(last or "9")}
    assert there == {row["la_gss"] for row in rows}
    assert len(there) - len(ours) + len(set(ours.values())) == areas == len({row["area_id"] for row in rows})


# The data as data ---------------------------------------------------------------------------------------------------------------


def faults(graph: Graph) -> list[str]:
    """Return where data break what the ontology says: unknown terms, two values for one, wrong kinds, values of no list."""
    known = ontology.load()
    found = []
    for subject, predicate, value in graph:
        for term in (predicate, value):
            if isinstance(term, URIRef) and not known.knows(term):
                found.append(f"{local(subject)}: unknown term {local(term)}")
        if predicate in known.functional and len(set(graph.objects(subject, predicate))) > 1:
            found.append(f"{local(subject)}: two values for {local(predicate)}")
        for node, kinds in ((subject, known.domains.get(predicate)), (value, known.ranges.get(predicate))):
            if isinstance(node, Literal) or str(node).startswith(f"{BASE}id/arrangement/"):
                continue
            if kinds and not set(graph.objects(node, RDF.type)) & kinds:
                found.append(f"{local(node)}: wrong kind for {local(predicate)}")
        datatype = known.datatypes.get(predicate) if isinstance(predicate, URIRef) else None
        if datatype and (not isinstance(value, Literal) or value.datatype != datatype):
            found.append(f"{local(subject)}: {local(predicate)} is no {local(datatype)}")
        if isinstance(predicate, URIRef) and not str(value).startswith(known.value_lists.get(predicate, "")):
            found.append(f"{local(subject)}: {local(predicate)} is not from its list")
    return found


def test_the_data_keep_to_the_ontology(graph: Graph) -> None:
    assert faults(graph) == []


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("council:BDG masa:odsKode 'x' .", "unknown term odsKode"),
        ("council:BDG masa:authorityCode 'XXX' .", "two values for authorityCode"),
        ("council:BDG masa:overArea council:BDG .", "wrong kind for overArea"),
        ("council:BDG masa:succeededBy <http://statistics.data.gov.uk/id/statistical-geography/E09000002> .", "succeededBy"),
        ("council:BDG masa:validTo '2019' .", "validTo is no date"),
        ("council:BDG masa:forceKind <https://w3id.org/masagraph/vocab/band#band-1> .", "forceKind is not from its list"),
    ],
)
def test_a_breach_of_the_ontology_would_be_seen(graph: Graph, planted: str, told: str) -> None:
    text = f"@prefix masa: <{MASA}> . @prefix council: <{BASE}id/council/> . {planted}"
    more = Graph()
    for subject, predicate, value, _ in oxigraph.parse(text.encode(), "turtle"):
        more.add((subject, predicate, value))
    own = merged(more, *(one_thing(graph, s) for s in (thing("council/BDG"), URIRef(f"{AREA}E09000002"))))
    assert told in " ".join(faults(own))


def one_thing(graph: Graph, node: URIRef) -> Graph:
    found = Graph()
    for predicate, value in graph.predicate_objects(node):
        found.add((node, predicate, value))
    return found


def test_no_person_and_no_way_to_reach_one(graph: Graph) -> None:
    _refuse_personal_data(graph, "reference")
    titles = {str(title) for title in graph.objects(None, MASA.postTitle)}
    assert titles == {
        "Accountable Officer", "Chief Constable", "Chief Executive", "Commissioner of Police for the City of London",
        "Commissioner of Police of the Metropolis",
    }  # fmt: skip


def test_every_body_has_a_head_that_belongs_to_it(graph: Graph) -> None:
    bodies_known = {s for kind in (MASA.authorityCode, MASA.odsCode, MASA.forceAreaCode) for s in graph.subjects(kind)}
    assert {s for s in bodies_known if len(set(graph.objects(s, MASA.headPost))) != 1} == set()
    assert {(b, p) for b, p in graph.subject_objects(MASA.headPost)} == {(b, p) for p, b in graph.subject_objects(MASA.postOf)}


def test_each_set_says_where_it_is_from(graph: Graph) -> None:
    dcat = URIRef("http://www.w3.org/ns/dcat#Dataset")
    sets = {local(s): s for s in graph.subjects(RDF.type, dcat)}
    assert len(sets) == 11
    for s in sets.values():
        assert all((s, p, None) in graph for p in (DCTERMS.title, DCTERMS.source, DCTERMS.license, DCTERMS.modified))
    assert "mySociety" in str(graph.value(sets["councils"], DCTERMS.source))
    assert URIRef("https://creativecommons.org/licenses/by/4.0/") in set(graph.objects(sets["councils"], DCTERMS.license))


# What the program asks of them --------------------------------------------------------------------------------------------------


def test_around_gives_whole_what_was_asked_for_and_who_answers(graph: Graph, held: list[Held]) -> None:
    area = URIRef(f"{AREA}E09000002")
    found = reference.around({area, URIRef("urn:unknown"), Literal("E09000002")})
    jurisdictions = set(found.subjects(RDF.type, MASA.Jurisdiction))
    answering = {local(found.value(j, MASA.jurisdictionOf)) for j in jurisdictions}
    assert answering == {h.body for h in held if h.area == "E09000002"} == {"BDG", "E23000001", "07L", "A3A8R", "QMF"}
    assert {local(p) for p in found.subjects(RDF.type, MASA.Post)} == {
        "BDG-chief-executive", "E23000001-chief-officer", "07L-head", "A3A8R-head", "QMF-head",
    }  # fmt: skip
    for subject in set(found.subjects()):
        assert set(found.predicate_objects(subject)) == set(graph.predicate_objects(subject))


def test_known_is_what_is_described(graph: Graph) -> None:
    assert reference.known() == set(graph.subjects())
    assert reference.around({URIRef("urn:unknown")}).value(None, None, None) is None
