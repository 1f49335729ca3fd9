"""Tell an answer: print it, or write it whole or not at all."""

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

from masagraph.errors import InputError
from masagraph.report import table_data, table_text
from masagraph.tables import Table

FORMATS = ("table", "csv", "json", "xlsx", "turtle")
_PLAIN_WIDTH = 80


def add_picture_options(parser: argparse.ArgumentParser, *as_data: str) -> None:
    """Add the options of a command that tells in words or draws what stands on a day, or as data in the forms named."""
    parser.add_argument("--date", default="today", metavar="YYYY-MM-DD", help="the day asked about (default: today)")
    told = "words, a picture or data" if as_data else "words or a picture"
    parser.add_argument("--format", choices=("text", "svg", *as_data), default="text", help=f"{told} (default: text)")
    parser.add_argument("--output", metavar="PATH", help="write it there instead of printing it")


def width(path: str | None) -> int:
    """Return the width of the page in characters: the terminal's, if it is one that is written to."""
    return shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns if path is None and sys.stdout.isatty() else _PLAIN_WIDTH


def tell(table: Table, form: str, path: str | None) -> None:
    """Print a table or write it into a file.

    Args:
        table: What to tell.
        form: One of `FORMATS`.
        path: Where to write it; None prints it.

    Raises:
        InputError: It cannot be written there, or a spreadsheet is asked for on a terminal.
    """
    if form == "xlsx":
        # Imported when asked for: no other answer needs the library, and it takes a tenth of a second.
        from masagraph.report import table_xlsx  # noqa: PLC0415

        if path is None and sys.stdout.isatty():
            raise InputError("--format xlsx", "a spreadsheet cannot be shown on a terminal", "Name a file with --output")
        write(table_xlsx.render(table), path)
    elif form == "table":
        write(table_text.render(table, width(path)), path)
    else:
        write({"csv": table_data.as_csv, "json": table_data.as_json, "turtle": table_data.as_turtle}[form](table), path)


def write(content: str | bytes, path: str | None, inputs: tuple[str, ...] = ()) -> None:
    """Print; or write a file whole or not at all, following links; or write into a device or pipe.

    Args:
        content: Text or bytes.
        path: Where to; None prints.
        inputs: Files that were just read and may not be written over.

    Raises:
        InputError: It cannot be written there, or an input stands there.
    """
    data = content.encode() if isinstance(content, str) else content
    if path is None:
        if isinstance(content, str):
            sys.stdout.write(content)
        else:
            sys.stdout.buffer.write(data)
        return
    target = Path(path).resolve()
    if any(given != "-" and Path(given).resolve() == target for given in inputs):
        raise InputError(path, "the arrangement itself stands there", "Choose another place with --output")
    draft = None
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        with NamedTemporaryFile("wb", dir=target.parent, delete=False) as draft:
            draft.write(data)
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(target)
    except OSError as error:
        if draft is not None:
            Path(draft.name).unlink(missing_ok=True)
        raise InputError(
            path, f"the report cannot be written there ({error.strerror})", "Choose another place with --output"
        ) from None
