"""Show how far something is that takes a while."""

import sys

_WIDTH = 30


class Bar:
    """A bar on a terminal; one line when it is done, elsewhere."""

    def __init__(self, what: str) -> None:
        """Say what is being done, in a few words."""
        self._what = what

    def __call__(self, done: int, whole: int) -> None:
        """Show that so many of so many parts are done."""
        if sys.stderr.isatty():
            full = _WIDTH * done // max(whole, 1)
            sys.stderr.write(f"\r\x1b[K{self._what} [{'=' * full}{' ' * (_WIDTH - full)}] {done} of {whole}")
            sys.stderr.write("\n" if done == whole else "")
        elif done == whole:
            sys.stderr.write(f"{self._what}: {whole} done.\n")
        sys.stderr.flush()
