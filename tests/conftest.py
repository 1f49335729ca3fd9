"""What several tests need."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph

import serving
from masagraph import assets, oxigraph
from masagraph.check.checker import Checker, Report
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.rules import catalogue
from serving import Served

Judge = Callable[..., list[Report]]


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
