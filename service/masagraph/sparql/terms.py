"""The terms of an answer as text, in the words of N-Triples, which are those of Turtle and TSV too."""

import re
from collections.abc import Mapping

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from masagraph.vocab import XSD

# Turtle has short forms of these, if their text is one (Turtle, 2.5.2).
_SHORT = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.double: re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
}
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# Whatever some program takes for the end of a line is escaped, and so are characters that nobody sees.
_UNSEEN = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_SEEN = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_IN_TEXT = str.maketrans({**{chr(code): f"\\u{code:04X}" for code in _UNSEEN}, **_SEEN})
_IN_IRI = str.maketrans({chr(code): f"\\u{code:04X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]})


class Terms:
    """Writes terms. Blank nodes are given names anew, for some stores name them as no format allows."""

    def __init__(self, prefixes: Mapping[str, str] | None = None) -> None:
        """Begin an answer.

        Args:
            prefixes: Names of namespaces, by namespace; those that were used stand in `used` afterwards.
        """
        self._labels: dict[str, str] = {}
        self._prefixes = prefixes or {}
        self.used: set[str] = set()

    def label(self, node: BNode) -> str:
        """Return the name of a blank node in this answer."""
        return self._labels.setdefault(str(node), f"b{len(self._labels)}")

    def long(self, term: Node) -> str:
        """Return a term as N-Triples has it, names with a prefix apart."""
        if isinstance(term, BNode):
            return f"_:{self.label(term)}"
        if not isinstance(term, Literal):
            return self._iri(str(term))
        text = f'"{str(term).translate(_IN_TEXT)}"'
        if term.language:
            return f"{text}@{term.language}"
        named = datatype(term)
        return text if named is None else f"{text}^^{self._iri(named)}"

    def short(self, term: Node) -> str:
        """Return a term as Turtle has it, with numbers as they are."""
        number = _SHORT.get(term.datatype) if isinstance(term, Literal) and term.datatype is not None else None
        return str(term) if number is not None and number.fullmatch(str(term)) else self.long(term)

    def _iri(self, iri: str) -> str:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self._prefixes.get(iri[:cut])
        if prefix is not None and _LOCAL.fullmatch(iri, cut):
            self.used.add(prefix)
            return f"{prefix}:{iri[cut:]}"
        return f"<{iri.translate(_IN_IRI)}>"


def datatype(literal: Literal) -> str | None:
    """Return the datatype that has to be said: none of a plain string, or of one with a language."""
    named = literal.datatype
    return None if literal.language or named is None or URIRef(named) == XSD.string else str(named)
