"""Bad input gets one clear line saying what, where and what to do; exit 2, no traceback, nothing written, nothing fetched."""

import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from rdflib import Graph

from masagraph.cli import WRONG_INPUT, main
from masagraph.errors import InputError
from masagraph.intake import checks, reader
from masagraph.oxigraph import parse

HEAD = """@prefix masa: <https://w3id.org/masagraph/def#> .
@prefix modality: <https://w3id.org/masagraph/vocab/modality#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:v> a masa:ArrangementVersion .
"""
NESTED = HEAD + "<urn:v> masa:hasProvision " + "[ masa:hasProvision " * 5000 + "[]" + " ]" * 5000 + " ."
RDFXML = """<?xml version="1.0"?>{doctype}
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:masa="https://w3id.org/masagraph/def#">
<masa:ArrangementVersion rdf:about="urn:v"/></rdf:RDF>"""
JSONLD = '{{"@context": {context}, "@id": "urn:v", "@type": "https://w3id.org/masagraph/def#ArrangementVersion"}}'

# name, file name, content, words that the line must hold
BAD: list[tuple[str, str, bytes | str, tuple[str, ...]]] = [
    ("not RDF", "a.ttl", "Dear colleague, please find attached", ("a.ttl", "line 1", "not Turtle")),
    (
        "not what its extension says",
        "a.ttl",
        RDFXML.format(doctype=""),
        ("a.ttl", "looks like RDF/XML", "extension", "input format (rdfxml)"),
    ),
    ("JSON-LD called Turtle", "a.ttl", JSONLD.format(context="{}"), ("looks like JSON-LD",)),
    ("Turtle called RDF/XML", "a.rdf", HEAD, ("a.rdf", "looks like Turtle")),
    ("Turtle called JSON-LD", "a.jsonld", HEAD, ("a.jsonld", "looks like Turtle")),
    ("empty", "a.ttl", "  \n ", ("a.ttl", "empty")),
    ("no arrangement", "a.ttl", "<urn:a> <urn:b> <urn:c> .", ("a.ttl", "no arrangement", "masa:ArrangementVersion")),
    ("unknown term", "a.ttl", HEAD + "<urn:v> masa:coverArea <urn:a> .", ("masa:coverArea", "coversArea")),
    ("unknown class", "a.ttl", HEAD + "<urn:r> a masa:PartnerRoll .", ("masa:PartnerRoll", "PartnerRole")),
    ("unknown concept", "a.ttl", HEAD + "<urn:s> masa:modality modality:plannd .", ("plannd", "'planned'")),
    ("concept of another list", "a.ttl", HEAD + "<urn:s> masa:evidenceState modality:planned .", ("evidence-state",)),
    ("no date", "a.ttl", HEAD + '<urn:d> masa:earliestDay "May 2019" .', ("May 2019", "2019-09-29")),
    ("impossible date", "a.ttl", HEAD + '<urn:d> masa:earliestDay "2019-02-30"^^xsd:date .', ("2019-02-30",)),
    ("loose date", "a.ttl", HEAD + '<urn:d> masa:latestDay "2019-9-1"^^xsd:date .', ("2019-9-1",)),
    ("first day of all", "a.ttl", HEAD + '<urn:d> masa:latestDay "0001-01-01"^^xsd:date .', ("0001-01-01", "1800 to 2999")),
    ("last day of all", "a.ttl", HEAD + '<urn:d> masa:latestDay "9999-12-31"^^xsd:date .', ("9999-12-31", "1800 to 2999")),
    ("date elsewhere", "a.ttl", HEAD + '<urn:d> <urn:p> "yesterday"^^xsd:date .', ("yesterday",)),
    ("no number", "a.ttl", HEAD + '<urn:c> masa:amount "lots"^^xsd:decimal .', ("lots", "number")),
    ("no truth value", "a.ttl", HEAD + '<urn:c> masa:keepsAccountability "perhaps" .', ("perhaps", "true or false")),
    ("words for a thing", "a.ttl", HEAD + '<urn:v> masa:coversArea "Islington" .', ("Islington", "Link to a thing")),
    (
        "ends before it begins",
        "a.ttl",
        HEAD + '<urn:d> masa:earliestDay "2019-05-02"^^xsd:date ; masa:latestDay "2019-05-01"^^xsd:date .',
        ("2019-05-01", "before it begins"),
    ),
    ("nested", "a.ttl", NESTED, ("a.ttl", "nested more than")),
    ("not UTF-8", "a.ttl", HEAD.encode() + b'\n<urn:v> masa:note "caf\xe9" .', ("a.ttl", "line 6", "UTF-8")),
    ("UTF-16", "a.ttl", HEAD.encode("utf-16"), ("a.ttl", "UTF-8")),
    (
        "remote context",
        "a.jsonld",
        JSONLD.format(context='"http://127.0.0.1:9/c.jsonld"'),
        ("context", "http://127.0.0.1:9/c.jsonld"),
    ),
    ("remote context in a list", "a.json", JSONLD.format(context='[{}, "http://127.0.0.1:9/c"]'), ("http://127.0.0.1:9/c",)),
    ("imported context", "a.jsonld", JSONLD.format(context='{"@import": "http://127.0.0.1:9/c"}'), ("http://127.0.0.1:9/c",)),
    ("deep JSON", "a.jsonld", '{"a":' * 100_000 + "1" + "}" * 100_000, ("a.jsonld", "nested")),
    ("not JSON", "a.jsonld", '{"@id": ', ("a.jsonld", "line 1")),
    ("DOCTYPE", "a.rdf", RDFXML.format(doctype='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), ("a.rdf", "DOCTYPE")),
    ("doctype in lower case", "a.xml", RDFXML.format(doctype="<!doctype r>"), ("a.xml", "DOCTYPE")),
    (
        "owl:imports",
        "a.ttl",
        HEAD + "<urn:o> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/o> .",
        ("import", "http://127.0.0.1:9/o"),
    ),
    (
        "e-mail address",
        "a.ttl",
        HEAD + '<urn:v> masa:note "write to jo.bloggs@example.gov.uk" .',
        ("e-mail address", "masa:note"),
    ),
    ("mailto", "a.ttl", HEAD + "<urn:v> <urn:p> <mailto:jo@example.org> .", ("mailto", "posts only")),
    ("telephone number", "a.ttl", HEAD + '<urn:v> masa:note "ring 020 7946 0018" .', ("telephone number", "posts only")),
    ("telephone number abroad", "a.ttl", HEAD + '<urn:v> masa:note "+44 (0)20 7946 0018" .', ("telephone number",)),
    ("foaf:Person", "a.ttl", HEAD + "<urn:p> a <http://xmlns.com/foaf/0.1/Person> .", ("Person", "personal data")),
    ("foaf:name", "a.ttl", HEAD + '<urn:p> <http://xmlns.com/foaf/0.1/name> "N" .', ("foaf/0.1/name", "personal data")),
    ("schema:Person", "a.ttl", HEAD + "<urn:p> a <https://schema.org/Person> .", ("Person", "personal data")),
    ("vcard", "a.ttl", HEAD + '<urn:p> <http://www.w3.org/2006/vcard/ns#fn> "N" .', ("vcard", "personal data")),
    ("unknown extension", "a.docx", HEAD, ("a.docx", "extension", "--input-format")),
]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing open a connection."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("something tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(("file", "content", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: bytes | str, words: tuple[str, ...]
) -> None:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    wanted = tmp_path / "report.json"
    assert main(["check", str(path), "--output", str(wanted)]) == WRONG_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("masagraph: ")
    assert "Traceback" not in err
    for word in words:
        assert word in err
    assert sorted(p.name for p in tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("row", [row for row in BAD if Path(row[1]).suffix in reader.EXTENSIONS], ids=lambda row: row[0])
def test_what_is_wrong_in_a_document_is_told_without_options_of_the_command(row: tuple[str, str, bytes | str, object]) -> None:
    """The service tells it in the same words, to people who have no command line."""
    _, file, content, _ = row
    with pytest.raises(InputError) as refused:
        reader.parse(content if isinstance(content, bytes) else content.encode(), reader.EXTENSIONS[Path(file).suffix], "body")
    assert " --" not in str(refused.value)


def test_the_same_content_without_the_fault_is_let_in(tmp_path: Path) -> None:
    """The cases above fail for their fault alone."""
    for name, content in (("a.ttl", HEAD), ("b.rdf", RDFXML.format(doctype="")), ("c.jsonld", JSONLD.format(context="{}"))):
        (tmp_path / name).write_text(content, encoding="utf-8")
        (source,) = reader.read_all([str(tmp_path / name)])
        assert len(source.graph) == 1


def test_too_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(HEAD + "# " + "x" * 1_000_001, encoding="utf-8")
    assert main(["check", str(path), "--max-megabytes", "1"]) == WRONG_INPUT
    assert "larger than 1 MB" in capsys.readouterr().err
    (source,) = reader.read_all([str(path)], max_megabytes=2)
    assert len(source.graph) == 1


def test_one_arrangement_in_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(HEAD, encoding="utf-8")
    assert main(["check", str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl")]) == WRONG_INPUT
    err = capsys.readouterr().err
    assert "a.ttl" in err
    assert "b.ttl" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("missing", ["nowhere.ttl", "."])
def test_what_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    assert main(["check", str(tmp_path / missing), "--input-format", "turtle"]) == WRONG_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_standard_input_and_a_byte_order_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        buffer = io.BytesIO(b"\xef\xbb\xbf" + HEAD.encode())

    monkeypatch.setattr("sys.stdin", Piped())
    (source,) = reader.read_all(["-"])
    assert (source.name, len(source.graph)) == ("standard input", 1)


@pytest.mark.parametrize(
    "words",
    ["lines 134-138, 170 and 318-322", "2019/20 to 2020/21", "£5,000 and £433,000", "E09000002", "section 175/157", "0 to 17"],
)
def test_numbers_that_are_no_telephone(words: str) -> None:
    assert not checks._TELEPHONE.search(words)
    assert not checks._EMAIL.search(words)


def test_every_syntax_gives_the_same_graph(tmp_path: Path, arrangement: Callable[[str], Graph]) -> None:
    graph = arrangement("shropshire-2024")
    for name, rdflib_format in (("a.nt", "nt"), ("a.rdf", "xml"), ("a.jsonld", "json-ld"), ("a.ttl", "turtle")):
        path = tmp_path / name
        path.write_bytes(graph.serialize(format=rdflib_format, encoding="utf-8"))
        (source,) = reader.read_all([str(path)])
        assert len(source.graph) == len(graph), name
    quads = "".join(line[:-1].rstrip() + " <urn:g> .\n" for line in graph.serialize(format="nt").splitlines() if line)
    for name in ("b.nq", "b.trig"):
        (tmp_path / name).write_text(quads if name == "b.nq" else graph.serialize(format="trig"), encoding="utf-8")
        (source,) = reader.read_all([str(tmp_path / name)])
        assert len(source.graph) == len(graph), name


def test_an_error_says_where_what_and_what_to_do() -> None:
    with pytest.raises(InputError) as caught:
        checks.admit(Graph(), "a.ttl")
    assert (caught.value.where, caught.value.what) == ("a.ttl", "there is no arrangement in it")
    assert list(parse(b"", "turtle")) == []
