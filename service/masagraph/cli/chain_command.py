"""`masagraph chain`."""

import argparse

from masagraph.cli import output
from masagraph.dataset import holding
from masagraph.draw import chain_svg
from masagraph.register import asking
from masagraph.report import chain_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser(
        "chain",
        help="tell the chain of delegation of each partner of an area",
        description="Tell each partner's chain from the head of its agency to the last delegate, its breaks and weakest link.",
    )
    p.add_argument("area", metavar="AREA", help="an area, by name or statistical code")
    output.add_picture_options(p)
    p.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """Tell the chains of the area named in the call, and return the exit code.

    Raises:
        InputError: The day or area cannot be read, the area does not exist on the day, or the answer cannot be written.
    """
    found = asking.chains_of(holding.load(), call.area, call.date, "AREA")
    told = chain_svg.render(found) if call.format == "svg" else chain_text.render(found, output.width(call.output))
    output.write(told, call.output)
    return 0
