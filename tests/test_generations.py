"""A change is there whole or not at all, whenever the process dies; generations never change and can be pruned."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

from masagraph.answers import Triple
from masagraph.oxigraph import Disk
from masagraph.store import generations
from masagraph.store.contract import GenerationGoneError, StoreError
from masagraph.store.embedded import Embedded
from masagraph.store.generations import Generations

NAME, SAYS = "urn:graph:a", URIRef("urn:says")


def numbered(count: int, mark: int) -> Graph:
    """Return a graph of so many triples that all bear one mark: half of it would show."""
    graph = Graph()
    for n in range(count):
        graph.add((URIRef(f"urn:thing:{n}"), SAYS, Literal(mark)))
    return graph


def put(disk: Disk, name: str, triples: Iterable[Triple]) -> None:
    """Replace a graph."""
    disk.drop(name)
    disk.create(name)
    disk.add((*triple, name) for triple in triples)


def marks(folder: Path, number: int | None = None) -> set[str]:
    return {str(o) for o in (Disk.read_only(generations.path(folder, number)).graph(NAME) or Graph()).objects()}


def test_each_change_is_a_generation_that_never_changes(tmp_path: Path) -> None:
    with Generations(tmp_path) as store:
        assert store.current == 0
        for mark in (1, 2, 3):
            assert store.change(lambda disk, mark=mark: put(disk, NAME, numbered(5, mark))) == mark  # type: ignore[misc]
        assert [marks(tmp_path, n) for n in (1, 2, 3)] == [{"1"}, {"2"}, {"3"}]
        assert store.change(lambda disk: disk.drop(NAME)) == 4
        assert Disk.read_only(store.path()).names() == []
        assert marks(tmp_path, 3) == {"3"}


def test_what_was_stored_is_there_again_after_closing(tmp_path: Path) -> None:
    with Generations(tmp_path) as store:
        store.change(lambda disk: put(disk, NAME, numbered(3, 1)))
    with Generations(tmp_path) as store:
        assert store.current == 1
        store.change(lambda disk: put(disk, "urn:graph:b", numbered(2, 2)))
        assert Disk.read_only(store.path()).names() == [NAME, "urn:graph:b"]


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    def half(disk: Disk) -> None:
        put(disk, NAME, numbered(3, 2))
        raise ValueError("in the middle")

    with Generations(tmp_path) as store:
        store.change(lambda disk: put(disk, NAME, numbered(3, 1)))
        with pytest.raises(ValueError, match="in the middle"):
            store.change(half)
        assert store.current == 1
        # The writer, too, is as it was: the next generation holds nothing of what failed.
        store.change(lambda disk: put(disk, "urn:graph:b", numbered(1, 3)))
        assert marks(tmp_path) == {"1"}


def test_old_generations_are_pruned_and_said_to_be_gone(tmp_path: Path) -> None:
    with Generations(tmp_path, keep=2) as store:
        for mark in (1, 2, 3, 4):
            store.change(lambda disk, mark=mark: put(disk, NAME, numbered(1, mark)))  # type: ignore[misc]
        assert marks(tmp_path, 3) == {"3"}
        with pytest.raises(GenerationGoneError, match="3 is the oldest kept"):
            store.path(2)
        with pytest.raises(StoreError, match="newest is 4"):
            store.path(5)
        with pytest.raises(StoreError):
            store.path(0)


def test_a_generation_is_pruned_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is stopped before the first file of it is removed: nobody opens it, and the next process clears it away."""
    with Generations(tmp_path, keep=1) as store:
        store.change(lambda disk: put(disk, NAME, numbered(1, 1)))
        with monkeypatch.context() as stopped:
            stopped.setattr(shutil, "rmtree", lambda *_, **__: None)
            store.change(lambda disk: put(disk, NAME, numbered(1, 2)))
        with pytest.raises(GenerationGoneError, match="2 is the oldest kept"):
            store.path(1)
        assert len(list((tmp_path / "generations").iterdir())) == 2
    with Generations(tmp_path, keep=1) as store:
        assert list((tmp_path / "generations").iterdir()) == [store.path(2)]
    assert marks(tmp_path) == {"2"}


