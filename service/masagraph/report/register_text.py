"""The register as text for a person to read: what is known area by area, then the areas of which nothing was read."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from masagraph.register.entries import KNOWN, RETAINED, Entry, coverage
from masagraph.register.standing import KINDS, Delegate, Holder, Version
from masagraph.register.words import POWERS, capitalised

_LABEL = 10


def render(title: str, found: Sequence[Entry], width: int) -> str:
    """Return the register as text.

    Args:
        title: What to put on top.
        found: The entries to tell.
        width: The width of the page in characters.
    """
    lines = [title, "=" * len(title)]
    read = {e.area.iri for e in found if e.versions}
    for area, group in groupby((e for e in found if e.area.iri in read), key=lambda e: e.area):
        entries = list(group)
        lines += ["", f"{area.name} ({', '.join(part for part in (area.region_name, area.code) if part)})"]
        lines += _wrapped("", " ".join(_origin(entries[0].versions)), width)
        for entry in entries:
            lines += _entry(entry, width)
    unread = [e for e in found if e.area.iri not in read]
    if unread:
        lines += ["", *_unread(unread, width)]
    for remark in coverage(found):
        lines += ["", *textwrap.wrap(remark, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _origin(versions: Sequence[Version]) -> Iterator[str]:
    told = [f"{v.name}, counted since {v.since_words}, {'read whole' if v.read_whole else 'read in part'}" for v in versions]
    yield f"From {'; and from '.join(told)}."
    for version in versions:
        which = f" ({version.name})" if len(versions) > 1 else ""
        if version.verified:
            yield f"Last held against its sources on {version.verified}{which}."
        if version.is_dated:
            yield f"It follows {version.edition}, which is no longer in force, and may have been replaced unseen{which}."


def _wrapped(label: str, text: str, width: int, indent: int = 2) -> list[str]:
    margin = " " * indent
    first = f"{margin}{label:<{_LABEL}}" if label else margin
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False)


def _entry(e: Entry, width: int) -> Iterator[str]:
    law = "; ".join(body.name for body in e.bodies) or "no body known"
    yield from _wrapped("", f"{capitalised(KINDS[e.kind])}: {law}", width)
    yield from _wrapped("partner", _partner(e), width, 4)
    leads = "; ".join(_holder(words, lead) for words, lead in e.told_leads)
    state = f"{e.lead_state}{_in_brackets(e.lead_part or e.lead_doubt)}"
    yield from _wrapped("lead", f"{leads}{_in_brackets(e.lead_part)}" if leads else state, width, 4)
    for words, delegate in e.told_delegates:
        yield from _wrapped("delegate", _delegate(words, delegate), width, 4)
    if e.delegates:
        yield from _wrapped("", _delegation(e), width, 4 + _LABEL)
    else:
        yield from _wrapped("delegate", _delegation(e), width, 4)
    if e.source:
        yield from _wrapped("read in", e.source, width, 4)


def _partner(e: Entry) -> str:
    told = [f"printed as {p.name}" if p.name else p.called for p in e.partners]
    if told:
        return "; ".join(dict.fromkeys(told))
    return "not named by the arrangement on this day" if len(e.versions) == 1 else "not named by the arrangements on this day"


def _delegation(e: Entry) -> str:
    """Say what can be said of delegation beside the delegates; nothing where they say it all."""
    if e.delegates and e.delegate_state == KNOWN:
        return f"known {e.delegate_part}" if e.delegate_part else ""
    if e.delegates and e.delegate_state != RETAINED:
        return ""
    told = "retained: the lead keeps the role" if e.delegate_state == RETAINED else e.delegate_state
    return f"{told}{_in_brackets(e.delegate_part or e.delegate_doubt)}"


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _holder(words: str, holder: Holder) -> str:
    return f"{words}, band {'not known' if holder.level is None else holder.level}"


def _delegate(words: str, delegate: Delegate) -> str:
    parts = [_holder(words, delegate)]
    powers = [name for power, name in POWERS if power in delegate.powers]
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
            f"{region or 'region not known'}: {', '.join(name for _, name in group)}.",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    yield "  Which bodies are partners there by law: --area AREA, or --format csv."
