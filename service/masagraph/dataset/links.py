"""Follow links from one thing to the next. Whoever publishes draws them, so nothing here recurses or walks a path twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

_T = TypeVar("_T")


def reached(start: Iterable[_T], links: Mapping[_T, Iterable[_T]]) -> set[_T]:
    """Return what can be reached along links, the start included."""
    seen, todo = set[_T](), list(start)
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(links.get(one, ()))
    return seen


def rings(links: Mapping[_T, Iterable[_T]]) -> Iterator[list[_T]]:
    """Yield all that links join, each once: what leads to one another as one ring, anything else alone.

    Whatever a ring leads to comes before it. Each link is followed twice (Kosaraju's algorithm).
    """
    back: dict[_T, list[_T]] = defaultdict(list)
    for one, others in links.items():
        for other in others:
            back[other].append(one)
    seen, taken = set[_T](), set[_T]()
    backwards = [one for start in (*links, *back) for one in _walked(start, back, seen)]
    for start in reversed(backwards):
        if ring := list(_walked(start, links, taken)):
            yield ring


def _walked(start: _T, links: Mapping[_T, Iterable[_T]], seen: set[_T]) -> Iterator[_T]:
    """Yield what is reached and was not seen yet, each thing after all that is first reached through it."""
    todo = [(start, False)]
    while todo:
        one, is_left = todo.pop()
        if is_left:
            yield one
        elif one not in seen:
            seen.add(one)
            todo.append((one, True))
            todo.extend((other, False) for other in links.get(one, ()))
