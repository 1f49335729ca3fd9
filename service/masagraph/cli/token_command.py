"""`masagraph token create|list|revoke`."""

import argparse
import sys

from masagraph.cli import configured
from masagraph.tokens import ROLES, Tokens


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("token", help="say who may publish", description="Look after the tokens of the service.")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="VERB")
    c = verbs.add_parser("create", help="make a token and print its secret, once")
    c.add_argument("--role", required=True, choices=ROLES, help="a publisher's scope, any arrangement, or everything")
    c.add_argument("--scope", nargs="+", default=[], metavar="KEY", help="the arrangements that a publisher may publish")
    c.add_argument("--label", required=True, metavar="TEXT", help="the post or the system that will use it; no person")
    t = verbs.add_parser("list", help="list the tokens, without their secrets")
    r = verbs.add_parser("revoke", help="revoke a token; a running service sees it at once")
    r.add_argument("id", metavar="ID", help="the id that 'masagraph token list' tells")
    for verb, run in ((c, _create), (t, _list), (r, _revoke)):
        configured.add_options(verb, ("data",))
        verb.set_defaults(run=run)


def _create(call: argparse.Namespace) -> int:
    """Make a token, print its secret, and return the exit code.

    Raises:
        InputError: What is asked for is wrong, or it cannot be stored.
    """
    token, secret = _tokens(call).create(call.role, call.label, tuple(call.scope))
    sys.stdout.write(f"{secret}\nThis secret will not be shown again. The token's id is {token.id}.\n")
    return 0


def _list(call: argparse.Namespace) -> int:
    """List the tokens and return the exit code.

    Raises:
        InputError: They cannot be read.
    """
    listed = _tokens(call).listed()
    for token in listed:
        standing = f"revoked {token.revoked}" if token.revoked else "valid"
        scope = f" ({', '.join(token.scope)})" if token.scope else ""
        sys.stdout.write(f"{token.id}  {token.created}  {standing}  {token.role}{scope}  {token.label}\n")
    if not listed:
        sys.stdout.write("There are no tokens.\n")
    return 0


def _revoke(call: argparse.Namespace) -> int:
    """Revoke a token, say so, and return the exit code.

    Raises:
        InputError: There is no such token, or it cannot be stored.
    """
    token = _tokens(call).revoke(call.id)
    sys.stdout.write(f"{token.id} is revoked since {token.revoked}.\n")
    return 0


def _tokens(call: argparse.Namespace) -> Tokens:
    """Return the tokens of the folder that the service itself would take."""
    return Tokens(configured.read(call).data)
