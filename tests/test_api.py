"""Checking, rules, arrangements, questions, the register and footprints over HTTP tell what the commands tell."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlencode
from xml.etree import ElementTree as ET

import jsonschema
import openpyxl
import pytest
from flask import Flask
from rdflib import Graph

import serving
from masagraph import assets
from masagraph.check.checker import Checker
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.cli import main
from masagraph.errors import InputError
from masagraph.questions import loader
from masagraph.settings import Settings
from masagraph.web.http import answering
from masagraph.web.views import openapi
from masagraph.work import checking
from masagraph.work.checking import Asked
from masagraph.work.publishing import Piece
from serving import Reply, Served

FOLDER = assets.folder("data") / "arrangements"
ISLINGTON, BARNET = FOLDER / "islington-2019.ttl", FOLDER / "barnet-2019.ttl"
TURTLE = {"Content-Type": "text/turtle"}
BOUNDARY = "x-boundary-of-the-test"
NEW = """@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/masagraph/id/arrangement/invented> a masa:Arrangement ; skos:prefLabel "Invented"@en ;
    masa:hasVersion <https://w3id.org/masagraph/id/version/invented-2024> .
<https://w3id.org/masagraph/id/version/invented-2024> a masa:ArrangementVersion ; skos:prefLabel "Invented, 2024"@en ;
    masa:coversArea <http://statistics.data.gov.uk/id/statistical-geography/E09000003> .
