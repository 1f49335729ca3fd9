"""The address of a request: which parameters it may have, and what addresses that we tell begin with."""

from difflib import get_close_matches

from flask import request

from masagraph.errors import InputError
from masagraph.web.http import fields
from masagraph.web.service import service


def home() -> str:
    """Return what the addresses of this service begin with, without a slash at the end: as set, else as asked."""
    return service().settings.base or request.host_url.rstrip("/")


def only(*names: str) -> None:
    """See that a request has no parameters but these.

    Raises:
        InputError: It has another.
    """
    for name, _ in fields.in_address():
        if name not in names:
            near = get_close_matches(name.lower(), names, n=1)
            known = f"There are {', '.join(names)}" if names else "Leave it out: there are none"
            raise InputError(name[:100], "there is no such parameter here", f"Did you mean {near[0]}?" if near else known)
