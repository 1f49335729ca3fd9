"""The figures of the Wood review of 2021 and of the reports on the early adopters, worked out again from what is held here.

`docs/wood-figures.md` tells readers what came out. Each row of its table is held true by one test here: what the row says came
out is computed, and where the verdict rests on a comparison, that is asserted. What is printed was read in the reports, which are
not held.

Not worked out again: how many of the 17 early adopters took up which theme (interim report of 2018, section 1.2: independent
scrutiny 7, local reviews 4, child death reviews 3, engagement with schools 8, voice of the child 3, practice challenges 3,
contextual safeguarding 4, structural model 7). The themes of a project are not part of the reference data.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from masagraph import assets, oxigraph
from masagraph.dataset import holding
from masagraph.graphs import local
from masagraph.questions import binding
from masagraph.vocab import BASE, MASA, RULE, SH, SHAPE, VOCABULARIES, XSD

TABLE = Path(__file__).resolve().parent.parent / "docs" / "wood-figures.md"
VERDICTS = ("adds up", "possible", "does not add up", "not confirmed", "not recomputed")
ADDS_UP, POSSIBLE, DOES_NOT, NOT_CONFIRMED, NOT_RECOMPUTED = VERDICTS

BEGAN, EVERYWHERE = date(2019, 9, 29), date(2019, 9, 30)
"""The day that Wood gives for the beginning of the arrangements, and the first on which every area had one."""
BOARDS = date(2022, 7, 1)
"""The day on which integrated care boards took over from clinical commissioning groups."""
SIGNED = date(2021, 2, 28)
"""The review is signed in February 2021; of that month the last day is taken, the one kindest to what it says."""
REPLIES, ASKED = 117, 132
"""Replies to Wood's survey, and the areas that he counts (paragraph 27)."""
PARTNERS = 3


@dataclass(frozen=True)
class Row:
    """A row of the table: where a figure stands, what is said, what comes out here, a finding that begins with its verdict."""

    where: str
    said: str
    comes_out: str
    finding: str

    @property
    def verdict(self) -> str:
        """The words with which the finding begins."""
        return self.finding.split(":")[0]

    def is_told(self, verdict: str, comes_out: str) -> None:
        """Assert that the table says what was found."""
        assert (self.verdict, self.comes_out) == (verdict, comes_out)


def rows() -> Iterator[Row]:
    """Yield the rows of the one table of the document, without its heading."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield Row(*(cell.strip() for cell in line.strip("|").split("|")))


ROWS = {row.where: row for row in rows()}
HELD: list[str] = []


def holds(*places: str) -> pytest.MarkDecorator:
    """Give a test the rows that it holds true."""
    HELD.extend(places)
    return pytest.mark.parametrize("row", [ROWS[place] for place in places], ids=places)


# Looking things up, and arithmetic -------------------------------------------------------------------------------------------

PREFIXES = f"""PREFIX masa: <{MASA}>
PREFIX kind: <{VOCABULARIES}partner-kind#>
PREFIX state: <{VOCABULARIES}delegation-state#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
ANSWERING = """SELECT DISTINCT ?kind ?body ?area WHERE {
  ?jurisdiction masa:overArea ?area ; masa:jurisdictionOf ?body ; masa:jurisdictionKind ?kind ; masa:validFrom ?first .
  OPTIONAL { ?jurisdiction masa:validTo ?last }
  FILTER (?first <= ?_day && COALESCE(?last >= ?_day, true))
}"""
AREAS = """SELECT ?area WHERE {
  ?area a masa:Area ; masa:validFrom ?first . OPTIONAL { ?area masa:validTo ?last }
  FILTER (?first <= ?_day && COALESCE(?last >= ?_day, true))
}"""
# Where only a span is known, as in "2019", the area counts as combined from the first day that can be meant to the last.
COMBINED = """SELECT ?whole ?area WHERE {
  ?whole a masa:CombinedArea ; masa:includesArea ?area .
  OPTIONAL { ?whole masa:combinedFrom/masa:earliestDay ?first }
  OPTIONAL { ?whole masa:combinedTo/masa:latestDay ?last }
  FILTER (COALESCE(?first <= ?_day, true) && COALESCE(?last >= ?_day, true))
}"""
DELEGATION = """SELECT DISTINCT ?area ?kind ?state WHERE {
  ?role masa:answersFor ?area ; masa:partnerKind ?kind ; masa:countsFrom ?first ; masa:delegationState ?state .
  OPTIONAL { ?role masa:countsTo ?last }
  FILTER (?first <= ?_day && COALESCE(?last >= ?_day, true))
}"""