"""
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Run a command of masagraph and return its exit code, what it prints, and what it says beside."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsysbinary.readouterr()
        code = main(list(arguments))
        told = capsysbinary.readouterr()
        return code, told.out.decode(), told.err.decode()

    return run


def asked(path: str, **parameters: str) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def valid(reply: Reply, schema: str) -> Any:
    """Return the JSON of an answer, once it is what the description of the service says."""
    assert (reply.status, reply.media_type) == (200, "application/json"), reply.text
    told = json.loads(reply.text)
    whole = {"$ref": f"#/components/schemas/{schema}", "components": openapi.description()["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(told)
    return told


def problem(reply: Reply, status: int) -> str:
    """Return what a refusal says."""
    assert (reply.status, reply.media_type) == (status, "application/problem+json"), reply.text
    return str(json.loads(reply.text)["detail"])


def form(*files: tuple[str, bytes, str | None]) -> tuple[bytes, dict[str, str]]:
    """Return a form with files, each a name, what it holds, and its media type."""
    parts = []
    for name, data, media_type in files:
        kind = f"Content-Type: {media_type}\r\n" if media_type else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n{kind}\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"profile": "wood"},
        {"date": "2022-07-01", "edition": "wt2018"},
        {"format": "csv"},
        {"format": "text", "profile": "wood"},
    ],
)
def test_a_check_is_byte_for_byte_the_command(served: Served, command: Command, options: dict[str, str]) -> None:
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    _, printed, _ = command("check", str(ISLINGTON), *(given if "format" in options else [*given, "--format", "json"]))
    reply = served.ask("POST", asked("/api/check", **options), ISLINGTON.read_bytes(), TURTLE)
    assert reply.status == 200
    assert reply.text == printed


def test_a_check_in_turtle_says_what_the_command_says(served: Served, command: Command) -> None:
    _, printed, _ = command("check", str(ISLINGTON), "--format", "turtle")
    reply = served.ask("POST", "/api/check?format=turtle", ISLINGTON.read_bytes(), TURTLE)
    assert reply.media_type == "text/turtle"
    assert sorted(reply.text.split()) == sorted(printed.split())


def test_several_files_are_checked_at_once(served: Served, command: Command) -> None:
    _, printed, _ = command("check", str(ISLINGTON), str(BARNET), "--format", "json")
    body, headers = form(
        (ISLINGTON.name, ISLINGTON.read_bytes(), "application/octet-stream"), ("second", BARNET.read_bytes(), "text/turtle")
    )
    reply = served.ask("POST", "/api/check", body, headers)
    assert len(valid(reply, "check")["arrangements"]) == 2
    assert reply.text == printed


@pytest.mark.parametrize("fail_on", ["must", "should", "never"])
def test_failing_is_told_as_the_exit_code_tells_it(served: Served, command: Command, fail_on: str) -> None:
    code, _, _ = command("check", str(ISLINGTON), "--fail-on", fail_on)
    reply = served.ask("POST", f"/api/check?fail_on={fail_on}", ISLINGTON.read_bytes(), TURTLE)
    assert (reply.status, reply.headers["Masagraph-Fails"]) == (200, "true" if code else "false")


def test_what_was_not_judged_is_told_beside_the_answer(served: Served, command: Command, tmp_path: Path) -> None:
    apart = '<https://example.org/é> a masa:Post ; masa:postTitle "Fürsorge\\nhead" .\n'
    document = tmp_path / "body"
    document.write_text(ISLINGTON.read_text(encoding="utf-8") + apart, encoding="utf-8")
    _, _, beside = command("check", str(document), "--input-format", "turtle")
    reply = served.ask("POST", "/api/check", document.read_bytes(), TURTLE)
    assert reply.status == 200
    told = unquote(reply.headers["Masagraph-Remark"])
    assert "not judged" in told
    assert f"masagraph: {tmp_path}/{told}\n" == beside
    assert served.ask("POST", "/api/check", ISLINGTON.read_bytes(), TURTLE).headers["Masagraph-Remark"] is None


def test_a_bad_document_is_refused_with_the_words_of_the_command(served: Served, command: Command, tmp_path: Path) -> None:
    document = tmp_path / "bad.ttl"
    document.write_text("@prefix masa: <https://w3id.org/masagraph/def#> .\n\n<a> masa:note .\n")
    _, _, beside = command("check", str(document))
    reply = served.ask("POST", "/api/check", document.read_bytes(), TURTLE)
    assert problem(reply, 400) == beside.strip().replace(f"masagraph: {document}", "body")
    assert "line 3" in problem(reply, 400)


@pytest.mark.parametrize(
    ("options", "media_type", "syntax"),
    [
        ("", "text/turtle; charset=utf-8", "turtle"),
        ("", "application/n-triples", "nt"),
        ("", "application/rdf+xml", "xml"),
        ("", "application/ld+json", "json-ld"),
        ("", "application/trig", "trig"),
        ("?input_format=ntriples", "application/octet-stream", "nt"),
        ("?input_format=rdfxml", "text/turtle", "xml"),
    ],
)
def test_a_body_is_read_as_it_says(served: Served, options: str, media_type: str, syntax: str) -> None:
    body = Graph().parse(BARNET).serialize(format=syntax, encoding="utf-8")
    reply = served.ask("POST", f"/api/check{options}", body, {"Content-Type": media_type})
    assert [a["version"] for a in valid(reply, "check")["arrangements"]] == ["barnet-2019"]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "words"),
    [
        ("", b"", {}, 400, "body: it is empty"),
        ("", b"<a> <b> <c> .", {}, 415, "nothing says what it is"),
        ("", b"<a> <b> <c> .", {"Content-Type": "text/html"}, 415, "text/html cannot be read here"),
        ("", b"a", {"Content-Type": "text/turtle; charset=latin-1"}, 400, "its charset is latin-1"),
        ("?profil=wood", b"", TURTLE, 400, "profil: there is no such parameter here. Did you mean profile?"),
        ("?profile=strict", b"", TURTLE, 400, "Take one of statutory, wood, register"),
        ("?edition=wt2023", b"", TURTLE, 400, "Take one of auto, wt2018"),
        ("?date=2019-02-30", b"", TURTLE, 400, "date: '2019-02-30' is no day"),
        ("?fail_on=may", b"", TURTLE, 400, "Take one of must, should, never"),
        ("?input_format=html", b"", TURTLE, 400, "input_format: 'html' is not offered"),
        ("?format=pdf", b"", TURTLE, 400, "format: 'pdf' is not offered"),
        ("?date=2020-01-01&date=2021-01-01", b"", TURTLE, 400, "date: it is given more than once"),
        ("?max_megabytes=1", b"", TURTLE, 400, "max_megabytes: there is no such parameter"),
        ("?output=/tmp/x", b"", TURTLE, 400, "output: there is no such parameter"),
        ("?generation=1", NEW.encode(), TURTLE, 400, "generation: a document is judged by what this release knows"),
        ("?profile=register", NEW.encode(), TURTLE, 400, "body: profile=register takes none"),
        ("?profile=register&edition=wt2018", b"", {}, 400, "edition: profile=register takes none"),
        ("?profile=register&date=1999-01-01", b"", {}, 400, "date: 1999-01-01 lies outside the register"),
        ("", b'{"@context": "http://127.0.0.1:9/c"}', {"Content-Type": "application/ld+json"}, 400, "its context is elsewhere"),
        ("", *form(("a.html", b"x", None)), 415, "a.html: nothing says what it is"),
        ("", *form(("a.ttl", NEW.encode(), None), ("b.ttl", NEW.encode(), None)), 400, "b.ttl"),
        ("", *form(), 400, "body: it has no files"),
    ],
)
def test_a_wrong_check_is_refused_with_its_reason(
    served: Served, path: str, body: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    told = problem(served.ask("POST", f"/api/check{path}", body, headers), status)
    assert words in told
    assert "--" not in told


def test_a_field_that_is_no_file_is_refused(served: Served) -> None:
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="format"\r\n\r\njson\r\n--{BOUNDARY}--\r\n'
    reply = served.ask("POST", "/api/check", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert problem(reply, 400).startswith("format: it is no file. Put parameters into the address")


class _Desk:
    checker = Checker(PyShaclEngine())


def test_too_much_at_once_is_refused() -> None:
    how, piece = Asked("statutory", "auto", None, "json"), Piece("new.ttl", "turtle", NEW.encode())
    many = len(Graph().parse(data=NEW, format="turtle"))
    assert "invented-2024" in checking.check(_Desk(), 1, (piece,), how, many).body  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"new\.ttl: what is sent holds more triples"):
        checking.check(_Desk(), 1, (piece,), how, many - 1)  # type: ignore[arg-type]


def test_the_register_is_judged_as_held(served: Served, command: Command) -> None:
    """Of what is held no digest of shipped files is told; the generation stands in the header."""
    _, printed, _ = command("check", "--profile", "register", "--date", "2021-05-01", "--format", "json")
    reply = served.ask("POST", "/api/check?profile=register&date=2021-05-01")
    told, expected = valid(reply, "check"), json.loads(printed)
    assert reply.generation == 1
    assert told["arrangements"][0].pop("data_digest") is None
    assert expected["arrangements"][0].pop("data_digest") is not None
    assert told == expected


@pytest.mark.parametrize("told_as", ["json", "csv", "text"])
@pytest.mark.parametrize("edition", [None, "wt2018"])
def test_rules_are_listed_as_the_command_lists_them(served: Served, command: Command, told_as: str, edition: str | None) -> None:
    _, printed, _ = command("rules", "--format", told_as, *(["--edition", edition] if edition else []))
    reply = served.ask("GET", asked("/api/rules", format=told_as, **({"edition": edition} if edition else {})))
    assert reply.text == printed


def test_a_rule_is_explained_as_the_command_explains_it(served: Served, command: Command) -> None:
    _, printed, _ = command("explain", "WT-TRAINING")
    assert served.ask("GET", "/api/rules/wt-training?format=text").text == printed
    told = valid(served.ask("GET", "/api/rules/WT-TRAINING"), "explained-rule")
    assert told["requirement"].split() == printed.partition("What it asks")[2].partition("Force")[0].split()
    assert [e["verdict"] for e in told["examples"]][:2] == ["met", "not-met"]
    for example in told["examples"]:
        assert len(Graph().parse(data=example["turtle"], format="turtle")) > 0


def test_every_rule_is_what_its_schema_says(served: Served) -> None:
    (items,) = (openapi.description()["paths"]["/api/rules"]["get"]["responses"]["200"]["content"]["application/json"]["schema"],)
    assert items == {"type": "array", "items": {"$ref": "#/components/schemas/rule"}}
    whole = {**items, "components": openapi.description()["components"]}
    jsonschema.validate(json.loads(served.ask("GET", "/api/rules").text), whole)


def test_unknown_names_are_answered_with_the_nearest(served: Served) -> None:
    for path, near in (
        ("/api/rules/WT-TRANING", "WT-TRAINING"),
        ("/api/arrangements/barnet-2018/report", "barnet-2019"),
        ("/api/arrangements/barnet-2018/badge.svg", "barnet-2019"),
        ("/api/questions/gaps/delegation-senority", "gaps/delegation-seniority"),
    ):
        assert f"Did you mean {near}?" in problem(served.ask("GET", path), 404)


def test_arrangements_are_those_that_ship(served: Served) -> None:
    told = valid(served.ask("GET", "/api/arrangements"), "arrangements")
    shipped = Graph()
    for path in sorted(FOLDER.glob("*.ttl")):
        shipped.parse(path)
    query = "SELECT ?v WHERE { ?v a <https://w3id.org/masagraph/def#ArrangementVersion> }"
    assert [a["iri"] for a in told["arrangements"]] == sorted(str(version) for (version,) in shipped.query(query))  # type: ignore[misc]
    assert told["masagraph"]["generation"] == 1
    by_key = {a["key"]: a for a in told["arrangements"]}
    west = by_key["berkshire-west-2019"]
    assert [area["name"] for area in west["areas"]] == ["Reading", "West Berkshire", "Wokingham"]
    assert (by_key["birmingham-2019"]["counts_to"], by_key["birmingham-2024"]["counts_from"]) == ("2024-09-30", "2024-10-01")
    for link in ("graph", "report", "badge"):
        assert west[link].startswith(served.address)
        assert served.ask("GET", west[link].removeprefix(served.address)).status == 200


def test_arrangements_as_csv_are_the_same(served: Served) -> None:
    rows = list(csv.DictReader(io.StringIO(served.ask("GET", "/api/arrangements?format=csv").text)))
    told = valid(served.ask("GET", "/api/arrangements"), "arrangements")["arrangements"]
    assert [(row["key"], row["edition"], row["report"]) for row in rows] == [
        (a["key"], a["edition"] or "", a["report"]) for a in told
    ]
    assert {row["areas"] for row in rows if row["key"] == "barnet-2019"} == {"Barnet (E09000003)"}


@pytest.mark.parametrize("key", ["islington-2019", "barking-and-dagenham-2019"])
def test_the_report_on_a_version_is_that_on_its_document(served: Served, command: Command, key: str) -> None:
    """Only the digest of the document's bytes is not told: no bytes are kept."""
    _, printed, _ = command("check", str(FOLDER / f"{key}.ttl"), "--profile", "wood", "--format", "json")
    told, expected = valid(served.ask("GET", f"/api/arrangements/{key}/report?profile=wood"), "check"), json.loads(printed)
    assert told["arrangements"][0].pop("data_digest") is None
    expected["arrangements"][0].pop("data_digest")
    assert told == expected


