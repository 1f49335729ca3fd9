"""How fast our engine is beside plain pySHACL and pyrudof: `python -m benchmarks.engines`."""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import pyshacl
from rdflib import Graph, URIRef
from rdflib.term import Node

from masagraph.check.checker import Checker, shapes_graph
from masagraph.check.engine import Engine, Finding
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.evidence import reach
from masagraph.graphs import local, merged
from masagraph.intake import reader
from masagraph.rules import catalogue, loader
from masagraph.vocab import RDF, SH

ARRANGEMENT = Path(__file__).resolve().parent.parent / "data" / "arrangements" / "barking-and-dagenham-2019.ttl"
WARM_PAIRS, COLD_PAIRS = 15, 9
OK, NOT_CONFORMANT = 0, 1
"""The exit codes that are an answer; the second is pySHACL's."""

Found = frozenset[tuple[Node, Node, Node | None]]
Timed = Callable[[], float]


class DifferentWorkError(Exception):
    """Two sides did not find the same, so that their times must not be compared."""


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of each run, taken in turns. `aim` is the ratio hoped for, or None."""

    name: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    aim: float | None

    def __str__(self) -> str:
        """Return the line of the table."""
        ratios = [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        ratio, aim = median(ratios), ""
        if self.aim is not None:
            aim = f"at most {self.aim:.2f}: {'met' if ratio <= self.aim else 'missed'}"
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        return (
            f"{self.name:<38} {_milliseconds(self.ours)} {_milliseconds(self.theirs)} {ratio:>6.2f}  {spread:<11}  {aim}".rstrip()
        )


NOTES = """\
Ours and theirs are medians of runs taken in turns, after one of each that does not count; the ratio is the median of the
ratios of neighbouring runs. Both sides were first proved to find the same focus nodes, shapes and values.
Warm: ours counts all that our engine does, reading the report into findings too; theirs is pyshacl.validate(...,
inplace=True) alone, on a copy made beforehand. Both keep their shapes graph from run to run. Of pyrudof, validation alone
is counted, not reading data and shapes.
Cold: whole processes. Theirs reads, as Turtle, the settled facts with their background and the shapes of every rule of the
profile, and validates once. Ours reads the raw file, the rules and the reference data, settles the facts twice (plans counted,
and not), puts to the engine only the rules that somebody is asked, judges, and tells the outcome."""

PROFILE = catalogue.profiles()["statutory"]

HEADING = f"{'':<38} {'ours':>10} {'theirs':>10} {'ratio':>6}  {'min-max':<11}  aim"


def _milliseconds(seconds: Iterable[float]) -> str:
    return f"{median(seconds) * 1000:>7.1f} ms"


class Recorder:
    """An engine that remembers what it was handed."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine that does the work."""
        self.name, self._engine = engine.name, engine
        self.handed: list[tuple[Graph, Graph]] = []

    def validate(self, data: Graph, shapes: Graph) -> list[Finding]:
        """Remember the two graphs, and pass them on."""
        self.handed.append((data, shapes))
        return self._engine.validate(data, shapes)


def split(shapes: Graph) -> tuple[Graph, Graph]:
    """Return the targeted shapes that hold no SPARQL, and those that do, each with all that hangs on it."""
    core, sparql = Graph(), Graph()
    for shape in set(shapes.subjects(SH.targetClass)):
        held = reach(shapes, [shape])
        part = sparql if any((node, SH.sparql, None) in shapes for node in held) else core
        for node in held:
            for predicate, value in shapes.predicate_objects(node):
                part.add((node, predicate, value))
    lost = (
        {s for s, p in shapes.subject_predicates() if p in (SH.path, SH.sparql)} - set(core.subjects()) - set(sparql.subjects())
    )
    if lost:
        raise DifferentWorkError(f"{len(lost)} shapes hang on no target class, and would be measured by nobody.")
    return core, sparql


def ours_found(findings: Iterable[Finding]) -> Found:
    """Return what our engine found, in a form that can be compared."""
    return frozenset((f.focus, f.shape, f.value) for f in findings)


