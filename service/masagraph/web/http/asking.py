"""Have a job done for the APIs: complaints come in the words of who asks by address, and nothing is done twice for one client."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response

from masagraph.errors import InputError
from masagraph.web.http import answering
from masagraph.web.service import service

_OPTION = re.compile(r"(?<![\w'-])--([a-z][a-z-]*)")
"""How the command line calls a parameter."""


def answer(media_type: str, number: int, job: Callable[..., bytes], *arguments: Any, seconds: float | None = None) -> Response:
    """Return the answer that a reader makes, unless the client has it already.

    Args:
        media_type: What the answer is.
        number: The generation.
        job: A function of a module of `work`.
        arguments: Plain data.
        seconds: How long it may take; the setting for queries if not given.

    Raises:
        MasagraphError: What the job or the pool raises.
    """
    if unchanged := answering.unchanged(number):
        return unchanged
    with by_address():
        return answering.told(service().read(job, number, *arguments, seconds=seconds), media_type, number)


@contextmanager
def by_address() -> Iterator[None]:
    """Put what the rooms below say of `--options` into the words of who has parameters instead.

    Raises:
        InputError: Whatever is raised within, in other words.
    """
    try:
        yield
    except InputError as error:
        told = (_OPTION.sub(lambda match: match[1].replace("-", "_"), text) for text in (error.where, error.what, error.mend))
        raise InputError(*told) from None