def test_the_badge_tells_the_counts_of_the_report_in_words(served: Served) -> None:
    summary = json.loads(served.ask("GET", "/api/arrangements/islington-2019/report").text)["arrangements"][0]["summary"]
    reply = served.ask("GET", "/api/arrangements/islington-2019/badge.svg")
    assert reply.media_type == "image/svg+xml"
    picture = ET.fromstring(reply.text)  # noqa: S314 - our own
    title = picture.findtext("{http://www.w3.org/2000/svg}title") or ""
    counts = f"{summary['met']} met · {summary['not_met']} not met · {summary['cannot_tell']} cannot be told"
    assert title == f"statute and guidance: {counts}"
    shown = [part.text for part in picture.iter("{http://www.w3.org/2000/svg}tspan")]
    assert shown == ["statute and guidance", counts]
    assert not re.search("conform|pass|valid|✓", reply.text)
    wood = served.ask("GET", "/api/arrangements/islington-2019/badge.svg?profile=wood")
    assert "which are not law" in wood.text


def test_questions_are_those_that_ship(served: Served) -> None:
    told = valid(served.ask("GET", "/api/questions"), "questions")["questions"]
    assert [q["name"] for q in told] == list(loader.load())
    assert all(served.ask("HEAD", q["address"].removeprefix(served.address)).status == 200 for q in told[:2])


