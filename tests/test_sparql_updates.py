"""Updates see the graphs that a request names: each is run, and what it leaves behind is looked at."""

from collections.abc import Iterator

import pytest
from rdflib.plugins.sparql.parser import parseUpdate

from masagraph.answers import Dataset
from masagraph.errors import InputError
from masagraph.oxigraph import Disk
from masagraph.sparql import updates

D1, D2, D3 = (f"http://data.example/{number}" for number in (1, 2, 3))
OUT = "http://out.example/"
DATA = "".join(f"INSERT DATA {{ GRAPH <{name}> {{ <{name}> a <urn:Document> }} }} ;\n" for name in (D1, D2, D3))


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    disk = Disk(tmp_path_factory.mktemp("updates") / "store")
    yield disk
    disk.close()


def written(disk: Disk) -> set[str]:
    """Return what stands in the graph that tests write to."""
    return {str(subject) for subject, _, _, name in disk.quads() if name == OUT}


# What each update leaves in OUT, by the data set given: SPARQL 1.1 Update, 3.1.3, and the Protocol's own tests of the same names.
COPIES = f"INSERT {{ GRAPH <{OUT}> {{ ?s a <urn:Found> }} }} WHERE {{ ?s a <urn:Document> }}"
NAMED = f"INSERT {{ GRAPH <{OUT}> {{ ?s a <urn:Found> }} }} WHERE {{ GRAPH ?g {{ ?s a <urn:Document> }} }}"
BOTH = f"{COPIES[:-1]} GRAPH ?g {{ ?t a <urn:Document> }} FILTER NOT EXISTS {{ GRAPH ?g {{ ?s a <urn:Document> }} }} }}"


@pytest.mark.parametrize(
    ("update", "dataset", "found"),
    [
        (COPIES, Dataset((D1,)), {D1}),
        (COPIES, Dataset((D1, D2)), {D1, D2}),
        (COPIES, Dataset((), (D1,)), set()),
        (COPIES, Dataset(("http://data.example/none",)), set()),
        (NAMED, Dataset((), (D1, D3)), {D1, D3}),
        (NAMED, Dataset((D1, D2)), set()),
        (BOTH, Dataset((D1,), (D2,)), {D1}),
        (NAMED, None, {D1, D2, D3}),
    ],
)
def test_patterns_see_the_graphs_named(disk: Disk, update: str, dataset: Dataset | None, found: set[str]) -> None:
    disk.update(updates.prepared(f"DROP ALL ;\n{DATA}{update}", dataset))
    assert written(disk) == found


def test_every_operation_sees_them(disk: Disk) -> None:
    text = f"""{DATA}
        INSERT {{ GRAPH <{OUT}> {{ ?s a <urn:One> }} }} WHERE {{ ?s a <urn:Document> }} ;   # WHERE {{
        DELETE {{ GRAPH <{D3}> {{ ?s ?p ?o }} }}
        INSERT {{ GRAPH <{OUT}> {{ ?s a "WHERE {{ }}" }} }}#WHERE\r\nwhere{{ ?s ?p ?o }} ;
        CLEAR SILENT GRAPH <urn:none> ;"""
    disk.update(updates.prepared(text, Dataset((D3,))))
    assert written(disk) == {D3}
    assert {name for *_, name in disk.quads()} == {D1, D2, OUT}


def test_delete_where_is_written_out(disk: Disk) -> None:
    disk.update(DATA)
    disk.update(updates.prepared("DELETE # {\nWHERE { GRAPH ?g { ?s a <urn:Document> } } # }", Dataset((), (D1,))))
    assert {name for *_, name in disk.quads()} == {D2, D3}


def test_a_prologue_may_stand_between_operations() -> None:
    """Oxigraph reads none there, so rdflib's own reader looks where the names have gone."""
    text = f"""PREFIX x: <urn:>\n INSERT {{ GRAPH <{OUT}> {{ ?s a x:One }} }} WHERE {{ ?s a x:Document }} ;
        BASE <{OUT}> PREFIX x: <urn:Doc>\n INSERT {{ GRAPH <> {{ ?s a x:Two }} }} WHERE {{ ?s a x:ument }} ;
        PREFIX y: <urn:>\n DELETE WHERE {{ ?s a y:Two }}"""
    operations = parseUpdate(updates.prepared(text, Dataset((D1,)))).request
    assert [[str(using.default) for using in operation.using] for operation in operations] == [[D1], [D1], [D1]]


def test_many_operations_are_no_nesting(disk: Disk) -> None:
    disk.update(updates.prepared(DATA + "CLEAR SILENT GRAPH <urn:none> ;\n" * 500 + COPIES, Dataset((D2,))))
    assert written(disk) == {D2}


def test_tabs_and_escapes_keep_their_places(disk: Disk) -> None:
    update = f"\tINSERT\t{{\tGRAPH <{OUT}>\t{{ ?s <urn:p> 'caf\\u00e9\ta\t{'é' * 9}' }} }}\r\n\tWHERE\t{{ ?s a <urn:Document> }}"
    disk.update(updates.prepared(DATA + update, Dataset((D1,))))
    assert [str(value) for _, _, value, name in disk.quads() if name == OUT] == [f"café\ta\t{'é' * 9}"]


@pytest.mark.parametrize("text", ["CLEAR ALL", "insert data { <urn:a> <urn:b> 'a load of services' }", "nonsense \t\r\n"])
def test_without_a_data_set_an_update_comes_back_as_it_is(text: str) -> None:
    assert updates.prepared(text, None) == text
    assert updates.prepared(text, Dataset()) == text


@pytest.mark.parametrize(
    "text",
    [
        "WITH <http://example/addresses> DELETE { ?s ?p 'Bill' } INSERT { ?s ?p 'William' } WHERE { ?s ?p 'Bill' }",
        "INSERT { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }",
        "CLEAR ALL ; INSERT { ?s ?p ?o } USING NAMED <urn:g> WHERE { ?s ?p ?o }",
    ],
)
def test_graphs_are_named_once(text: str) -> None:
    with pytest.raises(InputError, match="USING or WITH"):
        updates.prepared(text, Dataset((), ("http://example/people",)))
    assert updates.prepared(text, None) == text


@pytest.mark.parametrize(
    ("text", "dataset"),
    [
        ("CLEAR XYZ", Dataset((D1,))),
        ("INSERT { ?s ?p '\\u0022' } WHERE { ?s ?p ?o }", Dataset((D1,))),
        (COPIES, Dataset(("urn:a> WHERE {} ; DROP ALL ; INSERT {} USING <urn:b",))),
        (COPIES, Dataset(("relative",))),
        (f"INSERT {{}} WHERE {'{' * 5000}{'}' * 5000}", Dataset((D1,))),
        ("INSERT DATA { <urn:a> <urn:b> 'load' ", None),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(text: str, dataset: Dataset | None) -> None:
    with pytest.raises(InputError) as caught:
        updates.prepared(text, dataset)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["relative", "", "http://a.example/a b", "urn:a\\u003e", "http://[a/"])
def test_a_name_that_is_no_iri_is_told_under_its_own_parameter(name: str) -> None:
    for dataset, parameter in ((Dataset((D1, name)), "using-graph-uri"), (Dataset((D1,), (name,)), "using-named-graph-uri")):
        with pytest.raises(InputError, match="is no absolute IRI") as caught:
            updates.prepared(COPIES, dataset)
        assert caught.value.where == parameter
