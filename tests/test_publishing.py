"""Publishing: what may come in under which name, what is settled from it, and that a store is always as if made anew."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import asking
from masagraph import assets, oxigraph
from masagraph.answers import Answer, Dataset, Triple
from masagraph.dataset import derived, holding
from masagraph.dataset.background import Background
from masagraph.errors import InputError
from masagraph.evidence import own_nodes
from masagraph.graphs import merged
from masagraph.intake import reader as intake
from masagraph.oxigraph import Disk, Quad, Snapshot
from masagraph.publishing import blank_nodes, documents, settling, shipped
from masagraph.store import layout
from masagraph.store.contract import Change
from masagraph.vocab import DCTERMS, MASA, RDF, SKOS

BASE = "https://w3id.org/masagraph/"
FILES = sorted((assets.folder("data") / "arrangements").glob("*.ttl"))


class Shelf:
    """A store of one folder and one generation at a time, read and written in the same place."""

    def __init__(self, folder: Path) -> None:
        """Open it."""
        self.disk, self.number, self.since = Disk(folder), 0, datetime.now(UTC)

    def names(self) -> list[str]:
        """Return the names of the graphs held."""
        return self.disk.names()

    def graph(self, name: str | None) -> Graph | None:
        """Return a graph, or None if it is not held."""
        return self.disk.graph(name)

    def query(self, text: str, dataset: Dataset | None = None, base: str | None = None) -> Answer:
        """Run a query."""
        return self.disk.query(text, dataset, base)

    def settled(self) -> Snapshot:
        """Return the default graph."""
        return self.disk.settled()

    def quads(self) -> Iterator[Quad]:
        """Yield everything that is held."""
        return self.disk.quads()

    def apply(self, change: Change) -> int:
        """Make a change."""
        assert not any(isinstance(term, BNode) for quad in change.removed for term in quad), "nobody can name a blank node"
        for name in change.dropped:
            self.disk.drop(name)
        self.disk.remove(change.removed)
        self.disk.add(change.added)
        for name in change.created:
            self.disk.create(name)
        self.number += 1
        return self.number

    def update(self, text: str, base: str | None = None) -> int:
        """Run an update."""
        self.disk.update(text, base)
        return self.number

    def close(self) -> None:
        """Let go of it."""
        self.disk.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "store")
    yield made
    made.close()


@cache
def shipped_versions() -> dict[str, Graph]:
    return shipped.shipped_documents()


@cache
def background() -> Background:
    """What is known of the bodies and areas that ship."""
    reference = sorted((assets.folder("data") / "reference").glob("*.ttl"))
    return Background.of(Snapshot.of_files([*holding._meaning(), *reference]))


@cache
def country() -> Background:
    """What is known of the test country."""
    snapshot = Snapshot.of_files(holding._meaning())
    snapshot.add(asking.turtle((asking.FOLDER / "reference.ttl").read_text(encoding="utf-8")))
    return Background.of(snapshot)


def as_stored(graph: Graph | set[Triple]) -> set[Triple]:
    """Return triples in the form that a store gives them back: it keeps the value of a number, not its digits."""
    return set(Snapshot(merged(graph)).graph())  # type: ignore[arg-type]  # a set of triples is walked through like a graph


def truth(held: Mapping[str, Graph], known: Background) -> set[Triple]:
    """Return what questions are asked of, worked out anew from all that is held at once."""
    return as_stored(set(derived.facts(merged(*held.values()), known)) - set(known.facts))


def served(shelf: Shelf) -> set[Triple]:
    graph = shelf.graph(None)
    assert graph is not None
    return set(graph)


def version(key: str) -> str:
    return f"{layout.VERSIONS}{key}"


# --- What a document may be

PLAN = """
arrangement:ayton a masa:Arrangement ; skos:prefLabel "Ayton"@en ; masa:hasVersion version:ayton-1 .
version:ayton-1 a masa:ArrangementVersion ; skos:prefLabel "Ayton, first"@en ; masa:coversArea area:A ;
    masa:hasDocument <https://w3id.org/masagraph/id/version/ayton-1#plan> ;
    masa:hasPartnerRole <https://w3id.org/masagraph/id/version/ayton-1#police> ;
    masa:published [ a masa:StatedDate ; masa:earliestDay "2019-09-01"^^xsd:date ; masa:latestDay "2019-09-30"^^xsd:date ] ;
    masa:inForceFrom [ a masa:StatedDate ; masa:earliestDay "2019-09-01"^^xsd:date ; masa:latestDay "2019-09-30"^^xsd:date ] .
<https://w3id.org/masagraph/id/version/ayton-1#plan> a masa:Document ; skos:prefLabel "Plan"@en ;
    masa:documentKind document-kind:published-arrangement ; masa:extentRead extent-read:whole .
<https://w3id.org/masagraph/id/version/ayton-1#police> a masa:PartnerRole ; masa:partnerKind kind:police ;
    masa:publishedName "Police" ; masa:heldBy police-force:NOR .
