"""The register as text for a person to read: what is known area by area, then the areas of which nothing was read."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from masagraph.register.entries import Entry, coverage
from masagraph.register.standing import KINDS, Delegate, Holder
from masagraph.register.words import POWERS

_LABEL = 10


def render(title: str, found: Sequence[Entry], width: int) -> str:
    """Return the register as text.

    Args:
        title: What to put on top.
        found: The entries to tell.
        width: The width of the page in characters.
    """
    lines = [title, "=" * len(title)]
    read = {e.area.iri for e in found if e.version is not None}
    for area, group in groupby((e for e in found if e.area.iri in read), key=lambda e: e.area):
        entries = list(group)
        lines += ["", f"{area.name} ({area.region_name}, {area.code})"]
        lines += _wrapped("", _origin(next(e for e in entries if e.version)), width)
        for entry in entries:
            lines += _entry(entry, width)
    unread = [e for e in found if e.area.iri not in read]
    if unread:
        lines += ["", *_unread(unread, width)]
    for remark in coverage(found):
        lines += ["", *textwrap.wrap(remark, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _origin(e: Entry) -> str:
    if e.version is None:
        return ""
    told = f"From {e.version.name}, counted since {e.since}, {e.evidence}."
    if e.version.verified:
        told += f" Last held against its sources on {e.version.verified}."
    if e.version.is_dated:
        told += f" It follows {e.version.edition}, which is no longer in force, and may have been replaced unseen."
    return told


def _wrapped(label: str, text: str, width: int, indent: int = 2) -> list[str]:
    margin = " " * indent
    first = f"{margin}{label:<{_LABEL}}" if label else margin
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False)


def _entry(e: Entry, width: int) -> Iterator[str]:
    law = "; ".join(body.name for body in e.bodies) or "no body known"
    printed = "; ".join(dict.fromkeys(p.name for p in e.partners if p.name))
    yield from _wrapped("", f"{KINDS[e.kind].capitalize()}: {law}", width)
    told = f"printed as {printed}" if printed else "not named by the arrangement on this day"
    yield from _wrapped("partner", told, width, 4)
    yield from _wrapped("lead", "; ".join(map(_holder, e.leads)) or e.lead_state, width, 4)
    if e.delegates:
        for delegate in e.delegates:
            yield from _wrapped("delegate", _delegate(delegate), width, 4)
    else:
        yield from _wrapped(
            "delegate", "retained: the lead keeps the role" if e.delegate_state == "retained" else e.delegate_state, width, 4
        )
    if e.source:
        yield from _wrapped("read in", e.source, width, 4)


def _holder(holder: Holder) -> str:
    return f"{holder.words}, band {'not known' if holder.level is None else holder.level}"


def _delegate(delegate: Delegate) -> str:
    parts = [_holder(delegate)]
    powers = [words for power, words in POWERS if power in delegate.powers]
    parts.append(f"may {', '.join(powers)}" if powers else "powers not seen")
    parts.append(
        {True: "the lead stays accountable", False: "the lead does not stay accountable", None: "who stays accountable not seen"}[
            delegate.keeps_accountability
        ]
    )
    return "; ".join(parts)


def _unread(entries: Sequence[Entry], width: int) -> Iterator[str]:
    areas = list(dict.fromkeys((e.area.region_name, e.area.name) for e in entries))
    yield f"No document of {len(areas)} areas was read: who leads there and who is delegate is not seen."
    for region, group in groupby(sorted(areas), key=lambda area: area[0]):
        yield from textwrap.wrap(
            f"{region}: {', '.join(name for _, name in group)}.", width, initial_indent="  ", subsequent_indent="    "
        )
    yield "  Which bodies are partners there by law: --area AREA, or --format csv."
