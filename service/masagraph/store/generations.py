"""The embedded store on disk: one writer, and a new generation for every change.

A generation is a whole copy of the data under a number, made of hard links, that nothing ever changes; readers open one
generation and never the writer. What a folder holds:

    lock                the process that writes holds it
    current             the number of the generation that is served
    changing            there while the writer may hold what no generation does
    writer/             the data that the next generation is made of
    generations/N/      the generations

A change is acknowledged only when `current` names the generation that holds it. A process that dies before that leaves
`changing` behind, and the next one makes its writer anew from the last generation: half a change is never served.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from masagraph.oxigraph import Disk
from masagraph.store.contract import GenerationGoneError, NoGenerationError, StoreError

_DIGITS = 10


class InUseError(StoreError):
    """Another process has the store open."""


class Generations:
    """The store of one folder, open for writing. One process at a time can have it open."""

    def __init__(self, folder: Path, keep: int = 10) -> None:
        """Open or make the store, mending what a process that died left behind.

        Args:
            folder: Where it stands; made if it is not there.
            keep: How many generations stay; at least one.

        Raises:
            InUseError: Another process has it open.
            StoreError: The folder cannot be written.
        """
        if keep < 1:
            raise StoreError(f"{keep} generations cannot be kept: keep one at least.")
        self._folder, self._keep = folder, keep
        try:
            (folder / "generations").mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder / "lock")
            self._disk: Disk | None = self._recovered()
        except OSError as error:
            raise StoreError(
                f"{folder}: the store cannot be opened ({error.strerror}). Choose a folder that can be written."
            ) from None

    @property
    def current(self) -> int:
        """The number of the generation that is served; 0 before the first change."""
        return current(self._folder)

    def change(self, edit: Callable[[Disk], None]) -> int:
        """Change the data and return the number of the generation that holds the change, once it is served.

        Args:
            edit: Changes the data it is given. If it raises, nothing has changed.

        Raises:
            StoreError: The disk is full or cannot be written; nothing has changed.
        """
        number = self.current + 1
        try:
            disk = self._disk = self._recovered() if self._disk is None else self._disk
            _touch(self._folder / "changing")
            edit(disk)
            disk.flush()
            self._make(number, disk)
            _write(self._folder / "current", str(number))
            (self._folder / "changing").unlink()
        except BaseException as error:
            # The writer may hold half a change: the next change makes it anew, when there may be room again.
            self._let_go()
            if not isinstance(error, OSError):
                raise
            why = error.strerror or str(error)
            if self.current != number:
                raise StoreError(f"{self._folder}: nothing was stored ({why}). Make room, or let it be written.") from None
        self._prune(number)
        return number

    def path(self, number: int | None = None) -> Path:
        """Return the folder of a generation, by default of the one that is served.

        Raises:
            GenerationGoneError: It has been pruned.
            NoGenerationError: It never was.
        """
        return path(self._folder, number)

    def close(self) -> None:
        """Let go of the store."""
        self._let_go()
        self._lock.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the store."""
        self.close()

    def _let_go(self) -> None:
        if self._disk is not None:
            self._disk.close()
            self._disk = None

    def _make(self, number: int, disk: Disk) -> None:
        draft = self._folder / "generations" / f"{number:0{_DIGITS}}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        disk.backup(draft)
        _sync(draft)
        draft.rename(_folder_of(self._folder, number))
        _sync(self._folder / "generations")

    def _prune(self, number: int) -> None:
        """Remove what is older than is kept. A reader that has it open keeps its files until it lets go."""
        for old in _numbers(self._folder):
            if old <= number - self._keep:
                shutil.rmtree(_folder_of(self._folder, old), ignore_errors=True)

    def _recovered(self) -> Disk:
        """Return the writer, made anew from the generation that is served if it may hold what that does not."""
        served, changing, writer = current(self._folder), self._folder / "changing", self._folder / "writer"
        for left in (self._folder / "generations").iterdir():
            if left.suffix == ".draft" or (left.name.isdecimal() and int(left.name) > served):
                shutil.rmtree(left, ignore_errors=True)
        if changing.exists() or not writer.exists():
            shutil.rmtree(writer, ignore_errors=True)
            if served:
                Disk.read_only(_folder_of(self._folder, served)).backup(writer)
            with suppress(FileNotFoundError):
                changing.unlink()
        return Disk(writer)


def current(folder: Path) -> int:
    """Return the number of the generation that a store serves; 0 before the first change."""
    try:
        return int((folder / "current").read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except ValueError:
        raise StoreError(f"{folder / 'current'}: it holds no number of a generation. Restore a backup.") from None


def since(folder: Path, number: int) -> datetime:
    """Return when a generation of a store was made.

    Raises:
        GenerationGoneError: It has been pruned.
        NoGenerationError: It never was.
    """
    return datetime.fromtimestamp(path(folder, number).stat().st_mtime, tz=UTC)


def path(folder: Path, number: int | None = None) -> Path:
    """Return the folder of a generation of a store, by default of the one that is served.

    Raises:
        GenerationGoneError: It has been pruned.
        NoGenerationError: It never was.
    """
    served = current(folder)
    wanted = served if number is None else number
    if not 1 <= wanted <= served:
        raise NoGenerationError(f"There is no generation {wanted}: the newest is {served}.")
    found = _folder_of(folder, wanted)
    if not found.is_dir():
        oldest = min(_numbers(folder))
        raise GenerationGoneError(
            f"Generation {wanted} is pruned; {oldest} is the oldest kept. Load that day's files to rebuild it."
        )
    return found


def _folder_of(folder: Path, number: int) -> Path:
    return folder / "generations" / f"{number:0{_DIGITS}}"


def _numbers(folder: Path) -> list[int]:
    return sorted(int(kept.name) for kept in (folder / "generations").iterdir() if kept.name.isdecimal())


def _locked(where: Path) -> IO[str]:
    """Return a file that this process alone has locked; the lock goes with the process, however that ends."""
    lock = where.open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        told = f"{where.parent}: another process has this store open. Stop it, or choose another folder."
        raise InUseError(told) from None
    return lock


def _touch(where: Path) -> None:
    where.touch()
    _sync(where.parent)


def _write(where: Path, text: str) -> None:
    """Write a small file whole or not at all, and see it on the disk."""
    draft = where.with_suffix(".draft")
    with draft.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(where)
    _sync(where.parent)


def _sync(folder: Path) -> None:
    """See the names in a folder, and the files of a generation, on the disk."""
    for entry in (*(f for f in folder.iterdir() if f.is_file()), folder):
        handle = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
