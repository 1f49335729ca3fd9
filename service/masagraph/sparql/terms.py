"""The terms of an answer as text, as TSV and Turtle have them."""

import re

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from masagraph.vocab import XSD

# Turtle has short forms of these, if their text is one (Turtle, 2.5.2).
_SHORT = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.double: re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
}
# Whatever some program takes for the end of a line is escaped, and so are characters that nobody sees.
_UNSEEN = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_SEEN = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_IN_TEXT = str.maketrans({**{chr(code): f"\\u{code:04X}" for code in _UNSEEN}, **_SEEN})
_IN_IRI = str.maketrans({chr(code): f"\\u{code:04X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]})


class Labels:
    """Names blank nodes anew, for some stores name them as no format allows."""

    def __init__(self) -> None:
        """Begin an answer."""
        self._labels: dict[str, str] = {}

    def of(self, node: BNode) -> str:
        """Return the name of a blank node in this answer."""
        return self._labels.setdefault(str(node), f"b{len(self._labels)}")


def written(term: Node, labels: Labels) -> str:
    """Return a term as Turtle has it, without prefixes, and numbers as they are."""
    if isinstance(term, BNode):
        return f"_:{labels.of(term)}"
    if not isinstance(term, Literal):
        return f"<{str(term).translate(_IN_IRI)}>"
    number = _SHORT.get(term.datatype) if term.datatype is not None else None
    if number is not None and number.fullmatch(str(term)):
        return str(term)
    text = f'"{str(term).translate(_IN_TEXT)}"'
    if term.language:
        return f"{text}@{term.language}"
    named = datatype(term)
    return text if named is None else f"{text}^^<{named.translate(_IN_IRI)}>"


def datatype(literal: Literal) -> str | None:
    """Return the datatype that has to be said: none of a plain string, or of one with a language."""
    named = literal.datatype
    return None if literal.language or named is None or URIRef(named) == XSD.string else str(named)
