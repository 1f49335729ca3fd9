"""Read the named questions: SPARQL files that say in a header of `#+` lines what they ask, take and return."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from masagraph import assets
from masagraph.errors import CheckerError
from masagraph.questions import binding
from masagraph.questions.model import TYPES, Parameter, Question
from masagraph.tables import Column

_HEADER = "#+"
_NEEDED = frozenset({"summary", "question", "source", "columns"})
_ALLOWED = _NEEDED | {"parameters"}


@cache
def load() -> dict[str, Question]:
    """Return the questions that ship with the package, by name, in order of name.

    Raises:
        CheckerError: A file is not as it should be.
    """
    root = assets.folder("queries")
    return {q.name: q for q in (read(path, f"{path.parent.name}/{path.stem}") for path in sorted(root.glob("*/*.rq")))}


def read(path: Path, name: str) -> Question:
    """Read one question.

    Args:
        path: Its file.
        name: What it is to be called.

    Raises:
        CheckerError: Its header lacks something, or does not fit its text.
    """
    text = path.read_text(encoding="utf-8")
    header = _header(text, name)
    parameters = tuple(_parameter(key, value, name) for key, value in (header.get("parameters") or {}).items())
    columns = tuple(Column(key, " ".join(str(about).split())) for key, about in header["columns"].items())
    declared, used = {p.name for p in parameters}, binding.parameters(text)
    if declared != used:
        raise CheckerError(f"{name}: the header declares {sorted(declared)} and the text uses {sorted(used)}.")
    return Question(
        name=name,
        summary=str(header["summary"]),
        asks=" ".join(str(header["question"]).split()),
        paragraphs=str(header["source"]),
        parameters=parameters,
        columns=columns,
        text=text,
    )


def _header(text: str, name: str) -> dict[str, Any]:
    lines = [line.removeprefix(_HEADER) for line in text.splitlines() if line.startswith(_HEADER)]
    try:
        header = yaml.safe_load("\n".join(line.removeprefix(" ") for line in lines))
    except yaml.YAMLError as error:
        raise CheckerError(f"{name}: its header is no YAML ({str(error).splitlines()[0]}).") from None
    keys = set(header) if isinstance(header, dict) else set()
    if not keys >= _NEEDED or keys - _ALLOWED:
        raise CheckerError(f"{name}: its header needs {sorted(_NEEDED)} and may hold parameters; it holds {sorted(keys)}.")
    return dict(header)


def _parameter(key: str, given: dict[str, Any], name: str) -> Parameter:
    if not isinstance(given, dict) or given.get("type") not in TYPES or not given.get("about"):
        raise CheckerError(f"{name}: parameter '{key}' needs a type, one of {', '.join(TYPES)}, and a line 'about'.")
    default = given.get("default")
    return Parameter(key, given["type"], None if default is None else str(default), str(given["about"]))