@pytest.mark.parametrize("name", sorted(loader.load()))
def test_every_question_is_answered_with_the_rows_of_the_command(served: Served, command: Command, name: str) -> None:
    _, printed, _ = command("ask", name, "--format", "json")
    told, expected = valid(served.ask("GET", f"/api/questions/{name}"), "table"), json.loads(printed)
    for part in ("title", "columns", "rows"):
        assert told[part] == expected[part]
    assert told["asked"].pop("generation") == "1"
    assert told["asked"] == expected["asked"]
    assert told["masagraph"] == {"version": expected["masagraph"]["version"], "generation": 1}


def test_a_question_is_told_in_every_form(served: Served, command: Command) -> None:
    path = "/api/questions/gaps/delegation-seniority?date=2021-05-01&region=London"
    _, printed, _ = command("ask", "gaps/delegation-seniority", "--date", "2021-05-01", "--region", "London", "--format", "csv")
    expected = list(csv.reader(io.StringIO(printed)))
    rows = list(csv.reader(io.StringIO(served.ask("GET", f"{path}&format=csv").text)))
    assert rows[0] == [*expected[0], "askedGeneration"]
    assert rows[1:] == [[*row, "1"] for row in expected[1:]]
    sheet = openpyxl.load_workbook(io.BytesIO(served.ask("GET", f"{path}&format=xlsx").body))
    assert sheet["Answer"].max_row == len(rows)
    assert "Drawn from generation 1 of the data." in [cell.value for cell in sheet["About"]["B"]]
    turtle = served.ask("GET", path, headers={"Accept": "text/turtle"})
    assert turtle.media_type == "text/turtle"
    solution = "SELECT ?s WHERE { ?a <http://www.w3.org/2001/sw/DataAccess/tests/result-set#solution> ?s }"
    assert len(Graph().parse(data=turtle.text, format="turtle").query(solution)) == len(rows) - 1
    _, printed, _ = command("ask", "gaps/delegation-seniority", "--date", "2021-05-01", "--region", "London")
    assert served.ask("GET", f"{path}&format=text").text == printed


