"""Days as people give them."""

from datetime import UTC, date, datetime

from masagraph.errors import InputError

EARLIEST, LATEST = date(2018, 4, 1), date(2100, 1, 1)
"""The register begins with the first lookup of its reference data; what lies beyond 2100 is a slip of the keyboard."""


def today() -> date:
    """Return today, in the one place where a question can learn it."""
    return datetime.now(tz=UTC).date()


def in_words(day: date) -> str:
    """Return a day as it is written in English, such as 29 September 2019."""
    return f"{day.day} {day:%B %Y}"


def read_day(text: str, where: str) -> date:
    """Read a day; `today` is one.

    Raises:
        InputError: It is no day, or one before the register begins.
    """
    if text == "today":
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(where, f"'{text}' is no day", "Write it as 2021-05-01")
    if not EARLIEST <= day < LATEST:
        raise InputError(where, f"{text} lies outside the register", f"Give a day from {EARLIEST.isoformat()} on")
    return day
