"""The areas of local authorities under their statistical codes, and the regions that they lie in."""

from datetime import date

from masagraph.importing.periods import after
from masagraph.importing.records import Authority, Records
from masagraph.importing.turtle import OGL, Block, Dataset, block, day, english, maybe_day, name, plain


def dataset(records: Records) -> Dataset:
    """Return the regions, then the areas, each followed by its centroid.

    Raises:
        InputError: A region has two names, or an area is taken over by one that is not there or begins on another day.
    """
    return Dataset(
        name="areas",
        comment="Areas of local authorities with children's services since April 2018, and the regions that they lie in.",
        title="Areas of local authorities with children's services",
        source=(
            "DfE list of local authorities (13 April 2026), from codes of the Office for National Statistics; centroids worked "
            "out from its boundaries of districts (December 2024). Contains OS data © Crown copyright and database right"
        ),
        licences=(OGL,),
        modified=date(2026, 4, 13),
        blocks=(*_regions(records), *(b for code in sorted(records.authorities) for b in _area(records, code))),
    )


def _regions(records: Records) -> list[Block]:
    names: dict[str, str] = {}
    for authority in records.authorities.values():
        if names.setdefault(authority.region, authority.region_name) != authority.region_name:
            what = f"{authority.region} is called {authority.region_name} here and {names[authority.region]} elsewhere"
            raise authority.row.fault("region_name", what, "Let a region have one name")
    return [
        block(name("area", code), "masa:Region", ("skos:prefLabel", english(label)), ("skos:notation", plain(code)))
        for code, label in sorted(names.items())
    ]


def recoded(records: Records, authority: Authority) -> str | None:
    """Return the new code of an area that goes on under one with the same council: a new code is no new authority."""
    for code in authority.successors:
        if code in records.authorities and records.authorities[code].council == authority.council:
            return code
    return None


def successors(records: Records, authority: Authority) -> tuple[Authority, ...]:
    """Return the areas that took over the territory of one that ended.

    Raises:
        InputError: An area that ended has none, or one is not there or does not begin on the day after.
    """
    if (authority.last is None) == bool(authority.successors):
        what = "an area ends and nothing follows it" if authority.last else "an area goes on and something follows it"
        raise authority.row.fault("successor_gss", what, "Give the codes of what follows an area that ends, and only of one")
    for code in authority.successors:
        records.known_area(authority.row, "successor_gss", code)
        begins = records.authorities[code].first
        if authority.last is None or begins != after(authority.last):
            what = f"{code} begins on {begins}, and {authority.area} ends on {authority.last}"
            raise authority.row.fault("successor_gss", what, "Let what follows begin on the day after")
    return tuple(records.authorities[code] for code in authority.successors)


def _area(records: Records, code: str) -> list[Block]:
    authority = records.authorities[code]
    later, new_code = successors(records, authority), recoded(records, authority)
    point = records.points.get(code)
    area = block(
        name("area", code),
        "masa:Area",
        ("skos:prefLabel", english(authority.name)),
        ("masa:areaCode", plain(code)),
        ("masa:validFrom", day(authority.first)),
        ("masa:validTo", maybe_day(authority.last)),
        ("masa:inRegion", name("area", authority.region)),
        ("masa:recodedAs", name("area", new_code) if new_code else None),
        ("dcterms:isReplacedBy", None if new_code else [name("area", other.area) for other in later]),
        ("geo:hasCentroid", name("centroid", code) if point else None),
    )
    if point is None:
        return [area]
    well_known_text = f'"POINT({point.longitude} {point.latitude})"^^geo:wktLiteral'
    return [area, block(name("centroid", code), "geo:Geometry", ("geo:asWKT", well_known_text))]
