"""A report as a badge: how many requirements are met, are not, and cannot be told, and by which profile. Never a bare verdict."""

from masagraph.check.checker import Report
from masagraph.check.verdicts import CANNOT_TELL, MET, NOT_APPLICABLE, NOT_MET
from masagraph.dataset.days import in_words
from masagraph.draw.svg import FILL, INK, PAPER, Picture

_HEIGHT, _EDGE, _LINE = 28, 10, 19
_CHARACTER = 8
"""A character is no wider than this on the average, in any usual type of the size that pictures have."""


def render(report: Report) -> str:
    """Return the badge of a report as SVG text."""
    profile, counts = report.profile.label, _counts(report.summary())
    middle = 2 * _EDGE + _CHARACTER * len(profile)
    width = middle + 2 * _EDGE + _CHARACTER * len(counts)
    picture = Picture(width, _HEIGHT, f"{profile}: {counts}", _told(report))
    picture.box(0, 0, middle, _HEIGHT, fill=INK)
    picture.box(middle, 0, width - middle, _HEIGHT, fill=FILL)
    picture.text(_EDGE, _LINE, [profile], fill=PAPER)
    picture.text(middle + _EDGE, _LINE, [counts])
    return picture.render()


def _counts(summary: dict[str, int]) -> str:
    return f"{summary[MET]} met · {summary[NOT_MET]} not met · {summary[CANNOT_TELL]} cannot be told"


def _told(report: Report) -> str:
    basis, summary = report.basis, report.summary()
    return (
        f"{report.label}, judged as on {in_words(basis.day)} under {basis.edition.label}: {_counts(summary)}; "
        f"{summary[NOT_APPLICABLE]} do not apply. Each requirement is counted once, by its worst answer."
    )
