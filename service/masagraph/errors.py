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

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, str, str]]:
        """Say how to make it again, for another process."""
        return type(self), (self.where, self.what, self.mend)


class CheckerError(MasagraphError):
    """The checker itself failed: the rules or the program are at fault, not the document."""


class NotHeldError(MasagraphError):
    """What was asked for by name is not held here."""


class RefusedError(MasagraphError):
    """Whoever asks may not do that."""


class TooBusyError(MasagraphError):
    """Nobody is free to do it now; it can be asked again in a while."""


class TimeLimitError(MasagraphError):
    """It took longer than may be and was stopped."""


class MemoryLimitError(MasagraphError):
    """It took more memory than may be and was stopped."""
