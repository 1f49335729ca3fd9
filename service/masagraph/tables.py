"""A table of terms: what a question or the register answers, before anybody decides how to show it."""

from dataclasses import dataclass

from masagraph.answers import Row


@dataclass(frozen=True)
class Column:
    """A column: its name in the answer, and what stands in it, in a few words."""

    name: str
    about: str


@dataclass(frozen=True)
class Table:
    """An answer: what was asked, in words; its columns; its rows, each as long as the columns are many; remarks for its foot.

    `settings` are what it was asked with, by name: the day above all, without which no answer can be kept.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
