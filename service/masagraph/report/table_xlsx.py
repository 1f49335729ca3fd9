"""A table as a spreadsheet: the rows on one sheet, what they mean on another."""

import io
import re
import zipfile
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from masagraph.report.cells import Plain, plain
from masagraph.sparql import xml_text
from masagraph.tables import Table

_WIDEST = 48
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can tell. When a file was written is nobody's business: what it says has a day of its own."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def render(table: Table) -> bytes:
    """Return a table as an XLSX file: the same bytes for the same table; every text is text, and none a formula."""
    book = Workbook()
    book.properties.created = datetime(*_NO_TIME)  # noqa: DTZ001 - the library writes it as it stands
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = "Answer"
    rows: list[list[Plain]] = [[column.name for column in table.columns], *([plain(cell) for cell in row] for row in table.rows)]
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
    for place, column in enumerate(table.columns, start=1):
        longest = max([len(column.name), *(len(str(row[place - 1] or "")) for row in rows[1:])])
        sheet.column_dimensions[get_column_letter(place)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    about = book.create_sheet("About")
    lines: list[tuple[str, str]] = [("Answer", table.title), *((c.name, c.about) for c in table.columns)]
    for number, (name, words) in enumerate([*lines, *(("", remark) for remark in table.remarks)], start=1):
        _put(about.cell(number, 1), name)
        _put(about.cell(number, 2), words)
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 100
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _timeless(written: bytes) -> bytes:
    """Return a spreadsheet without the times at which it and its parts were written: the library leaves no choice in that."""
    out = io.BytesIO()
    moment = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*_NO_TIME).encode()
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = _MODIFIED.sub(rb"\g<1>" + moment, source.read(name)) if name == "docProps/core.xml" else source.read(name)
            target.writestr(zipfile.ZipInfo(name, _NO_TIME), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(cell: Cell | MergedCell, value: Plain) -> None:
    if isinstance(value, str):
        cell.value = xml_text.replaced(value)
        cell.data_type = "s"  # openpyxl would make a formula of a text that begins with an equals sign.
    else:
        cell.value = value
