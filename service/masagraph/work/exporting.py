"""Write what is held into files for download: the whole, or one region.

The same generation of an embedded store always gives the same bytes; the server of a remote one may call blank nodes otherwise
each time it is asked. A file stands in a folder of its generation, beside its checksum in the form that `sha256sum -c` reads.
Both are written under another name first, so that whatever bears the right name is whole. One worker at a time writes in a
folder, and what is there stays: the checksum is that of the file beside it, whoever wrote which.
"""

import fcntl
import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.answers import Triple
from masagraph.errors import NotHeldError
from masagraph.sparql import results
from masagraph.store import layout, nquads
from masagraph.store.contract import Reader, StoreError
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

    Raises:
        StoreError: It cannot be read.
    """
    path = folder / str(number) / name
    try:
        size, line = path.stat().st_size, checksum_of(path).read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"{path}: it cannot be read for download ({error.strerror}). Let it be read.") from None
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
        StoreError: It cannot be written.
    """
    reader = desk.reader(number)
    kept = folder / str(number)
    with _alone(kept):
        file = at_hand(folder, number, name) or _made(reader, kept / name)
    with suppress(OSError):
        for old in folder.iterdir():
            if old.name.isdecimal() and int(old.name) <= served - _KEPT and old != kept:
                shutil.rmtree(old, ignore_errors=True)
    return file


def regions(reader: Reader) -> list[tuple[str, str]]:
    """Return the code and name of each region, by name."""
    found = lookup.found(reader, "VALUES ?o {{ {} }} ?s a ?o BIND (?o AS ?p)", [MASA.Region])
    named = lookup.facts(reader, [region for region, _, _ in found])
    return sorted(((str(s).removeprefix(AREAS), str(o)) for s, p, o in named if p == SKOS.prefLabel), key=lambda each: each[1])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Make a folder and wait until no other worker writes in it; the lock goes with the process, however that ends."""
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = held.enter_context((folder / "lock").open("w", encoding="ascii"))
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            raise _unwritten(folder, error) from None
        yield


def _made(reader: Reader, path: Path) -> File:
    """Write a file, if a worker that was stopped has not, and then its checksum."""
    is_there = path.exists()
    content = path.read_bytes() if is_there else _content(reader, path)
    digest = hashlib.sha256(content).hexdigest()
    try:
        if not is_there:
            checksum_of(path).unlink(missing_ok=True)
            _put(path, content)
        _put(checksum_of(path), f"{digest}  {path.name}\n".encode("ascii"))
    except OSError as error:
        raise _unwritten(path, error) from None
    return File(path, len(content), digest)


def _unwritten(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path}: it cannot be written for download ({error.strerror}). Make room, or let it be written.")


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
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


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
