"""Read documents into graphs. Nothing is fetched, whatever a document asks for."""

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

from masagraph import oxigraph
from masagraph.errors import InputError
from masagraph.intake import checks

EXTENSIONS = {
    ".ttl": "turtle", ".trig": "trig", ".nt": "ntriples", ".nq": "nquads",
    ".rdf": "rdfxml", ".xml": "rdfxml", ".owl": "rdfxml", ".jsonld": "jsonld", ".json": "jsonld",
}  # fmt: skip
NAMES = {
    "turtle": "Turtle", "trig": "TriG", "ntriples": "N-Triples", "nquads": "N-Quads", "rdfxml": "RDF/XML", "jsonld": "JSON-LD",
}  # fmt: skip
MEGABYTE = 1_000_000
DEFAULT_MAX_MEGABYTES = 20
_STANDARD_INPUT = "standard input"


@dataclass(frozen=True)
class Source:
    """A document that was read, under the name by which its sender knows it; `digest` is the SHA-256 of its bytes."""

    name: str
    graph: Graph
    digest: str


def read_all(paths: Iterable[str], syntax: str | None = None, max_megabytes: int = DEFAULT_MAX_MEGABYTES) -> list[Source]:
    """Read several documents, each with an arrangement of its own.

    Args:
        paths: File names; `-` is standard input.
        syntax: A key of `NAMES`; None goes by each file's extension, and takes standard input for Turtle.
        max_megabytes: The most that one document may weigh, in millions of bytes.

    Raises:
        InputError: A document cannot be read or is refused, or two hold the same arrangement.
    """
    named = list(paths)
    if named.count("-") > 1:
        raise InputError(_STANDARD_INPUT, "it is named twice", "Name - once: it can be read only once")
    sources = [_read(path, syntax, max_megabytes) for path in named]
    checks.one_home_each((source.name, source.graph) for source in sources)
    return sources


def _read(path: str, syntax: str | None, max_megabytes: int) -> Source:
    name = _STANDARD_INPUT if path == "-" else path
    chosen = syntax or ("turtle" if path == "-" else EXTENSIONS.get(Path(path).suffix.lower()))
    if chosen is None:
        known = ", ".join(sorted(EXTENSIONS))
        raise InputError(name, "its extension does not tell its format", f"Use one of {known}, or say which with --input-format")
    data = _bytes(path, name, max_megabytes)
    return Source(name, parse(data, chosen, name), hashlib.sha256(data).hexdigest())


def _bytes(path: str, name: str, max_megabytes: int) -> bytes:
    limit = max_megabytes * MEGABYTE
    try:
        if path == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(limit + 1)
    except FileNotFoundError:
        raise InputError(name, "there is no such file", "Check the name and the folder") from None
    except IsADirectoryError:
        raise InputError(name, "it is a folder", "Name the files in it") from None
    except OSError as error:
        raise InputError(name, f"it cannot be read ({error.strerror})", "Check the name and your right to read it") from None
    if len(data) > limit:
        raise InputError(
            name, f"it is larger than {max_megabytes} MB", "Send arrangements one at a time, or raise --max-megabytes"
        )
    return data


def parse(data: bytes, syntax: str, name: str) -> Graph:
    """Parse one document and check that it may come in.

    Args:
        data: The document.
        syntax: A key of `NAMES`.
        name: What to call it in a complaint.

    Raises:
        InputError: It is not what it claims to be, or holds what may not come in.
    """
    if not data.strip():
        raise InputError(name, "it is empty", "Send the arrangement as RDF")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{name}, line {line}", "it is not text in UTF-8", "Save it in UTF-8 and send it again") from None
    if syntax == "rdfxml" and re.search(r"<!DOCTYPE", text, re.IGNORECASE):
        raise InputError(name, "it has a DOCTYPE, through which other files could be drawn in", "Take the DOCTYPE out")
    if syntax == "jsonld":
        _refuse_remote_contexts(text, name)
    graph = Graph()
    try:
        for subject, predicate, value, _ in oxigraph.parse(text.encode(), syntax):
            graph.add((subject, predicate, value))
    except (SyntaxError, ValueError, TypeError) as error:
        raise InputError(_place(name, error), f"it is not {NAMES[syntax]} ({_why(error)})", _hint(text, syntax)) from None
    checks.admit(graph, name)
    return graph


def _place(name: str, error: Exception) -> str:
    line = error.lineno if isinstance(error, SyntaxError) else None
    return f"{name}, line {line}" if line else name


def _why(error: Exception) -> str:
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    first = " ".join(str(words).split())
    return first if len(first) <= 160 else f"{first[:157]}..."  # noqa: PLR2004 - about two lines of a terminal


def _hint(text: str, syntax: str) -> str:
    start = text.lstrip()[:200].lower()
    looks_like = None
    if start.startswith(("<?xml", "<rdf:rdf", "<!doctype")):
        looks_like = "rdfxml"
    elif start.startswith(("{", "[{", "[\n")):
        looks_like = "jsonld"
    elif start.startswith(("@prefix", "@base", "prefix ", "base ", "#")):
        looks_like = "turtle"
    if looks_like and looks_like != syntax:
        # In words for commands and for HTTP alike: whoever sends a document knows which of the three told its format.
        return f"It looks like {NAMES[looks_like]}: let its extension, its Content-Type or the input format ({looks_like}) say so"
    return "Mend it there and check again"


def _refuse_remote_contexts(text: str, name: str) -> None:
    try:
        document = json.loads(text)
    except RecursionError:
        raise InputError(name, "it is nested too deeply", "Give the inner things names of their own") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, line {error.lineno}", f"it is not JSON-LD ({error.msg})", _hint(text, "jsonld")) from None
    todo: list[object] = [document]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo.extend(part)
        elif isinstance(part, dict):
            contexts = part.get("@context", [])
            for context in contexts if isinstance(contexts, list) else [contexts]:
                remote = context if isinstance(context, str) else context.get("@import") if isinstance(context, dict) else None
                if remote:
                    raise InputError(name, f"its context is elsewhere ({remote})", "Put the context into the document itself")
            todo.extend(part.values())
