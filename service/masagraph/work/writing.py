"""The desk of the one worker that writes."""

from masagraph.store.contract import Place, Reader, Writer


class WritingDesk:
    """Holds a store open for writing, from the start of its process to the end."""

    def __init__(self, place: Place) -> None:
        """Open the store.

        Raises:
            StoreError: Another process has it open, or it cannot be written.
        """
        self._place = place
        self.writer: Writer = place.writer()

    def reader(self) -> Reader:
        """Open what is served now, for reading; the caller closes it."""
        return self._place.reader()
