"""Make an update fit to be run: it fetches nothing, and sees the graphs that the request names."""

from pyparsing import CaselessKeyword, Literal, Optional, ParserElement, ZeroOrMore
from rdflib.plugins.sparql import parser
from rdflib.plugins.sparql.parserutils import Comp, Param, ParamList

from masagraph import oxigraph
from masagraph.answers import Dataset
from masagraph.errors import InputError
from masagraph.sparql import guard, words

_WHERE = "update"
_PARAMETER, _NAMED = "using-graph-uri", "using-named-graph-uri"
_FETCHING = {"Load": "LOAD", "ServiceGraphPattern": "SERVICE"}


def prepared(text: str, dataset: Dataset | None) -> str:
    """Return an update that may be run; without graphs to see, it comes back as it is.

    Args:
        text: The update.
        dataset: The graphs that the request names for what stands after WHERE (SPARQL 1.1 Protocol, 2.2.3).

    Raises:
        InputError: It asks for something to be fetched, names graphs itself though the request does, or cannot be read.
    """
    guard.let_fetch_nothing(text, _WHERE, _read, _FETCHING)
    return _seeing(text, dataset) if dataset else text


def _seeing(text: str, dataset: Dataset) -> str:
    """Return an update with the graphs named in each operation that has a WHERE, at the place that the parser tells."""
    if words.disguised(text):
        raise InputError(_WHERE, f"with {_PARAMETER}, no plain character may stand escaped (\\u) in it", "Write it plainly")
    whole, using = words.plain(text), _using(dataset)
    told, done = "", 0
    for node in guard.nodes(guard.parsed(whole, _WHERE, _read, _PARAMETER)):
        if node.name == "Modify" and ("withClause" in node or "using" in node):
            mend = f"Leave out one or the other: {_PARAMETER}, or USING and WITH"
            raise InputError(_PARAMETER, "the update names graphs itself, by USING or WITH", mend)
        if node.name in ("Modify", "DeleteWhere"):
            place = int(node.place)
            # DELETE WHERE has no room for USING; written out, its pattern stands on both sides.
            pattern = whole[int(node.begin) : int(node.end) + 1] if node.name == "DeleteWhere" else ""
            told, done = f"{told}{whole[done:place]}{pattern} {using} ", place
    return told + whole[done:]


def _using(dataset: Dataset) -> str:
    for where, names in ((_PARAMETER, dataset.default), (_NAMED, dataset.named)):
        for name in names:
            if not oxigraph.is_iri(name):
                mend = "Write it whole, such as https://example.org/graph"
                raise InputError(where, f"'{name[:100]}' is no absolute IRI", mend)
    return " ".join([f"USING <{name}>" for name in dataset.default] + [f"USING NAMED <{name}>" for name in dataset.named])


def _told_place(name: str, token: ParserElement) -> Param:
    """Return a token that is remembered by its place in the text."""
    return Param(name, token.set_parse_action(lambda _text, place, _found: place))


def _grammar() -> ParserElement:
    """Return rdflib's grammar of updates, with the places of WHERE and of patterns told, and operations in a row."""
    where = _told_place("place", CaselessKeyword("WHERE"))
    change = Param("delete", parser.DeleteClause) + Optional(Param("insert", parser.InsertClause))
    modify = Comp(
        "Modify",
        Optional(CaselessKeyword("WITH") + Param("withClause", parser.iri))
        + (change | Param("insert", parser.InsertClause))
        + ZeroOrMore(ParamList("using", parser.UsingClause))
        + where
        + Param("where", parser.GroupGraphPattern),
    )
    pattern = _told_place("begin", Literal("{")) + Param("quads", parser.Quads) + _told_place("end", Literal("}"))
    delete_where = Comp("DeleteWhere", CaselessKeyword("DELETE") + where + pattern)
    others = (parser.Load, parser.Clear, parser.Drop, parser.Add, parser.Move, parser.Copy, parser.Create)
    operation: ParserElement = parser.InsertData | parser.DeleteData | delete_where | modify
    for other in others:
        operation |= other
    operations = Optional(operation + ZeroOrMore(Literal(";") + parser.Prologue + Optional(operation)))
    whole: ParserElement = parser.Prologue + operations
    for comment in parser.UpdateUnit.ignoreExprs:
        whole.ignore(comment)
    return whole.parse_with_tabs()


_GRAMMAR = _grammar()


def _read(text: str) -> object:
    return _GRAMMAR.parse_string(text, parse_all=True)
