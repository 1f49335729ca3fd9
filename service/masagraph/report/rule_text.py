"""Rules as text for a person to read: as a list, and one with all that there is to know of it."""

from collections.abc import Sequence

from rdflib import Graph

from masagraph import ontology
from masagraph.dataset.days import in_words
from masagraph.report.text_report import Page
from masagraph.rules import catalogue, examples, loader
from masagraph.rules.model import Example, Rule
from masagraph.vocab import BASE, CERTAINTY, MASA, TOPIC, VOCABULARIES

_HEADINGS = {"met": "A good example", "not-met": "A bad example", "cannot-tell": "An open example"}


def listed(rules: Sequence[Rule]) -> str:
    """Return rules as a list for a person to read, by topic."""
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
    for verdict, label, turtle in shown_examples(rule):
        body = [f"    {line}".rstrip() for line in turtle.splitlines() if not line.startswith("@prefix")]
        indented = "\n".join(body).strip("\n") or "    (the ready-made arrangement as it stands)"
        lines += ["", f"{_HEADINGS[verdict]}: {label}", "", indented]
    return "\n".join(lines) + "\n"


def shown_examples(rule: Rule) -> list[tuple[str, str, str]]:
    """Return a good and a bad example of a rule, or an open one for a bad one: verdict, label, and what it says in Turtle."""
    found = [(verdict, _example(rule, verdict)) for verdict in _HEADINGS]
    has_bad = any(verdict == "not-met" and example is not None for verdict, example in found)
    return [
        (verdict, example.label, _turtle(example))
        for verdict, example in found
        if example is not None and not (verdict == "cannot-tell" and has_bad)
    ]


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
    return graph.serialize(format="turtle").strip("\n") + "\n"
