"""SPARQL 1.1 Query Results in JSON, read strictly: an answer is whole and well formed, or it is none."""

import json
from collections.abc import Mapping

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from masagraph.answers import Rows
from masagraph.vocab import XSD


def read(body: bytes) -> bool | Rows:
    """Read the answer to a SELECT or ASK. Blank nodes are named anew.

    Raises:
        ValueError: It is no such answer, or not all of it.
    """
    try:
        told = json.loads(body)
        if "boolean" in told:
            if not isinstance(told["boolean"], bool):
                raise ValueError("a truth value that is neither true nor false")
            return told["boolean"]
        blank: dict[str, BNode] = {}
        names = tuple(map(str, told["head"]["vars"]))
        rows = [{name: _term(term, blank) for name, term in row.items()} for row in told["results"]["bindings"]]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__} {error}") from None
    if stranger := {name for row in rows for name in row}.difference(names):
        raise ValueError(f"a value of ?{min(stranger)}, which it does not announce")
    return Rows(names, iter([tuple(row.get(name) for name in names) for row in rows]))


def _term(told: Mapping[str, str], blank: dict[str, BNode]) -> Node:
    kind, value = told["type"], told["value"]
    if not isinstance(value, str):
        raise TypeError("a term that is no text")
    if kind == "uri":
        return URIRef(value)
    if kind == "bnode":
        return blank.setdefault(value, BNode())
    # Virtuoso still writes the "typed-literal" of the draft of 2007.
    if kind not in ("literal", "typed-literal"):
        raise ValueError(f"a term of type {kind}")
    if language := told.get("xml:lang"):
        return Literal(value, lang=language)
    datatype = told.get("datatype", str(XSD.string))
    # rdflib would rewrite "2019-9-29" or "01": what a document prints must survive to be reported.
    return Literal(value) if datatype == str(XSD.string) else Literal(value, datatype=URIRef(datatype), normalize=False)
