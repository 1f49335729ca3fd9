"""A table as data: CSV, JSON, Turtle."""

import csv
import io
import json
from collections.abc import Mapping

from rdflib import BNode, Graph, Literal, Namespace

from masagraph import __version__, digests
from masagraph.report.cells import capitalised, neutral, plain, text
from masagraph.tables import Table
from masagraph.vocab import RDF, RDFS

RESULT_SET = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
"""The W3C's own vocabulary for an answer to a query."""


def as_csv(table: Table) -> str:
    """Return a table as CSV with a header row; no cell can be taken for a formula.

    CSV has no place for remarks, so what was asked stands in columns of its own behind the others (`askedDate`), alike in
    every row: a file without its day would be worth nothing a year on, and rows of two days can be put one under the other.
    """
    asked = [neutral(value) for _, value in table.settings]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(column.name for column in table.columns), *(f"asked{capitalised(name)}" for name, _ in table.settings)])
    writer.writerows([*(neutral(text(cell)) for cell in row), *asked] for row in table.rows)
    return out.getvalue()


def shipped() -> dict[str, str]:
    """Return what tells which data an answer is drawn from, where that is what ships with the package."""
    return {"data_digest": digests.data_digest(), "reference_digest": digests.reference_digest()}


def as_json(table: Table, drawn_from: Mapping[str, str | int] | None = None) -> str:
    """Return a table as JSON: what was asked and with what, the columns with their meaning, rows by column, and remarks.

    Args:
        table: What to tell.
        drawn_from: What tells which data it is drawn from; None says that these are what ships with the package.
    """
    names = [column.name for column in table.columns]
    content = {
        "masagraph": {"version": __version__, **(shipped() if drawn_from is None else drawn_from)},
        "title": table.title,
        "asked": dict(table.settings),
        "columns": [{"name": column.name, "about": column.about} for column in table.columns],
        "rows": [dict(zip(names, map(plain, row), strict=True)) for row in table.rows],
        "remarks": list(table.remarks),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_turtle(table: Table) -> str:
    """Return a table as Turtle, in the vocabulary of the W3C for answers to queries; terms keep their types.

    The vocabulary has no words for title and remarks: they are the label and the comments of the answer.
    """
    graph = Graph()
    graph.bind("rs", RESULT_SET)
    answer = BNode("answer")
    graph.add((answer, RDF.type, RESULT_SET.ResultSet))
    graph.add((answer, RDFS.label, Literal(table.title)))
    for remark in table.remarks:
        graph.add((answer, RDFS.comment, Literal(remark)))
    for column in table.columns:
        graph.add((answer, RESULT_SET.resultVariable, Literal(column.name)))
    for number, row in enumerate(table.rows, start=1):
        solution = BNode(f"row{number}")
        graph.add((answer, RESULT_SET.solution, solution))
        graph.add((solution, RESULT_SET["index"], Literal(number)))
        for column, cell in zip(table.columns, row, strict=True):
            if cell is not None:
                binding = BNode(f"row{number}-{column.name}")
                graph.add((solution, RESULT_SET.binding, binding))
                graph.add((binding, RESULT_SET.variable, Literal(column.name)))
                graph.add((binding, RESULT_SET.value, cell))
    return graph.serialize(format="turtle")
