"""What several tests need."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph

from masagraph import assets, oxigraph
from masagraph.check.checker import Checker, Report
from masagraph.check.pyshacl_engine import PyShaclEngine
from masagraph.rules import catalogue

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
