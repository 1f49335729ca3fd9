"""Tell what is held and what is asked: questions, the register, footprints, chains, rules and arrangements, each in one form."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from masagraph.draw import chain_svg, footprint_svg
from masagraph.errors import NotHeldError
from masagraph.questions import asking as questions
from masagraph.questions import loader
from masagraph.register import asking as places
from masagraph.register import entries, footprints, versions
from masagraph.report import (
    chain_text,
    footprint_text,
    picture_data,
    register_text,
    rule_data,
    rule_text,
    table_data,
    table_text,
    table_xlsx,
    version_data,
)
from masagraph.report.text_report import Page
from masagraph.tables import Table
from masagraph.work import checking
from masagraph.work.reading import Desk

_WIDTH = 80
"""The width of a page where there is no terminal to ask, in characters."""
_LISTS: dict[str, Callable[..., str]] = {"text": rule_text.listed, "json": rule_data.as_json, "csv": rule_data.as_csv}


def question(desk: Desk, number: int, name: str, given: Mapping[str, str], form: str) -> bytes:
    """Answer a named question.

    Args:
        desk: Where the data are.
        number: The generation.
        name: The family of the question and its own name.
        given: What was typed for its parameters.
        form: `json`, `csv`, `xlsx`, `turtle` or `text`.

    Raises:
        InputError: A parameter is unknown, or its value cannot be read.
        CheckerError: The query is at fault.
    """
    table = questions.ask(loader.load()[name], given, desk.settled(number))
    return table_text.render(table, _WIDTH).encode() if form == "text" else _table(table, number, form)


def register(desk: Desk, number: int, given: Mapping[str, str], form: str) -> bytes:
    """Tell the register.

    Args:
        desk: Where the data are.
        number: The generation.
        given: What was typed, by one of `register.asking.PARAMETERS`.
        form: `json`, `csv`, `xlsx`, `turtle` or `text`.

    Raises:
        InputError: What was typed cannot be read, or does not go together.
    """
    found = places.register(desk.settled(number), given)
    if form == "text":
        return register_text.render(entries.title(found.day), found.entries, _WIDTH).encode()
    return _table(replace(entries.table(found.entries, found.day), settings=found.settings), number, form)


def footprint(desk: Desk, number: int, place: str, day: str, form: str) -> bytes:
    """Tell the footprint of an area or body.

    Args:
        desk: Where the data are.
        number: The generation.
        place: What was typed for the area or body.
        day: What was typed for the day.
        form: `json`, `text`, `svg`, `csv`, `xlsx` or `turtle`.

    Raises:
        InputError: The place or day cannot be read, or the place does not exist on the day.
    """
    found = places.footprint(desk.settled(number), place, day, "place")
    if form == "json":
        return picture_data.footprint(found, _drawn_from(number)).encode()
    if form in ("text", "svg"):
        return (footprint_svg.render(found) if form == "svg" else footprint_text.render(found, _WIDTH)).encode()
    return _table(footprints.table(found), number, form)


def chain(desk: Desk, number: int, area: str, day: str, form: str) -> bytes:
    """Tell the chains of delegation of an area.

    Args:
        desk: Where the data are.
        number: The generation.
        area: What was typed for the area.
        day: What was typed for the day.
        form: `json`, `text` or `svg`.

    Raises:
        InputError: The area or day cannot be read, or the area does not exist on the day.
    """
    found = places.chains_of(desk.settled(number), area, day, "area")
    if form == "json":
        return picture_data.chains(found, _drawn_from(number)).encode()
    return (chain_svg.render(found) if form == "svg" else chain_text.render(found, _WIDTH)).encode()


def arrangements(desk: Desk, number: int, home: str, form: str) -> bytes:
    """Tell which versions of arrangements are published.

    Args:
        desk: Where the data are.
        number: The generation.
        home: What the addresses of the service begin with.
        form: `json` or `csv`.
    """
    held = versions.held(desk.settled(number), checking.published(desk, number))
    return (version_data.as_csv(held, home) if form == "csv" else version_data.as_json(held, home, _drawn_from(number))).encode()


def rules(_desk: Desk, _number: int, edition: str | None, form: str) -> bytes:
    """Tell by which rules this program judges.

    Args:
        edition: The id of an edition of the guidance, to leave out what is asked only under others; None leaves out nothing.
        form: `text`, `json` or `csv`.
    """
    return _LISTS[form](rule_data.under(edition)).encode()


def rule(_desk: Desk, _number: int, name: str, form: str) -> bytes:
    """Tell all that there is to know of a rule.

    Args:
        name: Its id.
        form: `text` or `json`.

    Raises:
        NotHeldError: There is no such rule.
    """
    known = {rule.id: rule for rule in rule_data.under(None)}
    found = known.get(name.upper())
    if found is None:
        near = get_close_matches(name.upper(), known, n=1, cutoff=0.4)
        mend = f"Did you mean {near[0]}? " if near else ""
        raise NotHeldError(f"There is no rule '{name}'. {mend}/api/rules lists them all.")
    return (rule_data.explained(found) if form == "json" else rule_text.explain(found, Page(_WIDTH, colour=False))).encode()


def _table(table: Table, number: int, form: str) -> bytes:
    """Write a table down, so that whoever keeps it can say, and ask again, as of which generation it is."""
    dated = replace(
        table,
        settings=(*table.settings, ("generation", str(number))),
        remarks=(*table.remarks, f"Drawn from generation {number} of the data."),
    )
    if form == "xlsx":
        return table_xlsx.render(dated)
    if form == "json":
        return table_data.as_json(dated, _drawn_from(number)).encode()
    return (table_data.as_csv(dated) if form == "csv" else table_data.as_turtle(dated)).encode()


def _drawn_from(number: int) -> dict[str, str | int]:
    return {"generation": number}