def asked(query: str, day: date | None = None, thing: str = "") -> list[tuple[str, ...]]:
    """Return the rows of a query on all data that ship, with `?_day` and `?_thing` bound; of each IRI its last part."""
    bound: dict[str, binding.Value] = {"thing": URIRef(f"{BASE}id/{thing}")}
    if day:
        bound["day"] = Literal(day.isoformat(), datatype=XSD.date)
    found = holding.load().texts(PREFIXES + binding.bind(query, bound))
    return [tuple(local(text) if text.startswith("http") else text for text in row) for row in found]


def bodies(areas: set[str], day: date) -> dict[str, set[str]]:
    """Return who answers for areas on a day, by kind of partner."""
    found = defaultdict(set)
    for kind, body, area in asked(ANSWERING, day):
        if area in areas:
            found[kind].add(body)
    return found


def partners(whole: str, day: date) -> tuple[int, int, int]:
    """Return how many health bodies, councils and forces answer for the areas of a combined area."""
    areas = {area for (area,) in asked("SELECT ?area WHERE { ?_thing masa:includesArea ?area }", thing=f"combined-area/{whole}")}
    found = bodies(areas, day)
    return len(found["health"]), len(found["local-authority"]), len(found["police"])


def areas_and_partnerships(day: date) -> tuple[int, int]:
    """Return how many areas there are on a day, and how many partnerships if only those known to be combined are."""
    areas = {area for (area,) in asked(AREAS, day)}
    whole_of = {area: whole for whole, area in asked(COMBINED, day) if area in areas}
    return len(areas), len(areas) - len(whole_of) + len(set(whole_of.values()))


def months_after(day: date, months: int) -> date:
    """Return the same day of the month so many months later, which exists for all days asked about here."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def counts(total: int, shares: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the whole numbers that make up a total and round to the shares given; a half may be rounded either way."""
    near = [[n for n in range(total + 1) if 2 * abs(100 * n - share * total) <= total] for share in shares]
    return [found for found in product(*near) if sum(found) == total]


def test_counting_finds_what_it_should() -> None:
    """A half counts as rounded up and as rounded down, so that nothing is called impossible that is not."""
    assert counts(3, (33, 67)) == [(1, 2)]
    assert counts(200, (50, 51)) == [(99, 101)]
    assert counts(200, (50, 50)) == [(99, 101), (100, 100), (101, 99)]
    assert counts(3, (50, 50)) == []


# The table itself ------------------------------------------------------------------------------------------------------------


def test_each_row_is_held_by_one_test_and_begins_with_a_verdict() -> None:
    assert sorted(HELD) == sorted(ROWS)
    assert len(ROWS) == len(list(rows())), "two rows of one name"
    assert [row.where for row in ROWS.values() if row.verdict not in VERDICTS] == []


# Dates -----------------------------------------------------------------------------------------------------------------------


@holds("Wood 1")
def test_17_months_add_up_by_the_names_of_the_months(row: Row) -> None:
    """Wood signs in February 2021, 17 months after September 2019; 16 of them were whole on any day of that month."""
    by_name = (SIGNED.year - BEGAN.year) * 12 + SIGNED.month - BEGAN.month
    assert by_name == 17
    assert SIGNED.day < BEGAN.day, "the seventeenth month is not yet over"
    whole = by_name - 1
    row.is_told(ADDS_UP, f"{by_name} by the names of the months, {whole} of them whole")


def begins_and_ends() -> tuple[date, date, date]:
    """Return from our rules: the first day of the law, the last for a first publication, the last day of the old boards."""
    publication, boards = (oxigraph.read([assets.folder("shapes") / "statute" / f"SI497-{n}.ttl"]) for n in (5, 8))
    first = publication.value(RULE["SI497-5"], MASA.appliesFrom)
    published = publication.value(SHAPE["SI497-5-late"], SH.maxInclusive)
    (ended,) = {day for query in boards.objects(None, SH.select) for day in re.findall(r'"(\d{4}-\d\d-\d\d)"', str(query))}
    return date.fromisoformat(str(first)), date.fromisoformat(str(published)), date.fromisoformat(ended)


