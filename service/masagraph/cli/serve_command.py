"""`masagraph serve`."""

import argparse
import sys

from masagraph import settings
from masagraph.cli import configured
from masagraph.cli.progress import Bar
from masagraph.store.contract import Place


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "serve",
        help="serve the register, the questions, checking and SPARQL over HTTP",
        description="Serve over HTTP. The first start loads the data that ship with the package.",
    )
    configured.add_options(p, settings.known())
    p.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """Serve until the process is told to stop, and return the exit code.

    Raises:
        InputError: A setting is wrong, or it cannot listen there.
        StoreError: The store cannot be opened.
    """
    # Imported when asked for: no other command needs what serves.
    from masagraph.web import serving  # noqa: PLC0415
    from masagraph.web.app import create_app  # noqa: PLC0415

    known = configured.read(call)
    place = configured.place(known)
    _load_first(place)
    app, service = create_app(known, place)
    try:
        serving.serve(app, known, _tell)
    finally:
        service.close()
    return 0


def _tell(address: str) -> None:
    sys.stderr.write(f"masagraph: serving at {address} (stop with Ctrl-C)\n")
    sys.stderr.flush()


def _load_first(place: Place) -> None:
    """Load what ships with the package into a store that is empty."""
    if place.current():
        return
    from masagraph.publishing import shipped  # noqa: PLC0415 - as above

    writer = place.writer()
    try:
        shipped.first_load(writer, Bar("Loading the data that ship with masagraph"))
    finally:
        writer.close()