def theirs_found(report: Graph) -> Found:
    """Return what a SHACL report says was found, in a form that can be compared."""
    return frozenset(
        (focus, shape, report.value(node, SH.value))
        for node in report.subjects(RDF.type, SH.ValidationResult)
        for focus in report.objects(node, SH.focusNode)
        for shape in report.objects(node, SH.sourceShape)
    )


def require_same(name: str, ours: Found, theirs: Found) -> None:
    """Stop unless both sides found the same, and something.

    Raises:
        DifferentWorkError: They did not.
    """
    if not ours:
        raise DifferentWorkError(f"{name}: nothing was found, which proves nothing.")
    if ours != theirs:
        only = [
            f"only {who}: {' | '.join(map(local, finding))}"
            for who, part in (("ours", ours - theirs), ("theirs", theirs - ours))
            for finding in sorted(part, key=str)
        ]
        raise DifferentWorkError("\n  ".join([f"{name}: the two sides did not find the same.", *only]))


def require_that_a_difference_is_seen(found: Found) -> None:
    """Plant differences into what was found, and stop unless each is refused.

    Raises:
        DifferentWorkError: One was passed over.
    """
    first = min(found, key=str)
    without = found - {first}
    other_value = without | {(first[0], first[1], RDF.nil)}
    for ours, theirs in ((without, found), (found, without), (found, other_value), (frozenset(), frozenset())):
        try:
            require_same("planted", ours, theirs)
        except DifferentWorkError:
            continue
        raise DifferentWorkError("The comparison of findings does not see a difference that was planted.")


def plain(data: Graph, shapes: Graph) -> tuple[float, Found]:
    """Run pySHACL as it comes, on a graph of its own; return the seconds of the validation and what was found."""
    own = merged(data)
    gc.collect()
    start = perf_counter()
    _, report, _ = pyshacl.validate(own, shacl_graph=shapes, inplace=True)
    return perf_counter() - start, theirs_found(report)


def engine_seconds(engine: Engine, data: Graph, shapes: Graph) -> float:
    """Return the seconds of one validation by our engine, reading the report into findings included."""
    gc.collect()
    start = perf_counter()
    engine.validate(data, shapes)
    return perf_counter() - start


def in_turns(name: str, ours: Timed, theirs: Timed, pairs: int, aim: float | None) -> Row:
    """Run two sides by turns, after one run of each that does not count."""
    ours(), theirs()
    times = [(ours(), theirs()) for _ in range(pairs)]
    return Row(name, tuple(a for a, _ in times), tuple(b for _, b in times), aim)


def warm(name: str, data: Graph, shapes: Graph, aim: float | None) -> Row:
    """Compare our engine with plain pySHACL in one process that has met the shapes before.

    Raises:
        DifferentWorkError: They did not find the same.
    """
    engine, theirs = PyShaclEngine(), merged(shapes)
    require_same(name, ours_found(engine.validate(data, shapes)), plain(data, theirs)[1])
    return in_turns(name, lambda: engine_seconds(engine, data, shapes), lambda: plain(data, theirs)[0], WARM_PAIRS, aim)


def process_seconds(words: list[str], answers: tuple[int, ...]) -> float:
    """Return the seconds of a whole process.

    Raises:
        DifferentWorkError: It did not end as it should.
    """
    start = perf_counter()
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = perf_counter() - start
    if done.returncode not in answers:
        raise DifferentWorkError(f"{words[0]} failed: {done.stderr.decode().strip()}")
    return seconds


def cold(name: str, data: Graph, shapes: Graph, aim: float | None) -> Row:
    """Compare whole processes: our command on the raw file, and theirs on the data and shapes that came of it.

    Raises:
        DifferentWorkError: On that file theirs does not find what our engine finds there.
    """
    commands = Path(sys.executable).parent
    with TemporaryDirectory() as folder:
        data_file, shapes_file = Path(folder, "data.ttl"), Path(folder, "shapes.ttl")
        data.serialize(data_file, format="turtle")
        shapes.serialize(shapes_file, format="turtle")
        ours = [str(commands / "masagraph"), "check", str(ARRANGEMENT), "--fail-on", "never"]
        theirs = [str(commands / "pyshacl"), "-s", str(shapes_file), str(data_file)]
        told = subprocess.run([*theirs, "-f", "turtle"], capture_output=True, text=True, check=False)
        report = Graph().parse(data=told.stdout, format="turtle")
        require_same(name, ours_found(PyShaclEngine().validate(data, shapes)), theirs_found(report))
        return in_turns(
            name,
            lambda: process_seconds(ours, (OK,)),
            lambda: process_seconds(theirs, (OK, NOT_CONFORMANT)),
            COLD_PAIRS,
            aim,
        )


