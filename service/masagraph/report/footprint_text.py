"""A footprint as text for a person to read."""

import textwrap

from masagraph.register.footprints import Footprint, Territory
from masagraph.register.words import capitalised

_LABEL = 20


def render(footprint: Footprint, width: int) -> str:
    """Return a footprint as text: what there is, how far it reaches, and which lines do not fall together.

    Args:
        footprint: What to tell.
        width: The width of the page in characters.
    """
    title = footprint.title
    lines = [*textwrap.wrap(title, width), "=" * min(len(title), width)]
    for territory in footprint.territories:
        lines += ["", *_territory(territory, width)]
    if not footprint.territories:
        lines += ["", "Nothing is known of it on this day."]
    if footprint.crossings:
        lines += ["", "Lines that do not fall together"]
        for words in footprint.crossings:
            lines += textwrap.wrap(words, width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _territory(t: Territory, width: int) -> list[str]:
    reach = f" ({t.share})" if t.share else ""
    note = f" [{t.note}]" if t.note else ""
    head = textwrap.wrap(
        f"{t.name}{reach}{note}", width, initial_indent=f"{capitalised(t.purpose):<{_LABEL}}", subsequent_indent=" " * _LABEL
    )
    count = f"{len(t.areas)} areas: " if len(t.areas) > 1 else ""
    areas = textwrap.wrap(f"{count}{', '.join(t.areas)}", width, initial_indent=" " * _LABEL, subsequent_indent=" " * _LABEL)
    return [*head, *areas]
