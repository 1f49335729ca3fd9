"""Files with all that is held, or one region of it, their checksums, and the description that lists them."""

import base64
import gzip
import hashlib
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, VOID
from rdflib.term import Node

import serving
from masagraph import oxigraph
from masagraph.store import layout
from masagraph.store.contract import Change, Reader, StoreError
from masagraph.store.embedded import Embedded
from masagraph.vocab import BASE, DCTERMS, MASA, RDF, SKOS, XSD
from masagraph.work import exporting
from masagraph.work.reading import ReadingDesk
from serving import Reply, Served

AREA = Namespace("http://statistics.data.gov.uk/id/statistical-geography/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
LONDON = AREA.E12000007
WHOLE = ("all.nq", "all.nq.gz", "all.trig", "all.trig.gz")
EXTENSIONS = {"nq": "nquads", "trig": "trig", "ttl": "turtle", "nt": "ntriples"}


def fetched(served: Served, name: str, **headers: str) -> Reply:
    """Return a download."""
    reply = served.ask("GET", f"/download/{name}", headers=headers)
    assert reply.status in (200, 206), reply.text
    return reply


def quads(body: bytes, syntax: str) -> Counter[oxigraph.Quad]:
    """Return the quads of a file that have no blank node, and how many others there are in each graph by each property."""
    found = Counter[oxigraph.Quad]()
    for s, p, o, name in oxigraph.parse(body, syntax):
        is_blank = isinstance(s, BNode) or isinstance(o, BNode)
        found[(s, p, o, name) if not is_blank else (Literal("blank"), p, Literal("blank"), name)] += 1
    return found


def said(graph: Graph, thing: Node) -> set[tuple[Node, object]]:
    """Return what a graph says of a thing, numbers by their value: stores write 100.0 as 100."""
    pairs = graph.predicate_objects(thing)
    return {(p, o.toPython() if isinstance(o, Literal) and o.datatype == XSD.decimal else o) for p, o in pairs}


def graph_of(served: Served, name: str) -> Graph:
    """Return the graph of a download."""
    graph = Graph()
    for s, p, o, _ in oxigraph.parse(fetched(served, name).body, EXTENSIONS[name.rpartition(".")[2]]):
        graph.add((s, p, o))
    return graph


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a service with five generations, of which four are kept; generation N holds N things."""
    data = tmp_path_factory.mktemp("many")
    writer = Embedded(data / "store", keep=4).writer()
    for number in range(1, 6):
        quad = (URIRef(f"https://example.org/{number}"), SKOS.prefLabel, Literal(f'"{number}"\n\\', lang="en"), None)
        writer.apply(Change(added=(quad,)))
    writer.close()
    with serving.serving(data, "--workers", "1", "--keep-generations", "4") as service:
        yield service


def test_everything_held_is_in_the_file(served: Served, shipped_data: Path) -> None:
    reader = Embedded(shipped_data / "store").reader()
    held = list(reader.quads())
    reader.close()
    body = fetched(served, "all.nq").body
    assert body.count(b"\n") == len(held) > 50_000
    sure = Counter(quad for quad in held if not any(isinstance(term, BNode) for term in quad))
    assert sure <= quads(body, "nquads")
    assert quads(fetched(served, "all.trig").body, "trig") == quads(body, "nquads")


def test_lines_are_sorted_and_packing_adds_nothing(served: Served) -> None:
    body = fetched(served, "all.nq").body
    lines = body.decode().splitlines(keepends=True)
    assert lines == sorted(lines)
    packed = fetched(served, "all.nq.gz").body
    assert gzip.decompress(packed) == body
    assert packed[4:8] == bytes(4), "a time stamp would make each packing another"
    assert not packed[3] & 0x08, "nor is there the name of a file"
    assert gzip.decompress(fetched(served, "all.trig.gz").body) == fetched(served, "all.trig").body


def test_a_file_made_anew_is_the_same_to_the_byte(many: Served) -> None:
    first = {name: fetched(many, name).body for name in WHOLE}
    shutil.rmtree(many.data / "downloads")
    assert {name: fetched(many, name).body for name in WHOLE} == first


def test_sha256sum_reads_the_checksums(served: Served, tmp_path: Path) -> None:
    for name in ("all.nq.gz", "region/E12000007.nt"):
        file = tmp_path / Path(name).name
        file.write_bytes(fetched(served, name).body)
        checksum = fetched(served, f"{name}.sha256")
        assert checksum.media_type == "text/plain"
        (tmp_path / f"{file.name}.sha256").write_bytes(checksum.body)
        check = ["sha256sum", "--strict", "-c", f"{file.name}.sha256"]
        assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 0
        file.write_bytes(file.read_bytes() + b"\n")
        assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("all.nq", "application/n-quads"),
        ("all.trig", "application/trig"),
        ("all.nq.gz", "application/gzip"),
        ("region/E12000007.ttl", "text/turtle"),
        ("region/E12000007.nt", "application/n-triples"),
    ],
)
def test_an_answer_says_what_it_is(served: Served, name: str, media_type: str) -> None:
    reply = fetched(served, name)
    digest = base64.b64encode(hashlib.sha256(reply.body).digest()).decode()
    assert reply.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert reply.media_type == media_type
    assert reply.generation == 1
    assert "Content-Encoding" not in reply.headers
    head = served.ask("HEAD", f"/download/{name}")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(reply.body)), b"")
    again = served.ask("GET", f"/download/{name}", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status == 304


def test_part_of_a_file_can_be_fetched(served: Served) -> None:
    whole = fetched(served, "all.nq.gz")
    part = fetched(served, "all.nq.gz", Range="bytes=100-199")
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert part.headers["Repr-Digest"] == whole.headers["Repr-Digest"], "it is that of the whole"
    kept = fetched(served, "all.nq.gz", Range="bytes=100-199", **{"If-Range": whole.headers["ETag"]})
    assert kept.status == 206
    assert fetched(served, "all.nq.gz", Range="bytes=100-199", **{"If-Range": '"another"'}).body == whole.body
    assert served.ask("GET", "/download/all.nq.gz", headers={"Range": "bytes=999999999-"}).status == 416


def test_a_generation_stays_to_be_fetched_and_old_files_go(many: Served) -> None:
    def names(number: int) -> int:
        return fetched(many, f"all.nq?generation={number}").body.count(b"\n")

    folder = many.data / "downloads"
    assert [names(number) for number in (2, 3, 4, 5)] == [2, 3, 4, 5]
    assert sorted(path.name for path in folder.iterdir()) == ["4", "5"]
    assert names(2) == 2, "it is made anew for who asks"
    assert names(5) == 5


def test_a_pruned_generation_is_gone_even_if_its_file_is_not(many: Served) -> None:
    fetched(many, "all.nq")
    shutil.copytree(many.data / "downloads" / "5", many.data / "downloads" / "1")
    try:
        assert many.ask("GET", "/download/all.nq?generation=1").status == 410
    finally:
        shutil.rmtree(many.data / "downloads" / "1", ignore_errors=True)


def test_half_a_file_is_never_sent(many: Served) -> None:
    whole = fetched(many, "all.trig").body
    folder = many.data / "downloads" / "5"
    for name in ("all.trig", "all.trig.sha256"):
        (folder / name).unlink()
    (folder / "all.trig.17.draft").write_bytes(whole[:10])
    assert exporting.at_hand(folder.parent, 5, "all.trig") is None
    assert fetched(many, "all.trig").body == whole
    (folder / "all.trig.17.draft").unlink()


@pytest.fixture
def place(tmp_path: Path) -> Embedded:
    """Return a store that holds one thing without a name."""
    place = Embedded(tmp_path / "store")
    writer = place.writer()
    writer.apply(Change(added=((BNode(), SKOS.prefLabel, Literal("x"), None),)))
    writer.close()
    return place


class Renaming(ReadingDesk):
    """A desk at whose store blank nodes are called otherwise each time, as at some servers."""

    def reader(self, number: int) -> Reader:
        """Open a generation anew."""
        return RenamingReader(number, super().reader(number))  # type: ignore[return-value]  # it has what an export of all asks


class RenamingReader:
    """Has a store tell what it holds with new names for its blank nodes."""

    def __init__(self, number: int, reader: Reader) -> None:
        """Take what it reads."""
        self.number, self._reader = number, reader

    def quads(self) -> Iterator[oxigraph.Quad]:
        """Yield all, renamed."""
        for s, p, o, name in self._reader.quads():
            yield BNode() if isinstance(s, BNode) else s, p, o, name


def test_a_checksum_is_of_the_file_beside_it_whoever_wrote_which(place: Embedded, tmp_path: Path) -> None:
    """Two workers make the same file, whose bytes differ; one may be stopped before it wrote the checksum."""
    folder = tmp_path / "downloads"
    desks = [Renaming(place) for _ in range(4)]
    alone = [exporting.export(desk, 1, tmp_path / str(n), 1, "all.nq").sha256 for n, desk in enumerate(desks[:2])]
    assert alone[0] != alone[1], "else this shows nothing"
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda desk: exporting.export(desk, 1, folder, 1, "all.nq"), desks))
    assert len(made) == 1
    (file,) = made
    assert file.sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()
    exporting.checksum_of(file.path).unlink()
    assert exporting.at_hand(folder, 1, "all.nq") is None
    assert exporting.export(desks[0], 1, folder, 1, "all.nq") == file == exporting.at_hand(folder, 1, "all.nq")
    packed = exporting.export(desks[1], 1, folder, 1, "all.nq.gz")
    assert gzip.decompress(packed.path.read_bytes()) == file.path.read_bytes()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(place: Embedded, tmp_path: Path) -> None:
    """And not taken for a file that is there."""
    (tmp_path / "downloads").write_text("")
    assert exporting.at_hand(tmp_path / "downloads", 1, "all.nq") is None
    with pytest.raises(StoreError, match=r"downloads/1: .*\(Not a directory\)\. Make room, or let it be written\.$"):
        exporting.export(ReadingDesk(place), 1, tmp_path / "downloads", 1, "all.nq")


def test_a_full_disk_leaves_nothing_behind(place: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not half a file either, which would take what room there is."""

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    desk, folder = ReadingDesk(place), tmp_path / "downloads"
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(StoreError, match=r"all\.nq: .*\(No space left on device\)\. Make room, or let it be written\.$"):
            exporting.export(desk, 1, folder, 1, "all.nq")
    assert not list(folder.rglob("all*"))
    assert exporting.export(desk, 1, folder, 1, "all.nq").size > 0


def test_what_may_not_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    """A folder stands where the checksum should."""
    (tmp_path / "1" / "all.nq.sha256").mkdir(parents=True)
    (tmp_path / "1" / "all.nq").write_text("")
    with pytest.raises(StoreError, match=r"all\.nq: .*\(Is a directory\)"):
        exporting.at_hand(tmp_path, 1, "all.nq")


def test_a_region_has_its_areas_bodies_and_arrangements(served: Served, root: Path) -> None:
    files = oxigraph.read(sorted((root / "data" / "reference").glob("*.ttl")))
    areas = set(files.subjects(MASA.inRegion, LONDON))
    jurisdictions = {j for area in areas for j in files.subjects(MASA.overArea, area)}
    bodies = {body for j in jurisdictions for body in files.objects(j, MASA.jurisdictionOf)}
    posts = {post for body in bodies for post in files.objects(body, MASA.headPost)}
    assert len(areas) == 33
    found = graph_of(served, "region/E12000007.ttl")
    for thing in {LONDON, *areas, *jurisdictions, *bodies, *posts}:
        assert said(files, thing) <= said(found, thing), thing
    assert set(found.subjects(RDF.type, MASA.Area)) == areas
    assert set(found.subjects(RDF.type, MASA.Region)) == {LONDON}
    published = oxigraph.read(sorted((root / "data" / "arrangements").glob("*.ttl")))
    covering = {version for area in areas for version in published.subjects(MASA.coversArea, area)}
    assert len(covering) > 5
    assert set(found.subjects(RDF.type, MASA.ArrangementVersion)) == covering
    islington = URIRef(f"{BASE}id/version/islington-2019")
    assert (islington, MASA.partnershipName, Literal("Islington Safeguarding Children Partnership")) in found
    assert (URIRef(f"{BASE}id/arrangement/islington"), MASA.hasVersion, islington) in found
    assert isomorphic(found, graph_of(served, "region/E12000007.nt"))


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("region/E12000099.ttl", 404, "There is no region E12000099"),
        ("region/E09000019.ttl", 404, "Regions are called by their code"),
        ("region/E12000007.rdf", 404, "Regions are called by their code"),
        ("region/..%2F..%2Ftokens.json", 404, ""),
        ("..%2Ftokens.json", 404, ""),
        ("all.ttl", 404, "There are all.nq, all.nq.gz"),
        ("all.nq.gz.sha256.sha256", 404, "There is no such download"),
        ("all.nq?generation=x", 400, "no number of a generation"),
        ("all.nq?format=ttl", 400, "there is no such parameter"),
    ],
)
def test_what_is_not_offered_is_refused(served: Served, path: str, status: int, told: str) -> None:
    reply = served.ask("GET", f"/download/{path}")
    assert reply.status == status
    assert told in reply.text


