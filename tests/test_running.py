"""How the service is started: `make run` in a checkout, and the first start on an empty folder, which may be killed."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import serving
from masagraph.cli import main
from masagraph.store.embedded import Embedded

pytestmark = pytest.mark.long
READY = re.compile(r"serving at (http://127\.0\.0\.1:\d+)/")
LOADING = "Loading the data that ship"
STEP = re.compile(r"\[(=*)( *)\] (\d+) of (\d+)")
_INSTALL_SECONDS, _LOAD_SECONDS, _STOP_SECONDS = 900, 180, 20
VERDICTS = (("NOT MET", "WT-TRAINING"), ("CANNOT TELL", "CA04-16E-3-HEALTH"), ("MET", "WT-AUDIT"))
"""What a careful reader of the arrangement finds, one of each kind: from the table in test_barking_and_dagenham.py."""
SERVE = [sys.executable, "-m", "masagraph", "serve", "--port", "0", "--data"]


class Run:
    """A command in a process group of its own, and what it has printed so far, output and errors in the order they came."""

    def __init__(self, call: list[str], *, where: Path, more: Mapping[str, str] | None = None, terminal: bool = False) -> None:
        """Start it; `terminal` says whether it prints on one."""
        # Neither what whoever runs the tests has set, nor what the `make` does that may have started them, is ours.
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("MASAGRAPH_", "MAKE", "MFLAGS"))}
        self._read, write = pty.openpty() if terminal else os.pipe()
        # Tests that a shell starts in the background ignore Ctrl-C, and so would all they start.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", *call],
            cwd=where, env={**kept, **(more or {})}, stdin=subprocess.DEVNULL, stdout=write, stderr=write, start_new_session=True,
        )  # fmt: skip
        os.close(write)
        os.set_blocking(self._read, False)
        self.told = ""

    def await_(self, is_there: Callable[[str], object], seconds: float) -> None:
        """Wait until it has printed something, serves already, or has ended.

        Raises:
            AssertionError: Its time is over.
        """
        until = time.monotonic() + seconds
        while True:
            has_ended = self.process.poll() is not None
            self._take()
            if has_ended or is_there(self.told) or READY.search(self.told):
                return
            assert time.monotonic() < until, self.told
            time.sleep(0.01)

    def address(self, seconds: float) -> str:
        """Return the address that it prints when it serves."""
        self.await_(READY.search, seconds)
        found = READY.search(self.told)
        assert found is not None, f"it ended with {self.process.returncode}: {self.told}"
        return found[1]

    def send(self, number: int) -> None:
        """Send a signal to it and all that it started, as a terminal does."""
        os.killpg(self.process.pid, number)

    def end(self) -> None:
        """Have it end, and read what it says at last.

        Raises:
            TimeoutExpired: It does not.
        """
        self.process.wait(_STOP_SECONDS)
        self._take()

    def require_gone(self) -> None:
        """See that nothing it started is left; workers may end a moment later.

        Raises:
            AssertionError: Something is.
        """
        until = time.monotonic() + _STOP_SECONDS
        while left := group(self.process.pid):
            assert time.monotonic() < until, left
            time.sleep(0.1)

    def close(self) -> None:
        """End whatever is left of it."""
        with suppress(ProcessLookupError):
            self.send(signal.SIGKILL)
        self.process.wait()
        os.close(self._read)

    def _take(self) -> None:
        # Nothing is there yet, or nobody is left to print: a terminal calls the second an error.
        with suppress(BlockingIOError, OSError):
            while data := os.read(self._read, 65536):
                self.told += data.decode(errors="replace")


@contextmanager
def running(call: list[str], *, where: Path, more: Mapping[str, str] | None = None, terminal: bool = False) -> Iterator[Run]:
    made = Run(call, where=where, more=more, terminal=terminal)
    try:
        yield made
    finally:
        made.close()


def group(leader: int) -> list[str]:
    """Return the names of the processes of a group that are still there."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                name, _, rest = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
                if int(rest.split()[2]) == leader and rest.split()[0] != "Z":
                    found.append(name)
    return found


def require_all(data: Path, shipped: Path) -> None:
    """See that a store holds what a first load that nobody disturbs stores."""
    found = []
    for folder in (data, shipped):
        reader = Embedded(folder / "store").reader()
        found.append((reader.number, reader.names(), sum(1 for _ in reader.quads())))
        reader.close()
    assert found[0] == found[1]
    assert main(["store", "check", "--data", str(data)]) == 0


# `make run`