@holds("Wood 21")
def test_12_and_3_months_lead_to_29_september_2019(row: Row) -> None:
    """Wood: 12 months to agree, three to implement, so by 29 September 2019. It adds up; the Regulations give a day more."""
    first, last_publication, _ = begins_and_ends()
    assert first == date(2018, 6, 29)
    by_wood, by_law = months_after(first, 15), months_after(last_publication, 3)
    assert by_wood == BEGAN
    assert (by_law - by_wood).days == 1
    row.is_told(ADDS_UP, f"{written(by_wood)}; from the last day of publication, {written(last_publication)}: {written(by_law)}")


@holds("Wood 22")
def test_12_more_months_lead_to_29_september_2020(row: Row) -> None:
    """Wood: old boards finish their reviews by 29 September 2020. It adds up, and our rule on the old boards has that day."""
    *_, boards_ended = begins_and_ends()
    assert months_after(BEGAN, 12) == boards_ended == date(2020, 9, 29)
    row.is_told(ADDS_UP, written(boards_ended))


# Areas and partners ----------------------------------------------------------------------------------------------------------


@holds("Wood 23")
def test_17_early_adopters_in_39_areas_add_up(row: Row) -> None:
    """Wood: 17 areas of the country with 39 local authorities. The list of projects has 17, in 39 different areas."""
    found = asked("SELECT ?project ?area WHERE { ?project a masa:EarlyAdopterProject ; masa:involvesArea ?area }")
    projects, areas = {project for project, _ in found}, {area for _, area in found}
    assert len(found) == len(areas), "no area is in two projects"
    assert (len(projects), len(areas)) == (17, 39)
    row.is_told(ADDS_UP, f"{len(projects)} projects, {len(areas)} areas")


@holds("NCB 2018, overview")
def test_areas_of_two_projects_add_up(row: Row) -> None:
    """NCB: six local authorities work together in Northumbria, and eight boroughs in North West London. Both add up."""
    found = asked(
        """SELECT ?name (COUNT(DISTINCT ?area) AS ?areas) WHERE {
          ?project a masa:EarlyAdopterProject ; skos:prefLabel ?name ; masa:involvesArea ?area
        } GROUP BY ?name HAVING (COUNT(DISTINCT ?area) > 4) ORDER BY ?areas"""
    )
    assert [int(areas) for _, areas in found] == [6, 8]
    row.is_told(ADDS_UP, "; ".join(f"{name}: {areas}" for name, areas in found))


@holds("NCB 2018, interim report, 3.2")
def test_14_local_authorities_of_the_west_midlands_add_up(row: Row) -> None:
    """NCB: the region covers 14 local authorities. So it does."""
    region = {area for (area,) in asked('SELECT ?area WHERE { ?area masa:inRegion/skos:prefLabel "West Midlands"@en }')}
    there = region & {area for (area,) in asked(AREAS, date(2018, 12, 1))}
    assert len(there) == 14
    row.is_told(ADDS_UP, str(len(there)))


@holds("NCB 2018, interim report, 3")
def test_three_early_adopters_had_published_in_2018(row: Row) -> None:
    """NCB: Bexley, North Lincolnshire and Devon. The same three are held as published by then, one on NCB's word alone."""
    found = asked(
        """SELECT DISTINCT ?area ?name WHERE {
          ?version masa:published/masa:latestDay ?day ; masa:coversArea ?area . ?area skos:prefLabel ?name
          FILTER (?day <= ?_day)
        } ORDER BY ?name""",
        date(2018, 12, 31),
    )
    adopters = {area for (area,) in asked("SELECT ?area WHERE { ?project a masa:EarlyAdopterProject ; masa:involvesArea ?area }")}
    assert {area for area, _ in found} <= adopters
    assert {name for _, name in found} == {"Bexley", "North Lincolnshire", "Devon"}
    row.is_told(ADDS_UP, ", ".join(name for _, name in found))


@holds("Wood 25")
def test_132_areas_are_not_confirmed(row: Row) -> None:
    """Wood: 132 partnership areas. From the combined areas held 134 remain in February 2021: some are missing, likely here."""
    (_, signed), (_, later) = areas_and_partnerships(SIGNED), areas_and_partnerships(date(2021, 5, 1))
    assert signed > ASKED
    row.is_told(NOT_CONFIRMED, f"{signed} on {written(SIGNED)}, {later} on 1 May 2021")


@holds("innovationcsc.co.uk, 2019")
def test_151_authorities_add_up_and_131_partnerships_are_not_confirmed(row: Row) -> None:
    """The site: 131 partnerships over 151 areas from 30 September 2019. The 151 add up; held are 134, a difference of three."""
    areas, partnerships = areas_and_partnerships(EVERYWHERE)
    assert areas == 151
    assert partnerships - 131 == 3
    row.is_told(NOT_CONFIRMED, f"{areas} areas, {partnerships} partnerships")


