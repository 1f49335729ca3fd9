"""What all answers have in common: the data version that they are of, and how a client asks for one form or another."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256

from flask import Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import http_date, parse_accept_header, quote_etag

from masagraph import __version__, digests
from masagraph.errors import InputError
from masagraph.sparql import formats
from masagraph.web.around import logs
from masagraph.web.http import fields
from masagraph.web.service import service

GENERATION = "Masagraph-Generation"
TRUNCATED = "Masagraph-Truncated"
_CHARSET = "; charset=utf-8"
_LONG, _TOO_LONG = 500, 8000


def generation() -> int:
    """Return the generation that a request asks for: its parameter `generation`, else the one that is served.

    Raises:
        InputError: The parameter is no number, or given twice.
    """
    asked = fields.if_given(fields.in_address(), "generation")
    if asked is None:
        return service().number()
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 9 and int(asked) > 0):  # noqa: PLR2004 - as many as there will be
        raise InputError("generation", f"'{asked}' is no number of a generation", "Take it from the header Masagraph-Generation")
    return int(asked)


def chosen(offered: Mapping[str, str], default: str) -> str:
    """Return the key of the form that a client wants most, by `?format=` or by its header Accept.

    Args:
        offered: The media type of each form, by key.
        default: The key for a client that takes anything.

    Raises:
        InputError: The parameter names none of them, or is given twice.
        NotAcceptable: The client takes none of them.
    """
    asked = fields.if_given(fields.in_address(), "format")
    if asked is not None:
        if asked not in offered:
            raise InputError("format", f"'{asked}' is not offered here", f"Take one of {', '.join(sorted(offered))}")
        return asked
    best = best_of(offered.values(), offered[default])
    if best is None:
        raise NotAcceptable(f"Offered here: {', '.join(sorted(set(offered.values())))}")
    return next(key for key, media_type in offered.items() if media_type == best)


def forms() -> dict[str, str]:
    """Return the form that a client wants most for each kind of answer (`rows`, `graph`) that it takes.

    Raises:
        InputError: The parameter `format` names no form.
        NotAcceptable: The client takes none of any kind.
    """
    return _wanted(tuple(formats.DEFAULTS))


def form_of_graph() -> str:
    """Return the key of the form of a graph that a client wants most.

    Raises:
        InputError: The parameter `format` names none.
        NotAcceptable: The client takes none.
    """
    return _wanted(("graph",))["graph"]


def _wanted(kinds: tuple[str, ...]) -> dict[str, str]:
    offered = {kind: formats.of_kind(kind) for kind in kinds}
    # SPARQLWrapper sends it several times, with all names that a form goes by anywhere, the best known first.
    asked = next(iter(fields.values(fields.in_address(), "format")), None)
    if asked is not None:
        named = formats.NICKNAMES.get(asked, (asked,))
        found = {kind: form.key for kind in kinds for form in offered[kind] if form.key in named}
        if not found:
            known = ", ".join(form.key for kind in kinds for form in offered[kind])
            raise InputError("format", f"'{asked[:40]}' is no form of this", f"Take one of {known}")
        return found
    found = {}
    for kind in kinds:
        keys = {media_type: f.key for f in reversed(offered[kind]) for media_type in (f.media_type, *f.aliases)}
        best = best_of(keys, formats.FORMS[formats.DEFAULTS[kind]].media_type)
        if best is not None:
            found[kind] = keys[best]
    if not found:
        raise NotAcceptable(f"Offered here: {', '.join(form.media_type for kind in kinds for form in offered[kind])}.")
    return found


def best_of(media_types: Iterable[str], default: str) -> str | None:
    """Return the media type that the client wants most; the default if it does not mind, None if it takes none."""
    accepted, offered = request.headers.get("Accept", ""), (default, *media_types)
    if len(accepted) > _TOO_LONG:
        raise InputError("Accept", f"it is longer than {_TOO_LONG} characters", "Name the forms that you can read")
    return (_best if len(accepted) <= _LONG else _best.__wrapped__)(accepted, offered)


@lru_cache(1024)
def _best(accepted: str, offered: tuple[str, ...]) -> str | None:
    """Return the first of the media types offered that a header Accept likes best; clients send few different ones."""
    if not accepted.strip():
        return offered[0]
    # Some clients ask with a charset, and what they are sent is in that.
    named = [name for media_type in offered for name in (media_type, media_type + _CHARSET)]
    best = parse_accept_header(accepted, MIMEAccept).best_match(named)
    return None if best is None else best.removesuffix(_CHARSET)


def told(body: bytes | str, media_type: str, number: int) -> Response:
    """Return an answer of a generation, with what lets a client ask again only when something changed.

    That is the tag. The date says when the generation was made, and no more: it knows neither the form asked for nor the day that
    is today nor the program, and counts whole seconds. So a client that sends back the date alone is answered in full.
    """
    headers = [("Content-Type", typed(media_type)), *_headers(number), ("Last-Modified", _moment(service().since(number)))]
    return Response(body, 200, headers)


def typed(media_type: str) -> str:
    """Return a media type with the charset, where it is text."""
    return media_type + _CHARSET if media_type.startswith("text/") else media_type


def tag(number: int) -> str:
    """Return what changes when an answer can: data, rules, program, the day that is today, settings, what is asked, and the form.

    A restored store counts its generations anew, so the moment at which one was made stands beside its number. The day is that on
    which the request came: an answer that was begun before midnight and told after it may be yesterday's.
    """
    settings = service().settings
    made = service().since(number).timestamp() if number else 0
    told_by = f"{made} {settings.query_rows} {settings.base} {request.full_path} {request.headers.get('Accept', '')}"
    return f"{number}-{_release()}-{logs.asked_at().date().isoformat()}-{sha256(told_by.encode()).hexdigest()[:8]}"


def unchanged(number: int) -> Response | None:
    """Return the answer for a client that has this already, or None if it has not."""
    if "If-None-Match" not in request.headers:
        return None
    # A star stands for whatever there is: whether there is anything is not known before the answer is.
    if request.if_none_match.star_tag or not request.if_none_match.contains_weak(tag(number)):
        return None
    return _not_again(number)


def _headers(number: int) -> list[tuple[str, str]]:
    return [
        (GENERATION, str(number)),
        ("Cache-Control", "no-cache"),
        ("Vary", "Accept"),
        ("ETag", quote_etag(tag(number), weak=True)),
    ]


def _not_again(number: int) -> Response:
    """Return the answer for a client that has what it asks for."""
    response = Response(b"", 304, _headers(number))
    del response.headers["Content-Type"]
    return response


@lru_cache(8)
def _moment(moment: datetime) -> str:
    return http_date(moment)


@cache
def _release() -> str:
    return sha256(f"{__version__} {digests.rules_digest()}".encode()).hexdigest()[:8]
