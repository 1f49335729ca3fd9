"""How fast the named questions are in Oxigraph beside rdflib, on all data that ship: `python -m benchmarks.questions`."""

import gc
import signal
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from types import FrameType

from rdflib import Graph

from benchmarks.engines import OK, DifferentWorkError, process_seconds
from masagraph.answers import Row
from masagraph.dataset import holding
from masagraph.dataset.names import Names
from masagraph.oxigraph import Snapshot
from masagraph.questions import binding, loader, values
from masagraph.questions.model import Question

DAY = "2021-05-01"
TURNS, OURS_IN_A_TURN, COLD_RUNS = 3, 5, 9
LONG, LIMIT = 5.0, 60
"""Seconds from which one run of rdflib is thought to be enough, and after which it is given up."""
QUICK = 0.1
COLD_QUESTION = "gaps/delegation-seniority"

NOTES = f"""\
Each time is a median: of {TURNS * OURS_IN_A_TURN} runs of Oxigraph and {TURNS} of rdflib, taken in turns in one process,
after one of each that does not count. Where rdflib takes {LONG:.0f} seconds or more, that run counts and is the only one;
after {LIMIT} it is given up and counted as that. Both ask the same text of the same triples in memory, from reading
the text to the last row; ours turns every term into one of rdflib's. Both were first proved to give the same rows;
where they do not, no ratio is given. Parameters other than the day are left out, so that all areas are asked about."""


class TooLongError(BaseException):
    """A query is not done in time. No `Exception`, so that whatever the engine catches on its way lets it through."""


@dataclass(frozen=True)
class Timed:
    """A question and its times in seconds; `differs` where the two engines do not give the same rows."""

    name: str
    rows: int
    ours: float
    theirs: float
    given_up: bool = False
    differs: bool = False

    @property
    def ratio(self) -> float:
        """How many times as long rdflib takes."""
        return self.theirs / self.ours

    def __str__(self) -> str:
        """Return the line of the table."""
        ratio = "differ" if self.differs else f"{self.ratio:.0f}"
        more = ">" if self.given_up else " "
        return f"{self.name:<38} {self.rows:>6} {self.ours * 1000:>10.1f} {more}{self.theirs * 1000:>10.0f} {more}{ratio:>6}"


HEADING = f"{'question':<38} {'rows':>6} {'Oxigraph':>7} ms {'rdflib':>8} ms {'ratio':>7}"


def asked(question: Question, names: Names) -> str:
    """Return the query of a question, asked of the day and otherwise as it comes; a period keeps the beginning that it has."""
    given = {p.name: DAY for p in question.parameters if p.type == "date" and p.name != "from"}
    return binding.bind(question.text, values.read(question, given, names))


def ours(query: str, snapshot: Snapshot) -> tuple[float, list[Row]]:
    """Ask Oxigraph; return the seconds and the rows."""
    gc.collect()
    start = perf_counter()
    _, rows = snapshot.table(query)
    return perf_counter() - start, rows


def theirs(query: str, graph: Graph) -> tuple[float, list[Row]]:
    """Ask rdflib; return the seconds and the rows.

    Raises:
        TooLongError: It was not done in time.
    """
    gc.collect()
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        start = perf_counter()
        rows: list[Row] = [tuple(row) for row in graph.query(query)]  # type: ignore[arg-type]  # SELECT yields rows of terms
        return perf_counter() - start, rows
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def give_up(_signal: int, _frame: FrameType | None) -> None:
    """Stop whatever runs.

    Raises:
        TooLongError: Always.
    """
    raise TooLongError


def plain(rows: list[Row]) -> list[list[str]]:
    """Return rows as text in an order of their own, in which those of two engines can be compared."""
    return sorted(["" if cell is None else str(cell) for cell in row] for row in rows)


def timed(name: str, query: str, snapshot: Snapshot, graph: Graph) -> Timed:
    """Ask both engines in turns."""
    _, found = ours(query, snapshot)
    try:
        first, other = theirs(query, graph)
    except TooLongError:
        runs = [ours(query, snapshot)[0] for _ in range(TURNS * OURS_IN_A_TURN)]
        return Timed(name, len(found), median(runs), LIMIT, given_up=True)
    our_runs: list[float] = []
    their_runs = [first] if first >= LONG else []
    for _ in range(TURNS):
        our_runs.extend(ours(query, snapshot)[0] for _ in range(OURS_IN_A_TURN))
        if first < LONG:
            their_runs.append(theirs(query, graph)[0])
    return Timed(name, len(found), median(our_runs), median(their_runs), differs=plain(found) != plain(other))


def require_that_a_difference_is_seen(query: str, snapshot: Snapshot) -> None:
    """Plant a difference into an answer, and stop unless the comparison sees it.

    Raises:
        DifferentWorkError: It was passed over.
    """
    _, rows = ours(query, snapshot)
    if not rows or plain(rows) == plain(rows[1:]) or plain(rows) == plain([(*rows[0][:-1], rows[0][0]), *rows[1:]]):
        raise DifferentWorkError("The comparison of rows does not see a difference that was planted.")


def summary(all_timed: list[Timed]) -> str:
    """Return what the table says on the whole."""
    slowest = max(all_timed, key=lambda t: t.ours)
    quick = sum(t.ours < QUICK for t in all_timed)
    compared = [t for t in all_timed if not t.differs]
    lines = [
        f"Median ratio of {len(compared)} questions: {median(t.ratio for t in compared):.0f}.",
        f"Slowest in Oxigraph: {slowest.name}, {slowest.ours * 1000:.1f} ms.",
        f"Under {QUICK * 1000:.0f} ms in Oxigraph: {quick} of {len(all_timed)}.",
    ]
    for told, which in (
        (f"Given up in rdflib after {LIMIT} s, and counted as that", [t.name for t in all_timed if t.given_up]),
        ("Answered differently by the two, and not counted", [t.name for t in all_timed if t.differs]),
    ):
        if which:
            lines.append(f"{told}: {', '.join(which)}.")
    return "\n".join(lines)


def cold() -> str:
    """Time the command in fresh processes, and say how long it takes."""
    words = [str(Path(sys.executable).parent / "masagraph"), "ask", COLD_QUESTION]
    process_seconds(words, (OK,))
    runs = [process_seconds(words, (OK,)) for _ in range(COLD_RUNS)]
    return (
        f"masagraph ask {COLD_QUESTION}, a fresh process: {median(runs) * 1000:.0f} ms "
        f"(median of {COLD_RUNS}, {min(runs) * 1000:.0f}-{max(runs) * 1000:.0f})."
    )


def main() -> None:
    """Measure, and print the table and what it means."""
    signal.signal(signal.SIGALRM, give_up)
    snapshot = holding.load()
    graph, names = snapshot.graph(), Names(snapshot)
    questions = loader.load()
    require_that_a_difference_is_seen(asked(questions[COLD_QUESTION], names), snapshot)
    engines = f"pyoxigraph {version('pyoxigraph')}, rdflib {version('rdflib')}, Python {sys.version.split()[0]}"
    print(f"masagraph {version('masagraph')}, {engines}: {len(questions)} questions of {DAY}, {len(snapshot)} triples.\n")
    print(HEADING)
    all_timed = []
    for name, question in questions.items():
        all_timed.append(timed(name, asked(question, names), snapshot, graph))
        print(all_timed[-1], flush=True)
    print(f"\n{summary(all_timed)}\n{cold()}\n\n{NOTES}")


if __name__ == "__main__":
    try:
        main()
    except DifferentWorkError as error:
        raise SystemExit(f"benchmarks.questions: {error}") from None