"""
OF_BEEFORD = PLAN.replace("ayton", "beeford").replace("Ayton", "Beeford").replace("area:A", "area:B")


def let_in(text: str) -> Graph:
    """Return what intake makes of a document."""
    return intake.parse(f"{asking.PREFIXES}\n{text}".encode(), "turtle", "the document")


def prepared(text: str, key: str = "ayton-1") -> Graph:
    return documents.prepared(let_in(text), version(key), "the document")


def test_a_document_comes_back_as_it_was_sent() -> None:
    sent = let_in(PLAN)
    kept = documents.prepared(sent, version("ayton-1"), "the document")
    assert not [term for triple in kept for term in triple if isinstance(term, BNode)]
    assert len(kept) == len(sent)
    back = documents.document(kept, version("ayton-1"))
    assert isomorphic(back, sent)
    assert not isomorphic(kept, sent), "what is the same before and after proves nothing"


@given(order=st.permutations(range(40)))
@settings(max_examples=25, deadline=None)
def test_the_order_of_a_document_does_not_matter(order: list[int]) -> None:
    ordered = list(let_in(PLAN))
    shuffled = Graph()
    for number in order:
        if number < len(ordered):
            shuffled.add(ordered[number])
    assert set(documents.prepared(shuffled, version("ayton-1"), "it")) == set(prepared(PLAN))


NESTED = """[] :p [ :q "one" ; :r [ :s "deep" ] ] ; :p [ :q "one" ; :r [ :s "other" ] ] .
:a :p [ :q "twin" ] , [ :q "twin" ] , [ :q "single" ] .
_:r1 :next _:r2 . _:r2 :next _:r3 . _:r3 :next _:r4 . _:r4 :next _:r1 .
_:l :p _:l ; :q _:m . :a :q _:m ."""


def test_blank_nodes_are_named_by_what_they_say_however_they_come() -> None:
    first, again = asking.turtle(NESTED), asking.turtle("\n".join(reversed(NESTED.splitlines())))
    named = blank_nodes.named(first, version("x"))
    assert set(blank_nodes.named(again, version("x"))) == set(named)
    assert len(named) == len(first), "no two nodes became one"
    assert isomorphic(blank_nodes.unnamed(named, version("x")), first)
    assert all(blank_nodes.is_given(t) for s, p, o in named for t in (s, o) if "#genid" in str(t))


def test_what_is_added_to_a_document_leaves_other_names_alone() -> None:
    before, after = prepared(PLAN), prepared(PLAN + "version:ayton-1 masa:dated [ a masa:StatedDate ; masa:note 'x' ] .")
    assert set(before) < set(after)


DATE = '"2024-01-01"^^xsd:date'
REFUSED = {
    "two versions": (PLAN + OF_BEEFORD, "ayton-1", "it describes 2 versions"),
    "another version": (PLAN, "ayton-2", "it describes <https://w3id.org/masagraph/id/version/ayton-1> and is sent as"),
    "a strange key": (PLAN.replace("ayton-1", "Ayton_1"), "Ayton_1", "no version can be published as"),
    "no arrangement": (PLAN.replace("masa:hasVersion", "masa:splitInto arrangement:b ; masa:note"), "ayton-1", ""),
    "two arrangements": (
        PLAN + "arrangement:other a masa:Arrangement ; masa:hasVersion version:ayton-1 .",
        "ayton-1",
        "2 arrangements have this version",
    ),
    "the versions of another arrangement": (
        PLAN + "arrangement:other a masa:Arrangement ; masa:hasVersion version:other-1 .",
        "ayton-1",
        "it says which versions <https://w3id.org/masagraph/id/arrangement/other> has",
    ),
    "an arrangement of a strange name": (
        PLAN.replace("arrangement:ayton", "council:ayton"),
        "ayton-1",
        "no arrangement can be called <https://w3id.org/masagraph/id/council/ayton>",
    ),
    "a part of another version": (
        PLAN + "version:ayton-1 masa:hasPartnerRole <https://w3id.org/masagraph/id/version/other#police> ."
        "<https://w3id.org/masagraph/id/version/other#police> a masa:PartnerRole ; masa:heldBy police-force:SOU .",
        "ayton-1",
        "#police>, which by its name is none of its own things",
    ),
    "a version told to be an arrangement": (
        PLAN + "version:other a masa:Arrangement ; masa:note 'x' .",
        "ayton-1",
        "version/other> has no name for what it is",
    ),
    "a council told to be an arrangement": (
        PLAN + "council:LDS a masa:Arrangement ; skos:prefLabel 'x' .",
        "ayton-1",
        "<https://w3id.org/masagraph/id/council/LDS> has no name for what it is",
    ),
    "a role under the name of an arrangement": (
        PLAN + "arrangement:other a masa:PartnerRole ; masa:publishedName 'x' .",
        "ayton-1",
        "arrangement/other> has no name for what it is",
    ),
    "an area of another name": (
        PLAN + "version:ayton-1 masa:coversArea area:E09999999 . area:E09999999 a masa:Area ; skos:prefLabel 'Islington' .",
        "ayton-1",
        "E09999999>, which by its name is none of its own things",
    ),
    "an area of its own, with another's name": (
        PLAN + "<https://w3id.org/masagraph/id/version/ayton-1#a> a masa:Area ; skos:prefLabel 'Leeds' .",
        "ayton-1",
        "ayton-1#a>, a masa:Area that the reference data do not know",
    ),
    "an umbrella of its own": (
        PLAN + "[] a masa:Umbrella ; skos:prefLabel 'x' .",
        "ayton-1",
        "an unnamed thing, a masa:Umbrella that the reference data do not know",
    ),
    "a combined area of its own": (
        PLAN + "[] a masa:CombinedArea ; masa:includesArea area:E06000001 .",
        "ayton-1",
        "an unnamed thing, a masa:CombinedArea that the reference data do not know",
    ),
    "a property of others": (
        PLAN + "version:ayton-1 <http://example.org/p> skos:prefLabel . skos:prefLabel a masa:Post ; masa:postTitle 'x' .",
        "ayton-1",
        "prefLabel>, which by its name is none of its own things",
    ),
    "an edition of the guidance": (
        PLAN + "guidance:wt2018 a masa:Edition ; skos:prefLabel 'x' .",
        "ayton-1",
        "it describes <https://w3id.org/masagraph/guidance/wt2018>",
    ),
    "a name that the service gives": (
        PLAN + "<https://w3id.org/masagraph/id/version/ayton-1#genid-1> a masa:StatedDate ; masa:note 'x' .",
        "ayton-1",
        "is a name that only the service gives",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_not_about_one_version_alone_is_refused(fault: str) -> None:
    text, key, complaint = REFUSED[fault]
    complaint = complaint or "it does not say of which arrangement this is a version"
    with pytest.raises(InputError) as told:
        documents.prepared(asking.turtle(text), version(key), "plan.ttl")
    assert str(told.value).startswith("plan.ttl: ")
    assert complaint in str(told.value)
    assert "\n" not in str(told.value)


def test_every_shipped_version_can_be_published_as_it_comes_back() -> None:
    for name, graph in shipped_versions().items():
        back = documents.document(graph, name)
        assert set(documents.prepared(back, name, "it")) == set(graph)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_parts_of_a_file_are_the_file(path: Path) -> None:
    whole = oxigraph.read([path])
    parts = documents.parts(whole)
    assert set(merged(*parts.values())) == set(whole)
    for name, part in parts.items():
        other_things = set(part.subjects()) - own_nodes(whole, URIRef(name))
        assert {kind for node in other_things for kind in whole.objects(node, RDF.type)} <= {MASA.Arrangement}


# --- Whose word it takes


def put(shelf: Shelf, text: str, key: str) -> None:
    shelf.apply(settling.put(shelf, version(key), prepared(text, key), country()))


SECOND = PLAN.replace("ayton-1", "ayton-2").replace("first", "second").replace("2019", "2021")


def test_the_key_of_an_arrangement_is_read_off_its_document() -> None:
    assert documents.arrangement_key(prepared(PLAN), version("ayton-1")) == "ayton"


def touched(shelf: Shelf, text: str, key: str) -> set[str]:
    """Return the keys of those that a document has a say in by name."""
    return {other.key for other in documents.touched(shelf, prepared(text, key), version(key)) if not other.area}


def shared(shelf: Shelf, text: str, key: str) -> set[tuple[str, str]]:
    """Return the keys of those that are held for an area of a document, each with that area."""
    return {(other.key, other.area) for other in documents.touched(shelf, prepared(text, key), version(key)) if other.area}


def test_who_ends_a_version_of_another_arrangement_is_found_out(shelf: Shelf) -> None:
    ends = OF_BEEFORD + "version:beeford-1 masa:supersedes version:ayton-1 ."
    assert touched(shelf, ends, "beeford-1") == {"ayton-1"}, "nobody takes an end before its beginning is held"
    put(shelf, PLAN, "ayton-1")
    assert touched(shelf, ends, "beeford-1") == {"ayton"}
    assert touched(shelf, OF_BEEFORD, "beeford-1") == set()
    assert touched(shelf, SECOND + "version:ayton-2 masa:supersedes version:ayton-1 .", "ayton-2") == set()


def test_who_takes_what_is_another_arrangement_s_is_found_out(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    takes = PLAN.replace("arrangement:ayton", "arrangement:thief")
    assert touched(shelf, takes, "ayton-1") == {"ayton"}
    lists = OF_BEEFORD.replace("hasVersion version:beeford-1", "hasVersion version:beeford-1, version:ayton-1")
    assert touched(shelf, lists, "beeford-1") == {"ayton"}
    names = OF_BEEFORD + "arrangement:ayton a masa:Arrangement ; skos:prefLabel 'Another name'@en ."
    assert touched(shelf, names, "beeford-1") == {"ayton"}
    unknown = OF_BEEFORD + "arrangement:ceeham a masa:Arrangement ; skos:prefLabel 'Ceeham'@en ."
    assert touched(shelf, unknown, "beeford-1") == {"ceeham"}, "the first to name it does not own it"
    early = OF_BEEFORD.replace("hasVersion version:beeford-1", "hasVersion version:beeford-1, version:ceeham-2028")
    assert touched(shelf, early, "beeford-1") == {"ceeham-2028"}
    assert touched(shelf, PLAN.replace("ayton-1", "ceeham-2027"), "ceeham-2027") == {"ceeham-2027"}


OF_BOTH = OF_BEEFORD.replace("coversArea area:B", "coversArea area:A, area:B")


def test_who_speaks_for_the_area_of_another_arrangement_is_found_out(shelf: Shelf) -> None:
    assert shared(shelf, OF_BOTH, "beeford-1") == set(), "nothing is held for an area before the first"
    put(shelf, PLAN, "ayton-1")
    assert shared(shelf, OF_BEEFORD, "beeford-1") == set()
    assert shared(shelf, OF_BOTH, "beeford-1") == {("ayton", "A")}
    put(shelf, OF_BOTH, "beeford-1")
    assert shared(shelf, PLAN, "ayton-1") == {("beeford", "A")}
    joint = PLAN.replace("ayton", "joint").replace("coversArea area:A", "coversArea area:A, area:B, area:C")
    assert shared(shelf, joint, "joint-1") == {("ayton", "A"), ("beeford", "A"), ("beeford", "B")}
    shelf.apply(settling.remove(shelf, version("ayton-1"), country()))
    assert shared(shelf, joint, "joint-1") == {("beeford", "A"), ("beeford", "B")}


def test_an_arrangement_speaks_for_its_own_area(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    assert shared(shelf, PLAN, "ayton-1") == set()
    assert shared(shelf, SECOND, "ayton-2") == set()


def test_another_s_name_is_not_free(shelf: Shelf) -> None:
    """Neither that of a version nor that of an arrangement, in whatever case: lists show nothing else."""
    put(shelf, PLAN, "ayton-1")
    label = next(str(name) for name in prepared(PLAN).objects(URIRef(version("ayton-1")), SKOS.prefLabel))
    for name in (label, label.upper(), label + " (copy)"):
        said = OF_BEEFORD + f"version:beeford-1 skos:prefLabel '{name}'@en ."
        assert touched(shelf, said, "beeford-1") == ({"ayton"} if name.lower() == label.lower() else set())


def test_an_area_is_told_by_its_name(shelf: Shelf) -> None:
    """It is the reference data that name it, whatever a document calls it."""
    put(shelf, PLAN, "ayton-1")
    name = (URIRef("http://statistics.data.gov.uk/id/statistical-geography/A"), SKOS.prefLabel)
    shelf.apply(Change(added=((*name, Literal("Ayton", lang="en"), layout.REFERENCE), (*name, Literal("x"), "urn:other"))))
    assert shared(shelf, OF_BOTH, "beeford-1") == {("ayton", "Ayton (A)")}


def test_another_code_for_an_area_is_no_way_round(shelf: Shelf) -> None:
    """Barnsley got a new code in 2025: what is held for it under one is held for it under both."""
    old, new = ("E08000016", "E08000038")
    for held_as, said_as in ((old, new), (new, old)):
        of_barnsley = prepared(PLAN.replace("area:A", f"area:{held_as}"))
        shelf.apply(settling.put(shelf, version("ayton-1"), of_barnsley, background()))
        assert shared(shelf, OF_BEEFORD.replace("area:B", f"area:{said_as}"), "beeford-1") == {("ayton", said_as)}


@pytest.mark.parametrize("modality", ["proposed", "historical"])
def test_another_code_for_an_area_only_spoken_of_is_no_way_round_either(shelf: Shelf, modality: str) -> None:
    """Where a claim is not borne out, nothing is settled from it that would name the other code."""
    old, new = (f"http://statistics.data.gov.uk/id/statistical-geography/{code}" for code in ("E08000016", "E08000038"))
    shelf.apply(Change(added=((URIRef(old), MASA.recodedAs, URIRef(new), layout.REFERENCE),)))
    said = f"""version:ayton-1 masa:statedBy <https://w3id.org/masagraph/id/version/ayton-1#s> .
    <https://w3id.org/masagraph/id/version/ayton-1#s> a masa:Statement ; masa:locator "1" ; masa:modality modality:{modality} ;
        masa:inDocument <https://w3id.org/masagraph/id/version/ayton-1#plan> ; masa:onProperty masa:coversArea ."""
    for held_as, said_as in ((old, new), (new, old)):
        of_barnsley = prepared(PLAN.replace("area:A", f"<{held_as}>") + said)
        shelf.apply(settling.put(shelf, version("ayton-1"), of_barnsley, background()))
        told = said_as.rsplit("/", 1)[-1]
        assert shared(shelf, OF_BEEFORD.replace("area:B", f"<{said_as}>"), "beeford-1") == {("ayton", told)}


