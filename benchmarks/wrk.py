"""The load client: `wrk`, of the Debian package of that name, which is written in C."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.servers import MissingError

_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Request:
    """A request: its path with what is asked, and if it has a body, that and what it is."""

    path: str
    body: str = ""
    media_type: str = ""


@dataclass(frozen=True)
class Run:
    """What a run came to: requests a second, and in milliseconds the median and what 99 of 100 did not exceed."""

    a_second: float
    median: float
    slow: float


def run(address: str, requests: Sequence[Request], seconds: int, connections: int) -> Run:
    """Send requests in turns for a while, as fast as they are answered.

    Args:
        address: The server, without a path.
        requests: What to send.
        seconds: For how long.
        connections: How many wait for an answer at once.

    Raises:
        MissingError: There is no wrk, or not all answers were good.
    """
    program = shutil.which("wrk")
    if program is None:
        raise MissingError("wrk is not installed. On Debian: apt-get install wrk.")
    with TemporaryDirectory() as folder:
        script = Path(folder) / "requests.lua"
        script.write_text(_script(requests), encoding="utf-8")
        call = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s", str(script), address]
        told = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise MissingError(f"Not all answers were good:\n{told}")
    return Run(_number(r"Requests/sec: +(\S+)", told), _milliseconds("50%", told), _milliseconds("99%", told))


def _script(requests: Sequence[Request]) -> str:
    made = []
    for each in requests:
        headers = {"Accept": "application/sparql-results+json, application/json"}
        if each.body:
            headers["Content-Type"] = each.media_type
        told = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items())
        body = f"[==[{each.body}]==]" if each.body else "nil"
        made.append(f'wrk.format("{"POST" if each.body else "GET"}", {json.dumps(each.path)}, {{ {told} }}, {body})')
    # Requests are put together once, when the addresses of the server are known; from then on the client only sends.
    return f"""
local made, next_one = {{}}, 0
function init()
  made = {{ {", ".join(made)} }}
end
function request()
  next_one = next_one % #made + 1
  return made[next_one]
end
"""


def _number(pattern: str, told: str) -> float:
    (found,) = re.findall(pattern, told)
    return float(found)


def _milliseconds(share: str, told: str) -> float:
    found = re.search(rf"^ +{share} +([\d.]+)(us|ms|s|m)\s*$", told, re.MULTILINE)
    if found is None or not float(found[1]):
        raise MissingError(f"Too little was answered to say how fast:\n{told}")
    return float(found[1]) * _UNITS[found[2]]