@pytest.fixture(scope="module")
def described(served: Served) -> Graph:
    """Return what /.well-known/void says."""
    reply = served.ask("GET", "/.well-known/void")
    assert (reply.status, reply.media_type) == (200, "text/turtle")
    assert reply.generation == 1
    return Graph().parse(data=reply.body, format="turtle")


@pytest.fixture(scope="module")
def dataset(described: Graph) -> URIRef:
    """Return the one data set that it describes."""
    (found,) = described.subjects(RDF.type, DCAT.Dataset)
    assert isinstance(found, URIRef)
    assert (found, RDF.type, VOID.Dataset) in described
    return found


def test_each_file_is_described_as_it_is(served: Served, described: Graph, dataset: URIRef) -> None:
    distributions = list(described.objects(dataset, DCAT.distribution))
    assert len(distributions) == 4
    for distribution in distributions:
        (address,) = described.objects(distribution, DCAT.downloadURL)
        assert (dataset, VOID.dataDump, address) in described
        body = served.ask("GET", str(address).removeprefix(served.address)).body
        assert [str(size) for size in described.objects(distribution, DCAT.byteSize)] == [str(len(body))]
        (checksum,) = described.objects(distribution, SPDX.checksum)
        assert (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in described
        digest = Literal(hashlib.sha256(body).hexdigest(), datatype=XSD.hexBinary)
        assert [str(value) for value in described.objects(checksum, SPDX.checksumValue)] == [str(digest)]
        is_packed = str(address).partition("?")[0].endswith(".gz")
        assert ((distribution, DCAT.compressFormat, None) in described) == is_packed
        assert str(described.value(distribution, DCAT.mediaType)).rpartition("/")[2] in ("n-quads", "trig")


def test_each_graph_is_counted(served: Served, described: Graph, dataset: URIRef, shipped_data: Path) -> None:
    named = URIRef("http://www.w3.org/ns/sparql-service-description#name")
    parts = {str(described.value(part, named)): part for part in described.objects(dataset, VOID.subset)}
    reader = Embedded(shipped_data / "store").reader()
    assert sorted(parts) == reader.names()
    for name in (*layout.SHIPPED, f"{BASE}id/version/islington-2019"):
        held = reader.graph(name)
        assert held is not None
        assert [int(str(n)) for n in described.objects(parts[name], VOID.triples)] == [len(held)]
    reader.close()
    address = str(described.value(parts[layout.CATALOGUE], VOID.dataDump))
    reply = served.ask("GET", address.removeprefix(served.address), headers={"Accept": "application/n-triples"})
    assert reply.status == 200


def test_it_says_whose_the_facts_are_as_notice_does(described: Graph, dataset: URIRef, root: Path) -> None:
    rights = str(described.value(described.value(dataset, DCTERMS.rights), URIRef("http://www.w3.org/2000/01/rdf-schema#label")))
    notice = " ".join((root / "NOTICE").read_text(encoding="utf-8").split()).replace("(c)", "©")
    for words in (
        "Office for National Statistics and NHS England, Open Government Licence v3.0",
        "ontains National Statistics data and NHS data; contains OS data © Crown copyright and database right",
        "Names and three-letter codes of councils: mySociety, Creative Commons Attribution 4.0",
        "Department for Education and police.uk, Open Government Licence v3.0",
        "restated, not copied",
    ):
        assert words in notice, words
        assert words in rights, words
    files = Graph()
    for path in (root / "data").rglob("*.ttl"):
        for triple in oxigraph.read([path]).triples((None, DCTERMS.license, None)):
            files.add(triple)
    licences = set(files.objects(None, DCTERMS.license))
    assert {str(each).rstrip("/").rpartition("/")[2] for each in licences} == {"3", "4.0", "LICENSE-2.0"}
    assert set(described.objects(dataset, DCTERMS.license)) == licences


def test_it_says_where_to_ask(served: Served, described: Graph, dataset: URIRef) -> None:
    assert (dataset, VOID.sparqlEndpoint, URIRef(f"{served.address}/sparql")) in described
    assert (dataset, VOID.uriSpace, Literal(BASE)) in described
    services = {str(described.value(s, DCAT.endpointURL)) for s in described.subjects(DCAT.servesDataset, dataset)}
    assert services == {f"{served.address}/sparql", f"{served.address}/api"}
    for address in described.objects(None, DCAT.endpointDescription):
        assert served.ask("GET", str(address).removeprefix(served.address)).status == 200
    examples = [str(example) for example in described.objects(dataset, VOID.exampleResource)]
    assert len(examples) == 3
    (lookup,) = described.objects(dataset, VOID.uriLookupEndpoint)
    for example in examples:
        asked = urlsplit(str(lookup) + example)
        assert served.ask("GET", f"{asked.path}?{asked.query}").status in (200, 303)


def test_it_says_of_when_it_is(served: Served, described: Graph, dataset: URIRef, shipped_data: Path) -> None:
    since = Embedded(shipped_data / "store").since(1).replace(microsecond=0)
    copied = Embedded(served.data / "store").since(1).replace(microsecond=0)
    modified = described.value(dataset, DCTERMS.modified)
    assert isinstance(modified, Literal)
    assert modified.toPython() == copied >= since
    assert [str(version) for version in described.objects(dataset, URIRef(f"{DCAT}version"))] == ["1"]


@pytest.mark.parametrize("accept", ["application/ld+json", "application/rdf+xml", "application/n-triples"])
def test_it_is_told_in_other_forms(served: Served, described: Graph, accept: str) -> None:
    reply = served.ask("GET", "/.well-known/void", headers={"Accept": accept})
    syntaxes = {"application/ld+json": "jsonld", "application/rdf+xml": "rdfxml", "application/n-triples": "ntriples"}
    assert reply.media_type == accept
    assert len(list(oxigraph.parse(reply.body, syntaxes[accept]))) == len(described)


def test_public_addresses_are_as_set(tmp_path: Path) -> None:
    serving.load_nothing(tmp_path)
    with serving.serving(tmp_path, "--workers", "1", "--base", "https://safe.example/held/") as service:
        graph = Graph().parse(data=service.ask("GET", "/.well-known/void").body, format="turtle")
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert graph.value(dataset, VOID.sparqlEndpoint) == URIRef("https://safe.example/held/sparql")
