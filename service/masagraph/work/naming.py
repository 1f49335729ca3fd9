"""Which graphs are held."""

from masagraph.work.reading import Desk


def names(desk: Desk, number: int) -> list[str]:
    """Return the names of the graphs of a generation, in order."""
    return desk.reader(number).names()
