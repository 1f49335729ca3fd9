"""What a user types becomes a typed term before it meets a query, and can never change the query."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyparsing import ParseResults
from rdflib import Literal, URIRef, Variable
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from masagraph.dataset import days, holding
from masagraph.dataset.names import Names
from masagraph.errors import CheckerError, InputError
from masagraph.questions import binding, loader, values
from masagraph.vocab import XSD

QUERY = """SELECT ?s WHERE {
  ?s ?p ?_value . # ?_value in a comment
  FILTER (?s != "?_value" && ?s != '''?_value''' && ?s != <urn:?_value> && COALESCE(?s = ?_value, true))
} ORDER BY ?s"""


def leaves(tree: object) -> list[object]:
    """Return the leaves of what the parser makes of a query, in order."""
    if isinstance(tree, CompValue):
        return [leaf for part in tree.values() for leaf in leaves(part)]
    if isinstance(tree, list | tuple | ParseResults):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\t")))  # the parser widens tabs
def test_a_bound_query_is_the_query_with_terms_for_variables(text: str) -> None:
    """As another library parses it: the same tree, and the term where the variable stood, whatever the text holds."""
    before = leaves(parseQuery(QUERY))
    after = leaves(parseQuery(binding.bind(QUERY, {"value": Literal(text)})))
    assert len(before) == len(after)
    changed = [(b, a) for b, a in zip(before, after, strict=True) if b != a]
    assert [b for b, _ in changed] == [Variable("_value")] * 2
    assert all(str(a) == text for _, a in changed)


def test_strings_comments_and_addresses_keep_what_looks_like_a_parameter() -> None:
    bound = binding.bind(QUERY, {"value": URIRef("urn:x")})
    assert bound.count("?_value") == 4
    assert binding.parameters(QUERY) == {"value"}
    assert binding.bind(QUERY, {}) == QUERY


def test_every_shipped_question_parses_and_binds_only_what_it_declares() -> None:
    for question in loader.load().values():
        parseQuery(question.text)
        given = {p.name: "2021-05-01" for p in question.parameters if p.type == "date"}
        bound = values.read(question, given, Names(holding.load()))
        parseQuery(binding.bind(question.text, bound))
        assert {p.name for p in question.parameters if p.type == "date"} <= bound.keys()


HEADER = "#+ summary: s\n#+ question: q\n#+ source: Wood 2021\n#+ columns:\n#+   a: b\n"
DATE = "#+ parameters:\n#+   date: {type: date, about: x}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT ?a WHERE { }", "its header needs"),
        ("#+ summary: [\nSELECT ?a WHERE { }", "is no YAML"),
        (HEADER + "#+ colour: red\nSELECT ?a WHERE { }", "its header needs"),
        (HEADER + "SELECT ?a WHERE { ?a ?b ?_date }", "declares [] and the text uses ['date']"),
        (
            HEADER + "#+ parameters:\n#+   date: {type: date, about: x}\nSELECT ?a WHERE { }",
            "declares ['date'] and the text uses []",
        ),
        (HEADER + "#+ parameters:\n#+   date: {type: day, about: x}\nSELECT ?a WHERE { ?_date ?b ?c }", "needs a type"),
    ],
)
def test_a_question_whose_header_does_not_fit_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CheckerError) as error:
        loader.read(path, "family/q")
    assert told in str(error.value)


def test_days_are_read_strictly() -> None:
    assert days.read_day("2021-05-01", "--date") == date(2021, 5, 1)
    assert days.read_day("today", "--date") == days.today()
    for wrong in ("2021-5-1", "20210501", "2021-W01-1", "yesterday", "", "2017-12-31", "2100-01-01"):
        with pytest.raises(InputError):
            days.read_day(wrong, "--date")


def test_parameters_are_read_into_terms_of_their_type() -> None:
    question = next(q for q in loader.load().values() if {"area", "date", "kind"} <= {p.name for p in q.parameters})
    bound = values.read(question, {"date": "2021-05-01", "area": "isle of wight", "kind": "POLICE"}, Names(holding.load()))
    assert bound["date"] == Literal("2021-05-01", datatype=XSD.date)
    assert bound["area"] == URIRef("http://statistics.data.gov.uk/id/statistical-geography/E06000046")
    assert bound["kind"] == URIRef("https://w3id.org/masagraph/vocab/partner-kind#police")


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("Dorset", date(2018, 6, 1), "E10000009"),
        ("Dorset", date(2021, 6, 1), "E06000059"),
        ("barnsley", date(2021, 6, 1), "E08000016"),
        ("barnsley", date(2025, 6, 1), "E08000038"),
        ("e09000019", date(2021, 6, 1), "E09000019"),
        ("Brighton & Hove", date(2021, 6, 1), "E06000043"),
        ("Somerset", date(2021, 6, 1), "E10000027"),
    ],
)
def test_an_area_is_found_by_name_or_code_as_it_stood_on_the_day(text: str, day: date, code: str) -> None:
    assert Names(holding.load()).area(text, day, "--area").code == code


def test_the_last_day_asked_about_decides_which_area_a_name_means() -> None:
    """Whatever the order in which a question declares its days: Somerset has had a new code since April 2023."""
    names, question = Names(holding.load()), loader.load()["footprints/partner-changes"]
    for parameters in (question.parameters, question.parameters[::-1]):
        for to, code in (("2021-06-01", "E10000027"), ("2024-06-01", "E06000066")):
            bound = values.read(replace(question, parameters=parameters), {"area": "Somerset", "to": to}, names)
            assert str(bound["area"]).endswith(code)


def test_bodies_are_found_by_code_and_by_what_people_call_them() -> None:
    names, day = Names(holding.load()), date(2024, 6, 1)
    assert names.body("QMJ", day, "B").name == "NHS North Central London Integrated Care Board"
    assert names.body("Thames Valley", day, "B").code == "E23000029"
    with pytest.raises(InputError) as error:
        names.body("Leicestershire", day, "B")
    assert "several" in str(error.value)


@pytest.mark.parametrize("text", ["Kent Police", "Kent County Council", "NHS Devon Integrated Care Board"])
def test_the_name_of_a_body_is_never_taken_for_its_area(text: str) -> None:
    """The force of Kent answers for Medway too: its footprint is not that of the county."""
    names, day = Names(holding.load()), date(2024, 6, 1)
    with pytest.raises(InputError):
        names.area(text, day, "--area")
    found, is_area = names.area_or_body(text, day, "PLACE")
    assert not is_area
    assert found.name == text


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(InputError, match="it is empty"):
        Names(holding.load()).kind(" ", "--kind")
