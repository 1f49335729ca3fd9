"""Read the parameters of the APIs: each once, and none unknown."""

from collections.abc import Sequence
from datetime import date

from masagraph.errors import InputError
from masagraph.web.http import addresses, fields


def read(*names: str) -> dict[str, str]:
    """Return the parameters of a request, of which these and `generation` and `format` are known.

    Raises:
        InputError: One is unknown, or given twice.
    """
    return given_once(*names, "generation", "format")


def given_once(*names: str) -> dict[str, str]:
    """Return the parameters of a request, of which these alone are known.

    Raises:
        InputError: One is unknown, or given twice.
    """
    addresses.only(*names)
    given: dict[str, str] = {}
    for name, value in fields.in_address():
        if name in given:
            raise InputError(name, "it is given more than once", "Give it once")
        given[name] = value
    return given


def needed(given: dict[str, str], name: str, mend: str) -> str:
    """Return the value of a parameter.

    Raises:
        InputError: It is missing.
    """
    if name not in given:
        raise InputError(name, "it is missing", mend)
    return given[name]


def choice(given: dict[str, str], name: str, among: Sequence[str], default: str) -> str:
    """Return the value of a parameter that is one of several.

    Raises:
        InputError: It is none of them.
    """
    value = given.get(name, default)
    if value not in among:
        raise InputError(name, f"'{value[:100]}' is not offered here", f"Take one of {', '.join(among)}")
    return value


def day(given: dict[str, str], name: str) -> date | None:
    """Return the day that a parameter gives; None if it is not given.

    Raises:
        InputError: It is no day.
    """
    text = given.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise InputError(name, f"'{text[:100]}' is no day", "Write it as 2019-09-29")
    return found
