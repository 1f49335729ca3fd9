"""Workers do what they are asked, are stopped when they must be, and are never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from masagraph.errors import (
    CheckerError,
    InputError,
    MasagraphError,
    MemoryLimitError,
    NotHeldError,
    TimeLimitError,
    TooBusyError,
)
from masagraph.work import pool as pools
from masagraph.work.pool import Counts, Pool

Desk = dict[str, int]
SECRET = "what only the job knows"  # noqa: S105 - no password


def add(desk: Desk, one: int, other: int) -> int:
    desk["jobs"] += 1
    return one + other


def jobs(desk: Desk) -> int:
    return desk["jobs"]


def process(_desk: Desk) -> int:
    return os.getpid()


def refuse(_desk: Desk) -> None:
    raise InputError("the place", "something is wrong", "Mend it")


def fail(_desk: Desk) -> None:
    raise KeyError(SECRET)


def say_nothing_that_can_be_sent(_desk: Desk) -> object:
    return lambda: None


def loop(_desk: Desk) -> None:
    """Take all time there is, without ever listening to Python's signals: the regular expression runs in C."""
    import re  # noqa: PLC0415 - needed here alone

    re.match(r"(a+)+$", "a" * 60 + "b")


def sleep(_desk: Desk, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def hoard(_desk: Desk) -> None:
    kept = []
    while True:
        kept.append(b"0" * (16 << 20))


def die(_desk: Desk, number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(60)


def leave(_desk: Desk) -> None:
    sys.exit(0)


def much(_desk: Desk, megabytes: int) -> bytes:
    return b"0" * (megabytes << 20)


def no_desk() -> Desk:
    raise NotHeldError("There is no desk here.")


def new_desk() -> Desk:
    return {"jobs": 0}


def is_there(number: int) -> bool:
    """Tell whether a process is there and more than a name in the list of processes."""
    try:
        state = (Path("/proc") / str(number) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(*numbers: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while any(map(is_there, numbers)):
        assert time.monotonic() < until, f"still there after {seconds} s: {[n for n in numbers if is_there(n)]}"
        time.sleep(0.05)


@pytest.fixture
def pool() -> Iterator[Pool[Desk]]:
    made = Pool("test-worker", 1, new_desk, megabytes=256, patience=30)
    yield made
    made.close()


def test_a_job_gives_its_result_and_finds_the_desk_as_it_was_left(pool: Pool[Desk]) -> None:
    assert [pool.run(add, n, 2, seconds=30) for n in range(3)] == [2, 3, 4]
    assert pool.run(jobs, seconds=30) == 3
    assert pool.run(process, seconds=30) != os.getpid()
    assert pool.counts == Counts(0, 0)


def test_our_own_errors_pass_through(pool: Pool[Desk]) -> None:
    with pytest.raises(InputError, match=r"the place: something is wrong\. Mend it\.") as caught:
        pool.run(refuse, seconds=30)
    assert (caught.value.where, caught.value.what, caught.value.mend) == ("the place", "something is wrong", "Mend it")
    assert pool.counts == Counts(0, 0)


def test_other_errors_are_told_without_what_they_say(pool: Pool[Desk]) -> None:
    first = pool.run(process, seconds=30)
    with pytest.raises(CheckerError) as caught:
        pool.run(fail, seconds=30)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    # The worker is still good.
    assert (pool.run(process, seconds=30), pool.counts) == (first, Counts(0, 0))


def test_a_result_that_cannot_be_sent_does_no_harm(pool: Pool[Desk]) -> None:
    with pytest.raises(CheckerError):
        pool.run(say_nothing_that_can_be_sent, seconds=30)
    assert pool.run(add, 1, 2, seconds=30) == 3


def test_a_job_that_takes_too_long_is_stopped_and_its_worker_replaced(pool: Pool[Desk]) -> None:
    first = pool.run(process, seconds=30)
    with pytest.raises(TimeLimitError, match=r"longer than 0\.5 s"):
        pool.run(loop, seconds=0.5)
    wait_until_gone(first, seconds=5)
    assert pool.counts == Counts(killed=1, replaced=1)
    assert pool.run(add, 1, 2, seconds=30) == 3
    assert pool.run(process, seconds=30) != first


def test_a_job_that_takes_too_much_memory_is_stopped_and_its_worker_replaced(pool: Pool[Desk]) -> None:
    first = pool.run(process, seconds=30)
    with pytest.raises(MemoryLimitError, match="256 MB"):
        pool.run(hoard, seconds=60)
    wait_until_gone(first, seconds=5)
    assert pool.counts == Counts(killed=1, replaced=1)
    assert pool.run(add, 1, 2, seconds=30) == 3


def test_what_is_allowed_is_not_stopped(pool: Pool[Desk]) -> None:
    """The limits above are what stops the jobs there."""
    assert len(pool.run(much, 64, seconds=60)) == 64 << 20
    assert pool.run(sleep, 0.3, seconds=30) > 0
    assert pool.counts == Counts(0, 0)


@pytest.mark.parametrize(
    ("number", "told"), [(signal.SIGKILL, MemoryLimitError), (signal.SIGTERM, CheckerError), (signal.SIGSEGV, MemoryLimitError)]
)
def test_a_worker_that_dies_is_replaced(pool: Pool[Desk], number: int, told: type[Exception]) -> None:
    """The system kills what takes too much memory of all; other deaths are no matter of memory, and not told as that."""
    with pytest.raises(told):
        pool.run(die, number, seconds=30)
    assert pool.run(add, 1, 2, seconds=30) == 3
    assert pool.counts.replaced == 1


def test_a_worker_that_leaves_is_replaced(pool: Pool[Desk]) -> None:
    with pytest.raises(CheckerError, match="by itself"):
        pool.run(leave, seconds=30)
    assert pool.run(add, 1, 2, seconds=30) == 3


def test_a_worker_that_died_between_two_jobs_is_replaced_unnoticed(pool: Pool[Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent to its number either, which the system may have given to another process."""
    first = pool.run(process, seconds=30)
    os.kill(first, signal.SIGKILL)
    wait_until_gone(first, seconds=5)
    killed = list[int]()
    monkeypatch.setattr(os, "kill", lambda number, _signal: killed.append(number))
    assert pool.run(add, 1, 2, seconds=30) == 3
    monkeypatch.undo()
    assert killed == []


def test_whoever_waits_longer_than_patience_is_told(pool: Pool[Desk]) -> None:
    impatient = Pool("test-worker", 1, new_desk, megabytes=256, patience=0.2)
    try:
        with ThreadPoolExecutor(1) as others:
            slow = others.submit(impatient.run, sleep, 2, seconds=30)
            time.sleep(0.5)
            with pytest.raises(TooBusyError, match="Ask again"):
                impatient.run(jobs, seconds=30)
            assert slow.result() > 0
        assert impatient.run(add, 1, 2, seconds=30) == 3
        assert impatient.counts == Counts(0, 0)
    finally:
        impatient.close()
    # One who is patient gets his turn.
    with ThreadPoolExecutor(3) as others:
        done = [others.submit(pool.run, sleep, 0.2, seconds=30) for _ in range(3)]
        assert len({job.result() for job in done}) == 1


def test_several_workers_work_at_once() -> None:
    pool = Pool("test-worker", 2, new_desk, megabytes=256, patience=30)
    try:
        with ThreadPoolExecutor(2) as others:
            done = [others.submit(pool.run, sleep, 1, seconds=30) for _ in range(2)]
            assert len({job.result() for job in done}) == 2
    finally:
        pool.close()


def test_a_slow_job_that_is_stopped_does_not_touch_the_others() -> None:
    pool = Pool("test-worker", 2, new_desk, megabytes=256, patience=30)
    try:
        failed: list[BaseException] = []

        def slow() -> None:
            try:
                pool.run(loop, seconds=1)
            except TimeLimitError as error:
                failed.append(error)

        thread = threading.Thread(target=slow)
        thread.start()
        assert [pool.run(add, n, 0, seconds=30) for n in range(50)] == list(range(50))
        thread.join()
        assert len(failed) == 1
        assert pool.counts == Counts(killed=1, replaced=1)
    finally:
        pool.close()


@pytest.mark.parametrize("error", [BlockingIOError(11, "Resource temporarily unavailable"), EOFError("unexpected EOF")])
def test_a_worker_that_could_not_be_replaced_is_replaced_later(
    pool: Pool[Desk], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The machine has no room for another process at that moment; the second is how a fork that failed elsewhere is told."""
    with monkeypatch.context() as full:

        def refuse(*_given: object) -> None:
            raise error

        full.setattr(pools, "Worker", refuse)
        with pytest.raises(TimeLimitError):
            pool.run(loop, seconds=0.3)
        with pytest.raises(TooBusyError, match="no room"):
            pool.run(add, 1, 2, seconds=30)
    for _ in range(4):
        assert pool.run(add, 1, 2, seconds=30) == 3


def test_workers_that_die_at_once_are_told() -> None:
    with pytest.raises(MasagraphError):
        Pool("test-worker", 1, partial(os._exit, 1), megabytes=256, patience=30)


def test_a_desk_that_cannot_be_made_is_told_at_once() -> None:
    with pytest.raises(NotHeldError, match="There is no desk here"):
        Pool("test-worker", 2, no_desk, megabytes=256, patience=30)


def test_closing_ends_the_workers_the_busy_ones_when_they_are_done() -> None:
    pool = Pool("test-worker", 2, new_desk, megabytes=256, patience=30)
    with ThreadPoolExecutor(1) as others:
        busy = others.submit(pool.run, sleep, 1, seconds=30)
        time.sleep(0.3)
        free = pool.run(process, seconds=30)
        pool.close()
        wait_until_gone(free, seconds=5)
        wait_until_gone(busy.result(), seconds=5)


ASKING = """
import sys, threading, time
from test_pool import Pool, loop, new_desk, process, sleep
pool = Pool("test-worker", 2, new_desk, megabytes=256, patience=30)
threading.Thread(target=pool.run, args=(loop,), kwargs={"seconds": 4}).start()
time.sleep(0.3)
print(pool.run(process, seconds=30), flush=True)
time.sleep(60)
"""


def test_no_worker_outlives_the_process_that_asks() -> None:
    """Killed without warning, with one worker free and one in the middle of a job of 4 s that listens to nobody."""
    call = [sys.executable, "-c", ASKING]
    tests = os.fspath(Path(__file__).parent)
    with subprocess.Popen(
        call, stdout=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "PYTHONPATH": tests}
    ) as asking:
        assert asking.stdout is not None
        assert int(asking.stdout.readline()) > 0
        theirs = of_session(asking.pid)
        assert len(theirs) >= 4  # the one that asks, the one that workers come from, and two workers
        asking.kill()
    # The busy one is stopped by a clock of its own, some seconds after its time.
    wait_until_gone(*theirs, seconds=20)


def of_session(leader: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == leader:
                found.append(int(entry.name))
    return found


def test_a_desk_is_made_in_the_worker() -> None:
    """Where the memory of the process that asks is not theirs, nothing of it can leak into an answer."""
    pool: Pool[Desk] = Pool("test-worker", 1, partial(dict, jobs=5), megabytes=256, patience=30)
    try:
        assert pool.run(jobs, seconds=30) == 5
    finally:
        pool.close()
