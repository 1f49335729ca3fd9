"""Serve an app over HTTP, and close connections on which a request does not come to its end."""

import signal
import time
from collections.abc import Callable

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer, create_server

from masagraph.errors import InputError
from masagraph.settings import Settings

_THREADS_BESIDE = 4
"""Threads for what needs no worker, beside two for each worker: one that it works for, and one that waits."""
_LOOK_SECONDS = 1
_A_LITTLE = 1_000_000
"""Bytes beyond the limit that are still received, so that whoever sends a little too much is told in our words."""


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # as below
    """Refuses a request of two lengths, which a proxy might read otherwise (RFC 9112, 6.1); waits only for a body that comes."""

    def received(self, data: bytes) -> int:
        """Take what belongs to this request, and return how many bytes that is."""
        taken: int = super().received(data)
        if self.completed:
            # The channel would tell it to go on, take it for begun anew, and so wait for ever for what is here already.
            self.expect_continue = False
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read what stands before the body."""
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("The address cannot be read") from None
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding stand together")


class _Channel(HTTPChannel):  # type: ignore[misc]  # the library has no types
    """A connection that knows when the request which it is receiving began."""

    parser_class = _Parser
    begun: float | None = None

    def received(self, data: bytes) -> bool:
        """Receive what has come."""
        if self.request is None:
            self.begun = time.time()
        is_taken: bool = super().received(data)
        if self.request is None:
            self.begun = None
        return is_taken


def serve(app: Flask, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to stop.

    Args:
        app: The app.
        settings: Where to listen, and what a client may take.
        ready: Told the address, once it listens.

    Raises:
        InputError: It cannot listen there.
    """
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            ident=None,
            threads=2 * settings.workers + _THREADS_BESIDE,
            connection_limit=settings.connections,
            backlog=settings.connections,
            channel_timeout=settings.request_seconds,
            cleanup_interval=_LOOK_SECONDS,
            max_request_body_size=settings.upload_bytes + _A_LITTLE,
            asyncore_use_poll=True,
            trusted_proxy=settings.proxy or None,
            trusted_proxy_headers={"x-forwarded-for"} if settings.proxy else set(),
            clear_untrusted_proxy_headers=True,
            expose_tracebacks=False,
        )
    except (OSError, ValueError) as error:
        told = f"it cannot listen there ({getattr(error, 'strerror', None) or error})"
        raise InputError(f"{settings.host}:{settings.port}", told, "Choose another --host or --port") from None
    if not isinstance(server, TcpWSGIServer):
        raise InputError(settings.host, "it has several addresses", "Name one with --host, such as 127.0.0.1")
    server.channel_class = _Channel
    usual = server.maintenance

    def maintenance(now: float) -> None:
        usual(now)
        for channel in server.active_channels.values():
            if channel.begun is not None and channel.begun < now - settings.request_seconds:
                channel.will_close = True

    server.maintenance = maintenance
    signal.signal(signal.SIGTERM, _stop)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    ready(f"http://{host}:{server.getsockname()[1]}/")
    server.run()


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)
