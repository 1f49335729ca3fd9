"""The bodies that commission health services: groups until 30 June 2022, boards from the day after.

A body is known by its ODS code. The statistical code is that of its territory, and may change while the body goes on.
"""

from dataclasses import dataclass
from datetime import date

from masagraph.importing.periods import CCG, ICB, Series, before
from masagraph.importing.records import HealthName, Records
from masagraph.importing.turtle import OGL, Block, Dataset, block, english, maybe_day, name, plain

_CLASSES = {CCG.key: "masa:ClinicalCommissioningGroup", ICB.key: "masa:IntegratedCareBoard"}
_HEADS = {
    CCG.key: ("Accountable Officer", "post-kind:ccg-accountable-officer"),
    ICB.key: ("Chief Executive", "post-kind:icb-chief-executive"),
}


@dataclass(frozen=True)
class HealthBody:
    """A health body: its rows, oldest first, and its first and last day as far as the lookups tell."""

    code: str
    series: Series
    rows: tuple[HealthName, ...]
    first: date | None
    last: date | None


def bodies(records: Records) -> dict[str, HealthBody]:
    """Return the health bodies by ODS code, groups before boards.

    A group that stands in the first lookup may have begun before it. A body ends on the day before the first that lacks it.

    Raises:
        InputError: A body comes back after it was gone, is both a group and a board, or stands twice in a lookup.
    """
    found: dict[str, HealthBody] = {}
    for series in (CCG, ICB):
        days = sorted(series.days.values())
        rows: dict[str, dict[date, HealthName]] = {}
        for row in records.health_names:
            if row.series == series:
                if row.day in rows.setdefault(row.body, {}) or row.body in found:
                    raise row.row.fault(series.column, f"{row.body} is there already", "Keep the row that is right")
                rows[row.body][row.day] = row
        for code, by_day in sorted(rows.items()):
            own = [day for day in days if day in by_day]
            begins, goes = days.index(own[0]), days.index(own[-1]) + 1
            if days[begins:goes] != own:
                row = by_day[own[-1]]
                raise row.row.fault(series.column, f"{code} was gone and is here again", "Add the rows that are missing")
            found[code] = HealthBody(
                code=code,
                series=series,
                rows=tuple(by_day[day] for day in own),
                first=None if series == CCG and begins == 0 else own[0],
                last=before(days[goes]) if goes < len(days) else series.last,
            )
    return found


def dataset(records: Records) -> Dataset:
    """Return the health bodies, each followed by the post of its head.

    Raises:
        InputError: A body hands on to one that is not there, or on a day on which it does not end or the other does not stand.
    """
    known = bodies(records)
    heirs: dict[str, list[str]] = {}
    for succession in records.successions:
        for column, code in (("from_ods", succession.giver), ("to_ods", succession.taker)):
            if code not in known:
                raise succession.row.fault(column, f"no health body has the code {code}", "Correct the code, or name the body")
        if known[succession.giver].last != before(succession.day):
            what = f"{succession.giver} ends on {known[succession.giver].last}"
            raise succession.row.fault("to_date", what, "Let a body hand on on the day after it ends")
        heirs.setdefault(succession.giver, []).append(succession.taker)
    for body in known.values():
        if body.last and body.code not in heirs:
            raise body.rows[-1].row.fault(body.series.column, f"{body.code} ends and nothing follows it", "Say what follows")
    return Dataset(
        name="health-bodies",
        comment="Clinical commissioning groups until 30 June 2022 and integrated care boards from the day after.",
        title="Health commissioning bodies of England",
        source=(
            "ONS lookups of small areas to health bodies, April 2018 to April 2024, with ODS codes; the succession of 1 April "
            "2026 after the Organisation Data Service of NHS England"
        ),
        licences=(OGL,),
        modified=date(2026, 4, 1),
        blocks=tuple(b for body in known.values() for b in _body(body, sorted(set(heirs.get(body.code, ()))))),
    )


def _body(body: HealthBody, heirs: list[str]) -> list[Block]:
    iri, post = name("health-body", body.code), name("post", f"{body.code}-head")
    latest = body.rows[-1].name
    title, post_kind = _HEADS[body.series.key]
    return [
        block(
            iri,
            _CLASSES[body.series.key],
            ("skos:prefLabel", english(latest)),
            ("skos:altLabel", [english(former) for former in sorted({row.name for row in body.rows} - {latest})]),
            ("masa:odsCode", plain(body.code)),
            ("masa:coverageCode", [plain(code) for code in sorted({row.coverage for row in body.rows})]),
            ("masa:validFrom", maybe_day(body.first)),
            ("masa:validTo", maybe_day(body.last)),
            ("masa:succeededBy", [name("health-body", heir) for heir in heirs]),
            ("masa:headPost", post),
        ),
        block(post, "masa:Post", ("masa:postTitle", plain(title)), ("masa:postKind", post_kind), ("masa:postOf", iri)),
    ]
