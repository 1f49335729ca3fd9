"""The few shapes that pictures are made of. Every picture has a title and a description that say all that it shows."""

import textwrap
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from masagraph.sparql import xml_text

INK, QUIET, PAPER, FILL = "#1b1b1b", "#595959", "#ffffff", "#e8eef4"
"""Colours of a contrast of at least 7 to 1 for words on paper; nothing is told by colour alone."""
FONT = "system-ui, sans-serif"
LINE = 18
"""The height of a line of text, in pixels."""
_NAMESPACE = "http://www.w3.org/2000/svg"


class Picture:
    """A picture that grows by shapes; lengths are in pixels."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        """Begin a picture of a size, with what it is called and what it says in words."""
        self._root = ET.Element(
            "svg",
            {
                "xmlns": _NAMESPACE,
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": "title description",
                "font-family": FONT,
                "font-size": "14",
            },
        )
        ET.SubElement(self._root, "title", {"id": "title"}).text = title
        ET.SubElement(self._root, "desc", {"id": "description"}).text = description
        self.box(0, 0, width, height, fill=PAPER, stroke="none")

    def box(self, x: int, y: int, width: int, height: int, *, fill: str = FILL, stroke: str = INK, dashed: bool = False) -> None:
        """Draw a box; a dashed one stands for what was not seen."""
        shape = {"x": str(x), "y": str(y), "width": str(width), "height": str(height), "fill": fill, "stroke": stroke}
        ET.SubElement(self._root, "rect", shape | ({"stroke-dasharray": "5 4"} if dashed else {}))

    def line(self, x1: int, y1: int, x2: int, y2: int, *, dashed: bool = False, stroke: str = INK) -> None:
        """Draw a line; a dashed one stands for a link that was not seen."""
        shape = {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2), "stroke": stroke, "stroke-width": "1.5"}
        ET.SubElement(self._root, "line", shape | ({"stroke-dasharray": "5 4"} if dashed else {}))

    def text(self, x: int, y: int, lines: Sequence[str], *, bold: bool = False, fill: str = INK, turn: int = 0) -> None:
        """Write lines of text from a point down, turned by so many degrees about it."""
        given = {"x": str(x), "y": str(y), "fill": fill, "font-weight": "bold" if bold else "normal"}
        element = ET.SubElement(self._root, "text", given | ({"transform": f"rotate({turn} {x} {y})"} if turn else {}))
        for number, words in enumerate(lines):
            ET.SubElement(element, "tspan", {"x": str(x), "dy": str(LINE if number else 0)}).text = words

    def render(self) -> str:
        """Return the picture as SVG text."""
        ET.indent(self._root)
        return xml_text.replaced(ET.tostring(self._root, encoding="unicode")) + "\n"


def wrap(words: str, characters: int) -> list[str]:
    """Break words into lines of so many characters."""
    return textwrap.wrap(words, characters) or [""]
