"""See that nothing calls a function of a server's own.

Virtuoso has some that fetch (`bif:http_get`), and everybody may call them; Jena's run code of theirs. Only the functions of
SPARQL 1.1 and the casts of XML Schema pass, and those by their tree: a name may be put together from a prefix and a rest.
"""

import re
from collections import defaultdict
from collections.abc import Callable

from rdflib import URIRef
from rdflib.namespace import XSD
from rdflib.plugins.sparql.parser import parseQuery, parseUpdate

from masagraph.errors import InputError
from masagraph.sparql import guard, words

_CALL = re.compile(r"[:>][^\s(){}<>]*+(?:\s|#[^\n\r]*+)*+\(")
"""What any call by name looks like; much else does too."""
_OWN = re.compile(r"\b(?:bif|sql)\s*:", re.IGNORECASE)
_WHY = "it may call no function but those of SPARQL 1.1"


def refuse_in_query(text: str) -> None:
    """Let a query pass that calls no function of a server's own.

    Raises:
        SyntaxError: It does, or whether it does cannot be told.
    """
    _refuse(text, parseQuery)


def refuse_in_update(text: str) -> None:
    """Let an update pass that calls no function of a server's own.

    Raises:
        SyntaxError: It does, or whether it does cannot be told.
    """
    _refuse(text, parseUpdate)


def _refuse(text: str, parse: Callable[[str], object]) -> None:
    whole = words.plain(text)
    if not _CALL.search(whole):
        return
    # Two readings must agree: Virtuoso's parser takes more than the standard has.
    if _OWN.search(whole):
        raise SyntaxError(_WHY)
    try:
        nodes = list(guard.nodes(guard.parsed(whole, "query", parse, "a function")))
    except InputError as error:
        raise SyntaxError(str(error)) from None
    prefixes = defaultdict[str, set[str]](set)
    for node in nodes:
        if node.name == "PrefixDecl":
            prefixes[str(node.prefix or "")].add(str(node.iri))
    for node in nodes:
        if node.name != "Function":
            continue
        if isinstance(node.iri, URIRef):
            is_cast = str(node.iri).startswith(str(XSD))
        else:
            is_cast = prefixes[str(node.iri.prefix or "")] == {str(XSD)} and str(node.iri.localname or "").isalpha()
        if not is_cast:
            raise SyntaxError(_WHY)
