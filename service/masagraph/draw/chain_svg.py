"""Chains of delegation as a picture: a lane a partner, from the head of its agency on the left to delegates on the right."""

from collections.abc import Sequence

from masagraph.draw.svg import FILL, LINE, PAPER, QUIET, Picture, wrap
from masagraph.register.chains import DELEGATE, HEAD, LEAD, Chain, Chains, Step

_COLUMNS = (HEAD, LEAD, DELEGATE)
_BOX, _GAP, _EDGE, _PAD = 280, 50, 20, 10
_CHARACTERS = 33


def render(chains: Chains) -> str:
    """Return the chains of an area as SVG text."""
    columns = max((step.depth + 1 for chain in chains.chains for step in chain.steps), default=0)
    columns = max(columns, len(_COLUMNS))
    width = 2 * _EDGE + columns * _BOX + (columns - 1) * _GAP
    description = " ".join(_told(chain) for chain in chains.chains)
    lanes = [_Lane(chain, width) for chain in chains.chains]
    picture = Picture(width, 90 + sum(lane.height for lane in lanes), chains.title, description)
    picture.text(_EDGE, 30, [chains.title], bold=True)
    picture.text(_EDGE, 50, [chains.origin], fill=QUIET)
    picture.text(_EDGE, 70, ["A dashed box or line is something that was not seen."], fill=QUIET)
    top = 90
    for lane in lanes:
        lane.draw(picture, top)
        top += lane.height
    return picture.render()


def _told(chain: Chain) -> str:
    steps = ", then ".join(f"{step.part} {step.words}" for step in chain.steps)
    broken = f" Breaks: {'; '.join(chain.breaks)}." if chain.breaks else ""
    return f"{chain.title}: {steps}.{broken} Weakest link: {chain.weakest}."


class _Lane:
    """The lane of one chain: a column for each step down, boxes in it, and words beneath."""

    def __init__(self, chain: Chain, width: int) -> None:
        self.chain, self.width = chain, width
        deepest = max(len(_COLUMNS) - 1, *(step.depth for step in chain.steps))
        self.columns = [[step for step in chain.steps if step.depth == depth] for depth in range(deepest + 1)]
        self.depth = max(sum(self._tall(lines) + _PAD for _, lines in self._boxes(number)) for number in range(deepest + 1))
        self.foot = [line for words in self._remarks() for line in wrap(words, (width - 2 * _EDGE) * 108 // 940)]
        self.height = LINE + _PAD + self.depth + len(self.foot) * LINE + 3 * _PAD

    def _boxes(self, number: int) -> list[tuple[Step | None, list[str]]]:
        """Return the steps of a column with their lines; where there is none, a box that says so."""
        return [(step, self._lines(step)) for step in self.columns[number]] or [(None, [f"{_COLUMNS[number]}: not seen"])]

    @staticmethod
    def _lines(step: Step) -> list[str]:
        return [*wrap(f"{step.part}:", _CHARACTERS), *wrap(step.words, _CHARACTERS)]

    @staticmethod
    def _tall(lines: Sequence[str]) -> int:
        return len(lines) * LINE + _PAD

    def _remarks(self) -> list[str]:
        return [*(f"Break: {words}." for words in self.chain.breaks), f"Weakest link: {self.chain.weakest}."]

    def draw(self, picture: Picture, top: int) -> None:
        picture.line(_EDGE, top, self.width - _EDGE, top, stroke=QUIET)
        picture.text(_EDGE, top + LINE + 4, [self.chain.title], bold=True)
        first = top + LINE + 2 * _PAD
        heights: dict[int, int] = {}
        for number in range(len(self.columns)):
            x, y = _EDGE + number * (_BOX + _GAP), first
            for step, lines in self._boxes(number):
                picture.box(x, y, _BOX, self._tall(lines), dashed=step is None, fill=PAPER if step is None else FILL)
                picture.text(x + 8, y + LINE, lines)
                if number:
                    self._join(picture, step, x, y + LINE, heights.get(-1 if step is None else step.above, first + LINE))
                if step is not None:
                    heights[self.chain.steps.index(step)] = y + LINE
                y += self._tall(lines) + _PAD
        picture.text(_EDGE, first + self.depth + LINE, self.foot)

    def _join(self, picture: Picture, step: Step | None, x: int, y: int, above: int) -> None:
        """Draw the line from the step above; it is whole only where that link is known."""
        is_next = step is not None and self.chain.steps[step.above].depth == step.depth - 1
        picture.line(x - _GAP, above if is_next else y, x, y, dashed=step is None or not step.is_linked)
