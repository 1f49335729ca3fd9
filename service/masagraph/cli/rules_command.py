"""`masagraph rules`."""

import argparse
import csv
import io
import json
import sys

from masagraph import ontology
from masagraph.report.cells import neutral
from masagraph.rules import catalogue, loader
from masagraph.rules.model import Rule
from masagraph.vocab import TOPIC

COLUMNS = (
    "rule", "label", "topic", "layer", "force", "severity", "severity_in_wood_profile", "bearer", "requirement", "citation",
    "certainty_content", "certainty_number", "certainty_note", "our_reading", "editions", "applies_from", "applies_to",
    "judged_on",
)  # fmt: skip


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("rules", help="list the rules", description="List the rules.")
    p.add_argument(
        "--edition",
        choices=[e.id for e in catalogue.editions()],
        help="only what applies under this edition, statute and Wood included",
    )
    p.add_argument("--format", choices=("text", "json", "csv"), default="text", help="how to tell it (default: text)")
    p.set_defaults(run=run)


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


def run(call: argparse.Namespace) -> int:
    """List the rules named in the call, and return the exit code."""
    wanted = {e.iri for e in catalogue.editions() if e.id == call.edition}
    known = (*loader.load(), *loader.register_rules())
    rules = [rule for rule in known if not wanted or not rule.editions or rule.editions & wanted]
    if call.format == "json":
        sys.stdout.write(json.dumps([as_dict(rule) for rule in rules], indent=2, ensure_ascii=False) + "\n")
    elif call.format == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows({key: neutral(value or "") for key, value in as_dict(rule).items()} for rule in rules)
        sys.stdout.write(out.getvalue())
    else:
        sys.stdout.write(_text(rules))
    return 0


def _text(rules: list[Rule]) -> str:
    lines: list[str] = []
    topic = None
    on_register = [rule for rule in rules if rule in loader.register_rules()]
    on_arrangement = [rule for rule in rules if rule not in on_register]
    for rule in on_arrangement:
        if rule.topic != topic:
            topic = rule.topic
            name = ontology.load().label(TOPIC[topic]) or topic
            lines.append(f"{'' if not lines else chr(10)}{name[0].upper()}{name[1:]}")
        lines.append(_line(rule))
    lines += ["", "The register as a whole ('masagraph check --profile register')", *map(_line, on_register), ""]
    counts = f"{len(on_arrangement)} rules on an arrangement and {len(on_register)} on the register."
    return "\n".join([*lines, f"{counts} 'masagraph explain RULE' tells more of one."]) + "\n"


def _line(rule: Rule) -> str:
    return f"  {rule.id:<22} {rule.force:<12} {rule.label}"
