"""Chains of delegation as a picture: a lane a partner, from the head of its agency on the left to delegates on the right."""

from collections.abc import Sequence
from itertools import zip_longest

from masagraph.draw.svg import FILL, LINE, PAPER, QUIET, Picture, wrap
from masagraph.register.chains import DELEGATE, HEAD, LEAD, NOBODY, Chain, Chains, Step

_COLUMNS = (HEAD, LEAD, DELEGATE)
_COLUMN_OF = {HEAD: HEAD, LEAD: LEAD, DELEGATE: DELEGATE, NOBODY: DELEGATE}
_BOX, _GAP, _EDGE, _PAD = 280, 50, 20, 10
_CHARACTERS = 33
_WIDTH = 2 * _EDGE + 3 * _BOX + 2 * _GAP


def render(chains: Chains) -> str:
    """Return the chains of an area as SVG text."""
    title = f"Chains of delegation in {chains.area.name} on {chains.day.day} {chains.day:%B %Y}"
    description = " ".join(_told(chain) for chain in chains.chains)
    lanes = [_Lane(chain) for chain in chains.chains]
    picture = Picture(_WIDTH, 90 + sum(lane.height for lane in lanes), title, description)
    picture.text(_EDGE, 30, [title], bold=True)
    picture.text(_EDGE, 50, [f"From {', '.join(chains.arrangements) or 'no arrangement that was read'}."], fill=QUIET)
    picture.text(_EDGE, 70, ["A dashed box or line is something that was not seen."], fill=QUIET)
    top = 90
    for lane in lanes:
        lane.draw(picture, top)
        top += lane.height
    return picture.render()


def _told(chain: Chain) -> str:
    steps = ", then ".join(f"{step.part} {step.words}" for step in chain.steps)
    broken = f" Breaks: {'; '.join(chain.breaks)}." if chain.breaks else ""
    return f"{chain.kind.capitalize()}, {chain.body}: {steps}.{broken} Weakest link: {chain.weakest}."


class _Lane:
    """The lane of one chain: boxes of three columns, and words beneath."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.columns = [[step for step in chain.steps if _COLUMN_OF[step.part] == part] for part in _COLUMNS]
        self.boxes = [
            [self._lines(step) for step in column] or [[f"{part}: not seen"]]
            for part, column in zip(_COLUMNS, self.columns, strict=True)
        ]
        self.depth = max(sum(self._tall(lines) + _PAD for lines in column) for column in self.boxes)
        self.foot = [line for words in self._remarks() for line in wrap(words, 108)]
        self.height = LINE + _PAD + self.depth + len(self.foot) * LINE + 3 * _PAD

    @staticmethod
    def _lines(step: Step) -> list[str]:
        return [*wrap(f"{step.part}:", _CHARACTERS), *wrap(step.words, _CHARACTERS)]

    @staticmethod
    def _tall(lines: Sequence[str]) -> int:
        return len(lines) * LINE + _PAD

    def _remarks(self) -> list[str]:
        return [*(f"Break: {words}." for words in self.chain.breaks), f"Weakest link: {self.chain.weakest}."]

    def draw(self, picture: Picture, top: int) -> None:
        picture.line(_EDGE, top, _WIDTH - _EDGE, top, stroke=QUIET)
        printed = f", printed as {self.chain.printed_as}" if self.chain.printed_as not in ("", self.chain.body) else ""
        picture.text(_EDGE, top + LINE + 4, [f"{self.chain.kind.capitalize()}: {self.chain.body}{printed}"], bold=True)
        first = top + LINE + 2 * _PAD
        for number, (column, boxes) in enumerate(zip(self.columns, self.boxes, strict=True)):
            x, y = _EDGE + number * (_BOX + _GAP), first
            for step, lines in zip_longest(column, boxes):
                picture.box(x, y, _BOX, self._tall(lines), dashed=step is None, fill=PAPER if step is None else FILL)
                picture.text(x + 8, y + LINE, lines)
                if number:
                    # From the head to a lead nothing is known to pass, unless they are one post.
                    joined = step is not None and (step.is_head or (step.part != LEAD and bool(self.columns[1])))
                    picture.line(x - _GAP, y + LINE, x, y + LINE, dashed=not joined)
                y += self._tall(lines) + _PAD
        picture.text(_EDGE, first + self.depth + LINE, self.foot)
