"""Write what is held into files for download: the whole, or one region. The same generation always gives the same bytes.

A file stands in a folder of its generation, beside its checksum in the form that `sha256sum -c` reads. Both are written under
another name first, so that whatever bears the right name is whole.
"""

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.answers import Triple
from masagraph.errors import NotHeldError
from masagraph.sparql import results
from masagraph.store import layout, nquads
from masagraph.store.contract import Reader
from masagraph.vocab import MASA, RDF, SKOS
from masagraph.work import lookup
from masagraph.work.reading import Desk

AREAS = "http://statistics.data.gov.uk/id/statistical-geography/"
WHOLE = ("all.nq", "all.nq.gz", "all.trig", "all.trig.gz")
"""The files that hold everything."""
_REGION = re.compile(r"(E12[0-9]{6})\.(ttl|nt)")
_FORMS = {"ttl": "turtle", "nt": "ntriples"}
_KEPT = 2
"""Of so many generations the files stay: of the one that is served, and of the one before it, which somebody may be fetching."""


@dataclass(frozen=True)
class File:
    """A file: where it stands, how many bytes it has, and its SHA-256 in hexadecimal digits."""

    path: Path
    size: int
    sha256: str


def is_region(name: str) -> bool:
    """Tell whether a file of that name would hold a region, if there is one of that code."""
    return _REGION.fullmatch(name) is not None


def at_hand(folder: Path, number: int, name: str) -> File | None:
    """Return a file that has been made already, or None.

    Args:
        folder: Where downloads stand.
        number: The generation.
        name: What it is called; one that is offered.
    """
    path = folder / str(number) / name
    try:
        size, line = path.stat().st_size, checksum_of(path).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return File(path, size, line.split()[0])


def checksum_of(path: Path) -> Path:
    """Return where the checksum of a file stands."""
    return path.with_name(f"{path.name}.sha256")


def export(desk: Desk, number: int, folder: Path, served: int, name: str) -> File:
    """Make a file if it is not there yet, and remove those of old generations.

    Args:
        desk: Where the data are.
        number: The generation to write.
        folder: Where downloads stand.
        served: The generation that is served.
        name: What the file is called; one that is offered.

    Raises:
        NotHeldError: There is no such region.
    """
    reader = desk.reader(number)
    kept = folder / str(number)
    kept.mkdir(parents=True, exist_ok=True)
    file = at_hand(folder, number, name) or _made(reader, kept / name)
    for old in folder.iterdir():
        if old.name.isdecimal() and int(old.name) <= served - _KEPT and old != kept:
            shutil.rmtree(old, ignore_errors=True)
    return file


def regions(reader: Reader) -> list[tuple[str, str]]:
    """Return the code and name of each region, by name."""
    found = lookup.found(reader, "VALUES ?o {{ {} }} ?s a ?o BIND (?o AS ?p)", [MASA.Region])
    named = lookup.facts(reader, [region for region, _, _ in found])
    return sorted(((str(s).removeprefix(AREAS), str(o)) for s, p, o in named if p == SKOS.prefLabel), key=lambda each: each[1])


def _made(reader: Reader, path: Path) -> File:
    content = _content(reader, path)
    digest = hashlib.sha256(content).hexdigest()
    _put(checksum_of(path), f"{digest}  {path.name}\n".encode("ascii"))
    _put(path, content)
    return File(path, len(content), digest)


def _content(reader: Reader, path: Path) -> bytes:
    if path.suffix == ".gz":
        unpacked = path.with_suffix("")
        if not unpacked.exists():
            _made(reader, unpacked)
        return gzip.compress(unpacked.read_bytes(), mtime=0)
    region = _REGION.fullmatch(path.name)
    if region is None:
        quads = reader.quads()
        return "".join(nquads.lines(quads) if path.suffix == ".nq" else nquads.trig(quads, reader.names())).encode()
    graph = _region(reader, region[1])
    if region[2] == "nt":
        return "".join(nquads.lines((*triple, None) for triple in graph)).encode()
    return results.write(graph, _FORMS[region[2]])


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _region(reader: Reader, code: str) -> Graph:
    """Return the areas of a region, the bodies that answer for them, and the arrangements that cover them with their facts."""
    region = URIRef(AREAS + code)
    graph = Graph()
    for triple in lookup.facts(reader, [region]):
        graph.add(triple)
    if (region, RDF.type, MASA.Region) not in graph:
        raise NotHeldError(f"There is no region {code} here. The page / lists those that are.")
    areas = _pointing(reader, MASA.inRegion, [region])
    jurisdictions = _pointing(reader, MASA.overArea, areas)
    versions = _pointing(reader, MASA.coversArea, areas)
    bodies = _add(graph, lookup.facts(reader, jurisdictions), MASA.jurisdictionOf)
    posts = _add(graph, lookup.facts(reader, bodies), MASA.headPost)
    _add(graph, lookup.facts(reader, {*areas, *posts}))
    for version in versions:
        _add(graph, iter(reader.graph(layout.settled(str(version))) or ()))
    _add(graph, lookup.facts(reader, {*versions, *_pointing(reader, MASA.hasVersion, versions)}))
    return graph


def _pointing(reader: Reader, by: URIRef, things: Iterable[Node]) -> set[Node]:
    return {s for s, _, _ in lookup.found(reader, f"VALUES ?o {{{{ {{}} }}}} ?s <{by}> ?o BIND (<{by}> AS ?p)", things)}


def _add(graph: Graph, triples: Iterator[Triple], by: URIRef | None = None) -> set[Node]:
    """Add triples to a graph and return what they point to by a property."""
    ends = set[Node]()
    for triple in triples:
        graph.add(triple)
        if triple[1] == by:
            ends.add(triple[2])
    return ends
