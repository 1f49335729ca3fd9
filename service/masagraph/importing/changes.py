"""What happened when a body came to be or took in territory of another: one event for each day and resulting body."""

from collections.abc import Iterable
from datetime import date

from masagraph.importing import councils, health
from masagraph.importing.periods import after
from masagraph.importing.records import Records, Succession
from masagraph.importing.turtle import OGL, Block, Dataset, block, day, english, name, number

_ALL = 100


def dataset(records: Records) -> Dataset:
    """Return the events in order of day and resulting body; those of health bodies with what each contributor handed on."""
    events = [*_of_councils(records), *_of_health(records)]
    return Dataset(
        name="changes",
        comment="How councils and health bodies came to be, or took in territory of others, since April 2018.",
        title="Changes of councils and health bodies",
        source=(
            "DfE list of local authorities (13 April 2026); ONS lookups of small areas to health bodies, April 2018 to April "
            "2024, compared; the succession of 1 April 2026 after the Organisation Data Service of NHS England"
        ),
        licences=(OGL,),
        modified=date(2026, 4, 13),
        blocks=tuple(b for _, blocks in sorted(events, key=lambda event: event[0]) for b in blocks),
    )


def _in_words(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _of_councils(records: Records) -> Iterable[tuple[tuple[date, str], list[Block]]]:
    known = councils.councils(records)
    givers: dict[tuple[date, str], list[str]] = {}
    for code, council in known.items():
        if council.last:
            for heir in councils.heirs(records, council):
                givers.setdefault((after(council.last), heir), []).append(code)
    for (moment, taker), given in givers.items():
        label = f"{known[taker].latest.council_name} formed, {_in_words(moment)}"
        yield (moment, taker), [_event(moment, taker, label, "council", given, [])]


def _of_health(records: Records) -> Iterable[tuple[tuple[date, str], list[Block]]]:
    known = health.bodies(records)
    events: dict[tuple[date, str], list[Succession]] = {}
    for succession in records.successions:
        events.setdefault((succession.day, succession.taker), []).append(succession)
    for (moment, taker), given in events.items():
        given.sort(key=lambda succession: succession.giver)
        body = known[taker]
        if body.first == moment:
            told = "formed"
        else:
            told = "took over " + " and ".join(
                f"{'' if s.share == _ALL else 'part of '}{known[s.giver].rows[-1].name}" for s in given
            )
        label = f"{body.rows[-1].name} {told}, {_in_words(moment)}"
        transfers = [_transfer(s) for s in given]
        event = _event(moment, taker, label, "health-body", [s.giver for s in given], [t.subject for t in transfers])
        yield (moment, taker), [event, *transfers]


def _transfer(succession: Succession) -> Block:
    return block(
        name("transfer", f"{succession.day}-{succession.giver}-{succession.taker}"),
        "masa:Transfer",
        ("masa:transferredFrom", name("health-body", succession.giver)),
        ("masa:transferredTo", name("health-body", succession.taker)),
        ("masa:shareTransferred", number(succession.share)),
    )


def _event(moment: date, taker: str, label: str, prefix: str, givers: Iterable[str], transfers: list[str]) -> Block:
    return block(
        name("change", f"{moment}-{taker}"),
        "org:ChangeEvent",
        ("skos:prefLabel", english(label)),
        ("masa:changedOn", day(moment)),
        ("org:originalOrganization", [name(prefix, giver) for giver in givers]),
        ("org:resultingOrganization", name(prefix, taker)),
        ("masa:hasTransfer", transfers),
    )
