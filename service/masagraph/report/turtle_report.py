"""Reports as RDF: a SHACL validation report for what was found, and the verdicts as EARL assertions."""

from collections.abc import Sequence

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import __version__, digests
from masagraph.check.checker import Report
from masagraph.check.verdicts import CANNOT_TELL, MET, NOT_APPLICABLE, NOT_MET, Verdict
from masagraph.evidence import reach
from masagraph.vocab import BASE, DCTERMS, EARL, MASA, RDF, REASON, RULE, SH, SHAPE, VERDICT, XSD

_OUTCOME = {
    MET: EARL.passed, NOT_MET: EARL.failed, CANNOT_TELL: EARL.cantTell, NOT_APPLICABLE: EARL.inapplicable,
}  # fmt: skip


def render(reports: Sequence[Report]) -> str:
    """Return reports as Turtle text."""
    graph = Graph()
    prefixes = {
        "dcterms": DCTERMS,
        "earl": EARL,
        "masa": MASA,
        "reason": REASON,
        "rule": RULE,
        "sh": SH,
        "shape": SHAPE,
        "verdict": VERDICT,
    }
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    for report in reports:
        _report(graph, report)
    return graph.serialize(format="turtle")


def _report(graph: Graph, report: Report) -> None:
    root = BNode()
    findings = [(v, finding) for v in report.verdicts for finding in v.findings]
    graph.add((root, RDF.type, SH.ValidationReport))
    # Nothing conforms to a requirement that is not met, even where no shape had anything to look at.
    graph.add((root, SH.conforms, Literal(not findings and all(v.verdict != NOT_MET for v in report.verdicts))))
    graph.add((root, DCTERMS.subject, report.iri))
    graph.add((root, DCTERMS.conformsTo, URIRef(f"{BASE}profile/{report.profile.id}")))
    graph.add((root, MASA.judgedOn, Literal(report.basis.day)))
    graph.add((root, MASA.followsEdition, report.basis.edition.iri))
    graph.add((root, DCTERMS.creator, Literal(f"masagraph {__version__}, {report.engine}")))
    graph.add((root, DCTERMS.identifier, Literal(f"rules {digests.rules_digest()}, reference {digests.reference_digest()}")))
    for v, finding in findings:
        result = BNode()
        graph.add((root, SH.result, result))
        graph.add((result, RDF.type, SH.ValidationResult))
        graph.add((result, SH.focusNode, finding.focus))
        graph.add((result, SH.sourceShape, finding.shape))
        graph.add((result, SH.sourceConstraintComponent, finding.component))
        graph.add((result, SH.resultSeverity, SH[finding.severity.value]))
        graph.add((result, SH.resultMessage, Literal(finding.message, lang="en")))
        if finding.value is not None:
            graph.add((result, SH.value, finding.value))
        path = v.rule.shapes_graph.value(finding.shape, SH.path)
        if path is not None:
            graph.add((result, SH.resultPath, path))
            for node in reach(v.rule.shapes_graph, [path]):
                for predicate, value in v.rule.shapes_graph.predicate_objects(node):
                    graph.add((node, predicate, value))
    for v in report.verdicts:
        _assertion(graph, root, report.iri, v)


def _assertion(graph: Graph, root: Node, version: Node, v: Verdict) -> None:
    assertion, outcome = BNode(), BNode()
    graph.add((root, DCTERMS.hasPart, assertion))
    graph.add((assertion, RDF.type, EARL.Assertion))
    graph.add((assertion, EARL.test, v.rule.iri))
    graph.add((assertion, EARL.subject, version))
    graph.add((assertion, EARL.pointer, v.subject))
    graph.add((assertion, EARL.mode, EARL.automatic))
    graph.add((assertion, EARL.result, outcome))
    graph.add((outcome, RDF.type, EARL.TestResult))
    graph.add((outcome, EARL.outcome, _OUTCOME[v.verdict]))
    graph.add((outcome, MASA.verdict, VERDICT[v.verdict.replace("_", "-")]))
    graph.add((outcome, DCTERMS.description, Literal(v.message, lang="en")))
    if v.reason:
        graph.add((outcome, MASA.reason, REASON[v.reason.replace("_", "-")]))
    if v.fix:
        graph.add((outcome, MASA.remedy, Literal(v.fix, lang="en")))
    for place in v.rests_on:
        graph.add((outcome, DCTERMS.source, Literal(f"{place.source}, {place.locator}", datatype=XSD.string)))
