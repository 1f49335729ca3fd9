"""`masagraph ask`."""

import argparse
import sys
import textwrap

from masagraph.cli import output
from masagraph.dataset import holding
from masagraph.errors import InputError
from masagraph.questions import asking, loader
from masagraph.questions.model import Question

_EXAMPLES = {"date": "2021-05-01", "area": "AREA", "region": "REGION", "kind": "KIND", "body": "BODY", "number": "N"}


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "ask",
        help="ask a named question of all areas",
        description="Ask a named question. Without a name, list the questions; with a name and --help, tell its parameters.",
        add_help=False,
        allow_abbrev=False,  # a parameter of a question is no short form of an option
    )
    p.add_argument("name", nargs="?", metavar="NAME", help="a question, such as gaps/delegation-seniority")
    p.add_argument("--format", choices=output.FORMATS, default="table", help="how to tell the answer (default: table)")
    p.add_argument("--output", metavar="PATH", help="write the answer there instead of printing it")
    p.add_argument("-h", "--help", action="store_true", help="tell this, or what the question named takes and returns")
    # What else a question takes is its own; `parse_known_args` leaves it in `rest`.
    p.set_defaults(run=run, takes_more=True, usage=p.format_help())


def run(call: argparse.Namespace) -> int:
    """Ask what the call names, tell the answer, and return the exit code.

    Raises:
        InputError: There is no such question, a parameter is wrong, or the answer cannot be written.
    """
    if call.name is None:
        if call.rest and not call.help:
            raise InputError(call.rest[0], "no question is named", "'masagraph ask' lists the questions")
        sys.stdout.write(call.usage if call.help else _list())
        return 0
    question = _question(call.name, call.rest)
    if call.help:
        sys.stdout.write(_tell(question))
        return 0
    table = asking.ask(question, _parameters(call.rest), holding.load())
    output.tell(table, call.format, call.output)
    return 0


def _question(name: str, rest: list[str]) -> Question:
    """Find the question, or tell who put it behind its parameters that a value has been taken for its name."""
    try:
        return asking.find(name)
    except InputError:
        known = {told for q in loader.load().values() for told in (q.name, q.name.split("/")[1])}
        meant = next((word for word in rest if word in known), None)
        if meant is None:
            raise
    raise InputError(meant, "the name of the question comes first", f"Write 'masagraph ask {meant}' and its parameters behind")


def _parameters(words: list[str]) -> dict[str, str]:
    """Read `--name value` and `--name=value`."""
    given: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            raise InputError(word, "it belongs to no parameter", "Write --NAME VALUE")
        name, is_joined, value = word.removeprefix("--").partition("=")
        if not is_joined:
            value = next(rest, "")
        if not value or (not is_joined and value.startswith("--")):
            raise InputError(f"--{name}", "it has no value", f"Write --{name} VALUE")
        if name in given:
            raise InputError(f"--{name}", "it is given twice", "Give it once")
        given[name] = value
    return given


def _list() -> str:
    lines: list[str] = []
    family = ""
    for question in loader.load().values():
        if question.family != family:
            family = question.family
            lines += [*([""] if lines else []), family.replace("-", " ").capitalize()]
        lines.append(f"  {question.name}")
        lines += textwrap.wrap(question.summary, output.width(None), initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join([*lines, "", f"{len(loader.load())} questions. 'masagraph ask NAME --help' tells more of one."]) + "\n"


def _tell(question: Question) -> str:
    page = output.width(None)
    lines = [*textwrap.wrap(question.asks, page), *textwrap.wrap(f"({question.paragraphs})", page), "", "Takes"]
    for p in question.parameters:
        default = f" (default: {p.default})" if p.default else ""
        lines += _entry(f"--{p.name} {_EXAMPLES[p.type]}", f"{p.about}{default}", page)
    if not question.parameters:
        lines.append("  nothing")
    lines += ["", "Returns"]
    for column in question.columns:
        lines += _entry(column.name, column.about, page)
    return "\n".join(lines) + "\n"


def _entry(name: str, about: str, page: int) -> list[str]:
    return textwrap.wrap(about, page, initial_indent=f"  {name:<20} ", subsequent_indent=" " * 23)
