"""How sure a citation is, in letters and in words."""

from masagraph import ontology
from masagraph.rules.model import Edition, Rule
from masagraph.vocab import CERTAINTY


def certainty(rule: Rule, edition: Edition) -> tuple[str, str]:
    """Return the certainty of content and of number, as the letters V, A, P or M.

    What was checked of a rule of the guidance was checked in one edition; in another it is not verified.
    """
    if rule.layer == "guidance" and not edition.citations_checked:
        return "M", "M"
    return rule.content_certainty, rule.number_certainty


def in_words(rule: Rule, edition: Edition) -> str:
    """Return a phrase on how sure a citation is, such as "content seen in part, number not verified"."""
    if rule.layer == "register":
        return "no provision to check"
    content, number = certainty(rule, edition)
    known = ontology.load()
    return f"content {known.label(CERTAINTY[content])}, number {known.label(CERTAINTY[number])}"
