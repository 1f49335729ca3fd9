"""What of a document is heard beside others: words that mean something here, and that are a document's to say."""

from rdflib import Graph, URIRef

from masagraph import ontology
from masagraph.intake.checks import is_personal
from masagraph.vocab import MASA, RDF, SKOS

OF_REFERENCE = ontology.kinds_of(
    MASA.Area, MASA.Region, MASA.Jurisdiction, MASA.Transfer, MASA.CombinedArea, MASA.EarlyAdopterProject, MASA.Umbrella,
    MASA.Register, MASA.Work, MASA.Edition, MASA.Requirement, MASA.Expectation, MASA.PartnerKind, MASA.Profile,
)  # fmt: skip
"""Kinds of things that all arrangements share: one that a document made up would pass for one of theirs."""
_NOT_A_DOCUMENT_S = {MASA.authorityCode, MASA.odsCode, MASA.forceAreaCode, MASA.succeededBy, MASA.headPost}
"""What bodies are found by, and what became of them, for the same reason."""


def heard(document: Graph) -> Graph:
    """Return what a document says in our own words, but for those that are the reference data's, and its names.

    Other words may stand in it and mean nothing here. Yet the reference data use some, and questions ask for them: a document
    would be heard on everybody's bodies and regions by the same words. Words for personal data are never let in; where they are
    there all the same, a rule of the register has to find them.
    """
    found = Graph()
    for triple in document:
        _, predicate, value = triple
        if predicate == RDF.type:
            is_heard = ontology.is_ours(value) and value not in OF_REFERENCE
        else:
            is_ours = ontology.is_ours(predicate) and predicate not in _NOT_A_DOCUMENT_S
            is_heard = is_ours or predicate == SKOS.prefLabel or is_personal(URIRef(str(predicate)))
        if is_heard:
            found.add(triple)
    return found
