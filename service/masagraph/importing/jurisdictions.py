"""Which body answers for which area as safeguarding partner, and when: councils, police forces, health bodies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from masagraph.importing import health
from masagraph.importing.periods import CCG, ICB, POLICE, Answer, Series, after, spans
from masagraph.importing.records import Held, Records
from masagraph.importing.turtle import OGL, Block, Dataset, block, day, maybe_day, name, number

_WHOLE = Decimal("100.0")
_ROUNDING = Decimal("0.05")
_SINCE = min(POLICE.first, CCG.first)
_Life = tuple[date | None, date | None]
_Lookups = dict[str, dict[date, list[Held]]]


@dataclass(frozen=True)
class Jurisdiction:
    """The fact that a body answers for an area during a period; `share` is of the area, in per cent of its small areas."""

    area: str
    body: str
    first: date
    last: date | None
    share: Decimal
    share_of_body: Decimal | None = None

    def holds_on(self, moment: date) -> bool:
        """Tell whether it holds on a day."""
        return self.first <= moment and (self.last is None or moment <= self.last)


def of_councils(records: Records) -> list[Jurisdiction]:
    """Return which council answers for which area: for the whole of it, for as long as the code of the area stands.

    Raises:
        InputError: An area has no council or two.
    """
    found = [Jurisdiction(a.area, a.council, a.first, a.last, _WHOLE) for _, a in sorted(records.authorities.items())]
    refuse_gaps(records, found, "council", "la_code3", most=1)
    return found


def of_police(records: Records) -> list[Jurisdiction]:
    """Return which force answers for which area.

    Raises:
        InputError: A row names an area or force that is not there, or an area has no force or two.
    """
    found = _in_series(records, records.policed, POLICE, dict.fromkeys(records.forces, (None, None)))
    refuse_gaps(records, found, "police force", "gss_code", most=1)
    return found


def of_health(records: Records) -> list[Jurisdiction]:
    """Return which health bodies answer for which area.

    Raises:
        InputError: A row names an area or body that is not there, the shares of an area do not make a whole, or it has no body.
    """
    lives = {body.code: (body.first, body.last) for body in health.bodies(records).values()}
    found = [*_in_series(records, records.groups, CCG, lives), *_in_series(records, records.boards, ICB, lives)]
    refuse_gaps(records, found, "health body", "gss_code", most=None)
    return sorted(found, key=lambda j: (j.area, j.first, j.body))


def _in_series(records: Records, rows: Iterable[Held], series: Series, lives: Mapping[str, _Life]) -> list[Jurisdiction]:
    lookups = _lookups(records, rows, series, lives)
    found = []
    for area, by_day in sorted(lookups.items()):
        authority = records.authorities[area]
        answers = {moment: [Answer(h.body, h.share, h.share_of_body) for h in there] for moment, there in by_day.items()}
        for span in spans(answers, series, authority.first, authority.last):
            body, share, share_of_body = span.answer.body, span.answer.share, span.answer.share_of_body
            first, last = lives[body]
            if (first and span.first < first) or (last and (span.last is None or span.last > last)):
                row = next(held.row for there in by_day.values() for held in there if held.body == body)
                what = f"{body} would answer for {area} from {span.first} to {span.last or 'now'}, and is not there so long"
                raise row.fault(series.column, what, "Correct the code or the year")
            found.append(Jurisdiction(area, body, span.first, span.last, share, share_of_body))
    return found


def _lookups(records: Records, rows: Iterable[Held], series: Series, lives: Mapping[str, _Life]) -> _Lookups:
    """Return the rows of each area and day. Each lookup has to hold every area that is there on its day, and whole."""
    found: _Lookups = {}
    for held in rows:
        authority = records.authorities[records.known_area(held.row, "utla_gss", held.area)]
        if held.body not in lives:
            raise held.row.fault(
                series.column, f"{held.body} is named in no list of bodies", "Correct the code, or name the body"
            )
        if not authority.is_there_on(held.day):
            what = f"{held.area} is there from {authority.first} to {authority.last or 'now'}, and not on {held.day}"
            raise held.row.fault("utla_gss", what, "Correct the code or the year")
        there = found.setdefault(held.area, {}).setdefault(held.day, [])
        if any(other.body == held.body for other in there):
            raise held.row.fault(series.column, f"{held.body} is there twice for {held.area}", "Keep the row that is right")
        if series == POLICE and there:
            raise held.row.fault(series.column, f"{held.area} has two police forces", "Keep the row that is right")
        there.append(held)
    for area, authority in sorted(records.authorities.items()):
        for year, moment in series.days.items():
            shares = [held.share for held in found.get(area, {}).get(moment, ())]
            if authority.is_there_on(moment) and not shares:
                what = f"{series.file} has no row of {year} for {area} ({authority.name})"
                raise authority.row.fault("gss_code", what, "Add the row there")
            if shares and abs(sum(shares, Decimal()) - _WHOLE) > _ROUNDING:
                what = f"the shares of {area} make {sum(shares, Decimal())} and not 100"
                raise found[area][moment][-1].row.fault("pct_of_la", what, "Correct them, or add the row that is missing")
    return found


def refuse_gaps(records: Records, found: Iterable[Jurisdiction], what: str, column: str, most: int | None) -> None:
    """Refuse an area that has too few or too many bodies on a day from April 2018, or its first, to its last.

    Raises:
        InputError: There is such an area; the day is named.
    """
    by_area: dict[str, list[Jurisdiction]] = {}
    for jurisdiction in found:
        by_area.setdefault(jurisdiction.area, []).append(jurisdiction)
    for area, authority in sorted(records.authorities.items()):
        own = by_area.get(area, [])
        # Nothing changes but on these days: if all is well on them, it is on every day.
        changes = {max(authority.first, _SINCE)} | {j.first for j in own} | {after(j.last) for j in own if j.last}
        for moment in sorted(m for m in changes if m >= _SINCE and authority.is_there_on(m)):
            count = sum(j.holds_on(moment) for j in own)
            if not count or (most and count > most):
                said = f"{area} ({authority.name}) has {'more than one' if count else 'no'} {what} on {moment}"
                raise authority.row.fault(column, said, "Mend the tables of who answers for it")


def _block(jurisdiction: Jurisdiction, prefix: str, kind: str) -> Block:
    share_of_body = jurisdiction.share_of_body
    return block(
        name("jurisdiction", f"{jurisdiction.area}-{jurisdiction.body}-{jurisdiction.first}"),
        "masa:Jurisdiction",
        ("masa:overArea", name("area", jurisdiction.area)),
        ("masa:jurisdictionOf", name(prefix, jurisdiction.body)),
        ("masa:jurisdictionKind", name("kind", kind)),
        ("masa:validFrom", day(jurisdiction.first)),
        ("masa:validTo", maybe_day(jurisdiction.last)),
        ("masa:shareOfArea", number(jurisdiction.share)),
        ("masa:shareOfBody", None if share_of_body is None else number(share_of_body)),
    )


def datasets(records: Records) -> list[Dataset]:
    """Return three sets: of councils, of police forces, of health bodies.

    Raises:
        InputError: A lookup names what is not there, or an area is left without one of the three on some day.
    """
    return [
        Dataset(
            name="council-jurisdictions",
            comment="Which council answers for which area as safeguarding partner; a period is that of the code of the area.",
            title="Which councils answer for which areas, and when",
            source="DfE list of local authorities (13 April 2026), as in the areas and councils held beside this set",
            licences=(OGL,),
            modified=date(2026, 4, 13),
            blocks=tuple(_block(j, "council", "local-authority") for j in of_councils(records)),
        ),
        Dataset(
            name="police-jurisdictions",
            comment=(
                "Which force answers for which area as safeguarding partner. A period runs from the first lookup that shows it "
                "to the day before the first that does not."
            ),
            title="Which police forces answer for which areas, and when",
            source="ONS lookups of districts to police force areas, December 2018, December 2019 and 2024, taken on to 2026",
            licences=(OGL,),
            modified=date(2026, 4, 1),
            blocks=tuple(_block(j, "police-force", "police") for j in of_police(records)),
        ),
        Dataset(
            name="health-jurisdictions",
            comment=(
                "Which health bodies answer for which area as safeguarding partners, with shares of small areas. A period runs "
                "from the first lookup that shows it to the day before the first that does not, or that shows another share."
            ),
            title="Which health bodies answer for which areas, and when",
            source=(
                "ONS lookups of small areas to health bodies, April 2018 to April 2024, and the succession of 1 April 2026; "
                "shares count small areas, of 2011 until 2022 and of 2021 from 2024, and not people"
            ),
            licences=(OGL,),
            modified=date(2026, 4, 1),
            blocks=tuple(_block(j, "health-body", "health") for j in of_health(records)),
        ),
    ]
