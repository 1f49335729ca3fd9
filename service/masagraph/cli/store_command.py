"""`masagraph store`: look after the store."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from masagraph.cli import configured
from masagraph.cli.progress import Bar
from masagraph.errors import InputError
from masagraph.store import backups, nquads
from masagraph.store.contract import Change, Place, Reader
from masagraph.store.embedded import Embedded

_SOUND, _NOT_SOUND = 0, 3
_FORMATS = ("nq", "trig")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("store", help="look after the store of the service", description="Look after the store.")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser(
        "check",
        help="see whether it is sound",
        description="See whether the store is sound, and say what to do if not. Exit codes: 0 it is sound; 3 it is not.",
    )
    backup = verbs.add_parser(
        "backup",
        help="write what is served into one file",
        description="Write the generation that is served into one file. The service may run meanwhile. Tokens are not in it.",
    )
    backup.add_argument("--to", required=True, metavar="FILE.tar.gz", help="where to write it")
    restore = verbs.add_parser(
        "restore",
        help="take a backup back in",
        description="Take a backup back in, as a new generation. The service must not run.",
    )
    restore.add_argument("--from", dest="source", required=True, metavar="FILE.tar.gz", help="a file that 'backup' wrote")
    restore.add_argument("--replace", action="store_true", help="put it in the place of what the store holds")
    load = verbs.add_parser(
        "load",
        help="publish arrangements from files",
        description="Publish the arrangements of several files in one change; a store without data first gets what ships with "
        "masagraph. The service must not run: publish at /graphs while it does.",
    )
    load.add_argument("files", nargs="*", metavar="FILE", help="an arrangement; none loads just what ships with masagraph")
    export = verbs.add_parser(
        "export", help="write all graphs into one file of RDF", description="Write all graphs into one file of RDF."
    )
    export.add_argument("--to", required=True, metavar="FILE", help="where to write it")
    export.add_argument("--generation", metavar="N", help="of which generation (default: the one that is served)")
    export.add_argument("--format", choices=_FORMATS, default="nq", help="sorted N-Quads, or TriG (default: nq)")
    for verb, run in ((check, _check), (backup, _backup), (restore, _restore), (load, _load), (export, _export)):
        configured.add_options(verb, configured.OF_THE_STORE)
        verb.set_defaults(run=run)


def _check(call: argparse.Namespace) -> int:
    """Say whether the store is sound, and return the exit code.

    Raises:
        InputError: A setting is wrong.
        StoreError: There is no store, or it does not answer.
    """
    # Imported when asked for: the other verbs need no rules.
    from masagraph.publishing import soundness  # noqa: PLC0415

    place, faults = _place(call), 0
    for found in list(soundness.look(place, Bar("Looking through the store"), thorough=isinstance(place, Embedded))):
        if isinstance(found, soundness.Size):
            sys.stdout.write(f"Generation {found.number}: {found.triples} triples, {found.graphs} named graphs.\n")
        else:
            faults += 1
            sys.stdout.write(f"{found}\n")
    told = "is sound" if not faults else f"is not sound: {faults} fault{'s' if faults > 1 else ''}"
    sys.stdout.write(f"The store {told}.\n")
    return _NOT_SOUND if faults else _SOUND


def _backup(call: argparse.Namespace) -> int:
    """Write a backup and return the exit code.

    Raises:
        InputError: A setting is wrong, or it cannot be written there.
        StoreError: There is nothing to back up, or the store does not answer.
    """
    with _reader(_place(call)) as reader, _whole(call.to) as file:
        told = backups.write(reader, file, Bar("Writing the backup"))
    sys.stdout.write(f"Generation {told.generation} is written to {call.to}: {told.quads} triples.\n")
    return 0


def _restore(call: argparse.Namespace) -> int:
    """Take a backup back in and return the exit code.

    Raises:
        InputError: It is no backup, or the store holds something.
        StoreError: Nothing was stored.
    """
    place = _place(call)
    _see_room(place, call)
    backup = backups.read(Path(call.source), Bar("Reading the backup"))
    writer = place.writer()
    try:
        _see_room(place, call)  # Somebody may have put data there meanwhile; from here on nobody can.
        dropped: tuple[str | None, ...] = ()
        if place.current():
            with _reader(place) as reader:
                dropped = (None, *reader.names())
        number = writer.apply(Change(dropped=dropped, added=backup.quads, created=backup.manifest.graphs))
    finally:
        writer.close()
    sys.stdout.write(f"Generation {number} holds what {call.source} held: {backup.manifest.quads} triples.\n")
    return 0


def _load(call: argparse.Namespace) -> int:
    """Publish files and return the exit code.

    Raises:
        InputError: A file cannot be read or is refused; none of the files is published.
        StoreError: Nothing was stored, for instance because a service has the store open.
    """
    from masagraph.publishing import shipped  # noqa: PLC0415 - as above

    place = _place(call)
    writer = place.writer()
    try:
        number = place.current()
        if number == 0:
            number = shipped.first_load(writer, Bar("Loading the data that ship with masagraph"))
        elif not call.files:
            raise InputError("load", "it names no file, and the store holds data already", "Name the files to publish")
        if call.files:
            with _reader(place) as reader:
                number = shipped.load(writer, reader, call.files)
    finally:
        writer.close()
    sys.stdout.write(f"Generation {number} is served.\n")
    return 0


def _export(call: argparse.Namespace) -> int:
    """Write all graphs and return the exit code.

    Raises:
        InputError: A setting is wrong, or it cannot be written there.
        GenerationGoneError: The generation has been pruned.
        StoreError: It never was, or the store does not answer.
    """
    number = None if call.generation is None else _number(call.generation)
    with _reader(_place(call), number) as reader, _whole(call.to) as file:
        lines = nquads.lines(reader.quads()) if call.format == "nq" else nquads.trig(reader.quads(), reader.names())
        file.writelines(line.encode() for line in lines)
        told = reader.number
    sys.stdout.write(f"Generation {told} is written to {call.to}.\n")
    return 0


def _see_room(place: Place, call: argparse.Namespace) -> None:
    if place.current() and not call.replace:
        raise InputError("--from", "the store holds data already", "Add --replace to put the backup in their place")


def _place(call: argparse.Namespace) -> Place:
    return configured.place(configured.read(call))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 9 and int(text) > 0):  # noqa: PLR2004 - as many as there will be
        raise InputError(
            "--generation", f"'{text}' is no number of a generation", "'masagraph store check' tells which there are"
        )
    return int(text)


@contextmanager
def _reader(place: Place, number: int | None = None) -> Iterator[Reader]:
    reader = place.reader(number)
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def _whole(path: str) -> Iterator[IO[bytes]]:
    """Give a file to write that stands in its place only when all is written, and is gone otherwise.

    Raises:
        InputError: It cannot be written there.
    """
    if not path.strip():
        raise InputError("--to", "it is empty", "Name a file")
    target, draft = Path(path).resolve(), None
    try:
        if target.is_dir():
            raise InputError(path, "it is a folder", "Name a file in it")
        with NamedTemporaryFile("wb", dir=target.parent, delete=False) as draft:
            yield draft
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(target)
    except OSError as error:
        raise InputError(
            path, f"it cannot be written there ({error.strerror or error})", "Choose another place with --to"
        ) from None
    finally:
        if draft is not None:
            with suppress(FileNotFoundError):
                Path(draft.name).unlink()
