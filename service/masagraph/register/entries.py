"""The register as a table: one row for each area and kind of partner, with how much of it is known at the foot."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import Literal, URIRef

from masagraph.register.standing import KINDS, Area, Body, Day, Delegate, Holder, Partner, Version
from masagraph.tables import Column, Row, Table
from masagraph.vocab import XSD

KNOWN, RETAINED, NOT_STATED, NOT_SEEN = "known", "retained", "not stated", "not seen"
"""What can be said of a lead or delegate: named; kept by the lead; a whole document is silent; nobody has seen it."""

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
    Column("lead", "the post that leads for it"),
    Column("leadBand", "the comparable band of that post, 1 being the head of the agency"),
    Column("leadState", "known, not stated (in a document read whole) or not seen"),
    Column("delegate", "the posts or groups to which it delegates"),
    Column("delegateBand", "their bands, in the same order; ? is a band not known"),
    Column("delegateState", "known, retained (the lead keeps the role), not stated or not seen"),
    Column("keepsAccountability", "whether the lead stays accountable for what delegates do: yes, no or not seen"),
    Column("speaks", "whether delegates may speak with authority: yes, in part or not seen"),
    Column("commits", "whether they may commit their agency on policy, resources and practice: yes, in part or not seen"),
    Column("holdsToAccount", "whether they may hold their own and other agencies to account: yes, in part or not seen"),
    Column("arrangement", "the version of the arrangement that this comes from"),
    Column("since", "the first day on which that version counts; (assumed) where no document gives one"),
    Column(
        "edition", "the edition of the guidance that it follows; (inferred) if none is named, (replaced) if no longer in force"
    ),
    Column("evidence", "whether the documents were read whole or in part, or there is none"),
    Column("verified", "the day on which somebody last held this against its sources"),
    Column("source", "where it was read"),
)

_EDITION_REMARKS: tuple[tuple[str, Callable[[Version], bool]], ...] = (
    ("inferred", lambda version: not version.is_edition_named),
    ("replaced", lambda version: version.is_dated),
)


@dataclass(frozen=True)
class Entry:
    """What is known of one kind of partner in one area."""

    area: Area
    kind: str
    bodies: tuple[Body, ...]
    version: Version | None
    partners: tuple[Partner, ...]

    @property
    def leads(self) -> list[Holder]:
        """The leads of all bodies of the kind."""
        return [lead for partner in self.partners for lead in partner.leads]

    @property
    def delegates(self) -> list[Delegate]:
        """The delegates of all bodies of the kind."""
        return [delegate for partner in self.partners for delegate in partner.delegates]

    @property
    def lead_state(self) -> str:
        """What can be said of the lead. A lead that is only proposed is not known."""
        return KNOWN if _any_firm(self.leads) else self._silence

    @property
    def delegate_state(self) -> str:
        """What can be said of delegates."""
        if _any_firm(self.delegates):
            return KNOWN
        states = {partner.state for partner in self.partners}
        return RETAINED if states == {"retained"} else self._silence

    @property
    def _silence(self) -> str:
        return NOT_STATED if self.version is not None and self.version.read_whole else NOT_SEEN

    @property
    def evidence(self) -> str:
        """How much of the documents was read."""
        if self.version is None:
            return "no document"
        return "read whole" if self.version.read_whole else "read in part"

    @property
    def since(self) -> str:
        """The first day on which the version counts, and whether that is assumed."""
        if self.version is None:
            return ""
        return f"{self.version.since} (assumed)" if self.version.is_assumed else self.version.since

    @property
    def edition(self) -> str:
        """The edition that the version follows, and whether it has been replaced, and the version perhaps with it."""
        if self.version is None or not self.version.edition:
            return ""
        remarks = [word for word, holds in _EDITION_REMARKS if holds(self.version)]
        return f"{self.version.edition} ({', '.join(remarks)})" if remarks else self.version.edition

    @property
    def source(self) -> str:
        """Where all this was read."""
        told = [
            *(lead.source for lead in self.leads),
            *(delegate.source for delegate in self.delegates),
            *(partner.source for partner in self.partners),
        ]
        return "; ".join(dict.fromkeys(place for text in told for place in text.split("; ") if place))


def _any_firm(holders: Iterable[Holder]) -> bool:
    return any(holder.title and holder.standing in ("in-place", "planned") for holder in holders)


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
    versions = day.versions.get(area.iri, [])
    partners = tuple(day.partners.get((area.iri, kind), ()))
    # Of several versions the one that names the partner, else the latest, tells how much was read.
    version = partners[-1].version if partners else max(versions, key=lambda v: v.since, default=None)
    return Entry(area, kind, tuple(day.bodies.get((area.iri, kind), ())), version, partners)


def title(day: date) -> str:
    """Return the heading of the register on a day."""
    return f"Register of statutory safeguarding partners on {day.day} {day:%B %Y}"


def table(found: Sequence[Entry], day: date) -> Table:
    """Return entries of the register on a day as a table, with their coverage at the foot."""
    return Table(title(day), _COLUMNS, tuple(_row(entry) for entry in found), coverage(found))


def coverage(found: Sequence[Entry]) -> tuple[str, ...]:
    """Say how many of all pairs of area and partner are known, and from what evidence."""
    total = len(found)
    leads, delegates = Counter(e.lead_state for e in found), Counter(e.delegate_state for e in found)
    evidence = Counter(e.evidence for e in found)
    arrangements = len({e.version.iri for e in found if e.version})
    return (
        f"Coverage: {total} pairs of area and partner. Lead: {_counts(leads, total)}. Delegate: {_counts(delegates, total)}.",
        f"Evidence: {_counts(evidence, total)}; arrangements: {arrangements}.",
        *_dated(found),
        "Not seen means that nobody has read it, not that it is not so.",
    )


def _dated(found: Sequence[Entry]) -> Iterator[str]:
    old = {e.version.iri for e in found if e.version and e.version.is_dated}
    if old:
        yield f"Arrangements that follow an edition no longer in force, and may have been replaced unseen: {len(old)}."


def _counts(counted: Counter[str], total: int) -> str:
    order = (KNOWN, RETAINED, NOT_STATED, NOT_SEEN, "read whole", "read in part", "no document")
    parts = [f"{name} {counted[name]} ({round(100 * counted[name] / total)}%)" for name in order if counted[name]]
    return ", ".join(parts) or "none"


def _row(e: Entry) -> Row:
    delegates = e.delegates
    leads = e.leads
    cells = (
        e.area.name, e.area.region_name, KINDS[e.kind], _joined(body.name for body in e.bodies),
        _joined(partner.name for partner in e.partners),
        _joined(lead.words for lead in leads), _bands(leads), e.lead_state,
        _joined(delegate.words for delegate in delegates), _bands(delegates), e.delegate_state, _keeps(delegates),
        _power(delegates, _SPEAK), _power(delegates, _COMMIT), _power(delegates, _HOLD),
        e.version.name if e.version else "", e.since, e.edition, e.evidence,
    )  # fmt: skip
    verified = e.version.verified if e.version else ""
    return (
        URIRef(e.area.iri),
        *(Literal(cell) if cell else None for cell in cells),
        Literal(verified, datatype=XSD.date) if verified else None,
        Literal(e.source) if e.source else None,
    )


def _joined(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _bands(holders: Sequence[Holder]) -> str:
    unique = {holder.words: holder for holder in holders}
    return "; ".join("?" if holder.level is None else str(holder.level) for holder in unique.values())


def _keeps(delegates: Sequence[Delegate]) -> str:
    said = {d.keeps_accountability for d in delegates}
    if not delegates:
        return ""
    return "yes" if said == {True} else "no" if said == {False} else "not seen" if said == {None} else "in part"


def _power(delegates: Sequence[Delegate], wanted: frozenset[str]) -> str:
    if not delegates:
        return ""
    if all(d.powers >= wanted for d in delegates):
        return "yes"
    return "in part" if any(d.powers & wanted for d in delegates) else "not seen"
