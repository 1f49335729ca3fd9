"""`masagraph footprint`."""

import argparse

from masagraph.cli import output
from masagraph.dataset import holding
from masagraph.draw import footprint_svg
from masagraph.register import asking, footprints
from masagraph.report import footprint_text, picture_data, table_data


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "footprint",
        help="tell what overlaps what in an area, or what a body serves",
        description="Tell which footprints overlap (council, health, police, arrangement, child death review) and how far.",
    )
    p.add_argument("place", metavar="AREA_OR_BODY", help="an area, council, health body or force, by name or code")
    output.add_picture_options(p, "csv", "json", "xlsx", "turtle")
    p.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """Tell the footprint of the area or body named in the call, and return the exit code.

    Raises:
        InputError: The day or name cannot be read, what is named does not exist on the day, or the answer cannot be written.
    """
    found = asking.footprint(holding.load(), call.place, call.date, "AREA_OR_BODY")
    if call.format == "svg":
        output.write(footprint_svg.render(found), call.output)
    elif call.format == "text":
        output.write(footprint_text.render(found, output.width(call.output)), call.output)
    elif call.format == "json":
        output.write(picture_data.footprint(found, table_data.shipped()), call.output)
    else:
        output.tell(footprints.table(found), call.format, call.output)
    return 0
