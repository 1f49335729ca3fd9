"""The command line, a module a command."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

from masagraph import __version__
from masagraph.cli import (
    ask_command,
    chain_command,
    check_command,
    explain_command,
    footprint_command,
    reference_command,
    register_command,
    rules_command,
    serve_command,
    store_command,
    token_command,
)
from masagraph.errors import InputError, MasagraphError

_LONG = 300
_COMMANDS = (
    check_command, rules_command, explain_command, register_command, chain_command, footprint_command, ask_command,
    reference_command, serve_command, store_command, token_command,
)  # fmt: skip
OK, FOUND, WRONG_INPUT, CHECKER_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: nothing at or above --fail-on; something; the input or the call is wrong; the checker itself failed; somebody
stopped it from the keyboard."""


class _Once(argparse.Action):
    """Keeps the one value of an option, and refuses a second."""

    def __call__(  # argparse calls it so
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002
        call: argparse.Namespace,
        values: object,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Keep a value.

        Raises:
            ArgumentError: There is one already.
        """
        given: set[str] = call.__dict__.setdefault("_given", set())
        if self.option_strings and self.dest in given:
            raise argparse.ArgumentError(self, "it is given twice; give it once")
        given.add(self.dest)
        setattr(call, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """Refuses a wrong call in one line, and takes every option once and by its whole name."""

    def __init__(self, **settings: Any) -> None:
        """Make a parser as argparse does."""
        super().__init__(**{"allow_abbrev": False, **settings})
        self.register("action", None, _Once)
        self.register("action", "store", _Once)

    def error(self, message: str) -> None:  # type: ignore[override]
        """Say what is wrong with the call, and exit."""
        told = " ".join(message.split())
        sys.stderr.write(f"masagraph: {told if len(told) <= _LONG else told[:_LONG] + '...'}. See {self.prog} --help.\n")
        raise SystemExit(WRONG_INPUT)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = _Parser(
        prog="masagraph",
        description="Check multi-agency safeguarding arrangements against statute, guidance and the Wood review.",
        epilog="Exit codes: 0 nothing not met at or above --fail-on; 1 something is; 2 input or call wrong; 3 checker failed.",
    )
    top.add_argument("--version", action="version", version=f"masagraph {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for module in _COMMANDS:
        module.add_to(commands)
    return top


def _call(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read a call. Only a command that says so takes words that its parser does not know: they come as `rest`."""
    top = parser()
    call, rest = top.parse_known_args(arguments)
    if rest and not getattr(call, "takes_more", False):
        top.error(f"'{' '.join(rest)}' belongs to nothing: put a name of several words in quotes, and options in full")
    call.rest = rest
    return call


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: The words after `masagraph`; None takes them from the process.
    """
    if arguments is None:
        gc.freeze()  # Modules stay to the end of the process; looking through them for garbage takes a twentieth of its time.
    if isinstance(sys.stdout, TextIOWrapper):
        # What a report says may not depend on what the terminal can show.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.getLogger("rdflib").setLevel(
        logging.CRITICAL
    )  # It would complain with a traceback of values that are refused anyway.
    try:
        call = _call(arguments)
        code: int = call.run(call)
        sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"masagraph: {error}\n")
        return WRONG_INPUT
    except MasagraphError as error:
        sys.stderr.write(f"masagraph: {error}\n")
        return CHECKER_FAILED
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does: not a fault, and nobody is left to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"masagraph: the answer cannot be printed ({error.strerror}). Make room, or use --output.\n")
        return WRONG_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("masagraph: stopped.\n")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, no traceback reaches an official
        sys.stderr.write(f"masagraph: the checker failed on something unforeseen ({type(error).__name__}). Please report it.\n")
        return CHECKER_FAILED
    return code
