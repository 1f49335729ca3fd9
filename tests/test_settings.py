"""Settings: which source goes before which, what is refused and where it is said to stand, and the table in the documents."""

import pickle
import re
from dataclasses import fields
from pathlib import Path

import pytest

from masagraph import settings
from masagraph.errors import InputError
from masagraph.settings import Settings

SERVER = {"MASAGRAPH_STORE": "http://127.0.0.1:7878/query"}


def test_without_a_word_everything_is_at_its_default() -> None:
    assert settings.read({}, {}) == Settings()
    assert (Settings().host, Settings().port, Settings().admin) == ("127.0.0.1", 8000, False)
    assert Settings(upload_megabytes=3).upload_bytes == 3_000_000


def test_the_command_line_goes_before_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('port = 1\nworkers = 1\nquery_rows = 1\nadmin = true\ndata = "of file"\n', encoding="utf-8")
    environment = {"MASAGRAPH_PORT": "2", "MASAGRAPH_WORKERS": "2", "PORT": "9"}
    made = settings.read({"port": "3", "workers": None}, environment, file)
    assert made == Settings(port=3, workers=2, query_rows=1, admin=True, data=Path("of file"))
    assert settings.read({}, {"MASAGRAPH_SETTINGS": str(file)}).workers == 1
    other = tmp_path / "other.toml"
    other.write_text("workers = 7\n", encoding="utf-8")
    assert settings.read({}, {"MASAGRAPH_SETTINGS": str(file)}, other).workers == 7


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "0", 0),
        ("port", "65535", 65535),
        ("rate_per_minute", "0", 0),
        ("admin", "true", True),
        ("base", "https://a.example/masa/", "https://a.example/masa"),
        ("base", "", ""),
        ("cors", "", ""),
        ("cors", "https://a.example", "https://a.example"),
        ("store", "http://[::1]:3030/data/sparql/", "http://[::1]:3030/data/sparql/"),
        ("host", "::1", "::1"),
        ("proxy", "", ""),
        ("proxy", "127.0.0.1", "127.0.0.1"),
        ("proxy", "0:0:0:0:0:0:0:1", "::1"),
    ],
)
def test_values_are_read(name: str, text: str, value: object) -> None:
    assert getattr(settings.read({name: text}, {}), name) == value
    assert getattr(settings.read({}, {f"MASAGRAPH_{name.upper()}": text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("port", "65536", "from 0 to 65535"),
        ("port", "-1", "-1"),
        ("port", "8_000", "8_000"),
        ("port", "", "''"),
        ("port", "٣", "digits"),
        ("workers", "0", "from 1"),
        ("keep_generations", "0", "from 1"),
        ("admin", "yes", "neither true nor false"),
        ("host", " ", "empty"),
        ("data", "", "empty"),
        ("log", "a\nb", "printed"),
        ("store", "ftp://a.example/", "http://"),
        ("store", "http:///query", "http://"),
        ("store", "http://a.example:99999/", "http://"),
        ("store", "http://[a/", "http://"),
        ("store", "http://a.example/#x", "#"),
        ("base", "https://a.example/?x=1", "?"),
        ("cors", "https://a.example/path", "origin"),
        ("proxy", "proxy.example", "in numbers"),
        ("proxy", "10.0.0.0/8", "in numbers"),
        ("proxy", "*", "in numbers"),
        ("proxy", "fe80::1%\n", "printed"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, name: str, text: str, words: str) -> None:
    flag = f"--{name.replace('_', '-')}"
    with pytest.raises(InputError, match=re.escape(words)) as told:
        settings.read({name: text}, {})
    assert told.value.where == flag
    with pytest.raises(InputError, match=re.escape(words)) as told:
        settings.read({}, {f"MASAGRAPH_{name.upper()}": text})
    assert told.value.where == f"MASAGRAPH_{name.upper()}"
    if isinstance(getattr(Settings(), name), (str, Path)):
        file = tmp_path / "s.toml"
        file.write_text(f"{name} = {text!r}\n".replace("'", '"'), encoding="utf-8")
        with pytest.raises(InputError, match=re.escape(words)) as told:
            settings.read({}, {}, file)
        assert told.value.where == f"{file}: {name}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"port = true\n", "port: its value is of the wrong kind. Give a whole number"),
        (b'port = "80"\n', "port: its value is of the wrong kind. Give a whole number"),
        (b"port = 80.5\n", "port: its value is of the wrong kind"),
        (b"admin = 1\n", "admin: its value is of the wrong kind. Give true or false"),
        (b"host = 5\n", "host: its value is of the wrong kind. Give a text"),
        (b"port = 70000\n", "port: '70000'"),
        (b"prot = 80\n", "prot: there is no such setting. Did you mean port?"),
        (b"[server]\nport = 80\n", "server: there is no such setting"),
        (b"qqqqqq = 80\n", "docs/settings.md lists them"),
        (b"port 80\n", "it is no TOML: expected"),
        (b"host = '\xff'\n", "it is not UTF-8"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(content)
    with pytest.raises(InputError) as told:
        settings.read({}, {}, file)
    assert words in str(told.value)
    assert str(told.value).startswith(str(file))
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        settings.read({}, {"MASAGRAPH_SETTINGS": str(tmp_path / "none.toml")})


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(
        InputError, match=re.escape("MASAGRAPH_QUERY_SECOND: there is no such setting. Did you mean MASAGRAPH_QUERY_S")
    ):
        settings.read({}, {"MASAGRAPH_QUERY_SECOND": "1"})
    with pytest.raises(InputError, match=re.escape("--query-row: there is no such setting. Did you mean --query-rows?")):
        settings.read({"query_row": "1"}, {})
    # What steers the tests is no setting; a service that they start inherits it.
    assert (
        settings.read({}, {"MASAGRAPH_W3C_SUITES": "x", "MASAGRAPH_SERVERS": "y", "MASAGRAPH_SERVERS_REQUIRED": "1"})
        == Settings()
    )


def test_settings_that_do_not_go_together_are_refused() -> None:
    for name in ("store_update", "store_graphs"):
        with pytest.raises(InputError, match=f"{name}: it is set, but no store is"):
            settings.read({name: "http://127.0.0.1:1/"}, {})
    with pytest.raises(InputError, match="store_token: it is set, but no store is"):
        settings.read({}, {"MASAGRAPH_STORE_TOKEN": "x"})
    assert settings.read({}, {**SERVER, "MASAGRAPH_STORE_TOKEN": "x"}).store_token == "x"  # noqa: S105 - of this test alone
    both = {"MASAGRAPH_STORE_USER": "x", "MASAGRAPH_STORE_PASSWORD": "x", "MASAGRAPH_STORE_TOKEN": "x"}
    with pytest.raises(InputError, match="store_user and store_token: both are set"):
        settings.read({}, {**SERVER, **both})
    for variable in ("MASAGRAPH_STORE_USER", "MASAGRAPH_STORE_PASSWORD"):
        with pytest.raises(InputError, match="one is set without the other"):
            settings.read({}, {**SERVER, variable: "x"})


def test_a_password_shows_nowhere() -> None:
    made = settings.read({}, {**SERVER, "MASAGRAPH_STORE_USER": "service", "MASAGRAPH_STORE_PASSWORD": "open sesame"})
    assert made.store_password == "open sesame"  # noqa: S105 - of this test alone
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own; it goes to other processes so
    assert "sesame" not in f"{made!r} {made}"
    assert "service" in repr(made)
    for wrong in ({"MASAGRAPH_STORE_PASSWORD": "open\nsesame"}, {"MASAGRAPH_STORE": "http://service:sesame@127.0.0.1/"}):
        with pytest.raises(InputError) as told:
            settings.read({}, wrong)
        assert "sesame" not in str(told.value)
    # Whoever lists processes sees their command lines.
    assert settings.known()["store_password"].flag is None
    with pytest.raises(InputError, match="--store-password: there is no such setting"):
        settings.read({"store_password": "x"}, {})


def _rows(document: str) -> list[list[str]]:
    lines = [line for line in document.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_in_the_documents_lists_every_setting_and_no_other(root: Path) -> None:
    told = _rows((root / "docs" / "settings.md").read_text(encoding="utf-8"))
    held = [
        [s.name, s.flag or "", s.variable, str(s.default).lower() if isinstance(s.default, bool) else str(s.default), s.meaning]
        for s in settings.known().values()
    ]
    assert told == held
    assert [row[0] for row in told] == [f.name for f in fields(Settings)]


def test_the_file_in_the_documents_can_be_read(root: Path, tmp_path: Path) -> None:
    document = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?:^    .+\n)+", document, re.MULTILINE)
    file = tmp_path / "s.toml"
    file.write_text("\n".join(line.strip() for line in shown.splitlines()), encoding="utf-8")
    made = settings.read({}, {**SERVER, "MASAGRAPH_STORE_USER": "service"}, file)
    assert (made.port, made.data, made.store_password) == (8080, Path("/srv/masagraph"), "of the server")
