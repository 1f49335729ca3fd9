"""The servers that `benchmarks.load` compares, each a process of its own on the loopback, with the same triples."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

HOST = "127.0.0.1"
_START_SECONDS = 120
_STATIC = """
import asyncio, sys
REPLY = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 2\\r\\n\\r\\nok"
class Static(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(REPLY * data.count(b"\\r\\n\\r\\n"))
async def main():
    server = await asyncio.get_running_loop().create_server(Static, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()
asyncio.run(main())
"""
"""Answers everything alike, to see how fast the load client is."""


class MissingError(Exception):
    """Something that the benchmark needs is not installed, or does not start."""


@contextmanager
def ours(data: Path, *options: str) -> Iterator[str]:
    """Run masagraph on a folder, and give its address."""
    port = _free_port()
    call = [
        sys.executable,
        "-m",
        "masagraph",
        "serve",
        "--data",
        str(data),
        "--port",
        str(port),
        "--log",
        str(data / "log.jsonl"),
    ]
    unlimited = ["--rate-per-minute", "0", "--writes-per-minute", "0"]
    with _running([*call, *unlimited, *options], f"http://{HOST}:{port}/ready"):
        yield f"http://{HOST}:{port}"


@contextmanager
def oxigraph(triples: Path, folder: Path) -> Iterator[str]:
    """Run the Oxigraph server on the triples of a file, and give the address of its queries."""
    program, port = _program("oxigraph"), _free_port()
    subprocess.run([program, "load", "--location", str(folder), "--file", str(triples)], check=True, capture_output=True)
    call = [program, "serve-read-only", "--location", str(folder), "--bind", f"{HOST}:{port}"]
    with _running(call, f"http://{HOST}:{port}/"):
        yield f"http://{HOST}:{port}/query"


@contextmanager
def rdflib_endpoint(triples: Path) -> Iterator[str]:
    """Run rdflib-endpoint on the triples of a file, and give the address of its queries."""
    port = _free_port()
    call = [_program("rdflib-endpoint"), "serve", "--host", HOST, "--port", str(port), str(triples)]
    with _running(call, f"http://{HOST}:{port}/"):
        yield f"http://{HOST}:{port}/"


@contextmanager
def static() -> Iterator[str]:
    """Run a server that does nothing but answer, and give its address."""
    port = _free_port()
    with _running([sys.executable, "-c", _STATIC, str(port)], f"http://{HOST}:{port}/"):
        yield f"http://{HOST}:{port}/"


def _program(name: str) -> str:
    program = Path(sys.executable).parent / name
    if not program.exists():
        raise MissingError(f"{name} is not installed. Run 'make bench', which installs it.")
    return str(program)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@contextmanager
def _running(call: Sequence[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + _START_SECONDS
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise MissingError(f"{Path(call[0]).name} does not start. Try it by hand: {' '.join(call)}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=10):  # noqa: S310 - an address of our own
            return True
    except HTTPError as error:
        return error.code < 500  # noqa: PLR2004 - it is there, if not quite here
    except (URLError, OSError):
        return False
