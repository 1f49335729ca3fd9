"""Text as XML 1.0 has it."""

import re

from masagraph.errors import InputError

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A carriage return as it is would be read as a line feed (XML 1.0, 2.11).
_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def escaped(text: str) -> str:
    """Return a text for an element or, between double quotes, for an attribute."""
    return text.translate(_MARKS)


def attributes(named: dict[str, str]) -> str:
    """Return attributes, each with a space before it."""
    return "".join(f' {name}="{escaped(text)}"' for name, text in named.items())


def replaced(text: str) -> str:
    """Return a text with U+FFFD in the place of each character that XML has no place for."""
    return _NOT_XML.sub("\ufffd", text)


def fit(body: str) -> None:
    """See that XML has a place for each character of a document.

    Raises:
        InputError: It has none for one of them.
    """
    found = _NOT_XML.search(body)
    if found is not None:
        what = f"the answer holds the character U+{ord(found[0]):04X}, which XML has no place for"
        raise InputError("format", what, "Ask for JSON, or for Turtle if it is a graph")
