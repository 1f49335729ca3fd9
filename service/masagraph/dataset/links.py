"""Follow links from one thing to the next."""

from collections.abc import Iterable, Mapping


def reached(start: Iterable[str], links: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what can be reached along links, the start included."""
    seen, todo = set[str](), list(start)
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(links.get(one, ()))
    return seen
