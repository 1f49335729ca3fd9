"""Every question returns its columns, answers its fixture as written, and is answered alike by two engines."""

import re
from datetime import date

import pytest
from rdflib import Graph

import asking
from masagraph.dataset import holding
from masagraph.oxigraph import Snapshot
from masagraph.questions import loader
from masagraph.questions.asking import ask
from masagraph.register import standing

NAMES = sorted(loader.load())


@pytest.fixture(scope="module")
def everything() -> Graph:
    return holding.load().graph()


def test_every_question_has_a_fixture_and_every_fixture_a_question() -> None:
    assert sorted(path.relative_to(asking.FOLDER).with_suffix("").as_posix() for path in asking.FOLDER.glob("*/*.yaml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_fixture_is_answered_as_written_by_both_engines(name: str) -> None:
    """Rows are compared as a list: the order is part of the answer. A near miss must be among the data and not in the answer."""
    fixture = asking.fixture(name)
    snapshot = fixture.snapshot
    graph = snapshot.graph()
    columns = [column.name for column in loader.load()[name].columns]
    assert any("near_miss" in case for case in fixture.cases), "no near miss"
    for case in fixture.cases:
        query = asking.bound(name, {k: str(v) for k, v in case["asked"].items()}, snapshot)
        for names, rows in (snapshot.table(query), asking.by_rdflib(query, graph)):
            assert names == columns
            shown = [dict(zip(names, row, strict=True)) for row in asking.plain(rows)]
            wanted = [{k: "" if v is None else str(v) for k, v in row.items()} for row in case["rows"]]
            seen = [{key: row[key] for key in wanted[0]} for row in shown] if wanted else shown
            assert seen == wanted
            for word in case.get("near_miss", []):
                assert word in str(list(fixture.arrangements) + list(fixture.background)), f"{word} is not among the data"
                assert all(word not in cell for row in shown for cell in row.values()), word


DAYS = ("2021-05-01", "2024-12-31")


def asked_on(name: str, day: str) -> str:
    """Return a question bound to a day, where it takes one."""
    dated = [p.name for p in loader.load()[name].parameters if p.type == "date" and p.name != "from"]
    return asking.bound(name, dict.fromkeys(dated, day), holding.load())


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", NAMES)
def test_full_data_are_answered_with_the_declared_columns(name: str, day: str) -> None:
    names, rows = holding.load().table(asked_on(name, day))
    assert names == [column.name for column in loader.load()[name].columns]
    assert rows, "an answer is never empty: what is not known is said"
    assert len(rows) == len(set(rows)), "no row is told twice"


ABOUT_AREAS = [name for name in NAMES if loader.load()[name].columns[0].name == "area"]


@pytest.mark.parametrize("name", ABOUT_AREAS)
def test_every_area_of_the_day_is_in_the_answer(name: str) -> None:
    """An area of which nothing is known is told as such, and one that is not there on the day is not told at all."""
    for day in DAYS:
        there = {area.iri for area in standing.on(holding.load(), date.fromisoformat(day)).areas}
        told = {str(row[0]) for row in holding.load().table(asked_on(name, day))[1]}
        assert told == there


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_full_data_are_answered_alike_by_both_engines(name: str, everything: Graph) -> None:
    """At a day in 2021 and a day in 2024, as two engines that share no code see it."""
    for day in DAYS:
        query = asked_on(name, day)
        ours, theirs = holding.load().table(query), asking.by_rdflib(query, everything)
        assert ours[0] == theirs[0]
        assert sorted(asking.plain(ours[1])) == sorted(asking.plain(theirs[1]))


@pytest.mark.parametrize("name", NAMES)
def test_question_is_total_in_its_order_and_never_cut_short(name: str) -> None:
    """Every column takes part in the order, save the region of an area, which follows from the area; nothing is limited."""
    question = loader.load()[name]
    _, found, order = question.text.rpartition("ORDER BY")
    assert found
    assert "}" not in order, "the order is not that of the whole answer"
    ordered = set(re.findall(r"\?(\w+)", order))
    follows = {"regionName"} if "area" in ordered else set()
    assert {column.name for column in question.columns} - ordered - follows == set()
    assert "SELECT *" not in question.text
    assert "LIMIT" not in question.text
    assert "GROUP_CONCAT" not in question.text, "its order is nobody's"


@pytest.fixture(scope="module")
def backwards() -> Snapshot:
    """Return the data set as it would be if every triple had been loaded in another order."""
    snapshot = Snapshot()
    snapshot.add(sorted(holding.load().triples((None, None, None)), key=lambda triple: [str(t) for t in triple], reverse=True))
    return snapshot


@pytest.mark.parametrize("name", NAMES)
def test_order_of_the_answer_does_not_hang_on_the_order_of_the_data(name: str, backwards: Snapshot) -> None:
    for day in DAYS:
        query = asked_on(name, day)
        assert backwards.table(query) == holding.load().table(query)


SILENCE = ("nothing known", "not seen", "no partner seen", "nothing recorded", "no arrangement known")
ASSUMED = ("assumed", "taken to have")
# What these tell of an area follows from the reference data too, where no arrangement is known: with a source, or as assumed.
OF_REFERENCE = {
    "footprints/crossings", "footprints/partner-changes", "footprints/umbrellas", "links/mayors-and-commissioners",
    "money/shares", "partners/changes-since-plan",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_question_without_arrangements_says_of_every_area_that_nothing_is_known(name: str) -> None:
    """An empty register is a finding, not a blank page."""
    fixture = asking.fixture(name)
    given = {k: str(v) for k, v in fixture.cases[0]["asked"].items()}
    table = ask(loader.load()[name], given, holding.of_graphs(Graph(), fixture.background))
    assert table.rows
    if name in ABOUT_AREAS:
        source = [column.name for column in table.columns].index("source")
        for row in asking.plain(list(table.rows)):
            allowed = (*SILENCE, *ASSUMED) if name in OF_REFERENCE else SILENCE
            has_source = name in OF_REFERENCE and row[source]
            assert has_source or any(words in cell for cell in row for words in allowed), row
