"""Footprints and chains of delegation as data: JSON."""

import json
from collections.abc import Mapping
from typing import Any

from masagraph import __version__, oxigraph
from masagraph.register.chains import Chain, Chains
from masagraph.register.footprints import Footprint, Reach

DrawnFrom = Mapping[str, str | int]
"""What tells which data an answer is drawn from."""


def footprint(found: Footprint, drawn_from: DrawnFrom) -> str:
    """Return a footprint as JSON."""
    territories = [
        {
            "purpose": t.purpose,
            "name": t.name,
            "iri": t.iri if oxigraph.is_iri(t.iri) else None,
            "code": t.code or None,
            "areas": list(t.areas),
            "reaches": [_reach(reach) for reach in t.reaches],
            "share": t.share or None,
            "serves": list(t.serves),
            "note": t.note or None,
            "source": t.source or None,
        }
        for t in found.territories
    ]
    return _written(
        found.title,
        {"place": found.place, "date": found.day.isoformat()},
        {"territories": territories, "crossings": list(found.crossings)},
        drawn_from,
    )


def _reach(reach: Reach) -> dict[str, Any]:
    return {
        "area": reach.area,
        "name": reach.name,
        "code": reach.code,
        "share": float(reach.share) if reach.share else None,
        "from": reach.first or None,
        "until": reach.last or None,
        "arrangements": list(reach.arrangements),
    }


def chains(found: Chains, drawn_from: DrawnFrom) -> str:
    """Return the chains of delegation of an area as JSON."""
    return _written(
        found.title,
        {"area": f"{found.area.name} ({found.area.code})", "date": found.day.isoformat()},
        {"arrangements": list(found.arrangements), "chains": [_chain(chain) for chain in found.chains]},
        drawn_from,
    )


def _chain(chain: Chain) -> dict[str, Any]:
    steps = [
        {
            "part": step.part,
            "title": step.title,
            "band": step.level,
            "powers": sorted(step.powers),
            "keeps_accountability": step.keeps_accountability,
            "source": step.source or None,
            "hangs_on": step.above if depth else None,
            "is_linked": step.is_linked,
            "words": step.words,
        }
        for depth, step in enumerate(chain.steps)
    ]
    return {
        "kind": chain.kind,
        "body": chain.body,
        "printed_as": chain.printed_as or None,
        "steps": steps,
        "breaks": list(chain.breaks),
        "weakest_link": chain.weakest,
    }


def _written(title: str, asked: dict[str, str], told: dict[str, Any], drawn_from: DrawnFrom) -> str:
    content = {"masagraph": {"version": __version__, **drawn_from}, "title": title, "asked": asked, **told}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