def partners_throughout(whole: str) -> tuple[int, int, int]:
    """Return the partners from the beginning until health boards came, the same on each day on which anything changed."""
    days = {date.fromisoformat(day) for (day,) in asked("SELECT ?day WHERE { ?j masa:overArea ?area ; masa:validFrom ?day }")}
    gone = asked("SELECT ?day WHERE { ?j masa:overArea ?area ; masa:validTo ?day }")
    days |= {date.fromisoformat(day) + timedelta(days=1) for (day,) in gone}
    (found,) = {partners(whole, day) for day in {BEGAN} | {d for d in days if BEGAN <= d < BOARDS}}
    return found


@holds("Wood 35, Lancashire")
def test_lancashire_has_8_groups_3_authorities_and_1_force(row: Row) -> None:
    """Wood: eight CCGs, three local authorities, one constabulary. It adds up on every day until boards came in July 2022."""
    health, councils, forces = partners_throughout("lancs-csap")
    assert partners("lancs-csap", BOARDS) != (health, councils, forces), "a day on which it is not so"
    assert (health, councils, forces) == (8, 3, 1)
    row.is_told(ADDS_UP, f"{health} CCGs, {councils} local authorities, {forces} force")


@holds("Wood 35, Greater Manchester")
def test_greater_manchester_has_10_authorities_in_one_force(row: Row) -> None:
    """Wood: ten partnerships. Ten areas lie in the one force of Greater Manchester, and the alliance links ten arrangements."""
    alliance = "umbrella/greater-manchester"
    areas = {
        area for (area,) in asked("SELECT ?area WHERE { ?_thing masa:hasFootprint/masa:includesArea ?area }", thing=alliance)
    }
    arrangements = asked("SELECT ?arrangement WHERE { ?_thing masa:linksArrangement ?arrangement }", thing=alliance)
    (force,) = bodies(areas, SIGNED)["police"]
    assert {area for _, body, area in asked(ANSWERING, SIGNED) if body == force} == areas
    assert not areas & {area for _, area in asked(COMBINED, SIGNED)}, "each is a partnership of its own"
    assert len(arrangements) == len(areas) == 10
    row.is_told(ADDS_UP, f"{len(arrangements)} arrangements, {len(areas)} areas, all in one force, which serves no other")


@holds("Wood 35, Derby and Derbyshire")
def test_derby_and_derbyshire_have_2_authorities_2_groups_and_1_force(row: Row) -> None:
    """Wood: two local authorities, two CCGs and the constabulary. It adds up from April 2019; before, there were five CCGs."""
    health, councils, forces = partners_throughout("derby-derbyshire")
    assert partners("derby-derbyshire", date(2018, 4, 1)) == (5, councils, forces)
    assert (health, councils, forces) == (2, 2, 1)
    row.is_told(ADDS_UP, f"{councils} local authorities, {health} CCGs, {forces} force")


@holds("Wood 88, authorities")
def test_129_authorities_are_no_89_per_cent_of_authorities(row: Row) -> None:
    """Wood, from ADCS: 129 authorities with 89% of children. Not recomputed: how many children live where is not held."""
    areas, _ = areas_and_partnerships(SIGNED)
    row.is_told(NOT_RECOMPUTED, f"129 of {areas} areas are {129 / areas:.1%}")


@holds("Wood 93")
def test_32_authorities_of_london_at_5000_pounds_make_160000(row: Row) -> None:
    """Wood: £5,000 for each of 32 authorities. The Metropolitan Police serves 32; Brent's record and its decisions agree."""
    served = {area for _, body, area in asked(ANSWERING, SIGNED) if body == "E23000001"}
    london = {area for (area,) in asked('SELECT ?area WHERE { ?area a masa:Area ; masa:inRegion/skos:prefLabel "London"@en }')}
    assert london - served == {"E09000001"}, "all of London but the City"
    brent = "version/brent-2019"
    paid = asked(
        """SELECT ?amount ?year WHERE {
          ?_thing masa:hasContribution ?sum . ?sum masa:amount ?amount ; masa:financialYear ?year ;
            masa:contributedFor/masa:partnerKind kind:police
        }""",
        thing=brent,
    )
    (each,) = {float(amount) for amount, _ in paid}
    assert (len(served), each) == (32, 5000)
    assert len(paid) == 2, "in two years, unchanged"
    # The decisions give a total, of which one half is for boards of adults.
    told = [text for (text,) in asked("SELECT ?told WHERE { ?_thing masa:otherMatter ?told }", thing=brent)]
    totals = {int(total.replace(",", "")) for text in told for total in re.findall(r"£([\d,]+) for 32 boroughs", text)}
    assert {total / 2 for total in totals} == {each * len(served)}
    row.is_told(ADDS_UP, f"{len(served)} times £{each:,.0f} = £{each * len(served):,.0f} a year")


