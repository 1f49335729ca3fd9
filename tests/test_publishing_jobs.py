"""The jobs behind publishing and the admin addresses, without a service: what the writer does when something came in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import serving
from masagraph.answers import Dataset
from masagraph.dataset.background import Background
from masagraph.errors import InputError, NotHeldError, RefusedError
from masagraph.publishing import settling
from masagraph.publishing.documents import Touched
from masagraph.store import layout
from masagraph.store.contract import Reader
from masagraph.store.embedded import Embedded
from masagraph.vocab import BASE, MASA
from masagraph.work import administering, publishing
from masagraph.work.administering import Seen
from masagraph.work.publishing import Examined, Piece, Sent
from masagraph.work.reading import ReadingDesk
from masagraph.work.writing import WritingDesk

ELMET, LOIDIS = f"{layout.VERSIONS}elmet-2020", f"{layout.VERSIONS}loidis-2020"
AREA = "http://statistics.data.gov.uk/id/statistical-geography/E06000001"


def document(version: str = ELMET, more: str = "") -> Piece:
    """Return a small document."""
    key = version.removeprefix(layout.VERSIONS).removesuffix("-2020")
    text = f"""<{BASE}id/arrangement/{key}> a <{MASA.Arrangement}> ; <{MASA.hasVersion}> <{version}> .
        <{version}> a <{MASA.ArrangementVersion}> . {more}"""
    return Piece("elmet.ttl", "turtle", text.encode())


class Room:
    """A store with a desk for reading and one for writing."""

    def __init__(self, folder: Path) -> None:
        """Make a store that holds an empty graph."""
        serving.load_nothing(folder)
        self.place = Embedded(folder / "store")
        self.writing, self.reading = WritingDesk(self.place), ReadingDesk(self.place)

    def examined(self, *pieces: Piece, version: str | None = None, adds: bool = False) -> Examined:
        """Examine documents against what is held now."""
        return publishing.examine(self.reading, self.place.current(), Sent(pieces, version, adds))

    def published(self, *pieces: Piece) -> int | None:
        """Publish documents."""
        return publishing.publish(self.writing, self.examined(*pieces))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Return a store of its own for each test."""
    made = Room(tmp_path)
    yield made
    made.writing.writer.close()


def test_a_document_is_published(room: Room) -> None:
    """Once; then it is the same."""
    first = room.examined(document())
    assert (first.standing.version, first.standing.key, first.standing.held, first.is_same) == (ELMET, "elmet", None, False)
    assert publishing.publish(room.writing, first) == 2
    second = room.examined(document())
    assert (second.standing.held is not None, second.is_same) == (True, True)
    assert publishing.tell(room.reading, 2, ELMET, "ntriples").count(b"\n") == 3


def test_what_came_in_between_is_not_overwritten(room: Room) -> None:
    """A document that was examined against what is not held any more is not stored."""
    early, late = room.examined(document()), room.examined(document(more=f"<{ELMET}> <{MASA.note}> 'x' ."))
    assert publishing.publish(room.writing, early) == 2
    assert publishing.publish(room.writing, late) is None
    assert room.place.current() == 2
    again = room.examined(document(more=f"<{ELMET}> <{MASA.note}> 'x' ."))
    assert publishing.publish(room.writing, again) == 3


def test_whom_it_concerns_is_seen_again(room: Room) -> None:
    """Somebody published in between what the document would end: that is for whoever may publish it to say."""
    ends = room.examined(document(more=f"<{ELMET}> <{MASA.supersedes}> <{LOIDIS}> ."))
    assert ends.standing.touched == {Touched("loidis-2020")}, "nobody holds it yet, and its name is not theirs"
    assert room.published(document(LOIDIS)) == 2
    assert publishing.publish(room.writing, ends) is None
    assert room.examined(document(more=f"<{ELMET}> <{MASA.supersedes}> <{LOIDIS}> .")).standing.touched == {Touched("loidis")}


def test_who_had_a_say_in_it_is_asked_when_that_ends(room: Room) -> None:
    """A document that no longer ends another version changes that version as much as one that does."""
    room.published(document(LOIDIS))
    room.published(document(more=f"<{ELMET}> <{MASA.supersedes}> <{LOIDIS}> ."))
    assert room.examined(document()).standing.touched == {Touched("loidis")}