@pytest.mark.parametrize("modality", ["proposed", "historical"])
def test_an_area_that_is_only_spoken_of_is_no_way_round(shelf: Shelf, modality: str) -> None:
    """Neither for whoever speaks of it, since that can be made firm later, nor against whoever does."""
    said = f"""version:beeford-1 masa:statedBy <https://w3id.org/masagraph/id/version/beeford-1#s> .
    <https://w3id.org/masagraph/id/version/beeford-1#s> a masa:Statement ; masa:locator "1" ; masa:modality modality:{modality} ;
        masa:inDocument <https://w3id.org/masagraph/id/version/beeford-1#plan> ; masa:onProperty masa:coversArea ."""
    put(shelf, PLAN, "ayton-1")
    assert shared(shelf, OF_BOTH + said, "beeford-1") == {("ayton", "A")}
    put(shelf, OF_BOTH + said, "beeford-1")
    assert not [t for t in served(shelf) if t[:2] == (URIRef(version("beeford-1")), MASA.coversArea)]
    assert shared(shelf, PLAN, "ayton-1") == {("beeford", "A")}


def test_an_arrangement_that_has_ended_is_held_for_its_area_still(shelf: Shelf) -> None:
    """Questions are asked as of any day, and a document says itself from when it counts."""
    put(shelf, PLAN + f"version:ayton-1 masa:inForceTo [ a masa:StatedDate ; masa:latestDay {DATE} ] .", "ayton-1")
    assert periods(shelf) == {"ayton-1": ("2019-09-01", "2024-01-01")}
    assert shared(shelf, OF_BOTH.replace("2019", "2025"), "beeford-1") == {("ayton", "A")}


