"""Write Turtle that is the same, byte for byte, whenever the facts are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from masagraph.errors import CheckerError
from masagraph.vocab import BASE, DCTERMS, MASA, SKOS, VOCABULARIES, XSD

PREFIXES = {
    "area": "http://statistics.data.gov.uk/id/statistical-geography/",
    "arrangement": f"{BASE}id/arrangement/",
    "centroid": f"{BASE}id/centroid/",
    "change": f"{BASE}id/change/",
    "combined-area": f"{BASE}id/combined-area/",
    "council": f"{BASE}id/council/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": str(DCTERMS),
    "early-adopter": f"{BASE}id/early-adopter/",
    "evidence-level": f"{VOCABULARIES}evidence-level#",
    "footprint-purpose": f"{VOCABULARIES}footprint-purpose#",
    "force-kind": f"{VOCABULARIES}force-kind#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "health-body": f"{BASE}id/health-body/",
    "jurisdiction": f"{BASE}id/jurisdiction/",
    "kind": f"{VOCABULARIES}partner-kind#",
    "masa": str(MASA),
    "org": "http://www.w3.org/ns/org#",
    "police-force": f"{BASE}id/police-force/",
    "post": f"{BASE}id/post/",
    "post-kind": f"{VOCABULARIES}post-kind#",
    "skos": str(SKOS),
    "transfer": f"{BASE}id/transfer/",
    "umbrella": f"{BASE}id/umbrella/",
    "wikidata": "http://www.wikidata.org/entity/",
    "xsd": str(XSD),
}
OGL = "<https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>"
CC_BY = "<https://creativecommons.org/licenses/by/4.0/>"
APACHE = "<https://www.apache.org/licenses/LICENSE-2.0>"
"""For facts that are nobody's but restated by us."""
_LOCAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_PREFIX_OF = re.compile(r"(?<![\w:/\"])([a-z-]+):(?=[A-Za-z0-9])")

Value = str | None | Iterable[str]


@dataclass(frozen=True)
class Block:
    """What is said of one thing: its name, its class, and pairs of a property and its values."""

    subject: str
    kind: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Dataset:
    """One file: what it holds, where that comes from, on which terms, and from when."""

    name: str
    comment: str
    title: str
    source: str
    licences: tuple[str, ...]
    modified: date
    blocks: tuple[Block, ...]


def block(subject: str, kind: str, *facts: tuple[str, Value]) -> Block:
    """Return what is said of a thing; a property without a value is left out.

    Args:
        subject: The name of the thing, as `name` or `address` gives it.
        kind: Its class.
        facts: Pairs of a property and a value, several values, or None.
    """
    held: list[tuple[str, tuple[str, ...]]] = []
    for predicate, value in facts:
        values = (value,) if isinstance(value, str) else tuple(value or ())
        if values:
            held.append((predicate, values))
    return Block(subject, kind, tuple(held))


def name(prefix: str, local: str) -> str:
    """Return a prefixed name.

    Raises:
        CheckerError: The name would need escapes: names of ours are made so that they need none.
    """
    if prefix not in PREFIXES or not _LOCAL.fullmatch(local):
        raise CheckerError(f"'{prefix}:{local}' is no name that can be written.")
    return f"{prefix}:{local}"


def address(iri: str) -> str:
    """Return a full address.

    Raises:
        CheckerError: It is none.
    """
    if not _ADDRESS.fullmatch(iri):
        raise CheckerError(f"'{iri}' is no address that can be written.")
    return f"<{iri}>"


def part(prefix: str, local: str, fragment: str) -> str:
    """Return the address of a part of a thing, which is that of the thing and a fragment."""
    return address(f"{PREFIXES[prefix]}{name(prefix, local).split(':')[1]}#{fragment}")


def plain(text: str) -> str:
    """Return text in no language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def english(text: str) -> str:
    """Return text in English."""
    return f"{plain(text)}@en"


def day(value: date) -> str:
    """Return a day."""
    return f'"{value.isoformat()}"^^xsd:date'


def maybe_day(value: date | None) -> str | None:
    """Return a day, or None where there is none."""
    return None if value is None else day(value)


def number(value: Decimal) -> str:
    """Return a decimal number, with one place at least: without one it would be an integer."""
    shortest = f"{value.normalize():f}"
    return shortest if "." in shortest else f"{shortest}.0"


def render(dataset: Dataset) -> str:
    """Return a file as text, with the prefixes that it uses and no others."""
    head = block(
        f"<{BASE}id/dataset/{dataset.name}>",
        "dcat:Dataset",
        ("dcterms:title", english(dataset.title)),
        ("dcterms:source", english(dataset.source)),
        ("dcterms:license", dataset.licences),
        ("dcterms:modified", day(dataset.modified)),
    )
    body = "\n\n".join(_written(b) for b in (head, *dataset.blocks))
    bare = re.sub(r"<[^>]*>", "", re.sub(r'"(?:[^"\\]|\\.)*"', '""', body))
    used = set(_PREFIX_OF.findall(bare))
    prefixes = "\n".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in sorted(used))
    return f"# {dataset.comment}\n{prefixes}\n\n{body}\n"


def _written(told: Block) -> str:
    lines = [f"{told.subject} a {told.kind}"]
    lines.extend(f"    {predicate} {' , '.join(values)}" for predicate, values in told.facts)
    return " ;\n".join(lines) + " ."