# Delegation and seniority ----------------------------------------------------------------------------------------------------


@holds("Wood 54")
def test_that_all_delegate_is_not_confirmed(row: Row) -> None:
    """Wood: 100% said that the role was delegated. It cannot be confirmed: of most nothing is known, and one keeps it."""
    areas, _ = areas_and_partnerships(SIGNED)
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for area, kind, state in asked(DELEGATION, SIGNED):
        found[state].add((area, kind))
    known = {state: len(pairs) for state, pairs in found.items()}
    pairs = areas * PARTNERS
    unknown = pairs - len(set().union(*found.values()))
    assert unknown > pairs / 2
    row.is_told(
        NOT_CONFIRMED,
        f"of {pairs} pairs of area and partner on {written(SIGNED)}: delegated {known['delegated']}, free to keep it or to "
        f"delegate {known['either']}, kept {known['retained']}, not known {unknown}",
    )


LADDERS = f"""SELECT ?ladder ?steps ?name WHERE {{
  ?rank skos:inScheme <{VOCABULARIES}police-rank> ; skos:prefLabel ?name ; masa:onLadder ?ladder ; masa:stepsBelowHead ?steps
}}"""


@holds("Wood 56, steps")
def test_a_superintendent_is_never_five_steps_below_the_head(row: Row) -> None:
    """Wood: five steps below the chief constable. On the ladders it is 4, or 6 in the Metropolitan Police: it does not add up."""
    ladders: dict[str, dict[str, int]] = defaultdict(dict)
    for ladder, below, rank in asked(LADDERS):
        ladders[ladder][rank.split(" (")[0]] = int(below)
    for ranks in ladders.values():
        assert sorted(ranks.values()) == list(range(len(ranks))), "each rank is one step below the next"
    steps = {ladder: ranks["Superintendent"] for ladder, ranks in ladders.items()}
    assert steps == {"territorial": 4, "metropolitan": 6, "city-of-london": 4}
    fifth = {ladder: rank.lower() for ladder, ranks in ladders.items() for rank, below in ranks.items() if below == 5}
    row.is_told(
        DOES_NOT,
        f"{steps['territorial']}, in the City of London too; {steps['metropolitan']} in the Metropolitan Police. "
        f"Five below is a {fifth['territorial']}, there a {fifth['metropolitan']}",
    )


@holds("Wood 55-56, floor")
def test_a_head_of_service_and_a_superintendent_stand_below_the_floor(row: Row) -> None:
    """Wood: below director, and below assistant chief constable or commander. On our scale 4 and 5, where the floor is 3."""
    found = {post: int(level) for post, level in asked("SELECT ?post ?level WHERE { ?post masa:band/masa:bandLevel ?level }")}
    (floor,) = {found[p] for p in ("council-director", "territorial-assistant-chief-constable", "metropolitan-commander")}
    (superintendent,) = {found[f"{ladder}-superintendent"] for ladder in ("territorial", "metropolitan", "city-of-london")}
    head_of_service = found["council-head-of-service"]
    assert floor < head_of_service < superintendent
    row.is_told(
        ADDS_UP, f"bands {head_of_service} and {superintendent}; director, assistant chief constable and commander: band {floor}"
    )


# Counts and percentages ------------------------------------------------------------------------------------------------------


@holds("Wood 25, 27, replies")
def test_117_replies_can_cover_132_areas_only_if_some_cover_several(row: Row) -> None:
    """Wood: replies covering 132 areas (25), 117 replies from 132 areas (27). Possible only if some spoke for several areas."""
    assert REPLIES < ASKED
    row.is_told(POSSIBLE, f"{REPLIES} of {ASKED} are {REPLIES / ASKED:.1%}; {ASKED - REPLIES} areas without a reply of their own")


def of_replies(shares: tuple[int, ...]) -> str:
    """Return in words the counts of all replies that give the shares, where one alone does."""
    (found,) = counts(REPLIES, shares)
    return f"{', '.join(map(str, found))} of {REPLIES}"