def test_the_register_is_that_of_the_command(served: Served, command: Command) -> None:
    options = {"date": "2021-05-01", "kind": "police", "region": "North East"}
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    told = valid(served.ask("GET", asked("/api/register", **options)), "table")
    _, printed, _ = command("register", *given, "--format", "json")
    assert told["rows"] == json.loads(printed)["rows"]
    assert told["remarks"] == [*json.loads(printed)["remarks"], "Drawn from generation 1 of the data."]
    _, printed, _ = command("register", *given)
    assert served.ask("GET", asked("/api/register", format="text", **options)).text == printed


@pytest.mark.parametrize(("name", "parameter"), [("footprint", "place"), ("chain", "area")])
def test_footprints_and_chains_are_those_of_the_commands(served: Served, command: Command, name: str, parameter: str) -> None:
    for told_as, media_type in (("text", "text/plain"), ("svg", "image/svg+xml")):
        _, printed, _ = command(name, "Barnet", "--date", "2021-05-01", "--format", told_as)
        reply = served.ask("GET", asked(f"/api/{name}", **{parameter: "Barnet"}, date="2021-05-01", format=told_as))
        assert (reply.media_type, reply.text) == (media_type, printed)
    told = valid(
        served.ask("GET", f"/api/{name}?{parameter}=Barnet&date=2021-05-01"), "footprint" if name == "footprint" else "chains"
    )
    _, printed, _ = command(name, "Barnet", "--date", "2021-05-01")
    words = " ".join(printed.split())
    assert told["title"] in words
    if name == "footprint":
        assert told["territories"]
        assert all(t["name"] in words for t in told["territories"])
    else:
        assert len(told["chains"]) >= 3
        assert all(" ".join(step["words"].split()) in words for chain in told["chains"] for step in chain["steps"])


SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE_TYPES = {"csv": "text/csv", "xlsx": SHEET, "turtle": "text/turtle"}
TABLES = [
    # address, the columns looked at, and their rows on 1 May 2021: from the lookups of bodies to areas and the list of councils.
    (
        "/api/footprint?place=Derby&date=2021-05-01",
        ("kind", "holderName", "holderCode", "areaName", "areaCode", "share", "from", "until"),
        [
            ("local authority", "Derby City Council", "DER", "Derby", "E06000015", 100, "2009-01-01", ""),
            ("health body", "NHS Derby and Derbyshire CCG", "15M", "Derby", "E06000015", 100, "2019-04-01", "2022-06-30"),
            ("health body", "NHS Derby and Derbyshire CCG", "15M", "Derbyshire", "E10000007", 95.72, "2019-04-01", "2022-06-30"),
            ("police", "Derbyshire Constabulary", "E23000018", "Derby", "E06000015", 100, "2018-04-01", ""),
            ("police", "Derbyshire Constabulary", "E23000018", "Derbyshire", "E10000007", 100, "2018-04-01", ""),
        ],
        {"askedDate": "2021-05-01", "askedPlace": "Derby (E06000015)", "askedGeneration": "1"},
    ),
    (
        "/api/footprint?place=Bedfordshire+Police&date=2021-05-01",
        ("kind", "holderCode", "areaName", "areaCode", "arrangement"),
        [
            ("police", "E23000026", "Bedford", "E06000055", ""),
            ("police", "E23000026", "Central Bedfordshire", "E06000056", ""),
            ("police", "E23000026", "Luton", "E06000032", ""),
        ],
        {"askedDate": "2021-05-01", "askedPlace": "Bedfordshire Police (E23000026)", "askedGeneration": "1"},
    ),
    (
        "/api/register?area=Derby&date=2021-05-01",
        ("kind", "bodies", "lead", "leadState", "arrangement", "since"),
        [
            ("local authority", "Derby City Council", "", "not seen", "Derby and Derbyshire, 2019", "2019-09-30"),
            ("health body", "NHS Derby and Derbyshire CCG", "", "not seen", "Derby and Derbyshire, 2019", "2019-09-30"),
            ("police", "Derbyshire Constabulary", "", "not seen", "Derby and Derbyshire, 2019", "2019-09-30"),
        ],
        {"askedDate": "2021-05-01", "askedArea": "Derby (E06000015)", "askedGeneration": "1"},
    ),
]