def compared(ours: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> str:
    """Say whether pyrudof finds the same pairs of focus node and shape, and by which shapes it differs."""
    both = f"pyrudof finds {len(ours & theirs)} of our {len(ours)} pairs of focus node and shape, and {len(theirs - ours)} more."
    alone = [
        f"Found by {who} alone: {', '.join(sorted({local(URIRef(shape)) for _, shape in only}))}."
        for who, only in (("ours", ours - theirs), ("pyrudof", theirs - ours))
        if only
    ]
    return "\n".join([both, *alone])


def third_opinion(name: str, data: Graph, shapes: Graph) -> tuple[Row | None, str]:
    """Compare our engine with pyrudof; return the row, if it can do the work, and in words whether it finds the same."""
    import pyrudof  # noqa: PLC0415 - an extra that need not be there

    engine = PyShaclEngine()
    data_text, shapes_text = data.serialize(format="turtle"), shapes.serialize(format="turtle")

    def session() -> pyrudof.Rudof:
        rudof = pyrudof.Rudof()
        rudof.read_data(data_text, pyrudof.RDFFormat.Turtle)
        rudof.read_shacl(shapes_text, pyrudof.ShaclFormat.Turtle)
        return rudof

    def theirs() -> float:
        rudof = session()
        gc.collect()
        start = perf_counter()
        rudof.validate_shacl()
        return perf_counter() - start

    ours = {(str(f.focus), str(f.shape)) for f in engine.validate(data, shapes)}
    try:
        entries = session().validate_shacl()
    except pyrudof.RudofError as error:
        return None, f"pyrudof does not do this work: {error}"
    found = {(entry.focus_node, entry.source_shape or "a shape that it does not name") for entry in entries}
    opinion = compared(ours, found)
    return in_turns(name, lambda: engine_seconds(engine, data, shapes), theirs, WARM_PAIRS, None), opinion


def handed_to_the_engine() -> Graph:
    """Check the arrangement as the command does, and return the data that the engine was handed first."""
    recorder = Recorder(PyShaclEngine())
    (source,) = reader.read_all([str(ARRANGEMENT)])
    Checker(recorder).check(source.graph, PROFILE)
    return recorder.handed[0][0]


def main() -> None:
    """Measure, and print the table and what it means."""
    data = handed_to_the_engine()
    shapes = shapes_graph(loader.load())
    of_the_profile = shapes_graph([rule for rule in loader.load() if rule.layer in PROFILE.layers])
    core, sparql = split(shapes)
    require_that_a_difference_is_seen(plain(data, merged(shapes))[1])
    print(f"masagraph {version('masagraph')}, {PyShaclEngine.name}, Python {sys.version.split()[0]}; {ARRANGEMENT.name}:")
    print(f"{len(data)} triples, {len(loader.load())} rules, {_count(core)} shapes in Core and {_count(sparql)} with SPARQL.\n")
    print(HEADING)
    for row in (
        warm("warm, Core", data, core, 1.10),
        warm("warm, SPARQL", data, sparql, 0.20),
        warm("warm, all shapes", data, shapes, None),
        cold("cold, masagraph check beside pyshacl", data, of_the_profile, 1.0),
    ):
        print(row, flush=True)
    opinion = "pyrudof is not installed, so there is no third opinion."
    if find_spec("pyrudof"):
        beside, opinion = third_opinion("warm, all shapes, beside pyrudof", data, shapes)
        print(beside or "")
    print(f"\n{opinion}\n\n{NOTES}")


def _count(shapes: Graph) -> int:
    return len(set(shapes.subjects(SH.targetClass)))


if __name__ == "__main__":
    try:
        main()
    except DifferentWorkError as error:
        raise SystemExit(f"benchmarks.engines: {error}") from None
