"""What a document must be to be published: about one version of one arrangement, and about nothing that is another's."""

import re
from collections import defaultdict
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import reference
from masagraph.answers import Row, Rows
from masagraph.dataset.heard import OF_REFERENCE
from masagraph.dataset.links import reached
from masagraph.errors import InputError
from masagraph.evidence import own_nodes, versions
from masagraph.graphs import local
from masagraph.publishing import blank_nodes
from masagraph.store import layout
from masagraph.store.contract import Reader
from masagraph.vocab import BASE, MASA, RDF, SKOS

_ARRANGEMENTS = f"{BASE}id/arrangement/"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


@dataclass(frozen=True, order=True)
class Touched:
    """An arrangement that a document of another would have a say in: its key, and the area that both are for, if that is why."""

    key: str
    area: str = ""


def prepared(graph: Graph, version: str, name: str) -> Graph:
    """Return what is stored of a document that intake let in: the same with names for its blank nodes.

    Args:
        graph: The document.
        version: The IRI under which it is published.
        name: What to call the document in a complaint.

    Raises:
        InputError: It is not about that version alone.
    """
    if not version.startswith(layout.VERSIONS) or not _KEY.fullmatch(version.removeprefix(layout.VERSIONS)):
        mend = f"Call it {layout.VERSIONS} and a key of small letters, digits and hyphens"
        raise InputError(name, f"no version can be published as <{version}>", mend)
    described = versions(graph)
    if len(described) > 1:
        raise InputError(name, f"it describes {len(described)} versions of an arrangement", "Send each under its own name")
    if described != [URIRef(version)]:
        other = f"<{described[0]}>" if described else "no version"
        raise InputError(name, f"it describes {other} and is sent as <{version}>", "Send it under the name of what it describes")
    _refuse_given_names(graph, name)
    arrangement = _arrangement(graph, version, name)
    _refuse_what_is_of_others(graph, version, arrangement, name)
    _refuse_what_is_reference(graph, name)
    return blank_nodes.named(graph, version)


def document(graph: Graph, version: str) -> Graph:
    """Return a document as it was sent: without the names that `prepared` gave to its blank nodes."""
    return blank_nodes.unnamed(graph, version)


def arrangement_key(graph: Graph, version: str) -> str:
    """Return the key of the arrangement of which a document that was prepared describes a version."""
    (owner,) = graph.subjects(MASA.hasVersion, URIRef(version))
    return _key(owner)


def touched(reader: Reader, graph: Graph, version: str) -> frozenset[Touched]:
    """Return the other arrangements that a prepared document would have a say in.

    These are the arrangements that it describes beside its own, those of versions that it says it supersedes, or of which it
    takes a name, those that are called as it is, and those that are held for an area that it names as its own. Whoever publishes
    it must be allowed to publish all of those. A version that is not held counts by its own key, unless that begins like its own
    arrangement's.

    Args:
        reader: What is held.
        graph: The document.
        version: The version it describes.
    """
    own = arrangement_key(graph, version)
    keys = _named_keys(reader, graph, version, own) | _keys_of_same_name(reader, graph, version)
    found = {Touched(key) for key in keys} | _held_for_areas(reader, graph)
    return frozenset(other for other in found if other.key != own)


def parts(graph: Graph) -> dict[str, Graph]:
    """Return a document for each version that a graph describes.

    Each has the nodes of its version, and what hangs on no version, such as the arrangement, if it is no other's.

    Args:
        graph: What a file holds.
    """
    described = versions(graph)
    own = {version: own_nodes(graph, version) for version in described}
    common = set(graph.subjects()) - set[Node]().union(*own.values())
    found = {}
    for version in described:
        others = {
            node for node in common if (node, MASA.hasVersion, None) in graph and (node, MASA.hasVersion, version) not in graph
        }
        part = found[str(version)] = Graph()
        for node in own[version] | (common - others):
            for predicate, value in graph.predicate_objects(node):
                part.add((node, predicate, value))
    return found


