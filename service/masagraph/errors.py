"""What can go wrong, in one family. Each error says what was expected, what came, and how to mend it."""


class MasagraphError(Exception):
    """The root of the family; its text is one line that can be shown to a user as it is."""


class InputError(MasagraphError):
    """The document or the call is wrong: the sender can mend it."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        """Say where the fault is, what it is, and what to do.

        Args:
            where: The file, argument or node at fault.
            what: What was found there, without a full stop.
            mend: What the sender can do, as a sentence without a full stop.
        """
        stop = "" if mend.endswith("?") else "."
        super().__init__(" ".join(f"{where}: {what}. {mend}{stop}".split()))
        self.where, self.what, self.mend = where, what, mend


class CheckerError(MasagraphError):
    """The checker itself failed: the rules or the program are at fault, not the document."""
