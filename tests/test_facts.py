"""Every fact noted of the real arrangements stands in what was encoded of them, and nothing encoded contradicts a note.

The notes are YAML files made while the pages were read; they lie in ../shared/arrangements beside the checkout. Whoever
encoded them put every sentence in other words, so sentences cannot be compared. Places, names, titles, dates, figures and
what was not found can: each leaf of each file is looked at by exactly one row of the table `COMPARISONS`.
"""

import re
from calendar import month_name, monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from masagraph import assets, oxigraph
from masagraph.vocab import EXTENT, MASA, RDF, SKOS

NOTES = Path(__file__).resolve().parents[2] / "shared" / "arrangements"
STEMS = sorted(path.stem for path in NOTES.glob("*.yaml"))
if not STEMS:
    pytest.skip(f"the notes of the real arrangements are not beside this checkout: no YAML in {NOTES}", allow_module_level=True)
ENCODED = [path for folder in ("arrangements", "umbrellas") for path in (assets.folder("data") / folder).glob("*.ttl")]

Keys = tuple[str | int, ...]
SILENT_STATES = {"not-seen", "not-stated"}
READ = "the part that was read"  # the locator where a note gives a source and no place in it

# --- What is let off, each with its reason. What nothing needs any more makes `test_nothing_is_let_off_in_vain` fail.

# A source that was encoded under another reference than the one noted: (file, reference noted) -> reference encoded.
OTHER_REFERENCE = {
    # The name of a file says nothing to a reader of a report; the citation does.
    ("barking-and-dagenham-2019", "004_f236661d9250d63c.txt"): "Multi Agency Safeguarding Arrangements (2019/20), "
    "London Borough of Barking and Dagenham, 346 lines of text",
}

# Places that were encoded in other words, or that a note does not give in the usual way: (file, where) -> places.
OTHER_PLACES = {
    # Nothing has a place of its own in what a whole document does not say; these are the lines that come nearest.
    ("barking-and-dagenham-2019", "not stated anywhere in the document"): (("a", "170; 318-322"),),
    # What the note has as the place of a review is what the review says.
    ("brent-2019", "d: summary; c: decision; e: £5,000 per borough unchanged for years"): (
        ("d", "summary"),
        ("c", "decision"),
        ("e", "436"),
    ),
    # The first session wrote abbreviations out, and gave each group its place.
    ("city-and-hackney-2019", "b: SLT; c: Executive, Hackney Board; d: 1299-1300"): (
        ("b", "The Strategic Leadership Team"),
        ("c", "Executive"),
        ("c", "Hackney Board"),
        ("d", "1299-1300"),
    ),
    ("city-and-hackney-2019", "b: SLT; c: Hackney board"): (("b", "The Strategic Leadership Team"), ("c", "Hackney Board")),
    ("city-and-hackney-2019", "b, c"): (("b", "The Strategic Leadership Team"), ("c", "")),
    ("derby-derbyshire-2019", "b: third/fourth paragraph"): (("b", "third and fourth paragraphs"),),
    ("islington-2019", "a: 'Executive Partnership' and responsibilities list"): (
        ("a", "'Executive Partnership'; list of responsibilities"),
    ),
    ("islington-2019", "b: meeting date, item 625"): (("b", "date of the meeting; item 625"),),
    ("shropshire-2024", "a: second/third paragraph"): (("a", "second and third paragraphs"),),
    # The ten names are those of a table.
    (
        "gm-safeguarding-alliance-2021",
        "a: 235; names in c: Bolton, Bury, Manchester, Oldham, Rochdale, Salford, Stockport, Tameside, Trafford, Wigan",
    ): (("a", "235"), ("c", "table")),
    # The page by its name, not by its key.
    ("thurrock-2019", "thurrocklscp.org.uk print page"): (("a", "thurrocklscp.org.uk print page"),),
}

# A statement under another topic than its section has elsewhere: (file, path) -> topic.
OTHER_TOPIC = {
    # What the guidance says of schools is told of schools, not of agencies in general.
    ("barking-and-dagenham-2019", "statements.relevant_agencies[2].where"): "education",
    # The merger of three boards is how the old gave way to the new.
    ("berkshire-west-2019", "statements.structure[0].where"): "transition",
    # A partnership that has been taken in stands no longer outside, so that it is no link.
    ("shropshire-2024", "statements.links_other_boards[0].where"): "identity",
}

# A modality that a note leaves unmarked: (file, path of the entry or key of the source) -> modality encoded.
UNMARKED = {
    # That nobody is named is no plan, though the file marks everything as planned.
    ("barking-and-dagenham-2019", "statements.chair[0]"): "in-place",
    # A list that repeats the guidance, as the note says of it under `lead_functions`.
    ("leeds-2024", "b"): "restated-guidance",
    # One of several routes is a panel that is still being set up.
    ("oxfordshire-2019", "c"): "planned",
}

# A post noted as lead or delegate of which the same note says something less: (file, start of the path) -> what links it.
LESSER_POST = {
    ("berkshire-west-2019", "partners[0].delegates[0]"): "hasSignature signedBy",  # "foreword signatory"
    ("leeds-2019", "partners[0].delegates[0]"): "hasGroup hasMembership memberPost",  # sits on the Executive as representative
    ("leeds-2019", "partners[1].delegates[0]"): "hasGroup hasMembership memberPost",  # the same
    ("leeds-2019", "partners[2].delegates[0]"): "hasGroup hasMembership memberPost",  # the same
    ("surrey-2019-2021", "partners[1].lead"): "hasSignature signedBy",  # "signed the foreword"
    ("surrey-2019-2021", "partners[2].lead"): "hasSignature signedBy",  # the same
}

# An edition noted that is not followed: (file, edition noted) -> editions followed.
OTHER_EDITIONS: dict[tuple[str, str], set[str]] = {
    ("blackpool-csap-2023", "2023 consultation used (September 2023)"): set(),  # a draft that was consulted on is no edition
    ("pan-dorset-2019", "2018; separated under 2023"): {"2018"},  # what follows the other edition is what came after
}

# A date noted that was not encoded as a date of the version: (file, path) -> words that are to stand somewhere.
OTHER_DATE = {
    # The day of an announcement is not that on which the arrangement was published.
    ("birmingham-2019-2024", "dates.published.value"): "announced on 17 December 2024",
    # The day on which a plan for it was due is not that on which it was published.
    ("derby-derbyshire-2019", "dates.published.value"): "by the deadline of end of June 2019",
    # The years that a plan is for are not those in which it was published.
    ("hertfordshire-2019", "dates.published.value"): "plan 2019-20",
}

# A partner under a name that the note does not give: (file, name) -> why.
PRINTED_TOO = {("birmingham-2019-2024", "Local Authority"): "so on the older pages; the note has the name of the newer one"}

# What was not found, beside the items noted: (file, property) -> why.
SILENT_TOO = {
    ("city-and-hackney-2019", "publishedAt"): "the list is said to be in the published arrangements, and not where those are",
    ("derby-derbyshire-2019", "inclusionMechanism"): "schools are said to be among the agencies, and how is not said",
}

# Rows of which even names and words in quotation marks were put in other words: (file, row) -> why.
REWORDED = {
    ("barking-and-dagenham-2019", "statements.*[].says"): "encoded in the first session, before such words were to be kept",
}

# A date whose words do not give its bounds by themselves: (file, words) -> why.
RECKONED = {
    ("barking-and-dagenham-2019", "between July and August of 2019"): "a range, of which the words give the year alone",
    ("derby-derbyshire-2019", "by the deadline of end of June 2019"): "that of a plan for the thing, which has no bounds",
    ("hertfordshire-2019", "plan 2019-20"): "the years that the plan is for; the day is not known",
    ("surrey-2019-2021", "18 months from April 2018"): "reckoned from the first day",
}

TABLES: dict[str, dict[tuple[str, str], Any]] = {
    "OTHER_REFERENCE": OTHER_REFERENCE,
    "OTHER_PLACES": OTHER_PLACES,
    "OTHER_TOPIC": OTHER_TOPIC,
    "UNMARKED": UNMARKED,
    "LESSER_POST": LESSER_POST,
    "OTHER_EDITIONS": OTHER_EDITIONS,
    "OTHER_DATE": OTHER_DATE,
    "PRINTED_TOO": PRINTED_TOO,
    "SILENT_TOO": SILENT_TOO,
    "REWORDED": REWORDED,
    "RECKONED": RECKONED,
}

# Files of the first session gathered several lines in one statement, so their lines are compared one by one.
FIRST_SESSION = {
    "barking-and-dagenham-2019",
    "birmingham-2019-2024",
    "city-and-hackney-2019",
    "derby-derbyshire-2019",
    "islington-2019",
    "oxfordshire-2019",
    "shropshire-2024",
}


# --- The notes