def test_a_generation_that_goes_while_it_is_opened_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was there when it was looked up; whether it is opened or only asked for its time."""
    with Generations(tmp_path) as store:
        for mark in (1, 2, 3):
            store.change(lambda disk, mark=mark: put(disk, NAME, numbered(1, mark)))  # type: ignore[misc]
    place, look_up = Embedded(tmp_path), generations.path

    def overtaken(folder: Path, number: int | None = None) -> Path:
        found = look_up(folder, number)
        shutil.rmtree(found)
        return found

    monkeypatch.setattr(generations, "path", overtaken)
    with pytest.raises(GenerationGoneError, match="2 is the oldest kept"):
        place.reader(1)
    with pytest.raises(GenerationGoneError, match="3 is the oldest kept"):
        place.since(2)


def test_a_store_without_its_generations_is_told_in_one_line(tmp_path: Path) -> None:
    with Generations(tmp_path) as store:
        store.change(lambda disk: put(disk, NAME, numbered(1, 1)))
    shutil.rmtree(tmp_path / "generations" / "0000000001")
    with pytest.raises(StoreError, match=r"no generation is left, though 1 were made\. Restore a backup\.") as caught:
        generations.path(tmp_path)
    assert not isinstance(caught.value, GenerationGoneError)
    shutil.rmtree(tmp_path / "generations")
    with pytest.raises(StoreError, match=r"generations: it cannot be read \(No such file or directory\)"):
        generations.path(tmp_path)


def test_one_process_writes(tmp_path: Path) -> None:
    with Generations(tmp_path), pytest.raises(StoreError, match="another process"):
        Generations(tmp_path)
    Generations(tmp_path).close()
    with pytest.raises(StoreError, match="keep one at least"):
        Generations(tmp_path, keep=0)


def test_a_folder_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Generations(tmp_path / "file")
    with pytest.raises(StoreError, match=r"current: it cannot be read \(Not a directory\)"):
        Embedded(tmp_path / "file").current()


def test_a_number_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "current").write_text("first")
    with pytest.raises(StoreError, match="holds no number of a generation"):
        generations.current(tmp_path)


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Generations(tmp_path) as store:
        store.change(lambda disk: put(disk, NAME, numbered(3, 1)))
        with monkeypatch.context() as full:

            def refuse(_self: Disk, _folder: Path) -> None:
                raise OSError(28, "No space left on device")

            full.setattr(Disk, "backup", refuse)
            with pytest.raises(StoreError, match="No space left"):
                store.change(lambda disk: put(disk, NAME, numbered(3, 2)))
        assert store.current == 1
        assert marks(tmp_path) == {"1"}
        # There is room again: the next change holds nothing of the one that failed.
        store.change(lambda disk: put(disk, "urn:graph:b", numbered(1, 3)))
        assert marks(tmp_path) == {"1"}


def test_what_is_served_is_never_said_to_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails after the generation is in its place: it is stored, and the writer is made anew."""
    with Generations(tmp_path) as store:
        store.change(lambda disk: put(disk, NAME, numbered(3, 1)))
        with monkeypatch.context() as failing:

            def refuse(_self: Path) -> None:
                raise OSError(5, "Input/output error")

            failing.setattr(Path, "unlink", refuse)
            assert store.change(lambda disk: put(disk, NAME, numbered(3, 2))) == 2
        assert store.change(lambda disk: put(disk, "urn:graph:b", numbered(1, 3))) == 3
        assert marks(tmp_path) == {"2"}


WRITER = """
import sys
from pathlib import Path
from rdflib import Graph, Literal, URIRef
from masagraph.store.generations import Generations
def put(disk, name, graph):
    disk.drop(name)
    disk.add((*triple, name) for triple in graph)
with Generations(Path(sys.argv[1]), keep=3) as store:
    while True:
        mark = store.current + 1
        graph = Graph()
        for n in range(200):
            graph.add((URIRef(f"urn:thing:{n}"), URIRef("urn:says"), Literal(mark)))
        print(store.change(lambda disk: put(disk, "urn:graph:a", graph)), flush=True)
"""


@pytest.mark.long
def test_nothing_is_lost_or_half_done_when_the_writer_is_killed(tmp_path: Path) -> None:
    """Killed without warning at 200 moments chosen by chance: whatever was acknowledged is there, whole."""
    chance = random.Random(20261121)
    for _ in range(200):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged = int(process.stdout.readline())  # The store is ready again without repair.
            time.sleep(chance.random() * 0.15)
            process.send_signal(signal.SIGKILL)
            told = process.stdout.read().split()
        acknowledged = int(told[-1]) if told else acknowledged
        served = generations.current(tmp_path)
        assert served in (acknowledged, acknowledged + 1)
        found = Disk.read_only(generations.path(tmp_path)).graph(NAME)
        assert found is not None
        assert {str(o) for o in found.objects()} == {str(served)}
        assert len(found) == 200


def test_the_proof_notices_half_a_change(tmp_path: Path) -> None:
    """The kill test would see it if what is served held two marks at once, as the bare writer does in the middle of a change."""
    disk = Disk(tmp_path / "bare")
    put(disk, NAME, [*numbered(200, 1), *list(numbered(100, 2))])
    found = disk.graph(NAME)
    assert found is not None
    assert {str(o) for o in found.objects()} != {"1"}
    assert len(found) != 200
