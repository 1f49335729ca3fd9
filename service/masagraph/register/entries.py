"""The register as a table: one row for each area and kind of partner, with how much of it is known at the foot."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TypeVar

from rdflib import Literal, URIRef

from masagraph.answers import Row
from masagraph.dataset.days import in_words
from masagraph.register.standing import KINDS, Area, Body, Day, Delegate, Holder, Partner, Version
from masagraph.tables import Column, Table
from masagraph.vocab import XSD

KNOWN, RETAINED, NOT_STATED, NOT_SEEN = "known", "retained", "not stated", "not seen"
"""What can be said of a lead or delegate: named; kept by the lead; a whole document is silent; nobody has seen it."""

_EVIDENCE = WHOLE, PART, NO_DOCUMENT = "read whole", "read in part", "no document"
_SPEAK = frozenset({"speak-with-authority"})
_COMMIT = frozenset({"commit-on-policy", "commit-on-resourcing", "commit-on-practice"})
_HOLD = frozenset({"hold-own-agency-to-account", "hold-others-to-account"})
_COLUMNS = (
    Column("area", "the local authority area"),
    Column("areaName", "its name"),
    Column("regionName", "its region"),
    Column("kind", "the kind of partner"),
    Column("bodies", "the bodies that the law makes partners there on the day"),
    Column("publishedAs", "the partner as its arrangement prints it"),
    Column("lead", "the post that leads for it; where there are several bodies, each after the name of its partner"),
    Column(
        "leadBand", "the comparable bands of these posts, in the same order, 1 being the head of the agency; ? is one not known"
    ),
    Column("leadState", "known (of several bodies: for how many), not stated (in a document read whole) or not seen"),
    Column("delegate", "the posts or groups to which it delegates"),
    Column("delegateBand", "their bands, likewise"),
    Column("delegateState", "known, retained (the lead keeps the role), both said as of leads, not stated or not seen"),
    Column("keepsAccountability", "whether the lead stays accountable for what delegates do: yes, no or not seen"),
    Column("speaks", "whether delegates may speak with authority: yes, in part or not seen"),
    Column("commits", "whether they may commit their agency on policy, resources and practice: yes, in part or not seen"),
    Column("holdsToAccount", "whether they may hold their own and other agencies to account: yes, in part or not seen"),
    Column("arrangement", "the versions of arrangements that count for the area"),
    Column(
        "since",
        "the first day on which each counts; (at the earliest) or (assumed) where no document gives a whole date, or none",
    ),
    Column(
        "edition", "the edition of the guidance that it follows; (inferred) if none is named, (replaced) if no longer in force"
    ),
    Column("evidence", "whether the documents were read whole or in part, or there is none"),
    Column("verified", "the day on which somebody last held this against its sources; of several versions the longest ago"),
    Column("source", "where it was read"),
)

_EDITION_REMARKS: tuple[tuple[str, Callable[[Version], bool]], ...] = (
    ("inferred", lambda version: not version.is_edition_named),
    ("replaced", lambda version: version.is_dated),
)
_H = TypeVar("_H", bound=Holder)


@dataclass(frozen=True)
class Entry:
    """What is known of one kind of partner in one area; `is_ended` says that a partner of the kind is no more."""

    area: Area
    kind: str
    bodies: tuple[Body, ...]
    versions: tuple[Version, ...]
    partners: tuple[Partner, ...]
    is_ended: bool = False

    @property
    def version(self) -> Version | None:
        """The version that names the partner; if none or several do, the latest."""
        naming = [partner.version for partner in self.partners]
        return max(naming or self.versions, key=lambda version: version.since, default=None)

    @property
    def leads(self) -> list[Holder]:
        """The leads of all bodies of the kind."""
        return [lead for partner in self.partners for lead in partner.leads]

    @property
    def delegates(self) -> list[Delegate]:
        """The delegates of all bodies of the kind."""
        return [delegate for partner in self.partners for delegate in partner.delegates]

    @property
    def told_leads(self) -> list[tuple[str, Holder]]:
        """The leads with words for each, none of them twice."""
        return _once((self._words(partner, lead), lead) for partner in self.partners for lead in partner.leads)

    @property
    def told_delegates(self) -> list[tuple[str, Delegate]]:
        """The delegates with words for each, none of them twice."""
        return _once((self._words(partner, delegate), delegate) for partner in self.partners for delegate in partner.delegates)

    def _words(self, partner: Partner, holder: Holder) -> str:
        """Name a holder; where there are several bodies, say of which it is one."""
        several = max(len(self.bodies), len(self.partners)) > 1
        return f"{partner.called}: {holder.words}" if several else holder.words

    @property
    def lead_state(self) -> str:
        """What can be said of the lead. A lead that is only proposed is not known."""
        if any(_has_lead(partner) for partner in self.partners):
            return KNOWN
        return self._silence(all(partner.is_silent_on_leads for partner in self.partners), [v.doubts.lead for v in self.versions])

    @property
    def delegate_state(self) -> str:
        """What can be said of delegates."""
        if any(_has_delegate(partner) for partner in self.partners):
            return KNOWN
        if any(partner.state == RETAINED for partner in self.partners):
            return RETAINED
        is_silent = all(partner.is_silent_on_delegates for partner in self.partners)
        return self._silence(is_silent, [v.doubts.delegate for v in self.versions])

    def _silence(self, is_silent: bool, doubts: Iterable[str]) -> str:
        """Say what silence is: only where all was read, and no partner had ended by then, does it tell anything."""
        is_read = bool(self.versions) and all(version.read_whole for version in self.versions)
        ended = self.is_ended and not self.partners
        return NOT_STATED if is_read and is_silent and not ended and not any(doubts) else NOT_SEEN

    @property
    def lead_part(self) -> str:
        """For how many bodies of several the lead is known, in words; nothing where for all of them, or for none."""
        return self._part(_has_lead)

    @property
    def delegate_part(self) -> str:
        """For how many bodies of several it is known who the delegate is, or that the lead keeps the role."""
        return self._part(lambda partner: _has_delegate(partner) or partner.state == RETAINED)

    def _part(self, is_known: Callable[[Partner], bool]) -> str:
        known = {partner.body or partner.iri for partner in self.partners if is_known(partner)}
        # A partner whose body is not certain is taken to be one of those that the law names.
        total = max(len(self.bodies), len({partner.body or partner.iri for partner in self.partners}))
        return f"for {len(known)} of {total} bodies" if 0 < len(known) < total else ""

    @property
    def lead_doubt(self) -> str:
        """What forbids to say that no lead is stated, in words, if it is more than not having seen it."""
        return _first_doubt(partner.doubts.lead for partner in self.partners)

    @property
    def delegate_doubt(self) -> str:
        """What forbids to say that no delegation is stated, likewise."""
        return _first_doubt(partner.doubts.delegate for partner in self.partners)

    @property
    def evidence(self) -> str:
        """How much was read of the documents of the versions that name the partner; if none does, of all."""
        telling = [partner.version for partner in self.partners] or self.versions
        if not telling:
            return NO_DOCUMENT
        return WHOLE if all(version.read_whole for version in telling) else PART

    @property
    def verified(self) -> str:
        """The day on which all of it had last been held against its sources."""
        days = [version.verified for version in self.versions]
        return min(days) if days and all(days) else ""

    @property
    def source(self) -> str:
        """Where all this was read."""
        told = [
            *(lead.source for lead in self.leads),
            *(delegate.source for delegate in self.delegates),
            *(partner.source for partner in self.partners),
        ]
        return "; ".join(dict.fromkeys(place for text in told for place in text.split("; ") if place))


def edition(version: Version) -> str:
    """Return the edition that a version follows, and whether it has been replaced, and the version perhaps with it."""
    remarks = [word for word, holds in _EDITION_REMARKS if holds(version)]
    return f"{version.edition} ({', '.join(remarks)})" if version.edition and remarks else version.edition


def _once(told: Iterable[tuple[str, _H]]) -> list[tuple[str, _H]]:
    """Leave out who has the words and the band of one before; of the two, the words stay beside their band."""
    unique: dict[tuple[str, int | None], tuple[str, _H]] = {}
    for words, holder in told:
        unique.setdefault((words, holder.level), (words, holder))
    return list(unique.values())


def _has_lead(partner: Partner) -> bool:
    return any(lead.is_firm for lead in partner.leads)


def _has_delegate(partner: Partner) -> bool:
    return any(delegate.is_firm for delegate in partner.delegates)


def _first_doubt(doubts: Iterable[str]) -> str:
    return next((doubt for doubt in doubts if doubt not in ("", NOT_SEEN)), "")


def entries(day: Day, area: str | None = None, kind: str | None = None, region: str | None = None) -> list[Entry]:
    """Return the entries of the register on a day.

    Args:
        day: What stands on the day.
        area: The IRI of one area alone.
        kind: The local name of one kind of partner alone, such as `police`.
        region: The IRI of one region alone.
    """
    return [
        _entry(day, a, k)
        for a in day.areas
        for k in KINDS
        if area in (None, a.iri) and kind in (None, k) and region in (None, a.region)
    ]


def _entry(day: Day, area: Area, kind: str) -> Entry:
    where = area.iri, kind
    return Entry(
        area=area, kind=kind, bodies=tuple(day.bodies.get(where, ())), versions=tuple(day.versions.get(area.iri, ())),
        partners=tuple(day.partners.get(where, ())), is_ended=where in day.ended,
    )  # fmt: skip


def title(day: date) -> str:
    """Return the heading of the register on a day."""
    return f"Register of statutory safeguarding partners on {in_words(day)}"


def table(found: Sequence[Entry], day: date) -> Table:
    """Return entries of the register on a day as a table, with their coverage at the foot."""
    return Table(title(day), _COLUMNS, tuple(_row(entry) for entry in found), coverage(found))


def coverage(found: Sequence[Entry]) -> tuple[str, ...]:
    """Say how many of all pairs of area and partner are known, and from what evidence."""
    total = len(found)
    leads = _counts(((e.lead_state, e.lead_part, e.evidence) for e in found), total)
    delegates = _counts(((e.delegate_state, e.delegate_part, e.evidence) for e in found), total)
    evidence = Counter(e.evidence for e in found)
    read = [f"{words} {evidence[words]} ({_percent(evidence[words], total)})" for words in _EVIDENCE if evidence[words]]
    arrangements = len({version.iri for e in found for version in e.versions})
    return (
        f"Coverage: {total} pairs of area and partner. Lead: {leads}. Delegate: {delegates}.",
        f"Evidence: {', '.join(read) or 'none'}; arrangements: {arrangements}.",
        *_dated(found),
        "Not seen means that nothing that was read shows it, not that it is not so.",
    )


def _dated(found: Sequence[Entry]) -> Iterator[str]:
    old = {version.iri for e in found for version in e.versions if version.is_dated}
    if old:
        yield f"Arrangements that follow an edition no longer in force, and may have been replaced unseen: {len(old)}."


def _counts(told: Iterable[tuple[str, str, str]], total: int) -> str:
    """Count states; what is known for some bodies of several stands apart, and by it how much was read."""
    counted = Counter((state, bool(part), evidence) for state, part, evidence in told)
    parts = []
    for state, is_part in product((KNOWN, RETAINED, NOT_STATED, NOT_SEEN), (False, True)):
        whole, other = counted[state, is_part, WHOLE], counted[state, is_part, PART]
        number = whole + other + counted[state, is_part, NO_DOCUMENT]
        if number:
            read = f", of which {whole} in documents read whole, {other} in part" if state in (KNOWN, RETAINED) else ""
            parts.append(f"{state}{' in part' if is_part else ''} {number} ({_percent(number, total)}){read}")
    return "; ".join(parts) or "none"


def _percent(number: int, total: int) -> str:
    """Return a share; what is not nothing does not become nothing by rounding."""
    share = round(100 * number / total)
    return "under 1%" if number and not share else f"{share}%"


def _row(e: Entry) -> Row:
    delegates = e.delegates
    cells = (
        e.area.name, e.area.region_name, KINDS[e.kind], _joined(body.name for body in e.bodies),
        _joined(partner.name for partner in e.partners),
        *_cells(e.told_leads), f"{e.lead_state} {e.lead_part}".strip(),
        *_cells(e.told_delegates), f"{e.delegate_state} {e.delegate_part}".strip(), _keeps(delegates),
        _power(delegates, _SPEAK), _power(delegates, _COMMIT), _power(delegates, _HOLD),
        _joined(version.name for version in e.versions), _joined(version.since_words for version in e.versions),
        _joined(edition(version) for version in e.versions), e.evidence,
    )  # fmt: skip
    return (
        URIRef(e.area.iri),
        *(Literal(cell) if cell else None for cell in cells),
        Literal(e.verified, datatype=XSD.date) if e.verified else None,
        Literal(e.source) if e.source else None,
    )


def _cells(told: Sequence[tuple[str, Holder]]) -> tuple[str, str]:
    """Return the words and the bands of holders, in the same order and of the same number."""
    return "; ".join(words for words, _ in told), "; ".join("?" if one.level is None else str(one.level) for _, one in told)


def _joined(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _keeps(delegates: Sequence[Delegate]) -> str:
    """Return whether the lead stays accountable. Of a delegate who is only proposed, or not named, nothing is taken."""
    if not delegates:
        return ""
    said = {d.keeps_accountability for d in delegates if d.is_firm}
    return "yes" if said == {True} else "no" if said == {False} else "not seen" if said <= {None} else "in part"


def _power(delegates: Sequence[Delegate], wanted: frozenset[str]) -> str:
    if not delegates:
        return ""
    powers = [d.powers for d in delegates if d.is_firm]
    if powers and all(granted >= wanted for granted in powers):
        return "yes"
    return "in part" if any(granted & wanted for granted in powers) else "not seen"
