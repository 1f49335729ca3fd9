"""Answers as text, CSV, JSON, Turtle and spreadsheet say the same, and none of them can do harm."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from rdflib import Graph, Literal, URIRef

from masagraph.cli import main
from masagraph.draw.svg import Picture
from masagraph.questions import loader
from masagraph.report import table_data, table_text, table_xlsx
from masagraph.report.table_data import RESULT_SET
from masagraph.tables import Column, Table
from masagraph.vocab import RDF, RDFS, XSD

AREA = URIRef("http://statistics.data.gov.uk/id/statistical-geography/E1")
NAMES = {"area": "the area", "areaName": "its name", "sum": "pounds", "agreed": "whether", "note": "words", "source": "where"}
UNFIT = "\u0001\ud800\uffff"
"""Characters that XML has no place for."""
AYTON = Literal("Ayton")
POUNDS = Literal("5000.50", datatype=XSD.decimal)
TABLE = Table(
    "A table",
    tuple(Column(name, about) for name, about in NAMES.items()),
    (
        (AREA, AYTON, POUNDS, Literal(lexical_or_value=True), Literal("=1+1"), Literal("plan, page 1")),
        (AREA, AYTON, Literal(3), None, Literal("@cmd"), None),
    ),
    ("Asked with date 2021-05-01.",),
)


def test_csv_has_a_header_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(table_data.as_csv(TABLE))))
    assert rows[0] == ["area", "areaName", "sum", "agreed", "note", "source"]
    assert rows[1] == [str(AREA), "Ayton", "5000.50", "yes", "'=1+1", "plan, page 1"]
    assert rows[2] == [str(AREA), "Ayton", "3", "", "'@cmd", ""]


DATED = replace(TABLE, settings=(("date", "2021-05-01"), ("area", "-Ayton (E1)")))


def test_csv_tells_in_every_row_what_was_asked() -> None:
    rows = list(csv.reader(io.StringIO(table_data.as_csv(DATED))))
    assert [row[-2:] for row in rows] == [["askedDate", "askedArea"], *[["2021-05-01", "'-Ayton (E1)"]] * 2]
    assert [row[:-2] for row in rows] == list(csv.reader(io.StringIO(table_data.as_csv(TABLE))))
    assert json.loads(table_data.as_json(DATED))["asked"] == {"date": "2021-05-01", "area": "-Ayton (E1)"}


def test_json_keeps_types_and_says_what_columns_mean() -> None:
    data = json.loads(table_data.as_json(TABLE))
    assert data["rows"][0] == {
        "area": str(AREA), "areaName": "Ayton", "sum": 5000.5, "agreed": True, "note": "=1+1", "source": "plan, page 1",
    }  # fmt: skip
    assert data["rows"][1]["agreed"] is None
    assert data["columns"][2] == {"name": "sum", "about": "pounds"}
    assert data["remarks"] == ["Asked with date 2021-05-01."]
    assert set(data["masagraph"]) == {"version", "data_digest", "reference_digest"}


def test_turtle_is_an_answer_in_the_vocabulary_of_the_w3c() -> None:
    graph = Graph().parse(data=table_data.as_turtle(TABLE), format="turtle")
    (answer,) = graph.subjects(RDF.type, RESULT_SET.ResultSet)
    assert {str(v) for v in graph.objects(answer, RESULT_SET.resultVariable)} == {c.name for c in TABLE.columns}
    assert len(list(graph.objects(answer, RESULT_SET.solution))) == 2
    assert [str(v) for v in graph.objects(answer, RDFS.label)] == ["A table"]
    assert [str(v) for v in graph.objects(answer, RDFS.comment)] == ["Asked with date 2021-05-01."]
    assert (None, RESULT_SET.value, Literal("5000.50", datatype=XSD.decimal)) in graph
    assert len(list(graph.subjects(RESULT_SET.variable, Literal("agreed")))) == 1


def test_spreadsheet_holds_text_as_text_and_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx.render(TABLE)))
    sheet = book["Answer"]
    assert [cell.value for cell in sheet[1]] == [c.name for c in TABLE.columns]
    assert (sheet["C2"].value, sheet["C2"].data_type) == (5000.5, "n")
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert "pounds" in [cell.value for cell in book["About"]["B"]]


def test_spreadsheet_is_the_same_bytes_whenever_it_is_written() -> None:
    """No clock is told in it: neither that of the book nor those of its parts."""
    written = table_xlsx.render(TABLE)
    assert table_xlsx.render(TABLE) == written
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(written)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = zipfile.ZipFile(io.BytesIO(written)).read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", core)) == {"1980-01-01T00:00:00Z"}


def test_spreadsheet_opens_whatever_a_text_holds() -> None:
    wild = Literal(f"a{UNFIT}b")
    table = Table(f"T{UNFIT}", (Column("note", f"words{UNFIT}"),), ((wild,),), (f"Asked{UNFIT}",))
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx.render(table)))
    assert book["Answer"]["A2"].value == "a\ufffd\ufffd\ufffdb"
    assert [row[1] for row in book["About"].values] == [f"{words}\ufffd\ufffd\ufffd" for words in ("T", "words", "Asked")]


def test_a_picture_is_well_formed_whatever_a_text_holds() -> None:
    picture = Picture(10, 10, f"a{UNFIT}b", UNFIT)
    picture.text(0, 0, [f"{UNFIT}<&"])
    root = ET.fromstring(picture.render().encode())  # noqa: S314 - our own
    assert list(filter(str.strip, root.itertext())) == ["a\ufffd\ufffd\ufffdb", "\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd<&"]


def test_text_names_what_it_is_about_and_hides_addresses() -> None:
    text = table_text.render(TABLE, 80)
    assert "statistics.data.gov.uk" not in text
    assert "Read in: plan, page 1" in text
    assert max(map(len, text.splitlines())) <= 80


def test_text_gathers_what_is_alike_and_rests_on_nothing() -> None:
    columns = (Column("areaName", "a"), Column("state", "s"), Column("source", "w"))
    rows = [(Literal(f"Area {n}"), Literal("nothing known"), None) for n in range(5)]
    text = table_text.render(Table("T", columns, (*rows, (Literal("Known"), Literal("seen"), Literal("plan")))), 80)
    assert "Nothing known (5): Area 0, Area 1, Area 2, Area 3, Area 4." in text
    assert text.count("nothing known") == 0
    assert "Known" in text


def test_text_gathers_several_cells_with_what_each_says_and_keeps_names() -> None:
    columns = tuple(Column(name, "x") for name in ("areaName", "body", "band", "before", "state", "source"))
    cells = (Literal("NHS Leeds"), None, Literal("Leeds CCG"), Literal("not seen"), None)
    text = table_text.render(Table("T", columns, tuple((Literal(f"Area {n}"), *cells) for n in range(4))), 120)
    assert "Body: NHS Leeds; before: Leeds CCG; not seen (4): Area 0, Area 1, Area 2, Area 3." in text
    alone = tuple((Literal(f"Area {n}, City of"), None, None, None, Literal("seen in NHS"), None) for n in range(4))
    assert "Seen in NHS (4): Area 0, City of; Area 1, City of;" in table_text.render(Table("T", columns, alone), 120)


def test_text_says_once_what_all_cells_say() -> None:
    columns = tuple(Column(name, "x") for name in ("areaName", "one", "two", "state", "source"))
    rows = tuple((Literal(f"Area {n}"), *[Literal("nothing known")] * 3, None) for n in range(4))
    assert "\nNothing known (4): Area 0" in table_text.render(Table("T", columns, rows), 80)


def test_a_long_title_is_wrapped_to_the_page() -> None:
    lines = table_text.render(Table("word " * 30, TABLE.columns, TABLE.rows), 60).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[3] == "=" * 59


@pytest.mark.parametrize("letters", [16, 17, 40, 57])
def test_no_word_up_to_the_page_is_broken_in_a_grid_or_record(letters: int) -> None:
    long = "x" * (letters - 5) + "-" + "y" * 4
    columns = tuple(Column(name, "x") for name in ("areaName", "a", "b", "c"))
    row = (Literal("Ayton"), Literal(f"two {long} words"), Literal("some more words"), Literal(long))
    text = table_text.render(Table("T", columns, (row, row)), 62)
    assert text.count(long) == 4
    assert max(map(len, text.splitlines())) <= 62


def test_narrow_pages_never_break_words_in_a_grid() -> None:
    columns = tuple(Column(name, "x") for name in ("areaName", "first", "second", "third", "fourth", "fifth", "sixth"))
    row = tuple(Literal("antidisestablishment") for _ in columns)
    text = table_text.render(Table("T", columns, (row,)), 60)
    assert "first: antidisestablishment; second:" in text


def test_an_empty_answer_says_so() -> None:
    assert "Nothing in the data answers this." in table_text.render(Table("T", (Column("a", "b"),), ()), 80)


@pytest.mark.parametrize("form", ["table", "csv", "json", "xlsx", "turtle"])
def test_ask_writes_every_format(tmp_path: Path, form: str) -> None:
    target = tmp_path / f"answer.{form}"
    assert main(["ask", "gaps/delegation-seniority", "--date=2024-12-31", "--format", form, "--output", str(target)]) == 0
    content = target.read_bytes()
    if form == "xlsx":
        rows = list(openpyxl.load_workbook(target)["Answer"].values)
        assert any("Safeguarding Detective Superintendent" in row for row in rows)
    else:
        assert b"Safeguarding" in content
        assert b"Superintendent" in content


def test_ask_lists_the_questions_by_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for question in loader.load().values():
        assert f"{question.name} {question.summary}" in told
    assert f"{len(loader.load())} questions" in told


def test_ask_tells_what_a_question_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "gaps/delegation-seniority", "--help"]) == 0
    told = capsys.readouterr().out
    assert "--date" in told
    assert "(default: today)" in told
    assert "Wood 2021" in told


def test_an_answer_says_what_was_asked_in_the_words_of_people(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--date", "2024-12-31", "--area", "E08000035", "--kind", "Police"]
    assert main(["ask", "gaps/delegation-seniority", *words]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Asked with date 2024-12-31, area Leeds (E08000035), kind police." in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--date", "2021-05-01", "partners/leads"], "partners/leads: the name of the question comes first."),
        (["--area", "Leeds", "delegation-seniority"], "delegation-seniority: the name of the question comes first."),
        (["partners/leads", "--area", "London"], "--area: 'London' is a region, not an area. Say --region London."),
        (["partners/leads", "--area", "north east"], "Say --region 'North East'."),
        (["partners/leads", "--area", "Leeds", "--region", "London"], "--region: Leeds is not in London. It is in Yorkshire"),
        (
            ["partners/leads", "--area", "Cumbria", "--date", "2024-01-01"],
            "Ask about a day until 2023-03-31, or ask for Cumberland or Westmorland and Furness.",
        ),
        (["partner-changes", "--area", "Cumbria", "--to", "2024-01-01"], "or ask for Cumberland or Westmorland and Furness."),
        (["partner-changes", "--area", "E08000016", "--to", "2025-06-01"], "or ask for Barnsley (E08000038)."),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert main(["ask", *words]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["register", "--area", "Cumbria", "--date", "2024-01-01"], "--area: Cumbria (E10000006) does not exist on 2024-01-01."),
        (["register", "--area", "Leeds", "--region", "London"], "--region: Leeds is not in London."),
        (["chain", "Cumberland", "--date", "2021-01-01"], "Ask about a day from 2023-04-01, or ask for Cumbria."),
        (["footprint", "E08000016", "--date", "2025-12-01"], "or ask for Barnsley (E08000038)."),
        (["footprint", "QMJ", "--date", "2021-01-01"], "Ask about a day from 2022-07-01 until 2026-03-31."),
        (["chain", "London"], "AREA: 'London' is a region, not an area."),
        (["footprint", "London"], "AREA_OR_BODY: 'London' is a region, not an area."),
    ],
)
def test_every_command_refuses_an_area_that_is_not_there(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert main(words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["chain", "footprint"])
def test_pictures_are_written(tmp_path: Path, command: str) -> None:
    target = tmp_path / "picture.svg"
    assert main([command, "Leeds", "--date", "2024-12-31", "--format", "svg", "--output", str(target)]) == 0
    picture = ET.fromstring(target.read_bytes())  # noqa: S314 - our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Leeds" in "".join(picture.itertext())


@pytest.mark.parametrize("form", ["csv", "xlsx", "turtle"])
def test_register_is_written_in_every_format(tmp_path: Path, form: str) -> None:
    target = tmp_path / f"register.{form}"
    words = ["--date", "2024-12-31", "--area", "Leeds", "--format", form, "--output", str(target)]
    assert main(["register", *words]) == 0
    if form == "xlsx":
        assert [row[1] for row in openpyxl.load_workbook(target)["Answer"].values] == ["areaName", *["Leeds"] * 3]
    elif form == "csv":
        with target.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [(row["areaName"], row["askedDate"], row["askedArea"]) for row in rows] == [
            ("Leeds", "2024-12-31", "Leeds (E08000035)")
        ] * 3
    else:
        graph = Graph().parse(target, format="turtle")
        (answer,) = graph.subjects(RDF.type, RESULT_SET.ResultSet)
        assert len(list(graph.objects(answer, RESULT_SET.solution))) == 3
        assert "on 31 December 2024" in str(graph.value(answer, RDFS.label))


@pytest.mark.parametrize("words", [["--date", "2021-05-01", "--date", "2021-05-02"], ["--area="]])
def test_a_parameter_twice_or_empty_is_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["ask", "gaps/delegation-seniority", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_answer_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere" / "answer.csv"
    assert main(["register", "--format", "csv", "--output", str(missing)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
