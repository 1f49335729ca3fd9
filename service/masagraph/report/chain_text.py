"""Chains of delegation as text for a person to read."""

import textwrap
from collections.abc import Iterator

from masagraph.register.chains import Chain, Chains

_LABEL = 16


def render(chains: Chains, width: int) -> str:
    """Return the chains of an area as text, one partner after another.

    Args:
        chains: What to tell.
        width: The width of the page in characters.
    """
    title = chains.title
    lines = [*textwrap.wrap(title, width), "=" * min(len(title), width), *textwrap.wrap(chains.origin, width)]
    for chain in chains.chains:
        lines += ["", *_chain(chain, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _chain(chain: Chain, width: int) -> Iterator[str]:
    yield from textwrap.wrap(chain.title, width, subsequent_indent="  ")
    for depth, step in enumerate(chain.steps):
        yield from _labelled("  " + ("" if not depth else "-> ") + step.part, step.words, width)
        if step.source:
            yield from _labelled("", f"read in {step.source}", width)
    for words in chain.breaks:
        yield from _labelled("  break", words, width)
    yield from _labelled("  weakest link", chain.weakest, width)


def _labelled(label: str, words: str, width: int) -> list[str]:
    margin = " " * (_LABEL + 2)
    first = f"{label:<{_LABEL}}  "
    return textwrap.wrap(words, width, initial_indent=first, subsequent_indent=margin, break_on_hyphens=False)
