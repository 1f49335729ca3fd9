"""Backups: one generation of a store in one file, whatever store it was and whatever store it goes back into.

The file is a gzipped tar of two members: `manifest.json`, which says what the other is, and `data.nq`, sorted N-Quads. The same
generation of an embedded store gives the same bytes; the server of a remote one may call blank nodes otherwise each time it is
asked. Nothing in a file is ever unpacked to a disk, so no name in it can lead anywhere. Tokens are not in it: who may write is
another matter than what was written, and a backup may be handed on.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rdflib.term import Node

from masagraph import oxigraph
from masagraph.errors import InputError
from masagraph.oxigraph import Quad
from masagraph.store import nquads
from masagraph.store.contract import Reader

_FORMAT = "masagraph-backup-1"
_MANIFEST, _DATA = "manifest.json", "data.nq"
_LONGEST_MANIFEST = 50_000_000
_STEPS = 100
_MEND = "Name a file that 'masagraph store backup' wrote, or take an older one"
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of its data.

    `generation` is the one it was made of, `graphs` names all graphs (empty ones too), `bytes` and `sha256` are of the data.
    """

    format: str
    generation: int
    quads: int
    graphs: tuple[str, ...]
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Backup:
    """A backup that was read and found whole."""

    manifest: Manifest
    quads: tuple[Quad, ...]


def write(reader: Reader, file: IO[bytes], told: Told) -> Manifest:
    """Write a generation as a backup.

    Args:
        reader: The generation.
        file: Where to; on a failure half of it may be written.
        told: Is told how many steps are done, and of how many.

    Raises:
        OSError: It cannot be written.
        StoreError: The store does not answer.
    """
    told(0, 3)
    lines = nquads.lines(reader.quads())
    told(1, 3)
    data = "".join(lines).encode()
    names = tuple(reader.names())
    manifest = Manifest(_FORMAT, reader.number, len(lines), names, len(data), hashlib.sha256(data).hexdigest())
    told(2, 3)
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add(tar, _MANIFEST, (json.dumps(asdict(manifest), indent=1) + "\n").encode())
        _add(tar, _DATA, data)
    told(3, 3)
    return manifest


def read(path: Path, told: Told) -> Backup:
    """Read a backup and see that it is whole.

    Args:
        path: The file.
        told: Is told how many steps are done, and of how many.

    Raises:
        InputError: It is no backup, or not as it was written.
    """
    where = str(path)
    try:
        manifest, data = _members(path, where)
    except FileNotFoundError:
        raise InputError(where, "there is no such file", "Check the name and the folder") from None
    except IsADirectoryError:
        raise InputError(where, "it is a folder", _MEND) from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(where, "it is no backup, or was cut off or changed", _MEND) from None
    except OSError as error:
        raise InputError(where, f"it cannot be read ({error.strerror})", "Check the name and your right to read it") from None
    if len(data) != manifest.bytes or hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise InputError(where, "its data are not those that were written: the checksum is another", "Take another backup")
    return Backup(manifest, _quads(data, manifest, where, told))


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    tar.addfile(entry, io.BytesIO(data))


def _members(path: Path, where: str) -> tuple[Manifest, bytes]:
    with tarfile.open(path, "r|gz") as tar:
        manifest = _manifest(_content(tar, _MANIFEST, _LONGEST_MANIFEST, where), where)
        data = _content(tar, _DATA, manifest.bytes, where)
        if tar.next() is not None:
            raise InputError(where, f"it holds more than {_MANIFEST} and {_DATA}", _MEND)
    return manifest, data


def _content(tar: tarfile.TarFile, name: str, most: int, where: str) -> bytes:
    """Return the content of the next member, which has to be a plain file of this name and no larger than expected."""
    entry = tar.next()
    if entry is None or entry.name != name or not entry.isreg():
        found = "nothing more" if entry is None else f"'{entry.name[:80]}'"
        raise InputError(where, f"where its {name} should be there is {found}", _MEND)
    if entry.size > most:
        raise InputError(where, f"its {name} is larger than it should be", _MEND)
    file = tar.extractfile(entry)
    return b"" if file is None else file.read()


def _manifest(text: bytes, where: str) -> Manifest:
    try:
        told = json.loads(text)
        if told.get("format") != _FORMAT:
            raise InputError(where, f"it is of another format than {_FORMAT}", "Restore it with the release that wrote it")
        manifest = Manifest(**{**told, "graphs": tuple(told["graphs"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(where, f"its {_MANIFEST} cannot be read", _MEND) from None
    numbers = (manifest.generation, manifest.quads, manifest.bytes)
    if not all(type(number) is int for number in numbers) or not all(isinstance(name, str) for name in manifest.graphs):
        raise InputError(where, f"its {_MANIFEST} cannot be read", _MEND)
    return manifest


def _quads(data: bytes, manifest: Manifest, where: str, told: Told) -> tuple[Quad, ...]:
    """Parse the data. The same term is kept once: a store says most things twice, and of the same things."""
    terms: dict[Node, Node] = {}
    names: dict[str, str] = {name: name for name in manifest.graphs}
    found: list[Quad] = []
    step = max(manifest.quads // _STEPS, 1)
    told(0, manifest.quads)
    try:
        for subject, predicate, value, name in oxigraph.parse(data, "nquads"):
            parts = (terms.setdefault(term, term) for term in (subject, predicate, value))
            found.append((*parts, None if name is None else names[name]))  # type: ignore[arg-type]  # three terms and a name
            if len(found) % step == 0 and len(found) < manifest.quads:
                told(len(found), manifest.quads)
        _see_names(manifest.graphs)
    except (SyntaxError, ValueError, TypeError, KeyError):
        raise InputError(where, f"its {_DATA} is not what its {_MANIFEST} says", _MEND) from None
    if len(found) != manifest.quads:
        raise InputError(where, f"its {_DATA} is not what its {_MANIFEST} says", _MEND)
    told(manifest.quads, manifest.quads)
    return tuple(found)


def _see_names(names: Iterable[str]) -> None:
    """See that the graphs have names that a graph can have, by parsing them.

    Raises:
        SyntaxError: One has not.
    """
    text = "".join(f"<urn:a> <urn:b> <urn:c> <{name}> .\n" for name in names)
    if {quad[3] for quad in oxigraph.parse(text.encode(), "nquads")} != set(names):
        raise SyntaxError
