"""A named question, as its file gives it."""

from dataclasses import dataclass

from masagraph.tables import Column

TYPES = ("date", "area", "region", "kind", "body", "number")
"""What a parameter can be: a day, an area, a region, a kind of partner, a body, a whole number."""


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, its type (one of `TYPES`), its default as text or None, and what it is for."""

    name: str
    type: str
    default: str | None
    about: str


@dataclass(frozen=True)
class Question:
    """A question: `name` is its family and its own name, as in `gaps/delegation-seniority`; `text` is SPARQL.

    `paragraphs` says where the question comes from; `asks` is the question as a person would put it.
    """

    name: str
    summary: str
    asks: str
    paragraphs: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str

    @property
    def family(self) -> str:
        """The family of the question."""
        return self.name.split("/")[0]