def _named_keys(reader: Reader, graph: Graph, version: str, own: str) -> set[str]:
    """Return the keys of arrangements that a document has a say in because of what it names."""
    used = {URIRef(version), *graph.objects(None, MASA.supersedes), *graph.objects(None, MASA.hasVersion)}
    used |= {URIRef(_version_of(node)) for node in graph.subjects() if str(node).startswith(layout.VERSIONS)}
    described = set(graph.subjects(RDF.type, MASA.Arrangement))
    rows = _rows(
        reader,
        f"""SELECT DISTINCT ?arrangement ?version WHERE {{ GRAPH ?document {{ ?arrangement <{MASA.hasVersion}> ?version }}
        {{ VALUES ?version {{ {_listed(used)} }} }} UNION {{ VALUES ?arrangement {{ {_listed(described)} }} }} }}""",
    )
    held = {row[0] for row in rows}
    keys = {_key(owner) for owner in held if owner is not None} | {_key(node) for node in described}
    # Names of others' versions are not to be taken before they are there: no publisher has a scope of that name.
    foreign = {str(name).removeprefix(layout.VERSIONS) for name in used - {row[1] for row in rows}}
    return keys | {key for key in foreign if not f"{key}-".startswith(f"{own}-")}


def _keys_of_same_name(reader: Reader, graph: Graph, version: str) -> set[str]:
    """Return the keys of arrangements that are called as the document's own, or its version: no list could tell them apart."""
    called = [URIRef(version), *graph.subjects(MASA.hasVersion, URIRef(version))]
    names = {Literal(str(name).lower()).n3() for node in called for name in graph.objects(node, SKOS.prefLabel)}
    rows = _rows(
        reader,
        f"""SELECT DISTINCT ?arrangement WHERE {{ GRAPH ?document {{ ?arrangement <{MASA.hasVersion}> ?version
        {{ ?version <{SKOS.prefLabel}> ?name }} UNION {{ ?arrangement <{SKOS.prefLabel}> ?name }} }}
        FILTER (LCASE(STR(?name)) IN ({", ".join(sorted(names))})) }}""",
    )
    return {_key(owner) for (owner,) in rows if owner is not None}


def _held_for_areas(reader: Reader, graph: Graph) -> set[Touched]:
    """Return the arrangements that are held for an area that a document says it covers, under whatever code.

    Whose arrangement an area has is told by that one property; a footprint, which may well reach into the area of a neighbour,
    does not tell it. A claim counts whatever its days and however firmly it stands, since both are the document's own word.
    """
    found = set[Touched]()
    for area in graph.objects(None, MASA.coversArea):
        owners = _rows(
            reader,
            f"""SELECT DISTINCT ?arrangement WHERE {{ VALUES ?area {{ {_listed(_codes(reader, area))} }}
            GRAPH ?said {{ ?version <{MASA.coversArea}> ?area }}
            GRAPH ?document {{ ?arrangement <{MASA.hasVersion}> ?version }} }}""",
        )
        found |= {Touched(_key(owner), _area(reader, area)) for (owner,) in owners if owner is not None}
    return found


def _codes(reader: Reader, area: Node) -> set[Node]:
    """Return an area under all codes that it had before or after."""
    links: dict[Node, set[Node]] = defaultdict(set)
    recoded = f"SELECT ?before ?after WHERE {{ GRAPH <{layout.REFERENCE}> {{ ?before <{MASA.recodedAs}> ?after }} }}"
    for before, after in _rows(reader, recoded):
        if before is not None and after is not None:
            links[before].add(after)
            links[after].add(before)
    return reached([area], links)


def _area(reader: Reader, area: Node) -> str:
    names = _rows(reader, f"SELECT ?name WHERE {{ GRAPH <{layout.REFERENCE}> {{ <{area}> <{SKOS.prefLabel}> ?name }} }}")
    return f"{names[0][0]} ({local(area)})" if names else local(area)


