"""Chains of delegation: from the head of an agency to the last delegate, with what breaks them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from masagraph.oxigraph import Snapshot
from masagraph.register import standing
from masagraph.register.standing import KINDS, Area, Body, Delegate, Holder, Partner
from masagraph.register.words import POWERS

FLOOR = 3
"""The last band that the Wood review takes to be senior enough for a delegate (paragraphs 37, 55 and 56)."""

_NOTHING_SEEN = "cannot tell: nothing below the head was seen"
HEAD, LEAD, DELEGATE, NOBODY = "head of agency", "lead", "delegate", "no delegate"
"""The parts that a step can play; the last says that the role is kept."""


@dataclass(frozen=True)
class Step:
    """One holder in a chain: what part it plays, its title, its band if known, what it may do, and where that was read.

    `is_head` says of a lead that its post is known to be that of the head of the agency, so that nothing parts the two.
    """

    part: str
    title: str
    level: int | None
    powers: frozenset[str]
    keeps_accountability: bool | None
    source: str
    is_head: bool = False

    @property
    def words(self) -> str:
        """The step in words: title, band, powers, and who stays accountable."""
        if self.part == NOBODY:
            return self.title
        parts = [f"{self.title}, band {'not known' if self.level is None else self.level}"]
        powers = [words for power, words in POWERS if power in self.powers]
        if powers:
            parts.append(f"may {', '.join(powers)}")
        if self.is_head:
            parts.append("the same post")
        if self.keeps_accountability is not None:
            parts.append("the lead stays accountable" if self.keeps_accountability else "the lead does not stay accountable")
        return "; ".join(parts)


@dataclass(frozen=True)
class Chain:
    """The chain of one partner, from the head of the agency down, its breaks, and its weakest link in words."""

    kind: str
    body: str
    printed_as: str
    steps: tuple[Step, ...]
    breaks: tuple[str, ...]
    weakest: str


@dataclass(frozen=True)
class Chains:
    """The chains of all partners of an area on a day, and the arrangements that they come from."""

    area: Area
    day: date
    arrangements: tuple[str, ...]
    chains: tuple[Chain, ...]


def of_area(snapshot: Snapshot, area: str, day: date) -> Chains:
    """Return the chains of delegation of every partner of an area on a day.

    A body that the law makes a partner and that no arrangement names has a chain too: its head, and a break.

    Args:
        snapshot: A data set.
        area: The IRI of the area; it exists on the day.
        day: The day asked about.
    """
    world = standing.on(snapshot, day)
    (place,) = (a for a in world.areas if a.iri == area)
    versions = world.versions.get(area, [])
    chains: list[Chain] = []
    for kind in KINDS:
        bodies, partners = world.bodies.get((area, kind), []), world.partners.get((area, kind), [])
        named = {partner.body for partner in partners}
        chains.extend(_of_partner(partner) for partner in partners)
        chains.extend(_of_nobody(kind, body, bool(versions)) for body in bodies if body.iri not in named)
    return Chains(place, day, tuple(v.name for v in versions), tuple(chains))


def _of_nobody(kind: str, body: Body, is_any_read: bool) -> Chain:
    seen = "the arrangement that was read does not name it on this day" if is_any_read else "no arrangement of the area was read"
    return Chain(KINDS[kind], body.name, "", (_head(body.head),), (f"no lead seen: {seen}",), _NOTHING_SEEN)


def _head(title: str) -> Step:
    return Step(HEAD, title or "head of the agency", 1, frozenset(), None, "")


def _of_partner(partner: Partner) -> Chain:
    steps = [_head(partner.head), *(_step(LEAD, lead) for lead in partner.leads)]
    steps += [_step(DELEGATE, delegate) for delegate in partner.delegates]
    if not partner.delegates and partner.state == "retained":
        steps.append(Step(NOBODY, "the lead keeps the role", None, frozenset(), None, partner.source))
    return Chain(
        kind=KINDS[partner.kind],
        body=partner.body_name or "body not certain",
        printed_as=partner.name,
        steps=tuple(steps),
        breaks=tuple(dict.fromkeys([*_breaks_above(partner), *_breaks_below(partner)])),
        weakest=_weakest([*partner.leads, *partner.delegates]),
    )


def _breaks_above(partner: Partner) -> Iterator[str]:
    if not partner.body:
        yield "which body is meant is not certain"
    if not partner.leads:
        yield f"no lead {_silent(partner)}"
    for lead in partner.leads:
        if not lead.is_head:
            yield f"{lead.words} is not known to be the head of the agency, and how the head delegates to it is not seen"


def _breaks_below(partner: Partner) -> Iterator[str]:
    leads = {lead.post for lead in partner.leads}
    for delegate in partner.delegates:
        if delegate.from_post and leads and delegate.from_post not in leads:
            yield f"{delegate.words} is delegate of {delegate.from_title or 'a post not named'}, which is not the lead"
        if not delegate.powers:
            yield f"which powers {delegate.words} carries is not seen"
        if delegate.keeps_accountability is None:
            yield f"whether the lead stays accountable for what {delegate.words} does is not seen"
    if not partner.delegates and partner.state != "retained":
        yield f"no delegate {_silent(partner)}"


def _silent(partner: Partner) -> str:
    """Say of something missing whether a whole document is silent, or nobody has seen it."""
    return "stated" if partner.version.read_whole else "seen"


def _step(part: str, holder: Holder) -> Step:
    powers = holder.powers if isinstance(holder, Delegate) else frozenset[str]()
    keeps = holder.keeps_accountability if isinstance(holder, Delegate) else None
    return Step(part, holder.words, holder.level, powers, keeps, holder.source, holder.is_head)


def _weakest(holders: list[Holder]) -> str:
    """Name the link of the lowest band; an unknown band could be lower, and that is said."""
    if not holders:
        return _NOTHING_SEEN
    known = [h for h in holders if h.level is not None]
    unknown = list(dict.fromkeys(h.words for h in holders if h.level is None))
    lowest = max(known, key=lambda h: h.level or 0, default=None)
    below = "" if lowest is None or (lowest.level or 0) <= FLOOR else ", below the floor of the Wood review"
    told = "" if lowest is None else f"{lowest.words}, band {lowest.level}{below}"
    if not unknown:
        return told
    doubt = f"the band of {' and of '.join(unknown)} is not known"
    return f"cannot tell: {doubt}" if not told else f"of those known, {told}; {doubt}"