def covering(version: str = ELMET) -> Piece:
    """Return a small document on an area."""
    return document(version, f"<{version}> <{MASA.coversArea}> <{AREA}> .")


def test_of_two_who_are_the_first_for_an_area_one_is(room: Room) -> None:
    """Both were examined when nothing was held for it: the writer looks again, and the second has to ask the first."""
    early, late = room.examined(covering()), room.examined(covering(LOIDIS))
    assert (early.standing.touched, late.standing.touched) == (frozenset(), frozenset())
    assert publishing.publish(room.writing, early) == 2
    assert publishing.publish(room.writing, late) is None
    assert room.place.current() == 2
    assert room.examined(covering(LOIDIS)).standing.touched == {Touched("elmet", "E06000001")}


def test_who_shares_an_area_is_asked_when_it_is_left(room: Room) -> None:
    """Whether a document no longer names it or goes: what is told of it changes as much as when it came."""
    room.published(covering())
    room.published(covering(LOIDIS))
    shared = {Touched("elmet", "E06000001")}
    assert room.examined(document(LOIDIS)).standing.touched == shared
    standing = publishing.examine_removal(room.reading, room.place.current(), LOIDIS)
    assert standing.touched == shared
    assert publishing.withdraw(room.writing, publishing.examine_removal(room.reading, room.place.current(), ELMET))
    assert publishing.withdraw(room.writing, standing) is None, "nobody shares it any more"
    assert publishing.examine_removal(room.reading, room.place.current(), LOIDIS).touched == frozenset()


def test_what_changed_in_between_is_not_taken_out(room: Room) -> None:
    """Nor what has gone already."""
    room.published(document())
    standing = publishing.examine_removal(room.reading, 2, ELMET)
    assert room.published(document(more=f"<{ELMET}> <{MASA.note}> 'x' .")) == 3
    assert publishing.withdraw(room.writing, standing) is None
    assert publishing.withdraw(room.writing, publishing.examine_removal(room.reading, 3, ELMET)) == 4
    with pytest.raises(NotHeldError, match="elmet-2020"):
        publishing.withdraw(room.writing, standing)


def test_what_was_not_published_is_not_taken_out(room: Room) -> None:
    """An operator put it there, who can take it away."""
    number = administering.replace(room.writing, Seen(ELMET, is_held=False), [document()])
    assert number == 2
    with pytest.raises(RefusedError, match="/admin/graphs"):
        publishing.examine_removal(room.reading, number, ELMET)


def test_a_document_without_a_name_describes_one_version(room: Room) -> None:
    """Else nobody could tell which is meant."""
    with pytest.raises(InputError, match="it describes 2 versions"):
        room.examined(document(), document(LOIDIS))


def test_pieces_are_examined_as_a_whole(room: Room) -> None:
    """What may come in piece by piece may not as one."""
    days = [f"<{ELMET}> <{MASA.validFrom}> '2020-01-0{n}'^^<http://www.w3.org/2001/XMLSchema#date> ." for n in (1, 2)]
    for day in days:
        room.examined(document(more=day))
    with pytest.raises(InputError, match="two values"):
        room.examined(*(document(more=day) for day in days))
    room.published(document(more=days[0]))
    with pytest.raises(InputError, match="two values"):
        room.examined(document(more=days[1]), version=ELMET, adds=True)


def test_the_store_is_administered(room: Room) -> None:
    """Graphs are put, added to and removed, and updates run, each a generation."""
    pieces = [Piece("a", "turtle", b"<urn:s> <urn:p> 1 ."), Piece("b", "ntriples", b'<urn:s> <urn:p> "2" .')]
    assert administering.extend(room.writing, Seen("urn:g", is_held=False), pieces) == 2
    assert administering.is_held(room.reading, 2, "urn:g")
    assert administering.tell(room.reading, 2, "urn:g", "ntriples").count(b"\n") == 2
    assert administering.replace(room.writing, Seen("urn:g", is_held=True), pieces[:1]) == 3
    update = "INSERT { GRAPH <o> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    assert administering.update(room.writing, update, Dataset(("urn:g",)), "urn:x:") == 4
    assert administering.tell(room.reading, 4, "urn:g", "ntriples") == administering.tell(room.reading, 4, "urn:o", "ntriples")
    assert administering.remove(room.writing, Seen("urn:g", is_held=True)) == 5
    assert not administering.is_held(room.reading, 5, "urn:g")
    with pytest.raises(NotHeldError, match="urn:g"):
        administering.tell(room.reading, 5, "urn:g", "turtle")
    with pytest.raises(NotHeldError, match="urn:g"):
        administering.remove(room.writing, Seen("urn:g", is_held=False))
    assert room.place.current() == 5


