"""Small files and folders that are there even if the power fails the moment after."""

import os
from pathlib import Path


def touch(where: Path) -> None:
    """Make an empty file.

    Raises:
        OSError: It cannot be made.
    """
    where.touch()
    sync(where.parent)


def write(where: Path, text: str) -> None:
    """Write a small file whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    draft = where.with_suffix(".draft")
    with draft.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(where)
    sync(where.parent)


def sync(folder: Path) -> None:
    """See the names in a folder, and its files, on the disk.

    Raises:
        OSError: The disk is full or fails.
    """
    for entry in (*(f for f in folder.iterdir() if f.is_file()), folder):
        handle = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
