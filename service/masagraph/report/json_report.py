"""Reports as JSON, after the schema that ships beside this module."""

import json
from collections.abc import Sequence
from typing import Any

from masagraph import __version__, digests
from masagraph.check.checker import Report
from masagraph.check.verdicts import MET, NOT_APPLICABLE, Verdict
from masagraph.report.certainty import certainty


def as_dict(reports: Sequence[Report]) -> dict[str, Any]:
    """Return reports as plain data, in the shape of `check.schema.json`."""
    return {
        "masagraph": {
            "version": __version__,
            "rules_digest": digests.rules_digest(),
            "reference_digest": digests.reference_digest(),
        },
        "arrangements": [_arrangement(report) for report in reports],
    }


def render(reports: Sequence[Report]) -> str:
    """Return reports as JSON text."""
    return json.dumps(as_dict(reports), indent=2, ensure_ascii=False) + "\n"


def _arrangement(report: Report) -> dict[str, Any]:
    edition = report.basis.edition
    return {
        "iri": str(report.iri),
        "label": report.label,
        "version": str(report.iri).rsplit("/", 1)[-1],
        "judged_at": report.basis.day.isoformat(),
        "why_judged_at": report.basis.why_day,
        "edition": {"id": edition.id, "why": report.basis.why_edition, "encoded": edition.is_encoded},
        "profile": report.profile.id,
        "engine": report.engine,
        "data_digest": report.data_digest,
        "documents": [{"label": d.label, "read": d.read} for d in report.documents],
        "summary": report.summary(),
        "verdicts": [_verdict(report, v) for v in report.verdicts],
    }


def _verdict(report: Report, v: Verdict) -> dict[str, Any]:
    settled = v.verdict in (MET, NOT_APPLICABLE)
    content, number = certainty(v.rule, report.basis.edition)
    return {
        "rule": v.rule.id,
        "verdict": v.verdict,
        "reason": None if settled else v.reason,
        "force": v.rule.force,
        "severity": v.severity.value,
        "subject": str(v.subject),
        "subject_label": v.subject_label,
        "message": v.message,
        "fix": None if settled else v.fix,
        "citation": v.rule.citation,
        "certainty": {"content": content, "number": number},
        "found": list(v.found),
        "rests_on": [{"source": place.source, "locator": place.locator} for place in v.rests_on],
    }