@pytest.mark.parametrize("is_held", [True, False])
def test_a_graph_that_came_or_went_in_between_is_left_as_it_is(room: Room, is_held: bool) -> None:
    """Whoever asked may have wanted it only if it was as it was: nothing is done, and it can be looked up again."""
    pieces = [Piece("a", "turtle", b"<urn:s> <urn:p> 1 .")]
    if not is_held:
        administering.extend(room.writing, Seen("urn:g", is_held=False), pieces)
    before, seen = room.place.current(), Seen("urn:g", is_held)
    assert administering.replace(room.writing, seen, pieces) is None
    assert administering.extend(room.writing, seen, pieces) is None
    assert administering.remove(room.writing, seen) is None
    assert room.place.current() == before


def test_a_store_without_data_is_administered(tmp_path: Path) -> None:
    """It holds nothing yet, and the default graph of nothing cannot be emptied."""
    desk = WritingDesk(Embedded(tmp_path))
    try:
        for name in (None, "urn:g"):
            assert administering.remove(desk, Seen(name, is_held=True)) is None
            with pytest.raises(NotHeldError, match="here"):
                administering.remove(desk, Seen(name, is_held=False))
        assert administering.replace(desk, Seen(None, is_held=False), [Piece("a", "turtle", b"<urn:s> <urn:p> 1 .")]) == 1
    finally:
        desk.writer.close()


def test_what_is_known_of_bodies_is_read_once_and_again_after_a_change_of_somebody_else(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is slow to read, and what publishes change has no part in it; what an operator changes may have."""
    seen, read = [], settling.background_of

    def counted(reader: Reader) -> Background:
        seen.append(reader.number)
        return read(reader)

    monkeypatch.setattr(settling, "background_of", counted)
    assert room.published(document()) == 2
    assert room.published(document(LOIDIS)) == 3
    assert publishing.withdraw(room.writing, publishing.examine_removal(room.reading, 3, LOIDIS)) == 4
    assert seen == [1]
    administering.update(room.writing, "INSERT DATA { <urn:s> <urn:p> 1 }", None, "urn:x:")
    assert room.published(document(LOIDIS)) == 6
    assert room.published(document(more=f"<{ELMET}> <{MASA.note}> 'x' .")) == 7
    assert seen == [1, 5]


def test_the_default_graph_is_administered(room: Room) -> None:
    """It has no name, and is emptied rather than removed."""
    assert administering.replace(room.writing, Seen(None, is_held=True), [Piece("a", "turtle", b"<urn:s> <urn:p> 1 .")]) == 2
    assert administering.tell(room.reading, 2, None, "ntriples").count(b"\n") == 1
    assert administering.remove(room.writing, Seen(None, is_held=True)) == 3
    assert administering.tell(room.reading, 3, None, "ntriples") == b""


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        (Piece("a", "turtle", b"\n<urn:s> <urn:p> "), "a, line 2: it is not Turtle"),
        (Piece("a", "trig", b"<urn:g> { <urn:s> <urn:p> 1 }"), "a graph of its own"),
    ],
)
def test_what_cannot_be_read_is_not_held(room: Room, piece: Piece, words: str) -> None:
    """Nothing changes."""
    with pytest.raises(InputError, match=words):
        administering.replace(room.writing, Seen("urn:g", is_held=False), [piece])
    assert room.place.current() == 1


@pytest.mark.parametrize("text", ["LOAD <http://127.0.0.1:9/>", "INSERT DATA {", "ASK {}"])
def test_what_is_no_update_is_refused(room: Room, text: str) -> None:
    """Nothing changes."""
    with pytest.raises(InputError):
        administering.update(room.writing, text, None, "urn:x:")
    assert room.place.current() == 1