def from_csv(reply: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.text)))


def from_sheet(reply: Reply) -> list[dict[str, str]]:
    header, *rows = openpyxl.load_workbook(io.BytesIO(reply.body))["Answer"].iter_rows(values_only=True)
    return [{str(k): "" if v is None else str(v) for k, v in zip(header, row, strict=True)} for row in rows]


def from_turtle(reply: Reply) -> list[dict[str, str]]:
    """Read an answer in the W3C's vocabulary for answers, where what is not bound is not there."""
    graph = Graph().parse(data=reply.text, format="turtle")
    prefix = "PREFIX rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#>"
    names = [str(name) for (name,) in graph.query(f"{prefix} SELECT ?n {{ ?a rs:resultVariable ?n }}")]  # type: ignore[misc]
    found: dict[int, dict[str, str]] = {}
    bindings = f"{prefix} SELECT ?i ?n ?v {{ ?s rs:index ?i ; rs:binding [ rs:variable ?n ; rs:value ?v ] }}"
    for index, name, value in graph.query(bindings):  # type: ignore[misc]
        found.setdefault(int(str(index)), dict.fromkeys(names, ""))[str(name)] = str(value)
    return [row for _, row in sorted(found.items())]


def alike(cell: str, expected: str | float) -> bool:
    """Tell whether a cell says what is expected, however its number is written."""
    return cell == expected if isinstance(expected, str) else float(cell) == expected


@pytest.mark.parametrize(("path", "columns", "expected", "asked_with"), TABLES)
@pytest.mark.parametrize("form", list(TABLE_TYPES))
@pytest.mark.parametrize("by", ["format", "Accept"])
def test_registers_and_footprints_are_told_as_tables(
    served: Served, path: str, columns: tuple[str, ...], expected: list[tuple[str | float, ...]], asked_with: dict[str, str],
    form: str, by: str,
) -> None:  # fmt: skip
    named, headers = (f"{path}&format={form}", {}) if by == "format" else (path, {"Accept": TABLE_TYPES[form]})
    reply = served.ask("GET", named, headers=headers)
    assert (reply.status, reply.media_type, reply.generation) == (200, TABLE_TYPES[form], 1)
    found = {"csv": from_csv, "xlsx": from_sheet, "turtle": from_turtle}[form](reply)
    # What else overlaps there stands behind the bodies.
    rows = [tuple(row[name] for name in columns) for row in found if row["kind"] in ("local authority", "health body", "police")]
    assert len(rows) == len(expected)
    for row, cells in zip(rows, expected, strict=True):
        assert all(alike(cell, wanted) for cell, wanted in zip(row, cells, strict=True)), (row, cells)
    if form == "csv":
        assert all({name: row[name] for name in asked_with} == asked_with for row in found)
        assert list(found[0])[-len(asked_with) :] == sorted(asked_with, key=list(found[0]).index)


def test_a_footprint_as_json_tells_bodies_areas_and_days(served: Served) -> None:
    told = valid(served.ask("GET", "/api/footprint?place=Derby&date=2021-05-01"), "footprint")
    assert told["asked"] == {"place": "Derby", "date": "2021-05-01"}
    by_purpose = {t["purpose"]: t for t in told["territories"]}
    group = by_purpose["health body"]
    assert (group["name"], group["code"]) == ("NHS Derby and Derbyshire CCG", "15M")
    assert group["iri"] == "https://w3id.org/masagraph/id/health-body/15M"
    reached = [(r["name"], r["code"], r["share"], r["from"], r["until"]) for r in group["reaches"]]
    assert reached == [
        ("Derby", "E06000015", 100, "2019-04-01", "2022-06-30"),
        ("Derbyshire", "E10000007", 95.72, "2019-04-01", "2022-06-30"),
    ]
    arrangement = by_purpose["arrangement"]
    assert arrangement["areas"] == ["Derby", "Derbyshire"]
    assert arrangement["code"] is None
    assert arrangement["source"] == "Derby City Council news, September 2019, the part that was read"
    assert {(r["share"], r["from"], r["until"]) for r in arrangement["reaches"]} == {(None, "2019-09-30", None)}