@dataclass(frozen=True)
class Leaf:
    """One value of a note, and where it stands in its file."""

    keys: Keys
    value: Any

    def __str__(self) -> str:
        """Write the path as a reader would look for it."""
        return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys).lstrip(".")

    @property
    def row(self) -> str:
        """Return the row of the table that looks at this leaf."""
        keys = ("statements", "*", *self.keys[2:]) if self.keys[0] == "statements" else self.keys
        keys = ("dates", "*", *keys[2:]) if keys[0] == "dates" and len(keys) > 1 else keys
        return "".join("[]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def leaves(value: Any, keys: Keys = ()) -> Iterator[Leaf]:
    """Yield every leaf under a value; an empty list says something too."""
    if not value or not isinstance(value, dict | list):
        yield Leaf(keys, value)
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(part, (*keys, key))


class Place(NamedTuple):
    """A source, by its key, and a place in it."""

    key: str
    spot: str


# --- How words, lines and dates are read


def plain(text: str) -> str:
    """Return a place or name without what may differ: case, quotes, the word "line", spaces."""
    text = re.sub(r"['\"\u2018\u2019]", "", text.casefold())
    text = re.sub(r"\b(?:lines?|l\.) *(?=\d)", "", text)
    return " ".join(text.split()).strip(" .")


def unbracketed(text: str) -> str:
    """Return a text without its remarks in brackets."""
    return re.sub(r" *\([^)]*\)", "", text).strip()


def lines(text: str) -> set[int]:
    """Return the line numbers that a place consists of; none where it holds anything else."""
    if not re.fullmatch(r"(?:\d|[-,; ]|and)+", plain(text)):
        return set()
    return {line for first, last in re.findall(r"(\d+)(?:-(\d+))?", text) for line in range(int(first), int(last or first) + 1)}


def ends(text: str) -> set[int]:
    """Return the first and last line of each run of lines; those between may be blank."""
    return {int(line) for line in re.findall(r"\d+", text)} if lines(text) else set()


def written_out(text: str) -> str:
    """Return a plain text with the abbreviations of bodies and units written out."""
    text = re.sub(r"\bccg(s?)\b", r"clinical commissioning group\1", plain(text).replace("(s)", ""))
    text = re.sub(r"\bicb(s?)\b", r"integrated care board\1", text)
    return re.sub(r"\bbcu\b", "basic command unit", text)


def words(text: str) -> set[str]:
    """Return the words that tell one name from another."""
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", written_out(text))} - {"the", "of", "and", "a", "for", "or"}


def alike(noted: str, encoded: str) -> bool:
    """Whether one name holds all the words of the other."""
    return bool(words(encoded)) and (words(encoded) <= words(noted) or words(unbracketed(noted)) <= words(encoded))


SPELT = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"]


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, the small ones in words as well."""
    digits = re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    spelt = set(re.findall(r"[a-z]+", text.casefold())) & set(SPELT)
    return {str(float(number)).removesuffix(".0") for number in digits} | {str(SPELT.index(word)) for word in spelt}


MONTHS = list(month_name)
MONTH = "|".join(MONTHS[1:])
Span = tuple[date | None, date]
DATE = re.compile(
    rf"""(?P<open>\b(?:by|before)(?:\ the)?\ )?
    (?:(?P<iso>\d{{4}}-\d\d-\d\d)
      |(?<![\d.])(?P<day>\d\d?)(?:st|nd|rd|th)?\ (?P<of>{MONTH})\ (?P<in>\d{{4}})
      |(?P<end>end\ of\ )?(?:(?P<from>{MONTH})-)?(?P<month>{MONTH})[\ -](?P<year>\d{{4}})
      |\b(?P<only>\d{{4}})\b(?!\ edition)(?:[-/](?P<next>\d\d)\b)?)""",
    re.VERBOSE,
)


def spans(text: str) -> list[Span]:
    """Return the first and last day that each date in a text can mean; no first day for what is only to come before."""
    found: list[Span] = []
    for one in DATE.finditer(text):
        if one["iso"]:
            first = last = date.fromisoformat(one["iso"])
        elif one["day"]:
            first = last = date(int(one["in"]), MONTHS.index(one["of"]), int(one["day"]))
        elif one["month"]:
            year, month = int(one["year"]), MONTHS.index(one["month"])
            first = date(year, MONTHS.index(one["from"] or one["month"]), 1)
            last = date(year, month, monthrange(year, month)[1])
        else:
            first, last = date(int(one["only"]), 1, 1), date(int(one["only"]), 12, 31)
            if one["next"]:  # a year of account, whose first day is in one year and its last in the other
                found.append((date(first.year + 1, 1, 1), date(last.year + 1, 12, 31)))
        # "2019-09-29 (full implementation by)" has its word behind it.
        until = one["open"] or one["end"] or re.match(r" \([^)]*\bby\)", text[one.end() :])
        found.append((None if until else first, last))
    return found


def tail(node: Node | None) -> str:
    """Return the last part of an IRI, or nothing."""
    return re.split(r"[#/]", str(node))[-1] if node is not None else ""


# --- What was encoded


@dataclass(frozen=True)
class Statement:
    """A statement as encoded, with the modality that holds for it."""

    node: Node
    document: Node | None
    locator: str
    topic: str
    modality: str
    state: str
    properties: frozenset[str]
    note: str


@cache
def area_label(area: Node) -> str:
    """Return the name of an area in the reference data."""
    return str(reference_data().value(area, SKOS.prefLabel))


@cache
def reference_data() -> Graph:
    """Read what the reference data say of areas and umbrellas."""
    return oxigraph.read([assets.folder("data") / "reference" / f"{name}.ttl" for name in ("areas", "umbrellas")])


class Record:
    """One file of notes beside what was encoded of it."""

    def __init__(self, stem: str, noted: dict[str, Any], graph: Graph, comments: str = "") -> None:
        """Hold both; comments are those of the encoded file, which may carry remarks."""
        self.stem, self.noted, self.graph, self.comments = stem, noted, graph, comments
        self.sources = {source["key"]: source for source in noted["sources"]}
        self.first_session = stem in FIRST_SESSION

    # The graph

    def every(self, subject: Node | None, *properties: str) -> list[Node]:
        """Return what a path of properties leads to."""
        found = [subject] if subject is not None else []
        for name in properties:
            found = [value for node in found for value in self.graph.objects(node, MASA[name])]
        return found

    def one(self, subject: Node | None, name: str) -> Node | None:
        """Return one value of a property."""
        return next(iter(self.every(subject, name)), None)

    def texts(self, subject: Node | None, *properties: str) -> list[str]:
        """Return what a path of properties leads to, as text."""
        return [str(value) for value in self.every(subject, *properties)]

    def of_class(self, name: str) -> list[Node]:
        """Return the things of a class."""
        return sorted(self.graph.subjects(RDF.type, MASA[name]), key=str)

    @cached_property
    def versions(self) -> list[Node]:
        """Return the versions; an umbrella stands for itself."""
        return self.of_class("ArrangementVersion") or self.of_class("Umbrella")

    @cached_property
    def statements(self) -> list[Statement]:
        """Return all statements."""
        return [self._statement(node) for node in self.of_class("Statement")]

    def _statement(self, node: Node) -> Statement:
        document = self.one(node, "inDocument")
        modality = self.one(node, "modality") or self.one(document, "defaultModality")
        return Statement(
            node,
            document,
            " ".join(self.texts(node, "locator")),
            tail(self.one(node, "topic")),
            tail(modality) or "in-place",
            tail(self.one(node, "evidenceState")) or "stated",
            frozenset(tail(value) for value in self.every(node, "onProperty")),
            " ".join(self.texts(node, "note")),
        )

    @cached_property
    def literals(self) -> str:
        """Return every literal, for what may stand anywhere."""
        return "\n".join(sorted({str(value) for value in self.graph.objects() if isinstance(value, Literal)}))

    @cached_property
    def text(self) -> str:
        """Return every literal, as plain text."""
        return written_out(self.literals)

    @cached_property
    def numbers(self) -> set[str]:
        """Return every number that stands anywhere."""
        return numbers(self.literals)

    @cached_property
    def last_days(self) -> set[date]:
        """Return the last day of every date that is written anywhere."""
        return {last for _, last in spans(self.literals)}

    def documents(self, key: str) -> set[Node]:
        """Return the documents that were encoded for a source."""
        noted = self.reference(key)
        known = OTHER_REFERENCE.get((self.stem, noted), noted)
        return set(self.graph.subjects(MASA.sourceReference, Literal(known)))

    # The notes

    def at(self, keys: Keys) -> Any:
        """Return what stands at a path of the notes."""
        value: Any = self.noted
        for key in keys:
            value = value[key]
        return value

    def beside(self, leaf: Leaf) -> dict[str, Any]:
        """Return the mapping that a leaf belongs to."""
        entry = self.at(leaf.keys[:-1])
        assert isinstance(entry, dict)
        return entry

    def places(self, where: Any) -> list[Place]:
        """Return the places that a `where` names; what follows a semicolon without a key goes on with the place before."""
        if where is None:
            return []
        if other := OTHER_PLACES.get((self.stem, where)):
            return [Place(*place) for place in other]
        if len(self.sources) == 1 and not re.match(r"a\b", where):  # one document, so its key is left out
            return [Place("a", unbracketed(where))]
        found: list[Place] = []
        key = f"[{''.join(self.sources)}]"
        for part in re.split(r"; *(?![^(]*\))", where):
            if re.fullmatch(rf"{key}(?:, *{key})*", part):
                found += [Place(one, "") for one in re.findall(r"\w", part)]
            elif named := re.fullmatch(rf"({key})(?:: *| *(?=\())(.+)", part):
                found.append(Place(named[1], named[2]))
            elif found:
                found[-1] = Place(found[-1].key, f"{found[-1].spot}; {part}")
            else:
                found.append(Place(part, ""))  # a document that is not among the sources
        return found

    def reference(self, key: str) -> str:
        """Return the reference of a source; one that is not among the sources is its own."""
        return str(self.sources[key]["ref"]) if key in self.sources else key

    def lines_of(self, key: str) -> set[int]:
        """Return the lines that the reference of a source names, if it does."""
        return lines(self.reference(key).rpartition(" line")[2].removeprefix("s"))

    def stands_at(self, said: Statement, place: Place, sentence: str) -> bool:
        """Whether a statement stands at a place as noted."""
        if said.document not in self.documents(place.key):
            return False
        there, spot = plain(said.locator), place.spot
        accepted = {plain(spot), plain(unbracketed(spot)) or READ, plain(spot.strip("()"))}
        if there in accepted:
            return True
        if not spot:
            # The reference itself names the lines, or the sentence the page or section.
            cited = lines(there) and lines(there) <= self.lines_of(place.key)
            printed = re.search(rf"(?<!\w){re.escape(there)}(?!\w)", plain(sentence))
            if cited or printed or (numbers(there) and numbers(there) <= numbers(sentence)):
                return True
        return self.first_session and bool(lines(there) & lines(spot))

    def roles(self, partner: dict[str, Any]) -> list[Node]:
        """Return the roles that were encoded for a partner as noted: of its kind, and of a name alike."""
        of_kind = [
            r for r in self.of_class("PartnerRole") if tail(self.one(r, "partnerKind")) == partner["role"].replace("_", "-")
        ]
        return [r for r in of_kind if any(alike(partner["organisation"], text) for text in self.texts(r, "publishedName"))]

    def silences(self, version: Node, kind: str = "") -> list[Statement]:
        """Return the statements on what was not found, of a version and of its partner roles, or those of one kind."""
        roles = [role for role in self.every(version, "hasPartnerRole") if kind in {"", tail(self.one(role, "partnerKind"))}]
        nodes = {node for thing in (version, *roles) for node in self.every(thing, "statedBy")}
        return [said for said in self.statements if said.node in nodes and said.state in SILENT_STATES]


# --- The comparisons. Each returns what it looked for and did not find, or nothing.

Missing = str | None
Compare = Callable[[Record, Leaf], Missing]


def unless(found: object, sought: str) -> Missing:
    """Return what was sought, unless it was found."""
    return None if found else sought


def identity(record: Record, leaf: Leaf) -> Missing:
    stem = re.sub(r"(-\d{4})+$", "", leaf.value)
    named = all(tail(version).startswith(stem) for version in record.of_class("ArrangementVersion"))
    return unless(leaf.value == record.stem and record.versions and named, f"versions named {stem}-..., or an umbrella")


def title(record: Record, leaf: Leaf) -> Missing:
    """The title is the note's own: it has the name of the partnership, or that of the area or version where there is none."""
    printed = [text for version in record.versions for text in record.texts(version, "partnershipName")]
    if printed and "name_of_partnership" not in record.noted:
        return unless(all(alike(leaf.value, text) for text in printed), f"partnershipName {printed} in it")
    labels = [area_label(node) for version in record.versions for node in record.every(version, "coversArea")]
    labels += [str(label) for version in record.versions for label in record.graph.objects(version, SKOS.prefLabel)]
    return unless(any(alike(leaf.value, label) for label in labels), f"one of {labels} in it")


def grade(record: Record, leaf: Leaf) -> Missing:
    """A document that was read whole is grade A and needs no note; every other version has a note of its grade."""
    extents = {tail(extent) for extent in record.graph.objects(None, MASA.extentRead)}
    if leaf.value == "A":
        return unless(extents == {"whole"}, "extentRead whole")
    told = [" ".join(record.texts(version, "note")) for version in record.versions]
    graded = all(re.search(rf"[Gg]rade[^.]*\b{leaf.value}\b", text) for text in told)
    return unless(graded and extents == {"part"}, f"a note of grade {leaf.value} on every version, and extentRead part")


def name(record: Record, leaf: Leaf) -> Missing:
    return unless(Literal(leaf.value) in record.graph.objects(None, MASA.partnershipName), "that partnershipName")


def reference(record: Record, leaf: Leaf) -> Missing:
    documents = record.documents(record.beside(leaf)["key"])
    linked = set(record.graph.objects(None, MASA.hasDocument)) | set(record.graph.objects(None, MASA.inDocument))
    return unless(documents and documents <= linked, "a Document with that sourceReference, linked to a version")


KINDS = {
    "council committee page": {"committee-paper"},
    "document-sharing site": {"published-arrangement", "third-party-page", "yearly-report"},
    "news": {"news"},
    "source document": {"national-review", "third-party-page", "published-arrangement"},
    "web page": {
        "published-arrangement",
        "third-party-page",
        "yearly-report",
        "terms-of-reference",
        "scrutiny-statement",
        "news",
    },
}


def document_kind(record: Record, leaf: Leaf) -> Missing:
    sought = KINDS[leaf.value]
    documents = record.documents(record.beside(leaf)["key"])
    fit = [{tail(kind) for kind in record.every(document, "documentKind")} & sought for document in documents]
    return unless(fit and all(fit), f"documentKind among {sorted(sought)}")


def extent(record: Record, leaf: Leaf) -> Missing:
    word = {"opening only": "opening", "cited lines": "cited line", "whole": ""}[leaf.value]
    for document in record.documents(record.beside(leaf)["key"]):
        told = " ".join(record.texts(document, "note"))
        if record.one(document, "extentRead") != (EXTENT.part if word else EXTENT.whole):
            return f"extentRead of {tail(document)} to be {'part' if word else 'whole'}"
        if word not in told:
            return f"'{word}' in a note on {tail(document)}"
    return None


def edition(record: Record, leaf: Leaf) -> Missing:
    noted = set(re.findall(r"\b(2018|2023)\b", unbracketed(leaf.value)))
    years = OTHER_EDITIONS.get((record.stem, leaf.value), noted)
    if record.of_class("Umbrella"):  # it follows none; a statement tells the time
        told = [text for said in record.statements if said.topic == "identity" for text in record.texts(said.node, "says")]
        return unless(years <= numbers(" ".join(told)), f"{sorted(years)} in a statement on its identity")
    followed = {tail(value).removeprefix("wt") for value in record.graph.objects(None, MASA.followsEdition)}
    return unless(years == followed, f"followsEdition of {sorted(years)}, found {sorted(followed)}")


DATES = {
    "document_dated": ("dated",),
    "published": ("published", "dated"),
    "approved": ("approved",),
    "in_force": ("inForceFrom",),
    "revised": ("dated", "inForceFrom"),
    "ended": ("inForceTo",),
    "design_phase": ("preparedIn",),
    "review": (),
}


def bounds_of(record: Record, node: Node) -> tuple[date | None, date | None]:
    """Return the first and last day of a date as encoded."""
    first, last = (next(iter(record.texts(node, prop)), None) for prop in ("earliestDay", "latestDay"))
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None


def stated_dates(record: Record, properties: Iterable[str]) -> list[tuple[date | None, date | None]]:
    """Return the first and last days of the dates that the versions have under some properties."""
    nodes = [node for version in record.versions for prop in properties for node in record.every(version, prop)]
    return [bounds_of(record, node) for node in nodes]


def disputed(record: Record, properties: Iterable[str]) -> list[Span]:
    """Return the dates on which documents disagree."""
    clashing = [said for said in record.statements if said.state == "conflicting" and said.properties & set(properties)]
    return [span for said in clashing for text in record.texts(said.node, "statedValue") for span in spans(text)]


def dates(record: Record, leaf: Leaf) -> Missing:
    """The first date is the one noted; the others are remarks on it, and may stand anywhere."""
    if other := OTHER_DATE.get((record.stem, str(leaf))):
        return unless(other in record.literals, f"{other!r} anywhere")
    properties = DATES[str(leaf.keys[1])]
    found = spans(leaf.value)
    if "differ" in leaf.value:
        missing = set(found) - set(disputed(record, properties))
        return unless(not missing, f"{missing} as the statedValue of conflicting statements on {' or '.join(properties)}")
    bounds = stated_dates(record, properties)
    if properties and found and found[0] not in bounds:
        return f"{found[0]} as bounds under {' or '.join(properties)}, found {bounds}"
    elsewhere = [span for span in found if span not in bounds and span[1] not in record.last_days]
    figures_too = set() if found else numbers(leaf.value) - record.numbers
    return unless(not elsewhere and not figures_too, f"{elsewhere or figures_too} anywhere")


def no_dates(record: Record, leaf: Leaf) -> Missing:
    properties = sorted({prop for props in DATES.values() for prop in props})
    return unless(not leaf.value and not stated_dates(record, properties), f"no date under {', '.join(properties)}")


def area(record: Record, leaf: Leaf) -> Missing:
    """An umbrella has a footprint; a name that may mean several areas is told by a statement alone."""
    names = [area_label(node) for version in record.versions for node in record.every(version, "coversArea")]
    names += [text for node in record.of_class("Footprint") for text in record.texts(node, "publishedName")]
    if not names:
        told = [words(text) for said in on(record, "coversArea") for text in record.texts(said, "says")]
        return unless(any(words(unbracketed(leaf.value)) <= text for text in told), "its name in a statement on the area")
    return unless(any(alike(leaf.value, text) for text in names), f"it among {sorted(names)}")


def footprint(record: Record, leaf: Leaf) -> Missing:
    printed = [text for node in record.of_class("Footprint") for text in record.texts(node, "publishedName")]
    return unless(leaf.value in printed, "a Footprint of that publishedName")


def partner_kind(record: Record, leaf: Leaf) -> Missing:
    partner = record.beside(leaf)
    if unnamed(partner["organisation"]):
        return None  # what was not named has no role; `organisation` looks that there is none
    return unless(record.roles(partner), f"a PartnerRole of that kind for {partner['organisation']!r}")


def unnamed(organisation: str) -> bool:
    """Whether the note says of a partner that nothing named it."""
    return bool(re.match(r"not in the part seen$", organisation))


def organisation(record: Record, leaf: Leaf) -> Missing:
    partner = record.beside(leaf)
    names = [text for role in record.roles(partner) for text in record.texts(role, "publishedName")]
    if unnamed(leaf.value):
        kinds = [tail(kind) for kind in record.graph.objects(None, MASA.partnerKind)]
        return unless(partner["role"] not in kinds, "no role of that kind")
    # Bodies that followed each other, or one printed among several, each have a role of their own.
    for part in re.split(r",? then |; (?![^(]*\))| \((?=earlier |2019: )|\(several, incl\. ", leaf.value):
        body = re.sub(r"^(?:earlier|2019:) | as the page names it.*$|\((?:2019|later|[a-z])\)", "", part.strip(" )"))
        if not body.startswith("not named") and not any(alike(body, text) for text in names):
            return f"a role named {body!r}, found {names}"
    return None


def several(record: Record, leaf: Leaf) -> Missing:
    mays = [len(record.every(role, "mayBe")) for role in record.roles(record.beside(leaf))]
    return unless(leaf.value == "several" and max(mays, default=0) > 1, "a role that may be several bodies")


def titles(record: Record, roles: Iterable[Node], *path: str) -> list[tuple[Node, str]]:
    """Return the posts that a path leads to from some roles, with their titles; no title is an empty one."""
    posts = [post for role in roles for post in record.every(role, *path)]
    return [(post, " ".join(record.texts(post, "postTitle"))) for post in posts]


def linked_posts(record: Record, leaf: Leaf, *path: str) -> list[tuple[Node, str]]:
    """Return the posts that stand where a noted post is looked for: with the partner, or where the note says something less."""
    partner = record.at(leaf.keys[:2])
    found = titles(record, record.roles(partner), *path)
    if lesser := LESSER_POST.get((record.stem, str(Leaf(leaf.keys[:-1], None)))):
        found = titles(record, record.versions, *lesser.split())
    return found


def post_titles(noted: str) -> list[str]:
    """Return the titles of the posts noted on one line, each without remarks; brackets at the start are part of a title."""
    listed = noted.partition("on one line: ")[2]
    parts = listed.split("; ") if listed else [noted]
    return [plain(part if part.startswith("(") else unbracketed(part)) for part in parts]


def lead_post(record: Record, leaf: Leaf) -> Missing:
    there = linked_posts(record, leaf, "hasLead", "leadPost")
    missing = set(post_titles(leaf.value)) - {plain(text) for _, text in there}
    return unless(not missing, f"a lead titled {sorted(missing)}, found {[text for _, text in there]}")


def delegate_post(record: Record, leaf: Leaf) -> Missing:
    there = [text for _, text in linked_posts(record, leaf, "hasDelegation", "delegatedTo")]
    sought = {""} if leaf.value == "post not given" else set(post_titles(leaf.value))
    return unless(sought <= set(map(plain, there)), f"a delegate titled {sorted(sought)}, found {there}")


def delegate_body(record: Record, leaf: Leaf) -> Missing:
    """The body of a delegate is that of the partner, or has a label or a note of its own."""
    noted = record.beside(leaf)["post"]
    sought = "" if noted == "post not given" else post_titles(noted)[0]
    posts = [post for post, text in linked_posts(record, leaf, "hasDelegation", "delegatedTo") if plain(text) == sought]
    names = []
    for post in posts:
        names += record.texts(post, "note")
        bodies = {*record.every(post, "postOf"), *record.every(post, "inUnit", "unitOf")}
        for thing in (*bodies, *record.every(post, "inUnit")):
            names += [str(label) for label in record.graph.objects(thing, SKOS.prefLabel)]
        for role in record.roles(record.at(leaf.keys[:2])):
            if bodies <= {*record.every(role, "heldBy"), *record.every(role, "mayBe")}:
                names += record.texts(role, "publishedName")
    return unless(any(alike(leaf.value, text) for text in names), f"that body of the delegate, found {names}")


def no_delegates(record: Record, leaf: Leaf) -> Missing:
    roles = record.roles(record.beside(leaf))
    return unless(not titles(record, roles, "hasDelegation", "delegatedTo"), "no delegation of this partner")


def no_lead(record: Record, leaf: Leaf) -> Missing:
    return unless(not titles(record, record.roles(record.beside(leaf)), "hasLead", "leadPost"), "no lead of this partner")


def no_partners(record: Record, leaf: Leaf) -> Missing:
    return unless(not leaf.value and not record.of_class("PartnerRole"), "no PartnerRole")


def keeps(record: Record, leaf: Leaf) -> Missing:
    values = {str(value) for value in record.graph.objects(None, MASA.keepsAccountability)}
    silent = {said.state for said in record.statements if "keepsAccountability" in said.properties}
    if leaf.value is None:
        return unless(not values and silent == {"not-stated"}, "keepsAccountability as not stated, and no value")
    sought = str(leaf.value).lower()
    return unless(values == {sought} or (not values and "stated" in silent), f"keepsAccountability {sought} or a statement on it")


# Which topics answer to a section of the notes.
TOPICS = {
    "accountability": {"leadership"},
    "audit": {"audit"},
    "chair": {"chair"},
    "child_death_review": {"child-deaths"},
    "data_intelligence": {"data", "information-sharing"},
    "delegation": {"delegation"},
    "delivery_areas": {"priorities"},
    "dispute_escalation": {"disputes"},
    "earlier_principles": {"priorities"},
    "elected_members": {"structure"},
    "funding": {"funding"},
    "identify_and_respond": {"priorities"},
    "independent_scrutiny": {"scrutiny"},
    "information_governance": {"information-sharing"},
    "lcspr_rapid_review": {"practice-reviews"},
    "lead_delegate_link": {"delegation"},
    "lead_forum": {"leadership"},
    "lead_functions": {"leadership"},
    "links": {"links"},
    "links_other_boards": {"links"},
    "meeting_frequency": {"structure"},
    "number_of_partners": {"partners"},
    "priorities": {"priorities"},
    "relevant_agencies": {"relevant-agencies"},
    "representative_powers": {"delegation"},
    "residential_youth_custody": {"custody-residential"},
    "review_documents": {"audit", "priorities"},
    "review_of_arrangements": {"review", "transition"},
    "schools_early_years": {"education"},
    "single_point_leadership": {"leadership"},
    "structure": {"structure"},
    "threshold_document": {"thresholds"},
    "training": {"training"},
    "voice_of_children": {"voice"},
    "yearly_report": {"yearly-report"},
}
# A heading seen in a list of contents, and no more.
LISTED = re.compile(r"\bcontents \d|\bsections?\b.* listed|\bsection '|\bsection p\.|\bp\.\d+$")
# The notes on the early adopters tell what each was setting out to do, and many a note does not mark it.
SETTING_OUT = re.compile(r"source 00[012]\b")
SETTING_OUT_WORDS = re.compile(r"\bplanned\b|\bto go\b|\bdiscussed\b|\bexpected\b|\bdue by\b|\bby definition\b")
WEAKER = {"planned", "proposed", "decided", "restated-guidance"}


def modality_agrees(record: Record, leaf: Leaf, place: Place, said: Statement) -> bool:
    """Whether a statement has the modality noted.

    Where a note marks none, a weaker one will do if there is a reason for it: a note on the statement, a word in the
    sentence, or a source that tells what was being set up.
    """
    entry = record.beside(leaf)
    marked, sentence = entry.get("modality"), sentence_of(entry)
    accepted = {(marked or record.noted.get("default_modality", "in_place")).replace("_", "-")}
    if not marked:
        accepted |= {UNMARKED.get((record.stem, key), "") for key in (place.key, str(Leaf(leaf.keys[:-1], None)))}
        if "says" not in entry:  # a file marks its sentences by default; that a body or an area is named is no plan
            accepted.add("in-place")
        if said.note or SETTING_OUT.match(record.reference(place.key)) or SETTING_OUT_WORDS.search(sentence):
            accepted |= WEAKER
    return said.modality in accepted


def sentence_of(entry: dict[str, Any]) -> str:
    """Return what an entry says, as one text: it may hold the page or the modality."""
    return "; ".join(str(entry[key]) for key in ("says", "value", "post", "name") if entry.get(key))


def agreeing(record: Record, leaf: Leaf, place: Place, topics: set[str]) -> list[Statement]:
    """Return the statements at a place that are on the topics and of the modality noted."""
    sentence = sentence_of(record.beside(leaf))
    there = [said for said in record.statements if record.stands_at(said, place, sentence)]
    return [said for said in there if said.topic in topics and modality_agrees(record, leaf, place, said)]


def stated_at(record: Record, leaf: Leaf, topics: set[str], bearing: set[Node] | None = None) -> Missing:
    """Look for a statement at each place of a `where`, on one of some topics, of the modality noted, and bearing out a thing."""
    listed, missing = False, []
    for place in record.places(leaf.value):
        found = [said for said in agreeing(record, leaf, place, topics) if bearing is None or said.node in bearing]
        covered = {line for said in found for line in lines(said.locator)}
        if not found or (record.first_session and not ends(place.spot) <= covered):
            there = [said for said in record.statements if record.stands_at(said, place, sentence_of(record.beside(leaf)))]
            told = sorted({f"{said.topic} ({said.modality})" for said in there})
            missing.append(f"{place.key} at {place.spot or READ!r}, where there are {', '.join(told) or 'none'}")
        listed = listed or any(said.state == "section-listed" for said in found)
    if missing:
        modality = record.beside(leaf).get("modality", "unmarked")
        return f"statements on {' or '.join(sorted(topics))} ({modality}) about it in " + "; ".join(missing)
    return unless(listed or not LISTED.search(sentence_of(record.beside(leaf))), "a statement that the section is listed")


Bearing = Callable[[Record, Leaf], set[Node] | None]


def where(*topics: str, about: Bearing | None = None) -> Compare:
    """Compare a `where` with statements on some topics, and about the thing beside it where that can be told."""

    def compare(record: Record, leaf: Leaf) -> Missing:
        return stated_at(record, leaf, set(topics), about(record, leaf) if about else None)

    return compare


def section_topics(record: Record, leaf: Leaf) -> set[str]:
    """Return the topics that answer to the section of a sentence."""
    other = OTHER_TOPIC.get((record.stem, str(leaf)))
    return TOPICS[str(leaf.keys[1])] | ({other} if other else set())


def where_in_section(record: Record, leaf: Leaf) -> Missing:
    return stated_at(record, leaf, section_topics(record, leaf))


def on(record: Record, *properties: str) -> set[Node]:
    """Return the statements that are on one of some properties."""
    return {said.node for said in record.statements if said.properties & set(properties)}


def about_edition(record: Record, leaf: Leaf) -> set[Node] | None:
    """Nothing follows an edition where the one noted is not followed, nor where an umbrella stands for the version."""
    if (record.stem, record.beside(leaf)["value"]) in OTHER_EDITIONS or record.of_class("Umbrella"):
        return None
    return on(record, "followsEdition")


def about_date(record: Record, leaf: Leaf) -> set[Node] | None:
    properties = DATES[str(leaf.keys[1])]
    if not properties or (record.stem, str(leaf).replace(".where", ".value")) in OTHER_DATE:
        return None
    named = {node for version in record.versions for prop in properties for node in record.every(version, prop, "statedBy")}
    return named | on(record, *properties, "otherMatter")  # a remark on the date is another matter


def about_area(record: Record, _leaf: Leaf) -> set[Node]:
    borne = {node for thing in record.of_class("Footprint") for node in record.every(thing, "statedBy")}
    return on(record, "coversArea") | borne


def about_partner(record: Record, leaf: Leaf) -> set[Node]:
    return {node for role in record.roles(record.at(leaf.keys[:2])) for node in record.every(role, "statedBy")}


def about_post(path: str) -> Bearing:
    """Find what bears out a lead or delegation: a statement on it or on its role, or on the lesser thing that it is."""

    def about(record: Record, leaf: Leaf) -> set[Node]:
        roles = record.roles(record.at(leaf.keys[:2]))
        things = [*roles, *(node for role in roles for node in record.every(role, path))]
        if lesser := LESSER_POST.get((record.stem, str(Leaf(leaf.keys[:-1], None)))):
            steps = lesser.split()[:-1]
            things = [
                node for version in record.versions for n in range(len(steps)) for node in record.every(version, *steps[: n + 1])
            ]
        return {node for thing in things for node in record.every(thing, "statedBy")}

    return about


def about_keeping(record: Record, _leaf: Leaf) -> set[Node]:
    borne = {node for thing in record.of_class("Delegation") for node in record.every(thing, "statedBy")}
    return on(record, "keepsAccountability") | borne


def with_its_place(record: Record, leaf: Leaf) -> Missing:
    """Look for the modality of an entry together with its place."""
    entry = record.beside(leaf)
    sibling = Leaf((*leaf.keys[:-1], "where"), entry["where"])
    row = COMPARISONS[sibling.row]
    return row.compare(record, sibling)


def default_modality(record: Record, leaf: Leaf) -> Missing:
    values = {tail(value) for value in record.graph.objects(None, MASA.defaultModality)}
    return unless(values == {leaf.value}, f"that defaultModality, found {sorted(values)}")


NAME = re.compile(r"\b[A-Z][\w-]+(?: (?:of )?[A-Z][\w-]+)+")


def figures(record: Record, leaf: Leaf) -> Missing:
    """Look for the figures, days, months and names of a sentence and the words that it quotes; the rest was reworded."""
    missing = sorted(numbers(re.sub(r"\bp\.\d+", "", leaf.value)) - record.numbers)
    for first, last in spans(leaf.value):
        if first and (last - first).days < 31 and last not in record.last_days:
            missing.append(f"{first} to {last}")
    if (record.stem, leaf.row) not in REWORDED:
        quoted = re.findall(r"(?<!\w)'([^']+(?:'s [^']+)?)'(?!\w)", leaf.value)
        names = [text.removeprefix("Successor ") for text in NAME.findall(leaf.value)]
        missing += [text for text in (*quoted, *names) if written_out(text) not in record.text]
    return unless(not missing, f"{missing} anywhere")


# What an item that was not found answers to. Each property before the bar is to stand under a statement on what was not
# found; those behind it may, where the file asserts nothing under them.
_LEAD = "hasLead leadPost | postTitle postKind"
_DELEGATE = "delegatedTo | hasDelegation delegationState postTitle postKind"
_PARTNER = f"hasLead leadPost delegatedTo | {_LEAD} {_DELEGATE} hasPartnerRole partnerKind heldBy publishedName"
_FUNDING = "fundingDescription amount shareBasis hasContribution hasBudgetLine | inKind sharePercent"
_DISPUTES = "disputeSteps disputeResolver finalArbiter escalationToSecretaryOfState escalationToLeads | practitionerPolicy"
_CASES = "seriousCaseIdentification rapidReview reviewCommissioning"
_REVIEWS = f"{_CASES} reviewSupervision reviewConduct reviewPublication learningEmbedding"
_SHARES = "amount shareBasis agencyContributions"
SILENT = {
    # Barking and Dagenham, read whole
    "publication date (day)": "publishedAt",
    "lead representative post of each partner": "hasLead leadPost",
    "delegated post of each partner, and its organisation": "hasDelegation delegatedTo",
    "that delegation keeps accountability": "keepsAccountability",
    "chair of the Safeguarding Partnership Board": "",  # told by chairKind none-stated, which `groups[].chair` looks for
    "named list of relevant agencies, and why chosen": "includesAgency reasonForInclusion",
    "how every early years setting, school and college is included": "inclusionMechanism",
    "youth custody and residential homes for children": "careInclusion noneInArea",
    "funding amounts, shares, contributions of relevant agencies, cost of practice reviews": _SHARES,
    "publication of local child safeguarding practice reviews": "reviewPublication",
    "how training is monitored and evaluated for impact": "trainingImpactMonitoring",
    "yearly report content, date, independent scrutiny of it": "reportScrutiny",
    "dispute process between the three partners within the borough": "disputeSteps finalArbiter",
    "information sharing agreement or protocol": "informationProtocol",
    "use of data to assess early help": "earlyHelpAssessment",
    "consultation of agencies": "agenciesConsulted",
    "how scrutiny's recommendations are followed up": "scrutinyFollowUp",
    "scrutiny of the partners' leadership": "leadershipScrutiny",
    "independence of the Champion": "independenceStated",
    "a rule for a single lead": "singleLeadRule",
    "how often the Board meets": "meetingsPerYear",
    "other boards by name": "partnershipKind",
    "the Secretary of State": "escalationToSecretaryOfState",
    "notification of the Department for Education": "secretaryOfStateTold",
    "address of publication": "publishedAt",
    "the outcome intended by engaging children": "voicePurpose",
    # Read in part
    "publication date": "published",
    "date in force": "inForceFrom",
    "lead representative post: local authority": _LEAD,
    "lead representative post: police": _LEAD,
    "lead representative post: health": _LEAD,
    "delegated post: local authority": _DELEGATE,
    "delegated post: police": _DELEGATE,
    "delegated post: health": _DELEGATE,
    "local authority partner: organisation, lead post, delegated post": _PARTNER,
    "police partner: organisation, lead post, delegated post": _PARTNER,
    "health partner: organisation, lead post, delegated post": _PARTNER,
    "whether delegation keeps accountability": "keepsAccountability",
    "who chairs": "chairPost | hasChairing chairKind chairDescription",
    "named relevant agencies": "scheduleNumber reasonForInclusion | includesAgency agencyName",
    "how schools / early years are included": "inclusionMechanism | settingKind",
    "youth custody and residential homes": "noneInArea | careInclusion",
    "funding amounts, shares or principle": _FUNDING,
    "dispute resolution / escalation": _DISPUTES,
    "threshold document": "thresholdDocument thresholdPublishedAt thresholdAlignment",
    "inter-agency training": "trainingCommissioning trainingDelivery trainingImpactMonitoring",
    "how inter-agency training is commissioned and monitored": "trainingCommissioning trainingImpactMonitoring",
    "multi-agency audit": "auditApproach",
    "data and intelligence": "dataUse earlyHelpAssessment",
    "voice of children": "childrenVoice voicePurpose | familiesVoice",
    "LCSPR / rapid review process": _REVIEWS,
    "yearly report": "reportPreparation reportScrutiny reportPublicationPlace | hasYearlyReport",
    "content of the yearly report": "reportPreparation",
    "child death review footprint": "childDeathProcess | childDeathPartner hasFootprint",
    "review of the arrangements": "arrangementReview reviewTimescale | nextReviewDue",
    "independent scrutiny model": "hasScrutineer scrutinyModel scrutinyPlan | scrutinyKind scrutineerName independenceStated",
}


def answering(item: str, *, whole: bool = False) -> set[str]:
    """Return the properties that answer to an item, which may name several things; the whole row, or what is to stand."""
    found: set[str] = set()
    for thing in [item] if item in SILENT else item.split("; "):
        row = SILENT[thing] if thing in SILENT else SILENT[re.sub(r" \([^)]*\)$|, other than .*", "", thing)]
        found |= set((row.replace("|", " ") if whole else row.partition("|")[0]).split())
    return found


def silence(record: Record, leaf: Leaf) -> Missing:
    kind = re.search(r"\b(local authority|police|health)\b(?=$| partner:)", leaf.value)
    for version in record.versions:
        silences = record.silences(version, kind[1].replace(" ", "-") if kind else "")
        said = {prop for statement in silences for prop in statement.properties}
        missing = answering(leaf.value) - said
        if missing:
            return f"{sorted(missing)} among what was not found of {tail(version)}"
    return None


def silence_meaning(record: Record, leaf: Leaf) -> Missing:
    """What is not in a document that was read whole is not stated; what is not in a part was only not seen."""
    sought = "not-stated" if "whole text read" in leaf.value else "not-seen"
    states = {said.state for version in record.versions for said in record.silences(version)}
    return unless(states == {sought}, f"{sought} as the only state of what was not found, found {sorted(states)}")


def remarks(record: Record, leaf: Leaf) -> Missing:
    """Remarks are counted: as many notes and comments as there are awkward cases."""
    notes = len(list(record.graph.objects(None, MASA.note))) + len(re.findall(r"^#", record.comments, re.MULTILINE))
    return unless(notes > int(leaf.keys[1]), "as many notes and comments as there are awkward cases")


def two_versions(record: Record, _leaf: Leaf) -> Missing:
    return unless(len(record.versions) == 2, "two versions")


def status(record: Record, leaf: Leaf) -> Missing:
    told = " ".join(str(value) for value in record.graph.objects(None, MASA.versionStatus))
    return unless(leaf.value.partition(";")[0] in told, "its first words in versionStatus")


def author(record: Record, leaf: Leaf) -> Missing:
    there = [text for _, text in titles(record, record.versions, "authorPost")]
    return unless(unbracketed(leaf.value) in there, f"an authorPost of that title, found {there}")


# The groups of Barking and Dagenham, the one file that has them.


def group(record: Record, leaf: Leaf) -> Node | None:
    """Return the group that was encoded for the one a leaf belongs to."""
    named = record.at(leaf.keys[:2])["name"]
    return next(iter(record.graph.subjects(MASA.groupName, Literal(named))), None)


def group_name(record: Record, leaf: Leaf) -> Missing:
    return unless(group(record, leaf), "a Group of that groupName")


def group_replaces(record: Record, leaf: Leaf) -> Missing:
    there = record.texts(group(record, leaf), "replacesBoard")
    return unless(any(alike(leaf.value, text) for text in there), f"that replacesBoard, found {there}")


def group_member(record: Record, leaf: Leaf) -> Missing:
    members = record.every(group(record, leaf), "hasMembership")
    told = [record.texts(node, "memberDescription") + record.texts(node, "memberPost", "postTitle") for node in members]
    sought = words(leaf.value) - {"x", "local", "a", "required"}
    akin = any(len(sought & words(" ".join(texts))) * 2 > len(sought) for texts in told)
    return unless(akin, f"a member with most of those words, found {told}")


def group_chair(record: Record, leaf: Leaf) -> Missing:
    kinds = [tail(kind) for kind in record.every(group(record, leaf), "hasChairing", "chairKind")]
    told = record.texts(group(record, leaf), "hasChairing", "chairDescription")
    return unless(kinds == ["none-stated"] if leaf.value is None else told, f"that chair, found {kinds} {told}")


def group_function(record: Record, leaf: Leaf) -> Missing:
    """Functions were put in other words, so they are counted."""
    found = record.texts(group(record, leaf), "groupFunction")
    return unless(len(found) > int(leaf.keys[-1]), f"as many functions, found {len(found)}")


def group_flag(name: str, **values: str) -> Compare:
    """Compare a mark of a group that is true or false."""

    def compare(record: Record, leaf: Leaf) -> Missing:
        sought = values.get(str(leaf.value).lower(), str(leaf.value).lower())
        return unless(record.texts(group(record, leaf), name) == [sought], f"{name} {sought}")

    return compare


def group_governs(record: Record, leaf: Leaf) -> Missing:
    told = " ".join(record.texts(group(record, leaf), "describes"))
    return unless(leaf.value is False and "does not govern" in told, "'does not govern' in what describes the group")


def uncompared(_record: Record, _leaf: Leaf) -> Missing:
    """Look at nothing: the row says why."""
    return None


POST_TOPICS = ("delegation", "structure", "leadership")  # a member of a group and a signatory are no delegates


class Row(NamedTuple):
    """The kind of fact that a row of the table is about, how it is compared, and why not where it is not."""

    kind: str
    compare: Compare
    why_not: str = ""


COMPARISONS = {
    "id": Row("identity", identity),
    "title": Row("identity", title),
    "evidence.grade": Row("identity", grade),
    "evidence.meaning": Row("identity", uncompared, "says what the letter of the grade means, and the letter is compared"),
    "versions_note": Row("identity", two_versions),
    "name_of_partnership.value": Row("identity", name),
    "name_of_partnership.where": Row("identity", where("identity")),
    "status.value": Row("identity", status),
    "status.where": Row("identity", where("identity")),
    "status.modality": Row("identity", with_its_place),
    "author_posts[].post": Row("identity", author),
    "author_posts[].where": Row("identity", where("identity")),
    "default_modality": Row("identity", default_modality),
    "sources[].key": Row("sources", uncompared, "stands for the source in every `where`, and is compared there"),
    "sources[].ref": Row("sources", reference),
    "sources[].kind": Row("sources", document_kind),
    "sources[].read": Row("sources", extent),
    "edition.value": Row("edition", edition),
    "edition.where": Row("edition", where("identity", about=about_edition)),
    "dates": Row("dates", no_dates),
    "dates.*.value": Row("dates", dates),
    "dates.*.where": Row("dates", where("dates", "publication", "review", about=about_date)),
    "dates.*.modality": Row("dates", with_its_place),
    "areas[].name": Row("areas", area),
    "areas[].where": Row("areas", where("area", about=about_area)),
    "areas[].note": Row("areas", uncompared, "a remark on the name beside it"),
    "wider_footprint[].name": Row("areas", footprint),
    "wider_footprint[].where": Row("areas", where("area", about=about_area)),
    "wider_footprint[].note": Row("areas", uncompared, "a remark on the name beside it"),
    "partners": Row("partners", no_partners),
    "partners[].role": Row("partners", partner_kind),
    "partners[].organisation": Row("partners", organisation),
    "partners[].number_of_bodies": Row("partners", several),
    "partners[].where": Row("partners", where("partners", about=about_partner)),
    "partners[].lead": Row("leads", no_lead),
    "partners[].lead.post": Row("leads", lead_post),
    "partners[].lead.where": Row("leads", where("leadership", about=about_post("hasLead"))),
    "partners[].delegates": Row("delegates", no_delegates),
    "partners[].delegates[].post": Row("delegates", delegate_post),
    "partners[].delegates[].organisation": Row("delegates", delegate_body),
    "partners[].delegates[].where": Row("delegates", where(*POST_TOPICS, about=about_post("hasDelegation"))),
    "delegation_keeps_accountability.value": Row("delegates", keeps),
    "delegation_keeps_accountability.where": Row("delegates", where("delegation", about=about_keeping)),
    "delegation_keeps_accountability.note": Row("delegates", figures),
    "delegation_to_groups[].says": Row("figures", figures),
    "delegation_to_groups[].where": Row("delegates", where("delegation")),
    "delegation_to_groups[].modality": Row("delegates", with_its_place),
    "equality_of_duty.says": Row("figures", figures),
    "equality_of_duty.where": Row("statements", where("leadership", "funding")),
    "joint_authorship.says": Row("figures", figures),
    "joint_authorship.where": Row("statements", where("leadership")),
    "joint_authorship.modality": Row("statements", with_its_place),
    "groups[].id": Row("groups", uncompared, "a name of the note's own making for the group, whose name is compared"),
    "groups[].name": Row("groups", group_name),
    "groups[].replaces": Row("groups", group_replaces),
    "groups[].members[]": Row("groups", group_member),
    "groups[].chair": Row("groups", group_chair),
    "groups[].functions[]": Row("groups", group_function),
    "groups[].where": Row("groups", where("structure", "chair")),
    "groups[].permanence": Row("groups", group_flag("isPermanent", permanent="true", time_limited="false")),
    "groups[].note": Row("groups", figures),
    "groups[].formally_constituted": Row("groups", group_flag("isFormallyConstituted")),
    "groups[].governs_local_operations": Row("groups", group_governs),
    "groups[].modality": Row("groups", with_its_place),
    "statements.*[].says": Row("figures", figures),
    "statements.*[].where": Row("statements", where_in_section),
    "statements.*[].modality": Row("statements", with_its_place),
    "not_stated.meaning": Row("silence", silence_meaning),
    "not_stated.items[]": Row("silence", silence),
    "awkward_cases[]": Row("remarks", remarks),
}


# --- The other way round: what was encoded and nobody noted


def added(record: Record) -> list[str]:
    """Return what was encoded and nobody noted, of the kinds that a reader would rely on."""
    found = [
        *_added_names(record),
        *_added_posts(record),
        *_added_dates(record),
        *_added_places(record),
        *_added_silence(record),
    ]
    return [f"{record.stem}: {text}: noted nowhere" for text in found]


def _noted(record: Record, pattern: str) -> list[str]:
    return [str(leaf.value) for leaf in leaves(record.noted) if re.fullmatch(pattern, leaf.row) and leaf.value]


def _added_names(record: Record) -> Iterator[str]:
    references = [OTHER_REFERENCE.get((record.stem, text), text) for text in _noted(record, r"sources\[\]\.ref|.*\.where")]
    for node in record.of_class("Document"):
        if not set(record.texts(node, "sourceReference")) <= set(references):
            yield f"document {tail(node)}"
    for version in record.versions:
        for node in record.every(version, "coversArea"):
            if not any(alike(text, area_label(node)) for text in _noted(record, r"areas\[\]\.name")):
                yield f"area {area_label(node)}"
    for role in record.of_class("PartnerRole"):
        printed = " ".join(record.texts(role, "publishedName"))
        known = any(role in record.roles(partner) for partner in record.noted.get("partners", []))
        if not known and (record.stem, printed) not in PRINTED_TOO:
            yield f"partner {printed!r}"
    values = set(map(str, record.graph.objects(None, MASA.keepsAccountability)))
    if not values <= {str(text).lower() for text in _noted(record, r"delegation_keeps_accountability\.value")}:
        yield f"keepsAccountability {values}"
    sums = numbers(" ".join(map(str, record.graph.objects(None, MASA.amount))))
    if strays := sums - numbers(" ".join(str(leaf.value) for leaf in leaves(record.noted))):
        yield f"amounts of {sorted(strays)}"


def _added_posts(record: Record) -> Iterator[str]:
    for role in record.of_class("PartnerRole"):
        partners = [partner for partner in record.noted.get("partners", []) if role in record.roles(partner)]
        leads = [partner["lead"]["post"] for partner in partners if partner.get("lead")]
        delegates = [post["post"] for partner in partners for post in partner.get("delegates", [])]
        for part, noted, path in (
            ("lead", leads, ("hasLead", "leadPost")),
            ("delegate", delegates, ("hasDelegation", "delegatedTo")),
        ):
            for _, text in titles(record, [role], *path):
                if not any(plain(text) in plain(post) if text else post == "post not given" for post in noted):
                    yield f"{part} {text!r} of {record.texts(role, 'publishedName')}"


def _added_dates(record: Record) -> Iterator[str]:
    """A date of a version was noted, and every date means what its words say."""
    noted = {span for text in _noted(record, r"dates\.\*\.value") for span in spans(text)}
    for first, last in stated_dates(record, sorted({prop for props in DATES.values() for prop in props})):
        if last and (first, last) not in noted:
            yield f"date {first} to {last}"
    for node in record.of_class("StatedDate"):
        for text in record.texts(node, "asPublished"):
            if spans(text) and bounds_of(record, node) not in spans(text) and (record.stem, text) not in RECKONED:
                yield f"{' to '.join(map(str, bounds_of(record, node)))}, for {text!r},"


def _added_places(record: Record) -> Iterator[str]:
    """Where the name of the partnership and of each partner stands was not noted, so any place will do for those.

    Of a document that was read whole more places were seen than were noted.
    """
    if record.noted["evidence"]["grade"] == "A":
        return
    text = plain(" ".join(str(leaf.value) for leaf in leaves(record.noted)))
    spots = [place for where_ in _noted(record, r".*\.where") for place in record.places(where_)]
    inside = [(place.key, lines(place.spot)) for place in spots] + [(key, record.lines_of(key)) for key in record.sources]
    for said in record.statements:
        if said.state in SILENT_STATES or said.topic == "partners" or "partnershipName" in said.properties:
            continue
        if there := lines(said.locator):
            known = any(there <= numbered and said.document in record.documents(key) for key, numbered in inside)
        else:
            known = said.locator == READ or plain(said.locator) in text
        if not known and not any(record.stands_at(said, spot, "") for spot in spots):
            yield f"place {said.locator!r} of {tail(said.node)}"


def _added_silence(record: Record) -> Iterator[str]:
    """What is left unsaid by a document that was read whole may all be told, so only parts are looked at."""
    if record.noted["evidence"]["grade"] == "A":
        return
    items = list(record.noted["not_stated"]["items"])
    # What one version has is not found of the other; who signed is no lead; a partner may be named by nothing.
    nameless = any(unnamed(partner["organisation"]) for partner in record.noted.get("partners", []))
    if nameless or len(record.versions) > 1 or any(stem == record.stem for stem, _ in LESSER_POST):
        items.append("health partner: organisation, lead post, delegated post")
    explained = {prop for item in items for prop in answering(item, whole=True)}
    # A sentence that a list was not seen is in its section.
    sections = {topic for section in record.noted["statements"] for topic in TOPICS[section]}
    for said in (said for version in record.versions for said in record.silences(version) if said.topic not in sections):
        for prop in sorted(said.properties - explained):
            if (record.stem, prop) not in SILENT_TOO:
                yield f"that {prop} was not found ({tail(said.node)})"


def compared(record: Record, kind: str | None = None) -> list[str]:
    """Compare every leaf, or those of one kind, and return what was looked for and not found."""
    found = []
    for leaf in leaves(record.noted):
        row = COMPARISONS[leaf.row]
        if kind in {None, row.kind} and (missing := row.compare(record, leaf)):
            found.append(f"{record.stem} {leaf}: {leaf.value!r}: looked for {missing}")
    return found


# --- Reading both


@cache
def notes(stem: str) -> dict[str, Any]:
    """Read the notes of one file."""
    noted = yaml.safe_load((NOTES / f"{stem}.yaml").read_text(encoding="utf-8"))
    assert isinstance(noted, dict)
    return noted


@cache
def encoded(stem: str) -> Path:
    """Find the file that was encoded from the notes of a name."""
    (path,) = [path for path in ENCODED if path.stem == stem]
    return path


@cache
def record_of(stem: str) -> Record:
    """Read one file of notes and what was encoded of it."""
    path = encoded(stem)
    graph = oxigraph.read([path])
    for triple in reference_data():  # an umbrella is described there, and in its own file only spoken of
        if path.parent.name == "umbrellas" and (triple[0], None, None) in graph:
            graph.add(triple)
    return Record(stem, notes(stem), graph, path.read_text(encoding="utf-8"))


@cache
def kinds(stem: str) -> list[str]:
    """Return the kinds of fact that a file has notes of."""
    rows = {leaf.row for leaf in leaves(notes(stem))}
    return list(dict.fromkeys(row.kind for name, row in COMPARISONS.items() if name in rows))


# --- The tests


def test_every_file_of_notes_was_encoded_and_nothing_else() -> None:
    assert sorted(path.stem for path in ENCODED) == STEMS


@pytest.mark.parametrize("stem", STEMS)
def test_every_leaf_is_looked_at_once(stem: str) -> None:
    """The leaves are counted by the reader of YAML, not by the walk that the comparisons are made on."""

    def count(node: yaml.Node) -> int:
        if isinstance(node, yaml.MappingNode):
            return sum(count(value) for _, value in node.value) or 1
        return (sum(map(count, node.value)) or 1) if isinstance(node, yaml.SequenceNode) else 1

    tree = yaml.compose((NOTES / f"{stem}.yaml").read_text(encoding="utf-8"))
    assert tree is not None
    by_kind = Counter(COMPARISONS[leaf.row].kind for leaf in leaves(notes(stem)) if leaf.row in COMPARISONS)
    assert sum(by_kind.values()) == count(tree), sorted({leaf.row for leaf in leaves(notes(stem))} - COMPARISONS.keys())


def test_every_row_of_the_table_is_needed_and_compares_something_or_says_why_not() -> None:
    assert {leaf.row for stem in STEMS for leaf in leaves(notes(stem))} == set(COMPARISONS)
    assert {name for name, row in COMPARISONS.items() if row.why_not} == {
        name for name, row in COMPARISONS.items() if row.compare is uncompared
    }


@pytest.mark.parametrize(("stem", "kind"), [(stem, kind) for stem in STEMS for kind in kinds(stem)])
def test_what_was_noted_was_encoded(stem: str, kind: str) -> None:
    missing = compared(record_of(stem), kind)
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("stem", STEMS)
def test_what_was_encoded_was_noted(stem: str) -> None:
    extra = added(record_of(stem))
    assert not extra, "\n".join(extra)


def problems(record: Record) -> set[str]:
    """Return all that is missing and all that is too much."""
    return {*compared(record), *added(record)}


@cache
def problems_of(stem: str) -> frozenset[str]:
    """Return the problems of a file as it is."""
    return frozenset(problems(record_of(stem)))


LET_OFF = [(table, key) for table, entries in TABLES.items() for key in entries]


@pytest.mark.parametrize(
    ("table", "key"), LET_OFF, ids=[f"{table}-{key[0]}-{number}" for number, (table, key) in enumerate(LET_OFF)]
)
def test_nothing_is_let_off_in_vain(table: str, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is let off fails as soon as it is not; an entry that nothing needs would let off the next mistake."""
    before = problems_of(key[0])
    monkeypatch.delitem(TABLES[table], key)
    assert problems(record_of(key[0])) - before


# --- Faults planted on purpose


def change(name: str, old: str, new: str) -> Callable[[Graph], None]:
    """Replace a value, given in words or as the last part of its IRI, wherever it stands; an empty new one takes it away."""

    def plant(graph: Graph) -> None:
        for subject, value in list(graph.subject_objects(MASA[name])):
            if old in {plain(str(value)), tail(value)}:
                graph.remove((subject, MASA[name], value))
                if new:
                    graph.add((subject, MASA[name], like(value, old, new)))

    return plant


def like(value: Node, old: str, new: str) -> Node:
    """Return a new value of the sort that an old one is."""
    if isinstance(value, Literal):
        return Literal(new, datatype=value.datatype, normalize=False)
    return URIRef(str(value).removesuffix(old) + new)


def drop(locator: str) -> Callable[[Graph], None]:
    """Take every statement at a place out of the graph."""

    def plant(graph: Graph) -> None:
        for statement, place in list(graph.subject_objects(MASA.locator)):
            if plain(str(place)) == locator:
                graph.remove((statement, None, None))
                graph.remove((None, None, statement))

    return plant


def swap(graph: Graph) -> None:
    """Let leads and delegates change places."""
    for role, lead in list(graph.subject_objects(MASA.hasLead)):
        for delegation in list(graph.objects(role, MASA.hasDelegation)):
            above, below = graph.value(lead, MASA.leadPost), graph.value(delegation, MASA.delegatedTo)
            assert above is not None
            assert below is not None
            graph.set((lead, MASA.leadPost, below))
            graph.set((delegation, MASA.delegatedTo, above))


def invent(graph: Graph) -> None:
    """Give the police a lead whom nobody named."""
    (role,) = [node for node, kind in graph.subject_objects(MASA.partnerKind) if tail(kind) == "police"]
    lead, post = URIRef("urn:example:lead"), URIRef("urn:example:post")
    graph.add((role, MASA.hasLead, lead))
    graph.add((lead, MASA.leadPost, post))
    graph.add((post, MASA.postTitle, Literal("Chief Constable")))


FAULTS = {
    "statement dropped": ("surrey-2019-2021", drop("contents p.22"), "statements.independent_scrutiny[0].where"),
    "statement on a lead dropped": ("islington-2019", drop("table, accountable person"), "partners[0].lead.where"),
    "place changed": ("york-2024", change("locator", "209", "line 210"), "statements.schools_early_years[0].where"),
    "place noted by nobody": ("york-2024", change("locator", "213", "line 99"), "place 'line 99'"),
    "topic changed": ("surrey-2019-2021", change("topic", "voice", "audit"), "statements.voice_of_children[0].where"),
    "plan made a fact": ("bexley-shield-2018-2021", change("modality", "planned", ""), "statements.funding[1].modality"),
    "heading made a fact": ("surrey-2019-2021", change("evidenceState", "section-listed", ""), "statements.funding[0].where"),
    "last day changed": ("thurrock-2019", change("latestDay", "2019-05-07", "2019-05-08"), "dates.in_force.value"),
    "first day changed": ("devon-2018", change("earliestDay", "2018-11-01", "2018-10-01"), "dates.published.value"),
    "day given to what has none": ("norfolk-2019", change("earliestDay", "2019-06-01", ""), "dates.published.value"),
    "conflict changed": ("surrey-2019-2021", change("statedValue", "october 2019", "November 2019"), "dates.in_force.value"),
    "period changed": ("surrey-2019-2021", change("latestDay", "2022-03-31", "2022-04-30"), "for 'March 2022'"),
    "lead and delegate swapped, seen by the lead": ("islington-2019", swap, "partners[0].lead.post"),
    "lead and delegate swapped, seen by the delegate": ("islington-2019", swap, "partners[1].delegates[0].post"),
    "title changed": ("leeds-2024", change("postTitle", "chief officer of police", "Chief Constable"), "partners[1].lead.post"),
    "lead invented": ("thurrock-2019", invent, "lead 'Chief Constable'"),
    "signature lost": ("surrey-2019-2021", change("hasSignature", "police-signature", ""), "partners[1].lead.post"),
    "accountability denied": (
        "surrey-2019-2021",
        change("keepsAccountability", "true", "false"),
        "keepsAccountability {'false'}",
    ),
    "partner of another kind": ("thurrock-2019", change("partnerKind", "police", "health"), "partners[1].role"),
    "partner of another name": (
        "thurrock-2019",
        change("publishedName", "essex police", "Kent Police"),
        "partners[1].organisation",
    ),
    "area changed": ("thurrock-2019", change("coversArea", "E06000034", "E06000033"), "areas[0].name"),
    "edition changed": ("birmingham-2019-2024", change("followsEdition", "wt2023", "wt2018"), "edition.value"),
    "source changed": (
        "york-2024",
        change("sourceReference", "source 001 197-214", "source 001 lines 197-215"),
        "sources[3].ref",
    ),
    "part made whole": ("york-2024", change("extentRead", "part", "whole"), "sources[0].read"),
    "silence dropped": (
        "york-2024",
        change("onProperty", "keepsAccountability", ""),
        "'whether delegation keeps accountability'",
    ),
    "silence added": ("york-2024", change("onProperty", "auditApproach", "childrenVoice"), "that childrenVoice was not found"),
    "silence of a whole document": ("york-2024", change("evidenceState", "not-seen", "not-stated"), "not_stated.meaning"),
    "sum changed": ("gm-safeguarding-alliance-2021", change("amount", "34592.00", "34952.00"), "statements.funding[0].says"),
    "name changed": (
        "slough-2019",
        change("groupName", "slough strategic safeguarding leaders group", "Leaders"),
        "statements.structure[0].says",
    ),
    "grade changed": (
        "enfield-2019",
        change("note", "grade d: an outline, a contents list or a passing mention only", ""),
        "evidence.grade",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault: str) -> None:
    stem, plant, sought = FAULTS[fault]
    sound = record_of(stem)
    graph = Graph()
    graph += sound.graph
    plant(graph)
    assert len(graph - sound.graph) + len(sound.graph - graph), "the fault was not planted"
    noticed = problems(Record(stem, sound.noted, graph, sound.comments)) - problems_of(stem)
    assert any(sought in text for text in noticed), noticed