def _rows(reader: Reader, query: str) -> list[Row]:
    found = reader.query(query)
    if not isinstance(found, Rows):
        raise TypeError("a SELECT query has rows")
    return list(found.rows)


def _arrangement(graph: Graph, version: str, name: str) -> URIRef:
    owners = list(graph.subjects(MASA.hasVersion, URIRef(version)))
    if not owners:
        mend = "Describe the masa:Arrangement, with masa:hasVersion"
        raise InputError(name, "it does not say of which arrangement this is a version", mend)
    if len(owners) > 1:
        raise InputError(name, f"it says that {len(owners)} arrangements have this version", "Keep the one that is right")
    owner = owners[0]
    if not isinstance(owner, URIRef) or not owner.startswith(_ARRANGEMENTS) or not _KEY.fullmatch(_key(owner)):
        mend = f"Call it {_ARRANGEMENTS} and a key of small letters, digits and hyphens"
        raise InputError(name, f"no arrangement can be called {_shown(owner)}", mend)
    for other in graph.subjects(MASA.hasVersion):
        if other != owner:
            what = f"it says which versions {_shown(other)} has, beside the arrangement that it is about"
            raise InputError(name, what, "Take that out: a document of its own says it")
    return owner


def _refuse_given_names(graph: Graph, name: str) -> None:
    for triple in graph:
        for term in triple:
            if blank_nodes.is_given(term):
                mend = "Leave the thing unnamed, or call it something else"
                raise InputError(name, f"{_shown(term)} is a name that only the service gives", mend)


def _refuse_what_is_of_others(graph: Graph, version: str, arrangement: Node, name: str) -> None:
    """Refuse what is said under names that belong to others. What is said of bodies that are known is passed over anyway."""
    kin = {str(node) for node in (*graph.objects(arrangement, MASA.hasVersion), *graph.objects(URIRef(version), MASA.supersedes))}
    own = {URIRef(version)} | reference.known()
    for node in _named_here(graph):
        is_arrangement = (node, RDF.type, MASA.Arrangement) in graph
        if is_arrangement != str(node).startswith(_ARRANGEMENTS):
            mend = f"Begin the names of arrangements, and of nothing else, with <{_ARRANGEMENTS}"
            raise InputError(name, f"{_shown(node)} has no name for what it is", mend)
        # Other arrangements may be described, by whoever may publish them: see `touched`.
        if not is_arrangement and node not in own and ("#" not in str(node) or _version_of(node) not in kin | {version}):
            mend = f"Begin the names of its things with <{version}#, and leave out what is said of others"
            raise InputError(name, f"it describes {_shown(node)}, which by its name is none of its own things", mend)


def _refuse_what_is_reference(graph: Graph, name: str) -> None:
    """Refuse areas, and what joins them, that only this document knows: by another's name or code they would pass for others'."""
    for kind in sorted(OF_REFERENCE, key=str):
        for node in graph.subjects(RDF.type, kind):
            if node not in reference.known():
                mend = "Name it as the reference data do, and leave its description out"
                raise InputError(
                    name, f"it describes {_shown(node)}, a masa:{local(kind)} that the reference data do not know", mend
                )


def _named_here(graph: Graph) -> set[Node]:
    return {node for node in graph.subjects() if not isinstance(node, BNode)}


def _version_of(node: Node) -> str:
    return str(node).split("#", 1)[0]


def _key(arrangement: Node) -> str:
    return str(arrangement).removeprefix(_ARRANGEMENTS)


def _listed(nodes: set[URIRef] | set[Node]) -> str:
    return " ".join(sorted(f"<{node}>" for node in nodes if isinstance(node, URIRef)))


def _shown(node: Node) -> str:
    return "an unnamed thing" if isinstance(node, BNode) else f"<{node}>"
