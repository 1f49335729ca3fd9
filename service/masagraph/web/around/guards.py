"""What every answer says to a browser: whose pages may read it, and that no page of ours loads anything from elsewhere."""

from flask import Flask, Response, request

from masagraph.settings import Settings

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_SENT = "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, Range, X-Request-Id"
"""Headers of requests that are read here."""
_EXPOSED = (
    "ETag, Last-Modified, Link, Location, Masagraph-Fails, Masagraph-Generation, Masagraph-Remark, Masagraph-Truncated, "
    "RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, WWW-Authenticate, X-Request-Id"
)
_DAY = 86_400


def init_app(app: Flask, settings: Settings) -> None:
    """See to the headers of every answer of an app."""

    def see_to(response: Response) -> Response:
        response.headers.extend(_HEADERS)
        if settings.cors:
            _allow(response, settings.cors)
        return response

    app.after_request(see_to)


def _allow(response: Response, origin: str) -> None:
    """Let pages of an origin read the answer (CORS). They send no cookies, for there are none."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    if origin != "*":
        response.vary.add("Origin")
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, POST")
        headers["Access-Control-Allow-Headers"] = _SENT
        headers["Access-Control-Max-Age"] = str(_DAY)
