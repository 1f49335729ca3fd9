"""Read what a user gives for a parameter into a typed RDF term."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

from rdflib import Literal

from masagraph.dataset.days import read_day, today
from masagraph.dataset.names import Names
from masagraph.errors import InputError
from masagraph.questions.binding import Value
from masagraph.questions.model import Parameter, Question
from masagraph.vocab import XSD


def read(question: Question, given: Mapping[str, str], names: Names) -> dict[str, Value]:
    """Read the values given for the parameters of a question, with defaults for the others.

    Args:
        question: What is asked.
        given: Text by name of parameter.
        names: Where to look up what things are called.

    Raises:
        InputError: A parameter is unknown, or its value cannot be read.
    """
    known = {p.name: p for p in question.parameters}
    for name in given:
        if name not in known:
            raise InputError(f"--{name}", f"{question.name} takes no such parameter", _mend(name, known))
    texts = {name: given.get(name, p.default) for name, p in known.items()}
    day = today()
    for p in question.parameters:
        text = texts[p.name]
        if p.type == "date" and text is not None:
            day = read_day(text, f"--{p.name}")
            break
    return {p.name: _value(p, text, day, names) for p in question.parameters if (text := texts[p.name]) is not None}


def _mend(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return "It takes none"
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean --{close[0]}?" if close else f"It takes {', '.join(f'--{k}' for k in known)}"


def _value(parameter: Parameter, text: str, day: date, names: Names) -> Value:
    where = f"--{parameter.name}"
    if parameter.type == "date":
        return Literal(read_day(text, where).isoformat(), datatype=XSD.date)
    if parameter.type == "number":
        if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - more digits count nothing that exists here
            raise InputError(where, f"'{text}' is no whole number", "Write it in figures, such as 3")
        return Literal(int(text))
    if parameter.type == "area":
        return names.area(text, day, where).thing
    if parameter.type == "region":
        return names.region(text, where).thing
    if parameter.type == "kind":
        return names.kind(text, where).thing
    return names.body(text, day, where).thing
