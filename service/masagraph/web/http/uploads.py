"""Read the documents that somebody sends to be checked: a body, or a form with files, each in the syntax that it says."""

from pathlib import PurePath

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from masagraph.errors import InputError
from masagraph.intake import reader
from masagraph.sparql import formats
from masagraph.work.publishing import Piece

_FILES = "multipart/form-data"
_UTF_8 = ("utf-8", "utf8", "us-ascii")
_SYNTAXES = {media_type: form.key for form in formats.of_kind("graph") for media_type in (form.media_type, *form.aliases)}
_LONGEST = 100


def documents(syntax: str | None) -> tuple[Piece, ...]:
    """Return the documents that a request sends; none, if its body is empty.

    Args:
        syntax: A key of `intake.reader.NAMES`; None goes by what each says of itself.

    Raises:
        InputError: A form has no files, or more than files; or one is said not to be in UTF-8.
        UnsupportedMediaType: Nothing says what one is, or it is of a kind that cannot be read.
    """
    if request.mimetype != _FILES:
        data = request.get_data()
        if not data and not request.mimetype:
            return ()
        chosen = syntax or _SYNTAXES.get(request.mimetype)
        if chosen is None:
            raise _unreadable("body", request.mimetype)
        return (Piece("body", _fit(chosen, "body", request.mimetype_params.get("charset")), data),)
    if request.form:
        field = next(iter(request.form))[:_LONGEST]
        raise InputError(field, "it is no file", "Put parameters into the address, and send documents as files")
    files = [file for _, file in request.files.items(multi=True)]
    if not files:
        raise InputError("body", "it has no files", "Send each document as a file of the form")
    return tuple(_piece(file, syntax) for file in files)


def _piece(file: FileStorage, syntax: str | None) -> Piece:
    name = (file.filename or "file")[:_LONGEST]
    chosen = syntax or _SYNTAXES.get(file.mimetype) or reader.EXTENSIONS.get(PurePath(name).suffix.lower())
    if chosen is None:
        raise _unreadable(name, file.mimetype)
    return Piece(name, _fit(chosen, name, file.mimetype_params.get("charset")), file.read())


def _fit(syntax: str, name: str, charset: str | None) -> str:
    if charset is not None and charset.lower() not in _UTF_8:
        raise InputError(f"{name}, Content-Type", f"its charset is {charset[:_LONGEST]}", "Send it in UTF-8")
    return syntax


def _unreadable(name: str, media_type: str) -> UnsupportedMediaType:
    what = f"{media_type[:_LONGEST]} cannot be read here" if media_type else "nothing says what it is"
    known = ", ".join(form.media_type for form in formats.of_kind("graph"))
    return UnsupportedMediaType(f"{name}: {what}. Send one of {known} as its Content-Type.")
