"""Tokens: who may publish what, what is kept of them, and that none is lost or served after it was revoked."""

import hashlib
import json
import re
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from masagraph import cli
from masagraph.cli import OK, WRONG_INPUT, main, token_command
from masagraph.errors import InputError
from masagraph.tokens import Token, Tokens

SECRET = re.compile(r"masa_[A-Za-z0-9_-]{43}")
"""Thirty-two bytes in base 64 without padding are 43 characters."""


def test_a_token_is_found_by_its_secret_until_it_is_revoked(tmp_path: Path) -> None:
    running, command = Tokens(tmp_path), Tokens(tmp_path)
    assert running.listed() == ()
    token, secret = command.create("publisher", "Barnet business unit", ("barnet", "brent", "barnet"))
    assert SECRET.fullmatch(secret)
    today = datetime.now(UTC).date()
    assert token == Token(token.id, "publisher", ("barnet", "brent"), "Barnet business unit", today)
    assert running.find(secret) == token
    for wrong in (
        "",
        "masa_",
        secret[:-1],
        secret + "x",
        secret.swapcase(),
        "x" * 10_000,
        "masa_é",
        secret.removeprefix("masa_"),
    ):
        assert running.find(wrong) is None
    other, _ = command.create("admin", "operations")
    assert command.revoke(token.id).revoked == today
    assert running.find(secret) is None
    assert running.listed() == command.listed()
    assert [(t.id, t.revoked) for t in running.listed()] == [(token.id, today), (other.id, None)]


def test_a_token_stays_revoked_since_the_first_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(tmp_path)
    token, _ = tokens.create("admin", "operations")
    for day, since in ((date(2026, 1, 1), date(2026, 1, 1)), (date(2026, 1, 2), date(2026, 1, 1))):
        monkeypatch.setattr("masagraph.tokens._today", lambda day=day: day)
        assert tokens.revoke(token.id).revoked == since
    assert [t.revoked for t in Tokens(tmp_path).listed()] == [date(2026, 1, 1)]


def test_only_a_digest_is_kept_where_only_this_user_reads(tmp_path: Path) -> None:
    _, secret = Tokens(tmp_path / "deep" / "er").create("admin", "operations")
    for file in (tmp_path / "deep" / "er").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert secret.removeprefix("masa_") not in file.read_text(encoding="utf-8")
    (entry,) = json.loads((tmp_path / "deep" / "er" / "tokens.json").read_text(encoding="utf-8"))
    assert entry["sha256"] == hashlib.sha256(secret.encode()).hexdigest()
    assert sorted(f.name for f in (tmp_path / "deep" / "er").iterdir()) == ["tokens.json", "tokens.lock"]


