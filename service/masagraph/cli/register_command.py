"""`masagraph register`."""

import argparse
from dataclasses import replace

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
        InputError: The day, area, kind or region cannot be read, the area does not exist on the day or is not in the region,
            or the register cannot be written.
    """
    day = read_day(call.date, "--date")
    snapshot = holding.load()
    names = Names(snapshot)
    area = None if call.area is None else names.area_on(call.area, day, "--area")
    kind = None if call.kind is None else names.kind(call.kind, "--kind")
    region = None if call.region is None else names.region(call.region, "--region")
    if area and region:
        names.must_lie_in(area, region, "--region")
    found = entries.entries(
        standing.on(snapshot, day),
        area=str(area.thing) if area else None,
        kind=local(kind.thing) if kind else None,
        region=str(region.thing) if region else None,
    )
    if call.format == "table":
        output.write(register_text.render(entries.title(day), found, output.width(call.output)), call.output)
    else:
        asked = {"date": day.isoformat(), "area": area, "kind": kind, "region": region}
        settings = tuple((name, str(value)) for name, value in asked.items() if value)
        output.tell(replace(entries.table(found, day), settings=settings), call.format, call.output)
    return 0
