"""Read a table of facts and check each cell that is asked for."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from masagraph.errors import InputError

_WHOLE = Decimal(100)


_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Form:
    """What a code looks like, as a regular expression, and one of its kind to show whoever wrote another."""

    pattern: str
    example: str


AREA = Form(r"E\d{8}", "E06000001")
HEALTH_BODY = Form(r"[0-9A-Z]{3}|[0-9A-Z]{5}", "QMF or S0E4D")  # Boards of 2026 have five characters, as some groups had.


@dataclass(frozen=True)
class Row:
    """One row of a table, with where it stands: the head of a table is row 1, as in a spreadsheet."""

    file: str
    number: int
    cells: Mapping[str, str]

    def fault(self, column: str, what: str, mend: str) -> InputError:
        """Return the error that names this row and a column of it, to be raised."""
        return InputError(f"{self.file}, row {self.number}, column {column}", what, mend)

    def maybe(self, column: str) -> str | None:
        """Return what stands in a cell, or None where it is blank."""
        return self.cells[column] or None

    def text(self, column: str) -> str:
        """Return what stands in a cell.

        Raises:
            InputError: The cell is blank.
        """
        found = self.cells[column]
        if not found:
            raise self.fault(column, "there is nothing in it", "Fill it in")
        return found

    def code(self, column: str, form: Form) -> str:
        """Return the code in a cell.

        Raises:
            InputError: It is no code of that form.
        """
        found = self.text(column)
        if not re.fullmatch(form.pattern, found, re.ASCII):
            raise self.fault(column, f"'{found}' is no such code", f"Write one such as {form.example}")
        return found

    def maybe_code(self, column: str, form: Form) -> str | None:
        """Return the code in a cell, or None where it is blank."""
        return self.code(column, form) if self.cells[column] else None

    def day(self, column: str) -> date:
        """Return the day in a cell.

        Raises:
            InputError: It is no day.
        """
        found = self.text(column)
        try:
            day = date.fromisoformat(found)
        except ValueError:
            day = None
        if day is None or day.isoformat() != found or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise self.fault(column, f"'{found}' is no day of this time", "Write it as 2019-09-29")
        return day

    def maybe_day(self, column: str) -> date | None:
        """Return the day in a cell, or None where it is blank."""
        return self.day(column) if self.cells[column] else None

    def number_in(self, column: str) -> Decimal:
        """Return the number in a cell.

        Raises:
            InputError: It is no number.
        """
        found = self.text(column)
        try:
            number = Decimal(found)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise self.fault(column, f"'{found}' is no number", "Write it as 12.96")
        return number

    def share(self, column: str) -> Decimal:
        """Return the share in a cell, in per cent.

        Raises:
            InputError: It is no share above 0 and up to 100.
        """
        share = self.number_in(column)
        if not 0 < share <= _WHOLE:
            raise self.fault(column, f"{share} is no share", "Write a number above 0 and up to 100")
        return share


def read(source: Path, file: str, columns: tuple[str, ...]) -> list[Row]:
    """Return the rows of a table, each with the columns asked for; blanks at the ends or in a row become one or none.

    Args:
        source: The folder of the tables.
        file: The name of the table.
        columns: The columns that it has to have; others are left out.

    Raises:
        InputError: The table is missing, cannot be read, lacks a column, has no row, or a row is not of its width.
    """
    try:
        with (source / file).open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream, strict=True))
    except FileNotFoundError:
        raise InputError(file, f"it is not in {source}", "Give the folder of the tables with --from") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(file, f"it cannot be read ({type(error).__name__})", "Save it as a table in UTF-8") from None
    head = lines[0] if lines else []
    for column in columns:
        if head.count(column) != 1:
            what = f"there are {head.count(column)} columns of the name {column}"
            raise InputError(f"{file}, row 1, column {column}", what, "Let there be one")
    if len(lines) == 1:
        raise InputError(file, "there is no row in it", "Fill it in")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(head):
            what = f"it has {len(cells)} cells and the head has {len(head)}"
            raise InputError(f"{file}, row {number}, column {head[min(len(cells), len(head)) - 1]}", what, "Mend the row")
        given = dict(zip(head, cells, strict=True))
        row = Row(file, number, {column: " ".join(given[column].split()) for column in columns})
        for column, cell in row.cells.items():
            if any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") for character in cell):
                raise row.fault(column, "a character that cannot be seen stands in it", "Take it out")
        rows.append(row)
    return rows
