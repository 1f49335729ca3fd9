"""The compiled engine: each constraint of a rule on the register becomes one SELECT that runs over the whole data set at once.

SHACL would bind `$this` to one focus node after another. Here it is left free, and the target class is put first in its
place, so that one query finds for all focus nodes what thousands would find one by one. That is the same only for plain
queries; whatever could make a difference is refused, and never passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph.check.engine import Finding
from masagraph.dataset.days import in_words
from masagraph.errors import CheckerError
from masagraph.graphs import local
from masagraph.oxigraph import Snapshot
from masagraph.rules.model import Severity
from masagraph.vocab import RDF, RDFS, SH, XSD

_OF_SHAPE = {SH.name, SH.message, SH.severity, SH.targetClass, SH.sparql}
_OF_CONSTRAINT = {SH.prefixes, SH.select}
_OF_PREFIXES = {SH.declare, SH.prefix, SH.namespace}

_TOKENS = re.compile(
    r'(?P<passed>"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>"{}|^`\\\s]*>|#[^\n]*)'
    r"|(?P<variable>[?$]\w+)|(?P<name>[A-Za-z][\w-]*:[\w-]*)|(?P<word>[A-Za-z_]+)|(?P<brace>[{}])",
    re.DOTALL,
)
_WORDS = frozenset(
    {"SELECT", "DISTINCT", "WHERE", "FILTER", "NOT", "EXISTS", "OPTIONAL", "BIND", "AS", "IN", "a", "true", "false"}
    | {"COALESCE", "CONCAT", "STR", "REGEX", "isIRI", "isLiteral"}
)
_DEEPEST = {"SELECT": 0, "WHERE": 0, "BIND": 1}
_OPENS_A_GROUP = frozenset({"WHERE", "EXISTS", "OPTIONAL"})


@dataclass(frozen=True)
class Select:
    """A constraint as a query over the whole data set. The first variable that it asks for is the focus node."""

    shape: URIRef
    severity: Severity
    message: str
    text: str


class CompiledEngine:
    """Compiled queries on pyoxigraph."""

    name = f"compiled queries, pyoxigraph {version('pyoxigraph')}"

    def validate(self, data: Snapshot, shapes: Graph) -> list[Finding]:
        """Return what the shapes find wrong in a data set, in no particular order and each finding once.

        Args:
            data: The data set, with the classes of its things.
            shapes: Node shapes with target classes and SPARQL constraints, and the prefixes that these use.

        Raises:
            CheckerError: The shapes use something that is not compiled.
        """
        found = (finding for select in compiled(shapes) for finding in _found(data, select))
        return list(dict.fromkeys(found))


def compiled(shapes: Graph) -> Iterator[Select]:
    """Yield the queries of a shapes graph: one for each constraint and target class.

    Raises:
        CheckerError: The shapes use something that is not compiled.
    """
    constraints = set(shapes.objects(None, SH.sparql))
    _refuse_other_terms(shapes, constraints)
    for constraint in constraints:
        for shape in shapes.subjects(SH.sparql, constraint):
            select = str(shapes.value(constraint, SH.select))
            _refuse_other_words(select, local(shape))
            targets = sorted(shapes.objects(shape, SH.targetClass), key=str)
            if not targets:
                raise CheckerError(f"The shape {local(shape)} has no target class, and is not compiled.")
            for target in targets:
                head, brace, body = select.partition("{")
                kind = f"$this <{RDF.type}>/<{RDFS.subClassOf}>* <{target}> ."
                yield Select(
                    shape=URIRef(str(shape)),
                    severity=Severity(local(shapes.value(shape, SH.severity))),
                    message=str(shapes.value(shape, SH.message)),
                    text=f"{_prefixes(shapes, constraint)}{head}{brace} {kind}{body}",
                )


def _refuse_other_terms(shapes: Graph, constraints: set[Node]) -> None:
    for subject, predicate, value in shapes:
        if not str(predicate).startswith(str(SH)):
            if predicate == RDF.type and value == SH.PropertyShape:
                raise CheckerError(f"{local(subject)} is a property shape, and those are not compiled.")
            continue
        allowed = _OF_CONSTRAINT if subject in constraints else _OF_SHAPE | _OF_PREFIXES
        if predicate not in allowed:
            raise CheckerError(f"{local(subject)} uses sh:{local(predicate)}, which is not compiled.")


def _refuse_other_words(select: str, shape: str) -> None:
    """Refuse a query in which a free `$this` could mean something else than a bound one.

    Only words that are known to do no harm may stand in it: no alternatives, differences, sub-queries or groups of values.
    A group opens after a word that says what it is for; a value is given a name in the outermost group alone, where
    `$this` has one already.
    """
    depth, before = 0, ""
    for token in _TOKENS.finditer(select):
        if token["word"]:
            before = token["word"]
            if before not in _WORDS:
                raise CheckerError(f"The query of {shape} uses {before}, which is not compiled.")
            if depth > _DEEPEST.get(before, depth):
                raise CheckerError(f"The query of {shape} uses {before} inside a group, which is not compiled.")
        elif token["brace"] == "{":
            if before not in _OPENS_A_GROUP:
                raise CheckerError(f"The query of {shape} opens a group for nothing that is compiled.")
            depth, before = depth + 1, ""
        else:
            depth, before = depth - (token["brace"] == "}"), ""
    if not re.match(r"\s*SELECT\s+(DISTINCT\s+)?\$this\b[^{}]*\bWHERE\s*\{", select):
        raise CheckerError(f"The query of {shape} does not begin with SELECT $this and WHERE, and is not compiled.")


def _prefixes(shapes: Graph, constraint: Node) -> str:
    declared = (d for o in shapes.objects(constraint, SH.prefixes) for d in shapes.objects(o, SH.declare))
    pairs = sorted((str(shapes.value(d, SH.prefix)), str(shapes.value(d, SH.namespace))) for d in declared)
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in pairs)


def _found(data: Snapshot, select: Select) -> Iterator[Finding]:
    names, rows = data.table(select.text)
    for row in rows:
        of = dict(zip(names, row, strict=True))
        focus = of["this"]
        if focus is None:
            raise CheckerError(f"The query of {local(select.shape)} found something about nothing.")
        message = select.message
        for name, term in of.items():
            message = message.replace(f"{{?{name}}}", _words(term))
        yield Finding(
            focus=focus,
            shape=select.shape,
            value=of.get("value") or focus,
            path=None,
            component=SH.SPARQLConstraintComponent,
            severity=select.severity,
            message=message,
        )


def _words(term: Node | None) -> str:
    if isinstance(term, Literal) and term.datatype == XSD.date:
        return in_words(term.toPython())
    return "" if term is None else " ".join(str(term).split())
