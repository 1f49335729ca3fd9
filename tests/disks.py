"""Disks that are soon full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = "MASAGRAPH_SERVERS_REQUIRED"


def refused(why: str) -> NoReturn:
    """Skip a test because nothing can be mounted here; where nothing may be passed over, as in CI, it fails."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{why}, and {REQUIRED} says that it has to be possible")
    pytest.skip(why)


@contextmanager
def small_disk(where: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small disk; what happens where that is not allowed is said above."""
    where.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(where)]
    if os.geteuid() != 0 or subprocess.run(call, capture_output=True, check=False).returncode != 0:
        refused("a small disk can be mounted by root alone")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)
