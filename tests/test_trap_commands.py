"""No command fetches anything: not what it is told, nor what its files name.

What is tried comes from the parser of the command line: every argument of every command names the place once, by HTTP and as a
file. Only `--store` is left out, the one address that a command is given in order to ask it, and `serve`, which does not end:
it is run beside.
"""

import argparse
import shutil
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest
from rdflib import OWL, URIRef

import serving
from masagraph.cli import main, parser
from masagraph.questions import loader
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from trap import FIRST, MARK, VERSIONS, Trap, documents, write_mark

ASKED_BY_DESIGN = {"--store", "--store-update", "--store-graphs"}
GOOD = {
    "files": "plan.ttl", "rule": "WT-TRAINING", "area": "Barnet", "place": "Barnet", "name": "partners/leads", "source": "tables",
    "target": "out", "to": "out.nq", "role": "publisher", "scope": FIRST, "label": "a test", "id": "none",
}  # fmt: skip
"""What is said where an argument has to be, while another one is tried. One that is not here fails."""
Say = Callable[[list[str]], str]


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """Run the listener."""
    with Trap.listening() as made:
        yield made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the commands are run in."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def places(trap: Trap, tmp_path: Path) -> list[str]:
    """Return what is not to be looked at."""
    return [trap.address, write_mark(tmp_path).as_uri()]


@pytest.fixture
def say(trap: Trap, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """Run a command, see that it fetched nothing, ended as commands end and told no mark, and return what it told."""
    before, codes = trap.calls, set[int]()

    def run(words: list[str]) -> str:
        try:
            code = main(words)
        except SystemExit as ended:  # The parser ends so.
            code = int(str(ended.code))
        told = "".join(capsys.readouterr())
        assert trap.calls == before, words
        assert code in (0, 1, 2, 3), words
        assert "unforeseen" not in told, (words, told)
        assert MARK not in told, words
        codes.add(code)
        return told

    yield run
    assert 2 in codes
    assert MARK in (tmp_path / "secret.ttl").read_text()  # nor was it written over


def commands(
    of: argparse.ArgumentParser, name: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Yield every command by its words."""
    groups = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    for word, below in (pair for group in groups for pair in group.choices.items()):
        yield from commands(below, (*name, word))
    if not groups:
        yield name, of


def calls(name: tuple[str, ...], of: argparse.ArgumentParser, where: str) -> Iterator[list[str]]:
    """Yield a call of a command for each of its arguments, with the place in it."""
    takes = [action for action in of._actions if action.nargs != 0 and not ASKED_BY_DESIGN & {*action.option_strings}]
    needed = {action.dest: GOOD[action.dest] for action in takes if action.required}
    flags = {action.dest: action.option_strings[:1] for action in takes}
    for tried in takes:
        said = {**needed, tried.dest: where}
        yield [*name, *(word for dest, value in said.items() for word in (*flags[dest], value))]


@pytest.mark.long
def test_no_argument_is_fetched(say: Say, places: list[str], here: Path) -> None:
    shutil.copy(serving.__file__, here / "plan.ttl")  # no arrangement: what is asked of is the place
    (here / "tables").mkdir()
    tried = set()
    for name, of in commands(parser()):
        for words in (words for where in places for words in calls(name, of, where) if name != ("serve",)):
            say(words)
            tried.add(name)
    assert len(tried) == len(list(commands(parser()))) - 1


@pytest.mark.long
def test_no_parameter_of_a_question_is_fetched(say: Say, places: list[str]) -> None:
    for question in loader.load().values():
        for parameter in question.parameters:
            say(["ask", question.name, f"--{parameter.name}", places[0]])
    say(["ask", "partners/leads", "--area", places[1]])


@pytest.mark.long
def test_no_file_has_anything_fetched(say: Say, places: list[str], here: Path, shipped_data: Path) -> None:
    """A document that asks for something, checked and loaded; then all that is done with a store that holds it.

    Intake lets no import in, so it is put past it.
    """
    serving.copy_store(shipped_data, here / "data")
    for where in places:
        writer = Embedded(here / "data" / "store").writer()
        imports = [
            (URIRef(f"{VERSIONS}{FIRST}"), OWL.imports, URIRef(where), graph) for graph in (f"{VERSIONS}{FIRST}", where, None)
        ]
        writer.apply(Change(added=tuple(imports)))
        writer.close()
        for number, (extension, document) in enumerate(documents(where)):
            file = here / f"{number}.{extension}"
            file.write_text(document, encoding="utf-8")
            say(["check", str(file)])
            say(["store", "load", str(file), "--data", "data"])
        say(["store", "export", "--data", "data", "--to", "all.nq"])
        assert where in (here / "all.nq").read_text(encoding="utf-8")  # It is held.
        say(["store", "export", "--data", "data", "--to", "all.trig", "--format", "trig"])
        assert "The store is " in say(["store", "check", "--data", "data"])
        say(["store", "backup", "--data", "data", "--to", "all.tar.gz"])
        assert "holds what" in say(["store", "restore", "--data", "data", "--from", "all.tar.gz", "--replace"])
        say(["check", "--profile", "register"])


@pytest.mark.long
def test_no_table_and_no_setting_has_anything_fetched(say: Say, places: list[str], here: Path, root: Path) -> None:
    for where in places:
        (here / "settings.toml").write_text(f'base = "{where}"\nlog = "{where}"\ndata = "data"\n', encoding="utf-8")
        for name, of in commands(parser()):
            takes = of._actions
            if any("--settings" in action.option_strings for action in takes) and name != ("serve",):
                needed = [action for action in takes if action.required]
                words = [word for action in needed for word in (*action.option_strings[:1], GOOD[action.dest])]
                say([*name, *words, "--settings", "settings.toml"])
    tables = root.parent / "shared" / "reference"
    # They lie beside the checkout and are not part of it. One of them is spoiled each time, by HTTP or as a file in turn.
    for where, table in zip(cycle(places), sorted(tables.glob("*.csv")), strict=False):
        spoiled = shutil.copytree(tables, here / "tables")
        spoiled.chmod(0o755)
        (spoiled / table.name).chmod(0o644)
        header, *rows = table.read_text(encoding="utf-8").splitlines()
        worse = [header, ",".join([where] * len(header.split(","))), *rows]
        (spoiled / table.name).write_text("\n".join(worse), encoding="utf-8")
        say(["reference", "build", "--from", "tables", "--to", "out"])
        shutil.rmtree(spoiled)


@pytest.mark.long
def test_the_service_does_not_ask_its_own_address(trap: Trap, shipped_data: Path, tmp_path: Path) -> None:
    before = trap.calls
    serving.copy_store(shipped_data, tmp_path / "data")
    with serving.serving(tmp_path / "data", "--workers", "1", "--base", trap.address) as service:
        for path in ("/", "/sparql", "/.well-known/void", "/api/openapi.json", f"/id/version/{FIRST}", "/ready"):
            assert service.ask("GET", path).status == 200
    assert trap.calls == before
