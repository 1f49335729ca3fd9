"""Reports as text for a person to read: counts first, then what is wrong, what is open, what is well."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from masagraph import ontology
from masagraph.check.checker import Report
from masagraph.check.verdicts import CANNOT_TELL, MET, NOT_APPLICABLE, NOT_MET, WORST_FIRST, Verdict
from masagraph.dataset.days import in_words
from masagraph.report import certainty
from masagraph.rules.model import Rule
from masagraph.vocab import TOPIC

_HEADINGS = {
    NOT_MET: ("NOT MET", "Something stated is wrong, or a document read whole does not say what is asked for."),
    CANNOT_TELL: ("CANNOT TELL", "What was read does not decide it."),
    MET: ("MET", "What is stated does what is asked for, as a plan at least."),
    NOT_APPLICABLE: ("DO NOT APPLY", "They do not come into play for this arrangement on this day."),
}
_MEANINGS_ON_REGISTER = {
    NOT_MET: "Something held is wrong, or the register does not hold what is asked for.",
    CANNOT_TELL: "What is held does not decide it.",
    MET: "What is held does what is asked for.",
    NOT_APPLICABLE: "They do not come into play on this day.",
}
_COLOURS = {NOT_MET: "31", CANNOT_TELL: "33", MET: "32", NOT_APPLICABLE: "2"}
_NARROW, _WIDE = 40, 100
_FEW = 3
"""Up to so many places, or subjects of which all is well, are named where the whole country is judged."""
_WORDS = {MET: "Met", NOT_MET: "Not met", CANNOT_TELL: "Cannot tell", NOT_APPLICABLE: "Does not apply"}


@dataclass(frozen=True)
class Page:
    """How to lay text out: `width` in characters, and whether to colour headings."""

    width: int
    colour: bool

    def wrap(self, text: str, indent: int, first: str | None = None) -> str:
        """Wrap a paragraph, indented by so many characters; `first` replaces the indent of its first line."""
        width = max(_NARROW, min(self.width, _WIDE))
        margin = " " * indent
        return textwrap.fill(
            text, width, initial_indent=margin if first is None else first, subsequent_indent=margin, break_on_hyphens=False
        )

    def paint(self, text: str, code: str) -> str:
        """Colour text, if the page has colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def render(reports: Sequence[Report], width: int, *, colour: bool) -> str:
    """Return reports as text.

    Args:
        reports: What to tell.
        width: The width of the page in characters.
        colour: Whether to colour headings; nothing is told by colour alone.
    """
    page = Page(width, colour)
    return "\n\n".join("\n".join(_report(report, page)) for report in reports) + "\n"


def _report(report: Report, page: Page) -> Iterator[str]:
    yield page.paint(report.label, "1")
    yield page.paint("=" * len(report.label), "1")
    yield from _basis(report, page)
    yield ""
    summary = report.summary()
    yield page.wrap(
        f"{summary[MET]} met, {summary[NOT_MET]} not met{_forces(report)}, {summary[CANNOT_TELL]} cannot be told, "
        f"{summary[NOT_APPLICABLE]} do not apply. Each requirement is counted once, by its worst answer.",
        0,
    )
    worst = report.worst()
    for verdict in (NOT_MET, CANNOT_TELL, MET, NOT_APPLICABLE):
        rules = [rule for rule in _rules(report) if worst[rule.id] == verdict]
        if rules:
            yield ""
            yield ""
            heading, meaning = _HEADINGS[verdict]
            yield page.paint(f"{heading} ({len(rules)})", _COLOURS[verdict])
            yield page.wrap(_MEANINGS_ON_REGISTER[verdict] if report.is_of_register else meaning, 0)
            yield from (_in_full if report.is_of_register else _TELLING[verdict])(report, rules, page)
    if report.is_of_register:
        yield ""
        yield page.wrap("Each answer by itself, and where it was read: --format json, csv or turtle.", 0)


def _forces(report: Report) -> str:
    """Return how many of the requirements not met are a must, a should and so on, in brackets."""
    worst = report.worst()
    missed = [rule.force for rule in _rules(report) if worst[rule.id] == NOT_MET]
    counts = [
        f"{missed.count(force)} {force}" for force in ("must", "should", "may", "expectation", "information") if force in missed
    ]
    return f" ({', '.join(counts)})" if counts else ""


def _basis(report: Report, page: Page) -> Iterator[str]:
    basis, edition = report.basis, report.basis.edition
    yield page.wrap(f"Judged at {in_words(basis.day)} ({basis.why_day}).", 0)
    yield page.wrap(f"Edition: {edition.label} ({basis.why_edition}).", 0)
    if not edition.is_encoded:
        yield page.wrap(
            f"{edition.label} is not encoded yet: judged on the statute, on what it is known to share with the edition of 2018, "
            f"and on nothing else of its own.",
            0,
        )
    yield page.wrap(f"Judged by: {report.profile.label}.", 0)
    read = "; ".join(f"{d.label} (read {'whole' if d.read == 'whole' else 'in part'})" for d in report.documents)
    yield page.wrap(f"Documents: {read or 'none is named'}.", 0)


def _rules(report: Report) -> list[Rule]:
    return sorted({v.rule.id: v.rule for v in report.verdicts}.values(), key=lambda rule: rule.order)


