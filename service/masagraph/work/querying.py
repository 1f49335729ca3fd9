"""Answer a SPARQL query, as of a generation, in the form asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from masagraph.answers import Dataset, Triples
from masagraph.errors import InputError
from masagraph.sparql import guard, results
from masagraph.work.reading import Desk

_WHERE = "query"


@dataclass(frozen=True)
class Query:
    """A query as it came in: its text, the graphs it is to see if the request names any, and the address of the request."""

    text: str
    dataset: Dataset | None = None
    base: str | None = None


@dataclass(frozen=True)
class Most:
    """How much is written: so many rows or triples, beyond which it is cut, and so many bytes, beyond which it is refused."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Written:
    """An answer written down: its bytes, the key of its form, how many rows or triples it has, whether more were left out."""

    body: bytes
    form: str
    rows: int
    truncated: bool


def query(desk: Desk, number: int, asked: Query, forms: Mapping[str, str], most: Most) -> Written:
    """Answer a query.

    Args:
        desk: Where the data are.
        number: The generation to ask.
        asked: The query.
        forms: The key of a form for each kind of answer (`rows`, `graph`) that the client can read.
        most: How much is written.

    Raises:
        InputError: It is no query, asks for what is refused, or has an answer that is too large or that no form given can hold.
        StoreError: The store does not answer.
    """
    guard.refuse(asked.text)
    try:
        answer = desk.reader(number).query(asked.text, asked.dataset, asked.base)
        kind = "graph" if isinstance(answer, Triples) else "rows"
        if kind not in forms:
            what = "a graph (CONSTRUCT or DESCRIBE)" if kind == "graph" else "rows or a truth value (SELECT or ASK)"
            raise InputError("Accept", f"the answer to this query is {what}", "Accept a format for that")
        rendered = results.render(answer, forms[kind], most.rows)
    except SyntaxError as error:
        raise _no_query(error) from None
    except RuntimeError:
        what = "it has something that cannot be worked out, such as a function that is unknown here"
        raise InputError(_WHERE, what, "Use the functions of SPARQL 1.1") from None
    except TypeError:
        raise InputError(_WHERE, "its answer holds triples as terms, which RDF 1.1 does not know", "Ask for the parts") from None
    if len(rendered.body) > most.bytes:
        raise InputError(_WHERE, f"its answer is larger than {most.bytes // 1_000_000} megabytes", "Ask for less at once")
    return Written(rendered.body, forms[kind], rendered.rows, rendered.truncated)


def _no_query(error: SyntaxError) -> InputError:
    place = f", line {error.lineno}" if error.lineno else ""
    # What the parser would have taken instead is a page long; where it stopped is what helps.
    stopped = str(error.msg).partition(": expected one of")[0]
    return InputError(f"{_WHERE}{place}", f"it is no SPARQL query ({' '.join(stopped.split())})", "Mend it there")