@holds("Wood 27, decisions")
def test_90_per_cent_is_possible(row: Row) -> None:
    """Wood: 90% see a positive impact on decisions. Possible: 105 of 117 replies."""
    ((positive, _),) = counts(REPLIES, (90, 10))
    row.is_told(POSSIBLE, f"{positive} of {REPLIES}")


@holds("Wood 27, 33, practice")
def test_61_13_and_26_per_cent_are_possible(row: Row) -> None:
    """Wood: 61% have evidence, 13% gather it, 26% have not begun. Possible with 117 replies, in one way alone."""
    row.is_told(POSSIBLE, of_replies((61, 13, 26)))


@holds("Wood 28, 178")
def test_just_over_half_gives_no_number(row: Row) -> None:
    """Wood: just over half want more guidance. Not recomputed: no number is given."""
    least = REPLIES // 2 + 1
    row.is_told(NOT_RECOMPUTED, f"{least} of {REPLIES}, {least / REPLIES:.1%}, is the least that is more than half")


@holds("Wood 99")
def test_half_and_half_is_possible(row: Row) -> None:
    """Wood: 50% made new arrangements for children's voice, 50% did not. Possible, even of an odd number of replies."""
    fewer, more = counts(REPLIES, (50, 50))[0]
    row.is_told(POSSIBLE, f"{fewer} and {more} of {REPLIES}")


@holds("Wood 109")
def test_the_counts_of_yearly_reports_do_not_add_up(row: Row) -> None:
    """Wood: 68 reports: 11 (16%), 36 (56%) and 19 (28%). They sum to 66, and fit no total; 11, 38 and 19 are the only ones to."""
    printed, shares = (11, 36, 19), (16, 56, 28)
    assert sum(printed) == 66
    any_base = [n for n in range(1, 500) if all(2 * abs(100 * c - s * n) <= n for c, s in zip(printed, shares, strict=True))]
    assert any_base == [], "no number of reports gives these shares of these counts, whether they add up to it or not"
    ((*meant,),) = counts(68, shares)
    row.is_told(
        DOES_NOT,
        f"{' + '.join(map(str, printed))} = {sum(printed)}; 36 of 68 are {36 / 68:.0%}. "
        f"Only {', '.join(map(str, meant))} make 68 and round to these",
    )


@holds("Wood 117")
def test_60_37_and_3_per_cent_are_possible(row: Row) -> None:
    """Wood: 60% had thought of inviting relevant agencies, 37% had not, 3% did not know. Possible, in one way alone."""
    row.is_told(POSSIBLE, of_replies((60, 37, 3)))


@holds("Wood 137")
def test_models_of_scrutiny_cannot_be_one_choice_each(row: Row) -> None:
    """Wood: 3, 3, 37, 23 and 37%. The sum of 103 is out of reach of one choice each, whatever the number of replies."""
    shares = (3, 3, 37, 23, 37)
    # Rounding adds at most half a point to each share. So no number of replies would do, and none up to all areas does.
    most = 100 + len(shares) / 2
    assert sum(shares) > most
    assert [n for n in range(1, 153) if counts(n, shares)] == []
    # With as many choices as one likes, each share is possible on its own.
    assert all(counts(REPLIES, (share, 100 - share)) for share in shares)
    models = asked("SELECT ?version ?model WHERE { ?version masa:hasProvision ?scrutiny . ?scrutiny masa:scrutinyModel ?model }")
    held = {version for version, _ in models}
    several = {version for version in held if sum(v == version for v, _ in models) > 1}
    row.is_told(
        DOES_NOT,
        f"{' + '.join(map(str, shares))} = {sum(shares)}; rounding could make {most:g} at most. "
        f"Of {len(held)} versions held with a model, {len(several)} has several",
    )


# What is not held ------------------------------------------------------------------------------------------------------------


@holds(
    "Wood 3, 88, money",
    "Wood 25, App. 2",
    "Wood 121, 122",
    "Wood 151",
    "NCB 2018, interim report, 1.2",
)
def test_what_needs_data_that_are_not_held_is_said_not_to_be_recomputed(row: Row) -> None:
    """Budgets of councils, the text of the review, schools and the themes of projects are not held; nothing comes out."""
    row.is_told(NOT_RECOMPUTED, "-")
    assert len(row.finding) > len(NOT_RECOMPUTED) + 20, "with a reason"
