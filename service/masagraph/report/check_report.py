"""Reports in each form that there is, what makes one fail, and what a document holds that no report speaks of."""

from collections.abc import Sequence

from masagraph.check.checker import Report, unjudged
from masagraph.check.labels import label
from masagraph.check.verdicts import NOT_MET
from masagraph.intake.reader import Source
from masagraph.report import csv_report, json_report, text_report, turtle_report
from masagraph.rules.model import Severity

FORMS = ("text", "json", "turtle", "csv")
FAIL_ON = {"must": {Severity.VIOLATION}, "should": {Severity.VIOLATION, Severity.WARNING}, "never": set[Severity]()}
"""The severities that make a report fail, by what somebody asks for."""
_MANY_NODES = 3


def render(reports: Sequence[Report], form: str, width: int, *, colour: bool = False) -> str:
    """Return reports as text.

    Args:
        reports: What to tell.
        form: One of `FORMS`.
        width: The width of a page of text in characters.
        colour: Whether such a page has colour.
    """
    if form == "text":
        return text_report.render(reports, width, colour=colour)
    return {"json": json_report.render, "turtle": turtle_report.render, "csv": csv_report.render}[form](reports)


def fails(reports: Sequence[Report], fail_on: str) -> bool:
    """Tell whether anything is not met that is as weighty as a key of `FAIL_ON` says."""
    blocking = FAIL_ON[fail_on]
    return any(v.verdict == NOT_MET and v.severity in blocking for report in reports for v in report.verdicts)


def remark(source: Source) -> str | None:
    """Return a sentence on what a document describes and no check looked at; None if there is nothing."""
    apart = unjudged(source.graph)
    if not apart:
        return None
    names = ", ".join(f"'{label(source.graph, node)}'" for node in apart[:_MANY_NODES])
    more = f" and {len(apart) - _MANY_NODES} more" if len(apart) > _MANY_NODES else ""
    return f"{source.name}: not judged, because no arrangement version leads to it: {names}{more}."
