"""SPARQL servers of others, each started on a free port of this machine with a folder of its own, and stopped again.

`.ci/servers` installs them. Where one is missing, what needs it is skipped and says why.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from masagraph.store.server import Server

HOST = "127.0.0.1"
_PATIENCE = 90
"""Seconds for a server to start: Java and Virtuoso take their time on a busy machine."""
_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = {host}:{sql}
DisableUnixSocket = 1
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CaseMode = 2
DirsAllowed = {folder}
[HTTPServer]
ServerPort = {host}:{port}
ServerThreads = 5
DavRoot = DAV
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = {seconds}
"""
_STARTED: dict[str, "subprocess.Popen[bytes]"] = {}
"""The process behind each address for queries."""


def oxigraph_binary() -> str | None:
    """Return the path of Oxigraph's server, which the package `oxigraph` puts beside Python."""
    return shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")


def fuseki_jar() -> Path | None:
    """Return the path of Fuseki, where `.ci/servers` puts it."""
    folder = Path(os.environ.get("MASAGRAPH_SERVERS") or Path.home() / ".cache" / "masagraph")
    return max(folder.glob("jena-fuseki-server-*.jar"), default=None)


def missing(name: str) -> str | None:
    """Say why a server cannot be started; None if it can."""
    there = {
        "oxigraph": oxigraph_binary() is not None,
        "fuseki": fuseki_jar() is not None and shutil.which("java") is not None,
        "virtuoso": shutil.which("virtuoso-t") is not None and shutil.which("isql-vt") is not None,
    }[name]
    return None if there else f"no {name} here: run .ci/servers"


@contextmanager
def oxigraph(folder: Path, *options: str) -> Iterator[Server]:
    """Start Oxigraph's server."""
    port = free_port()
    address = f"http://{HOST}:{port}"
    command = [str(oxigraph_binary()), "serve", "--location", str(folder / "data"), "--bind", f"{HOST}:{port}", *options]
    with _running(command, folder, f"{address}/query?query=ASK%7B%7D") as process:
        yield _behind(process, Server(f"{address}/query", f"{address}/update", f"{address}/store"))


@contextmanager
def fuseki(folder: Path, *options: str) -> Iterator[Server]:
    """Start Fuseki with a TDB2 data set on disk."""
    port = free_port()
    address = f"http://{HOST}:{port}/data"
    (folder / "tdb").mkdir()
    command = ["java", "-Xmx512m", "-jar", str(fuseki_jar()), "--localhost", "--port", str(port), "--tdb2"]
    command += ["--loc", str(folder / "tdb"), "--update", *options, "/data"]
    with _running(command, folder, f"http://{HOST}:{port}/$/ping", {"FUSEKI_BASE": str(folder)}) as process:
        yield _behind(process, Server(f"{address}/query", f"{address}/update", f"{address}/data"))


@contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000, seconds: int = 0) -> Iterator[Server]:
    """Start Virtuoso, which lets everybody on this machine write.

    Args:
        folder: Where its data stand.
        rows: The most that it returns.
        seconds: How long a query may take; 0 is for ever.
    """
    port, sql = free_port(), free_port()
    address = f"http://{HOST}:{port}/sparql"
    told = _VIRTUOSO.format(folder=folder, host=HOST, port=port, sql=sql, rows=rows, seconds=seconds)
    (folder / "virtuoso.ini").write_text(told)
    command = ["virtuoso-t", "-f", "-c", str(folder / "virtuoso.ini")]
    with _running(command, folder, f"{address}?query=ASK%7B%7D") as process:
        grant = 'EXEC=GRANT SPARQL_UPDATE TO "SPARQL";'
        subprocess.run(["isql-vt", f"{HOST}:{sql}", "dba", "dba", grant], check=True, capture_output=True, timeout=_PATIENCE)
        yield _behind(process, Server(address, address, f"{address}-graph-crud"))


START: dict[str, Callable[[Path], AbstractContextManager[Server]]] = {
    "oxigraph": oxigraph,
    "fuseki": fuseki,
    "virtuoso": virtuoso,
}
LIMIT_SECONDS = 30
LIMITED: dict[str, Callable[[Path], AbstractContextManager[Server]]] = {
    "oxigraph": lambda folder: oxigraph(folder, "--timeout-s", str(LIMIT_SECONDS)),
    "fuseki": lambda folder: fuseki(folder, f"--timeout={LIMIT_SECONDS * 1000}"),
    "virtuoso": lambda folder: virtuoso(folder, seconds=LIMIT_SECONDS),
}
"""The same, with a limit on how long a query may take, as docs/remote-stores.md starts them."""


def process(server: Server) -> "subprocess.Popen[bytes]":
    """Return the process of a server that was started here, to be held up or killed."""
    return _STARTED[server.query]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _behind(process: "subprocess.Popen[bytes]", server: Server) -> Server:
    _STARTED[server.query] = process
    return server


@contextmanager
def _running(
    command: list[str], folder: Path, ready: str, more: dict[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until it is left, and see that it is ready before."""
    log = folder / "server.log"
    with log.open("wb") as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT, env={**os.environ, **(more or {})})
        try:
            _await(ready, process, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(ready: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(ready, timeout=5):  # noqa: S310  # our own address
                return
        except URLError as error:
            if getattr(error, "code", None) is not None:
                error.close()  # type: ignore[attr-defined]  # an answer, if not a friendly one
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not start: {log.read_text(errors='replace')[-500:]}")
