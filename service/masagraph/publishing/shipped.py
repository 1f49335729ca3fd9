"""Put what ships with the package into an empty store, and documents into one that is there: each in one change."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rdflib import Graph, Literal, URIRef

from masagraph import __version__, assets, digests, oxigraph
from masagraph.answers import Triple
from masagraph.dataset import derived
from masagraph.dataset.background import Background
from masagraph.errors import InputError
from masagraph.intake import reader as intake
from masagraph.oxigraph import Quad, Snapshot
from masagraph.publishing import documents, settling
from masagraph.store import layout
from masagraph.store.contract import Change, Reader, Writer
from masagraph.vocab import DCTERMS, MASA, RDF

_VOID = "http://rdfs.org/ns/void#"


def first_load(writer: Writer, told: Callable[[int, int], None]) -> int:
    """Load everything that ships with the package in one change, and return the number of the generation that holds it.

    Args:
        writer: An empty store.
        told: Is told how many steps are done, and of how many, after each.

    Raises:
        StoreError: Nothing was stored.
    """
    whole = shipped_documents()
    steps, done = len(whole) + 2, 0
    standing = {layout.REFERENCE: _reference(), layout.MEANING: _meaning()}
    background = Background.of(Snapshot(*standing.values()))
    told(done := done + 1, steps)
    graphs = {**standing, settling.BACKGROUND: _graph(background.facts)}
    # Each of the versions of one arrangement may end another, and none that of another arrangement.
    for chain in _chains(whole):
        for version, settled in derived.settled(chain, background).items():
            graphs[version], graphs[layout.settled(version)] = chain[version], settled
            told(done := done + 1, steps)
    served = {triple for name, graph in graphs.items() if name not in whole for triple in graph}
    graphs[layout.RULES] = _rules()
    graphs[layout.CATALOGUE] = _catalogue(graphs)
    added = (*_quads(served, None), *(quad for name, graph in graphs.items() for quad in _quads(graph, name)))
    number = writer.apply(Change(added=added, created=tuple(graphs)))
    told(done + 1, steps)
    return number


def load(writer: Writer, reader: Reader, paths: Iterable[str]) -> int:
    """Publish the arrangements of several files in one change, and return the number of the generation that holds it.

    Args:
        writer: The store.
        reader: What it holds.
        paths: File names; a file may describe several versions.

    Raises:
        InputError: A file cannot be read or is refused, or two describe the same version; nothing was stored.
        StoreError: Nothing was stored.
    """
    sources = [source for path in paths for source in intake.read_all([path])]
    return writer.apply(settling.settle(reader, _prepared([(source.name, source.graph) for source in sources])))


def shipped_documents() -> dict[str, Graph]:
    """Return the document of each version that ships with the package, prepared, by the IRI of the version."""
    paths = sorted((assets.folder("data") / "arrangements").glob("*.ttl"))
    return _prepared([(path.name, oxigraph.read([path])) for path in paths])


def _prepared(files: Sequence[tuple[str, Graph]]) -> dict[str, Graph]:
    """Return the document of each version that files describe. An arrangement described in one file is so for all of them."""
    arrangements = _graph(
        triple
        for _, graph in files
        for arrangement in graph.subjects(RDF.type, MASA.Arrangement)
        for triple in graph.triples((arrangement, None, None))
    )
    found: dict[str, Graph] = {}
    for name, graph in files:
        for version, part in documents.parts(graph).items():
            if version in found:
                raise InputError(name, f"<{version}> is described in another of the files too", "Keep one of the two")
            for arrangement in arrangements.subjects(MASA.hasVersion, URIRef(version)):
                for triple in arrangements.triples((arrangement, None, None)):
                    part.add(triple)
            found[version] = documents.prepared(part, version, name)
    return found


def _chains(whole: dict[str, Graph]) -> Iterator[dict[str, Graph]]:
    """Yield the documents of each arrangement."""
    by_key: dict[str, dict[str, Graph]] = {}
    for version, graph in whole.items():
        by_key.setdefault(documents.arrangement_key(graph, version), {})[version] = graph
    yield from by_key.values()


def _reference() -> Graph:
    data = assets.folder("data")
    return oxigraph.read([*sorted((data / "reference").glob("*.ttl")), *sorted((data / "umbrellas").glob("*.ttl"))])


def _meaning() -> Graph:
    return oxigraph.read([*sorted(assets.folder("ontology").rglob("*.ttl")), assets.folder("shapes") / "editions.ttl"])


def _rules() -> Graph:
    return oxigraph.read(sorted(assets.folder("shapes").rglob("*.ttl")))


def _catalogue(graphs: dict[str, Graph]) -> Graph:
    """Say what is shipped: of which version of the package it is, with digests, and how large each part is."""
    found = Graph()
    about = URIRef(layout.CATALOGUE)
    found.add((about, RDF.type, URIRef(f"{_VOID}Dataset")))
    found.add((about, DCTERMS.creator, Literal(f"masagraph {__version__}")))
    all_digests = {"rules": digests.rules_digest(), "reference": digests.reference_digest(), "data": digests.data_digest()}
    told = ", ".join(f"{name} {digest}" for name, digest in all_digests.items())
    found.add((about, DCTERMS.identifier, Literal(told)))
    for name in (layout.REFERENCE, layout.MEANING, layout.RULES):
        part = URIRef(name)
        found.add((about, URIRef(f"{_VOID}subset"), part))
        found.add((part, RDF.type, URIRef(f"{_VOID}Dataset")))
        found.add((part, URIRef(f"{_VOID}triples"), Literal(len(graphs[name]))))
    return found


def _graph(triples: Iterable[Triple]) -> Graph:
    found = Graph()
    for triple in triples:
        found.add(triple)
    return found


def _quads(graph: Iterable[Triple], name: str | None) -> Iterator[Quad]:
    return ((*triple, name) for triple in graph)
