"""Read the documents that a request sends: its body is one, or a form with several files."""

from collections.abc import Iterable

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from masagraph.errors import InputError
from masagraph.sparql import formats
from masagraph.work.publishing import Piece

_FILES = "multipart/form-data"
_UTF_8 = ("utf-8", "utf8", "us-ascii")
_SYNTAXES = {
    media_type: form.key
    for form in formats.FORMS.values()
    if form.kind == "graph"
    for media_type in (form.media_type, *form.aliases)
}


def pieces() -> tuple[Piece, ...]:
    """Return the documents that a request sends, at least one.

    Raises:
        InputError: There is none, or one is not in UTF-8.
        UnsupportedMediaType: One is of a kind that cannot be read.
    """
    if request.mimetype != _FILES:
        return (_piece("body", request.mimetype, request.mimetype_params.get("charset"), request.get_data()),)
    files = list(_files())
    if not files:
        raise InputError("body", "it has no files", "Send each file as a part with a name and a Content-Type")
    return tuple(files)


def _files() -> Iterable[Piece]:
    for field, file in request.files.items(multi=True):
        yield _piece(_name(file, field), file.mimetype, file.mimetype_params.get("charset"), file.read())


def _name(file: FileStorage, field: str) -> str:
    return (file.filename or field)[:100]


def _piece(name: str, media_type: str, charset: str | None, data: bytes) -> Piece:
    syntax = _SYNTAXES.get(media_type)
    if syntax is None:
        what = f"{media_type[:60]} cannot be read here" if media_type else "nothing says what it is"
        known = ", ".join(form.media_type for form in formats.of_kind("graph"))
        raise UnsupportedMediaType(f"{name}: {what}. Send one of {known}.")
    if charset is not None and charset.lower() not in _UTF_8:
        raise InputError(f"{name}, Content-Type", f"its charset is {charset[:40]}", "Send it in UTF-8")
    return Piece(name, syntax, data)
