"""Read what a user gives for a parameter into a typed RDF term."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from rdflib import Literal

from masagraph.dataset.days import read_day
from masagraph.dataset.names import Named, Names
from masagraph.errors import InputError
from masagraph.questions.binding import Value
from masagraph.questions.model import Parameter, Question
from masagraph.vocab import XSD

_NAMED = ("area", "region", "kind", "body")
_DECIDES = ("date", "to")
"""The parameters whose day tells which area a name means: the one day, or the last of a period."""


@dataclass(frozen=True)
class Setting:
    """What a parameter is set to: the term that the query gets, and the words that a person is told."""

    value: Value
    words: str


def read(question: Question, given: Mapping[str, str], names: Names) -> dict[str, Value]:
    """Return the terms that `settings` reads."""
    return {name: setting.value for name, setting in settings(question, given, names).items()}


def settings(question: Question, given: Mapping[str, str], names: Names) -> dict[str, Setting]:
    """Read the values given for the parameters of a question, with defaults for the others.

    Args:
        question: What is asked.
        given: Text by name of parameter.
        names: Where to look up what things are called.

    Raises:
        InputError: A parameter is unknown, or its value cannot be read; or an area does not exist on the day, or is not in the
            region asked about as well.
    """
    known = {p.name: p for p in question.parameters}
    for name in given:
        if name not in known:
            raise InputError(f"--{name}", f"{question.name} takes no such parameter", _mend(name, known))
    texts = {name: given.get(name, p.default) for name, p in known.items()}
    deciding = next((name for name in _DECIDES if texts.get(name)), "date")
    day = read_day(texts.get(deciding) or "today", f"--{deciding}")
    found = {
        p.name: _named(p, text, day, names) if p.type in _NAMED else _plain(p, text)
        for p in question.parameters
        if (text := texts[p.name]) is not None
    }
    _refuse_elsewhere(question, found, names)
    first, last = found.get("from"), found.get("to")
    if isinstance(first, Setting) and isinstance(last, Setting) and last.words < first.words:
        raise InputError("--to", f"{last.words} lies before --from, {first.words}", "Give the earlier day as --from")
    return {name: Setting(one.thing, str(one)) if isinstance(one, Named) else one for name, one in found.items()}


def _refuse_elsewhere(question: Question, found: Mapping[str, Named | Setting], names: Names) -> None:
    """Refuse an area and a region that have nothing in common: the answer would be an empty page."""
    by_type = {p.type: found.get(p.name) for p in question.parameters}
    area, region = by_type.get("area"), by_type.get("region")
    if isinstance(area, Named) and isinstance(region, Named):
        names.must_lie_in(area, region, "--region")


def _mend(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return "It takes none"
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean --{close[0]}?" if close else f"It takes {', '.join(f'--{k}' for k in known)}"


def _plain(parameter: Parameter, text: str) -> Setting:
    where = f"--{parameter.name}"
    if parameter.type == "date":
        day = read_day(text, where).isoformat()
        return Setting(Literal(day, datatype=XSD.date), day)
    if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - more digits count nothing that exists here
        raise InputError(where, f"'{text}' is no whole number", "Write it in figures, such as 3")
    return Setting(Literal(int(text)), str(int(text)))


def _named(parameter: Parameter, text: str, day: date, names: Names) -> Named:
    where = f"--{parameter.name}"
    if parameter.type == "area":
        return names.area_on(text, day, where)
    if parameter.type == "region":
        return names.region(text, where)
    if parameter.type == "kind":
        return names.kind(text, where)
    return names.body(text, day, where)
