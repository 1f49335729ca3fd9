"""Reports as text for a person to read: counts first, then what is wrong, what is open, what is well."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from masagraph import ontology
from masagraph.check.checker import Report
from masagraph.check.dating import in_words
from masagraph.check.verdicts import CANNOT_TELL, MET, NOT_APPLICABLE, NOT_MET, Verdict
from masagraph.report import certainty
from masagraph.rules.model import Rule
from masagraph.vocab import TOPIC

_HEADINGS = {
    NOT_MET: "NOT MET: something stated is wrong, or a document read whole does not say it",
    CANNOT_TELL: "CANNOT TELL: what was read does not decide it",
    MET: "MET",
    NOT_APPLICABLE: "DO NOT APPLY",
}
_COLOURS = {NOT_MET: "31", CANNOT_TELL: "33", MET: "32", NOT_APPLICABLE: "2"}
_NARROW, _WIDE = 40, 100
_WORDS = {MET: "met", NOT_MET: "not met", CANNOT_TELL: "cannot tell", NOT_APPLICABLE: "does not apply"}


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
        f"{summary[MET]} met, {summary[NOT_MET]} not met, {summary[CANNOT_TELL]} cannot be told, "
        f"{summary[NOT_APPLICABLE]} do not apply. Each requirement is counted once, by its worst answer.",
        0,
    )
    worst = report.worst()
    for verdict in (NOT_MET, CANNOT_TELL, MET, NOT_APPLICABLE):
        rules = [rule for rule in _rules(report) if worst[rule.id] == verdict]
        if rules:
            yield ""
            yield ""
            yield page.paint(page.wrap(f"{_HEADINGS[verdict]} ({len(rules)})", 0), _COLOURS[verdict])
            yield from (_briefly if verdict in (MET, NOT_APPLICABLE) else _in_full)(report, rules, page)


def _basis(report: Report, page: Page) -> Iterator[str]:
    basis, edition = report.basis, report.basis.edition
    yield page.wrap(f"Judged at {in_words(basis.day)}: {basis.why_day}.", 0)
    yield page.wrap(f"Edition: {edition.label}: {basis.why_edition}.", 0)
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


def _topics(rules: Sequence[Rule]) -> Iterator[tuple[str, list[Rule]]]:
    order = list(dict.fromkeys(rule.topic for rule in rules))
    for topic in order:
        yield ontology.load().label(TOPIC[topic]) or topic, [rule for rule in rules if rule.topic == topic]


def _in_full(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    for topic, of_topic in _topics(rules):
        yield ""
        yield page.paint(topic[0].upper() + topic[1:], "1")
        for rule in of_topic:
            verdicts = [v for v in report.verdicts if v.rule.id == rule.id]
            yield ""
            yield page.wrap(f"{rule.label} [{rule.id}, {rule.force}]", 4, "  ")
            yield page.wrap(f"{rule.citation} ({certainty.in_words(rule, report.basis.edition)})", 4)
            yield from _answers(verdicts, page)


def _answers(verdicts: Sequence[Verdict], page: Page) -> Iterator[str]:
    """Yield the answers on the subjects of one rule; those with the same words are told once."""
    said: dict[tuple[str, str, str | None], list[Verdict]] = {}
    for v in verdicts:
        said.setdefault((v.verdict, v.message, v.fix), []).append(v)
    fixes: list[str] = []
    for (verdict, message, fix), alike in said.items():
        about = "; ".join(v.subject_label for v in alike)
        whole = len(said) == 1 and len(alike) == 1
        lead = "" if whole else f"{about}: {_WORDS[verdict]}. "
        yield page.wrap(lead + message, 4)
        found = list(dict.fromkeys(value for v in alike for value in v.found))
        if found and verdict != NOT_APPLICABLE:
            yield page.wrap(f"Found: {'; '.join(found)}", 8, "      ")
        places = list(dict.fromkeys(f"{p.source}, {p.locator}" if p.locator else p.source for v in alike for p in v.rests_on))
        if places:
            yield page.wrap(f"Read in: {'; '.join(places)}", 8, "      ")
        if fix and fix not in fixes:
            fixes.append(fix)
            yield page.wrap(f"What to do: {fix}", 8, "      ")


def _briefly(report: Report, rules: Sequence[Rule], page: Page) -> Iterator[str]:
    for topic, of_topic in _topics(rules):
        yield ""
        yield page.paint(topic[0].upper() + topic[1:], "1")
        for rule in of_topic:
            verdicts = [v for v in report.verdicts if v.rule.id == rule.id]
            sentences = " ".join(dict.fromkeys(v.message for v in verdicts))
            places = "; ".join(dict.fromkeys(f"{p.source}, {p.locator}" for v in verdicts for p in v.rests_on))
            yield page.wrap(f"{rule.label} [{rule.id}]: {sentences}{f' ({places})' if places else ''}", 4, "  ")
