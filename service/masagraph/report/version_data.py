"""The versions of arrangements that are held, as data: JSON and CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from masagraph import __version__
from masagraph.register.versions import HeldVersion
from masagraph.report.cells import neutral

_COLUMNS = (
    "key", "iri", "label", "arrangement", "arrangement_label", "areas", "edition", "counts_from", "counts_from_is", "counts_to",
    "verified_on", "graph", "report", "badge",
)  # fmt: skip


def as_json(versions: Sequence[HeldVersion], home: str, drawn_from: Mapping[str, str | int]) -> str:
    """Return versions as JSON.

    Args:
        versions: What is held.
        home: What the addresses of the service begin with.
        drawn_from: What tells which data this is drawn from.
    """
    content = {"masagraph": {"version": __version__, **drawn_from}, "arrangements": [_as_dict(v, home) for v in versions]}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_csv(versions: Sequence[HeldVersion], home: str) -> str:
    """Return versions as CSV with a header row.

    Args:
        versions: What is held.
        home: What the addresses of the service begin with.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for version in versions:
        row = {**_as_dict(version, home), "areas": "; ".join(f"{area.name} ({area.code})" for area in version.areas)}
        writer.writerow([neutral(str(row[column] or "")) for column in _COLUMNS])
    return out.getvalue()


def _as_dict(version: HeldVersion, home: str) -> dict[str, object]:
    key = version.iri.rsplit("/", 1)[-1]
    address = f"{home}/api/arrangements/{quote(key, safe='')}"
    return {
        "key": key,
        "iri": version.iri,
        "label": version.name or None,
        "arrangement": version.arrangement or None,
        "arrangement_label": version.arrangement_name or None,
        "areas": [{"iri": area.iri, "code": area.code, "name": area.name} for area in version.areas],
        "edition": version.edition or None,
        "counts_from": version.counts_from or None,
        "counts_from_is": version.counts_from_is or None,
        "counts_to": version.counts_to or None,
        "verified_on": version.verified or None,
        "graph": f"{home}/graphs/{quote(key, safe='')}",
        "report": f"{address}/report",
        "badge": f"{address}/badge.svg",
    }
