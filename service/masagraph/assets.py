"""Find the folders that ship with the package: beside it when installed, in the checkout root otherwise."""

from pathlib import Path

from masagraph.errors import CheckerError

_HERE = Path(__file__).resolve().parent
FOLDERS = ("ontology", "shapes", "queries", "data")


def folder(name: str) -> Path:
    """Return the folder of that name.

    Args:
        name: One of `FOLDERS`.

    Raises:
        CheckerError: The folder did not ship with this installation.
    """
    for root in (_HERE, _HERE.parent.parent):
        if (root / name).is_dir():
            return root / name
    raise CheckerError(f"The folder '{name}' is missing from this installation: install masagraph again.")
