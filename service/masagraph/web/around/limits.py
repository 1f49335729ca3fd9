"""How much one client may ask and send. A wrong request is refused before its body is read."""

import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from heapq import nsmallest

from flask import Flask, Response, g, request
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, TooManyRequests, UnsupportedMediaType

from masagraph.settings import Settings
from masagraph.web.around import access

_MINUTE, _SECOND = 60 * 10**9, 10**9
_EXEMPT = ("/health", "/ready")
_WRITES = ("/graphs", "/admin/")
"""Addresses that begin like this change what is held, unless they are only read."""
_READING = ("GET", "HEAD", "OPTIONS")
_MOST_CLIENTS = 50_000
_NETWORK = 64


@dataclass(frozen=True)
class Taken:
    """How an allowance stands after a request: how many are left, and in nanoseconds how long to wait and when all are back."""

    name: str
    quota: int
    left: int
    wait: int
    full: int


class Allowance:
    """So many requests a minute for each client: all at once if it likes, and each comes back after its share of a minute.

    It holds one number a client, the time at which its allowance is whole again (the generic cell rate algorithm of ITU-T I.371).
    """

    def __init__(self, name: str, quota: int, clock: Callable[[], int] = time.monotonic_ns, most: int = _MOST_CLIENTS) -> None:
        """Give everybody an allowance.

        Args:
            name: What it is for.
            quota: Requests a minute.
            clock: Tells the time in nanoseconds.
            most: How many clients are remembered; beyond them, those whose allowance is soonest whole are forgotten.
        """
        self._name, self._quota, self._clock, self._most = name, quota, clock, most
        self._share = _MINUTE // quota
        self._whole: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, who: str) -> Taken:
        """Take one request out of a client's allowance, if there is one."""
        with self._lock:
            now = self._clock()
            before = max(self._whole.get(who, 0), now)
            after = before + self._share
            wait = after - now - _MINUTE
            if wait > 0:
                return Taken(self._name, self._quota, 0, wait, before - now)
            if who not in self._whole and len(self._whole) >= self._most:
                self._forget(now)
            self._whole[who] = after
            return Taken(self._name, self._quota, -wait // self._share, 0, after - now)

    def _forget(self, now: int) -> None:
        self._whole = {who: whole for who, whole in self._whole.items() if whole > now}
        if len(self._whole) >= self._most:
            for who in nsmallest(self._most // 2 + 1, self._whole, key=self._whole.__getitem__):
                del self._whole[who]


class _EncodedError(UnsupportedMediaType):
    """The body is packed in a way that is not unpacked here, and so cannot burst."""

    description = "The body is compressed, which is not taken here. Send it as it is, without Content-Encoding."

    def get_headers(self, *given: object, **named: object) -> list[tuple[str, str]]:
        """Return the headers, with what is taken instead (RFC 9110, 15.5.16)."""
        return [*super().get_headers(*given, **named), ("Accept-Encoding", "identity")]  # type: ignore[arg-type]


def init_app(app: Flask, settings: Settings) -> None:
    """Set the limits. They come before `access`, so that requests with wrong tokens count as well.

    Where 0 requests a minute are set, they are not counted.
    """
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = settings.upload_bytes
    everything = Allowance("requests", settings.rate_per_minute) if settings.rate_per_minute else None
    writes = Allowance("writes", settings.writes_per_minute) if settings.writes_per_minute else None

    def count() -> None:
        if request.path in _EXEMPT:
            return
        is_write = request.method not in _READING and request.path.startswith(_WRITES)
        who = _who()
        g.taken = [allowance.take(who) for allowance in (everything, writes if is_write else None) if allowance]
        wait = max((taken.wait for taken in g.taken), default=0)
        if wait:
            seconds = -(-wait // _SECOND)
            raise TooManyRequests(f"There were too many requests from here. Ask again in {seconds} s.", retry_after=seconds)

    def weigh() -> None:
        if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise _EncodedError
        if request.content_length is None and "Transfer-Encoding" in request.headers:
            # Our server measures such a body before it hands it on. Behind one that does not, the web library would cut it off at
            # the limit without a word, and what is left might still be a document.
            raise LengthRequired
        if (request.content_length or 0) > settings.upload_bytes:
            raise RequestEntityTooLarge(
                f"The request is larger than {settings.upload_megabytes} megabytes. Send less at once, or ask whoever runs this "
                "service to set upload_megabytes."
            )

    app.before_request(count)
    app.before_request(weigh)
    app.after_request(_tell)


def _who() -> str:
    """Return whose allowance the request is taken from: its token's, or its address's.

    One client has a whole network of IPv6 addresses, which counts as one.
    """
    token = access.caller()
    if token is not None:
        return f"token {token.id}"
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4 or address.ipv4_mapped:  # noqa: PLR2004 - the version of the protocol
        return str(address)
    return str(ipaddress.ip_network((address, _NETWORK), strict=False))


def _tell(response: Response) -> Response:
    """Say how much is left (draft-ietf-httpapi-ratelimit-headers)."""
    told: list[Taken] = g.get("taken", [])
    if told:
        response.headers["RateLimit-Policy"] = ", ".join(f'"{t.name}";q={t.quota};w=60' for t in told)
        response.headers["RateLimit"] = ", ".join(f'"{t.name}";r={t.left};t={-(-t.full // _SECOND)}' for t in told)
    return response
