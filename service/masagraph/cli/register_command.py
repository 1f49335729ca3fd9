"""`masagraph register`."""

import argparse
from dataclasses import replace

from masagraph.cli import output
from masagraph.dataset import holding
from masagraph.register import asking, entries
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
        InputError: The day, area, kind or region cannot be read, the area does not exist on the day or is not in the region,
            or the register cannot be written.
    """
    given = {name: value for name in asking.PARAMETERS if (value := getattr(call, name)) is not None}
    found = asking.register(holding.load(), given)
    if call.format == "table":
        told = register_text.render(entries.title(found.day), found.entries, output.width(call.output))
        output.write(told, call.output)
    else:
        table = replace(entries.table(found.entries, found.day), settings=found.settings)
        output.tell(table, call.format, call.output)
    return 0