def test_a_register_as_json_tells_who_the_partners_are(served: Served) -> None:
    told = valid(served.ask("GET", "/api/register?area=Derby&date=2021-05-01"), "table")
    assert told["asked"] == {"date": "2021-05-01", "area": "Derby (E06000015)", "generation": "1"}
    assert [(row["kind"], row["bodies"], row["lead"]) for row in told["rows"]] == [
        ("local authority", "Derby City Council", None),
        ("health body", "NHS Derby and Derbyshire CCG", None),
        ("police", "Derbyshire Constabulary", None),
    ]


def test_what_is_a_formula_to_a_spreadsheet_does_not_leave_in_a_footprint(served: Served) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(served.ask("GET", "/api/footprint?place=Derby&format=xlsx").body))
    assert {cell.data_type for row in sheet["Answer"].iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}


def test_a_form_that_is_not_offered_is_refused(served: Served) -> None:
    footprint, chain = "/api/footprint?place=Derby&date=2021-05-01", "/api/chain?area=Derby&date=2021-05-01"
    assert "Take one of csv, json, svg, text, turtle, xlsx." in problem(served.ask("GET", f"{footprint}&format=html"), 400)
    assert "Take one of json, svg, text." in problem(served.ask("GET", f"{chain}&format=csv"), 400)
    assert problem(served.ask("GET", footprint, headers={"Accept": "application/pdf"}), 406)
    assert problem(served.ask("GET", chain, headers={"Accept": SHEET}), 406)
    for accepted, media_type in (("*/*", "application/json"), ("image/*", "image/svg+xml"), ("text/*", "text/plain")):
        assert served.ask("GET", footprint, headers={"Accept": accepted}).media_type == media_type


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/register?dat=2020-01-01", "dat: there is no such parameter here. Did you mean date?"),
        ("/api/register?date=yesterday", "date: 'yesterday' is no day"),
        ("/api/register?area=London", "area: 'London' is a region, not an area. Say region London."),
        ("/api/register?area=Barnet&region=North+East", "region: Barnet is not in North East"),
        ("/api/register?kind=fire", "kind: 'fire' is no kind of partner known here"),
        ("/api/footprint", "place: it is missing"),
        ("/api/footprint?place=Barnot", "place: 'Barnot' is no area or body known here. Did you mean 'Barnet'?"),
        ("/api/chain?area=", "area: it is empty"),
        ("/api/chain?area=Northamptonshire", "area: "),
        ("/api/questions/gaps/delegation-seniority?from=2020-01-01", "from: there is no such parameter here"),
        ("/api/questions/footprints/changes-at-date?date=x", "date: 'x' is no day"),
        ("/api/questions?generation=1", "generation: there is no such parameter here"),
        ("/api/rules?edition=wt2015", "edition: 'wt2015' is not offered here"),
        ("/api/rules?generation=1", "generation: there is no such parameter here"),
        ("/api/register?generation=first", "generation: 'first' is no number of a generation"),
    ],
)
def test_a_wrong_question_is_refused_in_the_words_of_who_asks(served: Served, path: str, words: str) -> None:
    told = problem(served.ask("GET", path), 400)
    assert told.startswith(words)
    assert "--" not in told


def test_what_somebody_typed_is_not_rewritten(served: Served) -> None:
    """Only options of the command line lose their dashes, not what was typed."""
    assert "'--date'" in problem(served.ask("GET", asked("/api/chain", area="--date")), 400)


@pytest.mark.parametrize("accept", ["image/png", "application/pdf"])
def test_a_form_that_there_is_not_is_refused(served: Served, accept: str) -> None:
    for path in ("/api/register", "/api/rules", "/api/arrangements", "/api/questions", "/api/arrangements/barnet-2019/badge.svg"):
        assert served.ask("GET", path, headers={"Accept": accept}).status == 406


