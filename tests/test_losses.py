"""Nothing is lost: a service that is killed at any moment is ready again, with all it acknowledged and nothing by halves."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest
from rdflib import Graph

import serving
from disks import refused, small_disk
from masagraph import assets
from masagraph.cli import main
from masagraph.oxigraph import Quad
from masagraph.store import generations, layout
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from masagraph.vocab import SKOS
from serving import Served

pytestmark = pytest.mark.long
MODEL, LABELS = "barnet", 7
"""A small arrangement, and how many things in it have a label, in which the mark stands."""
TURTLE = {"Content-Type": "text/turtle"}
KILLS, AT_ONCE = 200, 2
_PUBLISHING_SECONDS = 1.5


def document(key: str, mark: int) -> str:
    """Return a real arrangement under another key, with a mark in each of its labels."""
    text = (assets.folder("data") / "arrangements" / f"{MODEL}-2019.ttl").read_text(encoding="utf-8")
    text = re.sub(rf"\b{MODEL}-2019\b", f"{key}-2019", text).replace(f"arrangement:{MODEL} ", f"arrangement:{key} ")
    text, times = re.subn(r'(skos:prefLabel ")', rf"\1mark {mark}: ", text)
    assert times == LABELS
    return text


def version(key: str) -> str:
    return f"{layout.VERSIONS}{key}-2019"


@dataclass
class Publisher:
    """Publishes one arrangement again and again, each time with another mark, until the service is gone.

    It takes the token of a facilitator: the real arrangement is held for the same area.
    """

    key: str
    secret: str
    tried: int = 0
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)

    def publish(self, service: Served) -> None:
        """Publish once."""
        self.tried += 1
        reply = service.ask("PUT", f"/graphs/{self.key}-2019", document(self.key, self.tried), TURTLE, self.secret)
        if reply.status in (200, 201):
            self.acknowledged = self.tried
        else:
            self.refused.append(reply.text)

    def go_on(self, service: Served) -> None:
        """Publish until nobody answers."""
        with suppress(OSError, HTTPException):
            while True:
                self.publish(service)


def marks(graph: Graph | None, key: str) -> list[int]:
    """Return the mark in the label of each thing of an arrangement."""
    told = [str(label) for thing, label in (graph or Graph()).subject_objects(SKOS.prefLabel) if f"/{key}" in str(thing)]
    return [int(label.removeprefix("mark ").partition(":")[0]) for label in told if label.startswith("mark ")]


def require_whole(data: Path, publishers: list[Publisher]) -> None:
    """See that what is served holds the last that was acknowledged, or a later one under way, and whole in each graph."""
    reader = Embedded(data / "store").reader()
    try:
        default = reader.graph(None)
        for who in publishers:
            name = version(who.key)
            found = {where: marks(graph, who.key) for where, graph in (
                ("document", reader.graph(name)), ("settled", reader.graph(layout.settled(name))), ("default", default),
            )}  # fmt: skip
            if who.acknowledged == 0 and not any(found.values()):
                continue
            (mark,) = {mark for each in found.values() for mark in each}
            # Killed several times before anything was acknowledged again, any of those under way may be what was stored last.
            assert who.acknowledged <= mark <= who.tried, (who, found)
            assert {where: len(each) for where, each in found.items()} == dict.fromkeys(found, LABELS)
    finally:
        reader.close()


def kill(service: Served) -> None:
    """End a service and all its processes without warning."""
    os.killpg(service.process.pid, signal.SIGKILL)
    service.process.wait()


def killed_again_and_again(data: Path, times: int, seed: int) -> tuple[int, int]:
    """Kill a service at moments chosen by chance, while two publish, and look at what it leaves behind.

    Returns:
        How often it was in the middle of a change, and how many publishes were acknowledged.
    """
    chance, changing, publishers = random.Random(seed), 0, list[Publisher]()
    for _ in range(times):
        with serving.serving(data, "--workers", "1", "--keep-generations", "3") as service:
            assert service.ask("GET", "/ready").status == 200
            if not publishers:
                publishers = [Publisher(key, service.token("facilitator")) for key in ("first-town", "second-town")]
            publishers[0].publish(service)  # The first publish takes longer than all that follow.
            threads = [threading.Thread(target=who.go_on, args=(service,)) for who in publishers]
            for thread in threads:
                thread.start()
            time.sleep(chance.random() * _PUBLISHING_SECONDS)
            kill(service)
            for thread in threads:
                thread.join()
        changing += (data / "store" / "changing").exists()
        require_whole(data, publishers)
        assert [who.refused for who in publishers] == [[], []]
    assert main(["store", "check", "--data", str(data)]) == 0
    return changing, sum(who.acknowledged for who in publishers)


def test_nothing_is_lost_when_the_service_is_killed(
    shipped_data: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folders = [tmp_path / str(number) for number in range(AT_ONCE)]
    for folder in folders:
        serving.copy_store(shipped_data, folder)
    with ThreadPoolExecutor(AT_ONCE) as both:
        each = [both.submit(killed_again_and_again, folder, KILLS // AT_ONCE, seed) for seed, folder in enumerate(folders)]
        found = [done.result() for done in each]
    changing, acknowledged = (sum(numbers) for numbers in zip(*found, strict=True))
    told = f"{changing} in the middle of a change; {acknowledged} publishes acknowledged, 0 lost, 0 by halves"
    record_property("figures", f"killed {KILLS} times, {told}")
    # Two publish without a pause, and a fifth of that time a change is under way: less than half of it is no chance any more.
    assert changing >= KILLS // 10


def test_half_a_publish_would_be_seen(shipped_data: Path, tmp_path: Path) -> None:
    """Each graph in turn is left as it was before a publish."""
    serving.copy_store(shipped_data, tmp_path)
    who = Publisher("first-town", "", tried=1)
    states: list[Path] = []
    for mark in (1, 2):
        file = tmp_path / "first-town.ttl"
        file.write_text(document("first-town", mark), encoding="utf-8")
        assert main(["store", "load", str(file), "--data", str(tmp_path)]) == 0
        who.tried = who.acknowledged = mark
        require_whole(tmp_path, [who])
        states.append(generations.path(tmp_path / "store"))
    with pytest.raises(AssertionError):
        require_whole(tmp_path, [Publisher("first-town", "", tried=3, acknowledged=3)])
    old = Embedded(tmp_path / "store").reader(int(states[0].name))
    name = version("first-town")
    label = re.compile("^mark 1: ")
    for graph in (name, layout.settled(name), None):
        kept: list[Quad] = [(*triple, graph) for triple in old.graph(graph) or () if label.match(str(triple[2]))]
        with changed(tmp_path / "store", kept), pytest.raises((AssertionError, ValueError)):
            require_whole(tmp_path, [who])
    old.close()


@contextmanager
def changed(store: Path, added: list[Quad]) -> Iterator[None]:
    """Have a store hold something more for a while."""
    for change in (Change(added=tuple(added)), Change(removed=tuple(added))):
        writer = Embedded(store).writer()
        writer.apply(change)
        writer.close()
        if change.added:
            yield


# A disk that is full, or cannot be written


def test_on_a_full_disk_nothing_is_published_and_nothing_damaged(shipped_data: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 250) as disk:
        serving.copy_store(shipped_data, disk)
        log = tmp_path / "log.jsonl"
        with serving.serving(disk, "--workers", "1", "--log", str(log)) as service:
            who = Publisher("first-town", service.token("facilitator"))
            who.publish(service)
            assert who.acknowledged == 1
            filling = disk / "filling"
            with filling.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"0" * 4096):
                    pass
            before = service.ask("GET", "/sparql").generation
            reply = service.ask("PUT", f"/graphs/{who.key}-2019", document(who.key, 2), TURTLE, who.secret)
            assert reply.status == 503, reply
            assert "nothing was stored" in reply.text
            assert "No space left" in reply.text
            # What is held is told all the same, and there is no new generation.
            answer = service.ask("GET", f"/graphs/{who.key}-2019")
            assert (answer.status, answer.generation) == (200, before)
            assert "mark 1: " in answer.text
            filling.unlink()
            who.tried = 2
            who.publish(service)
            assert (who.acknowledged, who.refused) == (3, [])
        require_whole(disk, [who])
        assert main(["store", "check", "--data", str(disk)]) == 0


def test_a_disk_that_cannot_be_written_is_told_and_read_all_the_same(shipped_data: Path, tmp_path: Path) -> None:
    serving.copy_store(shipped_data, tmp_path)
    with serving.serving(tmp_path, "--workers", "1") as service:
        who = Publisher("first-town", service.token("facilitator"))
        who.publish(service)
        before = service.ask("GET", "/sparql").generation
        with read_only(tmp_path / "store"):
            reply = service.ask("PUT", f"/graphs/{who.key}-2019", document(who.key, 2), TURTLE, who.secret)
            assert reply.status == 503, reply
            assert "nothing was stored (Read-only file system)" in reply.text
            assert service.ask("GET", f"/graphs/{who.key}-2019").generation == before
            assert service.ask("POST", "/sparql", "ASK {}", {"Content-Type": "application/sparql-query"}).status == 200
        who.tried = 2
        who.publish(service)
        assert (who.acknowledged, who.refused) == (3, [])
    require_whole(tmp_path, [who])


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder for a while, root neither; where that cannot be mounted, see `disks`."""
    call = ["mount", "--bind", str(folder), str(folder)]
    if os.geteuid() != 0 or subprocess.run(call, capture_output=True, check=False).returncode != 0:
        refused("a folder can be made read-only for root by root alone")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_service_that_cannot_write_its_folder_does_not_start_and_says_why(shipped_data: Path, tmp_path: Path) -> None:
    serving.copy_store(shipped_data, tmp_path / "data")
    with read_only(tmp_path / "data"):
        call = [sys.executable, "-m", "masagraph", "serve", "--data", str(tmp_path / "data"), "--port", "0"]
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 3
        assert "Read-only file system" in done.stderr
        assert done.stderr.count("\n") == 1
