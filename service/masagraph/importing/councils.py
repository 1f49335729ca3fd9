"""The councils of the areas, one for each three-letter code, however often its area was given a new code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from masagraph.importing import areas
from masagraph.importing.records import Authority, Records
from masagraph.importing.turtle import CC_BY, OGL, Block, Dataset, address, block, english, maybe_day, name, plain

_CODES_BEGAN = date(2009, 1, 1)
_ONLY_A_NEW_CODE = frozenset({"GAT", "IOS", "NBL"})
"""Gateshead and Northumberland were given new codes when their border moved in 2013, the Isles of Scilly one in 2009."""


@dataclass(frozen=True)
class Council:
    """A council: the rows of its area, oldest first, and when it began and ended as far as they tell."""

    code: str
    rows: tuple[Authority, ...]
    first: date | None
    last: date | None

    @property
    def latest(self) -> Authority:
        """Return the row of its latest code."""
        return self.rows[-1]


def councils(records: Records) -> dict[str, Council]:
    """Return the councils, by code. The first day of a code that says nothing of the council is left out."""
    rows: dict[str, list[Authority]] = {}
    for authority in sorted(records.authorities.values(), key=lambda a: (a.council, a.first)):
        rows.setdefault(authority.council, []).append(authority)
    found = {}
    for code, own in rows.items():
        first = None if own[0].first == _CODES_BEGAN or code in _ONLY_A_NEW_CODE else own[0].first
        found[code] = Council(code, tuple(own), first, own[-1].last)
    return found


def heirs(records: Records, council: Council) -> list[str]:
    """Return the codes of the councils that took over from one that ended."""
    later = areas.successors(records, council.latest)
    return sorted({other.council for other in later})


def dataset(records: Records) -> Dataset:
    """Return the councils, each followed by the post of its head.

    Raises:
        InputError: Two rows of one council disagree.
    """
    return Dataset(
        name="councils",
        comment="Councils with responsibility for children's services since April 2018, and the post of the head of each.",
        title="Councils with responsibility for children's services",
        source=(
            "DfE list of local authorities (13 April 2026), for DfE numbers and dates; mySociety, local authority names and "
            "codes (10 July 2025), for official names and three-letter codes, under CC BY 4.0; organisation collection of "
            "digital-land (28 January 2025), for identifiers of Wikidata and opendatacommunities; org-id codes (5 June 2026)"
        ),
        licences=(OGL, CC_BY),
        modified=date(2026, 6, 5),
        blocks=tuple(b for council in councils(records).values() for b in _council(records, council)),
    )


def _one(rows: Sequence[Authority], column: str, attribute: str) -> str | None:
    """Return what the rows of one council say in a column: the same, or nothing."""
    said = [value for row in rows if (value := getattr(row, attribute))]
    if len(set(said)) > 1:
        raise rows[-1].row.fault(column, f"the rows of {rows[-1].council} disagree: {', '.join(said)}", "Let them say the same")
    return said[0] if said else None


def _council(records: Records, council: Council) -> list[Block]:
    rows = council.rows
    wikidata, open_data = _one(rows, "wikidata_qid", "wikidata"), _one(rows, "opendatacommunities_uri", "open_data")
    identifier = _one(rows, "org_id", "identifier")
    same = [name("wikidata", wikidata)] if wikidata else []
    same += [address(open_data)] if open_data else []
    body, post = name("council", council.code), name("post", f"{council.code}-chief-executive")
    return [
        block(
            body,
            "masa:LocalAuthority",
            ("skos:prefLabel", english(_one(rows, "official_name", "council_name") or "")),
            ("masa:authorityCode", plain(council.code)),
            ("masa:dfeNumber", plain(_one(rows, "dfe_la_number", "dfe_number") or "")),
            ("dcterms:identifier", plain(identifier) if identifier else None),
            ("masa:validFrom", maybe_day(council.first)),
            ("masa:validTo", maybe_day(council.last)),
            ("masa:succeededBy", [name("council", heir) for heir in heirs(records, council)]),
            ("masa:headPost", post),
            ("skos:exactMatch", same),
        ),
        block(
            post,
            "masa:Post",
            ("masa:postTitle", plain("Chief Executive")),
            ("masa:postKind", "post-kind:council-chief-executive"),
            ("masa:postOf", body),
        ),
    ]
