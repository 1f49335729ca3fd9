"""What whoever runs the service can set: on the command line, in the environment or in a file, each with its default."""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

from masagraph.errors import InputError

PREFIX = "MASAGRAPH_"
FILE_VARIABLE = f"{PREFIX}SETTINGS"
"""The variable that names the file, for who cannot say --settings."""
_FOR_TESTS = (f"{PREFIX}W3C_", f"{PREFIX}SERVERS")
"""Variables that begin like this steer the tests, and are no settings."""
_MANY = 1_000_000
_DATA = Path("masagraph-data")
_T = TypeVar("_T")
_Value = str | int | bool | Path
_Read = Callable[[str], _Value]


class _WrongError(ValueError):
    """A value is wrong: what was found, and what to do."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def _number(least: int, most: int = _MANY) -> _Read:
    def read(text: str) -> int:
        if re.fullmatch("[0-9]{1,9}", text) is None or not least <= int(text) <= most:
            raise _WrongError(f"'{text}' is no whole number from {least} to {most}", "Give one, in digits")
        return int(text)

    return read


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise _WrongError(f"'{text}' is neither true nor false", "Give one of the two")
    return text == "true"


def _text(text: str) -> str:
    if not text.isprintable():
        raise _WrongError("it has a character that cannot be printed", "Leave it out")
    return text


def _named(text: str) -> str:
    if not _text(text).strip():
        raise _WrongError("it is empty", "Name it, or leave the setting out")
    return text


def _machine(text: str) -> str:
    """Read the address of a machine, written as a connection tells it. A name would have to be looked up."""
    if not _text(text):
        return text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise _WrongError(f"'{text}' is no address of a machine", "Give one in numbers, such as 127.0.0.1") from None


def _folder(text: str) -> Path:
    return Path(_named(text))


def _address(text: str) -> str:
    """Read an address. One with a password in it is not repeated."""
    if not text:
        return text
    try:
        parts = urlsplit(text)
        is_known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_known, parts = False, urlsplit("")
    if "@" in text:
        raise _WrongError("the address has a user in it", "Use store_user and store_password for a store, and nothing elsewhere")
    if not is_known or parts.fragment or not _text(text).isascii() or " " in text:
        raise _WrongError(f"'{text}' is no address", "Give one that begins with http:// or https:// and has no #")
    return text


def _base(text: str) -> str:
    """Read an address that others are made from: it ends in no slash."""
    address = _address(text).rstrip("/")
    if urlsplit(address).query:
        raise _WrongError(f"'{text}' has a question in it", "Leave out what follows the ?")
    return address


def _origin(text: str) -> str:
    if text in ("", "*"):
        return text
    address = _base(text)
    if urlsplit(address).path:
        raise _WrongError(
            f"'{text}' is more than an origin", "Give * for all, nothing for none, or one such as https://a.example"
        )
    return address


def _of(default: _T, read: _Read, meaning: str, *, is_secret: bool = False) -> _T:
    """Return a field: what is known of a setting stands beside it."""
    return field(default=default, repr=not is_secret, metadata={"read": read, "meaning": meaning, "is_secret": is_secret})


@dataclass(frozen=True)
class Settings:
    """How the service is set. A password shows in no text of it."""

    host: str = _of("127.0.0.1", _named, "the address to listen on; 0.0.0.0 is every one that the machine has")
    port: int = _of(8000, _number(0, 65535), "the port to listen on; 0 takes a free one")
    base: str = _of("", _base, "the public address of the pages, if a proxy stands in front; empty: as asked")
    proxy: str = _of("", _machine, "the address of the proxy whose X-Forwarded-For is believed; empty: none")
    data: Path = _of(_DATA, _folder, "the folder of the store and of the tokens")  # noqa: RUF009 - a path never changes
    keep_generations: int = _of(10, _number(1), "how many generations stay; older ones answer 410")
    store: str = _of("", _address, "where a SPARQL server takes queries; empty: the store is embedded, in the folder data")
    store_update: str = _of("", _address, "where that server takes updates; empty: the same address")
    store_graphs: str = _of("", _address, "where that server takes graphs (Graph Store Protocol); empty: it does not")
    store_user: str = _of("", _text, "the user that the server knows us by; empty: it does not ask")
    store_password: str = _of("", _text, "that user's password; not on the command line, where others see it", is_secret=True)
    store_token: str = _of("", _text, "a bearer token that the server knows us by, instead of those two", is_secret=True)
    store_seconds: int = _of(30, _number(1, 3600), "how long to wait for that server")
    workers: int = _of(4, _number(1, 256), "how many processes read; that many queries run at once")
    worker_megabytes: int = _of(2048, _number(1000), "memory of a worker; one that takes more is stopped and replaced")
    query_seconds: int = _of(10, _number(1, 3600), "the time limit of a query or question")
    query_rows: int = _of(10_000, _number(1, 100_000_000), "the most rows of an answer; what is cut says so")
    answer_megabytes: int = _of(
        50, _number(1, 2000), "the largest answer to a query, in millions of bytes; a larger one is refused"
    )
    check_seconds: int = _of(60, _number(1, 3600), "the time limit of a check")
    check_triples: int = _of(200_000, _number(1, 100_000_000), "the most triples that are checked at once")
    publish_seconds: int = _of(120, _number(1, 3600), "the time limit of a publish")
    queue_seconds: int = _of(5, _number(0, 3600), "how long a request waits for a worker before it is told 503")
    upload_megabytes: int = _of(20, _number(1, 2000), "the most that a request may weigh, in millions of bytes")
    request_seconds: int = _of(30, _number(1, 3600), "how long a client may take to send a whole request")
    connections: int = _of(200, _number(1, 65_535), "how many connections are open at once; more wait to be let in")
    rate_per_minute: int = _of(600, _number(0), "requests a minute of one token, or of one address without; 0: no limit")
    writes_per_minute: int = _of(60, _number(0), "how many of those may write; 0: no limit")
    admin: bool = _of(False, _truth, "whether /admin is there, for admin tokens: any update, any graph")
    cors: str = _of("*", _origin, "whose pages may read answers: * all, empty none, or one origin")
    log: str = _of("-", _named, "the file of the log, one line of JSON a request; - is standard error")

    @property
    def answer_bytes(self) -> int:
        """The largest answer to a query, in bytes."""
        return self.answer_megabytes * 1_000_000

    @property
    def upload_bytes(self) -> int:
        """The most that a request may weigh, in bytes."""
        return self.upload_megabytes * 1_000_000


@dataclass(frozen=True)
class Setting:
    """What is known of one setting."""

    name: str
    default: _Value
    meaning: str
    is_secret: bool
    read: _Read

    @property
    def flag(self) -> str | None:
        """How the command line calls it; None for a secret, which others could see there."""
        return None if self.is_secret else f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """How the environment calls it."""
        return PREFIX + self.name.upper()


def known() -> dict[str, Setting]:
    """Return the settings by name."""
    defaults = Settings()
    return {
        f.name: Setting(f.name, getattr(defaults, f.name), f.metadata["meaning"], f.metadata["is_secret"], f.metadata["read"])
        for f in fields(Settings)
    }


def read(options: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Read the settings: the command line goes before the environment, that before the file, that before the default.

    Args:
        options: What the command line says, by the name of the setting; None is not said.
        environment: The environment; MASAGRAPH_PORT sets `port`, and MASAGRAPH_SETTINGS names the file.
        file: A TOML file with one line a setting; None takes the one that the environment names, if any.

    Raises:
        InputError: A value is wrong, a name is unknown, or the file cannot be read.
    """
    settings = known()
    values: dict[str, _Value] = {}
    named = environment.get(FILE_VARIABLE)
    source = file if file is not None else Path(named) if named else None
    if source is not None:
        for name, given in _in_file(source).items():
            setting = settings.get(name) or _refuse(f"{source}: {name}", name, list(settings), "")
            values[name] = _from_file(setting, given, f"{source}: {name}")
    variables = {setting.variable: setting for setting in settings.values()}
    for name, text in environment.items():
        if name.startswith(PREFIX) and name != FILE_VARIABLE and not name.startswith(_FOR_TESTS):
            setting = variables.get(name) or _refuse(name, name.removeprefix(PREFIX).lower(), list(settings), PREFIX)
            values[setting.name] = _value(setting, text, name)
    flags = {setting.name: setting for setting in settings.values() if setting.flag}
    for name, option in options.items():
        if option is not None:
            where = f"--{name.replace('_', '-')}"
            setting = flags.get(name) or _refuse(where, name, list(flags), "--")
            values[name] = _value(setting, option, where)
    made = Settings(**values)  # type: ignore[arg-type]  # each was read as its field asks
    _fit(made)
    return made


