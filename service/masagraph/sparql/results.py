"""Write an answer down, up to a limit, in one of the W3C's forms; what was left out is said where the form has a place for it."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph.answers import Answer, Row, Rows
from masagraph.errors import InputError
from masagraph.vocab import BASE, MASA, XSD

TRUNCATED = f"{BASE}def#truncated"
"""What the head of an answer links to if rows were left out. JSON and XML results have a place for such a link."""
_RESULTS = "http://www.w3.org/2005/sparql-results#"
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Rendered:
    """An answer written down: its bytes, how many rows or triples it holds, and whether more were left out."""

    body: bytes
    rows: int
    truncated: bool


def render(answer: Answer, form: str, limit: int) -> Rendered:
    """Write an answer down.

    Args:
        answer: What was found.
        form: The key of a form that holds its kind.
        limit: The most rows or triples that are written.

    Raises:
        InputError: The form cannot hold a character of the answer.
    """
    if isinstance(answer, bool):
        return Rendered(_BOOLEANS[form](answer).encode(), 1, truncated=False)
    if isinstance(answer, Rows):
        rows, is_cut = _first(answer.rows, limit)
        return Rendered(_ROWS[form](answer.names, rows, is_cut).encode(), len(rows), is_cut)
    triples, is_cut = _first(answer.triples, limit)
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    body = write(graph, form)
    if is_cut and form in ("turtle", "ntriples", "trig", "nquads"):
        body += f"# truncated after {len(triples)} triples\n".encode()
    return Rendered(body, len(triples), is_cut)


def write(graph: Graph, form: str) -> bytes:
    """Return a graph in one of the forms for graphs.

    Args:
        graph: What to write.
        form: The key of the form.
    """
    if form in ("trig", "nquads"):
        whole = Dataset()
        for triple in graph:
            whole.add(triple)
        graph = whole
    graph.bind("masa", MASA)
    written: bytes = graph.serialize(format=_SERIALISERS[form], encoding="utf-8")
    return written


def _first(parts: Iterator[_Part], limit: int) -> tuple[list[_Part], bool]:
    """Return the first parts, and whether there are more."""
    found = list(islice(parts, limit))
    return found, len(found) == limit and next(parts, None) is not None


def _json_term(term: Node) -> dict[str, str]:
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    told = {"type": "literal", "value": str(term)}
    if isinstance(term, Literal) and term.language:
        told["xml:lang"] = term.language
    elif isinstance(term, Literal) and term.datatype is not None:
        told["datatype"] = str(term.datatype)
    return told


def _rows_json(names: tuple[str, ...], rows: Iterable[Row], is_cut: bool) -> str:
    head: dict[str, object] = {"vars": list(names), **({"link": [TRUNCATED]} if is_cut else {})}
    bindings = [{name: _json_term(term) for name, term in zip(names, row, strict=True) if term is not None} for row in rows]
    return json.dumps({"head": head, "results": {"bindings": bindings}}, ensure_ascii=False)


def _csv_text(term: Node | None) -> str:
    return "" if term is None else f"_:{term}" if isinstance(term, BNode) else str(term)


def _rows_csv(names: tuple[str, ...], rows: Iterable[Row], _is_cut: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out)  # RFC 4180, with the line ends of that
    writer.writerow(names)
    writer.writerows([_csv_text(term) for term in row] for row in rows)
    return out.getvalue()


def _rows_tsv(names: tuple[str, ...], rows: Iterable[Row], _is_cut: bool) -> str:
    lines = ["\t".join(f"?{name}" for name in names)]
    lines += ["\t".join("" if term is None else _tsv_text(term) for term in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _tsv_text(term: Node) -> str:
    """Return a term as N-Triples writes it, which is Turtle and has neither tab nor line end in it."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    escaped = str(term).translate(_ESCAPES)
    if isinstance(term, Literal) and term.language:
        return f'"{escaped}"@{term.language}'
    is_plain = not isinstance(term, Literal) or term.datatype in (None, XSD.string)
    return f'"{escaped}"' if is_plain else f'"{escaped}"^^<{term.datatype}>'  # type: ignore[attr-defined]  # a literal has one


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _rows_xml(names: tuple[str, ...], rows: Iterable[Row], is_cut: bool) -> str:
    out = io.StringIO()
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    _open(xml, "sparql", xmlns=_RESULTS)
    _open(xml, "head")
    for name in names:
        _open(xml, "variable", name=name)
        xml.endElement("variable")
    if is_cut:
        _open(xml, "link", href=TRUNCATED)
        xml.endElement("link")
    xml.endElement("head")
    _open(xml, "results")
    for row in rows:
        _open(xml, "result")
        for name, term in zip(names, row, strict=True):
            if term is not None:
                _open(xml, "binding", name=name)
                _xml_term(xml, term)
                xml.endElement("binding")
        xml.endElement("result")
    xml.endElement("results")
    xml.endElement("sparql")
    return out.getvalue()


def _xml_term(xml: XMLGenerator, term: Node) -> None:
    told = _json_term(term)
    if _NOT_IN_XML.search(told["value"]):
        raise InputError("format", "XML cannot hold a character of the answer", "Ask for JSON")
    _open(xml, told["type"], **{name: told[name] for name in told if name in ("xml:lang", "datatype")})
    xml.characters(told["value"])
    xml.endElement(told["type"])


_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _open(xml: XMLGenerator, name: str, **attributes: str) -> None:
    xml.startElement(name, AttributesImpl(attributes))


def _boolean_xml(value: bool) -> str:
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<sparql xmlns="{_RESULTS}"><head/>'
    return f"{head}<boolean>{_boolean_text(value)}</boolean></sparql>\n"


def _boolean_text(value: bool) -> str:
    return "true" if value else "false"


_Write = Callable[[tuple[str, ...], list[Row], bool], str]
_ROWS: dict[str, _Write] = {"json": _rows_json, "xml": _rows_xml, "csv": _rows_csv, "tsv": _rows_tsv}
_BOOLEANS: dict[str, Callable[[bool], str]] = {
    "json": lambda value: json.dumps({"head": {}, "boolean": value}),
    "xml": _boolean_xml,
    "csv": _boolean_text,
    "tsv": _boolean_text,
}
_SERIALISERS = {
    "turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt11", "trig": "trig", "nquads": "nquads",
}  # fmt: skip
