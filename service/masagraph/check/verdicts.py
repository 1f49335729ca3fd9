"""From signals to verdicts: the one place where it is decided what follows from what was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.check.dating import in_words
from masagraph.check.engine import Finding
from masagraph.check.evidence import SILENCES, Evidence, Fact, Settled, Standing, Statement, Withheld, reach
from masagraph.check.labels import label
from masagraph.rules.model import Rule, Severity, Shape, Signal, Silence
from masagraph.vocab import EXTENT, MASA, RDF

MET, NOT_MET, CANNOT_TELL, NOT_APPLICABLE = "met", "not_met", "cannot_tell", "not_applicable"
WORST_FIRST = (NOT_MET, CANNOT_TELL, MET, NOT_APPLICABLE)

_LEAD_IN = {
    "not_evidenced": "Not evidenced in the published arrangement",
    "not_seen": "Not seen in the part that was read",
    "section_listed": "Not seen, though a contents page lists a section on it",
    "planned_only": "Only planned so far",
    "conflicting": "Sources disagree",
}


@dataclass(frozen=True)
class Place:
    """Where a statement stands: a document by its name, and a line, page or heading."""

    source: str
    locator: str


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


@dataclass(frozen=True)
class Case:
    """One version, settled one way, with all that its verdicts are drawn from. `data` is facts and background."""

    evidence: Evidence
    settled: Settled
    data: Graph
    version: Node
    raises_severity: bool

    @cached_property
    def facts(self) -> dict[URIRef, list[Fact]]:
        """The facts that count, by property."""
        found: dict[URIRef, list[Fact]] = {}
        for node, predicate, value in self.settled.graph:
            found.setdefault(URIRef(str(predicate)), []).append((node, URIRef(str(predicate)), value))
        return found

    def read_whole(self, rule: Rule) -> bool:
        """Tell whether every document that should hold the facts of a rule is at hand and was read whole."""
        graph, held = self.evidence.graph, set[Node]()
        for document in graph.objects(self.version, MASA.hasDocument):
            kinds = set(graph.objects(document, MASA.documentKind)) & rule.sought_in
            if kinds and graph.value(document, MASA.extentRead) != EXTENT.whole:
                return False
            held |= kinds
        return held == rule.sought_in

    def severity(self, rule: Rule, given: Severity) -> Severity:
        """Return the severity in the profile of the run. A shape weightier than its rule keeps its own weight."""
        if self.raises_severity and given is rule.severity:
            return rule.wood_severity
        return given


@dataclass(frozen=True)
class Subject:
    """What a rule is judged on, and the nodes that belong to it."""

    node: Node
    nodes: frozenset[Node]


def subjects(case: Case, rows: Iterable[tuple[Node | None, ...]]) -> list[Subject]:
    """Gather the rows of a subject query into subjects, with all that hangs on their nodes."""
    starts: dict[Node, set[Node]] = {}
    for subject, node in rows:
        if subject is not None and node is not None:
            starts.setdefault(subject, set()).add(node)
    barred = set(starts) | {case.version}
    return [
        Subject(subject, frozenset(reach(case.evidence.graph, nodes, barred - nodes) | nodes))
        for subject, nodes in sorted(starts.items(), key=lambda item: label(case.data, item[0]))
    ]


def whose(finding: Finding, among: list[Subject]) -> Subject | None:
    """Return the subject that a finding is about: the one its focus node belongs to, else the one its value does."""
    for node in (finding.focus, finding.value):
        exact = [s for s in among if s.node == node]
        if exact:
            return exact[0]
    for node in (finding.focus, finding.value):
        owners = [s for s in among if node in s.nodes]
        if owners:
            return owners[0]
    return None


def out_of_time(case: Case, rule: Rule, subject: Subject) -> Verdict:
    """Return the verdict on a rule that is not in force on the day."""
    begins, ends = rule.applies_from, rule.applies_to
    words = f"Applies from {in_words(begins)}" if begins else "Applies"
    return _plain(case, rule, subject, f"{words} until {in_words(ends)}." if ends else f"{words}.")


def out_of_condition(case: Case, rule: Rule, subject: Subject) -> Verdict:
    """Return the verdict on a subject for which the condition of a rule is known not to hold."""
    return _plain(case, rule, subject, rule.condition_text or "Does not come into play here.")


def silent(case: Case, rule: Rule, subject: Subject) -> Verdict:
    """Return the verdict where nothing is stated about the subject or the condition of a rule."""
    words = rule.when_silent or rule.condition_text or "Nothing is stated about it."
    open_ = {w.standing for w in _withheld(case, subject, rule.rests_on)} & {Standing.CONFLICTING, Standing.SECTION_LISTED}
    means = rule.silence
    if not open_ and (means is Silence.NOT_APPLICABLE or (means is not Silence.ABSENCE and case.read_whole(rule))):
        return _plain(case, rule, subject, words)
    shape = Shape(rule.iri, rule.label, words, rule.severity, Signal.ABSENCE, rule.rests_on, rule.rests_on, None)
    return _absent(case, rule, subject, [(shape, None)])


def judge(case: Case, rule: Rule, subject: Subject, findings: list[Finding]) -> Verdict:
    """Return the verdict on a subject to which a rule applies.

    A breach decides, then what leaves the question open, then absence; met needs a statement that bears it.
    """
    by_iri = {shape.iri: shape for shape in rule.shapes}
    pairs = sorted(
        ((by_iri[f.shape], f) for f in findings),
        key=lambda pair: (str(pair[0].iri), label(case.data, pair[1].value or pair[1].focus)),
    )
    of = {signal: [pair for pair in pairs if pair[0].signal is signal] for signal in Signal}
    if of[Signal.BREACH]:
        return _found_wrong(case, rule, subject, NOT_MET, "breach", of[Signal.BREACH], rule.remedy)
    if of[Signal.UNDETERMINED]:
        reason = next((shape.reason for shape, _ in of[Signal.UNDETERMINED] if shape.reason), "undecidable").replace("-", "_")
        mend = rule.remedy if reason == "undecidable" else "Add the reference data for this area and day, then check again."
        return _found_wrong(case, rule, subject, CANNOT_TELL, reason, of[Signal.UNDETERMINED], mend)
    if of[Signal.ABSENCE]:
        return _absent(case, rule, subject, list(of[Signal.ABSENCE]))
    if disputed := _disputed(case, rule, subject):
        words = f"{_LEAD_IN['conflicting']}: {_ways(case, disputed)}."
        return _verdict(case, rule, subject, CANNOT_TELL, "conflicting", words, _settle_by(case, rule, "conflicting"), ())
    if not any(case.evidence.governing(fact) for fact in _bearing(case, rule, subject)):
        words = "It is recorded without saying where it was read, so nothing bears it out."
        return _verdict(
            case, rule, subject, CANNOT_TELL, "undecidable", words, "Say in which document, and where, it stands.", ()
        )
    return _verdict(case, rule, subject, MET, None, rule.when_met, None, ())


def _absent(case: Case, rule: Rule, subject: Subject, pairs: list[tuple[Shape, Finding | None]]) -> Verdict:
    """Return the verdict on absences: each alone first, and then the worst of them."""
    whole = case.read_whole(rule)
    causes = [(_cause(case, subject, shape, whole), shape, finding) for shape, finding in pairs]
    # A conflict leaves the question open as a whole; what is known to be missing outweighs what may yet be found.
    order = ("conflicting", "not_evidenced", "planned_only", "section_listed", "not_seen")
    reason = min((cause for cause, _, _ in causes), key=order.index)
    chosen = [(shape, finding) for cause, shape, finding in causes if cause == reason]
    said, lead_in = _sentences(chosen), _LEAD_IN[reason]
    if reason == "conflicting":
        held = _withheld(case, subject, frozenset().union(*(shape.looks_at for shape, _ in chosen)))
        said = _ways(case, held) + "." if _ways(case, held) else said
    if reason == "planned_only":
        plans = _plans(case, subject, frozenset().union(*(shape.ends_in for shape, _ in chosen)))
        said = "; ".join(sorted({label(case.evidence.graph, w.value) for w in plans if w.value is not None})) or said
        said = said if said.endswith(".") else f"{said}."
        names = "; ".join(dict.fromkeys(shape.name for shape, _ in chosen))
        lead_in = f"{lead_in} ({names})"
    message = f"{lead_in}: {_lower_first(said)}"
    verdict = NOT_MET if reason == "not_evidenced" else CANNOT_TELL
    fix = rule.remedy if verdict == NOT_MET else _settle_by(case, rule, reason)
    return _verdict(case, rule, subject, verdict, reason, message, fix, tuple(f for _, f in pairs if f is not None))


def _plans(case: Case, subject: Subject, properties: frozenset[URIRef]) -> list[Withheld]:
    return [w for w in _withheld(case, subject, properties) if w.standing in (Standing.PLANNED, Standing.PROPOSED)]


def _disputed(case: Case, rule: Rule, subject: Subject) -> list[Withheld]:
    """Return the disputed facts of which no shape would notice the absence: without them a rule could seem met."""
    noticed = frozenset[URIRef]().union(*(shape.looks_at for shape in rule.shapes if shape.signal is Signal.ABSENCE))
    return [w for w in _withheld(case, subject, rule.rests_on - noticed) if w.standing is Standing.CONFLICTING]


def _ways(case: Case, withheld: Iterable[Withheld]) -> str:
    """Return what sources in conflict say, each in quotes."""
    values = (w.value for w in withheld if w.standing is Standing.CONFLICTING and w.value is not None)
    return " against ".join(sorted({f"'{label(case.evidence.graph, value).rstrip('.')}'" for value in values}))


def _cause(case: Case, subject: Subject, shape: Shape, whole: bool) -> str:
    standings = {w.standing for w in _withheld(case, subject, shape.looks_at)}
    if Standing.CONFLICTING in standings:
        return "conflicting"
    if _plans(case, subject, shape.ends_in):
        return "planned_only"
    if whole:
        return "not_evidenced"
    return "section_listed" if Standing.SECTION_LISTED in standings else "not_seen"


def _withheld(case: Case, subject: Subject, properties: frozenset[URIRef]) -> list[Withheld]:
    nodes = subject.nodes | {case.version}
    if case.version in subject.nodes:
        return [w for w in case.settled.withheld if w.property in properties]
    return [w for w in case.settled.withheld if w.property in properties and w.node in nodes]


def _settle_by(case: Case, rule: Rule, reason: str) -> str:
    if reason == "conflicting":
        return "Find out which source is right, and state it once."
    if reason == "planned_only":
        return "Say since when it is in place; until then a plan is all there is."
    graph = case.evidence.graph
    documents = sorted(
        label(graph, d)
        for d in graph.objects(case.version, MASA.hasDocument)
        if set(graph.objects(d, MASA.documentKind)) & rule.sought_in
    )
    if not documents:
        kinds = " or ".join(sorted(label(graph, kind) for kind in rule.sought_in))
        return f"Find the {kinds}, of which none is at hand. {rule.looks_for}"
    return f"Read the rest of {' and of '.join(documents)}. {rule.looks_for}"


def _found_wrong(
    case: Case, rule: Rule, subject: Subject, verdict: str, reason: str, pairs: list[tuple[Shape, Finding]], fix: str
) -> Verdict:
    message = _sentences(list(pairs))
    return _verdict(case, rule, subject, verdict, reason, message, fix, tuple(finding for _, finding in pairs))


def _sentences(pairs: list[tuple[Shape, Finding | None]]) -> str:
    """Join the messages of findings. Those of one shape that end in a colon and a name are told as one list."""
    listed: dict[str, list[str]] = {}
    for shape, finding in pairs:
        said = finding.message if finding is not None and finding.message else shape.message
        head, colon, name = said.rpartition(": ") if ": {?" in shape.message else (said, "", "")
        names = listed.setdefault(head + colon, [])
        if colon and name.rstrip(".") not in names:
            names.append(name.rstrip("."))
    return " ".join(f"{said}{'; '.join(sorted(names))}." if names else said for said, names in listed.items())


def _subject_label(case: Case, node: Node) -> str:
    """Name a subject; a kind of partner is a subject only where none of the kind is named."""
    words = label(case.data, node)
    return f"{words} (none named)" if (node, RDF.type, MASA.PartnerKind) in case.data else words


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text


def _bearing(case: Case, rule: Rule, subject: Subject) -> list[Fact]:
    """Return the facts that count and on which a rule rests, for one subject: all of them, if that is the version."""
    everything = case.version in subject.nodes
    return [f for p in rule.rests_on for f in case.facts.get(p, ()) if everything or f[0] in subject.nodes]


def _places(case: Case, statements: Iterable[Statement]) -> tuple[Place, ...]:
    graph = case.evidence.graph
    found = {Place("no document named" if s.document is None else label(graph, s.document), s.locator) for s in statements}
    return tuple(sorted(found, key=lambda place: (place.source, place.locator)))


def _silences(case: Case, rule: Rule, subject: Subject) -> set[Statement]:
    """Return the statements of a reader that a document says nothing of what a rule rests on."""
    nodes = subject.nodes | {case.version}
    return {
        s
        for node in nodes
        for s in case.evidence.statements.get(node, ())
        if s.state in SILENCES and s.properties & rule.rests_on
    }


def _plain(case: Case, rule: Rule, subject: Subject, words: str) -> Verdict:
    return _verdict(case, rule, subject, NOT_APPLICABLE, None, words, None, ())


def _verdict(
    case: Case,
    rule: Rule,
    subject: Subject,
    verdict: str,
    reason: str | None,
    message: str,
    fix: str | None,
    findings: tuple[Finding, ...],
) -> Verdict:
    bearing = [] if verdict == NOT_APPLICABLE else _bearing(case, rule, subject)
    statements = {s for fact in bearing for s in case.evidence.governing(fact)}
    # A thing described in the document is told by what is said of it; only what ends the trail is shown.
    values = {label(case.data, value) for _, _, value in bearing if (value, None, None) not in case.settled.graph}
    if verdict in (NOT_MET, CANNOT_TELL):
        withheld = _withheld(case, subject, rule.rests_on)
        statements |= _silences(case, rule, subject) | {s for w in withheld for s in w.statements}
        values |= {
            label(case.data, f.value) for f in findings if f.value is not None and f.value not in (case.version, subject.node)
        }
    severities = [case.severity(rule, f.severity) for f in findings] if verdict in (NOT_MET, CANNOT_TELL) else []
    return Verdict(
        rule=rule,
        verdict=verdict,
        reason=reason,
        severity=min(severities, key=lambda s: s.rank) if severities else case.severity(rule, rule.severity),
        subject=subject.node,
        subject_label=_subject_label(case, subject.node),
        message=message,
        fix=fix,
        found=tuple(sorted(v for v in values if v)),
        rests_on=_places(case, statements),
        findings=findings,
    )
