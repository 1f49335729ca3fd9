"""Rules as data: JSON and CSV."""

import csv
import io
import json
from collections.abc import Sequence

from masagraph.report.cells import neutral
from masagraph.report.rule_text import shown_examples
from masagraph.rules import catalogue, loader
from masagraph.rules.model import Rule

COLUMNS = (
    "rule", "label", "topic", "layer", "force", "severity", "severity_in_wood_profile", "bearer", "requirement", "citation",
    "certainty_content", "certainty_number", "certainty_note", "our_reading", "editions", "applies_from", "applies_to",
    "judged_on",
)  # fmt: skip


def under(edition: str | None) -> list[Rule]:
    """Return the rules, those on an arrangement first.

    Args:
        edition: The id of an edition of the guidance, to leave out what is asked only under others; None leaves out nothing.
    """
    wanted = {e.iri for e in catalogue.editions() if e.id == edition}
    known = (*loader.load(), *loader.register_rules())
    return [rule for rule in known if not wanted or not rule.editions or rule.editions & wanted]


def as_dict(rule: Rule) -> dict[str, str | None]:
    """Return what there is to say of a rule, by column."""
    by_iri = {edition.iri: edition.id for edition in catalogue.editions()}
    return {
        "rule": rule.id,
        "label": rule.label,
        "topic": rule.topic,
        "layer": rule.layer,
        "force": rule.force,
        "severity": rule.severity.value,
        "severity_in_wood_profile": rule.wood_severity.value,
        "bearer": rule.bearer,
        "requirement": rule.restatement,
        "citation": rule.citation,
        "certainty_content": rule.content_certainty,
        "certainty_number": rule.number_certainty,
        "certainty_note": rule.certainty_note,
        "editions": " ".join(sorted(by_iri[iri] for iri in rule.editions)) or None,
        "our_reading": rule.note,
        "applies_from": rule.applies_from.isoformat() if rule.applies_from else None,
        "applies_to": rule.applies_to.isoformat() if rule.applies_to else None,
        "judged_on": "register" if rule in loader.register_rules() else "arrangement",
    }


def as_json(rules: Sequence[Rule]) -> str:
    """Return rules as JSON: a list."""
    return json.dumps([as_dict(rule) for rule in rules], indent=2, ensure_ascii=False) + "\n"


def as_csv(rules: Sequence[Rule]) -> str:
    """Return rules as CSV with a header row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows({key: neutral(value or "") for key, value in as_dict(rule).items()} for rule in rules)
    return out.getvalue()


def explained(rule: Rule) -> str:
    """Return all that there is to know of a rule, with a good and a bad example, as JSON."""
    content = {
        **as_dict(rule),
        "applies_unless": rule.condition_text,
        "looks_for": rule.looks_for,
        "plan_is_enough": rule.plan_is_enough,
        "remedy": rule.remedy,
        "tests": [{"name": shape.name, "signals": shape.signal.value, "message": shape.message} for shape in rule.shapes],
        "examples": [{"verdict": verdict, "label": label, "turtle": turtle} for verdict, label, turtle in shown_examples(rule)],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
