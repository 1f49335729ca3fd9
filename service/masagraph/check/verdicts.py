"""From signals to verdicts: the one place where it is decided what follows from what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.check.case import Place, Question
from masagraph.check.engine import Finding
from masagraph.check.labels import has_name, label, tell
from masagraph.dataset.days import in_words
from masagraph.evidence import Standing, Withheld
from masagraph.rules.model import Rule, Severity, Shape, Signal, Silence

MET, NOT_MET, CANNOT_TELL, NOT_APPLICABLE = "met", "not_met", "cannot_tell", "not_applicable"
WORST_FIRST = (NOT_MET, CANNOT_TELL, MET, NOT_APPLICABLE)

# A conflict leaves the question open as a whole; what is known to be missing outweighs what may yet be found.
_LEAD_IN = {
    "conflicting": "Sources disagree",
    "not_evidenced": "Not evidenced in the published arrangement",
    "planned_only": "Only planned so far",
    "section_listed": "Not seen, though a contents page lists a section on it",
    "not_seen": "Not seen in the part that was read",
}
_ABSENCES = tuple(_LEAD_IN)

Pair = tuple[Shape, Finding | None]


@dataclass(frozen=True)
class Verdict:
    """The answer for one rule and one subject. `reason` and `fix` are None where met or not applicable."""

    rule: Rule
    verdict: str
    reason: str | None
    severity: Severity
    subject: Node
    subject_label: str
    message: str
    fix: str | None
    found: tuple[str, ...]
    rests_on: tuple[Place, ...]
    findings: tuple[Finding, ...]


def out_of_time(question: Question) -> Verdict:
    """Return the verdict on a rule that is not in force on the day."""
    return _answer(question, NOT_APPLICABLE, when_it_applies(question.rule))


def when_it_applies(rule: Rule) -> str:
    """Return a sentence that says when a rule is in force."""
    begins, ends = rule.applies_from, rule.applies_to
    words = f"Applies from {in_words(begins)}" if begins else "Applies"
    return f"{words} until {in_words(ends)}." if ends else f"{words}."


def out_of_condition(question: Question) -> Verdict:
    """Return the verdict on a subject for which the condition of a rule is known not to hold."""
    return _answer(question, NOT_APPLICABLE, question.rule.condition_text or "Does not come into play here.")


def silent(question: Question) -> Verdict:
    """Return the verdict where nothing is stated about the subject or the condition of a rule."""
    rule = question.rule
    words = rule.when_silent or rule.condition_text or "Nothing is stated about it."
    spoken_of = {w.standing for w in question.withheld(rule.rests_on)} & {Standing.CONFLICTING, Standing.SECTION_LISTED}
    settled = rule.silence is Silence.NOT_APPLICABLE or (rule.silence is not Silence.ABSENCE and question.read_whole)
    if settled and not spoken_of:
        return _answer(question, NOT_APPLICABLE, words)
    shape = Shape(rule.iri, rule.label, words, rule.severity, Signal.ABSENCE, rule.rests_on, rule.rests_on, None)
    return _absent(question, [(shape, None)])


def judge(question: Question, findings: Iterable[Finding]) -> Verdict:
    """Return the verdict on a subject to which a rule applies.

    A breach decides, then what leaves the question open, then absence; met needs a statement that bears it.
    """
    of = by_signal(question.rule, question.case.data, findings)
    if breaches := of[Signal.BREACH]:
        return _answer(question, NOT_MET, sentences(breaches), "breach", question.rule.remedy, breaches)
    if open_ones := of[Signal.UNDETERMINED]:
        return _undetermined(question, open_ones)
    if absences := of[Signal.ABSENCE]:
        return _absent(question, absences)
    if disputed := question.disputed():
        words = f"{_LEAD_IN['conflicting']}: {_ways(question, disputed)}."
        return _answer(question, CANNOT_TELL, words, "conflicting", _settle_by(question, "conflicting"))
    if not any(question.case.evidence.governing(fact) for fact in question.bearing()):
        words = "It is recorded without saying where it was read, so nothing bears it out."
        return _answer(question, CANNOT_TELL, words, "undecidable", "Say in which document, and where, it stands.")
    return _answer(question, MET, question.rule.when_met)


def by_signal(rule: Rule, graph: Graph, findings: Iterable[Finding]) -> dict[Signal, list[Pair]]:
    """Return findings with their shapes, by what these signal, in a settled order; the graph is where things have names."""
    shapes = {shape.iri: shape for shape in rule.shapes}
    of: dict[Signal, list[Pair]] = {signal: [] for signal in Signal}
    for finding in sorted(findings, key=lambda f: (str(f.shape), label(graph, f.value or f.focus), f.message or "")):
        of[shapes[finding.shape].signal].append((shapes[finding.shape], finding))
    return of


def _undetermined(question: Question, pairs: Sequence[Pair]) -> Verdict:
    reason = next((shape.reason for shape, _ in pairs if shape.reason), "undecidable").replace("-", "_")
    mend = question.rule.remedy
    if reason == "background_missing":
        mend = "Add the reference data for this area and day, then check again."
    return _answer(question, CANNOT_TELL, sentences(pairs), reason, mend, pairs)


def _absent(question: Question, pairs: Sequence[Pair]) -> Verdict:
    """Return the verdict on absences: each alone first, and then the worst of them."""
    causes = [_cause(question, shape) for shape, _ in pairs]
    reason = min(causes, key=_ABSENCES.index)
    chosen = [pair for cause, pair in zip(causes, pairs, strict=True) if cause == reason]
    shapes = list(dict.fromkeys(shape for shape, _ in chosen))
    said, lead_in = sentences(chosen), _LEAD_IN[reason]
    if reason == "conflicting":
        ways = _ways(question, question.withheld(_union(shape.looks_at for shape in shapes)))
        said = f"{ways}." if ways else said
    if reason == "planned_only":
        values = (w.value for w in question.plans(_union(shape.ends_in for shape in shapes)))
        plans = sorted({_words(question, value) for value in values if value is not None})
        said = f"{'; '.join(plans)}." if plans else said
        lead_in = f"{lead_in} ({'; '.join(shape.name for shape in shapes)})"
    verdict = NOT_MET if reason == "not_evidenced" else CANNOT_TELL
    return _answer(question, verdict, f"{lead_in}: {_lower_first(said)}", reason, _settle_by(question, reason), pairs)


def _cause(question: Question, shape: Shape) -> str:
    standings = {w.standing for w in question.withheld(shape.looks_at)}
    if Standing.CONFLICTING in standings:
        return "conflicting"
    if question.plans(shape.ends_in):
        return "planned_only"
    if question.read_whole:
        return "not_evidenced"
    return "section_listed" if Standing.SECTION_LISTED in standings else "not_seen"


def _settle_by(question: Question, reason: str) -> str:
    """Return what would mend or settle an absence."""
    if reason == "not_evidenced":
        return question.rule.remedy
    if reason == "conflicting":
        return "Find out which source is right, and state it once."
    if reason == "planned_only":
        return "Record when it was done or put in place; until then there is only a plan."
    graph = question.case.evidence.graph
    documents = sorted(label(graph, d) for d in question.documents)
    if not documents:
        kinds = " or ".join(sorted(label(graph, kind) for kind in question.rule.sought_in))
        return f"Find the {kinds}, of which none is at hand, and look for: {_lower_first(question.rule.looks_for)}"
    return f"Read the rest of {' and of '.join(documents)}, and look for: {_lower_first(question.rule.looks_for)}"


def _ways(question: Question, withheld: Iterable[Withheld]) -> str:
    """Return what sources in conflict say, each in quotes."""
    values = (w.value for w in withheld if w.standing is Standing.CONFLICTING and w.value is not None)
    return " against ".join(sorted({f"'{_words(question, value)}'" for value in values}))


def _words(question: Question, value: Node) -> str:
    return label(question.case.evidence.graph, value).rstrip(".")


def sentences(pairs: Iterable[Pair]) -> str:
    """Join the messages of findings. Those of one shape that end in a colon and a name are told as one list."""
    listed: dict[str, list[str]] = {}
    for shape, finding in pairs:
        said = finding.message if finding is not None and finding.message else shape.message
        head, colon, name = said.rpartition(": ") if ": {?" in shape.message else (said, "", "")
        names = listed.setdefault(head + colon, [])
        if colon and name.rstrip(".") not in names:
            names.append(name.rstrip("."))
    return " ".join(f"{said}{'; '.join(sorted(names))}." if names else said for said, names in listed.items())


def _union(sets: Iterable[frozenset[URIRef]]) -> frozenset[URIRef]:
    return frozenset[URIRef]().union(*sets)


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _answer(
    question: Question, verdict: str, message: str, reason: str | None = None, fix: str | None = None, pairs: Iterable[Pair] = ()
) -> Verdict:
    """Put a verdict together with what was found and where it was read."""
    case, rule, subject = question.case, question.rule, question.subject
    findings = tuple(finding for _, finding in pairs if finding is not None)
    bearing = [] if verdict == NOT_APPLICABLE else question.bearing()
    statements = {s for fact in bearing for s in case.evidence.governing(fact)}
    # A thing that the document describes without naming it is told by what is said of it.
    told = [fact for fact in bearing if has_name(case.data, fact[2]) or (fact[2], None, None) not in case.settled.graph]
    found = {tell(case.data, fact) for fact in told}
    if verdict in (NOT_MET, CANNOT_TELL):
        statements |= question.silences() | {s for w in question.withheld(rule.rests_on) for s in w.statements}
        values = {finding.value for finding in findings} - {None, case.version, subject.node}
        found |= {label(case.data, value) for value in values if value is not None}
    weights = [case.severity(rule, finding.severity) for finding in findings]
    return Verdict(
        rule=rule,
        verdict=verdict,
        reason=reason,
        severity=min(weights or [case.severity(rule, rule.severity)], key=lambda severity: severity.rank),
        subject=subject.node,
        subject_label=question.subject_label,
        message=message,
        fix=fix,
        found=tuple(sorted(found)),
        rests_on=case.places(statements),
        findings=findings,
    )
