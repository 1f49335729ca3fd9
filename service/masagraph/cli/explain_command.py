"""`masagraph explain`."""

import argparse
import shutil
import sys
from difflib import get_close_matches

from masagraph.errors import InputError
from masagraph.report import rule_text
from masagraph.report.text_report import Page
from masagraph.rules import loader
from masagraph.rules.model import Rule


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("explain", help="explain one rule", description="Explain one rule, with a good and a bad example.")
    p.add_argument("rule", metavar="RULE", help="the id of a rule, such as WT-TRAINING")
    p.set_defaults(run=run)


def find(name: str) -> Rule:
    """Return the rule of that id.

    Raises:
        InputError: There is none; the nearest is named.
    """
    rules = {rule.id: rule for rule in (*loader.load(), *loader.register_rules())}
    if name.upper() in rules:
        return rules[name.upper()]
    near = get_close_matches(name.upper(), rules, n=1, cutoff=0.4)
    mend = f"Did you mean {near[0]}? 'masagraph rules' lists them all" if near else "'masagraph rules' lists them all"
    raise InputError(name, "there is no rule of that name", mend)


def run(call: argparse.Namespace) -> int:
    """Explain the rule named in the call, and return the exit code."""
    width = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    sys.stdout.write(rule_text.explain(find(call.rule), Page(width, colour=False)))
    return 0
