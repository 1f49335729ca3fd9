"""`masagraph register`."""

import argparse

from masagraph.cli import output
from masagraph.dataset import holding
from masagraph.dataset.days import read_day
from masagraph.dataset.names import Names
from masagraph.graphs import local
from masagraph.register import entries, standing
from masagraph.report import register_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "register",
        help="tell who the partners, leads and delegates of every area are on a day",
        description="Tell the national register of statutory safeguarding partners: one row for each area and kind of partner.",
    )
    p.add_argument("--date", default="today", metavar="YYYY-MM-DD", help="the day asked about (default: today)")
    p.add_argument("--area", metavar="AREA", help="one area alone, by name or statistical code")
    p.add_argument("--kind", metavar="KIND", help="one kind of partner alone: local authority, health body or police")
    p.add_argument("--region", metavar="REGION", help="one region alone, by name or statistical code")
    p.add_argument("--format", choices=output.FORMATS, default="table", help="how to tell it (default: table)")
    p.add_argument("--output", metavar="PATH", help="write it there instead of printing it")
    p.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """Tell the register as asked, and return the exit code.

    Raises:
        InputError: The day, area, kind or region cannot be read, or the register cannot be written.
    """
    day = read_day(call.date, "--date")
    snapshot = holding.load()
    names = Names(snapshot)
    found = entries.entries(
        standing.on(snapshot, day),
        area=None if call.area is None else str(names.area(call.area, day, "--area").thing),
        kind=None if call.kind is None else local(names.kind(call.kind, "--kind").thing),
        region=None if call.region is None else str(names.region(call.region, "--region").thing),
    )
    if call.format == "table":
        output.write(register_text.render(entries.title(day), found, output.width(call.output)), call.output)
    else:
        output.tell(entries.table(found, day), call.format, call.output)
    return 0