def test_make_run_checks_an_arrangement_and_then_serves_until_it_is_stopped(root: Path, tmp_path: Path) -> None:
    """The environment of the checkout is made if it is not there."""
    more = {"MASAGRAPH_PORT": "0", "MASAGRAPH_DATA": str(tmp_path / "data")}
    with running(["make", "run"], where=root, more=more) as run:
        address = run.address(_INSTALL_SECONDS)
        report, _, after = run.told.partition(LOADING)
        assert after, "the folder was empty"
        assert re.search(r"^Barking and Dagenham, 2019$", report, re.MULTILINE)
        sections = dict(zip(*[iter(re.split(r"^([A-Z ]+) \(\d+\)$", report, flags=re.MULTILINE)[1:])] * 2, strict=True))
        for verdict, rule in VERDICTS:
            assert [name for name, text in sections.items() if f"[{rule}" in text] == [verdict]
        assert serving.ask(address, "GET", "/ready").status == 200
        page = serving.ask(address, "GET", "/")
        assert (page.status, page.media_type) == (200, "text/html")
        assert "<h1" in page.text
        assert "Barking and Dagenham" in serving.ask(address, "GET", "/api/arrangements").text
        already = len(run.told)
        run.send(signal.SIGINT)
        run.end()
        # What make says of a command that ended otherwise than well has "Error" in it.
        assert not re.search("Traceback|Error|unforeseen", run.told[already:]), run.told[already:]
        assert "Traceback" not in run.told
        assert run.process.returncode in (0, -signal.SIGINT), "make itself ends by the signal, as all do that are stopped so"
        run.require_gone()
    with pytest.raises(ConnectionRefusedError):
        serving.ask(address, "GET", "/health")


# The first start


def test_a_first_start_shows_a_bar_on_a_terminal_and_a_second_does_not(tmp_path: Path) -> None:
    with running([*SERVE, str(tmp_path)], where=tmp_path, terminal=True) as run:
        run.await_(lambda told: len(STEP.findall(told)) > 3, _LOAD_SECONDS)
        assert READY.search(run.told) is None, "it is shown while it loads"
        assert not (tmp_path / "store" / "current").exists()
        address = run.address(_LOAD_SECONDS)
        assert serving.ask(address, "GET", "/ready").status == 200
        run.send(signal.SIGINT)
        run.end()
        assert run.process.returncode == 0
    shown, _, rest = run.told.partition("\n")
    assert READY.search(rest), "the bar has a line of its own"
    # Each step is written over the one before, and says what is done.
    frames = [frame for frame in shown.split("\r") if frame]
    assert all(LOADING in frame and frame.startswith("\x1b[K") for frame in frames)
    steps = [(len(full), len(full + empty), int(done), int(whole)) for full, empty, done, whole in STEP.findall(shown)]
    assert len(steps) == len(frames)
    ((width, whole),) = {(width, whole) for _, width, _, whole in steps}
    assert [done for _, _, done, _ in steps] == list(range(1, whole + 1))
    assert all(abs(full / width - done / whole) < 1 / width for full, _, done, _ in steps)
    with running([*SERVE, str(tmp_path)], where=tmp_path, terminal=True) as run:
        run.address(_LOAD_SECONDS)
        assert LOADING not in run.told


def test_a_first_start_says_it_in_one_plain_line_elsewhere(tmp_path: Path) -> None:
    with running([*SERVE, str(tmp_path)], where=tmp_path) as run:
        run.address(_LOAD_SECONDS)
    first, second = run.told.splitlines()[:2]
    assert re.fullmatch(rf"{LOADING} with masagraph: [1-9]\d* done\.", first)
    assert READY.search(second)
    assert not set(run.told) & set("\r\x1b[]")


@pytest.mark.parametrize("moment", ["settling", "writing"])
def test_a_first_start_that_is_killed_is_begun_anew(moment: str, shipped_data: Path, tmp_path: Path) -> None:
    changing = tmp_path / "store" / "changing"

    def is_reached(told: str) -> bool:
        steps = STEP.findall(told)
        return bool(steps) and (changing.exists() if moment == "writing" else int(steps[-1][2]) > int(steps[-1][3]) // 2)

    with running([*SERVE, str(tmp_path)], where=tmp_path, terminal=True) as run:
        run.await_(is_reached, _LOAD_SECONDS)
        run.send(signal.SIGKILL)
        run.end()
        assert run.process.returncode == -signal.SIGKILL
    # It was neither too early nor too late.
    assert is_reached(run.told)
    assert changing.exists() == (moment == "writing")
    assert not (tmp_path / "store" / "current").exists()
    with running([*SERVE, str(tmp_path)], where=tmp_path) as run:
        address = run.address(_LOAD_SECONDS)
        assert LOADING in run.told
        assert serving.ask(address, "GET", "/ready").status == 200
        run.send(signal.SIGINT)
        run.end()
    require_all(tmp_path, shipped_data)
