"""Bind the parameters of a question: each `?_name` in its SPARQL gives way to one RDF term, everywhere, as SHACL pre-binds.

What a user types never meets the query: it is first read into a typed term (see `values`), and the library that writes
terms for a living writes that term. A parameter not given stays an unbound variable.
"""

import re
from collections.abc import Mapping

from rdflib import Literal, URIRef

Value = URIRef | Literal

# Strings, IRIs and comments are passed over whole, so that what looks like a parameter inside them is left alone.
_TOKENS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*|\?_(?P<name>[A-Za-z][A-Za-z0-9]*)",
    re.DOTALL,
)


def parameters(text: str) -> set[str]:
    """Return the names of the parameters that a SPARQL text uses."""
    return {match["name"] for match in _TOKENS.finditer(text) if match["name"]}


def bind(text: str, values: Mapping[str, Value]) -> str:
    """Return a SPARQL text with its parameters bound.

    Args:
        text: SPARQL with parameters such as `?_date`.
        values: A term for each parameter that has one.
    """

    def term(match: re.Match[str]) -> str:
        value = values.get(match["name"] or "")
        return match[0] if value is None else value.n3()

    return _TOKENS.sub(term, text)