def _in_file(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(file), f"it cannot be read ({error.strerror})", "Name a file of settings that can") from None
    except UnicodeDecodeError:
        raise InputError(str(file), "it is not UTF-8", "Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        told = str(error)[:1].lower() + str(error)[1:]
        raise InputError(str(file), f"it is no TOML: {told}", "Write one setting a line, as in port = 8000") from None


def _from_file(setting: Setting, given: object, where: str) -> _Value:
    """Read a value of TOML: a number, true or false without quotes, anything else as a string in quotes."""
    wanted = type(setting.default) if isinstance(setting.default, (bool, int)) else str
    if type(given) is not wanted:
        told = {bool: "true or false, without quotes", int: "a whole number, without quotes", str: "a text in quotes"}[wanted]
        raise InputError(where, "its value is of the wrong kind", f"Give {told}")
    return _value(setting, str(given).lower() if wanted is bool else str(given), where)


def _value(setting: Setting, text: str, where: str) -> _Value:
    try:
        return setting.read(text)
    except _WrongError as error:
        raise InputError(where, error.what, error.mend) from None


def _refuse(where: str, name: str, names: list[str], prefix: str) -> NoReturn:
    """Refuse an unknown name, and tell the nearest that there is, written as its place would write it."""
    near = get_close_matches(name.lower().replace("-", "_"), names, n=1)
    style: dict[str, Callable[[str], str]] = {PREFIX: str.upper, "--": lambda told: told.replace("_", "-")}
    meant = [prefix + style.get(prefix, str)(told) for told in near]
    raise InputError(where, "there is no such setting", f"Did you mean {meant[0]}?" if meant else "docs/settings.md lists them")


def _fit(settings: Settings) -> None:
    """Refuse settings that do not go together."""
    for name in ("store_update", "store_graphs", "store_user", "store_password", "store_token"):
        if getattr(settings, name) and not settings.store:
            raise InputError(name, "it is set, but no store is", "Set store to the address of the server, or leave this out")
    if bool(settings.store_user) != bool(settings.store_password):
        raise InputError("store_user and store_password", "one is set without the other", "Set both or neither")
    if settings.store_user and settings.store_token:
        raise InputError("store_user and store_token", "both are set", "Set the one that the server asks for")
