"""Describe a thing by what is held of it: all that is said of it and of its parts, and some of what points to it.

A document about a thing is about all whose names differ from its own only after a `#`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import oxigraph
from masagraph.answers import Dataset, Rows, Triple
from masagraph.errors import NotHeldError
from masagraph.sparql import results
from masagraph.store import layout
from masagraph.store.contract import Reader
from masagraph.vocab import DCTERMS, MASA, RDFS, SH, SKOS
from masagraph.work import lookup
from masagraph.work.reading import Desk

NAMES = (SKOS.prefLabel, DCTERMS.title, RDFS.label, MASA.publishedName, MASA.postTitle, SH.name)
"""The properties that name a thing, the best one first."""
MOST_POINTING = 100
"""So many triples that point to a thing are told."""
_BESIDE = Dataset(default=(layout.RULES, layout.CATALOGUE))
"""What is described besides what the default graph holds."""
_STANDING = Dataset(default=(layout.REFERENCE, layout.MEANING, layout.RULES))


@dataclass(frozen=True)
class Found:
    """What is held of a thing: triples about it and its parts, and triples that point to it, of which there may be more.

    `names` are triples that name what those speak of, and the properties that they do it by.
    """

    about: Graph
    pointing: tuple[Triple, ...]
    has_more: bool
    names: Graph


def written(desk: Desk, number: int, iri: str, form: str) -> bytes:
    """Return the document about a thing in a form of RDF.

    Args:
        desk: Where the data are.
        number: The generation to ask.
        iri: The thing.
        form: The key of a form for graphs.

    Raises:
        NotHeldError: Nothing is held of it.
        InputError: The form cannot hold it.
    """
    held = find(desk.reader(number), iri)
    whole, named = held.about, set(held.about.objects()) | {s for s, _, _ in held.pointing}
    for triple in (*held.pointing, *(t for t in held.names if t[0] in named)):
        whole.add(triple)
    return results.write(whole, form)


def find(reader: Reader, iri: str) -> Found:
    """Look up what is held of a thing.

    Raises:
        NotHeldError: Nothing is.
    """
    document = iri.partition("#")[0]
    if not oxigraph.is_iri(document):
        raise NotHeldError("That is no address of a thing. Look it up from the page that named it.")
    subjects = {URIRef(document), *_parts(reader, document)}
    about = Graph()
    for triple in _all_said(reader, subjects):
        about.add(triple)
    pointing = list(_pointing(reader, document, subjects))
    if not about and not pointing:
        raise NotHeldError(f"Nothing is held of <{document}>. Look at what is here from /, or ask for an earlier generation.")
    told = tuple(sorted(pointing[:MOST_POINTING]))
    return Found(about, told, len(pointing) > MOST_POINTING, _names(reader, about, told))


def _parts(reader: Reader, document: str) -> Iterator[Node]:
    """Yield the things that a document is about beside the one that has its name."""
    is_version = document.startswith(layout.VERSIONS)
    dataset = Dataset(default=(document, layout.settled(document))) if is_version else _STANDING
    start = Literal(f"{document}#").n3()
    answer = reader.query(f"SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER (STRSTARTS(STR(?s), {start})) }}", dataset)
    if not isinstance(answer, Rows):
        raise TypeError("a SELECT query has rows")
    return (row[0] for row in answer.rows if isinstance(row[0], URIRef))


def _all_said(reader: Reader, subjects: set[Node]) -> Iterator[Triple]:
    for dataset, home in ((None, layout.MEANING), (_BESIDE, layout.RULES)):
        said = set(lookup.facts(reader, subjects, dataset))
        unnamed = {triple for triple in said if isinstance(triple[2], BNode)}
        yield from said - unnamed
        # No query can ask on from a thing without a name, so that its graph is read whole; only these two have such things.
        graph = (reader.graph(home) if unnamed else None) or Graph()
        for s, p, o in unnamed:
            values: list[Node] = [value for value in graph.objects(s, p) if isinstance(value, BNode)]
            yield from ((s, p, value) for value in values or [o])
            yield from _hanging(graph, values)


def _hanging(graph: Graph, nodes: Iterable[Node]) -> Iterator[Triple]:
    """Yield what is said of things without names, and of those that they lead to."""
    seen, todo = set[Node](), list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, BNode) and node not in seen:
            seen.add(node)
            for p, o in graph.predicate_objects(node):
                yield node, p, o
                todo.append(o)


def _pointing(reader: Reader, document: str, subjects: set[Node]) -> Iterator[Triple]:
    """Yield what points to a document from elsewhere, one more than is told."""
    start = Literal(f"{document}#").n3()
    outside = f"FILTER (isIRI(?s) && ?s != <{document}> && !STRSTARTS(STR(?s), {start}))"
    pattern = "VALUES ?o {{ {} }} ?s ?p ?o " + outside.replace("{", "{{").replace("}", "}}")
    found = set[Triple]()
    for dataset in (None, _BESIDE):
        for triple in lookup.found(reader, pattern, subjects, dataset, MOST_POINTING + 1):
            if triple not in found:
                found.add(triple)
                yield triple


def _names(reader: Reader, about: Graph, pointing: Iterable[Triple]) -> Graph:
    """Return what names the things that are spoken of, apart from those that are described."""
    spoken = {term for triple in (*about, *pointing) for term in triple if isinstance(term, URIRef)}
    spoken -= set(about.subjects())
    pattern = f"VALUES ?s {{{{ {{}} }}}} VALUES ?p {{{{ {' '.join(f'<{name}>' for name in NAMES)} }}}} ?s ?p ?o"
    names = Graph()
    for dataset in (None, _BESIDE):
        for triple in lookup.found(reader, pattern, spoken, dataset):
            names.add(triple)
    return names
