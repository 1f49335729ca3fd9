"""Write what a store holds as text in which equal data are equal bytes: N-Quads, or TriG with a graph after another."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rdflib import BNode, Literal
from rdflib.term import Node

from masagraph.oxigraph import Quad

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def lines(quads: Iterable[Quad]) -> list[str]:
    """Return a line of N-Quads for each quad, in order."""
    return sorted(f"{_triple(quad)}{'' if quad[3] is None else f' <{quad[3]}>'} .\n" for quad in quads)


def trig(quads: Iterable[Quad], names: Iterable[str]) -> Iterator[str]:
    """Yield TriG: the default graph, then the others by name, empty ones too.

    Args:
        quads: What is in the graphs.
        names: The names of the graphs.
    """
    told = sorted(("" if quad[3] is None else quad[3], _triple(quad)) for quad in quads)
    by_name = {name: [triple for _, triple in group] for name, group in groupby(told, key=lambda line: line[0])}
    for name in ("", *sorted({*names, *by_name} - {""})):
        yield f"<{name}> {{\n" if name else "{\n"
        yield from (f"  {triple} .\n" for triple in by_name.get(name, ()))
        yield "}\n"


def _triple(quad: Quad) -> str:
    return " ".join(map(_term, quad[:3]))


def _term(term: Node) -> str:
    if isinstance(term, BNode):
        return f"_:{term}"
    if not isinstance(term, Literal):
        return f"<{term}>"
    text = f'"{str(term).translate(_ESCAPES)}"'
    if term.language:
        return f"{text}@{term.language}"
    return text if term.datatype is None else f"{text}^^<{term.datatype}>"