def _topics(rules: Sequence[Rule], page: Page) -> Iterator[tuple[str, list[Rule]]]:
    """Yield each topic as a heading after a blank line, with its rules."""
    for topic in dict.fromkeys(rule.topic for rule in rules):
        words = ontology.load().label(TOPIC[topic]) or topic
        yield "\n" + page.paint(words[0].upper() + words[1:], "1"), [rule for rule in rules if rule.topic == topic]


def _not_met(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    musts = [f"{rule.label} [{rule.id}]" for rule in rules if rule.force == "must"]
    if musts:
        yield page.wrap(f"Of these the law or the guidance says must: {'; '.join(musts)}.", 0)
    yield from _in_full(report, rules, page)


def _open(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    """Yield in full what needs thought, and in brief what was only not seen: that needs the rest to be read."""
    reasons = {rule.id: {v.reason for v in report.verdicts if v.rule.id == rule.id} for rule in rules}
    unseen = [rule for rule in rules if reasons[rule.id] <= {"not_seen"}]
    yield from _in_full(report, [rule for rule in rules if rule not in unseen], page)
    if unseen:
        yield ""
        yield page.paint(page.wrap(f"Nothing was seen of {len(unseen)} of them. Read the rest, and look for:", 0), "1")
        for heading, of_topic in _topics(unseen, page):
            yield heading
            for rule in of_topic:
                yield page.wrap(f"{rule.label} [{rule.id}, {rule.force}]: {rule.looks_for}", 4, "  ")


def _in_full(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    for heading, of_topic in _topics(rules, page):
        yield heading
        for rule in of_topic:
            verdicts = [v for v in report.verdicts if v.rule.id == rule.id]
            yield ""
            yield page.wrap(f"{rule.label} [{rule.id}, {rule.force}]", 4, "  ")
            yield page.wrap(f"{rule.citation} ({certainty.in_words(rule, report.basis.edition)})", 4)
            yield from _answers_on_register(verdicts, page) if report.is_of_register else _answers(report, verdicts, page)


def _answers_on_register(verdicts: Sequence[Verdict], page: Page) -> Iterator[str]:
    """Yield the answers of one rule on the whole country, the worst first; those with the same words are told once."""
    said: dict[tuple[str, str, str | None], list[Verdict]] = {}
    for v in verdicts:
        said.setdefault((v.verdict, v.message, v.fix), []).append(v)
    fixes: list[str] = []
    for (verdict, message, fix), alike in sorted(said.items(), key=lambda item: (WORST_FIRST.index(item[0][0]), -len(item[1]))):
        if len(alike) == 1:
            yield page.wrap(f"{_WORDS[verdict]} for {alike[0].subject_label}. {message}", 6, "    ")
        else:
            yield page.wrap(f"{_WORDS[verdict]} for {len(alike)}: {message}", 6, "    ")
            if len(alike) <= _FEW or verdict in (NOT_MET, CANNOT_TELL):
                yield page.wrap(f"{'; '.join(v.subject_label for v in alike)}.", 8)
        places = {place for v in alike for place in v.rests_on}
        if 0 < len(places) <= _FEW and verdict != NOT_APPLICABLE:
            yield page.wrap(f"Read in: {_places(alike)}", 10, "        ")
        if fix and fix not in fixes:
            fixes.append(fix)
            yield page.wrap(f"What to do: {fix}", 10, "        ")


def _answers(report: Report, verdicts: Sequence[Verdict], page: Page) -> Iterator[str]:
    """Yield the answers on the subjects of one rule; those with the same words are told once."""
    said: dict[tuple[str, str, str | None], list[Verdict]] = {}
    for v in verdicts:
        said.setdefault((v.verdict, v.message, v.fix), []).append(v)
    fixes: list[str] = []
    for (verdict, message, fix), alike in said.items():
        mixed = len({v.verdict for v in verdicts}) > 1
        yield page.wrap(f"{_WORDS[verdict]}: {message}" if mixed else message, 4)
        if len(verdicts) > 1 or alike[0].subject != report.iri:
            yield page.wrap(f"About: {'; '.join(v.subject_label for v in alike)}.", 8, "      ")
        found = list(dict.fromkeys(value for v in alike for value in v.found))
        if found and verdict != NOT_APPLICABLE:
            yield page.wrap(f"Found: {'; '.join(value.rstrip('.') for value in found)}.", 8, "      ")
        places = _places(alike)
        if places:
            yield page.wrap(f"Read in: {places}", 8, "      ")
        if fix and fix not in fixes:
            fixes.append(fix)
            yield page.wrap(f"What to do: {fix}", 8, "      ")


def _places(verdicts: Sequence[Verdict]) -> str:
    """Return where answers were read, each document named once."""
    locators: dict[str, list[str]] = {}
    for place in (p for v in verdicts for p in v.rests_on):
        told = locators.setdefault(place.source, [])
        if place.locator and place.locator not in told:
            told.append(place.locator)
    return "; ".join(f"{source}, {'; '.join(where)}" if where else source for source, where in locators.items())


def _briefly(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    for heading, of_topic in _topics(rules, page):
        yield heading
        for rule in of_topic:
            verdicts = [v for v in report.verdicts if v.rule.id == rule.id]
            sentences = " ".join(dict.fromkeys(v.message for v in verdicts))
            places = _places(verdicts)
            yield page.wrap(f"{rule.label} [{rule.id}]: {sentences}{f' ({places})' if places else ''}", 4, "  ")


_TELLING = {NOT_MET: _not_met, CANNOT_TELL: _open, MET: _briefly, NOT_APPLICABLE: _briefly}
