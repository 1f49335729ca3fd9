"""`masagraph rules`."""

import argparse
import sys

from masagraph.report import rule_data, rule_text
from masagraph.rules import catalogue

_FORMS = {"text": rule_text.listed, "json": rule_data.as_json, "csv": rule_data.as_csv}


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("rules", help="list the rules", description="List the rules.")
    p.add_argument(
        "--edition",
        choices=[e.id for e in catalogue.editions()],
        help="only what applies under this edition, statute and Wood included",
    )
    p.add_argument("--format", choices=tuple(_FORMS), default="text", help="how to tell it (default: text)")
    p.set_defaults(run=run)


def run(call: argparse.Namespace) -> int:
    """List the rules named in the call, and return the exit code."""
    sys.stdout.write(_FORMS[call.format](rule_data.under(call.edition)))
    return 0
