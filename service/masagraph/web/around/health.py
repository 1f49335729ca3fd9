"""Whether the process lives, and whether it can be asked."""

from collections.abc import Callable

from flask import Flask, Response, jsonify

from masagraph.errors import MasagraphError
from masagraph.web.around import errors


def init_app(app: Flask, ready: Callable[[], str | None]) -> None:
    """Answer /health and /ready.

    Args:
        app: The app.
        ready: Tells in a sentence what is missing before the service can be asked, or None if nothing is. It may raise one of our
            errors instead.
    """

    def health() -> Response:
        return _fine("alive")

    def is_ready() -> Response:
        try:
            missing = ready()
        except MasagraphError as error:
            missing = str(error)
        return _fine("ready") if missing is None else errors.problem(errors.NOT_READY, missing)

    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/ready", "ready", is_ready)


def _fine(status: str) -> Response:
    response = jsonify(status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
