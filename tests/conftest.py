"""What several tests need."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph

import servers
import serving
from masagraph import assets, oxigraph
from masagraph.check.checker import Checker, Report
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.rules import catalogue
from serving import Served

Judge = Callable[..., list[Report]]


SERVER, FIGURES = "server", "figures"
"""What reports of tests carry beside their outcome, from the processes that run them to the one that tells: see below."""
OUTCOMES = {
    "passed": "passed",
    "xfailed": "failed as expected",
    "failed": "failed",
    "xpassed": "passed unexpectedly",
    "error": "broken",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note which servers of others a test uses: it names them in its parameters, its fixtures or its body."""
    if isinstance(item, pytest.Function) and getattr(item.module, "servers", None) is servers:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        named = {*item.fixturenames, *item.function.__code__.co_names, *(each for each in parameters if isinstance(each, str))}
        item.user_properties.extend((SERVER, name) for name in servers.START if name in named)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on each server, and what tests have measured: a log keeps neither otherwise."""
    reports = [
        (outcome, report)
        for outcome in (*OUTCOMES, "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        if isinstance(report, pytest.TestReport)
    ]
    counts = {
        name: Counter(outcome for outcome, report in reports if (SERVER, name) in report.user_properties)
        for name in servers.START
    }
    if any(counts.values()):
        terminalreporter.section("servers")
    for name, count in counts.items():
        if count:
            ran = ", ".join(f"{count[outcome]} {told}" for outcome, told in OUTCOMES.items() if count[outcome])
            terminalreporter.line(
                f"{name}: {count.total() - count['skipped']} tests ran ({ran or 'none'}), {count['skipped']} skipped"
            )
    figures = [(report.nodeid, told) for _, report in reports for name, told in report.user_properties if name == FIGURES]
    if figures:
        terminalreporter.section("figures")
    for test, told in figures:
        terminalreporter.line(f"{test.partition('::')[2]}: {told}")


@pytest.fixture(scope="session")
def checker() -> Checker:
    """One checker with all rules, so that shapes are read once."""
    return Checker(PyShaclEngine())


@pytest.fixture(scope="session")
def arrangement() -> Callable[[str], Graph]:
    """Read a shipped arrangement by the stem of its file."""
    return lambda stem: oxigraph.read([assets.folder("data") / "arrangements" / f"{stem}.ttl"])


@pytest.fixture(scope="session")
def judge(checker: Checker, arrangement: Callable[[str], Graph]) -> Judge:
    """Judge a shipped arrangement in a profile."""

    @cache
    def of(stem: str, profile: str = "wood") -> list[Report]:
        return checker.check(arrangement(stem), catalogue.profiles()[profile])

    return of


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shipped_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of the shipped data, to be copied by `serving.copy_store`; nobody writes to it."""
    data = tmp_path_factory.mktemp("shipped")
    serving.load_shipped(data)
    return data


@pytest.fixture(scope="session")
def served(shipped_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a running service with the shipped data. Nobody may write to it: tests share it."""
    data = tmp_path_factory.mktemp("served")
    serving.copy_store(shipped_data, data)
    with serving.serving(data, "--workers", "2") as service:
        yield service
