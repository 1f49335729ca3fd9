"""`masagraph explain`."""

import argparse
import shutil
import sys
from difflib import get_close_matches

from rdflib import Graph

from masagraph import ontology
from masagraph.dataset.days import in_words
from masagraph.errors import InputError
from masagraph.report.text_report import Page
from masagraph.rules import catalogue, examples, loader
from masagraph.rules.model import Example, Rule
from masagraph.vocab import BASE, CERTAINTY, MASA, VOCABULARIES


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    p = commands.add_parser("explain", help="explain one rule", description="Explain one rule, with a good and a bad example.")
    p.add_argument("rule", metavar="RULE", help="the id of a rule, such as WT-TRAINING")
    p.set_defaults(run=run)


def find(name: str) -> Rule:
    """Return the rule of that id.

    Raises:
        InputError: There is none; the nearest is named.
    """
    rules = {rule.id: rule for rule in (*loader.load(), *loader.register_rules())}
    if name.upper() in rules:
        return rules[name.upper()]
    near = get_close_matches(name.upper(), rules, n=1, cutoff=0.4)
    mend = f"Did you mean {near[0]}? 'masagraph rules' lists them all" if near else "'masagraph rules' lists them all"
    raise InputError(name, "there is no rule of that name", mend)


def run(call: argparse.Namespace) -> int:
    """Explain the rule named in the call, and return the exit code."""
    width = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    sys.stdout.write(explain(find(call.rule), Page(width, colour=False)))
    return 0


def explain(rule: Rule, page: Page) -> str:
    """Return what there is to know of a rule, as text."""
    known = ontology.load()
    dates = f"from {in_words(rule.applies_from)}" if rule.applies_from else "whatever the date"
    if rule.is_hindsight:
        dates = "whatever the date: it is judged with hindsight"
    elif rule.applies_to:
        dates += f" to {in_words(rule.applies_to)}"
    is_on_register = rule in loader.register_rules()
    in_wood = "" if is_on_register else f", in the profile wood {rule.wood_severity.value}"
    parts = [
        ("What it asks", rule.restatement),
        ("Asked of", "the register as a whole: masagraph check --profile register" if is_on_register else ""),
        ("Force", f"{rule.force} (severity {rule.severity.value}{in_wood})"),
        ("Of whom", rule.bearer),
        ("Stands in", rule.citation if rule.layer != "wood2021" else f"{rule.citation}, which is not law"),
        ("How sure", _how_sure(rule)),
        ("Applies", dates),
        ("Under", " and ".join(e.label for e in catalogue.editions() if e.iri in rule.editions)),
        ("Unless", rule.condition_text or ""),
        ("Looks for", rule.looks_for),
        ("Looks in", "; ".join(sorted(filter(None, (known.label(kind) for kind in rule.sought_in))))),
        ("A plan", _of_plans(rule) if not is_on_register else ""),
        ("Settled by", rule.remedy),
        ("Our reading", rule.note or ""),
        ("Tests", "; ".join(f"{shape.name} ({shape.signal.value})" for shape in rule.shapes)),
    ]
    lines = [f"{rule.id}: {rule.label}", ""]
    lines += [page.wrap(text, 14, f"{name:<14}") for name, text in parts if text]
    for verdict, heading in (("met", "A good example"), ("not-met", "A bad example"), ("cannot-tell", "An open example")):
        example = _example(rule, verdict)
        if example is not None and (verdict != "cannot-tell" or _example(rule, "not-met") is None):
            lines += ["", f"{heading}: {example.label}", "", _turtle(example)]
    return "\n".join(lines) + "\n"


def _of_plans(rule: Rule) -> str:
    return "is enough" if rule.plan_is_enough else "is not enough: it has to be in place"


def _how_sure(rule: Rule) -> str:
    known = ontology.load()
    note = rule.certainty_note or ""
    if rule.layer == "register":
        return note
    content, number = known.label(CERTAINTY[rule.content_certainty]), known.label(CERTAINTY[rule.number_certainty])
    return f"content {content}; paragraph number {number}" + (f". {note}" if note else "")


def _example(rule: Rule, verdict: str) -> Example | None:
    """Return an example of a verdict: one in which nothing gives another verdict, if there is any."""
    among = examples.register_examples() if rule in loader.register_rules() else examples.examples()
    mine = [example for example in among if example.rule == rule.id and len(example.own) > 0]
    shown = [example for example in mine if any(e.verdict == verdict for e in example.expected)]
    alone = [example for example in shown if all(e.verdict == verdict for e in example.expected)]
    return next(iter(alone or shown), None)


def _turtle(example: Example) -> str:
    graph = Graph()
    graph.bind("masa", MASA)
    graph.bind("base", f"{BASE}example/{'register-base' if len(example.background) else 'base'}#")
    graph.bind("ex", str(example.iri).rsplit("#", 1)[0] + "#")
    for name in {str(t) for triple in example.own for t in triple if str(t).startswith((VOCABULARIES, f"{BASE}id/"))}:
        stem = name[: max(name.rfind("#"), name.rfind("/")) + 1]
        graph.bind(stem.rstrip("#/").rsplit("/", 1)[-1], stem)
    for triple in example.own:
        graph.add(triple)
    body = [line for line in graph.serialize(format="turtle").splitlines() if not line.startswith("@prefix")]
    text = "\n".join(f"    {line}".rstrip() for line in body).strip("\n")
    return text or "    (the ready-made arrangement as it stands)"