def test_who_may_publish_what(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    publisher = tokens.create("publisher", "a unit", ("barnet",))[0]
    facilitator = tokens.create("facilitator", "a facilitation service")[0]
    admin = tokens.create("admin", "operations")[0]
    assert [t.may_publish("barnet") for t in (publisher, facilitator, admin)] == [True, True, True]
    assert [t.may_publish("brent") for t in (publisher, facilitator, admin)] == [False, True, True]
    assert [t.may_publish("barne") for t in (publisher,)] == [False]
    assert [t.is_admin for t in (publisher, facilitator, admin)] == [False, False, True]


@pytest.mark.parametrize(
    ("role", "label", "scope", "words"),
    [
        ("owner", "x", (), "there is no 'owner'"),
        ("publisher", "x", (), "a publisher has none"),
        ("facilitator", "x", ("barnet",), "of role facilitator has one"),
        ("admin", "x", ("barnet",), "of role admin has one"),
        ("publisher", "x", ("Barnet",), "'Barnet'"),
        ("publisher", "x", ("barnet", "../x"), "'../x'"),
        ("publisher", "x", ("https://w3id.org/masagraph/id/arrangement/barnet",), "no key"),
        ("admin", " ", (), "empty"),
        ("admin", "a\nb", (), "one line"),
        ("admin", "x" * 101, (), "longer"),
        ("admin", "post@a.example", (), "person"),
        ("admin", "call 0000 000 0000", (), "person"),
    ],
)
def test_a_wrong_token_is_not_made(tmp_path: Path, role: str, label: str, scope: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        Tokens(tmp_path).create(role, label, scope)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}x", b"[1]", b'[{"id": "a"}]', b'{"id": "a"}', b"\xff", b"[{}]", b"5"])
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    tokens = Tokens(tmp_path)
    _, secret = tokens.create("admin", "operations")
    assert tokens.find(secret)
    (tmp_path / "tokens.json").write_bytes(content)
    for use in (lambda: tokens.find(secret), tokens.listed, lambda: tokens.create("admin", "x"), lambda: tokens.revoke("a")):
        with pytest.raises(InputError, match=r"tokens\.json: it holds no tokens"):
            use()
    assert (tmp_path / "tokens.json").read_bytes() == content


def test_a_token_of_a_role_that_is_unknown_lets_nobody_in(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    _, secret = tokens.create("admin", "operations")
    file = tmp_path / "tokens.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"admin"', '"root"'), encoding="utf-8")
    with pytest.raises(InputError, match="it holds no tokens"):
        tokens.find(secret)


def test_what_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(tmp_path)
    token, secret = tokens.create("admin", "operations")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("masagraph.tokens.os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        tokens.revoke(token.id)
    assert Tokens(tmp_path).find(secret) == token
    assert sorted(f.name for f in tmp_path.iterdir()) == ["tokens.json", "tokens.lock"]
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be stored"):
        Tokens(tmp_path / "file" / "folder").create("admin", "operations")


def test_commands_at_once_lose_no_token(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom masagraph.tokens import Tokens\n"
        "for n in range(10):\n    Tokens(Path(sys.argv[1])).create('admin', f'{sys.argv[2]} {n}')\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "abcd"]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    listed = Tokens(tmp_path).listed()
    assert {token.label for token in listed} == {f"{name} {n}" for name in "abcd" for n in range(10)}
    assert len({token.id for token in listed}) == 40


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Command":
    """Give the command, on a folder that the environment names."""
    monkeypatch.setattr(cli, "_COMMANDS", (token_command,))
    monkeypatch.setenv("MASAGRAPH_DATA", str(tmp_path))
    return Command(capsys)


class Command:
    """Runs `masagraph token`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Take what was printed from there."""
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str]:
        """Return the exit code and what was printed."""
        code = main(["token", *words])
        told = self._capsys.readouterr()
        return code, told.out + told.err


def test_the_command_makes_lists_and_revokes(command: Command, tmp_path: Path) -> None:
    assert command("list") == (OK, "There are no tokens.\n")
    code, told = command("create", "--role", "publisher", "--scope", "barnet", "brent", "--label", "a unit")
    assert code == OK
    assert "will not be shown again" in told
    secret = told.split()[0]
    token = Tokens(tmp_path).find(secret)
    assert token is not None
    assert (token.scope, token.label) == (("barnet", "brent"), "a unit")
    listed = f"{token.id}  {token.created}  valid  publisher (barnet, brent)  a unit\n"
    assert command("list") == (OK, listed)
    assert command("revoke", token.id) == (OK, f"{token.id} is revoked since {token.created}.\n")
    assert command("list") == (OK, listed.replace("valid", f"revoked {token.created}"))
    assert Tokens(tmp_path).find(secret) is None


def test_the_command_takes_its_folder_from_where_the_service_does(command: Command, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (tmp_path / "s.toml").write_text('data = "never"\n', encoding="utf-8")
    call = ("create", "--role", "admin", "--label", "operations")
    assert command(*call, "--settings", str(tmp_path / "s.toml"), "--data", str(other))[0] == OK
    assert (len(Tokens(other).listed()), len(Tokens(tmp_path).listed())) == (1, 0)


def test_a_wrong_call_is_told(command: Command) -> None:
    for words, told in (
        (("revoke", "abc"), "abc: there is no such token"),
        (("create", "--role", "publisher", "--label", "x"), "scope: a publisher has none"),
        (("list", "--data", ""), "--data: it is empty"),
    ):
        code, printed = command(*words)
        assert (code, printed.count("\n")) == (WRONG_INPUT, 1)
        assert told in printed
    command("create", "--role", "admin", "--label", "operations")
    assert command("revoke", "abc")[0] == WRONG_INPUT
    with pytest.raises(SystemExit):
        command("create", "--role", "owner", "--label", "x")
