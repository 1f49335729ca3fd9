"""`masagraph reference build`."""

import argparse
import sys
from pathlib import Path

from masagraph import assets
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
    target = Path(call.target) if call.target else assets.folder("data") / "reference"
    for dataset in build(Path(call.source), target):
        sys.stdout.write(f"{dataset.name}.ttl: {dataset.title}\n")
    sys.stdout.write(f"Written to {target}.\n")
    return 0
