"""Write an answer down, up to a limit, in one of the W3C's forms; what was left out is said where the form has a place for it."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from rdflib import BNode, Graph, Literal
from rdflib.term import Node

from masagraph.answers import Answer, Row, Rows, Triple
from masagraph.sparql import graph_forms, xml_text
from masagraph.sparql.terms import Labels, datatype, written
from masagraph.vocab import BASE

TRUNCATED = f"{BASE}problem#truncated"
"""What the head of an answer links to if rows were left out. JSON and XML results have a place for such a link."""
_RESULTS = "http://www.w3.org/2005/sparql-results#"
_WITH_COMMENTS = ("turtle", "trig", "ntriples", "nquads")
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
        InputError: The form cannot hold the answer.
    """
    if isinstance(answer, bool):
        return Rendered(_TRUTH[form](answer).encode(), 1, truncated=False)
    if isinstance(answer, Rows):
        rows, is_cut = _first(answer.rows, limit)
        return Rendered(_ROWS[form](answer.names, rows, is_cut).encode(), len(rows), is_cut)
    triples, is_cut = _first(_once(answer.triples), limit)
    body = graph_forms.write(triples, form)
    if is_cut and form in _WITH_COMMENTS:
        body += f"# truncated after {len(triples)} triples\n".encode()
    return Rendered(body, len(triples), is_cut)


def write(graph: Graph, form: str) -> bytes:
    """Return a graph in one of the forms for graphs.

    Args:
        graph: What to write.
        form: The key of the form.

    Raises:
        InputError: The form cannot hold the graph.
    """
    # A graph has no order of its own, and equal graphs are to be written alike.
    return graph_forms.write(sorted(graph, key=lambda triple: tuple(map(repr, triple))), form)


def _once(triples: Iterable[Triple]) -> Iterator[Triple]:
    seen = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def _first(parts: Iterator[_Part], limit: int) -> tuple[list[_Part], bool]:
    """Return the first parts, and whether there are more."""
    found = list(islice(parts, limit))
    return found, len(found) == limit and next(parts, None) is not None


def _json(names: tuple[str, ...], rows: list[Row], is_cut: bool) -> str:
    labels = Labels()
    head: dict[str, object] = {"vars": list(names), **({"link": [TRUNCATED]} if is_cut else {})}
    bindings = [{name: _told(term, labels) for name, term in zip(names, row, strict=True) if term is not None} for row in rows]
    return json.dumps({"head": head, "results": {"bindings": bindings}}, ensure_ascii=False)


def _told(term: Node, labels: Labels) -> dict[str, str]:
    """Return a term as SPARQL 1.1 Query Results JSON Format, 3.2.2, has it; the XML form has the same parts."""
    if isinstance(term, BNode):
        return {"type": "bnode", "value": labels.of(term)}
    if not isinstance(term, Literal):
        return {"type": "uri", "value": str(term)}
    told = {"type": "literal", "value": str(term)}
    named = datatype(term)
    if term.language:
        told["xml:lang"] = term.language
    elif named is not None:
        told["datatype"] = named
    return told


def _csv(names: tuple[str, ...], rows: list[Row], _is_cut: bool) -> str:
    labels, out = Labels(), io.StringIO()
    writer = csv.writer(out)  # RFC 4180, with the line ends of that
    writer.writerow(names)
    for row in rows:
        writer.writerow(["" if t is None else f"_:{labels.of(t)}" if isinstance(t, BNode) else str(t) for t in row])
    return out.getvalue()


def _tsv(names: tuple[str, ...], rows: list[Row], _is_cut: bool) -> str:
    labels = Labels()
    lines = ["\t".join(f"?{name}" for name in names)]
    lines += ["\t".join("" if term is None else written(term, labels) for term in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _xml(names: tuple[str, ...], rows: list[Row], is_cut: bool) -> str:
    labels = Labels()
    variables = "".join(f'<variable name="{xml_text.escaped(name)}"/>' for name in names)
    link = f'<link href="{TRUNCATED}"/>' if is_cut else ""
    results = "".join(f"<result>{_bindings(names, row, labels)}</result>\n" for row in rows)
    body = _xml_document(f"<head>{variables}{link}</head>\n<results>\n{results}</results>")
    xml_text.fit(body)
    return body


def _bindings(names: tuple[str, ...], row: Row, labels: Labels) -> str:
    bound = [(name, _told(term, labels)) for name, term in zip(names, row, strict=True) if term is not None]
    return "".join(f'<binding name="{xml_text.escaped(name)}">{_element(**told)}</binding>' for name, told in bound)


def _element(type: str, value: str, **said: str) -> str:  # noqa: A002 - the name that JSON has for it
    return f"<{type}{xml_text.attributes(said)}>{xml_text.escaped(value)}</{type}>"


def _xml_document(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="{_RESULTS}">\n{inside}\n</sparql>\n'


def _truth_xml(value: bool) -> str:
    return _xml_document(f"<head/>\n<boolean>{_truth_text(value)}</boolean>")


def _truth_text(value: bool) -> str:
    return "true" if value else "false"


_ROWS: dict[str, Callable[[tuple[str, ...], list[Row], bool], str]] = {"json": _json, "xml": _xml, "csv": _csv, "tsv": _tsv}
_TRUTH: dict[str, Callable[[bool], str]] = {
    "json": lambda value: json.dumps({"head": {}, "boolean": value}),
    "xml": _truth_xml,
    "csv": _truth_text,
    "tsv": _truth_text,
}
