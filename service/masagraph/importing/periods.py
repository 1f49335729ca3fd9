"""From lookups on single days to unbroken periods.

A lookup holds from its day to the day before the next one in which the area stands. The first reaches back to the day on which
the area began, the last forward to the day on which it ends; neither beyond the time that the series is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from masagraph.importing.tables import Row

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """Lookups of one kind: the column of the body, the day that each year stands for, and the last day that they are about."""

    key: str
    column: str
    days: Mapping[str, date]
    last: date | None

    @property
    def file(self) -> str:
        """Return the name of the table of the lookups."""
        return f"la_to_{self.key}.csv"

    @property
    def first(self) -> date:
        """Return the first day that the series is about."""
        return min(self.days.values())

    def day_of(self, row: Row) -> date:
        """Return the day that the year of a row stands for.

        Raises:
            InputError: There is no lookup of that year.
        """
        year = row.text("year")
        if year not in self.days:
            raise row.fault("year", f"there is no lookup of {year}", f"Write one of: {', '.join(self.days)}")
        return self.days[year]


CCG = Series(
    "ccg",
    "ccg_ods",
    MappingProxyType({year: date(int(year), 4, 1) for year in ("2018", "2019", "2020", "2021")}),
    date(2022, 6, 30),  # The groups were dissolved on the day after: SI 2022/734.
)
ICB = Series(
    "icb",
    "icb_ods",
    MappingProxyType({"2022": date(2022, 7, 1), "2024": date(2024, 4, 1), "2026": date(2026, 4, 1)}),
    None,
)
POLICE = Series(
    "pfa",
    "pfa_gss",
    MappingProxyType({year: date(int(year), 4, 1) for year in ("2018", "2019", "2024", "2026")}),
    None,
)


@dataclass(frozen=True)
class Answer:
    """A body that answers for an area, with the share of each in the other.

    A change of the share of the body alone is no new answer: other areas of the body make it, or a new count of small areas.
    """

    body: str
    share: Decimal
    share_of_body: Decimal | None = field(compare=False)


@dataclass(frozen=True)
class Span:
    """An answer that holds from one day to another; an open one has no last day."""

    answer: Answer
    first: date
    last: date | None


def before(day: date) -> date:
    """Return the day before."""
    return day - _DAY


def after(day: date) -> date:
    """Return the day after."""
    return day + _DAY


def earlier(one: date | None, other: date | None) -> date | None:
    """Return the earlier of two last days, None being no end."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def spans(lookups: Mapping[date, Iterable[Answer]], series: Series, first: date, last: date | None) -> list[Span]:
    """Return the unbroken periods of each answer, in order of their first day and body; each as its latest lookup has it.

    Args:
        lookups: The answers for one area on each day on which it stands in the series.
        series: The series.
        first: The first day of the area.
        last: The last day of the area, or None.
    """
    days = sorted(lookups)
    begins = {day: day for day in days[1:]} | {day: max(first, series.first) for day in days[:1]}
    ends = {day: before(following) for day, following in pairwise(days)}
    found: list[Span] = []
    for day in days:
        end = earlier(ends.get(day, series.last), last)
        for answer in lookups[day]:
            went_on = next((s for s in found if s.answer == answer and s.last and after(s.last) == begins[day]), None)
            if went_on is None:
                found.append(Span(answer, begins[day], end))
            else:
                found[found.index(went_on)] = Span(answer, went_on.first, end)
    return sorted(found, key=lambda span: (span.first, span.answer.body))
