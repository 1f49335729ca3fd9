"""The police forces of England and the post of the chief officer of each."""

from datetime import date

from masagraph.importing.records import Force, Records
from masagraph.importing.turtle import OGL, Block, Dataset, block, english, name, plain

_KINDS = {"E23000001": "metropolitan", "E23000034": "city-of-london"}
"""The two London forces have ladders of rank of their own."""


def dataset(records: Records) -> Dataset:
    """Return the forces, each followed by the post of its chief officer."""
    return Dataset(
        name="police-forces",
        comment="Police forces and the post of the chief officer of each.",
        title="Police forces of England",
        source="DfE list of police force areas (18 November 2025); force names from police.uk",
        licences=(OGL,),
        modified=date(2025, 11, 18),
        blocks=tuple(b for _, force in sorted(records.forces.items()) for b in _force(force)),
    )


def _force(force: Force) -> list[Block]:
    body, post = name("police-force", force.code), name("post", f"{force.code}-chief-officer")
    return [
        block(
            body,
            "masa:PoliceForce",
            ("skos:prefLabel", english(force.name)),
            ("masa:forceAreaCode", plain(force.code)),
            ("masa:forceKind", name("force-kind", _KINDS.get(force.code, "territorial"))),
            ("masa:headPost", post),
        ),
        block(
            post,
            "masa:Post",
            ("masa:postTitle", plain(force.post)),
            ("masa:postKind", "post-kind:chief-officer-of-police"),
            ("masa:postOf", body),
        ),
    ]