# --- What is settled


def periods(shelf: Shelf) -> dict[str, tuple[str, str]]:
    graph = merged(shelf.graph(None) or Graph())
    return {
        str(node).removeprefix(layout.VERSIONS): (
            str(graph.value(node, MASA.countsFrom)),
            str(graph.value(node, MASA.countsTo) or ""),
        )
        for node in graph.subjects(RDF.type, MASA.ArrangementVersion)
    }


def test_a_version_that_comes_ends_the_one_before_and_gives_it_back_when_it_goes(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    assert periods(shelf) == {"ayton-1": ("2019-09-01", "")}
    put(shelf, SECOND + "version:ayton-2 masa:supersedes version:ayton-1 .", "ayton-2")
    assert periods(shelf) == {"ayton-1": ("2019-09-01", "2021-08-31"), "ayton-2": ("2021-09-01", "")}
    put(shelf, SECOND, "ayton-2")
    assert periods(shelf) == {"ayton-1": ("2019-09-01", ""), "ayton-2": ("2021-09-01", "")}
    put(shelf, SECOND + "version:ayton-2 masa:supersedes version:ayton-1 .", "ayton-2")
    shelf.apply(settling.remove(shelf, version("ayton-2"), country()))
    assert periods(shelf) == {"ayton-1": ("2019-09-01", "")}
    assert shelf.names() == sorted([version("ayton-1"), layout.settled(version("ayton-1"))])
    shelf.apply(settling.remove(shelf, version("ayton-1"), country()))
    assert served(shelf) == set()
    assert shelf.names() == []


def test_the_same_again_changes_nothing_and_what_is_not_there_cannot_go(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    change = settling.put(shelf, version("ayton-1"), prepared(PLAN), country())
    assert (change.dropped, change.removed, change.added) == ((), (), ())
    assert settling.remove(shelf, version("nobody"), country()) == Change()


def test_only_what_differs_is_written(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    put(shelf, OF_BEEFORD, "beeford-1")
    changed = PLAN.replace('"Police"', '"The police"')
    change = settling.put(shelf, version("ayton-1"), prepared(changed), country())
    role, name = URIRef(f"{version('ayton-1')}#police"), MASA.publishedName
    places = {version("ayton-1"), layout.settled(version("ayton-1")), None}
    assert set(change.removed) == {(role, name, Literal("Police"), place) for place in places}
    assert set(change.added) == {(role, name, Literal("The police"), place) for place in places}


def test_what_another_version_says_too_stays(shelf: Shelf) -> None:
    """Both describe the arrangement; when one goes the arrangement keeps its name, and loses the version."""
    put(shelf, PLAN, "ayton-1")
    put(shelf, SECOND, "ayton-2")
    shelf.apply(settling.remove(shelf, version("ayton-1"), country()))
    arrangement = URIRef(f"{BASE}id/arrangement/ayton")
    assert {t for t in served(shelf) if t[0] == arrangement} == {
        (arrangement, RDF.type, MASA.Arrangement),
        (arrangement, SKOS.prefLabel, Literal("Ayton", lang="en")),
        (arrangement, MASA.hasVersion, URIRef(version("ayton-2"))),
    }


def test_what_the_reference_data_say_too_stays(shelf: Shelf) -> None:
    fact = (URIRef(f"{BASE}id/arrangement/ayton"), SKOS.prefLabel, Literal("Ayton", lang="en"))
    shelf.apply(Change(added=((*fact, layout.REFERENCE), (*fact, None))))
    put(shelf, PLAN, "ayton-1")
    shelf.apply(settling.remove(shelf, version("ayton-1"), country()))
    assert served(shelf) == {fact}


def test_what_an_operator_put_there_unasked_is_not_settled(shelf: Shelf) -> None:
    raw = let_in(PLAN)
    shelf.apply(Change(added=tuple((*triple, version("ayton-1")) for triple in raw)))
    put(shelf, SECOND + "version:ayton-2 masa:supersedes version:ayton-1 .", "ayton-2")
    assert set(periods(shelf)) == {"ayton-2"}
    assert shelf.graph(layout.settled(version("ayton-1"))) is None
    put(shelf, PLAN, "ayton-1")  # in the place of what has blank nodes
    assert set(shelf.graph(version("ayton-1")) or ()) == set(prepared(PLAN))


# --- What nobody can slip in


def test_a_document_is_heard_on_its_own_version_alone(shelf: Shelf) -> None:
    put(shelf, PLAN, "ayton-1")
    before = served(shelf)
    other = version("ayton-1")
    slipped = f"""
    version:ayton-1 masa:coversArea area:C ; masa:supersedes version:beeford-1 ; masa:countsTo {DATE} .
    <{other}#police> masa:heldBy police-force:SOU ; masa:validTo {DATE} ; masa:statedBy <{other}#s> .
    <{other}#s> a masa:Statement ; masa:inDocument <{other}#plan> ; masa:locator "1" ; masa:evidenceState evidence:conflicting .
    version:beeford-1 masa:countsFrom {DATE} .
    """
    graph = blank_nodes.named(asking.turtle(OF_BEEFORD + slipped), version("beeford-1"))
    shelf.apply(settling.put(shelf, version("beeford-1"), graph, country()))
    assert {t for t in served(shelf) if str(t[0]).startswith(other)} == {t for t in before if str(t[0]).startswith(other)}
    assert periods(shelf)["beeford-1"] == ("2019-09-01", "")
    with pytest.raises(InputError):
        documents.prepared(asking.turtle(OF_BEEFORD + slipped), version("beeford-1"), "it")


def test_a_document_says_nothing_of_what_the_reference_data_know(shelf: Shelf) -> None:
    leeds = URIRef(f"{BASE}id/council/LDS")
    slipped = """
    council:LDS a masa:Arrangement ; skos:prefLabel "Not a council"@en ; masa:partnerKind kind:police .
    version:ayton-1 masa:hasPartnerRole council:LDS ; masa:note "x" .
    council:NEW a masa:LocalAuthority ; skos:prefLabel "A council of nobody's"@en .
    version:ayton-1 masa:otherMatter "x" ; masa:hasDocument council:NEW .
    """
    graph = blank_nodes.named(asking.turtle(PLAN + slipped), version("ayton-1"))
    shelf.apply(settling.put(shelf, version("ayton-1"), graph, background()))
    assert (leeds, SKOS.prefLabel, Literal("Not a council", lang="en")) in graph
    assert {t for t in served(shelf) if t[0] == leeds} == set()
    assert not [t for t in served(shelf) if t[2] == MASA.LocalAuthority]


# --- The heart: a store is as if it had been made anew, whatever came and went

KEYS = ("a1", "a2", "a3", "b1", "b2")


def version_text(key: str, day: str | None, supersedes: frozenset[str], modality: str, body: str, *, shares: bool) -> str:
    """Return a small document. All share a post, if they like, and the versions of one arrangement its name."""
    here, letter = f"https://w3id.org/masagraph/id/version/{key}#", key[0]
    dated = f'masa:inForceFrom [ a masa:StatedDate ; masa:earliestDay "{day}"^^xsd:date ] ;' if day else ""
    follows = "".join(f"masa:supersedes version:{other} ; " for other in sorted(supersedes))
    post = f"https://w3id.org/masagraph/id/version/{letter}#post" if shares else f"{here}post"
    return f"""
    arrangement:{letter} a masa:Arrangement ; skos:prefLabel "{letter}"@en ; masa:hasVersion version:{key}, version:{letter} .
    version:{key} a masa:ArrangementVersion ; skos:prefLabel "{key}"@en ; {dated} {follows} masa:coversArea area:A ;
        masa:hasDocument <{here}plan> ; masa:hasPartnerRole <{here}role> ; masa:statedBy <{here}s> .
    <{here}plan> a masa:Document ; skos:prefLabel "Plan"@en ; masa:extentRead extent-read:part .
    <{here}s> a masa:Statement ; masa:inDocument <{here}plan> ; masa:locator "1" ; masa:modality modality:{modality} ;
        masa:onProperty masa:supersedes .
    <{here}role> a masa:PartnerRole ; masa:partnerKind kind:health ; masa:heldBy health-body:{body} ; masa:hasLead <{here}lead> .
    <{here}lead> a masa:Lead ; masa:leadPost <{post}> .
    <{post}> a masa:Post ; masa:postTitle "Chief Executive" ; masa:postKind post-kind:icb-chief-executive .
    """


def some_version(key: str) -> st.SearchStrategy[tuple[str, str]]:
    text = st.builds(
        version_text,
        st.just(key),
        st.sampled_from([None, None, "2019-09-29", "2021-01-01"]),
        st.frozensets(st.sampled_from([other for other in KEYS if other != key]), max_size=2),
        st.sampled_from(["in-place", "proposed"]),
        st.sampled_from(["GRP", "BRD"]),
        shares=st.booleans(),
    )
    return st.tuples(st.just(key), text)


STEPS = st.lists(
    st.one_of(st.sampled_from(KEYS).flatmap(some_version), st.tuples(st.sampled_from(KEYS), st.just(""))), min_size=3, max_size=9
)


def walk(shelf: Shelf, steps: list[tuple[str, str]]) -> list[int]:
    """Take steps and return the numbers of those after which the store is not as if made anew. An empty text removes."""
    held: dict[str, Graph] = {}
    wrong = []
    for number, (key, text) in enumerate(steps):
        name = version(key)
        held.pop(name, None)
        if text:
            held[name] = prepared(text, key)
            shelf.apply(settling.put(shelf, name, held[name], country()))
        else:
            shelf.apply(settling.remove(shelf, name, country()))
        settled = merged(*(graph for known in shelf.names() if "/settled/" in known and (graph := shelf.graph(known))))
        if served(shelf) != truth(held, country()) or set(settled) != served(shelf):
            wrong.append(number)
        assert shelf.names() == sorted([*held, *map(layout.settled, held)])
    return wrong


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_and_goes_the_store_is_as_if_made_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("store"))
    try:
        assert walk(shelf, steps) == []
    finally:
        shelf.close()


NONE: frozenset[str] = frozenset()
CHAIN = [
    ("a1", version_text("a1", "2019-09-29", NONE, "in-place", "GRP", shares=True)),
    ("a2", version_text("a2", None, frozenset({"a1"}), "in-place", "BRD", shares=True)),
    ("a3", version_text("a3", None, frozenset({"a2"}), "in-place", "BRD", shares=True)),
    ("a1", version_text("a1", "2021-01-01", NONE, "in-place", "GRP", shares=True)),
    ("a3", ""),
    # Not linked any more, but of one arrangement, which keeps its name when the first goes.
    ("a2", version_text("a2", None, NONE, "in-place", "BRD", shares=True)),
    ("a1", ""),
    ("a2", ""),
]


def test_a_chain_is_settled_up_and_down(shelf: Shelf) -> None:
    """The third begins a day after the second, which begins a day after the first: of both the day is assumed."""
    assert walk(shelf, CHAIN[:4]) == []
    assert periods(shelf) == {
        "a1": ("2021-01-01", "2021-01-01"),
        "a2": ("2021-01-02", "2021-01-02"),
        "a3": ("2021-01-03", ""),
    }


FAULTS: dict[str, tuple[str, Callable[..., set[str]] | None]] = {
    "neighbours are forgotten": ("_neighbours", lambda *_: set()),
    "only direct neighbours are settled again": ("_neighbours", None),
    "what others say too is taken away": ("_elsewhere", lambda *_: set()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    assert walk(shelf, CHAIN) == []
    name, planted = FAULTS[fault]
    asked: list[int] = []
    real = settling._neighbours

    def once(*given: object) -> set[str]:
        asked.append(1)
        return real(*given) if len(asked) % 2 else set()  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(settling, name, planted or once)
    assert walk(shelf, CHAIN) != []


def real_walk(shelf: Shelf, whole: dict[str, Graph], seed: int, steps: int, every: int) -> None:
    chance, held = random.Random(seed), dict[str, Graph]()
    for number in range(steps):
        name = chance.choice(sorted(whole))
        if name in held and chance.random() < 0.6:
            shelf.apply(settling.remove(shelf, name, background()))
            del held[name]
        else:
            shelf.apply(settling.put(shelf, name, whole[name], background()))
            held[name] = whole[name]
        if number % every == every - 1:
            assert served(shelf) == truth(held, background()), (seed, number)
    assert held, "a walk that ends with nothing shows little"


def test_the_shipped_versions_that_are_linked_come_and_go(shelf: Shelf) -> None:
    in_pairs = ("birmingham", "devon", "leeds", "north-lincolnshire", "solihull", "surrey", "bexley")
    linked = {
        name: graph for name, graph in shipped_versions().items() if name.removeprefix(layout.VERSIONS).startswith(in_pairs)
    }
    assert len(linked) == 13
    real_walk(shelf, linked, seed=4, steps=40, every=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_all_shipped_versions_come_and_go(shelf: Shelf, seed: int) -> None:
    real_walk(shelf, shipped_versions(), seed, steps=120, every=12)


# --- What ships


def test_the_first_load_is_one_change_that_holds_what_ships(shelf: Shelf) -> None:
    told: list[tuple[int, int]] = []
    assert shipped.first_load(shelf, lambda done, whole: told.append((done, whole))) == 1
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]

    def without_blank_nodes(triples: set[Triple]) -> set[Triple]:
        return {triple for triple in triples if not any(isinstance(term, BNode) for term in triple)}

    by_command, in_store = set(holding.load().graph()), served(shelf)
    assert without_blank_nodes(in_store) == without_blank_nodes(by_command)
    assert len(in_store) == len(by_command)
    versions_held = {name for name in shelf.names() if name.startswith(layout.VERSIONS)}
    assert versions_held == set(shipped_versions())
    assert set(shelf.names()) == {
        *layout.SHIPPED, settling.BACKGROUND, *versions_held, *map(layout.settled, versions_held),
    }  # fmt: skip
    apart = [name for name in shelf.names() if name not in {*versions_held, layout.RULES, layout.CATALOGUE}]
    assert set(merged(*(shelf.graph(name) or Graph() for name in apart))) == in_store
    catalogue = shelf.graph(layout.CATALOGUE) or Graph()
    assert catalogue.value(URIRef(layout.CATALOGUE), DCTERMS.identifier) is not None
    for name in versions_held:
        change = settling.put(shelf, name, shipped_versions()[name], background())
        assert not [quad for quad in change.removed if not isinstance(quad[2], Literal)]
    # What the store is asked for is what the files were asked for.
    assert set(settling.background_of(shelf).facts) == set(background().facts)
    assert settling.background_of(shelf).lives == background().lives
    shelf.apply(settling.settle(shelf, dict.fromkeys(versions_held)))
    kept = [layout.REFERENCE, layout.MEANING, settling.BACKGROUND]
    assert served(shelf) == set(merged(*(shelf.graph(name) or Graph() for name in kept)))


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f"{asking.PREFIXES}\n{text}", encoding="utf-8")
    return str(path)


def test_files_are_loaded_in_one_change(shelf: Shelf, tmp_path: Path) -> None:
    both = PLAN + SECOND.replace("hasVersion version:ayton-2", "hasVersion version:ayton-2, version:ayton-1")
    paths = [written(tmp_path, "both.ttl", both), written(tmp_path, "beeford.ttl", OF_BEEFORD)]
    assert shipped.load(shelf, shelf, paths) == 1
    assert set(periods(shelf)) == {"ayton-1", "ayton-2", "beeford-1"}


def test_files_that_ship_can_be_loaded_though_one_describes_the_arrangement_of_another(shelf: Shelf) -> None:
    paths = [str(path) for path in FILES if path.stem.startswith("leeds")]
    assert shipped.load(shelf, shelf, paths) == 1
    assert set(periods(shelf)) == {"leeds-2019", "leeds-2024"}
    with pytest.raises(InputError, match="it does not say of which arrangement"):
        shipped.load(shelf, shelf, [path for path in paths if "2024" in path])


@pytest.mark.parametrize("fault", ["refused by intake", "described twice"])
def test_nothing_is_loaded_if_one_file_is_refused(shelf: Shelf, tmp_path: Path, fault: str) -> None:
    second = SECOND if fault == "refused by intake" else PLAN
    broken = second.replace("masa:publishedName", "masa:publisshedName") if fault == "refused by intake" else second
    paths = [written(tmp_path, "good.ttl", PLAN), written(tmp_path, "bad.ttl", broken)]
    with pytest.raises(InputError, match=r"bad\.ttl"):
        shipped.load(shelf, shelf, paths)
    assert (shelf.number, shelf.names()) == (0, [])


OWN = "https://w3id.org/masagraph/id/version/ayton-1#x"
FOREIGN = f"""
@prefix ex: <https://example.org/> . @prefix org: <http://www.w3.org/ns/org#> .
version:ayton-1 masa:hasDocument <{OWN}-d> ; ex:p <{OWN}> .
<{OWN}-d> a masa:Document ; skos:prefLabel "Doc" ;
    masa:documentKind <https://w3id.org/masagraph/vocab/document-kind#published-arrangement> ;
    masa:extentRead <https://w3id.org/masagraph/vocab/extent-read#whole> ; ex:p <{OWN}> .
"""
UNHEARD = {
    "a change of bodies": """a org:ChangeEvent ; masa:changedOn "2026-04-01"^^xsd:date ; org:originalOrganization council:LDS ;
        org:resultingOrganization council:BEN""",
    "a kind of partner": """skos:inScheme <https://w3id.org/masagraph/vocab/partner-kind> ; skos:prefLabel "police"@en""",
    "a second police force": """a masa:Body ; skos:prefLabel "Metropolitan Police Service" ; masa:forceAreaCode "E23000001" """,
    "a footprint of no arrangement": """a masa:ChildDeathReview ; skos:prefLabel "Official"@en ; masa:hasFootprint [
        a masa:Footprint ; masa:note "forged" ; masa:includesArea area:B ]""",
}


@pytest.mark.parametrize("said", UNHEARD)
def test_what_hangs_on_foreign_words_is_not_heard(shelf: Shelf, said: str) -> None:
    """Found by an attack: by words that questions ask the reference data for, a document changed what everybody is told."""
    put(shelf, PLAN + FOREIGN + f"<{OWN}> {UNHEARD[said]} .", "ayton-1")
    heard = [triple for triple in served(shelf) if any(str(term).startswith(OWN) for term in triple)]
    assert {triple[0] for triple in heard} <= {URIRef(version("ayton-1")), URIRef(f"{OWN}-d")}
    assert not [triple for triple in heard if triple[2] == URIRef(OWN)]
    assert not [triple for triple in served(shelf) if "forged" in str(triple[2])]
    assert (URIRef(OWN), None, None) in (shelf.graph(version("ayton-1")) or Graph()), "it stays in the document"


@pytest.mark.parametrize("kind", ["Region", "Register", "Edition", "PartnerKind"])
def test_what_all_share_is_not_made_up(kind: str) -> None:
    with pytest.raises(InputError, match=f"a masa:{kind} that the reference data do not know"):
        prepared(PLAN + f"<{OWN}> a masa:{kind} ; skos:prefLabel 'London' .")
