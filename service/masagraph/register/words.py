"""Words for what several tellings of the register share."""

POWERS = (
    ("speak-with-authority", "speak with authority"),
    ("commit-on-policy", "commit on policy"),
    ("commit-on-resourcing", "commit on resources"),
    ("commit-on-practice", "commit on practice"),
    ("hold-own-agency-to-account", "hold its own agency to account"),
    ("hold-others-to-account", "hold others to account"),
)
"""The powers of a lead or delegate, by the local names of their terms, in the order of the three tasks."""


def capitalised(words: str) -> str:
    """Return words with a capital first letter; names in them keep theirs."""
    return words[:1].upper() + words[1:]
