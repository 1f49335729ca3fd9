"""A footprint as a picture: a row for each thing that covers areas, a column for each area, a mark where they meet."""

from masagraph.draw.svg import FILL, LINE, QUIET, Picture, wrap
from masagraph.register.footprints import Footprint, Territory
from masagraph.register.words import capitalised

_EDGE, _NAME, _CELL = 20, 360, 26
_CHARACTERS = 42


def render(footprint: Footprint) -> str:
    """Return a footprint as SVG text."""
    title = footprint.title
    areas = sorted({area for t in footprint.territories for area in t.areas})
    rows = [(t, wrap(_name(t), _CHARACTERS)) for t in footprint.territories]
    head = 60 + 7 * max((len(area) for area in areas), default=0)
    width = max(_EDGE * 2 + _NAME + _CELL * len(areas) + 120, 720)
    foot = [line for words in footprint.crossings for line in wrap(words, (width - 2 * _EDGE) // 8)]
    height = head + sum(_tall(lines) for _, lines in rows) + len(foot) * LINE + 60
    picture = Picture(width, height, title, _told(footprint))
    picture.text(_EDGE, 30, [title], bold=True)
    for number, area in enumerate(areas):
        picture.text(_EDGE + _NAME + number * _CELL + 16, head - 6, [area], turn=-60)
    top = head
    for territory, lines in rows:
        picture.line(_EDGE, top, width - _EDGE, top, stroke=QUIET)
        picture.text(_EDGE, top + LINE, lines)
        for number, area in enumerate(areas):
            x = _EDGE + _NAME + number * _CELL
            picture.box(x, top + 4, _CELL - 4, _CELL - 4, fill=FILL if area in territory.areas else "none", stroke=QUIET)
            if area in territory.areas:
                picture.text(x + 6, top + 20, ["✓"])
        top += _tall(lines)
    picture.text(_EDGE, top + 2 * LINE, foot)
    return picture.render()


def _name(t: Territory) -> str:
    reach = f", {t.share}" if t.share else ""
    note = f" [{t.note}]" if t.note else ""
    return f"{capitalised(t.purpose)}: {t.name}{reach}{note}"


def _tall(lines: list[str]) -> int:
    return max(_CELL + 4, len(lines) * LINE + 10)


def _told(footprint: Footprint) -> str:
    told = [f"{_name(t)} covers {', '.join(t.areas)}." for t in footprint.territories]
    return " ".join([*told, *footprint.crossings])
