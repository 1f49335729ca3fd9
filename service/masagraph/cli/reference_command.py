"""`masagraph reference build`."""

import argparse
import sys
from pathlib import Path

from masagraph import assets
from masagraph.errors import InputError
from masagraph.importing.build import build


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("reference", help="build the reference data", description="Look after the reference data.")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="VERB")
    b = verbs.add_parser("build", help="build the files from tables of facts", description=__doc__)
    b.add_argument("--from", dest="source", required=True, metavar="DIR", help="the folder of the tables")
    b.add_argument("--to", dest="target", metavar="DIR", help="the folder of the files (default: data/reference of masagraph)")
    b.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """Build the reference data, say what was built, and return the exit code.

    Raises:
        InputError: A table is missing or wrong, or the files cannot be written.
        CheckerError: The folder of the data did not ship with this installation.
    """
    for option, given in (("--from", call.source), ("--to", call.target)):
        if given is not None and not given.strip():
            raise InputError(option, "it is empty", "Name a folder")
    target = assets.folder("data") / "reference" if call.target is None else Path(call.target)
    for dataset in build(Path(call.source), target):
        sys.stdout.write(f"{dataset.name}.ttl: {dataset.title}\n")
    sys.stdout.write(f"Written to {target}.\n")
    return 0
