"""The dates by which a client asks whether its answer is another now (RFC 9110, 13.1.3), for those that keep no tags.

A tag tells what was asked, and all that an answer is made by. A date tells nothing of that, and counts whole seconds. Two
generations may be made within one of them, and one is served some time after the moment that it is known by. So a date alone
would now and then pass an old answer for the present one. Therefore:

- The date of an answer is the latest of the moment at which its generation was made, the second after that at which the process
  began, since another may have run before with other rules or settings, and the last midnight (UTC), if the answer may be another
  tomorrow.
- It is remembered of which generation, and on which day, an answer was told with a date. Only if that was one and the same, and
  is what is asked for now, that very date is as good as a tag.
- Any other date, even a later one, is answered in full: a clock that goes wrong would else hide what changes.
"""

import threading
from datetime import UTC, date, datetime, time, timedelta

from flask import current_app, request

from masagraph.web.around import health, logs
from masagraph.web.service import service

_NAME = "masagraph-dates"
_SECOND = timedelta(seconds=1)
_State = tuple[int, date | None]
"""What an answer is of: a generation, and a day if it may be another tomorrow."""


class _Told:
    """The dates that answers of this process were told with. There are no more than generations and days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[tuple[datetime, bool], _State | None] = {}

    def note(self, changed: datetime, state: _State) -> None:
        """Take note that an answer is told with a date."""
        key = changed, state[1] is not None
        with self._lock:
            self._of[key] = state if self._of.get(key, state) == state else None

    def is_of(self, changed: datetime, state: _State) -> bool:
        """Tell whether all that were told with a date are of this state."""
        return self._of.get((changed, state[1] is not None)) == state


def tell(number: int, *, daily: bool) -> datetime:
    """Return the second in which an answer can last have become another, to be told with it.

    Args:
        number: The generation.
        daily: Whether the answer may be another tomorrow with the same data.

    Raises:
        GenerationGoneError: The generation has been pruned.
        NoGenerationError: It never was.
        StoreError: The store does not answer.
    """
    # No answer may have a date that is later than itself (RFC 9110, 8.8.2.1), and for a moment at the start this one is.
    changed = min(_changed(number, daily=daily), logs.asked_at().replace(microsecond=0))
    _told().note(changed, _state(number, daily=daily))
    return changed


def is_present(number: int, *, daily: bool) -> bool:
    """Tell whether the date that a client sends shows that it has what it asks for. A tag goes before it.

    Args:
        number: The generation.
        daily: Whether the answer may be another tomorrow with the same data.

    Raises:
        GenerationGoneError: The generation has been pruned.
        NoGenerationError: It never was.
        StoreError: The store does not answer.
    """
    if request.method not in ("GET", "HEAD") or "If-None-Match" in request.headers:
        return False
    had = request.if_modified_since
    # The library takes the first of several dates, which count for nothing.
    if had is None or request.headers["If-Modified-Since"].count(",") > 1:
        return False
    return had == _changed(number, daily=daily) and _told().is_of(had, _state(number, daily=daily))


def _changed(number: int, *, daily: bool) -> datetime:
    moments = [service().since(number).astimezone(UTC), health.begun() + _SECOND]
    if daily:
        moments.append(datetime.combine(logs.asked_at().date(), time(), UTC))
    return max(moments).replace(microsecond=0)


def _state(number: int, *, daily: bool) -> _State:
    return number, logs.asked_at().date() if daily else None


def _told() -> _Told:
    told: _Told = current_app.extensions.setdefault(_NAME, _Told())
    return told