def test_an_answer_that_a_client_has_is_not_told_again(served: Served) -> None:
    for path in ("/api/register?area=Barnet", "/api/rules", "/api/arrangements", "/api/arrangements/barnet-2019/badge.svg"):
        first = served.ask("GET", path)
        again = served.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status, again.status, again.body) == (200, 304, b"")


def test_a_star_is_no_tag_that_a_client_has(served: Served) -> None:
    """Whether there is anything that it could stand for is not known before the answer is."""
    for path, status in (("/api/rules", 200), ("/api/arrangements/nowhere-2019/badge.svg", 404), ("/graphs?graph=urn:none", 404)):
        assert served.ask("GET", path, headers={"If-None-Match": "*"}).status == status


def test_a_tag_changes_with_what_answers_are_made_by(monkeypatch: pytest.MonkeyPatch) -> None:
    def tag(accept: str = "*/*", day: int = 1, **chosen: object) -> str:
        settings = Settings(**chosen)  # type: ignore[arg-type]  # each as its field asks
        made = SimpleNamespace(settings=settings, since=lambda _number: datetime(2026, 1, day, tzinfo=UTC))
        monkeypatch.setattr(answering, "service", lambda: made)
        with Flask("small").test_request_context(headers={"Accept": accept}):
            return answering.tag(1)

    tags = [tag(), tag(query_rows=5), tag(base="https://a.example"), tag(accept="text/csv"), tag(day=2)]
    assert len(set(tags)) == len(tags)
    assert tag() == tags[0]
    assert tag(workers=7) == tags[0]


@pytest.fixture(scope="module")
def writable(shipped_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("writable")
    serving.copy_store(shipped_data, data)
    with serving.serving(data, "--workers", "1", "--keep-generations", "2") as service:
        yield service


def test_an_answer_can_be_asked_again_as_of_its_generation(writable: Served) -> None:
    """What is published later changes nothing of what was told before, as long as that generation is kept."""
    token = writable.token("facilitator")
    paths = ("/api/arrangements", "/api/register?area=Barnet", "/api/questions/evidence/statements-by-document")
    before = {path: writable.ask("GET", path) for path in paths}
    reply = writable.ask("PUT", "/graphs/invented-2024", NEW, TURTLE, token)
    assert (reply.status, reply.generation) == (201, 2)
    for path, first in before.items():
        again = writable.ask("GET", f"{path}{'&' if '?' in path else '?'}generation=1")
        assert (again.generation, again.text) == (1, first.text)
    keys = [a["key"] for a in json.loads(writable.ask("GET", "/api/arrangements").text)["arrangements"]]
    assert "invented-2024" in keys
    assert writable.ask("GET", "/api/arrangements/invented-2024/report").generation == 2
    assert writable.ask("GET", "/api/arrangements/invented-2024/report?generation=1").status == 404
    told = writable.ask("POST", "/api/check?profile=register&date=2021-05-01&generation=1")
    assert (told.status, told.generation) == (200, 1)
    assert writable.ask("DELETE", "/graphs/invented-2024", token=token).generation == 3
    assert writable.ask("GET", "/api/register?area=Barnet").generation == 3
    assert "Generation 1 is pruned" in problem(writable.ask("GET", "/api/register?generation=1"), 410)
    assert problem(writable.ask("GET", "/api/register?generation=4"), 404)


def test_what_an_operator_put_is_no_arrangement(shipped_data: Path, tmp_path: Path) -> None:
    """A graph under the name of a version that nobody published has no report; and nothing fails on it."""
    serving.copy_store(shipped_data, tmp_path)
    with serving.serving(tmp_path, "--workers", "1", "--admin") as service:
        token = service.token("admin")
        name = "https://w3id.org/masagraph/id/version/"
        for key in ("put-there", "barnet-2019"):
            junk = "<https://example.org/a> a <https://w3id.org/masagraph/def#ArrangementVersion> ."
            path = f"/admin/graphs?graph={quote(name + key, safe='')}"
            assert service.ask("PUT", path, junk, TURTLE, token).status in (201, 204)
        assert service.ask("GET", "/api/arrangements/put-there/report").status == 404
        listed = valid(service.ask("GET", "/api/arrangements"), "arrangements")["arrangements"]
        assert "put-there" not in {a["key"] for a in listed}
        for path in ("/api/arrangements/barnet-2019/report", "/api/arrangements/barnet-2019/badge.svg"):
            assert service.ask("GET", path).status < 500
