"""Where things are found here: a link that stays in this service for whatever has an IRI."""

from urllib.parse import quote, urlencode, urlsplit

from flask import request

from masagraph.settings import Settings
from masagraph.vocab import BASE
from masagraph.web.service import service

KINDS = ("def", "graph", "guidance", "id", "profile", "rule", "shape", "subjects", "vocab")
"""What the paths of our IRIs begin with."""
_SAFE = "/:@!$&'()*+,;=~"


def page(path: str) -> str:
    """Return what a link to a page of ours says: below the path of the public address, if that has one."""
    return root(service().settings) + path


def root(settings: Settings) -> str:
    """Return what links to our own pages begin with: the path of the public address, or nothing."""
    return urlsplit(settings.base).path


def thing(iri: str, **asked: str) -> str:
    """Return what a link to the page about a thing says.

    Args:
        iri: The thing; one that begins with `#` is on the same page.
        asked: Parameters for that page.
    """
    if iri.startswith("#"):
        return iri
    document, hash_, part = iri.partition("#")
    if not is_ours(document):
        return page(f"/thing?{urlencode({'iri': iri, **asked})}")
    query = f"?{urlencode(asked)}" if asked else ""
    return page(f"/{quote(document.removeprefix(BASE), safe=_SAFE)}{query}{hash_}{quote(part, safe=_SAFE)}")


def is_ours(iri: str) -> bool:
    """Tell whether an IRI has the same path here as in itself."""
    return iri.startswith(BASE) and iri.removeprefix(BASE).partition("#")[0].partition("/")[0] in KINDS


def kept(*names: str) -> dict[str, str]:
    """Return those of the parameters named that a request has, for links that are to keep them."""
    return {name: request.args[name] for name in names if name in request.args}


def again(**changes: str) -> str:
    """Return a link to the same address with some parameters changed."""
    stay = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{page(request.path)}?{urlencode([*stay, *changes.items()])}"
