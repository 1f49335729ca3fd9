"""The command line: options, formats, exit codes."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from rdflib import Graph, URIRef

from masagraph import __version__, assets
from masagraph.cli import CHECKER_FAILED, FOUND, INTERRUPTED, OK, WRONG_INPUT, check_command, main
from masagraph.errors import CheckerError
from masagraph.report import cells, text_report
from masagraph.rules import loader
from masagraph.rules.loader import steps
from masagraph.vocab import EARL, RDF, SH

FOLDER = assets.folder("data") / "arrangements"
FIRST = str(FOLDER / "barking-and-dagenham-2019.ttl")
ISLINGTON = str(FOLDER / "islington-2019.ttl")
ALL = [str(path) for path in sorted(FOLDER.glob("*.ttl"))]


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([FIRST], FOUND),
        ([FIRST, "--fail-on", "should"], FOUND),
        ([FIRST, "--fail-on", "never"], OK),
        ([ISLINGTON], OK),
        ([ISLINGTON, "--fail-on", "should"], FOUND),
        ([ISLINGTON, "--profile", "wood", "--fail-on", "must"], OK),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    """Islington breaches a should (its police lead), and no must."""
    assert check(capsys, *arguments)[0] == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "FILE"),
        (["check", FIRST, "--date", "2019-02-30"], "2019-02-30"),
        (["check", FIRST, "--date", "29/09/2019"], "2019-09-29"),
        (["check", FIRST, "--edition", "wt2023"], "wt2023"),
        (["check", FIRST, "--profile", "strict"], "strict"),
        (["check", FIRST, "--max-megabytes", "0"], "0"),
        (["chekc", FIRST], "chekc"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_call_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (WRONG_INPUT, "")
    assert err.count("\n") == 1
    assert words in err


def test_a_failure_of_the_checker_is_told_as_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(error: Exception) -> None:
        def broken() -> None:
            raise error

        monkeypatch.setattr(check_command, "PyShaclEngine", broken)
        assert main(["check", FIRST]) == CHECKER_FAILED
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "Traceback" not in err

    fail(CheckerError("A shape is wrong."))
    fail(RuntimeError("something secret"))


def test_json_follows_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((Path(text_report.__file__).parent / "check.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    code, out = check(capsys, *ALL, "--format", "json", "--profile", "wood", "--fail-on", "never")
    told = json.loads(out)
    validator.validate(told)
    assert code == OK
    assert len(told["arrangements"]) == 44  # forty files, four of them with two versions
    assert told["masagraph"]["version"] == __version__
    for arrangement in told["arrangements"]:
        worst: dict[str, str] = {}
        order = ["not_met", "cannot_tell", "met", "not_applicable"]
        for v in arrangement["verdicts"]:
            worst[v["rule"]] = min(worst.get(v["rule"], v["verdict"]), v["verdict"], key=order.index)
        assert arrangement["summary"] == {
            name: list(worst.values()).count(name) for name in ("met", "not_met", "cannot_tell", "not_applicable")
        }
    faulty = json.loads(out)
    faulty["arrangements"][0]["verdicts"][0]["verdict"] = "conforms"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(faulty)
    settled = json.loads(out)
    next(v for v in settled["arrangements"][0]["verdicts"] if v["verdict"] == "met")["reason"] = "breach"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(settled)


def test_turtle_is_a_shacl_report_with_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = check(capsys, FIRST, "--format", "turtle")
    graph = Graph().parse(data=out, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert str(graph.value(report, SH.conforms)) == "false"
    results = set(graph.objects(report, SH.result))
    assert results == set(graph.subjects(RDF.type, SH.ValidationResult))
    for result in results:
        for needed in (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity, SH.resultMessage):
            assert len(list(graph.objects(result, needed))) == 1
    shapes = {shape.iri: rule for rule in loader.load() for shape in rule.shapes}
    for result in results:
        shape = graph.value(result, SH.sourceShape)
        assert isinstance(shape, URIRef)
        path = graph.value(result, SH.resultPath)
        asked = shapes[shape].shapes_graph.value(shape, SH.path)
        assert (path is None) == (asked is None), shape
        if asked is not None and path is not None:
            assert steps(graph, path) == steps(shapes[shape].shapes_graph, asked)
    outcomes = [graph.value(r, EARL.outcome) for r in graph.subjects(RDF.type, EARL.TestResult)]
    assert set(outcomes) == {EARL.passed, EARL.failed, EARL.cantTell, EARL.inapplicable}
    _, as_json = check(capsys, FIRST, "--format", "json")
    assert len(outcomes) == len(json.loads(as_json)["arrangements"][0]["verdicts"])


def test_csv_has_a_row_a_verdict_and_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = check(capsys, FIRST, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    _, as_json = check(capsys, FIRST, "--format", "json")
    assert len(rows) == len(json.loads(as_json)["arrangements"][0]["verdicts"])
    assert [cells.neutral(cell) for cell in ("=1+1", "@x", "-2", "plain")] == ["'=1+1", "'@x", "'-2", "plain"]
    assert [cells.neutral(cell) for cell in (" =1", "\n=1", "\u00a0=1", "\uff1d1", "", " plain")] == [
        "' =1", "'\n=1", "'\u00a0=1", "'\uff1d1", "", " plain",
    ]  # fmt: skip
    assert all(cell[:1] not in "=+-@" for row in rows for cell in row.values() if cell)


def test_text_says_counts_first_wraps_and_has_no_colour_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = check(capsys, FIRST)
    assert "\x1b" not in out
    assert max(len(line) for line in out.splitlines()) <= 80
    counts = re.search(r"(\d+) met, (\d+) not met \(.*?\), (\d+) cannot be told, (\d+)\s+do\s+not\s+apply", out)
    assert counts
    assert sum(map(int, counts.groups())) == 66
    assert (
        out.index(counts.group(0))
        < out.index("NOT MET (")
        < out.index("CANNOT TELL (")
        < out.index("\nMET (")
        < out.index("DO NOT APPLY (")
    )


def test_colour_tells_nothing_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", FIRST, "--fail-on", "never"])
    plain = capsys.readouterr().out
    page = text_report.Page(80, colour=True)
    assert "\x1b[31m" in page.paint("NOT MET", "31")
    assert re.sub(r"\x1b\[\d+m", "", page.paint("NOT MET", "31")) in plain


def test_no_two_messages_of_a_report_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for file in ALL:
        _, out = check(capsys, file, "--format", "json", "--profile", "wood")
        for arrangement in json.loads(out)["arrangements"]:
            rules_by_message: dict[str, set[str]] = {}
            for v in arrangement["verdicts"]:
                if v["verdict"] in ("not_met", "cannot_tell"):
                    rules_by_message.setdefault(v["message"], set()).add(v["rule"])
            shared = {m: r for m, r in rules_by_message.items() if len(r) > 1}
            assert not {m for m in shared if "whether this partner delegates" not in m and "anybody delegates" not in m}, shared


def test_an_output_file_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.json"
    target.write_text("before", encoding="utf-8")
    code, out = check(capsys, FIRST, "--format", "json", "--output", str(target))
    assert (code, out) == (FOUND, "")
    assert json.loads(target.read_text(encoding="utf-8"))["arrangements"]
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]
    assert main(["check", FIRST, "--output", str(tmp_path / "no" / "where.txt")]) == WRONG_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_date_and_edition_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = check(capsys, FIRST, "--format", "json", "--date", "2023-01-01")
    (asked,) = json.loads(out)["arrangements"]
    assert (asked["judged_at"], asked["why_judged_at"], asked["edition"]["id"]) == ("2023-01-01", "as asked", "wt2018")
    board = next(v for v in asked["verdicts"] if v["rule"] == "ADJ-ICB")
    assert board["verdict"] == "not_met"
    _, out = check(capsys, str(FOLDER / "shropshire-2024.ttl"), "--format", "json", "--edition", "wt2018", "--date", "2020-01-01")
    (asked,) = json.loads(out)["arrangements"]
    assert asked["edition"] == {"id": "wt2018", "why": "as asked", "encoded": True}
    assert any(v["rule"] == "WT18-LEAD-POSTS" for v in asked["verdicts"])


def test_the_wood_profile_adds_expectations_and_raises_them(capsys: pytest.CaptureFixture[str]) -> None:
    _, statutory = check(capsys, ISLINGTON, "--format", "json")
    _, wood = check(capsys, ISLINGTON, "--format", "json", "--profile", "wood")
    ids = [{v["rule"] for v in json.loads(text)["arrangements"][0]["verdicts"]} for text in (statutory, wood)]
    assert ids[1] - ids[0] == {rule.id for rule in loader.load() if rule.layer == "wood2021"}
    (police,) = [v for v in json.loads(wood)["arrangements"][0]["verdicts"] if v["rule"] == "WOOD-56-POLICE"]
    assert (police["severity"], police["force"]) == ("Warning", "expectation")


def test_rules_are_listed_in_three_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == OK
    rules = json.loads(capsys.readouterr().out)
    assert [rule["judged_on"] for rule in rules].count("arrangement") == 75
    assert main(["rules", "--format", "csv"]) == OK
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == len(rules)
    assert main(["rules", "--edition", "wt2023", "--format", "json"]) == OK
    assert "WT18-LEAD-POSTS" not in {rule["rule"] for rule in json.loads(capsys.readouterr().out)}
    assert main(["rules"]) == OK
    out = capsys.readouterr().out
    assert "75 rules" in out
    assert all(rule["rule"] in out for rule in rules)


@pytest.mark.parametrize("rule", [rule.id for rule in loader.load()])
def test_every_rule_can_be_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule.lower()]) == OK
    out = capsys.readouterr().out
    for heading in ("What it asks", "Force", "Of whom", "How sure", "Looks for", "Settled by", "A good example"):
        assert heading in out
    assert "A bad example" in out or rule in ("WOOD-137-MODEL", "WOOD-37-TIER")


def test_an_unknown_rule_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "WT-TRANING"]) == WRONG_INPUT
    err = capsys.readouterr().err
    assert "WT-TRAINING" in err
    assert err.count("\n") == 1


def test_what_no_version_leads_to_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(ISLINGTON).read_text(encoding="utf-8") + '\n<urn:lost> a masa:Group ; masa:groupName "Lost group" .\n'
    path = tmp_path / "a.ttl"
    path.write_text(text, encoding="utf-8")
    main(["check", str(path), "--fail-on", "never"])
    err = capsys.readouterr().err
    assert "Lost group" in err
    assert "not judged" in err


def test_a_reader_that_goes_away_is_no_fault() -> None:
    process = subprocess.run(
        f"{sys.executable} -m masagraph rules | head -n 1", shell=True, capture_output=True, text=True, check=False
    )
    assert process.stderr == ""
    assert process.stdout


def test_an_option_is_taken_once_and_by_its_whole_name(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["register", "--area", "Leeds", "--area", "Bolton"], "given twice"),
        (["register", "--are", "Leeds"], "belongs to nothing"),
        (["chain", "East", "Sussex"], "put a name of several words in quotes"),
        (["check", "x" * 5000, "--profile", "nothing"], "invalid choice"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert stop.value.code == WRONG_INPUT
        err = capsys.readouterr().err
        assert told in err
        assert err.count("\n") == 1
        assert len(err) < 500


def test_a_footprint_is_told_as_data_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three areas have Bedfordshire Police, and it has no other (lookup of districts to police force areas)."""
    codes = {"E06000032", "E06000055", "E06000056"}

    def told(form: str, *options: str) -> str:
        asked = ["footprint", "Bedfordshire Police", "--date", "2021-05-01", "--format", form, *options]
        assert main(asked) == OK
        return capsys.readouterr().out

    rows = list(csv.DictReader(io.StringIO(told("csv"))))
    assert {row["areaCode"] for row in rows} == codes
    assert {(row["askedDate"], row["askedPlace"]) for row in rows} == {("2021-05-01", "Bedfordshire Police (E23000026)")}
    content = json.loads(told("json"))
    assert {reach["code"] for t in content["territories"] for reach in t["reaches"]} == codes
    assert set(content["masagraph"]) == {"version", "data_digest", "reference_digest"}
    values = set(map(str, Graph().parse(data=told("turtle"), format="turtle").objects()))
    assert codes < values
    path = tmp_path / "footprint.xlsx"
    assert told("xlsx", "--output", str(path)) == ""
    sheet = openpyxl.load_workbook(path)["Answer"]
    header, *cells = sheet.iter_rows(values_only=True)
    assert {row[header.index("areaCode")] for row in cells} == codes


def test_a_chain_is_told_in_words_or_drawn_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["chain", "Derby", "--format", "csv"])
    assert stop.value.code == WRONG_INPUT
    assert "invalid choice: 'csv'" in capsys.readouterr().err


def test_a_full_terminal_and_a_stop_from_the_keyboard_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("masagraph.cli.rules_command.run", stop)
    assert main(["rules"]) == INTERRUPTED
    assert capsys.readouterr().err == "masagraph: stopped.\n"
    command = [sys.executable, "-m", "masagraph", "rules"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == WRONG_INPUT
    assert done.stderr.startswith("masagraph: the answer cannot be printed")
    assert done.stderr.count("\n") == 1
