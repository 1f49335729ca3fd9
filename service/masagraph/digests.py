"""Digests that pin what a verdict was reached by."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from masagraph import assets


def digest(paths: Iterable[Path], root: Path) -> str:
    """Return a SHA-256 over names and contents, the same on every machine."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def rules_digest() -> str:
    """Return the digest of all that decides a verdict: rules, profiles, editions and the ontology."""
    shapes, ontology = assets.folder("shapes"), assets.folder("ontology")
    return digest([*shapes.rglob("*.ttl"), *ontology.rglob("*.ttl")], shapes.parent)


def reference_digest() -> str:
    """Return the digest of the reference data."""
    data = assets.folder("data")
    return digest((data / "reference").rglob("*.ttl"), data)


def data_digest() -> str:
    """Return the digest of all data that ship with the package: arrangements, umbrellas and reference data."""
    data = assets.folder("data")
    return digest(data.rglob("*.ttl"), data.parent)
