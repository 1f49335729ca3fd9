"""`masagraph check`."""

import argparse
import os
import sys
from datetime import date

from masagraph import digests
from masagraph.check.checker import Checker, Report
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.check.register_checker import RegisterChecker
from masagraph.cli import output
from masagraph.dataset import days, holding
from masagraph.intake import reader
from masagraph.report import check_report
from masagraph.rules import catalogue

_REGISTER = "register"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "check", help="check arrangements, or the register, and say which requirements are met", description=__doc__
    )
    p.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD; - is standard input; none with --profile register",
    )
    p.add_argument(
        "--edition",
        choices=("auto", *_encoded()),
        default="auto",
        help="the edition of the guidance to judge by (default: its own)",
    )
    p.add_argument(
        "--profile",
        choices=("statutory", "wood", _REGISTER),
        default="statutory",
        help="statute and guidance; the Wood review as well; or what is asked of all areas together, of all data held here",
    )
    p.add_argument(
        "--date",
        type=_day,
        metavar="YYYY-MM-DD",
        help="the day to judge at (default: each arrangement's own; today for the register)",
    )
    p.add_argument("--format", choices=check_report.FORMS, default="text", help="how to tell it (default: text)")
    p.add_argument("--output", metavar="PATH", help="write the report there instead of printing it")
    p.add_argument(
        "--fail-on", choices=tuple(check_report.FAIL_ON), default="must", help="what makes the exit code 1 (default: must)"
    )
    p.add_argument("--input-format", choices=tuple(reader.NAMES), help="the format of what comes in, whatever its extension")
    p.add_argument(
        "--max-megabytes",
        type=_size,
        default=reader.DEFAULT_MAX_MEGABYTES,
        metavar="N",
        help="the most that one file may weigh (default: %(default)s)",
    )
    p.set_defaults(run=run, refuse=p.error)


def _encoded() -> list[str]:
    return [edition.id for edition in catalogue.editions() if edition.is_encoded]


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2019-09-29")
    return day


def _size(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number of megabytes")
    return int(text)


def run(call: argparse.Namespace) -> int:
    """Check the files named in the call, tell the result, and return the exit code.

    Raises:
        InputError: A file cannot be read or is refused, or the report cannot be written.
        CheckerError: A rule or the engine is at fault.
    """
    if call.profile == _REGISTER:
        return _finish([_register(call)], call)
    if not call.files:
        call.refuse(f"no FILE is given to check; only --profile {_REGISTER} takes none")
    sources = reader.read_all(call.files, call.input_format, call.max_megabytes)
    checker = Checker(PyShaclEngine())
    profile = catalogue.profiles()[call.profile]
    reports: list[Report] = []
    tell_progress = len(sources) > 1 and sys.stderr.isatty()
    for number, source in enumerate(sources, start=1):
        if tell_progress:
            sys.stderr.write(f"\r\x1b[KChecking {number} of {len(sources)}: {source.name}")
            sys.stderr.flush()
        reports.extend(checker.check(source.graph, profile, call.date, call.edition, source.digest))
    if tell_progress:
        sys.stderr.write("\r\x1b[K")
    for source in sources:
        _warn(source)
    return _finish(reports, call)


def _register(call: argparse.Namespace) -> Report:
    """Judge all that ships with the package, as a whole."""
    for given, name in ((call.files, "FILE"), (call.edition != "auto", "--edition"), (call.input_format, "--input-format")):
        if given:
            call.refuse(
                f"--profile {_REGISTER} takes no {name}: it judges all data held here, by the edition in force on the day"
            )
    day, why = (days.today(), "today") if call.date is None else (call.date, "as asked")
    profile = catalogue.profiles()[_REGISTER]
    return RegisterChecker().check(holding.load(), profile, days.read_day(day.isoformat(), "--date"), why, digests.data_digest())


def _finish(reports: list[Report], call: argparse.Namespace) -> int:
    on_terminal = call.output is None and sys.stdout.isatty()
    colour = on_terminal and "NO_COLOR" not in os.environ
    told = check_report.render(reports, call.format, output.width(call.output), colour=colour)
    output.write(told, call.output, tuple(call.files))
    return 1 if check_report.fails(reports, call.fail_on) else 0


def _warn(source: reader.Source) -> None:
    remark = check_report.remark(source)
    if remark is not None:
        sys.stderr.write(f"masagraph: {remark}\n")
