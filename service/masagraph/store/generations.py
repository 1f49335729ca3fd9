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
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from masagraph.oxigraph import Disk
from masagraph.store import durable
from masagraph.store.contract import REBUILD, GenerationGoneError, NoGenerationError, StoreError

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
        """The number of the generation that is served; 0 before the first change.

        Raises:
            StoreError: The folder does not say which.
        """
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
            durable.touch(self._folder / "changing")
            edit(disk)
            disk.flush()
            self._make(number, disk)
            durable.write(self._folder / "current", str(number))
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
            StoreError: The folder cannot be read.
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
        draft = self._draft(number)
        disk.backup(draft)
        durable.sync(draft)
        draft.rename(_folder_of(self._folder, number))
        durable.sync(self._folder / "generations")

    def _prune(self, number: int) -> None:
        """Remove what is older than is kept. A reader that has it open keeps its files until it lets go.

        Each loses its name first, so that nobody opens half of it. What cannot be removed now is, at the next change.
        """
        with suppress(OSError):
            for old in _numbers(self._folder):
                if old <= number - self._keep:
                    shutil.rmtree(_folder_of(self._folder, old).rename(self._draft(old)), ignore_errors=True)

    def _draft(self, number: int) -> Path:
        """Return the name of a folder that is no generation yet, or no more; what a process that died left there is gone."""
        draft = self._folder / "generations" / f"{number:0{_DIGITS}}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        return draft

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
    """Return the number of the generation that a store serves; 0 before the first change.

    Raises:
        StoreError: The folder does not say which.
    """
    try:
        return int((folder / "current").read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except ValueError:
        raise StoreError(f"{folder / 'current'}: it holds no number of a generation. Restore a backup.") from None
    except OSError as error:
        raise _unreadable(folder / "current", error) from None


def since(folder: Path, number: int) -> datetime:
    """Return when a generation of a store was made.

    Raises:
        GenerationGoneError: It has been pruned.
        NoGenerationError: It never was.
        StoreError: The folder cannot be read.
    """
    found = path(folder, number)
    try:
        return datetime.fromtimestamp(found.stat().st_mtime, tz=UTC)
    except OSError as error:
        path(folder, number)  # It may have been pruned in between, which this says.
        raise _unreadable(found, error) from None


def path(folder: Path, number: int | None = None) -> Path:
    """Return the folder of a generation of a store, by default of the one that is served.

    Raises:
        GenerationGoneError: It has been pruned.
        NoGenerationError: It never was.
        StoreError: The folder cannot be read, or none is left in it.
    """
    served = current(folder)
    wanted = served if number is None else number
    if not 1 <= wanted <= served:
        raise NoGenerationError(f"There is no generation {wanted}: the newest is {served}.")
    found = _folder_of(folder, wanted)
    try:
        if found.is_dir():
            return found
        kept = _numbers(folder)
    except OSError as error:
        raise _unreadable(found.parent, error) from None
    if not kept:
        raise StoreError(f"{found.parent}: no generation is left, though {served} were made. Restore a backup.")
    raise GenerationGoneError(f"Generation {wanted} is pruned; {kept[0]} is the oldest kept. {REBUILD}")


def _unreadable(where: Path, error: OSError) -> StoreError:
    return StoreError(f"{where}: it cannot be read ({error.strerror or error}). Look after the disk, or choose another folder.")


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
