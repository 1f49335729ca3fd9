"""Read what a request of the SPARQL protocols says: its parameters, its text, and the graphs that it names."""

from urllib.parse import parse_qsl

from flask import g, request

from masagraph import oxigraph
from masagraph.answers import Dataset
from masagraph.errors import InputError

FORM = "application/x-www-form-urlencoded"
_MANY = 1000
_MEND = "Send it in UTF-8, with all that is special in an address escaped"
Fields = list[tuple[str, str]]


def in_address() -> Fields:
    """Return the parameters in the address of a request, repeated ones as often as they are there.

    Raises:
        InputError: They are not UTF-8, or too many.
    """
    if "in_address" not in g:
        g.in_address = _fields(request.query_string, "address")
    found: Fields = g.in_address
    return list(found)


def in_form() -> Fields:
    """Return the fields of a form in the body of a request, likewise.

    Raises:
        InputError: They are not UTF-8, or too many.
    """
    return _fields(request.get_data(), "body")


def body() -> str:
    """Return the body of a request as text.

    Raises:
        InputError: It is not UTF-8.
    """
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise InputError("Content-Type", f"its charset is {charset[:40]}", "Send it in UTF-8")
    return _decoded(request.get_data(), "body")


def only(fields: Fields, name: str) -> str:
    """Return the one value of a parameter.

    Raises:
        InputError: There is none, or more than one.
    """
    found = if_given(fields, name)
    if found is None:
        raise InputError(name, "it is missing", "Give it once")
    return found


def if_given(fields: Fields, name: str) -> str | None:
    """Return the one value of a parameter, or None if it is not given.

    Raises:
        InputError: It is given more than once.
    """
    found = values(fields, name)
    if len(found) > 1:
        raise InputError(name, "it is given more than once", "Give it once")
    return found[0] if found else None


def values(fields: Fields, name: str) -> tuple[str, ...]:
    """Return all values of a parameter, in order."""
    return tuple(value for key, value in fields if key == name)


def graphs(fields: Fields, default: str, named: str) -> Dataset | None:
    """Return the graphs that parameters name, or None if they name none.

    Args:
        fields: The parameters.
        default: The parameter for graphs of the default graph.
        named: The parameter for named graphs.

    Raises:
        InputError: A name is no absolute IRI.
    """
    of_default, of_named = (tuple(absolute(name, where) for name in values(fields, where)) for where in (default, named))
    return Dataset(of_default, of_named) or None


def absolute(name: str, where: str) -> str:
    """Return an absolute IRI.

    Raises:
        InputError: It is none.
    """
    if not oxigraph.is_iri(name):
        raise InputError(where, f"'{name[:100]}' is no absolute IRI", "Write it whole, such as https://example.org/graph")
    return name


def _fields(raw: bytes, where: str) -> Fields:
    text = _decoded(raw, where)
    try:
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MANY)
    except UnicodeDecodeError:
        raise InputError(where, "it is not UTF-8", _MEND) from None
    except ValueError:
        raise InputError(where, f"it has more than {_MANY} parameters", "Send fewer") from None


def _decoded(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(where, "it is not UTF-8", _MEND) from None
