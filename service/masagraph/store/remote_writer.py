"""The one way into a remote store."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime

from masagraph.store import functions, remote_state, statements
from masagraph.store.contract import Change, StoreError
from masagraph.store.remote_state import State, based, rows
from masagraph.store.server import RefusedError, Server
from masagraph.store.statements import CARRIED

_FEW = 1000
"""Quads that go with the last request itself."""
_BAD_REQUEST = 400


class RemoteWriter:
    """A remote store, open for writing."""

    def __init__(self, server: Server) -> None:
        """Open the store, mending what a writer that died left behind.

        An update of somebody's own that nobody counted is counted: it may have been done.

        Raises:
            StoreError: The server does not answer, or does not let us write.
        """
        self._server = server
        if remote_state.state(server) is None:
            server.write(statements.begun(_now()))
        state = self._state()
        if state.changing:
            server.write(statements.counted(state.number, state.change, _now(), done=True))
            state = self._state()
        self._number = state.number
        self._default = remote_state.default(server)
        left = (str(name) for (name,) in rows(server, statements.NAMES) if str(name).startswith(CARRIED))
        # `…/whole` goes first: without it, its change can do nothing any more.
        if drops := [f"DROP SILENT GRAPH {statements.name(name)}" for name in sorted(left, reverse=True)]:
            server.write(" ;\n".join(drops))

    def apply(self, change: Change) -> int:
        """Make a change and return the number of the data version that holds it.

        Empty graphs are not kept: most servers cannot.

        Raises:
            StoreError: Nothing was stored, or the server did not say whether it was.
        """
        stage = f"{CARRIED}{uuid.uuid4().hex}/"
        self._begin()
        carried = list(statements.carried(change, stage))
        last = list(statements.settled(change, stage, self._default, self._number, _now()))
        if len(change.added) + len(change.removed) <= _FEW:
            carried, last = [], carried + last
        try:
            for request in carried:
                self._server.write(request)
            self._server.write(" ;\n".join(last))
        except StoreError:
            # If only the answer was lost, the change is there.
            with suppress(StoreError):
                if (state := self._state()).change == stage:
                    self._number = state.number
                    return state.number
                self._server.write(" ;\n".join(statements.left(change, stage)))
            raise
        return self._ended(stage)

    def update(self, text: str, base: str | None = None) -> int:
        """Run a SPARQL Update that the guard let through, and return the number of the data version.

        It is sent as it is. That one is under way is written down before and its number after, so that what a process that
        dies in between has done is never taken for the data version before.

        Raises:
            SyntaxError: It is no update.
            StoreError: Nothing was stored, or the server did not say whether it was.
        """
        functions.refuse_in_update(text)
        mark = uuid.uuid4().hex
        self._begin()
        self._server.write(statements.marked(self._number, mark))
        if self._state().change != mark:
            raise self._overtaken()
        try:
            self._server.write(based(text, base))
        except RefusedError as error:
            # Virtuoso, which has no default graph of its own, does not undo what went before an operation that fails.
            self._count(mark, done=self._default is not None)
            if error.status == _BAD_REQUEST:
                raise SyntaxError(str(error)) from None
            raise
        except StoreError:
            with suppress(StoreError):
                self._count(mark, done=True)
            raise
        return self._count(mark, done=True)

    def close(self) -> None:
        """Let go of the store: nothing is held."""

    def _begin(self) -> None:
        """See that the data version is the one that this writer knows."""
        state = self._state()
        if state.changing:
            told = "an update of it is under way. Ask again in a while or, if nobody runs any, open the store again."
            raise StoreError(f"{self._server.name}: nothing was stored, since {told}")
        if state.number != self._number:
            raise self._overtaken()

    def _count(self, mark: str, *, done: bool) -> int:
        """Write down that an update is over, and return the data version."""
        self._server.write(statements.counted(self._number, mark, _now(), done=done))
        if remote_state.state(self._server) is None:
            # It took everything away, our own graph too.
            self._server.write(statements.begun_anew(self._number + done, _now(), mark))
        return self._ended(mark)

    def _ended(self, change: str) -> int:
        """Return the data version that a change has made."""
        state = self._state()
        if state.change != change:
            raise self._overtaken()
        self._number = state.number
        return state.number

    def _overtaken(self) -> StoreError:
        known, self._number = self._number, self._state().number
        return StoreError(
            f"{self._server.name}: nothing was stored, since another process changed data version {known} meanwhile. "
            "Do it again, and let one process only write to this store."
        )

    def _state(self) -> State:
        state = remote_state.state(self._server)
        if state is None:
            raise StoreError(f"{self._server.name} has lost its data version. Open the store again.")
        return state


def _now() -> datetime:
    return datetime.now(tz=UTC)
