"""A table as text for a person to read: rows under the name that they are about, and where each was read beneath it."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from rdflib import URIRef

from masagraph.report.cells import capitalised, text
from masagraph.tables import Table

_GAP = "  "
_SOURCE = "source"
_PLACE_COLUMNS = ("area", "areaName", "regionName")
_MANY = 4
_STATE = "state"


def render(table: Table, width: int) -> str:
    """Return a table as text.

    A column of addresses is left out where another names the same thing. Rows that say the same of many areas, and rest on
    no source, are told once with the areas behind them.

    Args:
        table: What to tell.
        width: The width of the page in characters.
    """
    heading = textwrap.wrap(table.title, width)
    lines = [*heading, "=" * max(map(len, heading), default=0), ""]
    shown = [number for number, column in enumerate(table.columns) if not _is_address(table, number)]
    rows = [tuple(text(row[number]) for number in shown) for row in table.rows]
    names = [table.columns[number].name for number in shown]
    rows, alike = _gathered(names, rows)
    names, rows = _with_regions(names, rows)
    lines.extend(_grid(names, rows, width))
    for words, areas in alike:
        lines.append("")
        between = "; " if any("," in area for area in areas) else ", "
        told = f"{words} ({len(areas)}): {between.join(areas)}."
        lines.extend(textwrap.wrap(told, width, subsequent_indent="  ", break_on_hyphens=False))
    if not table.rows:
        lines.append("Nothing in the data answers this.")
    for remark in table.remarks:
        lines.append("")
        lines.extend(textwrap.wrap(remark, width))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _is_address(table: Table, number: int) -> bool:
    name = table.columns[number].name
    return any(c.name == f"{name}Name" for c in table.columns) or (
        bool(table.rows) and all(isinstance(row[number], URIRef) for row in table.rows)
    )


def _gathered(names: Sequence[str], rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[tuple[str, list[str]]]]:
    """Part rows that many areas share word for word, and that no source bears, from the others."""
    if "areaName" not in names or _SOURCE not in names:
        return rows, []
    about = [i for i, name in enumerate(names) if name not in _PLACE_COLUMNS]
    place, source = names.index("areaName"), names.index(_SOURCE)
    shared: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if not row[source]:
            shared.setdefault(tuple(row[i] for i in about), []).append(row[place])
    many = {cells: areas for cells, areas in shared.items() if len(areas) >= _MANY}
    kept = [row for row in rows if row[source] or tuple(row[i] for i in about) not in many]
    return kept, [(_told([names[i] for i in about], cells), areas) for cells, areas in sorted(many.items())]


def _told(names: Sequence[str], cells: Sequence[str]) -> str:
    """Return cells as words: alike or alone as they are, of several each with what it says; a state needs no such name."""
    filled = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell]
    if len(different := {cell for _, cell in filled}) == 1:
        return capitalised(different.pop())
    return capitalised("; ".join(cell if name == _STATE else f"{_words(name)}: {cell}" for name, cell in filled))


def _with_regions(names: list[str], rows: list[tuple[str, ...]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Name the region with the area that it follows from, instead of in a column of its own."""
    if names[:2] != ["areaName", "regionName"]:
        return names, rows
    return [names[0], *names[2:]], [(f"{row[0]} ({row[1]})", *row[2:]) for row in rows]


def _grid(names: Sequence[str], rows: list[tuple[str, ...]], width: int) -> Iterator[str]:
    """Yield rows under their first cell, the others in columns if the page is wide enough, the source on lines of its own."""
    if not rows:
        return
    source = names.index(_SOURCE) if _SOURCE in names else None
    inner = [i for i in range(1, len(names)) if i != source and any(row[i] for row in rows)]
    columns = [[_words(names[i]), *(row[i] for row in rows)] for i in inner]
    widths = _widths(columns, width - 2)
    if widths:
        yield _words(names[0])
        yield from (f"  {line}" for line in _row([column[0] for column in columns], widths))
        yield "-" * width
    for name, group in groupby(rows, key=lambda row: row[0]):
        yield name or "(not named)"
        for row in group:
            if widths:
                yield from (f"  {line}" for line in _row([row[i] for i in inner], widths))
            else:
                told = "; ".join(f"{_words(names[i])}: {row[i]}" for i in inner if row[i])
                yield from textwrap.wrap(told, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
            if source is not None and row[source]:
                yield from textwrap.wrap(f"Read in: {row[source]}", width, initial_indent="    ", subsequent_indent="      ")


def _words(name: str) -> str:
    """Return the name of a column as words: `areaName` is area, `countsFrom` is counts from."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name.removesuffix("Name") or name)
    return spaced.strip()


def _widths(columns: list[list[str]], width: int) -> list[int]:
    """Share a width out, the widest columns giving way until all fit; return none if a word would have to be broken."""
    wanted = [max(len(cell) for cell in column) for column in columns]
    least = [max(len(word) for cell in column for word in cell.split() or [""]) for column in columns]
    room = width - len(_GAP) * (len(columns) - 1)
    while sum(wanted) > room:
        spare = [(w - m, i) for i, (w, m) in enumerate(zip(wanted, least, strict=True)) if w > m]
        if not spare:
            return []
        wanted[max(spare)[1]] -= 1
    return wanted


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(map(len, wrapped), default=0)):
        line = [part[number] if number < len(part) else "" for part in wrapped]
        yield _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
