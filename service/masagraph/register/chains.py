"""Chains of delegation: from the head of an agency to the last delegate, with what breaks them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from masagraph.dataset.days import in_words
from masagraph.oxigraph import Snapshot
from masagraph.register import standing
from masagraph.register.standing import KINDS, Area, Body, Delegate, Holder, Partner, Version
from masagraph.register.words import POWERS, capitalised

FLOOR = 3
"""The last band that the Wood review takes to be senior enough for a delegate (paragraphs 37, 55 and 56)."""

_NOTHING_SEEN = "cannot tell: nothing below the head was seen"
HEAD, LEAD, DELEGATE, NOBODY = "head of agency", "lead", "delegate", "no delegate"
"""The parts that a step can play; the last says that the role is kept."""


@dataclass(frozen=True)
class Step:
    """One holder in a chain: what part it plays, its title, its band if known, what it may do, and where that was read.

    `above` is the place in the chain of the step that it hangs on, and `is_linked` says that the link to that one is known;
    `depth` counts the steps from the head. `is_head` says of a lead that its post is known to be that of the head of the
    agency, so that nothing parts the two; `under` names the delegate, other than a lead, whose delegate it is.
    """

    part: str
    title: str
    level: int | None
    powers: frozenset[str]
    keeps_accountability: bool | None
    source: str
    is_head: bool = False
    above: int = 0
    depth: int = 0
    is_linked: bool = False
    under: str = ""

    @property
    def words(self) -> str:
        """The step in words: title, band, powers, and who stays accountable."""
        if self.part == NOBODY:
            return self.title
        parts = [f"{self.title}, band {'not known' if self.level is None else self.level}"]
        if self.under:
            parts.append(f"delegate of {self.under}")
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

    @property
    def title(self) -> str:
        """The kind of partner, its body, and the name printed if that is another."""
        printed = f", printed as {self.printed_as}" if self.printed_as not in ("", self.body) else ""
        return f"{capitalised(self.kind)}: {self.body}{printed}"


@dataclass(frozen=True)
class Chains:
    """The chains of all partners of an area on a day, and the arrangements that they come from."""

    area: Area
    day: date
    arrangements: tuple[str, ...]
    chains: tuple[Chain, ...]

    @property
    def title(self) -> str:
        """What is told, and of which day."""
        return f"Chains of delegation in {self.area.name} on {in_words(self.day)}"

    @property
    def origin(self) -> str:
        """Where it comes from."""
        return f"From {', '.join(self.arrangements) or 'no arrangement that was read'}."


def of_area(snapshot: Snapshot, area: str, day: date) -> Chains:
    """Return the chains of delegation of every partner of an area on a day.

    A body that the law makes a partner and that no arrangement names has a chain too: its head, and a break.

    Args:
        snapshot: A data set.
        area: The IRI of the area; it exists on the day.
        day: The day asked about.
    """
    world = standing.on(snapshot, day)
    versions = world.versions.get(area, [])
    chains: list[Chain] = []
    for kind in KINDS:
        bodies, partners = world.bodies.get((area, kind), []), world.partners.get((area, kind), [])
        named = {partner.body for partner in partners}
        chains.extend(_of_partner(partner) for partner in partners)
        is_ended = (area, kind) in world.ended
        chains.extend(_of_nobody(kind, body, versions, is_ended=is_ended) for body in bodies if body.iri not in named)
    return Chains(world.area(area), day, tuple(v.name for v in versions), tuple(chains))


def _of_nobody(kind: str, body: Body, versions: Sequence[Version], *, is_ended: bool) -> Chain:
    is_silent = bool(versions) and all(v.read_whole and not v.doubts.lead for v in versions) and not is_ended
    why = "the arrangement that was read does not name it on this day" if versions else "no arrangement of the area was read"
    broken = f"{_missing('lead', '', is_silent=is_silent)}: {why}"
    return Chain(KINDS[kind], body.name, "", (_head(body.head),), (broken,), _NOTHING_SEEN)


def _head(title: str) -> Step:
    return Step(HEAD, title or "head of the agency", 1, frozenset(), None, "")


def _of_partner(partner: Partner) -> Chain:
    steps = [_head(partner.head)]
    steps += [_of_lead(lead) for lead in partner.leads]
    places = {lead.post: number for number, lead in enumerate(partner.leads, 1) if lead.post}
    first = 1 if partner.leads else 0
    delegates = _walked(partner)
    for delegate in delegates:
        above = next((places[post] for post, _ in delegate.origins if post in places), first)
        steps.append(_of_delegate(delegate, above, steps[above], is_linked=any(post in places for post, _ in delegate.origins)))
        if delegate.post:
            places.setdefault(delegate.post, len(steps) - 1)
    if not partner.delegates and partner.state == "retained":
        steps.append(
            Step(
                NOBODY, "the lead keeps the role", None, frozenset(), None, partner.source,
                above=first, depth=2, is_linked=bool(partner.leads),
            )
        )  # fmt: skip
    return Chain(
        kind=KINDS[partner.kind],
        body=partner.body_name or "body not certain",
        printed_as=partner.name,
        steps=tuple(steps),
        breaks=tuple(dict.fromkeys([*_breaks_above(partner), *_breaks_below(partner, delegates)])),
        weakest=_weakest([*partner.leads, *partner.delegates]),
    )


def _of_lead(lead: Holder) -> Step:
    return Step(
        LEAD, lead.words, lead.level, frozenset(), None, lead.source,
        is_head=lead.is_head, above=0, depth=1, is_linked=lead.is_head,
    )  # fmt: skip


def _of_delegate(delegate: Delegate, above: int, upper: Step, *, is_linked: bool) -> Step:
    return Step(
        DELEGATE, delegate.words, delegate.level, delegate.powers, delegate.keeps_accountability, delegate.source,
        above=above, depth=max(upper.depth, 1) + 1, is_linked=is_linked, under=upper.title if upper.part == DELEGATE else "",
    )  # fmt: skip


def _walked(partner: Partner) -> list[Delegate]:
    """Return the delegates in the order in which the role is handed down; who hangs on nobody seen comes last."""
    left = dict(enumerate(partner.delegates))
    below: dict[str, list[int]] = defaultdict(list)
    for number, delegate in left.items():
        for post in dict.fromkeys(post for post, _ in delegate.origins):
            below[post].append(number)
    told: list[Delegate] = []

    def follow(todo: list[int]) -> None:
        todo.reverse()
        while todo:
            number = todo.pop()
            if number in left:
                delegate = left.pop(number)
                told.append(delegate)
                todo += reversed(below[delegate.post] if delegate.post else [])

    follow(sorted({number for lead in partner.leads if lead.post for number in below[lead.post]}))
    # One that names nobody above, or somebody who is no delegate here, begins a branch of its own; after those, one of a ring.
    here = {delegate.post for delegate in left.values()} - {""}
    alone = [number for number, d in left.items() if not here & {post for post, _ in d.origins}]
    for number in (*alone, *left):
        follow([number])
    return told


def _breaks_above(partner: Partner) -> Iterator[str]:
    if not partner.body:
        yield "which body is meant is not certain"
    if not partner.leads:
        yield _missing("lead", partner.doubts.lead, is_silent=partner.is_silent_on_leads)
    for lead in partner.leads:
        if not lead.is_head:
            yield f"{lead.words} is not known to be the head of the agency, and how the head delegates to it is not seen"


def _breaks_below(partner: Partner, delegates: Sequence[Delegate]) -> Iterator[str]:
    seen = {lead.post for lead in partner.leads}
    for delegate in delegates:
        if partner.leads and delegate.origins and not seen & {post for post, _ in delegate.origins}:
            whose = " and ".join(title or "a post not named" for _, title in delegate.origins)
            yield f"{delegate.words} is delegate of {whose}, which is neither the lead nor a delegate before it"
        seen.add(delegate.post)
        if not delegate.powers:
            yield f"which powers {delegate.words} carries is not seen"
        if delegate.keeps_accountability is None:
            yield f"whether the lead stays accountable for what {delegate.words} does is not seen"
    if not partner.delegates and partner.state != "retained":
        yield _missing("delegate", partner.doubts.delegate, is_silent=partner.is_silent_on_delegates)


def _missing(what: str, doubt: str, *, is_silent: bool) -> str:
    """Say of something missing whether a whole document is silent, or nobody has seen it, and why that is no silence."""
    return f"no {what} {'stated' if is_silent else 'seen'}{f': {doubt}' if doubt not in ('', 'not seen') else ''}"


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
