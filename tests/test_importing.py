"""The importer builds the same bytes from the same tables, and refuses bad ones in one line without touching anything."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from masagraph import assets, oxigraph
from masagraph.cli import main
from masagraph.errors import CheckerError, InputError
from masagraph.importing import areas, build, jurisdictions, police, records, turtle
from masagraph.importing.periods import CCG, ICB, POLICE, Answer, Span, after, before, earlier, spans
from masagraph.importing.records import Records

Spoil = Callable[[list[dict[str, str]]], list[dict[str, str]]]


@pytest.fixture(scope="session")
def tables(root: Path) -> Path:
    """Return the folder of the tables of facts, which lie beside the checkout and are not part of it."""
    folder = root.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip(f"the tables of reference facts are not at {folder}")
    return folder


@pytest.fixture
def copied(tables: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    shutil.copytree(tables, folder)
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


@pytest.fixture(scope="session")
def said(tables: Path) -> Records:
    return records.read(tables)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def spoil(folder: Path, file: str, change: Spoil) -> None:
    with (folder / file).open(encoding="utf-8", newline="") as stream:
        rows = change(list(csv.DictReader(stream)))
    with (folder / file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


# What it builds -----------------------------------------------------------------------------------------------------------------


def test_the_same_tables_give_the_same_bytes(tables: Path, copied: Path, tmp_path: Path) -> None:
    """And so do tables whose rows come in another order."""
    for file in ("la_to_ccg.csv", "la_upper_tier.csv", "health_body_succession.csv", "lscp_combined_areas.csv"):
        spoil(copied, file, lambda rows: rows[::-1])
    build.build(tables, tmp_path / "one")
    build.build(copied, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 11


def test_the_data_that_ship_are_what_the_tables_give(tables: Path, tmp_path: Path) -> None:
    build.build(tables, tmp_path / "fresh")
    assert contents(tmp_path / "fresh") == contents(assets.folder("data") / "reference")


def test_a_file_of_another_name_stays(tables: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "own.ttl").write_text("# ours\n", encoding="utf-8")
    (target / "areas.ttl").write_text("# old\n", encoding="utf-8")
    build.build(tables, target)
    assert (target / "own.ttl").read_text(encoding="utf-8") == "# ours\n"
    assert (target / "areas.ttl").read_text(encoding="utf-8").startswith("# Areas of local authorities")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_folder_in_place_of_a_file_is_seen_before_any_file_is_moved(tables: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    (target / "police-forces.ttl").mkdir(parents=True)
    (target / "areas.ttl").write_text("# old\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        build.build(tables, target)
    assert "police-forces.ttl: a folder stands where the file belongs" in str(error.value)
    assert (target / "areas.ttl").read_text(encoding="utf-8") == "# old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_what_is_written_can_be_read_and_says_so_much(tables: Path, tmp_path: Path) -> None:
    """One statement in the file for each that was made: nothing is lost in writing, nothing merges."""
    for dataset in build.build(tables, tmp_path / "target"):
        graph = oxigraph.read([tmp_path / "target" / f"{dataset.name}.ttl"])
        made = sum(1 + sum(len(values) for _, values in block.facts) for block in dataset.blocks)
        assert len(graph) == made + 4 + len(dataset.licences)


def test_sources_and_licences(tables: Path, tmp_path: Path) -> None:
    built = {dataset.name: dataset for dataset in build.build(tables, tmp_path / "target")}
    assert built["councils"].licences == (turtle.OGL, turtle.CC_BY)
    assert "mySociety" in built["councils"].source
    assert {name for name, dataset in built.items() if turtle.OGL not in dataset.licences} == {
        "combined-areas", "umbrellas", "early-adopters",
    }  # fmt: skip


def test_sentences_of_sources_are_not_taken_over(tables: Path, tmp_path: Path) -> None:
    build.build(tables, tmp_path / "target")
    text = " ".join(data.decode() for data in contents(tmp_path / "target").values())
    with (tables / "lscp_combined_areas.csv").open(encoding="utf-8", newline="") as stream:
        told = {row[column] for row in csv.DictReader(stream) for column in ("status_note", "note", "evidence_level")}
    assert not {sentence for sentence in told if " " in sentence and sentence in text}


# What it refuses ----------------------------------------------------------------------------------------------------------------


def without(**match: str) -> Spoil:
    return lambda rows: [row for row in rows if any(row[k] != v for k, v in match.items())]


def setting(column: str, value: str, row: int = 2) -> Spoil:
    """Put a value into a cell; rows are counted from the head, which is the first."""
    return lambda rows: [{**r, column: value} if n == row else r for n, r in enumerate(rows, start=2)]


def adding(**cells: str) -> Spoil:
    """Add a row that is as the last but for some cells."""
    return lambda rows: [*rows, {**rows[-1], **cells}]


def without_column(column: str) -> Spoil:
    return lambda rows: [{k: v for k, v in row.items() if k != column} for row in rows]


BAD = [
    # Where, how it is spoilt, and what the line has to name.
    ("la_upper_tier.csv", without_column("region_code"), "la_upper_tier.csv, row 1, column region_code", "0 columns"),
    ("la_upper_tier.csv", setting("gss_code_from", "1/4/2009", 3), "la_upper_tier.csv, row 3, column gss_code_from", "1/4/2009"),
    ("la_upper_tier.csv", setting("gss_code_from", "2023-02-29"), "row 2, column gss_code_from", "no day"),
    ("la_upper_tier.csv", setting("gss_code_from", "20090101"), "row 2, column gss_code_from", "no day"),
    ("la_upper_tier.csv", setting("gss_code_to", "2008-01-01"), "row 2, column gss_code_to", "before it begins"),
    ("la_upper_tier.csv", setting("gss_code", "E0600000"), "row 2, column gss_code", "no such code"),
    ("la_upper_tier.csv", setting("official_name", " "), "row 2, column official_name", "nothing in it"),
    ("la_upper_tier.csv", setting("official_name", "Hartle\u202epool"), "row 2, column official_name", "cannot be seen"),
    ("la_upper_tier.csv", adding(gss_code="E06000001", la_code3="XXX"), "row 165, column gss_code", "two councils, HPL and XXX"),
    ("la_upper_tier.csv", setting("region_name", "Elsewhere"), "row 3, column region_name", "is called"),
    ("la_upper_tier.csv", setting("successor_gss", "E06000002"), "row 2, column successor_gss", "goes on"),
    ("la_upper_tier.csv", setting("successor_gss", "", 29), "row 29, column successor_gss", "nothing follows"),
    ("la_upper_tier.csv", setting("successor_gss", "E06009999", 29), "row 29, column successor_gss", "E06009999 is no area"),
    ("la_upper_tier.csv", setting("successor_gss", "E06000060", 29), "row 29, column successor_gss", "begins on 2020-04-01"),
    ("la_upper_tier.csv", setting("opendatacommunities_uri", "javascript:x"), "column opendatacommunities_uri", "no such code"),
    ("la_upper_tier.csv", setting("wikidata_qid", "Q1", 82), "column wikidata_qid", "disagree"),
    ("la_upper_tier.csv", lambda rows: rows[:1], "la_to_pfa.csv, row", "is no area of la_upper_tier.csv"),
    ("la_centroids.csv", setting("centroid_lat", "5.46"), "la_centroids.csv, row 2, column centroid_lat", "not in England"),
    ("la_centroids.csv", setting("centroid_long", "54.6"), "row 2, column centroid_long", "not in England"),
    ("la_centroids.csv", setting("centroid_long", "west"), "row 2, column centroid_long", "no number"),
    ("la_centroids.csv", setting("centroid_long", "NaN"), "row 2, column centroid_long", "no number"),
    ("la_to_pfa.csv", setting("utla_gss", "E06009999", 7), "la_to_pfa.csv, row 7, column utla_gss", "E06009999 is no area"),
    ("la_to_pfa.csv", setting("pfa_gss", "E23000099", 7), "la_to_pfa.csv, row 7, column pfa_gss", "E23000099"),
    ("la_to_pfa.csv", setting("year", "2020", 7), "la_to_pfa.csv, row 7, column year", "no lookup of 2020"),
    ("la_to_pfa.csv", setting("utla_gss", "E06000066", 7), "la_to_pfa.csv, row 7, column utla_gss", "not on 2018-04-01"),
    ("la_to_pfa.csv", without(utla_gss="E06000001"), "la_upper_tier.csv, row 2, column gss_code", "no row of 2018"),
    ("la_to_pfa.csv", without(utla_gss="E06000001", year="2019"), "row 2, column gss_code", "no row of 2019 for E06000001"),
    ("la_to_pfa.csv", adding(pfa_gss="E23000001"), "la_to_pfa.csv, row 611, column pfa_gss", "two police forces"),
    ("la_to_pfa.csv", adding(), "la_to_pfa.csv, row 611, column pfa_gss", "is there twice"),
    ("la_to_ccg.csv", setting("pct_of_la", "100.1"), "la_to_ccg.csv, row 2, column pct_of_la", "100.1 is no share"),
    ("la_to_ccg.csv", setting("pct_of_la", "0"), "la_to_ccg.csv, row 2, column pct_of_la", "0 is no share"),
    ("la_to_ccg.csv", setting("pct_of_health_body", "101"), "la_to_ccg.csv, row 2, column pct_of_health_body", "101"),
    ("la_to_ccg.csv", setting("pct_of_la", "90"), "la_to_ccg.csv, row 2, column pct_of_la", "make 90 and not 100"),
    ("la_to_ccg.csv", setting("ccg_ods", "99Z"), "la_to_ccg.csv, row 2, column ccg_ods", "99Z is named in no list"),
    ("la_to_ccg.csv", setting("ccg_ods", "QHM"), "la_to_ccg.csv, row 2, column ccg_ods", "QHM would answer"),
    ("la_to_ccg.csv", setting("ccg_ods", "16C"), "la_to_ccg.csv, row 2, column ccg_ods", "16C would answer"),
    ("la_to_icb.csv", without(utla_gss="E06000001"), "la_upper_tier.csv, row 2, column gss_code", "no row of 2022"),
    ("la_to_icb.csv", setting("icb_ods", "QH"), "la_to_icb.csv, row 2, column icb_ods", "no such code"),
    ("ccg_names_by_year.csv", adding(), "ccg_names_by_year.csv, row 629, column ccg_ods", "there already"),
    ("ccg_names_by_year.csv", without(ccg_ods="01Y", year="2019"), "column ccg_ods", "01Y was gone and is here again"),
    ("health_body_succession.csv", setting("relation", "ate"), "health_body_succession.csv, row 2, column relation", "ate"),
    ("health_body_succession.csv", setting("to_ods", "99Z"), "health_body_succession.csv, row 2, column to_ods", "99Z"),
    ("health_body_succession.csv", setting("to_ods", "00K"), "health_body_succession.csv, row 2, column to_date", "02N ends on"),
    ("health_body_succession.csv", without(from_ods="03X"), "column ccg_ods", "03X ends and nothing follows"),
    ("health_body_succession.csv", lambda r: [{**x, "to_date": x["to_date"].replace("2019-04", "2019-13")} for x in r],
     "column to_date", "'2019-13' is no such code"),
    ("lscp_combined_areas.csv", setting("la_gss", "E06009999"), "lscp_combined_areas.csv, row 2, column la_gss", "E06009999"),
    ("lscp_combined_areas.csv", setting("valid_from", "once"), "row 3, column valid_from", "differs from row 2"),
    ("lscp_combined_areas.csv", lambda r: [{**x, "valid_to": "some day"} for x in r], "column valid_to", "'some day'"),
    ("lscp_combined_areas.csv", lambda r: [{**x, "valid_from": "2019-13"} for x in r], "column valid_from", "'2019-13'"),
    ("lscp_combined_areas.csv", lambda r: [{**x, "evidence_level": "hearsay"} for x in r], "column evidence_level", "hearsay"),
    ("lscp_combined_areas.csv", lambda r: [r[0], *r], "row 3, column la_gss", "stands twice"),
    ("lscp_not_combined_notes.csv", lambda r: [x for x in r if "Bexley" not in x["las"]], "column las", "'Bexley; Greenwich"),
    ("lscp_not_combined_notes.csv", setting("finding", "four separate partnerships"), "row 2, column finding", "HIPS"),
    ("lscp_not_combined_notes.csv", lambda r: [{**x, "finding": x["finding"].replace("BHR", "B")} for x in r], "finding", "BHR"),
    ("lscp_not_combined_notes.csv", setting("evidence", "source 009", 6), "row 6, column evidence", "009"),
    ("lscp_not_combined_notes.csv", setting("evidence", "", 2), "row 2, column evidence", "nothing in it"),
    ("la_upper_tier.csv", lambda r: [{**x, "name": x["name"].replace("Havering", "Hayering")} for x in r],
     "lscp_not_combined_notes.csv, row 11, column las", "'Havering'"),
    ("early_adopters_2018.csv", setting("ea_no", "0"), "early_adopters_2018.csv, row 2, column ea_no", "no such code"),
    ("early_adopters_2018.csv", setting("early_adopter", "Other", 6), "row 6, column early_adopter", "differs from row 5"),
    ("early_adopters_2018.csv", setting("la_gss", "E06009999"), "early_adopters_2018.csv, row 2, column la_gss", "E06009999"),
    ("police_force_areas_england.csv", setting("pfa_gss", "E24000001"), "police_force_areas_england.csv, row 2", "no such code"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "change", "where", "what"), BAD)
def test_a_bad_table_is_refused_in_one_line_and_nothing_is_touched(
    copied: Path, tmp_path: Path, file: str, change: Spoil, where: str, what: str
) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "areas.ttl").write_text("# old\n", encoding="utf-8")
    spoil(copied, file, change)
    with pytest.raises(InputError) as refused:
        build.build(copied, target)
    assert where in refused.value.where
    assert what in refused.value.what
    assert "\n" not in str(refused.value)
    assert contents(target) == {"areas.ttl": b"# old\n"}
    assert {path.name for path in tmp_path.iterdir()} == {"tables", "target"}


def test_a_row_that_is_no_umbrella_may_go(copied: Path, tmp_path: Path) -> None:
    spoil(copied, "lscp_not_combined_notes.csv", lambda rows: [row for row in rows if row["las"] != "Camden; Islington"])
    build.build(copied, tmp_path / "target")


@pytest.mark.parametrize("file", sorted(["la_upper_tier.csv", "la_to_ccg.csv", "la_to_icb.csv", "early_adopters_2018.csv"]))
def test_a_missing_table_is_named(copied: Path, tmp_path: Path, file: str) -> None:
    (copied / file).unlink()
    with pytest.raises(InputError, match=f"^{file}: it is not in "):
        build.build(copied, tmp_path / "target")
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "row 1, column gss_code: there are 0 columns"),
        (b"gss_code,gss_code,centroid_lat,centroid_long\n", "row 1, column gss_code: there are 2 columns"),
        (b"gss_code,centroid_lat,centroid_long\n", "there is no row"),
        (
            b"gss_code,centroid_lat,centroid_long\nE06000001,54.7\n",
            "row 2, column centroid_lat: it has 2 cells and the head has 3",
        ),
        (b"gss_code,centroid_lat,centroid_long\nE06000001,54.7,-1.2,1\n", "row 2, column centroid_long: it has 4 cells"),
        (b"gss_code,centroid_lat,centroid_long\nE06000001,54.7,\xff\n", "it cannot be read"),
        (b'gss_code,centroid_lat,centroid_long\n"E06000001,54.7,-1.2\n', "it cannot be read"),
    ],
)
def test_a_table_that_is_none(copied: Path, tmp_path: Path, data: bytes, what: str) -> None:
    (copied / "la_centroids.csv").write_bytes(data)
    with pytest.raises(InputError) as refused:
        build.build(copied, tmp_path / "target")
    assert str(refused.value).startswith("la_centroids.csv")
    assert what in str(refused.value)


def test_a_mark_of_order_and_blanks_do_no_harm(copied: Path, tables: Path, tmp_path: Path) -> None:
    data = (copied / "la_centroids.csv").read_bytes().replace(b",Hartlepool,", b" ,  Hartlepool ,")
    (copied / "la_centroids.csv").write_bytes(b"\xef\xbb\xbf" + data)
    build.build(copied, tmp_path / "one")
    build.build(tables, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_place_that_cannot_be_written(tables: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot be written there"):
            build.build(tables, target)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "here"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_two_descriptions_of_one_thing_are_our_fault(said: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(records, "read", lambda _: said)
    monkeypatch.setattr(police, "dataset", areas.dataset)
    with pytest.raises(CheckerError, match="area:E12000001 twice"):
        build.build(tmp_path, tmp_path / "target")


# From lookups to periods --------------------------------------------------------------------------------------------------------


def answer(body: str, share: str = "100.0", of_body: str = "50.0") -> Answer:
    return Answer(body, Decimal(share), Decimal(of_body))


def test_an_answer_that_goes_on_is_one_period() -> None:
    first, second, third = sorted(ICB.days.values())
    found = spans(
        {first: [answer("A")], second: [answer("A", of_body="40.0")], third: [answer("B")]}, ICB, date(2009, 1, 1), None
    )
    assert found == [Span(answer("A"), first, before(third)), Span(answer("B"), third, None)]
    assert found[0].answer.share_of_body == Decimal("40.0")


def test_another_share_is_another_period_and_so_is_a_return() -> None:
    first, second, third = sorted(ICB.days.values())
    there = {first: [answer("A")], second: [answer("A", "60.0"), answer("B", "40.0")], third: [answer("A")]}
    assert spans(there, ICB, date(2009, 1, 1), None) == [
        Span(answer("A"), first, before(second)),
        Span(answer("A", "60.0"), second, before(third)),
        Span(answer("B", "40.0"), second, before(third)),
        Span(answer("A"), third, None),
    ]


def test_periods_keep_to_the_life_of_the_area_and_of_the_series() -> None:
    days = sorted(CCG.days.values())
    whole = {day: [answer("A")] for day in days}
    assert spans(whole, CCG, date(2009, 1, 1), None) == [Span(answer("A"), date(2018, 4, 1), date(2022, 6, 30))]
    early = {days[0]: [answer("A")]}
    assert spans(early, CCG, date(2009, 1, 1), date(2019, 3, 31)) == [Span(answer("A"), date(2018, 4, 1), date(2019, 3, 31))]
    late = {date(2024, 4, 1): [answer("F")], date(2026, 4, 1): [answer("F")]}
    assert spans(late, POLICE, date(2020, 4, 1), None) == [Span(answer("F"), date(2020, 4, 1), None)]
    assert spans(late, POLICE, date(2020, 4, 1), date(2027, 3, 31)) == [Span(answer("F"), date(2020, 4, 1), date(2027, 3, 31))]


def test_days_beside_days() -> None:
    assert before(date(2020, 3, 1)) == date(2020, 2, 29)
    assert after(date(2019, 12, 31)) == date(2020, 1, 1)
    assert earlier(None, None) is None
    assert earlier(None, SOME_DAY) == earlier(SOME_DAY, None) == earlier(SOME_DAY, after(SOME_DAY)) == SOME_DAY


SOME_DAY = date(2020, 4, 1)


def test_a_gap_or_a_doublet_that_slips_through_the_lookups_is_refused(said: Records) -> None:
    """No table gives this: it would be a fault in how periods are made, and is looked for on every day of every area."""
    found = jurisdictions.of_police(said)
    one = next(j for j in found if j.area == "E09000002")
    rest = [j for j in found if j != one]
    for spoilt, day in (
        (rest, "no police force on 2018-04-01"),
        ([*rest, replace(one, first=date(2018, 4, 2))], "no police force on 2018-04-01"),
        ([*rest, replace(one, last=date(2020, 5, 1))], "no police force on 2020-05-02"),
        ([*found, replace(one, body="E23000002", first=date(2021, 1, 1))], "more than one police force on 2021-01-01"),
    ):
        with pytest.raises(InputError, match=f"column gss_code: E09000002 .*{day}"):
            jurisdictions.refuse_gaps(said, spoilt, "police force", "gss_code", most=1)
    jurisdictions.refuse_gaps(said, found, "police force", "gss_code", most=1)


# Turtle -------------------------------------------------------------------------------------------------------------------------


def test_text_is_escaped_and_names_need_none() -> None:
    assert turtle.plain('say "\\"') == '"say \\"\\\\\\""'
    assert turtle.number(Decimal("100.0")) == turtle.number(Decimal(100)) == "100.0"
    assert turtle.number(Decimal("12.960")) == "12.96"
    for local in ("", "a b", "-a", "a.", "a#b", "ä"):
        with pytest.raises(CheckerError):
            turtle.name("council", local)
    with pytest.raises(CheckerError):
        turtle.name("nothing", "a")
    for iri in ("urn:x", "http://a b", "http://a>b", "http://a\\b"):
        with pytest.raises(CheckerError):
            turtle.address(iri)


def test_only_the_prefixes_that_are_used_are_declared() -> None:
    """What looks like a prefixed name within text or an address is none."""
    block = turtle.block("council:X", "masa:Body", ("masa:note", turtle.plain("area:X")), ("masa:headPost", "<http://a/post:x>"))
    dataset = turtle.Dataset("x", "c", "t", "s", (turtle.OGL,), SOME_DAY, (block,))
    declared = [line.split()[1] for line in turtle.render(dataset).splitlines() if line.startswith("@prefix")]
    assert declared == ["council:", "dcat:", "dcterms:", "masa:", "xsd:"]


# The command --------------------------------------------------------------------------------------------------------------------


def test_the_command_builds_and_says_what(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "build", "--from", str(tables), "--to", str(tmp_path / "target")]) == 0
    told = capsys.readouterr().out
    assert [line.split(":")[0] for line in told.splitlines()[:-1]] == [
        f"{name}.ttl"
        for name in (
            "areas", "councils", "police-forces", "health-bodies", "council-jurisdictions", "police-jurisdictions",
            "health-jurisdictions", "changes", "combined-areas", "umbrellas", "early-adopters",
        )
    ]  # fmt: skip
    assert contents(tmp_path / "target")


def test_the_command_builds_what_ships_unless_told_otherwise(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "folder", lambda name: tmp_path / name)
    assert main(["reference", "build", "--from", str(tables)]) == 0
    assert (tmp_path / "data" / "reference" / "areas.ttl").is_file()


@pytest.mark.parametrize("words", [["reference"], ["reference", "build"], ["reference", "mend"]])
def test_a_wrong_call_ends_with_two_and_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_bad_tables_end_with_two_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "build", "--from", str(tmp_path), "--to", str(tmp_path / "target")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("masagraph: la_upper_tier.csv: it is not in ")
    assert not (tmp_path / "target").exists()
