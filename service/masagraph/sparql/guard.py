"""See that a query only asks: nothing is fetched from elsewhere, and nothing changed.

Oxigraph does fetch what SERVICE and LOAD name, so this must be sound. A text without the word, however it is written, cannot ask
for it. In a text with the word two readings must agree that it is a name, a string or a comment: the words that stand bare, and
the tree of rdflib's parser. A text that the parser cannot read is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin

from rdflib import URIRef
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from masagraph.answers import Dataset
from masagraph.errors import InputError
from masagraph.sparql import words

_WHERE = "query"
_DEEP = 500
_BRACKETS = re.compile(r"[(){}\[\]]")
_FORMS = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_PROLOGUE = ("BASE", "PREFIX", "VERSION")
_VERBS = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_SERVICE = {"ServiceGraphPattern": "SERVICE"}
# Oxigraph takes `SERVICEex:a {` for the keyword and a name, though it looks like one name.
_GLUED = re.compile(r"(?<![^\s{}<>])([^\s{}<>]++)(?:\s|#[^\n\r]*)*+\{")


def refuse(text: str) -> None:
    """Let a query pass, or say why it may not be run.

    Raises:
        InputError: It asks another service, it is an update, or what it does cannot be told.
    """
    if _depth(text) > _DEEP:
        raise InputError(_WHERE, f"its brackets are nested deeper than {_DEEP}", "Put what is inside beside each other")
    why = why_no_query(text)
    if why is not None:
        raise InputError(_WHERE, why, "Nothing is changed here: arrangements are published at /graphs")
    found = [word for word in words.bare(words.plain(text)) if word not in _PROLOGUE]
    if found and not found[0].startswith(_FORMS):
        raise InputError(_WHERE, f"it begins with {found[0][:40]}", f"A query begins with one of {', '.join(_FORMS)}")
    let_fetch_nothing(text, _WHERE, parseQuery, _SERVICE)


def _depth(text: str) -> int:
    """Return how deep brackets are nested, at most; those in strings count as well. Parsers give up on what is very deep."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "({[" else -1
        deepest = max(deepest, depth)
    return deepest


def why_no_query(text: str) -> str | None:
    """Tell whether a text is an update, naming its verb; None if it is not."""
    verb = next((word for word in words.bare(words.plain(text)) if word in _VERBS), None)
    return None if verb is None else f"it is an update ({verb}), not a query"


def let_fetch_nothing(text: str, where: str, parse: Callable[[str], object], fetching: Mapping[str, str]) -> None:
    """Let a text pass that makes a store fetch nothing.

    Args:
        text: A query or update.
        where: What it is called in an error.
        parse: How rdflib reads it.
        fetching: The keyword of each node of rdflib's parse tree that stands for a fetch.

    Raises:
        InputError: It asks for a fetch, or whether it does cannot be told.
    """
    whole = words.plain(text)
    keywords = [word for word in fetching.values() if re.search(word, whole, re.IGNORECASE)]
    if not keywords:
        return
    named = " or ".join(keywords)
    if words.disguised(text):
        raise InputError(where, f"with the word {named} in it, no plain character may stand escaped (\\u)", "Write it plainly")
    standing = words.bare(whole)
    for keyword in keywords:
        if any(keyword in word for word in standing) or any(_glued(whole, keyword)):
            raise _fetch(where, keyword)
    for node in nodes(parsed(whole, where, parse, f"the word {named}")):
        if node.name in fetching:
            raise _fetch(where, fetching[node.name])


def dataset(text: str, base: str | None = None) -> Dataset | None:
    """Return the graphs that a query names itself, by FROM and FROM NAMED; None if it names none.

    Args:
        text: The query.
        base: What relative names are resolved against, until the query says another.

    Raises:
        InputError: It cannot be read, or a name stays relative.
    """
    whole = words.plain(text)
    if not any("FROM" in word for word in words.bare(whole)):
        return None
    tree = parsed(whole, _WHERE, parseQuery, "FROM")
    default, named = list[str](), list[str]()
    resolve = _Names(base)
    for node in nodes(tree):
        if node.name in ("Base", "PrefixDecl"):
            resolve.learn(node)
        elif node.name == "DatasetClause":
            (default if "default" in node else named).append(resolve.name(node.default if "default" in node else node.named))
    return Dataset(tuple(default), tuple(named)) or None


def parsed(text: str, where: str, parse: Callable[[str], object], why: str) -> object:
    """Return rdflib's parse tree of a text whose escapes are resolved; each character keeps its place.

    Args:
        text: A query or update.
        where: What it is called in an error.
        parse: How rdflib reads it.
        why: What in it or with it makes it necessary to read it.

    Raises:
        InputError: It cannot be read.
    """
    try:
        # rdflib ends a comment at a line feed alone, everybody else at a carriage return too.
        return parse(text.replace("\r", "\n"))
    except RecursionError:
        what = "it is nested too deeply to be read"
    except Exception:  # noqa: BLE001 - whatever rdflib trips over, the text is not let through
        what = "it cannot be read as SPARQL 1.1"
    raise InputError(where, f"{what}, as it must be with {why}", f"Mend it, or send it without {why}")


def nodes(tree: object) -> Iterator[CompValue]:
    """Yield the nodes of a parse tree that have a name, in the order of the text."""
    rest = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, CompValue):
            yield node
            rest.extend(reversed(list(node.values())))
        elif not isinstance(node, str):
            try:
                rest.extend(reversed(list(node)))  # type: ignore[call-overload]  # what cannot be gone through is a leaf
            except TypeError:
                continue


def _glued(text: str, keyword: str) -> Iterator[bool]:
    for run in _GLUED.finditer(text):
        yield keyword in run[1].upper().rpartition(":")[0]


def _fetch(where: str, keyword: str) -> InputError:
    mend = "Nothing is fetched from elsewhere: ask for what is held here alone"
    return InputError(where, f"it asks for {keyword}, which would make a request to another server", mend)


class _Names:
    """The names of a query made whole, by its prologue."""

    def __init__(self, base: str | None) -> None:
        self._base, self._prefixes = base or "", dict[str, str]()

    def learn(self, node: CompValue) -> None:
        """Take in a BASE or PREFIX; later ones go before earlier ones."""
        iri = self._whole(str(node.iri))
        if node.name == "Base":
            self._base = iri
        else:
            self._prefixes[str(node.prefix or "")] = iri

    def name(self, term: object) -> str:
        """Return a name, whole.

        Raises:
            InputError: Its prefix is unknown, or it is relative to nothing.
        """
        if isinstance(term, URIRef):
            found = self._whole(str(term))
        elif isinstance(term, CompValue) and str(term.prefix or "") in self._prefixes:
            found = self._prefixes[str(term.prefix or "")] + re.sub(r"\\(.)", r"\1", str(term.localname or ""))
        else:
            raise InputError(_WHERE, "FROM has a name whose prefix it does not declare", "Declare it with PREFIX")
        if ":" not in found:
            raise InputError(_WHERE, f"FROM <{found[:100]}> is no whole name", "Write it with its scheme, or say BASE")
        return found

    def _whole(self, iri: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri):
            return iri
        joined = urljoin(self._base, iri)
        return f"{joined}#" if iri.endswith("#") and not joined.endswith("#") else joined  # urljoin drops a fragment without text
