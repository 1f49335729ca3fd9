"""Files with all that is held, or with one region of it. They are made when first asked for, once for each generation."""

import base64
import shutil
from pathlib import Path

from flask import Blueprint, Response, send_file

from masagraph.errors import NotHeldError
from masagraph.settings import Settings
from masagraph.sparql import formats
from masagraph.web.http import addresses, answering
from masagraph.web.service import service
from masagraph.work import exporting

GZIP = "application/gzip"
_CHECKSUM = ".sha256"
_TYPES = {f".{form.extension}": form.media_type for form in formats.FORMS.values()} | {".gz": GZIP, _CHECKSUM: "text/plain"}
_FOLDER = "downloads"
blueprint = Blueprint("downloads", __name__)


def init_app(settings: Settings) -> None:
    """Forget the files that an earlier run made: a store restored since then may count other data by the same numbers."""
    shutil.rmtree(settings.data / _FOLDER, ignore_errors=True)


@blueprint.get("/download/<name>")
def whole(name: str) -> Response:
    """Send a file with everything, or its checksum."""
    if name.removesuffix(_CHECKSUM) not in exporting.WHOLE:
        offered = ", ".join(exporting.WHOLE)
        raise NotHeldError(f"There is no such download. There are {offered}, and for one graph alone /graphs?graph=IRI.")
    return _sent(name)


@blueprint.get("/download/region/<name>")
def region(name: str) -> Response:
    """Send a file with a region, or its checksum."""
    if not exporting.is_region(name.removesuffix(_CHECKSUM)):
        raise NotHeldError("There is no such download. Regions are called by their code, as in E12000007.ttl or E12000007.nt.")
    return _sent(name)


def made(number: int, *names: str) -> tuple[exporting.File, ...]:
    """Return files of a generation; those that are not there yet are made.

    Args:
        number: The generation.
        names: What they are called; each is offered.

    Raises:
        NotHeldError: There is no such region, or no such generation.
        GenerationGoneError: The generation has been pruned.
    """
    here = service()
    folder = here.settings.data / _FOLDER
    here.since(number)  # A generation that has been pruned is gone, even if its files are not.
    # One job for each file, so that each has the whole time, and what is made stays if the next takes too long.
    return tuple(exporting.at_hand(folder, number, name) or _make(folder, number, name) for name in names)


def _make(folder: Path, number: int, name: str) -> exporting.File:
    here = service()
    return here.read(exporting.export, number, folder, here.number(), name, seconds=here.settings.check_seconds)


def _sent(name: str) -> Response:
    addresses.only("generation")
    number = answering.generation()
    (file,) = made(number, name.removesuffix(_CHECKSUM))
    path = exporting.checksum_of(file.path) if name.endswith(_CHECKSUM) else file.path
    response = send_file(
        path.resolve(),
        mimetype=media_type(path),
        as_attachment=True,
        download_name=path.name,
        etag=f"{file.sha256}{_CHECKSUM if path != file.path else ''}",
        last_modified=service().since(number),
    )
    response.headers[answering.GENERATION] = str(number)
    response.headers["Cache-Control"] = "no-cache"
    if path == file.path:
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    return response


def media_type(path: Path) -> str:
    """Return the media type of a file."""
    return _TYPES[path.suffix]
