"""`masagraph store`: what is wrong is told, what is kept comes back whole, and nothing is half written."""

import gzip
import hashlib
import io
import json
import resource
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from disks import small_disk
from masagraph import assets, oxigraph
from masagraph.cli import main
from masagraph.oxigraph import Quad
from masagraph.store import embedded, layout, nquads
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from masagraph.tokens import Tokens

FIRST = "barking-and-dagenham-2019"
VERSION, HACKNEY, BARNET = (f"{layout.VERSIONS}{key}" for key in (FIRST, "city-and-hackney-2019", "barnet-2019"))
OK, WRONG_CALL, FAILED = 0, 2, 3
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of the data that ship, which no test changes."""
    folder = tmp_path_factory.mktemp("loaded")
    assert main(["store", "load", "--data", str(folder)]) == OK
    return folder


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return shutil.copytree(loaded, tmp_path / "data")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a folder with a store of one document, which is quickly read through."""
    data = tmp_path / "small"
    document = oxigraph.read([assets.folder("data") / "arrangements" / f"{FIRST}.ttl"])
    changed(data, created=(VERSION,), added=tuple((*triple, name) for triple in document for name in (None, VERSION)))
    return data


@pytest.fixture(scope="session")
def backup(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of the data that ship."""
    file = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    assert main(["store", "backup", "--data", str(loaded), "--to", str(file)]) == OK
    return file


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run the command and return its exit code and what it printed."""

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["store", *map(str, words)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def changed(data: Path, **what: object) -> None:
    """Change a store, as somebody does who goes past everything that looks after it."""
    writer = Embedded(data / "store").writer()
    writer.apply(Change(**what))  # type: ignore[arg-type]  # the parts of a change
    writer.close()


def held(data: Path) -> list[str]:
    """Return what a store holds, with one name for all blank nodes."""
    reader = Embedded(data / "store").reader()
    quads = [tuple(BNode("b") if isinstance(term, BNode) else term for term in quad) for quad in reader.quads()]
    names = reader.names()
    reader.close()
    return [*nquads.lines(quads), *names]  # type: ignore[arg-type]  # still quads


# What is wrong with a store


def test_a_store_as_loaded_is_sound(loaded: Path, say: Said) -> None:
    code, out, _ = say("check", "--data", loaded)
    assert (code, out.splitlines()[-1]) == (OK, "The store is sound.")
    assert out.startswith("Generation 1: ")


def test_where_nothing_is_nothing_is_sound(tmp_path: Path, say: Said) -> None:
    for verb in (["check"], ["backup", "--to", tmp_path / "b"], ["export", "--to", tmp_path / "e"]):
        code, out, err = say(*verb, "--data", tmp_path / "nothing")
        assert (code, out, err.count("\n")) == (FAILED, "", 1), verb
    assert list(tmp_path.iterdir()) == []


A_TRIPLE: tuple[Node, Node, Node] = (URIRef("urn:a"), URIRef("urn:b"), URIRef("urn:c"))


def test_what_does_not_follow_is_told(data: Path, say: Said) -> None:
    changed(
        data,
        added=tuple((*A_TRIPLE, name) for name in (None, layout.settled(VERSION), layout.settled(layout.REFERENCE))),
        dropped=(layout.RULES, HACKNEY, layout.settled(BARNET)),
    )
    code, out, _ = say("check", "--data", data)
    size, *faults, older, last = out.splitlines()
    assert code == FAILED
    assert (size.startswith("Generation 2: "), older.startswith("Generation 1: ")) == (True, True)
    for told in (
        f"The graph <{layout.RULES}>, which ships with masagraph, is gone.",
        f"Something is settled from <{HACKNEY}>, whose document is not held.",
        f"<{BARNET}> is held and nothing is settled from it.",
        f"What is settled from <{VERSION}> is not what follows from it: 0 triples are missing and 1 too many.",
        "What is settled from the reference data is not what follows from it: 0 triples are missing and 1 too many.",
        # The triple in the default graph is borne out by the graphs into which it was put too; what was dropped is not.
        "What questions are asked of is not what was settled: 0 triples are missing and ",
    ):
        assert len([fault for fault in faults if fault.startswith(told)]) == 1, told
    assert last == f"The store is not sound: {len(faults)} faults."


def test_what_the_check_says_to_do_mends_it(data: Path, say: Said) -> None:
    changed(data, added=((*A_TRIPLE, layout.settled(VERSION)),))
    code, out, _ = say("check", "--data", data)
    assert code == FAILED
    assert "Load its document again with 'masagraph store load'" in out
    assert say("load", assets.folder("data") / "arrangements" / f"{FIRST}.ttl", "--data", data)[0] == OK
    assert say("check", "--data", data)[0] == OK


def test_the_generation_that_is_served_has_to_be_there(small: Path, say: Said) -> None:
    (small / "store" / "current").write_text("7", encoding="ascii")
    code, out, _ = say("check", "--data", small)
    assert code == FAILED
    assert "Generation 7, which is served, is not there or cannot be opened" in out


def test_an_older_generation_that_cannot_be_opened_is_told(small: Path, say: Said) -> None:
    changed(small, created=("urn:graph:empty",))
    (small / "store" / "generations" / "0000000001" / "CURRENT").write_text("nothing\n", encoding="ascii")
    code, out, _ = say("check", "--data", small)
    assert code == FAILED
    assert out.startswith("Generation 2: ")
    assert "Generation 1 cannot be read to its end" in out


@pytest.mark.long
def test_a_disk_that_forgets_is_noticed_wherever_it_does(loaded: Path, tmp_path: Path) -> None:
    """One bit is turned in each file of data in turn. Oxigraph may take all memory on such files, so it is given little."""
    generation = loaded / "store" / "generations" / "0000000001"
    files = [file.name for file in generation.iterdir() if file.suffix == ".sst"]
    assert len(files) > 5
    seen = 0
    for name in files:
        data = shutil.copytree(loaded, tmp_path / name)
        file = data / "store" / "generations" / "0000000001" / name
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 1
        file.write_bytes(content)
        done = command("check", "--data", str(data), memory=4 << 30)
        assert done.returncode in (OK, FAILED), (name, done)
        seen += done.returncode == FAILED
        shutil.rmtree(data)
    # Each order of a default graph and of named ones has files of its own; those by graph and property or value are not read.
    assert seen >= len(files) - 3


# Backups


def test_a_backup_comes_back_whole(loaded: Path, backup: Path, tmp_path: Path, say: Said) -> None:
    code, out, _ = say("restore", "--from", backup, "--data", tmp_path / "new")
    assert (code, out.startswith("Generation 1 holds what ")) == (OK, True)
    assert held(tmp_path / "new") == held(loaded)
    assert say("check", "--data", tmp_path / "new")[0] == OK


def test_a_backup_is_made_while_somebody_writes_and_is_always_the_same(
    loaded: Path, backup: Path, tmp_path: Path, say: Said
) -> None:
    writer = Embedded(loaded / "store").writer()
    try:
        assert say("backup", "--data", loaded, "--to", tmp_path / "again.tar.gz")[0] == OK
    finally:
        writer.close()
    assert (tmp_path / "again.tar.gz").read_bytes() == backup.read_bytes()


def test_tokens_are_in_no_backup(small: Path, tmp_path: Path, say: Said) -> None:
    token, secret = Tokens(small).create("admin", "the operator")
    assert say("backup", "--data", small, "--to", tmp_path / "b.tar.gz")[0] == OK
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        content = b"".join(tar.extractfile(member).read() for member in tar)  # type: ignore[union-attr]  # all are files
    for told in (token.id, secret, hashlib.sha256(secret.encode()).hexdigest()):
        assert told.encode() not in content
    assert VERSION.encode() in content


def test_what_is_held_is_not_written_over_unasked(small: Path, tmp_path: Path, say: Said) -> None:
    (tmp_path / "b.tar.gz").write_bytes(packed(("manifest.json", described(LINE)), ("data.nq", LINE)))
    before = held(small)
    code, _, err = say("restore", "--from", tmp_path / "b.tar.gz", "--data", small)
    assert (code, "--replace" in err, held(small)) == (WRONG_CALL, True, before)
    assert say("restore", "--from", tmp_path / "b.tar.gz", "--data", small, "--replace")[0] == OK
    assert held(small) == [LINE.decode(), "urn:g"]
    # What was there before is a generation still.
    assert say("export", "--data", small, "--generation", "1", "--to", tmp_path / "before.nq")[0] == OK
    assert f"<{VERSION}>" in (tmp_path / "before.nq").read_text(encoding="utf-8")


def packed(*members: tuple[tarfile.TarInfo | str, bytes]) -> bytes:
    """Make a file as a backup is made, of any members."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, content in members:
            entry = tarfile.TarInfo(name) if isinstance(name, str) else name
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def described(data: bytes, **otherwise: object) -> bytes:
    told = {"format": "masagraph-backup-1", "generation": 1, "quads": data.count(b"\n"), "graphs": ["urn:g"], "bytes": len(data)}
    return json.dumps({**told, "sha256": hashlib.sha256(data).hexdigest(), **otherwise}).encode()


def link(kind: bytes, target: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo("data.nq")
    entry.type, entry.linkname = kind, target
    return entry


LINE = b"<urn:a> <urn:b> <urn:c> <urn:g> .\n"
WRONG = {
    "empty": b"",
    "text": b"this is no backup",
    "gzip of text": gzip.compress(b"this is no backup"),
    "tar of nothing": packed(),
    "no manifest": packed(("data.nq", LINE)),
    "no data": packed(("manifest.json", described(LINE))),
    "climbing name": packed(("manifest.json", described(LINE)), ("../../evil", LINE)),
    "name from the root": packed(("manifest.json", described(LINE)), ("/evil", LINE)),
    "symbolic link": packed(("manifest.json", described(LINE)), (link(tarfile.SYMTYPE, "/etc/hostname"), b"")),
    "hard link": packed(("manifest.json", described(LINE)), (link(tarfile.LNKTYPE, "manifest.json"), b"")),
    "device": packed(("manifest.json", described(LINE)), (link(tarfile.CHRTYPE, ""), b"")),
    "one more": packed(("manifest.json", described(LINE)), ("data.nq", LINE), ("../evil", b"")),
    "no JSON": packed(("manifest.json", b"{"), ("data.nq", LINE)),
    "a list": packed(("manifest.json", b"[]"), ("data.nq", LINE)),
    "deep JSON": packed(("manifest.json", b"[" * 100_000), ("data.nq", LINE)),
    "another format": packed(("manifest.json", described(LINE, format="masagraph-backup-9")), ("data.nq", LINE)),
    "another size": packed(("manifest.json", described(LINE, bytes=len(LINE) - 1)), ("data.nq", LINE)),
    "another checksum": packed(("manifest.json", described(LINE)), ("data.nq", LINE.replace(b"c", b"d"))),
    "another count": packed(("manifest.json", described(LINE, quads=2)), ("data.nq", LINE)),
    "no number": packed(("manifest.json", described(LINE, quads="1")), ("data.nq", LINE)),
    "a graph not named": packed(("manifest.json", described(LINE, graphs=[])), ("data.nq", LINE)),
    "a graph that is none": packed(("manifest.json", described(LINE, graphs=["urn:g", "> <urn:x"])), ("data.nq", LINE)),
    "no N-Quads": packed(("manifest.json", described(b"<urn:a> \n")), ("data.nq", b"<urn:a> \n")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_backup_is_refused(tmp_path: Path, say: Said, name: str) -> None:
    file, data = tmp_path / "some.tar.gz", tmp_path / "deep" / "er" / "data"
    file.write_bytes(WRONG[name])
    code, out, err = say("restore", "--from", file, "--data", data)
    assert (code, out) == (WRONG_CALL, "")
    assert str(file) in err.splitlines()[-1]
    assert [path for path in tmp_path.rglob("*") if path != file] == []
    assert not Path("/evil").exists()


def test_the_one_that_is_right_is_not_refused(tmp_path: Path, say: Said) -> None:
    """The wrong ones above are refused for what is wrong with them."""
    (tmp_path / "b.tar.gz").write_bytes(packed(("manifest.json", described(LINE)), ("data.nq", LINE)))
    assert say("restore", "--from", tmp_path / "b.tar.gz", "--data", tmp_path / "new")[0] == OK
    assert held(tmp_path / "new") == [LINE.decode(), "urn:g"]


def test_a_backup_that_was_cut_off_or_changed_is_refused(backup: Path, tmp_path: Path, say: Said) -> None:
    whole = backup.read_bytes()
    for length in (10, 300, len(whole) // 2, len(whole) - 2000):
        (tmp_path / "cut.tar.gz").write_bytes(whole[:length])
        assert say("restore", "--from", tmp_path / "cut.tar.gz", "--data", tmp_path / "new")[0] == WRONG_CALL, length
    for place in (len(whole) // 3, len(whole) // 2):
        (tmp_path / "cut.tar.gz").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert say("restore", "--from", tmp_path / "cut.tar.gz", "--data", tmp_path / "new")[0] == WRONG_CALL, place
    assert not (tmp_path / "new").exists()


def test_wrong_calls_are_told_in_one_line(loaded: Path, backup: Path, tmp_path: Path, say: Said) -> None:
    wrong: list[tuple[list[object], str]] = [
        (["restore", "--from", tmp_path / "missing.tar.gz", "--data", tmp_path / "new"], "there is no such file"),
        (["restore", "--from", tmp_path, "--data", tmp_path / "new"], "it is a folder"),
        (["backup", "--to", tmp_path, "--data", loaded], "it is a folder"),
        (["backup", "--to", " ", "--data", loaded], "it is empty"),
        (["backup", "--to", tmp_path / "no" / "such" / "folder", "--data", loaded], "it cannot be written there"),
        (["export", "--to", tmp_path / "e", "--generation", "x", "--data", loaded], "'x' is no number of a generation"),
        (["export", "--to", tmp_path / "e", "--generation", "0", "--data", loaded], "'0' is no number of a generation"),
        (["load", "--data", loaded], "it names no file"),
        (["load", tmp_path / "missing.ttl", "--data", loaded], "there is no such file"),
        (["load", backup, "--data", loaded], "extension"),
    ]
    for words, told in wrong:
        code, out, err = say(*words)
        assert (code, out) == (WRONG_CALL, ""), words
        assert told in err, words
        assert err.count("\n") == 1, words
    code, _, err = say("export", "--to", tmp_path / "e", "--generation", "9", "--data", loaded)
    assert (code, "There is no generation 9" in err) == (FAILED, True)
    assert list(tmp_path.iterdir()) == []
    for verb in ("restore", "backup", "mend"):
        with pytest.raises(SystemExit):
            say(verb)


# A full disk


def command(*words: str, file: int | None = None, memory: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own that may write no larger files, or take no more memory, than so many bytes."""

    def limit() -> None:
        if file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    call = [sys.executable, "-m", "masagraph", "store", *words]
    return subprocess.run(call, capture_output=True, text=True, check=False, preexec_fn=limit)


def test_a_backup_that_does_not_fit_leaves_the_one_before(loaded: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    target.write_bytes(b"the one before")
    for verb in ("backup", "export"):
        done = command(verb, "--to", str(target), "--data", str(loaded), file=100_000)
        assert (done.returncode, "cannot be written there (File too large)" in done.stderr) == (WRONG_CALL, True)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"the one before"]


def test_a_restore_that_does_not_fit_leaves_what_was_there(small: Path, backup: Path) -> None:
    before = held(small)
    done = command("restore", "--replace", "--from", str(backup), "--data", str(small), file=300_000)
    assert done.returncode == FAILED
    assert "nothing was stored" in done.stderr.splitlines()[-1]
    assert held(small) == before
    assert command("restore", "--replace", "--from", str(backup), "--data", str(small)).returncode == OK
    assert held(small) != before


def test_on_a_full_disk_nothing_is_half_stored(backup: Path, tmp_path: Path, say: Said) -> None:
    with small_disk(tmp_path / "disk", 12) as disk:
        code, _, err = say("restore", "--from", backup, "--data", disk)
        assert code == FAILED
        assert "nothing was stored" in err.splitlines()[-1]
        assert Embedded(disk / "store").current() == 0
        (disk / "rest").write_bytes(b"0" * (shutil.disk_usage(disk).free - 4096))
        assert say("backup", "--data", tmp_path, "--to", disk / "b.tar.gz")[0] == FAILED
        assert not (disk / "b.tar.gz").exists()


# Loading and exporting


def other(stem: str, key: str, tmp_path: Path) -> Path:
    """Return a file of an arrangement that ships, under another key."""
    text = (assets.folder("data") / "arrangements" / f"{stem}.ttl").read_text(encoding="utf-8")
    file = tmp_path / f"{key}.ttl"
    file.write_text(
        text.replace(stem, key).replace(f"arrangement/{stem.rsplit('-', 1)[0]}", f"arrangement/{key}"), encoding="utf-8"
    )
    return file


def test_several_files_are_published_in_one_change_or_none(data: Path, tmp_path: Path, say: Said) -> None:
    one, two = other(FIRST, "first-town", tmp_path), other(FIRST, "second-town", tmp_path)
    bad = tmp_path / "bad.ttl"
    bad.write_text("this is no Turtle")
    code, _, err = say("load", one, bad, "--data", data)
    assert (code, "bad.ttl" in err, Embedded(data / "store").current()) == (WRONG_CALL, True, 1)
    code, out, _ = say("load", one, two, "--data", data)
    assert (code, out) == (OK, "Generation 2 is served.\n")
    reader = Embedded(data / "store").reader()
    assert {f"{layout.VERSIONS}first-town", f"{layout.VERSIONS}second-town"} <= set(reader.names())
    reader.close()
    assert say("check", "--data", data)[0] == OK


def test_a_store_that_somebody_has_open_is_not_loaded(
    data: Path, tmp_path: Path, say: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_PATIENCE", 0.3)
    writer = Embedded(data / "store").writer()
    try:
        for words in (["load", other(FIRST, "first-town", tmp_path)], ["restore", "--replace", "--from", tmp_path / "b"]):
            if words[0] == "restore":
                (tmp_path / "b").write_bytes(packed(("manifest.json", described(LINE)), ("data.nq", LINE)))
            code, out, err = say(*words, "--data", data)
            assert (code, out) == (FAILED, "")
            assert "another process has this store open" in err.splitlines()[-1]
    finally:
        writer.close()
    assert Embedded(data / "store").current() == 1


@pytest.mark.parametrize("form", ["nq", "trig"])
def test_an_export_holds_everything_once_and_in_order(small: Path, tmp_path: Path, say: Said, form: str) -> None:
    changed(small, created=("urn:graph:empty",))
    assert say("export", "--data", small, "--to", tmp_path / "e", "--format", form)[0] == OK
    content = (tmp_path / "e").read_bytes()
    parsed = list(ox.parse(content, format={"nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}[form]))
    reader = Embedded(small / "store").reader()
    quads = list(reader.quads())
    reader.close()
    assert len(parsed) == len(quads) > 1_000
    assert (b"<urn:graph:empty> {\n}\n" in content) == (form == "trig")
    if form == "nq":
        assert content.splitlines() == sorted(content.splitlines())
    assert say("export", "--data", small, "--to", tmp_path / "again", "--format", form)[0] == OK
    assert (tmp_path / "again").read_bytes() == content


def test_an_export_of_a_pruned_generation_says_so(small: Path, tmp_path: Path, say: Said) -> None:
    writer = Embedded(small / "store", keep=1).writer()
    writer.apply(Change(created=("urn:graph:empty",)))
    writer.close()
    code, _, err = say("export", "--data", small, "--to", tmp_path / "e", "--generation", "1")
    assert (code, "Generation 1 is pruned" in err) == (FAILED, True)


INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SAID = st.one_of(
    st.tuples(TEXTS, st.none(), st.sampled_from([None, "urn:type", INTEGER])),
    st.tuples(TEXTS, st.sampled_from(["en", "de"]), st.none()),
)


@given(st.sets(st.tuples(SAID, st.sampled_from([None, "urn:g"]))))
def test_whatever_a_literal_holds_is_read_back_by_others(
    said: set[tuple[tuple[str, str | None, str | None], str | None]],
) -> None:
    quads: list[Quad] = [
        (URIRef("urn:a"), URIRef("urn:b"), Literal(text, lang, type_ and URIRef(type_), normalize=False), name)
        for (text, lang, type_), name in said
    ]
    whole = "".join(nquads.lines(quads))
    for told, form in ((whole, ox.RdfFormat.N_QUADS), ("".join(nquads.trig(quads, ["urn:g"])), ox.RdfFormat.TRIG)):
        assert {read_by_oxigraph(quad) for quad in ox.parse(told.encode(), format=form)} == said
    ours = nquads.lines((*quad[:3], None) for quad in quads)
    theirs = {value for _, _, value in Graph().parse(data="".join(ours), format="nt11")}
    assert {str(value) for value in theirs} == {text for (text, _, _), _ in said}


def read_by_oxigraph(quad: ox.Quad) -> tuple[tuple[str, str | None, str | None], str | None]:
    value, name = quad.object, quad.graph_name
    assert isinstance(value, ox.Literal)
    plain = value.language or value.datatype.value.endswith("#string")
    graph = name.value if isinstance(name, ox.NamedNode) else None
    return (value.value, value.language, None if plain else value.datatype.value), graph
