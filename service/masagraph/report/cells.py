"""What stands in one cell of a table, whatever the table is shown as."""

from decimal import Decimal

from rdflib import Literal
from rdflib.term import Node

from masagraph.vocab import XSD

# The signs that begin a formula, in the widths in which a spreadsheet knows them.
_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Plain = str | int | float | bool | None


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet will take for a formula, whatever blanks stand before the sign."""
    is_formula = cell.lstrip()[:1] in _SIGNS or cell[:1] in ("\t", "\r", "\n")
    return f"'{cell}" if cell and is_formula else cell


def capitalised(words: str) -> str:
    """Return words with a capital first and the others as they are: names among them keep theirs."""
    return f"{words[:1].upper()}{words[1:]}"


def text(term: Node | None) -> str:
    """Return a term as text: yes and no for truth, nothing for nothing."""
    if term is None:
        return ""
    if isinstance(term, Literal) and term.datatype == XSD.boolean:
        return "yes" if str(term) in ("true", "1") else "no"
    return str(term)


def plain(term: Node | None) -> Plain:
    """Return a term as plain data: numbers and truth as such, all else as text, None for nothing."""
    if term is None:
        return None
    value = term.toPython() if isinstance(term, Literal) else str(term)
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | bool) else str(term)
