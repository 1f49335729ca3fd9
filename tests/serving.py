"""The service as its users run it: a process of its own, asked over HTTP."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlsplit

from masagraph.publishing import shipped
from masagraph.store.contract import Change
from masagraph.store.embedded import Embedded
from masagraph.tokens import Tokens

_START_SECONDS = 120
_STOP_SECONDS = 20
_ANSWER_SECONDS = 150
_READY = "serving at "


@dataclass(frozen=True)
class Reply:
    """What the service answered."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def media_type(self) -> str:
        """Its media type, without parameters; nothing if it does not say."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip()

    @property
    def generation(self) -> int:
        """The generation that it is of."""
        return int(self.headers["Masagraph-Generation"])


@dataclass(frozen=True)
class Served:
    """A running service: its address, without a slash at the end, its folder, and its process."""

    address: str
    data: Path
    process: "subprocess.Popen[bytes]"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """Send a request, on a connection of its own, and return what comes back."""
        return ask(self.address, method, path, body, headers, token)

    def token(self, role: str, *scope: str) -> str:
        """Make a token, as `masagraph token create` does while the service runs, and return its secret."""
        return Tokens(self.data).create(role, "a test", scope)[1]


def ask(
    address: str,
    method: str,
    path: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
) -> Reply:
    """Send a request to a server, on a connection of its own, and return what comes back."""
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Served]:
    """Run a service on a free port of the loopback, and stop it.

    Args:
        data: Its folder; the data that ship are loaded if it has no store.
        options: What else to say on the command line. Rates are not limited unless they say so.
    """
    data.mkdir(parents=True, exist_ok=True)
    usual = {"--port": "0", "--log": str(data / "log.jsonl"), "--rate-per-minute": "0", "--writes-per-minute": "0"}
    ours = [word for name, value in usual.items() if name not in options for word in (name, value)]
    call = [sys.executable, "-m", "masagraph", "serve", "--data", str(data), *ours, *options]
    told = data / "stderr.txt"
    with told.open("wb") as errors:
        process = subprocess.Popen(call, stderr=errors, stdout=errors, start_new_session=True)
    try:
        yield Served(_address(process, told), data, process)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a service as whoever runs it does, and all that it started if that does not do."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def load_shipped(data: Path) -> None:
    """Load the data that ship into the folder of a service that is not running."""
    writer = Embedded(data / "store").writer()
    try:
        shipped.first_load(writer, lambda _done, _all: None)
    finally:
        writer.close()


def load_nothing(data: Path) -> None:
    """Make a store that holds one empty graph in the folder of a service that is not running: it starts at once."""
    writer = Embedded(data / "store").writer()
    try:
        writer.apply(Change(created=("https://example.org/empty",)))
    finally:
        writer.close()


def copy_store(source: Path, data: Path) -> None:
    """Copy the store of a service that is not running to the folder of another."""
    shutil.copytree(source / "store", data / "store")


def _address(process: "subprocess.Popen[bytes]", told: Path) -> str:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        text = told.read_text(encoding="utf-8")
        if _READY in text and text.endswith("\n"):
            return text.partition(_READY)[2].split()[0].rstrip("/")
        if process.poll() is not None:
            raise AssertionError(f"the service ended with {process.returncode}: {text}")
        time.sleep(0.05)
    raise AssertionError(f"the service does not start: {told.read_text(encoding='utf-8')}")
