"""Check documents that somebody sends, versions that are held, and the register as a whole."""

import hashlib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from masagraph.check.checker import Report
from masagraph.check.register_checker import RegisterChecker
from masagraph.dataset import days
from masagraph.draw import badge_svg
from masagraph.errors import InputError, NotHeldError
from masagraph.intake import checks, reader
from masagraph.intake.reader import Source
from masagraph.publishing import documents
from masagraph.report import check_report
from masagraph.rules import catalogue
from masagraph.store import layout
from masagraph.work.publishing import Piece
from masagraph.work.reading import Desk

REGISTER = "register"
"""The profile by which no document is judged, but all that is held."""
BADGE = "badge"
"""The form of a report that is a picture."""
_WIDTH = 80
"""The width of a page where there is no terminal to ask, in characters."""


@dataclass(frozen=True)
class Asked:
    """How to check: a profile and edition by their ids, a day or None for each version's own, and how to tell the result.

    `form` is one of `check_report.FORMS` or `BADGE`, `fail_on` a key of `check_report.FAIL_ON`.
    """

    profile: str
    edition: str
    day: date | None
    form: str
    fail_on: str = "must"


@dataclass(frozen=True)
class Told:
    """A report as text, whether it fails by what was asked, and a sentence on each document that was not judged whole."""

    body: str
    fails: bool
    remarks: tuple[str, ...] = ()


def check(desk: Desk, _number: int, pieces: tuple[Piece, ...], asked: Asked, most: int) -> Told:
    """Check documents.

    Args:
        desk: Where the rules are.
        pieces: The documents.
        asked: How.
        most: How many triples they may hold together.

    Raises:
        InputError: One cannot be read or is refused, two hold the same arrangement, or they hold too much.
        CheckerError: A rule or the engine is at fault.
    """
    sources = []
    for piece in pieces:
        graph = reader.parse(piece.data, piece.syntax, piece.name)
        most -= len(graph)
        if most < 0:
            mend = "Send arrangements one at a time"
            raise InputError(piece.name, "what is sent holds more triples than are checked at once", mend)
        sources.append(Source(piece.name, graph, hashlib.sha256(piece.data).hexdigest()))
    checks.one_home_each((source.name, source.graph) for source in sources)
    profile = catalogue.profiles()[asked.profile]
    reports = [
        report
        for source in sources
        for report in desk.checker.check(source.graph, profile, asked.day, asked.edition, source.digest)
    ]
    return _told(reports, asked, tuple(remark for source in sources if (remark := check_report.remark(source))))


def check_register(desk: Desk, number: int, asked: Asked) -> Told:
    """Check all that is held, as a whole.

    Args:
        desk: Where the data are.
        number: The generation.
        asked: How; without a day it is today.

    Raises:
        InputError: The day lies outside the register.
        CheckerError: A rule or the engine is at fault.
    """
    day, why = (days.today(), "today") if asked.day is None else (asked.day, "as asked")
    profile = catalogue.profiles()[REGISTER]
    on = days.read_day(day.isoformat(), "date")
    # What is held may have changed since it was shipped: no digest of files speaks of it. The generation does.
    return _told([RegisterChecker().check(desk.settled(number), profile, on, why)], asked)


def check_held(desk: Desk, number: int, key: str, asked: Asked) -> Told:
    """Check a version that is held, as its document was sent.

    Args:
        desk: Where the data and the rules are.
        number: The generation.
        key: What the name of the version ends with.
        asked: How.

    Raises:
        NotHeldError: It is not published.
        InputError: What is held in its place cannot be checked.
        CheckerError: A rule or the engine is at fault.
    """
    version = layout.VERSIONS + key
    graph = desk.reader(number).graph(version) if version in (known := published(desk, number)) else None
    if graph is None:
        near = get_close_matches(key, [name.removeprefix(layout.VERSIONS) for name in known], n=1)
        mend = f"Did you mean {near[0]}? " if near else ""
        raise NotHeldError(f"No version '{key}' is published here. {mend}/api/arrangements lists them all.")
    document = documents.document(graph, version)
    checks.admit(document, version)  # An operator can have put anything in its place.
    return _told(desk.checker.check(document, catalogue.profiles()[asked.profile], asked.day, asked.edition), asked)


def published(desk: Desk, number: int) -> list[str]:
    """Return the names of the versions that are published, in order; not those that an operator put there.

    Args:
        desk: Where the data are.
        number: The generation.
    """
    names = desk.reader(number).names()
    settled = set(names)
    return [name for name in names if name.startswith(layout.VERSIONS) and layout.settled(name) in settled]


def _told(reports: list[Report], asked: Asked, remarks: tuple[str, ...] = ()) -> Told:
    if asked.form != BADGE:
        body = check_report.render(reports, asked.form, _WIDTH)
    elif len(reports) == 1:
        body = badge_svg.render(reports[0])
    else:
        raise InputError(BADGE, f"it tells of one version, and {len(reports)} are described there", "Ask for the report")
    return Told(body, check_report.fails(reports, asked.fail_on), remarks)
