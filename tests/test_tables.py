"""Answers as text, CSV, JSON, Turtle and spreadsheet say the same, and none of them can do harm."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from rdflib import Graph, Literal, URIRef

from masagraph.cli import main
from masagraph.questions import loader
from masagraph.report import table_data, table_text, table_xlsx
from masagraph.report.table_data import RESULT_SET
from masagraph.tables import Column, Table
from masagraph.vocab import RDF, XSD

AREA = URIRef("http://statistics.data.gov.uk/id/statistical-geography/E1")
NAMES = {"area": "the area", "areaName": "its name", "sum": "pounds", "agreed": "whether", "note": "words", "source": "where"}
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
    assert (None, RESULT_SET.value, Literal("5000.50", datatype=XSD.decimal)) in graph
    assert len(list(graph.subjects(RESULT_SET.variable, Literal("agreed")))) == 1


def test_spreadsheet_holds_text_as_text_and_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx.render(TABLE)))
    sheet = book["Answer"]
    assert [cell.value for cell in sheet[1]] == [c.name for c in TABLE.columns]
    assert (sheet["C2"].value, sheet["C2"].data_type) == (5000.5, "n")
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert "pounds" in [cell.value for cell in book["About"]["B"]]


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


@pytest.mark.parametrize("words", [["--date", "2021-05-01", "--date", "2021-05-02"], ["--area="]])
def test_a_parameter_twice_or_empty_is_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["ask", "gaps/delegation-seniority", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_answer_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere" / "answer.csv"
    assert main(["register", "--format", "csv", "--output", str(missing)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
