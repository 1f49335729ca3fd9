"""Put what is held of a thing in words, for a page: each property by its name, each value by its own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from masagraph.graphs import local
from masagraph.vocab import BASE, RDF, XSD
from masagraph.work import describing
from masagraph.work.reading import Desk

_PLAIN = (None, XSD.string, XSD.date, XSD.gYear, XSD.gYearMonth, XSD.boolean, XSD.integer, XSD.decimal, RDF.langString)
"""Types of values that need not be told."""
_WORDS = {"true": "yes", "false": "no"}
_UNNAMED = "unnamed-"
_INNER_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Words:
    """Words for a term: what to call it, its IRI if it has one, and the type of a value if that needs telling."""

    text: str
    iri: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Said:
    """What is said by one property."""

    by: Words
    values: tuple[Words, ...]


@dataclass(frozen=True)
class Part:
    """A thing that a document is about, and what is said of it. `anchor` is its place on the page."""

    anchor: str
    called: Words
    kinds: tuple[Words, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Page:
    """All that the page about a thing says: of the thing itself, of its parts, and what points to them, by what."""

    thing: Part
    parts: tuple[Part, ...]
    pointing: tuple[tuple[Words, Words, Words], ...]
    has_more: bool
    is_graph: bool


def page(desk: Desk, number: int, iri: str) -> Page:
    """Return what the page about a thing says.

    Args:
        desk: Where the data are.
        number: The generation to ask.
        iri: The thing.

    Raises:
        NotHeldError: Nothing is held of it.
    """
    reader = desk.reader(number)
    held = describing.find(reader, iri)
    tell = _Teller(held)
    document = URIRef(iri.partition("#")[0])
    lists = {node for node in held.about.subjects(RDF.first) if isinstance(node, BNode)}
    others = set(held.about.subjects()) - lists - {document}
    parts = sorted(map(tell.part, others), key=lambda part: (part.anchor.startswith(_UNNAMED), *_text(part.called)))
    pointing = tuple((tell.words(s), tell.by(p), tell.words(o)) for s, p, o in held.pointing)
    return Page(tell.part(document), tuple(parts), pointing, held.has_more, reader.graph(document) is not None)


class _Teller:
    """Finds words for the terms of one document."""

    def __init__(self, held: describing.Found) -> None:
        self._about, self._names = held.about, held.names
        unnamed = sorted({s for s in held.about.subjects() if isinstance(s, BNode)})
        self._numbers = {node: number for number, node in enumerate(unnamed, 1)}

    def part(self, node: Node) -> Part:
        said = [p for p in set(self._about.predicates(node)) if p != RDF.type]
        told = (Said(self.by(p), tuple(self._values(node, p))) for p in said)
        kinds = sorted(map(self.term, self._about.objects(node, RDF.type)), key=_text)
        in_order = sorted(told, key=lambda each: (each.by.text, each.by.iri or ""))
        return Part(self._anchor(node), self.words(node), tuple(kinds), tuple(in_order))

    def term(self, term: Node) -> Words:
        """Return words for a property or a kind of thing; what has no name here is called by the words it is made of."""
        words = self.words(term)
        return words if self._name(term) else Words(_INNER_CAPITAL.sub(" ", words.text).lower(), words.iri)

    def by(self, term: Node) -> Words:
        """Return words for a property; nothing is held of those of others, so that there is nothing to link to."""
        words = self.term(term)
        return words if words.iri and words.iri.startswith(BASE) else Words(words.text)

    def words(self, term: Node) -> Words:
        if isinstance(term, Literal):
            note = "" if term.datatype in _PLAIN else local(term.datatype)
            return Words(_WORDS.get(str(term), str(term)) if term.datatype == XSD.boolean else str(term), note=note)
        if isinstance(term, BNode):
            return Words(f"unnamed {self._numbers.get(term, '')}".rstrip(), f"#{self._anchor(term)}")
        return Words(self._name(term) or local(term) or str(term), str(term))

    def _values(self, node: Node, by: Node) -> Iterator[Words]:
        values: Iterable[Node] = self._about.objects(node, by)
        plain = [value for value in values if (value, RDF.first, None) not in self._about]
        yield from sorted(map(self.words, plain), key=_text)
        for head in sorted(set(self._about.objects(node, by)) - set(plain), key=str):
            yield from map(self.words, Collection(self._about, head))

    def _name(self, term: Node) -> str | None:
        for graph in (self._about, self._names):
            for which in describing.NAMES:
                found = sorted(str(value) for value in graph.objects(term, which) if isinstance(value, Literal))
                if found:
                    return " ".join(found[0].split())
        return None

    def _anchor(self, node: Node) -> str:
        number = self._numbers.get(node) if isinstance(node, BNode) else None
        return str(node).partition("#")[2] if number is None else f"{_UNNAMED}{number}"


def _text(words: Words) -> tuple[str, str]:
    return words.text, words.iri or ""
