"""Judge an example by one rule, and put the answer in the form in which examples expect it."""

from rdflib.term import Node

from masagraph.check.checker import Checker
from masagraph.check.engine import Finding
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.check.verdicts import Verdict
from masagraph.rules import catalogue
from masagraph.rules.model import Example, Rule
from masagraph.vocab import SH

Outcome = set[tuple[Node, str, str | None, frozenset[tuple[Node, Node, Node | None]]]]


def alone(rule: Rule) -> Checker:
    """Return a checker that knows one rule, with an engine of its own."""
    return Checker(PyShaclEngine(), [rule])


def judged(example: Example, checker: Checker) -> list[Verdict]:
    """Judge an example, with the expectations of Wood included."""
    (report,) = checker.check(example.graph, catalogue.profiles()["wood"], example.judged_as_at)
    return list(report.verdicts)


def outcome(verdicts: list[Verdict], example: Example) -> Outcome:
    """Return what was found in an example, in the form in which it is expected.

    A value counts where a query chose it, or where the example names it: otherwise it follows from node and path.
    """
    named = {f[:2] for e in example.expected for f in e.findings if f[2] is not None}

    def told(finding: Finding) -> tuple[Node, Node, Node | None]:
        chosen = finding.component == SH.SPARQLConstraintComponent and finding.value != finding.focus
        counts = chosen or (finding.focus, finding.shape) in named
        return finding.focus, finding.shape, finding.value if counts else None

    return {
        (v.subject, v.verdict.replace("_", "-"), v.reason and v.reason.replace("_", "-"), frozenset(map(told, v.findings)))
        for v in verdicts
    }


def expected(example: Example) -> Outcome:
    """Return what was written to be expected of an example."""
    return {(e.subject, e.verdict, e.reason, e.findings) for e in example.expected}
