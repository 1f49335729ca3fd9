"""The desk of the one worker that writes."""

from masagraph.dataset.background import Background
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
        self.background: tuple[int, Background] | None = None
        """What is known of bodies and areas, and the number of the generation that holds it; None until somebody asks."""

    def reader(self) -> Reader:
        """Open what is served now, for reading; the caller closes it.

        Raises:
            NoGenerationError: Nothing is served yet.
            StoreError: It cannot be read.
        """
        return self._place.reader()
